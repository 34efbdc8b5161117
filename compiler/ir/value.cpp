#include "compiler/ir/value.h"

#include <algorithm>

namespace gatec::ir {

Value Value::string(std::string text, Origin from) {
  Value v;
  v.kind = Kind::String;
  v.text = std::move(text);
  v.from = std::move(from);
  return v;
}

Value Value::number(std::string text, Origin from) {
  Value v = string(std::move(text), std::move(from));
  v.kind = Kind::Number;
  return v;
}

Value Value::of_bool(bool value, Origin from) {
  Value v;
  v.kind = Kind::Bool;
  v.boolean = value;
  v.from = std::move(from);
  return v;
}

const Value* Value::find(std::string_view key) const {
  for (const auto& [name, value] : pairs) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool same_meaning(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Value::Kind::Null: return true;
    case Value::Kind::Bool: return a.boolean == b.boolean;
    case Value::Kind::String:
    case Value::Kind::Timestamp: return a.text == b.text;
    case Value::Kind::Number: {
      if (a.text == b.text) return true;
      const auto x = base::Decimal::parse(a.text);
      const auto y = base::Decimal::parse(b.text);
      return x && y && *x == *y;
    }
    case Value::Kind::Secret: return a.credential == b.credential;
    case Value::Kind::Sequence:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                        [](const Value& x, const Value& y) { return same_meaning(x, y); });
    case Value::Kind::Mapping:
      return a.pairs.size() == b.pairs.size() && std::all_of(a.pairs.begin(), a.pairs.end(), [&](const auto& pair) {
               const Value* other = b.find(pair.first);
               return other != nullptr && same_meaning(pair.second, *other);
             });
  }
  return false;
}

std::string_view fate_name(Fate fate) {
  switch (fate) {
    case Fate::Open: return "open";
    case Fate::Mapped: return "mapped";
    case Fate::Approximated: return "approximated";
    case Fate::Manual: return "manual";
    case Fate::Skipped: return "skipped";
  }
  return "";
}

}  // namespace gatec::ir
