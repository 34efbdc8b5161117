#include "compiler/routing/conditions.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <regex>

namespace gatec::routing {
namespace {

using ir::Condition;
using ir::Decimal;
using ir::Value;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool reads_as_number(const Value& value) {
  return value.kind == Value::Kind::Number || value.kind == Value::Kind::String;
}

std::optional<std::strong_ordering> order(const Value& a, const Value& b) {
  if (!reads_as_number(a) || !reads_as_number(b)) return std::nullopt;
  const auto x = Decimal::parse(a.text);
  const auto y = Decimal::parse(b.text);
  if (!x || !y) return std::nullopt;
  return *x <=> *y;
}

bool matches(const Value& value, const Value& pattern) {
  if (value.is_container()) return false;
  try {
    return std::regex_search(value.text, std::regex(pattern.text));
  } catch (const std::regex_error&) {
    return false;  // as the gateways have it
  }
}

bool compares(Condition::Op op, const Value& value, const Value& operand) {
  using Op = Condition::Op;
  const auto found = order(value, operand);
  if (!found) return false;
  switch (op) {
    case Op::Gt: return *found > 0;
    case Op::Gte: return *found >= 0;
    case Op::Lt: return *found < 0;
    default: return *found <= 0;
  }
}

}  // namespace

const Value* Facts::find(std::string_view subject) const {
  const std::size_t dot = subject.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const std::string_view section = subject.substr(0, dot);
  const std::string_view name = subject.substr(dot + 1);
  const auto found = std::ranges::find(sections, section, &std::pair<std::string, Value>::first);
  if (found == sections.end()) return nullptr;
  return section == "headers" ? found->second.find(lower(name)) : found->second.find(name);
}

bool holds(const Condition& condition, const Facts& facts) {
  using Op = Condition::Op;
  const auto part_holds = [&](const Condition& part) { return holds(part, facts); };
  if (condition.op == Op::Always) return true;
  if (condition.op == Op::And) return std::ranges::all_of(condition.parts, part_holds);
  if (condition.op == Op::Or) return std::ranges::any_of(condition.parts, part_holds);
  const Value* const value = facts.find(condition.subject);
  const bool negative = condition.op == Op::Ne || condition.op == Op::Nin;
  if (value == nullptr) return negative;
  const bool any = std::ranges::any_of(condition.operands, [&](const Value& operand) {
    switch (condition.op) {
      case Op::Eq:
      case Op::Ne:
      case Op::In:
      case Op::Nin: return ir::same_meaning(*value, operand);
      case Op::Regex: return matches(*value, operand);
      default: return compares(condition.op, *value, operand);
    }
  });
  return any != negative;
}

}  // namespace gatec::routing
