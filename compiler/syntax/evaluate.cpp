#include "compiler/base/nearest.h"
#include "compiler/syntax/evaluator.h"
#include "compiler/syntax/parse.h"

#include <algorithm>
#include <array>

namespace gatec::syntax {
namespace {

constexpr std::array<std::string_view, 8> kPlan = {"use",    "to",     "balance",  "group",
                                                   "switch", "mirror", "fallback", "default_fallback"};
bool is_plan(std::string_view name) { return std::find(kPlan.begin(), kPlan.end(), name) != kPlan.end(); }

bool same_labels(const std::vector<Value>& a, const std::vector<Value>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Value& x, const Value& y) { return x.text == y.text && x.number == y.number; });
}

/// What an overlay says over what is there: settings take the place of settings, blocks of one name and label are
/// merged, and a plan is replaced whole.
void merge(std::vector<Item>& base, std::vector<Item>& over) {
  const bool plan = std::any_of(over.begin(), over.end(), [](const Item& i) { return i.is_block && is_plan(i.name); });
  if (plan) std::erase_if(base, [](const Item& i) { return i.is_block && is_plan(i.name); });
  for (Item& item : over) {
    const auto known = std::find_if(base.begin(), base.end(), [&](const Item& b) {
      return b.name == item.name && b.is_block == item.is_block &&
             (!b.is_block || (same_labels(b.labels, item.labels) && !is_plan(b.name)));
    });
    if (known == base.end()) {
      base.push_back(std::move(item));
    } else if (item.is_block) {
      merge(known->block->items, item.block->items);
    } else {
      *known = std::move(item);
    }
  }
}

/// A block as checks see it: its settings by name, its first label as `name`, blocks in it as lists.
Value as_value(const Item& item, std::vector<std::pair<std::string, Value>>& collections, std::string_view around,
               const Value* around_name) {
  Value v;
  v.kind = ValueKind::Map;
  v.text = "block";
  v.span = item.name_span;
  const auto add = [&](std::string key, Value value) {
    Field f;
    f.key = std::move(key);
    f.value = std::make_shared<const Value>(std::move(value));
    v.fields.push_back(std::move(f));
  };
  if (!item.labels.empty()) {
    Value name = item.labels.front();
    if (name.kind == ValueKind::Word) name.kind = ValueKind::Text;
    add("name", std::move(name));
  }
  if (around_name != nullptr) add(std::string(around), *around_name);
  for (const Item& inner : item.block->items) {
    if (!inner.is_block) {
      add(inner.name, inner.value);
    } else {
      (void)as_value(inner, collections, item.name, v.find("name") != nullptr ? v.find("name")->value.get() : nullptr);
    }
  }
  const std::string plural = item.name + "s";
  for (auto& [name, list] : collections) {
    if (name == plural) list.items.push_back(v);
  }
  return v;
}

bool has_type(const Value& v, std::string_view type) {
  switch (v.kind) {
    case ValueKind::Text: return type == "string";
    case ValueKind::Number: return type == "number";
    case ValueKind::Bool: return type == "bool";
    case ValueKind::List: return type == "list";
    case ValueKind::Map: return type == "map";
    case ValueKind::Duration: return type == "duration";
    case ValueKind::Amount: return type == "amount" || (type == "money" && v.text == "usd");
    default: return v.poison();
  }
}

/// A tree of YAML or JSON as a value.
Value value_of(const doc::Node& node) {
  Value v;
  v.span = node.span();
  if (node.is_sequence()) {
    v.kind = ValueKind::List;
    for (const doc::Node* element : node.elements()) v.items.push_back(value_of(*element));
  } else if (node.is_mapping()) {
    v.kind = ValueKind::Map;
    for (const doc::Entry& e : node.entries()) {
      Field& field = v.fields.emplace_back();
      field.key = e.key->text();
      field.key_span = e.key->span();
      field.value = std::make_shared<const Value>(value_of(*e.value));
    }
  } else if (const auto truth = node.as_bool()) {
    v.kind = ValueKind::Bool;
    v.truth = *truth;
  } else if (const auto text = node.number(); text && Decimal::parse(*text)) {
    v.kind = ValueKind::Number;
    v.number = *Decimal::parse(*text);
  } else if (!node.is_null()) {
    v.kind = ValueKind::Text;
    v.text = node.text();
  }
  return v;
}

}  // namespace

