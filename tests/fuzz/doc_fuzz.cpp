// clang++ -fsanitize=fuzzer,address,undefined. Every reader must answer any bytes with a document or with one error
// that has a place, and what is read must be written so that both YAML readers and the JSON reader bring it back.

#include "compiler/doc/reader.h"
#include "compiler/doc/value.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace gatec;

void require(bool holds) {
  if (!holds) std::abort();
}

doc::Out out_of(const doc::Node& node) {
  if (node.is_scalar()) {
    if (node.is_null()) return {};
    if (const auto yes = node.as_bool()) return *yes;
    return node.text();
  }
  doc::Out out = node.is_mapping() ? doc::Out::mapping() : doc::Out::sequence();
  for (const doc::Node* element : node.elements()) out.push(out_of(*element));
  for (const doc::Entry& entry : node.entries()) {
    if (entry.key->is_scalar()) out.add(std::string(entry.key->text()), out_of(*entry.value));
  }
  return out;
}

class Leaves : public doc::LeafVisitor {
 public:
  explicit Leaves(const doc::Document& document) : next_(document.first_leaf()) {}
  void leaf(const doc::Node& node, std::string_view /*path*/) override { require(node.leaf().value == next_++); }
  [[nodiscard]] std::uint32_t next() const { return next_; }

 private:
  std::uint32_t next_;
};

void check_document(const doc::Document& document, const source::SourceManager& sources) {
  Leaves leaves(document);
  doc::visit_leaves(document, leaves);
  require(leaves.next() == document.first_leaf() + document.leaf_count());
  const std::size_t size = sources.text(document.file()).size();
  for (const doc::Comment& comment : document.comments(sources)) {
    require(comment.span.begin < comment.span.end && comment.span.end <= size);
    require(sources.text(comment.span).front() == '#');
  }
}

void check_spans(const doc::Node& node, std::size_t size) {
  require(node.span().begin <= node.span().end && node.span().end <= size);
  if (node.is_number()) static_cast<void>(node.number());
  for (const doc::Node* element : node.elements()) check_spans(*element, size);
  for (const doc::Entry& entry : node.written_entries()) {
    check_spans(*entry.key, size);
    check_spans(*entry.value, size);
  }
}

template <class Reader>
doc::ReadResult read(Reader reader, const std::string& text, source::SourceManager& sources) {
  diagnostics::Sink sink;
  const source::FileId file = sources.add("in", text);
  doc::ReadResult result = reader(sources, file, sink, doc::ReadOptions{});
  std::size_t errors = 0;
  for (const auto& found : sink.all()) {
    require(found.span.begin <= found.span.end && found.span.end <= text.size() + 1);
    if (found.severity == diagnostics::Severity::Error) ++errors;
  }
  require(errors == (result ? 0 : 1));
  if (result) check_document(*result, sources);
  return result;
}

void check_written(const doc::Out& value) {
  const std::string expected = doc::write_json(value);
  const std::string yaml = doc::write_yaml(value);
  source::SourceManager sources;
  for (const auto reader : {doc::read_yaml, doc::read_yaml_second}) {
    const doc::ReadResult back = read(reader, yaml, sources);
    require(static_cast<bool>(back) && doc::write_json(out_of(*back->root())) == expected);
  }
  const doc::ReadResult back = read(doc::read_json, expected, sources);
  require(static_cast<bool>(back) && doc::write_json(out_of(*back->root())) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  source::SourceManager sources;
  static_cast<void>(read(doc::read_yaml_second, text, sources));
  const doc::ReadResult result = read(doc::read_any, text, sources);
  if (!result) return 0;
  const doc::Node& root = *result->root();
  if (root.expanded_size() > 10'000) return 0;
  check_spans(root, size);
  if (root.expanded_size() < 1'000) check_written(out_of(root));
  return 0;
}
