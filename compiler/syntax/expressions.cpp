#include "compiler/base/nearest.h"
#include "compiler/syntax/builtins.h"
#include "compiler/syntax/evaluator.h"

#include <algorithm>
#include <array>

namespace gatec::syntax {
namespace {

struct Unit {
  std::string_view word, counts, window;
};
constexpr std::array<Unit, 15> kNouns = {{{"rps", "requests", "fixed 1"},
                                          {"rpm", "requests", "fixed 60"},
                                          {"rph", "requests", "fixed 3600"},
                                          {"rpd", "requests", "fixed 86400"},
                                          {"tps", "tokens", "fixed 1"},
                                          {"tpm", "tokens", "fixed 60"},
                                          {"tph", "tokens", "fixed 3600"},
                                          {"tpd", "tokens", "fixed 86400"},
                                          {"itpm", "input_tokens", "fixed 60"},
                                          {"otpm", "output_tokens", "fixed 60"},
                                          {"requests", "requests", ""},
                                          {"tokens", "tokens", ""},
                                          {"input_tokens", "input_tokens", ""},
                                          {"output_tokens", "output_tokens", ""},
                                          {"concurrent", "concurrent", ""}}};

struct Period {
  std::string_view word, window;
};
constexpr std::array<Period, 8> kPeriods = {{{"second", "fixed 1"},
                                             {"minute", "calendar minute 1"},
                                             {"hour", "calendar hour 1"},
                                             {"day", "calendar day 1"},
                                             {"week", "calendar week 1"},
                                             {"month", "calendar month 1"},
                                             {"year", "calendar month 12"},
                                             {"lifetime", "lifetime"}}};

Value window_value(std::string text, Span span) {
  Value v;
  v.kind = ValueKind::Window;
  v.text = std::move(text);
  v.span = span;
  return v;
}

bool has_window(const Value& amount) { return !amount.items.empty(); }

std::string plain(std::string_view digits) {
  std::string text;
  for (const char c : digits) {
    if (c != '_') text += c;
  }
  return text;
}

}  // namespace

std::optional<std::string> window_constant(std::string_view name) {
  for (const Period& p : kPeriods) {
    if (p.word == name) return std::string(p.window);
  }
  return std::nullopt;
}

std::optional<Length> length_of(std::string_view window) {
  const std::size_t blank = window.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  std::string_view rest = window.substr(blank + 1);
  if (!window.starts_with("calendar ")) {
    const auto n = Decimal::parse(rest);
    return n ? std::optional(Length{false, *n}) : std::nullopt;
  }
  const std::size_t second = rest.find(' ');
  const auto count = Decimal::parse(rest.substr(second + 1));
  const std::string_view unit = rest.substr(0, second);
  if (!count) return std::nullopt;
  if (unit == "month") return Length{true, *count};
  const std::int64_t seconds = unit == "minute" ? 60 : unit == "hour" ? 3600 : unit == "day" ? 86400 : 604800;
  const auto all = count->times(Decimal(seconds));
  return all ? std::optional(Length{false, *all}) : std::nullopt;
}

std::string_view kind_name(const Value& value) {
  switch (value.kind) {
    case ValueKind::Poison: return "a mistake";
    case ValueKind::None: return "none";
    case ValueKind::Bool: return "true or false";
    case ValueKind::Number: return "a number";
    case ValueKind::Text:
    case ValueKind::Word: return "a text";
    case ValueKind::Duration: return "a duration";
    case ValueKind::Window: return "a window";
    case ValueKind::Amount: return value.text == "usd" ? "an amount of money" : "a rate";
    case ValueKind::Special:
      return value.text == "env" || value.text == "secret" ? "a reference to a secret" : "a special value";
    case ValueKind::List: return "a list";
    case ValueKind::Map: return "a map";
    case ValueKind::Function: return "a function";
    case ValueKind::Module: return "a module";
  }
  return "";
}

bool same(const Value& a, const Value& b) {
  const auto kind = [](const Value& v) { return v.kind == ValueKind::Word ? ValueKind::Text : v.kind; };
  if (kind(a) != kind(b)) return false;
  switch (a.kind) {
    case ValueKind::Poison:
    case ValueKind::None: return true;
    case ValueKind::Bool: return a.truth == b.truth;
    case ValueKind::Number:
    case ValueKind::Duration: return a.number == b.number;
    case ValueKind::Text:
    case ValueKind::Word:
    case ValueKind::Window: return a.text == b.text;
    case ValueKind::Amount:
    case ValueKind::Special:
    case ValueKind::List:
      return a.text == b.text && a.number == b.number &&
             std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same);
    case ValueKind::Map:
      return a.fields.size() == b.fields.size() && std::all_of(a.fields.begin(), a.fields.end(), [&](const Field& f) {
               const Field* other = b.find(f.key);
               return other != nullptr && same(*f.value, *other->value);
             });
    case ValueKind::Function:
    case ValueKind::Module: return a.function == b.function && a.scope == b.scope;
  }
  return false;
}