Value Evaluator::wrong(Span span, std::string message, std::string note) {
  failed_ = true;
  if (++mistakes_ <= kMostMistakes) {
    auto told = sink_.report(DiagId::GateValue, span, std::move(message));
    if (!note.empty()) told.note(std::move(note));
  }
  Value v;
  v.kind = ValueKind::Poison;
  v.span = span;
  return v;
}

void Evaluator::step(std::uint64_t cost) {
  steps_ += cost;
  if (steps_ <= kMaxSteps + most_) return;
  failed_ = true;
  sink_.report(DiagId::GateTooMuch, {file_, 0, 0},
               "this program does more than " + std::to_string(kMaxSteps + most_) + " steps");
  throw Exhausted{};
}

std::unique_ptr<Block> Evaluator::program(const Module& module) {
  auto root = std::make_unique<Block>();
  root->span = {module.file, 0, 0};
  file_ = module.file;
  take_losses(module);
  most_ = 2 * sources_.text(file_).size();
  scopes_.push_back(std::make_unique<Scope>());
  Scope& scope = *scopes_.back();
  importing_.push_back(module.file.value);
  try {
    run(*module.body, {&scope, &root->items, true});
    overlay(module, *root, scope);
    std::vector<std::string> set;
    for (const auto& [name, text] : inputs_.parameters) set.push_back(name);
    for (const auto& [name, node] : inputs_.files) set.push_back(name);
    for (const std::string& name : set) {
      if (parameters_used_.contains(name)) continue;
      std::vector<std::string_view> known(parameters_used_.begin(), parameters_used_.end());
      const auto nearest = base::nearest_word(name, known);
      (void)wrong({module.file, 0, 0}, "there is no parameter `" + name + "`" +
                                           (nearest ? ", did you mean `" + std::string(*nearest) + "`?" : ""));
    }
    if (!failed_) checks(*root);
  } catch (const Exhausted&) {
    return nullptr;
  }
  return failed_ ? nullptr : std::move(root);
}

void Evaluator::run(const Body& body, Frame frame) {
  for (const Stmt* s : body.items) statement(*s, frame);
}

void Evaluator::statement(const Stmt& s, Frame frame) {
  step();
  switch (s.kind) {
    case StmtKind::Set: set(s, frame); return;
    case StmtKind::Block: block(s, frame); return;
    case StmtKind::Call: call_block(s, frame); return;
    case StmtKind::Import: import(s, frame); return;
    case StmtKind::Param: param(s, frame); return;
    case StmtKind::Let: bind(*frame.scope, s, eval(*s.value, *frame.scope)); return;
    case StmtKind::Fn: {
      functions_.push_back(std::make_unique<Function>(Function{&s, file_, frame.scope, frame.scope->names.size()}));
      Value f;
      f.kind = ValueKind::Function;
      f.function = functions_.back().get();
      f.span = span(s);
      bind(*frame.scope, s, std::move(f));
      return;
    }
    case StmtKind::Check: checks_.push_back({&s, file_, frame.scope}); return;
    case StmtKind::For: loop(s, frame); return;
    case StmtKind::If: {
      const Value v = eval(*s.value, *frame.scope);
      if (v.poison()) return;
      const Body* const chosen = truth(v, "a condition") ? s.body : s.otherwise;
      if (chosen == nullptr) return;
      scopes_.push_back(std::make_unique<Scope>(Scope{frame.scope, {}, frame.scope->names.size()}));
      run(*chosen, {scopes_.back().get(), frame.items, frame.top});
      return;
    }
    case StmtKind::Spread: spread(s, frame); return;
  }
}

