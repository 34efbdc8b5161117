#include "targets/litellm/admin_reader.h"
#include "targets/litellm/reader.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;

constexpr std::string_view kCorrectFirst = "correct the source, then convert again";
constexpr std::string_view kNothing = "nothing to do: LiteLLM ignores it too";

/// Where people put things, the likeliest first; what `homes` finds elsewhere (`name` of a tool, `url` of a server) is
/// chance.
constexpr std::array<std::string_view, 7> kHomesOfSettings = {
    "router_settings",         "litellm_settings", "general_settings", "model_list[].litellm_params", "",
    "model_list[].model_info", "model_list[]"};
constexpr std::array<std::string_view, 7> kHomesOfParams = {"model_list[].litellm_params",
                                                            "model_list[].model_info",
                                                            "model_list[]",
                                                            "router_settings",
                                                            "litellm_settings",
                                                            "general_settings",
                                                            ""};

std::optional<std::string_view> likeliest_home(const std::vector<std::string_view>& homes, std::string_view section,
                                               bool in_file) {
  for (const std::string_view home : in_file ? kHomesOfSettings : kHomesOfParams) {
    if (!(in_file && home == section) && std::ranges::find(homes, home) != homes.end()) return home;
  }
  return std::nullopt;
}

std::string home_name(std::string_view home) {
  if (home.empty()) return "at the top level";
  if (home == "model_list[]") return "in an entry of `model_list`";
  const auto dot = home.rfind('.');
  return "under " + quoted(dot == std::string_view::npos ? home : home.substr(dot + 1));
}

bool container_fits(KeyType type, const Node& node) {
  switch (type) {
    case KeyType::Map:
    case KeyType::IntMap:
    case KeyType::SecretRefMap: return node.is_mapping();
    case KeyType::List: return node.is_sequence();
    case KeyType::StringList:
    case KeyType::StringOrList: return !node.is_mapping();
    case KeyType::String:
    case KeyType::Int:
    case KeyType::Number:
    case KeyType::Bool:
    case KeyType::Seconds:
    case KeyType::Duration:
    case KeyType::Usd:
    case KeyType::Secret: return node.is_scalar();
    case KeyType::Any: return true;
  }
  return true;
}

std::string_view container_name(KeyType type) {
  switch (type) {
    case KeyType::Map:
    case KeyType::IntMap:
    case KeyType::SecretRefMap: return "a mapping";
    case KeyType::List: return "a list";
    case KeyType::StringList:
    case KeyType::StringOrList: return "a list of strings";
    default: return "a single value";
  }
}

}  // namespace

Place Place::below(std::string_view key) const {
  Place inner{extras, section};
  doc::append_key(inner.section, key);
  return inner;
}

void Reader::put_aside(const Entry& e, Cursor at, Cursor child, const Place& place) {
  if (!e.key->is_scalar()) {
    context_.ledger.settle(*e.value, Fate::Skipped, DiagId::ComplexKey, "its key is no text");
    return;
  }
  const KeyRow* row = child.row();
  const bool dead = row == nullptr || row->handling == Handling::Inert;
  if (dead && honour(e, place)) return;
  if (row == nullptr) {
    if (!holds_anchors(e, place)) tell_unknown(e, at, place, false);
    return;
  }
  if (e.value->is_null()) {
    keep_empty(e, place);
    return;
  }
  switch (row->handling) {
    case Handling::Read:
    case Handling::Keep:
      keep_row(e, *row, place);
      check_kept(*e.value, child, e.key->text(), place);
      break;
    case Handling::Inert: tell_unknown(e, at, place, true); break;
    case Handling::ReadOnly:
      context_.ledger.settle(*e.value, Fate::Skipped, DiagId::ReadOnlyField, "only LiteLLM's API writes it");
      break;
  }
}

/// An unknown section that only holds anchors: its values count where they are used.
bool Reader::holds_anchors(const Entry& e, const Place& place) {
  const auto anchored = [](const Node& node, const auto& self) -> bool {
    if (!node.anchor().empty()) return true;
    if (node.is_sequence()) return std::ranges::any_of(node.elements(), [&](const Node* n) { return self(*n, self); });
    return std::ranges::any_of(node.written_entries(),
                               [&](const Entry& child) { return !child.aliased && self(*child.value, self); });
  };
  if (place.extras != &gw_.extras || !place.section.empty() || e.aliased || !anchored(*e.value, anchored)) return false;
  context_.ledger.settle(*e.value, Fate::Skipped, DiagId::MergeOverridden, "it counts where it is used by its anchor");
  return true;
}