std::string unescaped(std::string_view piece) {
  std::string out;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != '\\') {
      out += piece[i];
      continue;
    }
    const char c = piece[++i];
    if (c == 'n')
      out += '\n';
    else if (c == 't')
      out += '\t';
    else if (c == 'r')
      out += '\r';
    else if (c != 'u')
      out += c;
    if (c != 'u') continue;
    const std::size_t end = piece.find('}', i);
    std::uint32_t code = 0;
    for (std::size_t k = i + 2; k < end; ++k) {
      const char h = piece[k];
      code = code * 16 + static_cast<std::uint32_t>(h <= '9' ? h - '0' : (h | 0x20) - 'a' + 10);
    }
    i = end;
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | (code >> 6U));
      out += static_cast<char>(0x80 | (code & 0x3FU));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0 | (code >> 12U));
      out += static_cast<char>(0x80 | ((code >> 6U) & 0x3FU));
      out += static_cast<char>(0x80 | (code & 0x3FU));
    } else {
      out += static_cast<char>(0xF0 | (code >> 18U));
      out += static_cast<char>(0x80 | ((code >> 12U) & 0x3FU));
      out += static_cast<char>(0x80 | ((code >> 6U) & 0x3FU));
      out += static_cast<char>(0x80 | (code & 0x3FU));
    }
  }
  return out;
}

bool Evaluator::truth(const Value& v, std::string_view what) {
  if (v.kind == ValueKind::Bool) return v.truth;
  if (!v.poison()) (void)wrong(v.span, std::string(what) + " is true or false, not " + std::string(kind_name(v)));
  return true;
}

Value Evaluator::eval(const Expr& e, const Scope& scope, bool words) {
  step();
  switch (e.kind) {
    case ExprKind::Number: return number_of(e);
    case ExprKind::Money: return money_of(e);
    case ExprKind::Text: {
      Value v = made(ValueKind::Text, e);
      v.text = e.text;
      return v;
    }
    case ExprKind::Piece: {
      Value v = made(ValueKind::Text, e);
      v.text = unescaped(e.text);
      return v;
    }
    case ExprKind::Joined: return joined(e, scope);
    case ExprKind::Name: return name_of(e, scope, words);
    case ExprKind::List: {
      Value v = made(ValueKind::List, e);
      v.items.reserve(e.kids.size());
      for (const Expr* kid : e.kids) {
        v.items.push_back(eval(*kid, scope, words));
        if (v.items.back().poison()) return v.items.back();
      }
      return v;
    }
    case ExprKind::Map: return map_of(e, scope);
    case ExprKind::ListLoop:
    case ExprKind::MapLoop: return loop_of(e, scope);
    case ExprKind::Unary: return unary_of(e, scope);
    case ExprKind::Binary: return binary_of(e, scope);
    case ExprKind::Member: return member_of(e, scope);
    case ExprKind::Index: return index_of(e, scope);
    case ExprKind::Call: return call_of(e, scope);
    case ExprKind::Choice: {
      const Value c = eval(*e.kids[0], scope);
      if (c.poison()) return c;
      return eval(truth(c, "a condition") ? *e.kids[1] : *e.kids[2], scope, words);
    }
    case ExprKind::Quantified: return quantified(e, scope);
  }
  return {};
}