void Evaluator::bind(Scope& scope, const Stmt& s, Value value) {
  const std::string name(s.name);
  for (const auto& [known, old] : scope.names) {
    if (known != name) continue;
    failed_ = true;
    auto told = sink_.report(DiagId::GateName, span(s), "`" + name + "` is bound twice");
    if (old.span.valid()) told.label(old.span, "first here");
    return;
  }
  scope.names.emplace_back(name, std::move(value));
}

void Evaluator::set(const Stmt& s, Frame frame) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"kind", "policy", "auth", "mode", "modes", "on_failure", "on", "per", "event",
                                       "role", "counts", "label", "environments", "owner", "refused", "error"});
  const bool words = std::find(kWords.begin(), kWords.end(), s.name) != kWords.end();
  Item item;
  item.name = s.name;
  item.name_span = span(s);
  item.soft = s.soft;
  item.rule = s.text;
  item.value = eval(*s.value, *frame.scope, words);
  if (item.value.poison()) return;
  if (item.value.kind == ValueKind::Function || item.value.kind == ValueKind::Module) {
    (void)wrong(span(*s.value), "`" + item.name + "` takes a value, not " + std::string(kind_name(item.value)));
    return;
  }
  for (const Item& known : *frame.items) {
    if (known.is_block || known.name != item.name) continue;
    failed_ = true;
    sink_.report(DiagId::GateName, item.name_span, "`" + item.name + "` is set twice")
        .label(known.name_span, "first here");
    return;
  }
  frame.items->push_back(std::move(item));
}

std::vector<Value> Evaluator::label_values(const Expr& e, const Scope& scope) {
  if (e.kind == ExprKind::Index && e.kids[0]->kind == ExprKind::Name) {
    std::vector<Value> both = {name_of(*e.kids[0], scope, true), eval(*e.kids[1], scope)};
    if (both[0].kind == ValueKind::Word || both[0].kind == ValueKind::Text) return both;
  }
  return {eval(e, scope, true)};
}

void Evaluator::block(const Stmt& s, Frame frame) {
  if (s.name == "gateway" && frame.top) {
    Overlay o{&s, file_, {}, {}};
    std::vector<Value> labels;
    for (const Expr* l : s.labels) labels.push_back(eval(*l, *frame.scope, true));
    if (!labels.empty()) o.name = labels[0].text;
    if (labels.size() == 3 && labels[1].text == "extends") o.base = labels[2].text;
    if (labels.empty() || labels.size() == 2 || labels.size() > 3 || (labels.size() == 3 && o.base.empty())) {
      (void)wrong(span(s), "an environment is written `gateway \"prod\"` or `gateway \"prod\" extends \"base\"`");
      return;
    }
    overlays_.push_back(std::move(o));
    return;
  }
  Item item;
  item.name = s.name;
  item.name_span = span(s);
  item.is_block = true;
  item.block = std::make_unique<Block>();
  item.block->span = {file_, s.begin, s.end};
  for (const Expr* l : s.labels) {
    for (Value& v : label_values(*l, *frame.scope)) {
      if (v.poison()) return;
      item.labels.push_back(std::move(v));
    }
  }
  if (s.body != nullptr) {
    scopes_.push_back(std::make_unique<Scope>(Scope{frame.scope, {}, frame.scope->names.size()}));
    run(*s.body, {scopes_.back().get(), &item.block->items, false});
  }
  frame.items->push_back(std::move(item));
}

