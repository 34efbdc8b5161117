// clang++ -fsanitize=fuzzer,address,undefined; or g++ -fsanitize=address,undefined -DGATEC_FUZZ_MAIN, which brings
// mutations of its own: `gate_fuzz SECONDS FILE...`. Any bytes must give a tree or errors with a place; what parses is
// formatted to what parses to the same tree and stays as it is when formatted again; evaluating ends.

#include "compiler/syntax/evaluate.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace gatec;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Leaves : doc::LeafVisitor {
  void leaf(const doc::Node& node, std::string_view path) override {
    ((text += path) += '=') += node.text();
    (text += node.tag()) += '\n';
    require(node.leaf().value == next++);
  }
  std::string text;
  std::uint32_t next = 0;
};

/// The leaves of a program, or nothing where it has mistakes.
bool read(const std::string& program, std::string& leaves, bool& parses) {
  source::SourceManager sources;
  diagnostics::Sink sink;
  const source::FileId file = sources.add("in.gate", program);
  parses = syntax::parse(sources, file, sink) != nullptr && sink.all().empty();
  diagnostics::Sink told;
  syntax::Inputs inputs;
  const doc::ReadResult result = syntax::read_gate(sources, file, inputs, told, {});
  require(static_cast<bool>(result) != told.has_errors());
  for (const auto& found : told.all())
    require(found.span.begin <= found.span.end && found.span.end <= program.size() + 1);
  if (!result) return false;
  Leaves visitor;
  doc::visit_leaves(*result, visitor);
  require(visitor.next == result->leaf_count());
  leaves = std::move(visitor.text);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(syntax::looks_like_gate(text));
  std::string leaves;
  bool parses = false;
  const bool fine = read(text, leaves, parses);
  if (!parses) return 0;
  const std::string once = syntax::format(text);
  require(syntax::format(once) == once);
  std::string again;
  require(read(once, again, parses) == fine && parses && again == leaves);
  return 0;
}

#ifdef GATEC_FUZZ_MAIN
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

int main(int argc, char** argv) {
  std::vector<std::string> seeds;
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::vector<std::string> lines;
  for (const std::string& seed : seeds) {
    for (std::size_t at = 0; at < seed.size();) {
      const std::size_t end = std::min(seed.find('\n', at), seed.size());
      lines.push_back(seed.substr(at, end - at + 1));
      at = end + 1;
    }
  }
  const std::string bits = "{}[]()\"\"$,.;:=?<>!&|+-*/%#\n\\ _0159aexXMkrpm";
  std::mt19937_64 random(std::random_device{}());
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1)); };
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t runs = 0;
  while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(std::atoi(argv[1]))) {
    std::string text;
    const std::size_t parts = 1 + pick(8);
    for (std::size_t i = 0; i < parts; ++i) text += lines[pick(lines.size())];
    if (pick(4) == 0) text = seeds[pick(seeds.size())].substr(0, 6000);
    for (std::size_t i = pick(6); i > 0 && !text.empty(); --i) {
      const std::size_t at = pick(text.size());
      switch (pick(6)) {
        case 0: text.erase(at, 1 + pick(4)); break;
        case 1: text.insert(at, 1, bits[pick(bits.size())]); break;
        case 2: text[at] = bits[pick(bits.size())]; break;
        case 3: text.insert(at, text.substr(pick(text.size()), pick(30))); break;
        case 4: text[at] = static_cast<char>(random()); break;
        default: {
          const std::string& line = lines[pick(lines.size())];
          text.insert(at, line.substr(pick(line.size()), pick(20)));
        }
      }
    }
    std::ofstream("last.gate", std::ios::binary) << text;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    ++runs;
  }
  std::cout << runs << " runs, nothing found\n";
}
#endif