Value Evaluator::number_of(const Expr& e) {
  std::string_view text = e.text;
  std::string_view noun;
  const std::size_t blank = text.find_first_of(" \t");
  if (blank != std::string_view::npos) {
    noun = text.substr(text.find_first_not_of(" \t", blank));
    text = text.substr(0, blank);
  }
  if (text.ends_with("xx")) {
    Value v = made(ValueKind::Text, e);
    v.text = text;
    return v;
  }
  std::size_t digits = text.size();
  while (digits > 0 && (text[digits - 1] < '0' || text[digits - 1] > '9')) --digits;
  std::string_view suffix = text.substr(digits);
  text = text.substr(0, digits);
  if (noun.empty()) {
    for (const Unit& u : kNouns) {
      if (suffix == u.word) noun = suffix, suffix = {};
    }
  }
  auto n = Decimal::parse(plain(text));
  std::int64_t scale = 1;
  bool duration = false;
  if (suffix == "k" || suffix == "K") scale = 1000;
  if (suffix == "M") scale = 1'000'000;
  if (suffix == "G") scale = 1'000'000'000;
  if (suffix == "m") scale = 60, duration = true;
  if (suffix == "h") scale = 3600, duration = true;
  if (suffix == "d") scale = 86400, duration = true;
  if (suffix == "w") scale = 604800, duration = true;
  if (suffix == "s") duration = true;
  if (n && suffix == "ms") n = n->times(*Decimal::make(1, 3)), duration = true;
  if (n) n = n->times(Decimal(scale));
  if (!n) return wrong(span(e), "this number is too large or too fine");
  Value v = made(duration ? ValueKind::Duration : ValueKind::Number, e);
  v.number = *n;
  if (noun.empty()) return v;
  if (duration) return wrong(span(e), "a duration counts no " + std::string(noun));
  v.kind = ValueKind::Amount;
  for (const Unit& u : kNouns) {
    if (u.word != noun) continue;
    v.text = u.counts;
    if (!u.window.empty()) v.items.push_back(window_value(std::string(u.window), v.span));
  }
  return v;
}

Value Evaluator::money_of(const Expr& e) {
  Expr digits = e;
  digits.kind = ExprKind::Number;
  Value v = number_of(digits);
  if (v.poison()) return v;
  v.kind = ValueKind::Amount;
  v.text = "usd";
  return v;
}

Value Evaluator::name_of(const Expr& e, const Scope& scope, bool words) {
  if (e.text == "true" || e.text == "false") {
    Value v = made(ValueKind::Bool, e);
    v.truth = e.text == "true";
    return v;
  }
  if (e.text == "none") return made(ValueKind::None, e);
  if (const Value* bound = scope.find(e.text)) {
    step(1 + 4 * (bound->items.size() + bound->fields.size()));
    return *bound;
  }
  if (e.text == "unlimited") {
    Value v = made(ValueKind::Special, e);
    v.text = "unlimited";
    return v;
  }
  if (auto window = window_constant(e.text)) return window_value(*std::move(window), span(e));
  if (words) {
    Value v = made(ValueKind::Word, e);
    v.text = e.text;
    return v;
  }
  if (is_lost(e.text)) {
    Value v = made(ValueKind::Poison, e);
    failed_ = true;
    return v;
  }
  std::vector<std::string_view> known(kBuiltins.begin(), kBuiltins.end());
  for (const Scope* s = &scope; s != nullptr; s = s->around) {
    for (const auto& [name, value] : s->names) known.push_back(name);
  }
  const auto nearest = base::nearest_word(e.text, known);
  return wrong(span(e),
               "nothing is called `" + std::string(e.text) + "`" +
                   (nearest ? ", did you mean `" + std::string(*nearest) + "`?" : "; a text stands in quotes"));
}

Value Evaluator::joined(const Expr& e, const Scope& scope) {
  Value v = made(ValueKind::Text, e);
  for (const Expr* kid : e.kids) {
    const Value part = eval(*kid, scope);
    if (part.poison()) return part;
    if (part.kind == ValueKind::Text || part.kind == ValueKind::Word) {
      v.text += part.text;
    } else if (part.kind == ValueKind::Number) {
      v.text += part.number.text();
    } else if (part.kind == ValueKind::Bool) {
      v.text += part.truth ? "true" : "false";
    } else {
      return wrong(span(*kid),
                   "a text is made of texts, numbers and true or false, not of " + std::string(kind_name(part)));
    }
    step(1 + v.text.size() / 16);
  }
  return v;
}

