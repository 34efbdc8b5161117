#pragma once

#include "compiler/base/decimal.h"
#include "compiler/source/source_manager.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::syntax {

using base::Decimal;
using source::Span;

enum class ValueKind : std::uint8_t {
  Poison,  // a mistake that was told: nothing made of it is told again
  None,
  Bool,
  Number,
  Text,
  Word,      // a name that nothing is bound to, where words are expected
  Duration,  // number: seconds
  Window,    // text: as windows are spelled in the tree ("calendar month")
  Amount,    // of something counted: text is what (usd, requests…), number, and items[0] a Window if it has one
  Special,   // text: env, secret, template, placeholder, literal, timestamp, number, unknown, unlimited; items[0] its
             // text
  List,
  Map,
  Function,
  Module,
};

struct Value;
struct Field {
  std::string key;
  Span key_span;
  std::shared_ptr<const Value> value;
  bool soft = false;  // `?=`
  std::string rule;   // `by "…"`
};

struct Value {
  ValueKind kind = ValueKind::None;
  bool truth = false;
  Decimal number;
  std::string text;
  std::vector<Value> items;   // of lists
  std::vector<Field> fields;  // of maps
  const struct Function* function = nullptr;
  const struct Scope* scope = nullptr;  // of a module
  Span span;                            // where it is written

  [[nodiscard]] bool poison() const { return kind == ValueKind::Poison; }
  [[nodiscard]] const Field* find(std::string_view key) const {
    for (const Field& f : fields) {
      if (f.key == key) return &f;
    }
    return nullptr;
  }
};

/// "a number", "a list", for messages.
[[nodiscard]] std::string_view kind_name(const Value& value);
[[nodiscard]] bool same(const Value& a, const Value& b);

/// What a program comes to, before it is a tree: settings and blocks in order.
struct Block;
struct Item {
  std::string name;
  Span name_span;
  bool is_block = false;
  bool soft = false;
  std::string rule;
  Value value;                // of a setting
  std::vector<Value> labels;  // of a block
  std::unique_ptr<Block> block;
};
struct Block {
  Span span;
  std::vector<Item> items;
};

}  // namespace gatec::syntax
