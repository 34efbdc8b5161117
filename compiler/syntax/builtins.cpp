#include "compiler/syntax/builtins.h"

#include "compiler/syntax/evaluator.h"

#include <algorithm>
#include <array>

namespace gatec::syntax {
namespace {

using K = ValueKind;

constexpr std::int64_t kMaxRange = 100'000;

}  // namespace

/// One call of a function of the language: its name, what it is given and where it stands.
struct Evaluator::Call {
  Evaluator& evaluator;
  std::string_view name;
  std::vector<Value>& arguments;
  Span where;

  [[nodiscard]] Value made(K kind) const {
    Value v;
    v.kind = kind;
    v.span = where;
    return v;
  }
  [[nodiscard]] Value poison() const { return made(K::Poison); }
  [[nodiscard]] Value wrong(const std::string& rest) const {
    return evaluator.wrong(where, "`" + std::string(name) + "` " + rest);
  }
  [[nodiscard]] bool takes(std::size_t least, std::size_t most) const {
    if (arguments.size() >= least && arguments.size() <= most) return true;
    (void)wrong("takes " + std::to_string(least) + (most > least ? " to " + std::to_string(most) : "") +
                (most == 1 ? " value" : " values") + ", not " + std::to_string(arguments.size()));
    return false;
  }
  [[nodiscard]] bool is(std::size_t i, K kind, std::string_view what) const {
    const Value& v = arguments[i];
    if (v.kind == kind) return true;
    (void)evaluator.wrong(v.span.valid() ? v.span : where, "`" + std::string(name) + "` takes " + std::string(what) +
                                                               ", not " + std::string(kind_name(v)));
    return false;
  }
  [[nodiscard]] bool texts(std::size_t count) const {
    if (!takes(count, count)) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is(i, K::Text, "a text")) return false;
    }
    return true;
  }

  Value special() const {
    if (name == "unknown" ? !takes(0, 1) : !texts(1)) return poison();
    if (name == "env" && arguments[0].text.empty()) return wrong("takes the name of a variable");
    Value v = made(K::Special);
    v.text = name;
    v.items = std::move(arguments);
    return v;
  }

  Value length() const {
    if (!takes(1, 1) || !is(0, K::Duration, "a duration")) return poison();
    Value v = made(K::Window);
    v.text = std::string(name) + " " + arguments[0].number.text();
    return v;
  }
  Value calendar() const {
    const bool fits = takes(1, 2) && is(0, K::Text, "the name of a unit") &&
                      (arguments.size() < 2 || is(1, K::Number, "a number of units"));
    if (!fits) return poison();
    Value v = made(K::Window);
    v.text = "calendar " + arguments[0].text + " " + (arguments.size() > 1 ? arguments[1].number.text() : "1");
    return v;
  }
  Value invalid() const {
    if (!texts(1)) return poison();
    Value v = made(K::Window);
    v.text = "invalid " + arguments[0].text;
    return v;
  }

  Value extreme() const {
    const bool list = arguments.size() == 1 && arguments[0].kind == K::List;
    const std::vector<Value> all = list ? arguments[0].items : arguments;
    if (all.empty()) return wrong("of nothing has no value");
    Value best = all[0];
    for (const Value& v : all) {
      const Value better = evaluator.compared(name == "min" ? "<" : ">", v, best, where);
      if (better.poison()) return better;
      if (better.truth) best = v;
    }
    return best;
  }
  Value rounded() const {
    if (!takes(1, 2)) return poison();
    Value a = arguments[0];
    a.span = where;
    if (a.kind != K::Number && a.kind != K::Amount && a.kind != K::Duration)
      return wrong("takes a number, not " + std::string(kind_name(a)));
    const bool down = name == "floor";
    if (arguments.size() == 1) {
      const auto n = down ? a.number.floor() : a.number.ceil();
      if (!n) return wrong("takes no number as large as this");
      a.number = Decimal(*n);
      return a;
    }
    if (!is(1, K::Number, "a number to divide by")) return poison();
    const auto x = a.number.as_int64();
    const auto y = arguments[1].number.as_int64();
    if (!x || !y || *y <= 0) return wrong("divides whole numbers by positive ones");
    const std::int64_t rest = *x % *y;
    a.number = Decimal(*x / *y + (down ? (rest < 0 ? -1 : 0) : (rest > 0 ? 1 : 0)));
    return a;
  }
  Value range() const {
    const bool fits =
        takes(1, 2) && is(0, K::Number, "a number") && (arguments.size() < 2 || is(1, K::Number, "a number"));
    if (!fits) return poison();
    const auto first = arguments.size() > 1 ? arguments[0].number.as_int64() : std::optional<std::int64_t>(0);
    const auto last = arguments.back().number.as_int64();
    const auto near = [](const auto& n) { return n && *n >= -kMaxRange && *n <= kMaxRange; };
    if (!near(first) || !near(last))
      return wrong("counts whole numbers between -" + std::to_string(kMaxRange) + " and " + std::to_string(kMaxRange));
    Value v = made(K::List);
    for (std::int64_t i = *first; i < *last; ++i) {
      evaluator.step();
      v.items.push_back(made(K::Number));
      v.items.back().number = Decimal(i);
    }
    return v;
  }

  Value size() const {
    if (!takes(1, 1)) return poison();
    const Value& a = arguments[0];
    if (a.kind != K::List && a.kind != K::Map && a.kind != K::Text)
      return wrong("takes a list, a map or a text, not " + std::string(kind_name(a)));
    const std::size_t n = a.kind == K::List ? a.items.size() : a.kind == K::Map ? a.fields.size() : a.text.size();
    Value v = made(K::Number);
    v.number = Decimal(static_cast<std::int64_t>(n));
    return v;
  }
  Value keys() const {
    if (!takes(1, 1) || !is(0, K::Map, "a map")) return poison();
    Value v = made(K::List);
    for (const Field& f : arguments[0].fields) {
      Value key;
      key.kind = K::Text;
      key.text = f.key;
      key.span = f.key_span;
      v.items.push_back(std::move(key));
    }
    return v;
  }
  Value values() const {
    if (!takes(1, 1) || !is(0, K::Map, "a map")) return poison();
    Value v = made(K::List);
    for (const Field& f : arguments[0].fields) v.items.push_back(*f.value);
    return v;
  }
  Value flatten() const {
    if (!takes(1, 1) || !is(0, K::List, "a list of lists")) return poison();
    Value v = made(K::List);
    for (const Value& inner : arguments[0].items) {
      if (inner.kind != K::List) return wrong("takes a list of lists");
      v.items.insert(v.items.end(), inner.items.begin(), inner.items.end());
      evaluator.step(1 + 4 * inner.items.size());
    }
    return v;
  }
  Value contains() const {
    if (!takes(2, 2)) return poison();
    Value v = made(K::Bool);
    const Value& in = arguments[0];
    if (in.kind == K::List) {
      v.truth = std::any_of(in.items.begin(), in.items.end(), [&](const Value& x) { return same(x, arguments[1]); });
      return v;
    }
    if (!is(0, K::Text, "a list or a text") || !is(1, K::Text, "a text")) return poison();
    v.truth = in.text.find(arguments[1].text) != std::string::npos;
    return v;
  }
  Value lookup() const {
    if (!takes(3, 3) || !is(0, K::Map, "a map") || !is(1, K::Text, "a key")) return poison();
    const Field* f = arguments[0].find(arguments[1].text);
    return f != nullptr ? *f->value : arguments[2];
  }

  Value cased() const {
    if (!texts(1)) return poison();
    Value v = made(K::Text);
    v.text = arguments[0].text;
    for (char& c : v.text) {
      if (name == "upper" && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (name == "lower" && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return v;
  }
  /// The parts of a text between those that are looked for.
  Value split() const {
    if (!texts(2)) return poison();
    if (arguments[1].text.empty()) return wrong("looks for a text that is not empty");
    const std::string& text = arguments[0].text;
    Value v = made(K::List);
    for (std::size_t at = 0;;) {
      const std::size_t next = text.find(arguments[1].text, at);
      evaluator.step(4);
      v.items.push_back(made(K::Text));
      v.items.back().text = text.substr(at, next == std::string::npos ? next : next - at);
      if (next == std::string::npos) return v;
      at = next + arguments[1].text.size();
    }
  }
  Value replace() const {
    if (!texts(3)) return poison();
    if (arguments[1].text.empty()) return wrong("looks for a text that is not empty");
    const std::string& text = arguments[0].text;
    Value v = made(K::Text);
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t next = text.find(arguments[1].text, at);
      v.text += text.substr(at, next == std::string::npos ? next : next - at);
      if (next == std::string::npos) break;
      v.text += arguments[2].text;
      evaluator.step(1 + arguments[2].text.size() / 16);
      at = next + arguments[1].text.size();
    }
    return v;
  }
  Value join() const {
    if (!takes(2, 2) || !is(0, K::List, "a list") || !is(1, K::Text, "a text")) return poison();
    Value v = made(K::Text);
    for (const Value& item : arguments[0].items) {
      if (item.kind != K::Text) return wrong("takes a list of texts");
      if (&item != arguments[0].items.data()) v.text += arguments[1].text;
      v.text += item.text;
      evaluator.step(1 + (item.text.size() + arguments[1].text.size()) / 16);
    }
    return v;
  }
  Value ends() const {
    if (!texts(2)) return poison();
    Value v = made(K::Bool);
    const std::string& text = arguments[0].text;
    v.truth = name == "starts_with" ? text.starts_with(arguments[1].text) : text.ends_with(arguments[1].text);
    return v;
  }
  Value text() const {
    if (!takes(1, 1)) return poison();
    const Value& a = arguments[0];
    Value v = made(K::Text);
    switch (a.kind) {
      case K::Text:
      case K::Word: v.text = a.text; return v;
      case K::Bool: v.text = a.truth ? "true" : "false"; return v;
      case K::Number:
      case K::Duration:
      case K::Amount: v.text = a.number.text(); return v;
      case K::Poison:
      case K::None:
      case K::Window:
      case K::Special:
      case K::List:
      case K::Map:
      case K::Function:
      case K::Module: break;
    }
    return wrong("takes a number or true or false, not " + std::string(kind_name(a)));
  }
  /// The text of a file beside the program.
  Value file() const {
    if (!texts(1)) return poison();
    const Inputs& inputs = evaluator.inputs_;
    const auto found = inputs.load ? inputs.load(evaluator.file_, arguments[0].text) : std::nullopt;
    if (!found) return evaluator.wrong(where, "the file `" + arguments[0].text + "` cannot be read");
    Value v = made(K::Text);
    v.text = evaluator.sources_.text(*found);
    evaluator.step(1 + v.text.size() / 16);
    return v;
  }

  /// `op` with its subject and operands, or with parts: what a case of a switch holds.
  Value condition() const {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOps = {
        {{"all", "and"}, {"any", "or"}, {"one_of", "in"}, {"none_of", "nin"}, {"matches", "regex"}}};
    Value v = made(K::Map);
    Value op = made(K::Text);
    op.text = name;
    for (const auto& [said, meant] : kOps) {
      if (said == name) op.text = meant;
    }
    add(v, "op", std::move(op));
    if (name == "always") return v;
    Value list = made(K::List);
    const bool compound = name == "all" || name == "any";
    if (!compound) {
      if (arguments.empty() || arguments[0].kind != K::Text)
        return wrong("begins with what is looked at, as `\"params.model\"`");
      add(v, "subject", arguments[0]);
    }
    for (std::size_t i = compound ? 0 : 1; i < arguments.size(); ++i) {
      const bool fits = !compound || (arguments[i].kind == K::Map && arguments[i].find("op") != nullptr);
      if (!fits) return wrong("takes conditions, not " + std::string(kind_name(arguments[i])));
      list.items.push_back(arguments[i]);
    }
    add(v, compound ? "parts" : "operands", std::move(list));
    return v;
  }
  void add(Value& map, std::string key, Value value) const {
    Field f;
    f.key = std::move(key);
    f.key_span = where;
    f.value = std::make_shared<const Value>(std::move(value));
    map.fields.push_back(std::move(f));
  }

  struct Row {
    std::string_view name;
    Value (Call::*run)() const;
  };
  static const std::array<Row, kBuiltins.size()> kRows;
};

const std::array<Evaluator::Call::Row, kBuiltins.size()> Evaluator::Call::kRows = {{
    {"env", &Call::special},       {"secret", &Call::special},
    {"template", &Call::special},  {"placeholder", &Call::special},
    {"literal", &Call::special},   {"timestamp", &Call::special},
    {"number", &Call::special},    {"unknown", &Call::special},
    {"fixed", &Call::length},      {"sliding", &Call::length},
    {"rolling", &Call::length},    {"bucket", &Call::length},
    {"calendar", &Call::calendar}, {"invalid", &Call::invalid},
    {"min", &Call::extreme},       {"max", &Call::extreme},
    {"floor", &Call::rounded},     {"ceil", &Call::rounded},
    {"len", &Call::size},          {"keys", &Call::keys},
    {"values", &Call::values},     {"range", &Call::range},
    {"upper", &Call::cased},       {"lower", &Call::cased},
    {"replace", &Call::replace},   {"split", &Call::split},
    {"join", &Call::join},         {"flatten", &Call::flatten},
    {"contains", &Call::contains}, {"starts_with", &Call::ends},
    {"ends_with", &Call::ends},    {"lookup", &Call::lookup},
    {"text", &Call::text},         {"file", &Call::file},
    {"eq", &Call::condition},      {"ne", &Call::condition},
    {"gt", &Call::condition},      {"gte", &Call::condition},
    {"lt", &Call::condition},      {"lte", &Call::condition},
    {"one_of", &Call::condition},  {"none_of", &Call::condition},
    {"matches", &Call::condition}, {"all", &Call::condition},
    {"any", &Call::condition},     {"always", &Call::condition},
}};

Value Evaluator::builtin(std::string_view name, std::vector<Value>& arguments, const Expr& e) {
  const Call call{*this, name, arguments, span(e)};
  for (const Call::Row& row : Call::kRows) {
    if (row.name == name) return (call.*row.run)();
  }
  return call.poison();
}

}  // namespace gatec::syntax
