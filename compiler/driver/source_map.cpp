#include "compiler/driver/source_map.h"

#include "compiler/base/json_writer.h"
#include "compiler/compare/compare.h"
#include "compiler/doc/reader.h"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using doc::Node;
using ir::LeafId;

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Every pair of leaves of which one became the other, and the rules that made values.
class Pairs final : public compare::Listener {
 public:
  Pairs(std::uint32_t sources, std::uint32_t targets) : sources_(sources), targets_(targets), rules(targets) {}

  void enter(const void*, const void*) override {}
  void enter_extra(const ir::Extra&) override {}
  void leave() override {}
  void moot(const compare::Pair&, std::string_view) override {}
  void same(const compare::Pair& pair) override { link(pair); }
  void different(const compare::Pair& pair, compare::Change) override { link(pair); }

 private:
  std::uint32_t sources_, targets_;

  void link(const compare::Pair& pair) {
    if (pair.after_from == nullptr) return;
    const ir::Rule* const rule = pair.before_from != nullptr ? pair.before_from->rule() : nullptr;
    pair.after_from->each([&](LeafId to) {
      if (to.value >= targets_) return;
      if (rule != nullptr) rules[to.value] = rule;
      if (pair.before_from == nullptr) return;
      pair.before_from->each([&](LeafId from) {
        if (from.value < sources_ && seen_.insert((std::uint64_t{from.value} << 32U) | to.value).second)
          found.emplace_back(from.value, to.value);
      });
    });
  }

  std::unordered_set<std::uint64_t> seen_;

 public:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  std::vector<const ir::Rule*> rules;
};

/// Places of all leaves of a session, by leaf.
class AllPlaces final : public doc::LeafVisitor {
 public:
  explicit AllPlaces(const Session& session) : session_(session), places(session.leaf_count()) {
    for (const doc::Document& document : session.documents()) doc::visit_leaves(document, *this);
  }
  void leaf(const Node& node, std::string_view path) override {
    const source::Span span = node.span();
    const source::Position at = session_.sources.position(span.file, span.begin);
    SourceMap::Place& place = places[node.leaf().value];
    place = {std::string(session_.sources.name(span.file)), at.line, at.column, std::string(path)};
  }

 private:
  const Session& session_;

 public:
  std::vector<SourceMap::Place> places;
};

void write_place(JsonWriter& json, const SourceMap::Place& place) {
  json.member("file", place.file);
  json.member("line", place.line);
  json.member("column", place.column);
  json.member("path", place.path);
}

void write_numbers(JsonWriter& json, std::string_view key, const std::vector<std::size_t>& numbers) {
  json.key(key);
  json.begin_array();
  for (const std::size_t n : numbers) json.number(std::to_string(n));
  json.end_array();
}

std::string text_of(const Node& node, std::string_view key) {
  const Node* const found = node.get(key);
  return found != nullptr && found->is_scalar() ? std::string(found->text()) : std::string();
}

std::size_t number_of(const Node& node) {
  const auto value = node.is_number() ? base::Decimal::parse(node.text()) : std::nullopt;
  const auto whole = value ? value->floor() : std::nullopt;
  return whole && *whole >= 0 ? static_cast<std::size_t>(*whole) : kNone;
}

SourceMap::Place place_of(const Node& node) {
  const auto number = [&](std::string_view key) {
    const Node* const found = node.get(key);
    const std::size_t n = found != nullptr ? number_of(*found) : kNone;
    return n == kNone ? std::int64_t{0} : static_cast<std::int64_t>(n);
  };
  return {text_of(node, "file"), number("line"), number("column"), text_of(node, "path")};
}

/// False where one of them names nothing.
bool numbers_of(const Node& node, std::string_view key, std::size_t below, std::vector<std::size_t>& to) {
  const Node* const list = node.get(key);
  if (list == nullptr || !list->is_sequence()) return false;
  for (const Node* item : list->elements()) {
    const std::size_t n = number_of(*item);
    if (n >= below) return false;
    to.push_back(n);
  }
  return true;
}

}  // namespace