void Evaluator::call_block(const Stmt& s, Frame frame) {
  const Value* const f = frame.scope->find(s.name);
  if (f != nullptr && f->poison()) return;
  if (f == nullptr || f->kind != ValueKind::Function || f->function->stmt->body == nullptr) {
    (void)wrong(span(s), "`" + std::string(s.name) + "` is no function that makes blocks",
                "such a function is written `fn NAME(a, b) { … }`");
    return;
  }
  const Function& function = *f->function;
  const auto& parameters = function.stmt->names;
  if (parameters.size() != s.labels.size()) {
    (void)wrong(span(s), "`" + std::string(s.name) + "` takes " + std::to_string(parameters.size()) + " values, not " +
                             std::to_string(s.labels.size()));
    return;
  }
  scopes_.push_back(std::make_unique<Scope>(Scope{function.scope, {}, function.visible}));
  Scope& inner = *scopes_.back();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    inner.names.emplace_back(parameters[i], eval(*s.labels[i], *frame.scope));
  const source::FileId file = std::exchange(file_, function.file);
  run(*function.stmt->body, {&inner, frame.items, frame.top});
  file_ = file;
}

void Evaluator::spread(const Stmt& s, Frame frame) {
  const Value v = eval(*s.value, *frame.scope);
  if (v.poison()) return;
  if (v.kind != ValueKind::Map) {
    (void)wrong(span(*s.value), "`...` takes a map, not " + std::string(kind_name(v)));
    return;
  }
  for (const Field& f : v.fields) {
    const bool known = std::any_of(frame.items->begin(), frame.items->end(),
                                   [&](const Item& i) { return !i.is_block && i.name == f.key; });
    if (known) continue;
    Item item;
    item.name = f.key;
    item.name_span = f.key_span;
    item.soft = f.soft;
    item.rule = f.rule;
    item.value = *f.value;
    frame.items->push_back(std::move(item));
  }
}

template <class F>
void Evaluator::each(const Value& source, std::span<const std::string_view> names, const Scope& scope, F f) {
  const auto go = [&](Value first, Value second) {
    step(5);
    scopes_.push_back(std::make_unique<Scope>(Scope{&scope, {}, scope.names.size()}));
    Scope& inner = *scopes_.back();
    inner.names.emplace_back(names[0], std::move(first));
    if (names.size() > 1) inner.names.emplace_back(names[1], std::move(second));
    f(inner);
  };
  if (source.kind == ValueKind::List) {
    for (std::size_t i = 0; i < source.items.size(); ++i) {
      Value number;
      number.kind = ValueKind::Number;
      number.number = Decimal(static_cast<std::int64_t>(i));
      number.span = source.items[i].span;
      names.size() > 1 ? go(std::move(number), source.items[i]) : go(source.items[i], {});
    }
  } else if (source.kind == ValueKind::Map) {
    for (const Field& field : source.fields) {
      Value key;
      key.kind = ValueKind::Text;
      key.text = field.key;
      key.span = field.key_span;
      go(std::move(key), *field.value);
    }
  } else if (!source.poison()) {
    (void)wrong(source.span, "a loop goes over a list or a map, not " + std::string(kind_name(source)));
  }
}

void Evaluator::loop(const Stmt& s, Frame frame) {
  const Value source = eval(*s.value, *frame.scope);
  each(source, s.names, *frame.scope, [&](Scope& inner) { run(*s.body, {&inner, frame.items, frame.top}); });
}

Value Evaluator::loop_of(const Expr& e, const Scope& scope) {
  const Value source = eval(*e.kids[0], scope);
  const bool list = e.kind == ExprKind::ListLoop;
  Value out = made(list ? ValueKind::List : ValueKind::Map, e);
  bool poison = source.poison();
  each(source, e.names, scope, [&](Scope& inner) {
    std::size_t next = 1;
    if (e.filtered) {
      const Value keep = eval(*e.kids[next++], inner);
      if (keep.poison()) poison = true;
      if (keep.poison() || !truth(keep, "a filter")) return;
    }
    Value first = eval(*e.kids[next], inner);
    if (first.poison()) {
      poison = true;
    } else if (list) {
      out.items.push_back(std::move(first));
    } else {
      Field f;
      f.key = first.text;
      f.key_span = first.span;
      if (first.kind != ValueKind::Text) {
        (void)wrong(first.span, "a key is a text, not " + std::string(kind_name(first)));
        poison = true;
        return;
      }
      Value value = eval(*e.kids[next + 1], inner);
      poison = poison || value.poison();
      if (out.find(f.key) != nullptr) {
        (void)wrong(first.span, "the key `" + f.key + "` comes twice");
        poison = true;
        return;
      }
      f.value = std::make_shared<const Value>(std::move(value));
      out.fields.push_back(std::move(f));
    }
  });
  if (poison) out.kind = ValueKind::Poison;
  return out;
}