void Reader::keep(const Entry& e, const Place& place, DiagId code, Fate elsewhere, std::string_view advice) {
  place.extras->push_back(kit_.extra(place.section, e.key->text(), *e.value, code, elsewhere, advice));
}

void Reader::keep_wrong(const Entry& e, const Place& place) {
  keep(e, place, DiagId::WrongType, Fate::Manual, kCorrectFirst);
}

void Reader::keep_row(const Entry& e, const KeyRow& row, const Place& place) {
  const AreaRow& area = area_of(row);
  keep(e, place, DiagId::NotModelled, area.manual ? Fate::Manual : Fate::Skipped, area.advice);
}

void Reader::keep_empty(const Entry& e, const Place& place) {
  keep(e, place, DiagId::LitellmNoValue, Fate::Skipped, "nothing to do: it says nothing");
}

void Reader::keep_inert(const Entry& e, const Place& place) {
  keep(e, place, DiagId::InertKey, Fate::Skipped, kNothing);
}

/// A key that nobody reads where it stands: misspelt, misplaced, without effect, or merely unknown. Kept verbatim.
void Reader::tell_unknown(const Entry& e, Cursor at, const Place& place, bool inert) {
  const DiagId code = quiet() ? DiagId::UnknownKey : explain_unknown(e, at, place, inert);
  const bool correctable = code != DiagId::InertKey;
  keep(e, place, code, correctable ? Fate::Manual : Fate::Skipped, correctable ? kCorrectFirst : kNothing);
}

DiagId Reader::explain_unknown(const Entry& e, Cursor at, const Place& place, bool inert) {
  const std::string_view key = e.key->text();
  const bool in_file = place.extras == &gw_.extras;
  const std::string here = !place.section.empty() ? "under " + quoted(place.section)
                           : in_file              ? "at the top level"
                                                  : "here";
  if (key == "master_key" && inert) {
    context_.sink
        .report(DiagId::LitellmMasterKeyMisplaced, e.key->span(),
                "`master_key` has no effect " + here + ": the proxy stays open")
        .note("put it under `general_settings`");
    return DiagId::LitellmMasterKeyMisplaced;
  }
  const auto near = inert ? std::nullopt : keys().nearest(at, key);
  if (near) {
    context_.sink
        .report(DiagId::UnknownKey, e.key->span(),
                quoted(key) + " is not known " + here + "; did you mean " + quoted(*near) + "?")
        .fix("write " + quoted(*near), diagnostics::FixSafety::Unsafe, {{e.key->span(), std::string(*near)}});
    return DiagId::UnknownKey;
  }
  if (const auto home = likeliest_home(keys().homes(key), place.section, in_file)) {
    context_.sink.report(DiagId::MisplacedKey, e.key->span(),
                         quoted(key) + " has no effect " + here + "; it belongs " + home_name(*home));
    return DiagId::MisplacedKey;
  }
  if (inert) {
    context_.sink.report(DiagId::InertKey, e.key->span(), quoted(key) + " has no effect " + here);
    return DiagId::InertKey;
  }
  context_.sink.report(DiagId::UnknownKey, e.key->span(), quoted(key) + " is not known " + here);
  return DiagId::UnknownKey;
}

/// Keys below a setting that is kept whole: told of, not taken out.
void Reader::check_kept(const Node& node, Cursor at, std::string_view key, const Place& place) {
  if (quiet() || !at.named() || node.is_null()) return;
  const KeyRow* row = at.row();
  if (row != nullptr && !container_fits(row->type, node)) {
    if (!node.is_string() || node.text().find('{') == std::string_view::npos)
      kit_.wrong_type(node, key, container_name(row->type));
    return;
  }
  if (node.is_sequence()) {
    for (const Node* element : node.elements()) {
      const Cursor below = at.element();
      if (below.row() != row) check_kept(*element, below, key, place);
    }
    return;
  }
  if (!node.is_mapping()) return;
  const Place inner = place.below(key);
  for (const Entry& e : node.entries()) {
    const Cursor child = at.child(e.key->text());
    if (!child.known()) {
      if (!at.open() && e.key->is_scalar()) explain_unknown(e, at, inner, false);
    } else if (child.row() == row) {
      continue;  // a value of a map of data keys
    } else if (child.row() != nullptr && child.row()->handling == Handling::Inert) {
      explain_unknown(e, at, inner, true);
    } else {
      check_kept(*e.value, child, e.key->text(), inner);
    }
  }
}