Value Evaluator::map_of(const Expr& e, const Scope& scope) {
  Value v = made(ValueKind::Map, e);
  std::vector<Item> items;
  scopes_.push_back(std::make_unique<Scope>(Scope{&scope, {}, scope.names.size()}));
  const bool failed = std::exchange(failed_, false);
  run(*e.body, {scopes_.back().get(), &items, false});
  const bool poison = failed_;
  failed_ = failed_ || failed;
  for (Item& item : items) {
    if (item.is_block) return wrong(item.name_span, "a map holds settings, and `" + item.name + "` is a block");
    Field f;
    f.key = std::move(item.name);
    f.key_span = item.name_span;
    f.soft = item.soft;
    f.rule = std::move(item.rule);
    f.value = std::make_shared<const Value>(std::move(item.value));
    v.fields.push_back(std::move(f));
  }
  if (poison) v.kind = ValueKind::Poison;
  return v;
}

Value Evaluator::member_of(const Expr& e, const Scope& scope) {
  const Value base = eval(*e.kids[0], scope);
  if (base.poison()) return base;
  if (base.kind == ValueKind::Module) {
    for (const auto& [name, value] : base.scope->names) {
      if (name == e.text) return value;
    }
    std::vector<std::string_view> known;
    for (const auto& [name, value] : base.scope->names) known.push_back(name);
    const auto nearest = base::nearest_word(e.text, known);
    return wrong(span(e), "the module `" + base.text + "` has no `" + std::string(e.text) + "`" +
                              (nearest ? ", did you mean `" + std::string(*nearest) + "`?" : ""));
  }
  if (base.kind != ValueKind::Map)
    return wrong(span(e), std::string(kind_name(base)) + " has no `" + std::string(e.text) + "`");
  if (const Field* f = base.find(e.text)) return *f->value;
  if (base.text == "block") return made(ValueKind::None, e);
  std::vector<std::string_view> known;
  for (const Field& f : base.fields) known.push_back(f.key);
  const auto nearest = base::nearest_word(e.text, known);
  return wrong(span(e), "there is no `" + std::string(e.text) + "` in this map" +
                            (nearest ? ", did you mean `" + std::string(*nearest) + "`?" : ""));
}

Value Evaluator::index_of(const Expr& e, const Scope& scope) {
  const Value base = eval(*e.kids[0], scope);
  const Value which = eval(*e.kids[1], scope);
  if (base.poison() || which.poison()) return base.poison() ? base : which;
  if (base.kind == ValueKind::List && which.kind == ValueKind::Number) {
    const auto at = which.number.as_int64();
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= base.items.size())
      return wrong(span(*e.kids[1]), "the list has " + std::to_string(base.items.size()) +
                                         " elements, and none of number " + which.number.text());
    return base.items[static_cast<std::size_t>(*at)];
  }
  if (base.kind == ValueKind::Map && which.kind == ValueKind::Text) {
    if (const Field* f = base.find(which.text)) return *f->value;
    return wrong(span(*e.kids[1]), "there is no `" + which.text + "` in this map",
                 "`lookup(map, key, otherwise)` has an answer for what is missing");
  }
  return wrong(span(e),
               std::string(kind_name(base)) + " has no element that " + std::string(kind_name(which)) + " names");
}

