#include "targets/ferro/reader.h"

namespace gatec::targets::ferro {

using base::Decimal;
using ir::Fate;
using ir::Field;

namespace {

constexpr std::string_view kCorrectFirst = "correct the source, then convert again";
constexpr std::string_view kNothing = "nothing to do: the gateway ignores it too";

}  // namespace

Place Place::below(std::string_view key) const {
  Place inner{extras, section};
  doc::append_key(inner.section, key);
  return inner;
}

/// Go's JSON decoder takes keys in any case; its YAML decoder does not (page 1.1).
std::string_view Reader::key_of(const Entry& e, Cursor at, std::string& folded) {
  const std::string_view key = e.key->text();
  if (!json_ || at.child(key).known()) return key;
  for (const char c : key) folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (folded == "apiversion") folded = "apiVersion";
  if (!at.child(folded).known()) return key;
  report(DiagId::FerroJsonKey, e.key->span(),
         quoted(key) + " is taken for " + quoted(folded) + " in JSON; the same in YAML would be refused");
  return folded;
}

bool Reader::known(const Entry& e, std::string_view key, Cursor at, const Place& place) {
  if (!e.key->is_scalar()) {
    settle(*e.value, Fate::Skipped, DiagId::ComplexKey, "its key is no text");
    return false;
  }
  const Cursor child = at.child(key);
  if (!child.known()) {
    tell_unknown(e, at, place);
    return false;
  }
  if (e.value->is_null()) {
    keep(e, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: it says nothing");
    return false;
  }
  return true;
}

void Reader::tell_unknown(const Entry& e, Cursor at, const Place& place) {
  const std::string_view key = e.key->text();
  if (!context_.proving) {
    const auto near = keys().nearest(at, key);
    const std::string here = place.section.empty() ? "here" : "under " + quoted(place.section);
    auto told = context_.sink.report(DiagId::UnknownKey, e.key->span(),
                                     quoted(key) + " is not known " + here + ": the gateway refuses the config" +
                                         (near ? "; did you mean " + quoted(*near) + "?" : ""));
    if (near) told.fix("write " + quoted(*near), diagnostics::FixSafety::Unsafe, {{e.key->span(), std::string(*near)}});
  }
  keep(e, key, place, DiagId::UnknownKey, Fate::Manual, kCorrectFirst);
}

void Reader::keep(const Entry& e, std::string_view key, const Place& place, DiagId code, Fate elsewhere,
                  std::string_view advice) {
  place.extras->push_back(kit_.extra(place.section, key, *e.value, code, elsewhere, advice));
}

void Reader::keep_wrong(const Entry& e, std::string_view key, const Place& place) {
  keep(e, key, place, DiagId::WrongType, Fate::Manual, kCorrectFirst);
}

void Reader::keep_row(const Entry& e, std::string_view key, Cursor at, const Place& place) {
  const KeyRow* row = at.row();
  if (row == nullptr) return keep_wrong(e, key, place);
  const AreaRow& area = area_of(*row);
  if (row->handling == Handling::Inert) {
    keep(e, key, place, DiagId::InertKey, Fate::Skipped, kNothing);
  } else {
    keep(e, key, place, DiagId::NotModelled, area.manual ? Fate::Manual : Fate::Skipped, area.advice);
  }
  check_kept(*e.value, at, key);
}

/// Keys below a setting that is kept whole: told of, not taken out.
void Reader::check_kept(const Node& node, Cursor at, std::string_view key) {
  if (context_.proving || node.is_null()) return;
  if (node.is_sequence()) {
    for (const Node* element : node.elements()) check_kept(*element, at.element(), key);
    return;
  }
  if (!node.is_mapping() || !at.named() || at.open()) return;
  for (const Entry& e : node.entries()) {
    const Cursor child = at.child(e.key->text());
    if (child.known()) {
      check_kept(*e.value, child, e.key->text());
      continue;
    }
    const auto near = keys().nearest(at, e.key->text());
    report(DiagId::UnknownKey, e.key->span(),
           quoted(e.key->text()) + " is not known under " + quoted(key) + ": the gateway refuses the config" +
               (near ? "; did you mean " + quoted(*near) + "?" : ""));
  }
}

bool Reader::is_map(const Entry& e, std::string_view key, const Place& place) {
  if (e.value->is_mapping() && !e.value->empty()) return true;
  if (e.value->is_mapping()) {
    keep(e, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: it says nothing");
    return false;
  }
  kit_.wrong_type(*e.value, key, "a mapping");
  keep_wrong(e, key, place);
  return false;
}

bool Reader::is_list(const Entry& e, std::string_view key, const Place& place) {
  if (e.value->is_sequence() && !e.value->empty()) return true;
  if (e.value->is_sequence()) {
    keep(e, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: it says nothing");
    return false;
  }
  kit_.wrong_type(*e.value, key, "a list");
  keep_wrong(e, key, place);
  return false;
}

/// YAML takes any scalar for a string, JSON does not (page 1.1).
Field<std::string> Reader::text(const Node& node, std::string_view what) {
  if (!node.is_scalar() || node.is_null()) return kit_.string(node, what);
  if (json_ && !node.is_string()) kit_.wrong_type(node, what, "a string");
  return {std::string(node.text()), node.leaf()};
}

Field<std::int64_t> Reader::integer(const Node& node, std::string_view what) {
  const auto exact = node.is_number() ? node.number() : std::nullopt;
  const auto value = exact ? Decimal::parse(*exact) : std::nullopt;
  if (!value) {
    kit_.wrong_type(node, what, "an integer");
    return {};
  }
  const auto whole = value->is_negative() ? value->ceil() : value->floor();
  if (!whole) {
    kit_.wrong_type(node, what, "an integer");
    return {};
  }
  if (!value->is_integer() && json_) {
    kit_.wrong_type(node, what, "an integer");
  } else if (!value->is_integer()) {
    report(DiagId::FerroTruncated, node.span(),
           quoted(what) + " takes a whole number: " + std::string(node.text()) + " becomes " + std::to_string(*whole));
  }
  return {*whole, node.leaf()};
}

Field<Decimal> Reader::number(const Node& node, std::string_view what) {
  if (node.is_number() && node.number()) return kit_.decimal(node, what);
  kit_.wrong_type(node, what, "a number");
  return {};
}

Field<Decimal> Reader::duration(const Node& node, std::string_view what) {
  const auto seconds = node.is_scalar() && (node.is_string() || !json_) ? seconds_of(node.text()) : std::nullopt;
  if (!seconds) {
    report(DiagId::FerroDuration, node.span(),
           quoted(what) + " takes a duration with its unit, as in \"30s\", not " + describe(node));
    return {};
  }
  return {*seconds, node.leaf()};
}

}  // namespace gatec::targets::ferro
