#include "targets/fix_kit.h"
#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {
namespace {

/// "`retry`" or "the top of a config", for people.
std::string place(std::string_view parent) {
  if (parent == "$config") return "a config or target";
  if (parent.starts_with("$config.")) parent.remove_prefix(8);
  if (parent.starts_with('$')) parent.remove_prefix(1);
  return quoted(parent);
}

ir::Fate fate_of(const KeyRow& row) { return area_of(row).manual ? ir::Fate::Manual : ir::Fate::Skipped; }

constexpr std::string_view kIgnored = "nothing to do: the source gateway ignores it too";

}  // namespace

void Reader::report(DiagId id, source::Span span, std::string message, std::string note) {
  if (context_.proving) return;
  auto told = context_.sink.report(id, span, std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

void Reader::report_fixed(DiagId id, const Node& scalar, std::string message, std::string_view meant) {
  if (context_.proving) return;
  context_.sink.report(id, scalar.span(), std::move(message))
      .fix("write `" + std::string(meant) + "`", diagnostics::FixSafety::Safe,
           {{scalar.span(), requoted(context_.sources.text(scalar.span()), meant)}});
}

void Reader::settle(const Node& node, ir::Fate fate, DiagId code, std::string_view reason) {
  context_.ledger.settle(node, fate, code, std::string(reason));
}

void Reader::keep_as(std::vector<ir::Extra>& extras, std::string_view section, std::string_view key, const Node& value,
                     DiagId code, ir::Fate elsewhere, std::string_view advice) {
  for (const ir::Extra& e : extras) {
    if (e.key != key || e.section != section) continue;
    settle(value, ir::Fate::Skipped, DiagId::ShadowedSetting, "another spelling of the same key is kept");
    return;
  }
  extras.push_back(kit_.extra(std::string(section), key, value, code, elsewhere, advice));
}

void Reader::keep_wrong(std::vector<ir::Extra>& extras, std::string_view section, std::string_view key,
                        const Node& value) {
  if (!value.is_scalar() && value.empty()) {
    keep_as(extras, section, key, value, DiagId::InertKey, ir::Fate::Skipped, kIgnored);
    return;
  }
  keep_as(extras, section, key, value, DiagId::WrongType, ir::Fate::Skipped,
          "correct the value in the source: the gateway refuses it");
}

void Reader::keep_inert(std::vector<ir::Extra>& extras, std::string_view section, const doc::Entry& entry,
                        std::string message) {
  report(DiagId::InertKey, entry.key->span(), std::move(message));
  keep_as(extras, section, entry.key->text(), *entry.value, DiagId::InertKey, ir::Fate::Skipped, kIgnored);
}

void Reader::keep_key(std::vector<ir::Extra>& extras, std::string_view section, KeyTable::Cursor parent,
                      const doc::Entry& entry) {
  const std::string_view key = entry.key->text();
  const KeyTable::Cursor here = parent.child(key);
  const KeyRow* row = here.named() ? here.row() : nullptr;
  if (row == nullptr) {
    keep_unknown(extras, section, parent, entry);
    return;
  }
  switch (row->handling) {
    case Handling::ReadOnly:
      settle(*entry.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
      return;
    case Handling::Keep:
      keep_as(extras, section, key, *entry.value, DiagId::NotModelled, fate_of(*row), area_of(*row).advice);
      return;
    case Handling::Inert: {
      if (key == "azure_resource_name" || key == "azure_deployment_id") {
        report(DiagId::PortkeyAzureKeys, entry.key->span(),
               quoted(key) + " is read from headers only, a config takes " + quoted(key.substr(6)));
        keep_as(extras, section, key, *entry.value, DiagId::PortkeyAzureKeys, ir::Fate::Skipped,
                "write it without `azure_` in the source");
        return;
      }
      std::string message = quoted(key) + " has no effect here";
      if (key == "on_status_codes") message += "; a fallback reads it inside `strategy`";
      if (key == "metadata") message += "; metadata is read from the request's header alone";
      keep_inert(extras, section, entry, std::move(message));
      return;
    }
    case Handling::Read: keep_inert(extras, section, entry, quoted(key) + " has no effect here"); return;
  }
}

void Reader::keep_unknown(std::vector<ir::Extra>& extras, std::string_view section, KeyTable::Cursor parent,
                          const doc::Entry& entry) {
  const std::string_view key = entry.key->text();
  if (const auto near = keys().nearest(parent, key)) {
    report(DiagId::UnknownKey, entry.key->span(),
           quoted(key) + " is not known here, did you mean " + quoted(*near) + "?");
  } else if (const auto homes = keys().homes(key); !homes.empty()) {
    report(DiagId::MisplacedKey, entry.key->span(),
           quoted(key) + " does not belong here, it stands in " + place(homes.front()));
    keep_as(extras, section, key, *entry.value, DiagId::MisplacedKey, ir::Fate::Skipped, kIgnored);
    return;
  } else {
    report(DiagId::UnknownKey, entry.key->span(), quoted(key) + " is not known here");
  }
  keep_as(extras, section, key, *entry.value, DiagId::UnknownKey, ir::Fate::Skipped, kIgnored);
}

}  // namespace gatec::targets::portkey