Value Evaluator::call_of(const Expr& e, const Scope& scope) {
  std::vector<Value> arguments;
  for (std::size_t i = 1; i < e.kids.size(); ++i) {
    arguments.push_back(eval(*e.kids[i], scope));
    if (arguments.back().poison()) return arguments.back();
  }
  const Expr& callee = *e.kids[0];
  if (callee.kind == ExprKind::Name && scope.find(callee.text) == nullptr) {
    if (std::find(kBuiltins.begin(), kBuiltins.end(), callee.text) != kBuiltins.end())
      return builtin(callee.text, arguments, e);
    if (!is_lost(callee.text)) {
      std::vector<std::string_view> known(kBuiltins.begin(), kBuiltins.end());
      const auto nearest = base::nearest_word(callee.text, known);
      return wrong(span(callee), "there is no function `" + std::string(callee.text) + "`" +
                                     (nearest ? ", did you mean `" + std::string(*nearest) + "`?" : ""));
    }
  }
  const Value f = eval(callee, scope);
  if (f.poison()) return f;
  if (f.kind != ValueKind::Function) return wrong(span(callee), std::string(kind_name(f)) + " cannot be called");
  const Function& function = *f.function;
  if (function.stmt->value == nullptr) return wrong(span(callee), "this function makes blocks, it has no value");
  if (function.stmt->names.size() != arguments.size())
    return wrong(span(e), "`" + std::string(function.stmt->name) + "` takes " +
                              std::to_string(function.stmt->names.size()) + " values, not " +
                              std::to_string(arguments.size()));
  step(5);
  scopes_.push_back(std::make_unique<Scope>(Scope{function.scope, {}, function.visible}));
  Scope& inner = *scopes_.back();
  for (std::size_t i = 0; i < arguments.size(); ++i)
    inner.names.emplace_back(function.stmt->names[i], std::move(arguments[i]));
  const source::FileId file = std::exchange(file_, function.file);
  Value v = eval(*function.stmt->value, inner);
  file_ = file;
  return v;
}

Value Evaluator::unary_of(const Expr& e, const Scope& scope) {
  Value v = eval(*e.kids[0], scope);
  if (v.poison()) return v;
  if (e.text == "-") {
    if (v.kind != ValueKind::Number && v.kind != ValueKind::Duration && v.kind != ValueKind::Amount)
      return wrong(span(e), "`-` takes a number, not " + std::string(kind_name(v)));
    v.number = *Decimal(0).minus(v.number);
    v.span = span(e);
    return v;
  }
  Value out = made(ValueKind::Bool, e);
  if (v.kind != ValueKind::Bool)
    return wrong(span(e), "`" + std::string(e.text) + "` takes true or false, not " + std::string(kind_name(v)));
  out.truth = !v.truth;
  return out;
}

Value Evaluator::binary_of(const Expr& e, const Scope& scope) {
  const Value a = eval(*e.kids[0], scope);
  if (a.poison()) {
    (void)eval(*e.kids[1], scope);
    return a;
  }
  const std::string_view op = e.text;
  const bool both = op == "and" || op == "&&";
  if (both || op == "or" || op == "||") {
    if (truth(a, "what stands beside `" + std::string(op) + "`") != both) return a;
    Value b = eval(*e.kids[1], scope);
    if (!b.poison()) (void)truth(b, "what stands beside `" + std::string(op) + "`");
    return b;
  }
  const Value b = eval(*e.kids[1], scope);
  if (b.poison()) return b;
  Value v = made(ValueKind::Bool, e);
  if (op == "==" || op == "!=") {
    v.truth = same(a, b) == (op == "==");
    return v;
  }
  if (op == "in") {
    if (b.kind == ValueKind::List) {
      v.truth = std::any_of(b.items.begin(), b.items.end(), [&](const Value& item) { return same(item, a); });
    } else if (b.kind == ValueKind::Map && a.kind == ValueKind::Text) {
      v.truth = b.find(a.text) != nullptr;
    } else if (b.kind == ValueKind::Text && a.kind == ValueKind::Text) {
      v.truth = b.text.find(a.text) != std::string::npos;
    } else {
      return wrong(span(e), std::string(kind_name(a)) + " cannot be looked for in " + std::string(kind_name(b)));
    }
    return v;
  }
  if (op == "<" || op == ">" || op == "<=" || op == ">=") return compared(op, a, b, span(e));
  return arithmetic(op, a, b, span(e));
}

