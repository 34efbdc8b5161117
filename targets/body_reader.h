#pragma once

#include "targets/key_table.h"
#include "targets/read_kit.h"

#include <string>
#include <string_view>

namespace gatec::targets {

/// What the reader of a management API's bodies needs to know of the dialect.
struct BodyTables {
  std::string_view dialect;
  const KeyTable& keys;
  const AreaRow& (*area_of)(const KeyRow& row);
  /// Where a key belongs, by the section of its row: "the body of a model".
  std::string (*place_name)(std::string_view section);
  ReadKit::ReferenceParser parse_reference;
  diagnostics::DiagId null_code;  // of a null where a value would have a place
};

/// What readers of bodies share: every key of a body is read, kept as an Extra with the reason, or settled.
class BodyReader {
 protected:
  using Cursor = KeyTable::Cursor;
  static constexpr std::string_view kIgnored = "nothing to do: the source gateway ignores it too";

  BodyReader(ReadContext& context, ir::Gateway& gateway, const BodyTables& tables)
      : context_(context), gateway_(gateway), kit_(context, tables.dialect, tables.parse_reference), tables_(tables) {}
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;
  virtual ~BodyReader() = default;

  /// Hears of each key that the table has and the API takes.
  virtual void seen(const KeyRow&) {}

  /// Handles every entry of a mapping: `take` sees the keys that have a place in the IR and answers whether the value
  /// fits it.
  template <class F>
  void walk(const doc::Node& node, Cursor at, const Place& place, F&& take) {
    for (const doc::Entry& entry : node.entries()) {
      const std::string_view key = entry.key->text();
      const Cursor here = at.child(key);
      const KeyRow* row = here.named() ? here.row() : nullptr;
      if (row == nullptr || row->handling != Handling::Read) {
        keep_key(entry, at, place);
        continue;
      }
      seen(*row);
      if (entry.value->is_null()) {
        settle(*entry.value, ir::Fate::Skipped, tables_.null_code, "null says nothing");
      } else if (!take(key, *entry.value)) {
        keep_wrong(place, key, *entry.value);
      }
    }
  }
  /// A key that is not read here: kept with the reason, or settled when only the API writes it.
  void keep_key(const doc::Entry& entry, Cursor parent, const Place& place);
  void keep_as(const Place& place, std::string_view key, const doc::Node& value, diagnostics::DiagId code,
               ir::Fate elsewhere, std::string_view advice);
  void keep_wrong(const Place& place, std::string_view key, const doc::Node& value);
  void keep_unknown_object(const doc::Node& node);
  void settle(const doc::Node& node, ir::Fate fate, diagnostics::DiagId code, std::string_view reason);
  /// Nothing is told while proving.
  void report(diagnostics::DiagId id, const doc::Node& at, std::string message, std::string note = {});
  /// A text; a reference makes it unknown here.
  [[nodiscard]] ir::Field<std::string> text(const doc::Node& node, std::string_view what);
  void lay_out(std::string name, ir::Value value);
  [[nodiscard]] ir::Fate fate_of(const KeyRow& row) const {
    return tables_.area_of(row).manual ? ir::Fate::Manual : ir::Fate::Skipped;
  }

  ReadContext& context_;
  ir::Gateway& gateway_;
  ReadKit kit_;

 private:
  BodyTables tables_;
};

}  // namespace gatec::targets