SourceMap source_map(const Session& source, const Compiled& compiled) {
  const Session& target = *compiled.target;
  Pairs pairs(source.leaf_count(), target.leaf_count());
  compare::compare(source.gateway, target.gateway, pairs);
  SourceMap map;
  AllPlaces from(source);
  AllPlaces to(target);
  map.links.resize(from.places.size());
  for (std::size_t i = 0; i < map.links.size(); ++i) {
    SourceMap::Link& link = map.links[i];
    const ledger::LeafRecord& record = compiled.leaves[i];
    link.source = std::move(from.places[i]);
    link.fate = ir::fate_name(record.fate);
    if (record.has_code) link.code = diagnostics::info(record.code).code;
    link.reason = record.reason;
  }
  map.outputs.resize(to.places.size());
  for (std::size_t i = 0; i < map.outputs.size(); ++i) {
    map.outputs[i].place = std::move(to.places[i]);
    if (const ir::Rule* rule = pairs.rules[i]; rule != nullptr) {
      map.outputs[i].rule = rule->id;
      map.outputs[i].text = rule->text;
    }
  }
  std::ranges::sort(pairs.found);
  for (const auto& [leaf, output] : pairs.found) {
    map.links[leaf].outputs.push_back(output);
    map.outputs[output].sources.push_back(leaf);
  }
  for (std::size_t i = 0; i < map.links.size(); ++i) {
    const LeafId first = compiled.leaves[i].target;
    if (!first.valid() || first.value >= map.outputs.size() || !map.links[i].outputs.empty()) continue;
    map.links[i].outputs.push_back(first.value);
    map.outputs[first.value].sources.push_back(i);
  }
  return map;
}

std::string as_json(const SourceMap& map) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("sources");
  json.begin_array();
  for (const SourceMap::Link& link : map.links) {
    json.begin_object();
    write_place(json, link.source);
    json.member("fate", link.fate);
    json.member_if("code", link.code);
    json.member_if("reason", link.reason);
    write_numbers(json, "outputs", link.outputs);
    json.end_object();
  }
  json.end_array();
  json.key("outputs");
  json.begin_array();
  for (const SourceMap::Output& output : map.outputs) {
    json.begin_object();
    write_place(json, output.place);
    json.member_if("rule", output.rule);
    json.member_if("text", output.text);
    write_numbers(json, "sources", output.sources);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::optional<SourceMap> parse_source_map(std::string_view text) {
  source::SourceManager sources;
  diagnostics::Sink sink;
  const source::FileId file = sources.add(std::string(kSourceMapName), std::string(text));
  const doc::ReadResult document = doc::read_json(sources, file, sink, {});
  if (!document || document->root() == nullptr || !document->root()->is_mapping()) return std::nullopt;
  const Node* const links = document->root()->get("sources");
  const Node* const outputs = document->root()->get("outputs");
  if (links == nullptr || outputs == nullptr || !links->is_sequence() || !outputs->is_sequence()) return std::nullopt;
  SourceMap map;
  for (const Node* item : links->elements()) {
    if (!item->is_mapping()) return std::nullopt;
    SourceMap::Link& link = map.links.emplace_back();
    link.source = place_of(*item);
    link.fate = text_of(*item, "fate");
    link.code = text_of(*item, "code");
    link.reason = text_of(*item, "reason");
    if (!numbers_of(*item, "outputs", outputs->size(), link.outputs)) return std::nullopt;
  }
  for (const Node* item : outputs->elements()) {
    if (!item->is_mapping()) return std::nullopt;
    SourceMap::Output& output = map.outputs.emplace_back();
    output.place = place_of(*item);
    output.rule = text_of(*item, "rule");
    output.text = text_of(*item, "text");
    if (!numbers_of(*item, "sources", links->size(), output.sources)) return std::nullopt;
  }
  return map;
}

}  // namespace gatec::driver