Value Evaluator::compared(std::string_view op, const Value& a, const Value& b, Span where) {
  const auto answer = [&](std::strong_ordering order) {
    Value v;
    v.kind = ValueKind::Bool;
    v.span = where;
    v.truth = op == "<" ? order < 0 : op == ">" ? order > 0 : op == "<=" ? order <= 0 : order >= 0;
    return v;
  };
  if (a.kind == b.kind && (a.kind == ValueKind::Number || a.kind == ValueKind::Duration))
    return answer(a.number <=> b.number);
  if (a.kind == b.kind && a.kind == ValueKind::Text) return answer(a.text <=> b.text);
  if (a.kind == ValueKind::Amount && b.kind == ValueKind::Amount && a.text == b.text &&
      has_window(a) == has_window(b)) {
    if (!has_window(a) || a.items[0].text == b.items[0].text) return answer(a.number <=> b.number);
    const auto la = length_of(a.items[0].text);
    const auto lb = length_of(b.items[0].text);
    if (la && lb && la->months == lb->months) {
      const auto left = a.number.times(lb->count);
      const auto right = b.number.times(la->count);
      if (left && right) return answer(*left <=> *right);
    }
    return wrong(where, "these windows have no common measure, so that nobody can say which is more");
  }
  return wrong(where, std::string(kind_name(a)) + " cannot be compared with " + std::string(kind_name(b)));
}

Value Evaluator::arithmetic(std::string_view op, const Value& a, const Value& b, Span where) {
  using K = ValueKind;
  const auto measured = [](const Value& v) {
    return v.kind == K::Number || v.kind == K::Duration || v.kind == K::Amount;
  };
  const auto refuse = [&] {
    return wrong(where, "`" + std::string(op) + "` does not go together with " + std::string(kind_name(a)) + " and " +
                            std::string(kind_name(b)));
  };
  const auto made_of = [&](const Value& like, std::optional<Decimal> number) {
    if (!number)
      return wrong(where, op == "/" ? "this has no exact decimal value" : "this number is too large or too fine",
                   op == "/" ? "`floor(a, b)` and `ceil(a, b)` divide to whole numbers" : "");
    Value v = like;
    v.number = *number;
    v.span = where;
    return v;
  };
  if (op == "+" && a.kind == b.kind) {
    Value v = a;
    v.span = where;
    if (a.kind == K::Text) {
      v.text += b.text;
      step(1 + v.text.size() / 16);
      return v;
    }
    if (a.kind == K::List) {
      v.items.insert(v.items.end(), b.items.begin(), b.items.end());
      step(1 + 4 * v.items.size());
      return v;
    }
    if (a.kind == K::Map) {
      for (const Field& f : b.fields) {
        const auto known =
            std::find_if(v.fields.begin(), v.fields.end(), [&](const Field& x) { return x.key == f.key; });
        known == v.fields.end() ? v.fields.push_back(f) : void(*known = f);
      }
      v.text.clear();
      return v;
    }
  }
  if (op == "/" && a.kind == K::Amount && (b.kind == K::Window || b.kind == K::Duration) && !has_window(a)) {
    Value v = a;
    v.span = {a.span.file, a.span.begin, where.end};
    v.items.push_back(
        b.kind == K::Window ? b : window_value((a.text == "usd" ? "rolling " : "fixed ") + b.number.text(), b.span));
    return v;
  }
  if (!measured(a) || !measured(b)) return refuse();
  const bool alike = a.kind == b.kind && a.text == b.text && has_window(a) == has_window(b) &&
                     (!has_window(a) || same(a.items[0], b.items[0]));
  if (op == "+" || op == "-")
    return alike ? made_of(a, op == "+" ? a.number.plus(b.number) : a.number.minus(b.number)) : refuse();
  if (op == "*") {
    if (b.kind == K::Number) return made_of(a, a.number.times(b.number));
    return a.kind == K::Number ? made_of(b, a.number.times(b.number)) : refuse();
  }
  if (b.number.is_zero()) return wrong(where, "nothing can be divided by zero");
  if (op == "/") {
    if (b.kind == K::Number) return made_of(a, a.number.divided_by(b.number));
    Value one;
    one.kind = K::Number;
    return alike ? made_of(one, a.number.divided_by(b.number)) : refuse();
  }
  if (a.kind == K::Number && b.kind == K::Number) {
    const auto x = a.number.as_int64();
    const auto y = b.number.as_int64();
    if (!x || !y || *y == 0 || *y == -1) return wrong(where, "`%` takes whole numbers");
    return made_of(a, Decimal(*x % *y));
  }
  return refuse();
}

}  // namespace gatec::syntax
