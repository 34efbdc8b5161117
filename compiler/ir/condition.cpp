#include "compiler/ir/condition.h"

#include "compiler/ir/describe.h"

namespace gatec::ir {

std::string show(const Condition& c) {
  using Op = Condition::Op;
  static constexpr std::string_view kNames[] = {"always", "and", "or", "=",  "!=",     ">",
                                                ">=",     "<",   "<=", "in", "not in", "matches"};
  std::string text(kNames[static_cast<std::size_t>(c.op)]);
  if (c.op == Op::And || c.op == Op::Or) {
    for (const Condition& part : c.parts) text += " (" + show(part) + ")";
    return text;
  }
  text = c.subject + " " + text;
  for (const Value& v : c.operands) text += " " + std::string(v.kind == Value::Kind::String ? "'" : "") + show(v);
  return text;
}

}  // namespace gatec::ir
