#include "compiler/facts/secrets.h"
#include "targets/litellm/admin_reader.h"

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;

constexpr std::string_view kCorrectFirst = "correct the source, then convert again";
constexpr std::string_view kNothing = "nothing to do: LiteLLM ignores it too";

std::string in_a(AdminKind kind) {
  const std::string_view word = kind_word(kind);
  return (word.starts_with('o') || word.starts_with('a') ? "in an " : "in a ") + std::string(word);
}

}  // namespace

void AdminReader::unmodelled(const Entry& e, Draft& draft, const std::string& section, KeyTable::Cursor parent) {
  const KeyTable::Cursor child = parent.child(e.key->text());
  const KeyRow* row = child.row();
  ir::Principal& p = draft.principal;
  hide_secrets(*e.value, row);
  if (!child.known()) {
    tell_unknown(e, parent, in_a(draft.kind));
    const bool of_member = draft.kind == AdminKind::TeamMember || draft.kind == AdminKind::OrgMember;
    if (of_member && e.value->is_null()) {
      settle_unset(*e.value);
      return;
    }
    keep(e, p, section, DiagId::UnknownKey, Fate::Manual, kCorrectFirst);
    return;
  }
  if (e.value->is_null() || (!e.value->is_scalar() && e.value->empty())) {
    settle_unset(*e.value);
    return;
  }
  const Handling handling = row == nullptr ? Handling::Keep : row->handling;
  if (handling == Handling::ReadOnly) {
    settle_read_only(*e.value);
  } else if (handling == Handling::Inert) {
    keep(e, p, section, DiagId::InertKey, Fate::Skipped, kNothing);
  } else {
    const AreaRow* area = row == nullptr ? nullptr : &area_of(*row);
    const bool is_off =
        e.value->is_scalar() && e.value->type() == doc::Type::Bool && !e.value->as_bool().value_or(true);
    const bool manual = area != nullptr && area->manual && !is_off;
    const std::string_view advice = is_off            ? "nothing to do: it is off"
                                    : area == nullptr ? std::string_view{}
                                                      : area->advice;
    keep(e, p, section, DiagId::NotModelled, manual ? Fate::Manual : Fate::Skipped, advice);
    check_kept(*e.value, child, e.key->text());
  }
}

/// Of two with one name (beside `metadata` and in it) the first counts.
void AdminReader::keep(const Entry& e, ir::Principal& p, std::string section, DiagId code, Fate elsewhere,
                       std::string_view advice) {
  for (const ir::Extra& known : p.extras) {
    if (known.key == e.key->text() && known.section == section) {
      shadowed(*e.value, "the field of the same name beside `metadata`");
      return;
    }
  }
  p.extras.push_back(kit_.extra(std::move(section), e.key->text(), *e.value, code, elsewhere, advice));
}

void AdminReader::keep_wrong(const Entry& e, ir::Principal& p, std::string section) {
  keep(e, p, std::move(section), DiagId::WrongType, Fate::Manual, kCorrectFirst);
}

/// `where`: "under `router_settings`", "in a team".
void AdminReader::tell_unknown(const Entry& e, KeyTable::Cursor parent, const std::string& where) {
  if (quiet()) return;
  const std::string_view key = e.key->text();
  const std::string message = quoted(key) + " is not known " + where;
  const auto near = keys().nearest(parent, key);
  if (!near) {
    kit_.context().sink.report(DiagId::UnknownKey, e.key->span(), message);
    return;
  }
  const std::string_view written = kit_.context().sources.text(e.key->span());
  const bool is_quoted = !written.empty() && (written.front() == '"' || written.front() == '\'');
  std::string replacement(*near);
  if (is_quoted) replacement = written.front() + replacement + written.front();
  kit_.context()
      .sink.report(DiagId::UnknownKey, e.key->span(), message + "; did you mean " + quoted(*near) + "?")
      .fix("write " + quoted(*near), diagnostics::FixSafety::Unsafe, {{e.key->span(), std::move(replacement)}});
}

/// Keys below a setting that is kept whole: told of, not taken out.
void AdminReader::check_kept(const Node& node, KeyTable::Cursor at, std::string_view under) {
  if (quiet() || !at.named()) return;
  for (const Node* element : node.elements()) check_kept(*element, at.element(), under);
  for (const Entry& e : node.entries()) {
    const KeyTable::Cursor child = at.child(e.key->text());
    if (child.known()) {
      check_kept(*e.value, child, e.key->text());
    } else if (!at.open()) {
      tell_unknown(e, at, "under " + quoted(under));
    }
  }
}

void AdminReader::settle_unset(const Node& node) {
  const std::string_view why = node.is_null() ? "null means unset" : "an empty list or object says nothing";
  ledger().settle(node, Fate::Skipped, DiagId::LitellmNoValue, std::string(why));
}

void AdminReader::settle_read_only(const Node& node) {
  ledger().settle(node, Fate::Skipped, DiagId::ReadOnlyField, "only LiteLLM's API writes it");
}

/// Secrets among what is not read into a credential: hashes of keys, tokens of exports.
void AdminReader::hide_secrets(const Node& node, const KeyRow* row) {
  if (node.is_string()) {
    const std::string_view text = node.text();
    if (((row != nullptr && row->type == KeyType::Secret) || facts::looks_like_secret(text)) &&
        !facts::is_placeholder(text)) {
      kit_.context().mark_secret(node.span());
    }
    return;
  }
  for (const Node* element : node.elements()) hide_secrets(*element, nullptr);
  for (const Entry& e : node.entries()) hide_secrets(*e.value, nullptr);
}

void AdminReader::shadowed(const Node& node, std::string_view winner) {
  ledger().settle(node, Fate::Skipped, DiagId::ShadowedSetting, std::string(winner) + " takes precedence");
}

}  // namespace gatec::targets::litellm