Value Evaluator::quantified(const Expr& e, const Scope& scope) {
  const Value source = eval(*e.kids[0], scope);
  const bool all = e.text == "forall";
  Value out = made(ValueKind::Bool, e);
  out.truth = all;
  bool poison = source.poison();
  each(source, e.names, scope, [&](Scope& inner) {
    if (poison || out.truth != all) return;
    const Value v = eval(*e.kids[1], inner);
    poison = v.poison();
    if (!poison && truth(v, "a condition") != all) {
      out.truth = !all;
      out.text = inner.names[0].second.kind == ValueKind::Map && inner.names[0].second.find("name") != nullptr
                     ? inner.names[0].second.find("name")->value->text
                     : inner.names[0].second.text;
    }
  });
  if (poison) out.kind = ValueKind::Poison;
  return out;
}

void Evaluator::import(const Stmt& s, Frame frame) {
  std::string path(s.text);
  std::string name(s.name);
  if (name.empty()) {
    name = path.substr(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/') + 1);
    if (name.ends_with(".gate")) name.resize(name.size() - 5);
    for (char& c : name) {
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) c = '_';
    }
  }
  const Span at{file_, s.begin, s.end};
  if (!frame.top) {
    (void)wrong(at, "a module is imported at the top of a file");
    return;
  }
  const auto file = inputs_.load ? inputs_.load(file_, path) : std::nullopt;
  if (!file) {
    (void)wrong(at, "the module `" + path + "` cannot be read");
    return;
  }
  if (std::find(importing_.begin(), importing_.end(), file->value) != importing_.end()) {
    (void)wrong(at, "the module `" + path + "` imports itself, by way of others or not");
    return;
  }
  auto known = imported_.find(file->value);
  if (known == imported_.end()) {
    auto module = parse(sources_, *file, sink_);
    if (module == nullptr || sink_.has_errors()) {
      failed_ = true;
      if (module == nullptr) return;
    }
    take_losses(*module);
    scopes_.push_back(std::make_unique<Scope>());
    Scope* const scope = scopes_.back().get();
    modules_.push_back(std::move(module));
    const source::FileId outer = std::exchange(file_, *file);
    importing_.push_back(file->value);
    run(*modules_.back()->body, {scope, frame.items, true});
    importing_.pop_back();
    file_ = outer;
    known = imported_.emplace(file->value, scope).first;
  }
  Value v;
  v.kind = ValueKind::Module;
  v.text = name;
  v.scope = known->second;
  v.span = at;
  frame.scope->names.emplace_back(std::move(name), std::move(v));
}

Value Evaluator::parameter(const Stmt& s, const std::string& text, const Value* otherwise) {
  Value v;
  v.span = span(s);
  std::string type(s.text);
  if (type.empty() && otherwise != nullptr) type = kind_name(*otherwise);
  const auto number = [&](std::string_view t) { return Decimal::parse(t); };
  if (type.empty() || type == "string" || type == "a text") {
    v.kind = ValueKind::Text;
    v.text = text;
  } else if (type == "number" || type == "a number") {
    const auto n = number(text);
    if (!n) return wrong(v.span, "`" + std::string(s.name) + "` takes a number, not `" + text + "`");
    v.kind = ValueKind::Number;
    v.number = *n;
  } else if (type == "bool" || type == "true or false") {
    if (text != "true" && text != "false")
      return wrong(v.span, "`" + std::string(s.name) + "` takes true or false, not `" + text + "`");
    v.kind = ValueKind::Bool;
    v.truth = text == "true";
  } else if (type == "money" || type == "an amount") {
    const auto n = number(text.starts_with('$') ? std::string_view(text).substr(1) : std::string_view(text));
    if (!n) return wrong(v.span, "`" + std::string(s.name) + "` takes an amount of money, not `" + text + "`");
    v.kind = ValueKind::Amount;
    v.text = "usd";
    v.number = *n;
  } else if (type == "list" || type == "a list") {
    v.kind = ValueKind::List;
    for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      Value item;
      item.kind = ValueKind::Text;
      item.text = text.substr(begin, end - begin);
      item.span = v.span;
      v.items.push_back(std::move(item));
      begin = end + 1;
    }
  } else {
    return wrong(v.span, "a parameter of type `" + type + "` cannot be set from outside");
  }
  return v;
}