void Reader::shadowed(const Entry& e, std::string_view winner) {
  std::string reason(winner);
  reason += " takes precedence";
  if (!quiet())
    context_.sink.report(DiagId::ShadowedSetting, e.key->span(), quoted(e.key->text()) + " is overruled: " + reason);
  context_.ledger.settle(*e.value, Fate::Skipped, DiagId::ShadowedSetting, reason);
}

bool Reader::is_map(const Entry& e, const Place& place) {
  if (e.value->is_mapping() && !e.value->empty()) return true;
  if (e.value->is_null() || e.value->is_mapping()) {
    keep_empty(e, place);
    return false;
  }
  kit_.wrong_type(*e.value, e.key->text(), "a mapping");
  keep_wrong(e, place);
  return false;
}

bool Reader::is_list(const Entry& e, const Place& place) {
  if (e.value->is_sequence() && !e.value->empty()) return true;
  if (e.value->is_null() || e.value->is_sequence()) {
    keep_empty(e, place);
    return false;
  }
  kit_.wrong_type(*e.value, e.key->text(), "a list");
  keep_wrong(e, place);
  return false;
}

/// One walk over a document: what duplicate keys and merges lost, and references that nobody expands.
void Reader::survey(const Node& node, std::string_view key, bool in_list) {
  if (node.is_scalar()) {
    if (!quiet() && node.is_string()) survey_text(node, in_list, key);
    return;
  }
  if (node.is_sequence()) {
    for (const Node* element : node.elements()) survey(*element, key, true);
    return;
  }
  for (const Entry& lost : node.overridden()) {
    context_.ledger.settle(*lost.value, Fate::Skipped, DiagId::MergeOverridden,
                           "a nearer value overrides the merged one");
  }
  for (const Entry& e : node.written_entries()) {
    if (e.loss == doc::Loss::Duplicate) {
      context_.ledger.settle(*e.value, Fate::Skipped, DiagId::DuplicateKey,
                             "a later entry of the same mapping has the same key");
      continue;
    }
    if (e.loss == doc::Loss::MergeKey) survey_merge(*e.value);
    if (!e.aliased) survey(*e.value, e.key->text(), false);
  }
}

/// `<<: {}` merges nothing.
void Reader::survey_merge(const Node& merged) {
  if (merged.leaf().valid())
    context_.ledger.settle(merged.leaf(), Fate::Skipped, DiagId::MergeOverridden, "nothing to merge");
  for (const Node* element : merged.elements()) survey_merge(*element);
}

void Reader::survey_text(const Node& node, bool in_list, std::string_view key) {
  const std::string_view text = node.text();
  if (text.size() < 4) return;
  const auto found = text.find("os.environ");
  const bool reference = found != std::string_view::npos;
  if (!reference && (text.find("${") == std::string_view::npos || text.find('}') == std::string_view::npos)) return;
  // pass-through headers and webhook lists expand references themselves (page §1.4)
  if (key == "headers" || key == "Authorization" || key == "alert_to_webhook_url" || key == "command" || key == "args")
    return;
  // of a payload's own references the script that sends it knows
  if (payload_ && payload_reference(text)) return;
  const bool whole = reference && parse_reference(text).has_value();
  if (whole && !in_list) return;
  const std::string_view what = whole ? "an element of a list is not resolved: LiteLLM takes the reference as text"
                                : reference ? "a reference inside longer text is not resolved"
                                            : "`${…}` is not expanded by LiteLLM";
  context_.sink.report(DiagId::LitellmNotExpanded, node.span(), std::string(what))
      .note("write `os.environ/NAME` as the whole value");
}

}  // namespace gatec::targets::litellm
