#include "compiler/syntax/evaluator.h"

#include <algorithm>
#include <array>

namespace gatec::syntax {
namespace {

using K = ValueKind;

constexpr std::int64_t kMaxRange = 100'000;

}  // namespace

/// `op` with its subject and operands, or with parts: what a case of a switch holds.
Value Evaluator::condition(std::string_view name, std::vector<Value>& arguments, Span where) {
  Value v;
  v.kind = K::Map;
  v.span = where;
  const auto add = [&](std::string key, Value value) {
    Field f;
    f.key = std::move(key);
    f.key_span = where;
    f.value = std::make_shared<const Value>(std::move(value));
    v.fields.push_back(std::move(f));
  };
  Value op;
  op.kind = K::Text;
  op.text = name == "all"       ? "and"
            : name == "any"     ? "or"
            : name == "one_of"  ? "in"
            : name == "none_of" ? "nin"
            : name == "matches" ? "regex"
                                : std::string(name);
  op.span = where;
  add("op", std::move(op));
  if (name == "always") return v;
  Value list;
  list.kind = K::List;
  list.span = where;
  if (name == "all" || name == "any") {
    for (Value& a : arguments) {
      if (a.kind != K::Map || a.find("op") == nullptr)
        return wrong(a.span, "`" + std::string(name) + "` takes conditions, not " + std::string(kind_name(a)));
      list.items.push_back(std::move(a));
    }
    add("parts", std::move(list));
    return v;
  }
  if (arguments.empty() || arguments[0].kind != K::Text)
    return wrong(where, "`" + std::string(name) + "` begins with what is looked at, as `\"params.model\"`");
  add("subject", std::move(arguments[0]));
  for (std::size_t i = 1; i < arguments.size(); ++i) list.items.push_back(std::move(arguments[i]));
  add("operands", std::move(list));
  return v;
}

Value Evaluator::builtin(std::string_view name, std::vector<Value>& arguments, const Expr& e) {
  const Span where = span(e);
  const auto takes = [&](std::size_t least, std::size_t most) {
    if (arguments.size() >= least && arguments.size() <= most) return true;
    (void)wrong(where, "`" + std::string(name) + "` takes " + std::to_string(least) +
                           (most > least ? " to " + std::to_string(most) : "") + (most == 1 ? " value" : " values") +
                           ", not " + std::to_string(arguments.size()));
    return false;
  };
  const auto is = [&](std::size_t i, K kind, std::string_view what) {
    if (arguments[i].kind == kind) return true;
    (void)wrong(
        arguments[i].span.valid() ? arguments[i].span : where,
        "`" + std::string(name) + "` takes " + std::string(what) + ", not " + std::string(kind_name(arguments[i])));
    return false;
  };
  const Value poison = made(K::Poison, e);
  Value v = made(K::Text, e);

  static constexpr std::array<std::string_view, 7> kSpecial = {"env",     "secret",    "template", "placeholder",
                                                               "literal", "timestamp", "number"};
  if (std::find(kSpecial.begin(), kSpecial.end(), name) != kSpecial.end() ||
      (name == "unknown" && arguments.size() <= 1)) {
    if (name != "unknown" && !takes(1, 1)) return poison;
    if (!arguments.empty() && name != "unknown" && !is(0, K::Text, "a text")) return poison;
    if (name == "env" && arguments[0].text.empty()) return wrong(where, "`env` takes the name of a variable");
    v.kind = K::Special;
    v.text = name;
    v.items = std::move(arguments);
    return v;
  }
  static constexpr std::array<std::string_view, 12> kConditions = {
      "eq", "ne", "gt", "gte", "lt", "lte", "one_of", "none_of", "matches", "all", "any", "always"};
  if (std::find(kConditions.begin(), kConditions.end(), name) != kConditions.end())
    return condition(name, arguments, where);

  if (name == "fixed" || name == "sliding" || name == "rolling" || name == "bucket") {
    if (!takes(1, 1) || !is(0, K::Duration, "a duration")) return poison;
    v.kind = K::Window;
    v.text = std::string(name) + " " + arguments[0].number.text();
    return v;
  }
  if (name == "calendar") {
    if (!takes(1, 2) || !is(0, K::Text, "the name of a unit") ||
        (arguments.size() > 1 && !is(1, K::Number, "a number of units")))
      return poison;
    v.kind = K::Window;
    v.text = "calendar " + arguments[0].text + " " + (arguments.size() > 1 ? arguments[1].number.text() : "1");
    return v;
  }
  if (name == "invalid") {
    if (!takes(1, 1) || !is(0, K::Text, "a text")) return poison;
    v.kind = K::Window;
    v.text = "invalid " + arguments[0].text;
    return v;
  }
  if (name == "min" || name == "max") {
    if (arguments.size() == 1 && arguments[0].kind == K::List) arguments = std::vector<Value>(arguments[0].items);
    if (arguments.empty()) return wrong(where, "`" + std::string(name) + "` of nothing has no value");
    Value best = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const Value less = compared(name == "min" ? "<" : ">", arguments[i], best, where);
      if (less.poison()) return less;
      if (less.truth) best = arguments[i];
    }
    return best;
  }
  if (name == "floor" || name == "ceil") {
    if (!takes(1, 2)) return poison;
    Value a = arguments[0];
    if (a.kind != K::Number && a.kind != K::Amount && a.kind != K::Duration)
      return wrong(where, "`" + std::string(name) + "` takes a number, not " + std::string(kind_name(a)));
    if (arguments.size() == 1) {
      const auto n = name == "floor" ? a.number.floor() : a.number.ceil();
      if (!n) return wrong(where, "this number is too large");
      a.number = Decimal(*n);
    } else {
      if (!is(1, K::Number, "a number to divide by")) return poison;
      const auto x = a.number.as_int64();
      const auto y = arguments[1].number.as_int64();
      if (!x || !y || *y <= 0)
        return wrong(where, "`" + std::string(name) + "` divides whole numbers by positive ones");
      const std::int64_t q = *x / *y;
      const std::int64_t r = *x % *y;
      a.number = Decimal(name == "floor" ? q - (r < 0 ? 1 : 0) : q + (r > 0 ? 1 : 0));
    }
    a.span = where;
    return a;
  }
  if (name == "len") {
    if (!takes(1, 1)) return poison;
    const Value& a = arguments[0];
    if (a.kind != K::List && a.kind != K::Map && a.kind != K::Text)
      return wrong(where, "`len` takes a list, a map or a text, not " + std::string(kind_name(a)));
    v.kind = K::Number;
    v.number = Decimal(static_cast<std::int64_t>(a.kind == K::List  ? a.items.size()
                                                 : a.kind == K::Map ? a.fields.size()
                                                                    : a.text.size()));
    return v;
  }
  if (name == "keys" || name == "values") {
    if (!takes(1, 1) || !is(0, K::Map, "a map")) return poison;
    v.kind = K::List;
    for (const Field& f : arguments[0].fields) {
      Value item = *f.value;
      if (name == "keys") {
        item = {};
        item.kind = K::Text;
        item.text = f.key;
        item.span = f.key_span;
      }
      v.items.push_back(std::move(item));
    }
    return v;
  }
  if (name == "range") {
    if (!takes(1, 2) || !is(0, K::Number, "a number") || (arguments.size() > 1 && !is(1, K::Number, "a number")))
      return poison;
    const auto first = arguments.size() > 1 ? arguments[0].number.as_int64() : std::optional<std::int64_t>(0);
    const auto last = arguments.back().number.as_int64();
    if (!first || !last || *last - *first > kMaxRange || *first < -kMaxRange || *last > kMaxRange * 2)
      return wrong(where, "`range` makes " + std::to_string(kMaxRange) + " whole numbers at most");
    v.kind = K::List;
    for (std::int64_t i = *first; i < *last; ++i) {
      step();
      Value item = made(K::Number, e);
      item.number = Decimal(i);
      v.items.push_back(std::move(item));
    }
    return v;
  }
  if (name == "upper" || name == "lower") {
    if (!takes(1, 1) || !is(0, K::Text, "a text")) return poison;
    v.text = arguments[0].text;
    for (char& c : v.text) {
      if (name == "upper" && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (name == "lower" && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return v;
  }
  if (name == "replace") {
    if (!takes(3, 3) || !is(0, K::Text, "a text") || !is(1, K::Text, "a text") || !is(2, K::Text, "a text"))
      return poison;
    if (arguments[1].text.empty()) return wrong(where, "`replace` looks for a text that is not empty");
    const std::string& text = arguments[0].text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t next = text.find(arguments[1].text, at);
      v.text += text.substr(at, next - at);
      if (next == std::string::npos) break;
      v.text += arguments[2].text;
      at = next + arguments[1].text.size();
      step(1 + v.text.size() / 16);
    }
    return v;
  }
  if (name == "split") {
    if (!takes(2, 2) || !is(0, K::Text, "a text") || !is(1, K::Text, "a text")) return poison;
    if (arguments[1].text.empty()) return wrong(where, "`split` looks for a text that is not empty");
    v.kind = K::List;
    const std::string& text = arguments[0].text;
    for (std::size_t at = 0;;) {
      const std::size_t next = text.find(arguments[1].text, at);
      Value item = made(K::Text, e);
      item.text = text.substr(at, next == std::string::npos ? next : next - at);
      v.items.push_back(std::move(item));
      step();
      if (next == std::string::npos) return v;
      at = next + arguments[1].text.size();
    }
  }
  if (name == "join") {
    if (!takes(2, 2) || !is(0, K::List, "a list") || !is(1, K::Text, "a text")) return poison;
    for (std::size_t i = 0; i < arguments[0].items.size(); ++i) {
      if (arguments[0].items[i].kind != K::Text)
        return wrong(arguments[0].items[i].span, "`join` takes a list of texts");
      if (i > 0) v.text += arguments[1].text;
      v.text += arguments[0].items[i].text;
      step(1 + v.text.size() / 16);
    }
    return v;
  }
  if (name == "flatten") {
    if (!takes(1, 1) || !is(0, K::List, "a list of lists")) return poison;
    v.kind = K::List;
    for (const Value& inner : arguments[0].items) {
      if (inner.kind != K::List) return wrong(inner.span, "`flatten` takes a list of lists");
      v.items.insert(v.items.end(), inner.items.begin(), inner.items.end());
      step(1 + 4 * inner.items.size());
    }
    return v;
  }
  if (name == "contains") {
    if (!takes(2, 2)) return poison;
    v.kind = K::Bool;
    if (arguments[0].kind == K::List) {
      v.truth = std::any_of(arguments[0].items.begin(), arguments[0].items.end(),
                            [&](const Value& x) { return same(x, arguments[1]); });
    } else if (is(0, K::Text, "a list or a text") && is(1, K::Text, "a text")) {
      v.truth = arguments[0].text.find(arguments[1].text) != std::string::npos;
    } else {
      return poison;
    }
    return v;
  }
  if (name == "starts_with" || name == "ends_with") {
    if (!takes(2, 2) || !is(0, K::Text, "a text") || !is(1, K::Text, "a text")) return poison;
    v.kind = K::Bool;
    v.truth = name == "starts_with" ? arguments[0].text.starts_with(arguments[1].text)
                                    : arguments[0].text.ends_with(arguments[1].text);
    return v;
  }
  if (name == "lookup") {
    if (!takes(3, 3) || !is(0, K::Map, "a map") || !is(1, K::Text, "a key")) return poison;
    const Field* f = arguments[0].find(arguments[1].text);
    return f != nullptr ? *f->value : arguments[2];
  }
  if (name == "text") {
    if (!takes(1, 1)) return poison;
    const Value& a = arguments[0];
    if (a.kind == K::Text || a.kind == K::Word) {
      v.text = a.text;
    } else if (a.kind == K::Bool) {
      v.text = a.truth ? "true" : "false";
    } else if (a.kind == K::Number || a.kind == K::Duration || a.kind == K::Amount) {
      v.text = a.number.text();
    } else {
      return wrong(where, "`text` takes a number or true or false, not " + std::string(kind_name(a)));
    }
    return v;
  }
  // file: the text of a file beside this one
  if (!takes(1, 1) || !is(0, K::Text, "a path")) return poison;
  const auto file = inputs_.load ? inputs_.load(file_, arguments[0].text) : std::nullopt;
  if (!file) return wrong(where, "the file `" + arguments[0].text + "` cannot be read");
  v.text = sources_.text(*file);
  return v;
}

}  // namespace gatec::syntax