/// What a file holds has the parameter's type, or that of its default; money is spelled as on the command line.
Value Evaluator::parameter(const Stmt& s, const doc::Node& node, const Value* otherwise) {
  step(node.expanded_size());
  const bool money =
      s.text == "money" || (s.text.empty() && otherwise != nullptr && otherwise->kind == ValueKind::Amount);
  if (money && node.is_scalar()) {
    Value v = parameter(s, std::string(node.text()), otherwise);
    v.span = node.span();
    return v;
  }
  Value v = value_of(node);
  const bool fits =
      !s.text.empty() ? has_type(v, s.text) : otherwise == nullptr || kind_name(v) == kind_name(*otherwise);
  if (fits) return v;
  const std::string type = !s.text.empty() ? "a " + std::string(s.text) : std::string(kind_name(*otherwise));
  return wrong(node.span(), "`" + std::string(s.name) + "` takes " + type + ", not " + std::string(kind_name(v)));
}

void Evaluator::param(const Stmt& s, Frame frame) {
  static constexpr std::array<std::string_view, 8> kTypes = {"string", "number", "bool",     "money",
                                                             "list",   "map",    "duration", "amount"};
  if (!s.text.empty() && std::find(kTypes.begin(), kTypes.end(), s.text) == kTypes.end()) {
    const auto nearest = base::nearest_word(s.text, kTypes);
    (void)wrong(span(s), "there is no type `" + std::string(s.text) + "`" +
                             (nearest ? ", did you mean `" + std::string(*nearest) + "`?"
                                      : "; there are string, number, bool, money, list, map, duration and amount"));
    return;
  }
  std::optional<Value> otherwise;
  if (s.value != nullptr) otherwise = eval(*s.value, *frame.scope);
  const auto given = inputs_.parameters.find(s.name);
  parameters_used_.insert(std::string(s.name));
  if (given != inputs_.parameters.end()) {
    bind(*frame.scope, s, parameter(s, given->second, otherwise ? &*otherwise : nullptr));
    return;
  }
  if (const auto file = inputs_.files.find(s.name); file != inputs_.files.end()) {
    bind(*frame.scope, s, parameter(s, *file->second, otherwise ? &*otherwise : nullptr));
    return;
  }
  if (!otherwise) {
    bind(*frame.scope, s,
         wrong(span(s), "the parameter `" + std::string(s.name) + "` has no value",
               "give it with --set " + std::string(s.name) + "=…"));
    return;
  }
  if (!s.text.empty() && !has_type(*otherwise, s.text))
    otherwise = wrong(otherwise->span, "`" + std::string(s.name) + "` is a " + std::string(s.text) +
                                           ", its default is " + std::string(kind_name(*otherwise)));
  bind(*frame.scope, s, *std::move(otherwise));
}

