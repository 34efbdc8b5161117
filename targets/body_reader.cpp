#include "targets/body_reader.h"

namespace gatec::targets {

using diagnostics::DiagId;
using doc::Node;

void BodyReader::keep_key(const doc::Entry& entry, Cursor parent, const Place& place) {
  const std::string_view key = entry.key->text();
  const Cursor here = parent.child(key);
  const KeyRow* row = here.known() ? here.row() : nullptr;
  if (row != nullptr && row->handling == Handling::ReadOnly) {
    if (row->type == KeyType::Secret && entry.value->is_string()) context_.mark_secret(entry.value->span());
    settle(*entry.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
    return;
  }
  if (row != nullptr) {
    seen(*row);
    keep_as(place, key, *entry.value, DiagId::NotModelled, fate_of(*row), tables_.area_of(*row).advice);
    return;
  }
  if (key.starts_with('_')) {
    keep_as(place, key, *entry.value, DiagId::NotModelled, ir::Fate::Skipped,
            "nothing to do: a note that is never sent");
    return;
  }
  DiagId code = DiagId::UnknownKey;
  if (const auto near = tables_.keys.nearest(parent, key)) {
    report(code, *entry.key, quoted(key) + " is not known here, did you mean " + quoted(*near) + "?");
  } else if (const auto homes = tables_.keys.homes(key); !homes.empty()) {
    code = DiagId::MisplacedKey;
    report(code, *entry.key, quoted(key) + " does not belong here, it stands in " + tables_.place_name(homes.front()));
  } else {
    report(code, *entry.key, quoted(key) + " is not known here");
  }
  keep_as(place, key, *entry.value, code, ir::Fate::Skipped, kIgnored);
}

void BodyReader::keep_as(const Place& place, std::string_view key, const Node& value, DiagId code, ir::Fate elsewhere,
                         std::string_view advice) {
  place.extras->push_back(kit_.extra(place.section, key, value, code, elsewhere, advice));
}

void BodyReader::keep_wrong(const Place& place, std::string_view key, const Node& value) {
  keep_as(place, key, value, DiagId::WrongType, ir::Fate::Manual, "correct the value in the source");
}

void BodyReader::keep_unknown_object(const Node& node) {
  if (!node.is_scalar() && node.empty()) {
    settle(node, ir::Fate::Skipped, DiagId::UnknownObject, "the object is empty");
    return;
  }
  report(DiagId::UnknownObject, node, "what kind of object this is cannot be told");
  settle(node, ir::Fate::Skipped, DiagId::UnknownObject, "the kind of this object cannot be told");
}

void BodyReader::settle(const Node& node, ir::Fate fate, DiagId code, std::string_view reason) {
  context_.ledger.settle(node, fate, code, std::string(reason));
}

void BodyReader::report(DiagId id, const Node& at, std::string message, std::string note) {
  if (context_.proving) return;
  auto told = context_.sink.report(id, at.span(), std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

ir::Field<std::string> BodyReader::text(const Node& node, std::string_view what) {
  ir::Field<std::string> field = kit_.string(node, what, true);
  if (!field.given()) return field;
  if (const auto reference = tables_.parse_reference(field.value)) {
    field.state = ir::State::Unknown;
    field.value = "env(" + reference->name + ")";
  }
  return field;
}

void BodyReader::lay_out(std::string name, ir::Value value) {
  gateway_.layout.push_back({std::move(name), std::move(value)});
}

}  // namespace gatec::targets