void Evaluator::overlay(const Module& module, Block& root, Scope& scope) {
  if (overlays_.empty()) {
    if (!inputs_.gateway.empty())
      (void)wrong({module.file, 0, 0}, "there is no gateway `" + inputs_.gateway + "` here");
    return;
  }
  std::string names;
  for (const Overlay& o : overlays_) (names += names.empty() ? "`" : ", `") += o.name + "`";
  std::string wanted = inputs_.gateway;
  if (wanted.empty() && overlays_.size() == 1) wanted = overlays_[0].name;
  if (wanted.empty()) {
    (void)wrong({overlays_[0].file, overlays_[0].stmt->begin, overlays_[0].stmt->begin},
                "there are several gateways here: " + names, "say which with --set gateway=NAME");
    return;
  }
  std::vector<const Overlay*> chain;
  Span asked{module.file, 0, 0};
  while (!wanted.empty()) {
    const auto found =
        std::find_if(overlays_.begin(), overlays_.end(), [&](const Overlay& o) { return o.name == wanted; });
    if (found == overlays_.end()) {
      (void)wrong(asked, "there is no gateway `" + wanted + "`; there are " + names);
      return;
    }
    if (std::find(chain.begin(), chain.end(), &*found) != chain.end()) {
      (void)wrong(asked, "the gateway `" + wanted + "` extends itself");
      return;
    }
    chain.push_back(&*found);
    asked = {found->file, found->stmt->name_begin, found->stmt->name_end};
    wanted = found->base;
  }
  for (std::size_t i = chain.size(); i-- > 0;) {
    file_ = chain[i]->file;
    std::vector<Item> items;
    scopes_.push_back(std::make_unique<Scope>(Scope{&scope, {}, SIZE_MAX}));
    if (chain[i]->stmt->body != nullptr) run(*chain[i]->stmt->body, {scopes_.back().get(), &items, false});
    merge(root.items, items);
  }
  file_ = module.file;
}

void Evaluator::checks(const Block& root) {
  if (checks_.empty()) return;
  std::vector<std::pair<std::string, Value>> collections;
  for (const std::string_view name : {"models", "patterns", "providers", "teams", "keys", "users", "members", "orgs",
                                      "projects", "customers", "tags", "guardrails"}) {
    Value list;
    list.kind = ValueKind::List;
    collections.emplace_back(name, std::move(list));
  }
  for (const Item& item : root.items) {
    if (item.is_block) (void)as_value(item, collections, {}, nullptr);
  }
  for (const Check& check : checks_) {
    file_ = check.file;
    Scope scope{check.scope, collections, SIZE_MAX};
    const Value text = eval(*check.stmt->value, scope);
    const Value v = eval(*check.stmt->condition, scope);
    if (v.poison() || truth(v, "a check")) continue;
    failed_ = true;
    auto told = sink_.report(DiagId::GateCheck, span(*check.stmt->condition), "this does not hold: " + text.text);
    if (!v.text.empty()) told.note("for `" + v.text + "`");
  }
}

std::unique_ptr<Block> evaluate(const source::SourceManager& sources, const Module& module, Inputs& inputs,
                                diagnostics::Sink& sink) {
  return Evaluator(sources, inputs, sink).program(module);
}

doc::ReadResult read_gate(const source::SourceManager& sources, source::FileId file, Inputs& inputs,
                          diagnostics::Sink& sink, const doc::ReadOptions& options) {
  const std::size_t before = sink.all().size();
  const std::unique_ptr<Module> module = parse(sources, file, sink);
  const auto told = [&] {
    return sink.report(diagnostics::DiagId::GateSyntax, {file, 0, 0}, "the program is not evaluated").told();
  };
  const bool broken = module == nullptr || sink.all().size() != before;
  const std::unique_ptr<Block> block = module != nullptr ? evaluate(sources, *module, inputs, sink) : nullptr;
  if (block == nullptr || broken) {
    if (sink.all().size() == before) return told();
    // What was told is enough: the same finding is kept once.
    const diagnostics::Diagnostic d = sink.all().back();
    return sink.report(d.id, d.span, d.message).told();
  }
  if (inputs.keep != Keep::All) {
    const bool tests = inputs.keep == Keep::Tests;
    std::erase_if(block->items, [&](const Item& item) { return (item.is_block && item.name == "test") != tests; });
  }
  return emit(sources, file, *block, sink, options);
}

}  // namespace gatec::syntax
