#include "compiler/facts/secrets.h"
#include "targets/gate/members.h"
#include "targets/read_kit.h"

#include <deque>
#include <mutex>

namespace gatec::targets::gate {
namespace {

/// Rules that a program names and no dialect of ours knows: they live as long as the process.
const ir::Rule& kept_rule(std::string_view id) {
  static std::mutex mutex;
  static std::deque<std::string> texts;
  static std::deque<ir::Rule> rules;
  const std::scoped_lock lock(mutex);
  for (const ir::Rule& r : rules) {
    if (r.id == id) return r;
  }
  texts.emplace_back(id);
  rules.push_back({texts.back(), kDefault.text, kDefault.source});
  return rules.back();
}

}  // namespace

Reader::Tag Reader::tag(const Node& node) {
  Tag t;
  t.kind = node.tag();
  if (const std::size_t at = t.kind.find('@'); at != std::string_view::npos) {
    t.rule = t.kind.substr(at + 1);
    t.kind = t.kind.substr(0, at);
  }
  if (t.kind.ends_with('?')) {
    t.soft = true;
    t.kind.remove_suffix(1);
  }
  return t;
}

void Reader::take(const Node& node) {
  if (!node.leaf().valid()) return;
  taken_[node.leaf().value - first_] = true;
  context_.ledger.settle(node.leaf(), ir::Fate::Mapped, DiagId::NotModelled, "the form of the program");
}

void Reader::take_all(const Node& node) {
  take(node);
  for (const Node* element : node.elements()) take_all(*element);
  for (const doc::Entry& entry : node.written_entries()) take_all(*entry.value);
}

Origin Reader::origin(const Node& node) {
  const Tag t = tag(node);
  const ir::Rule* rule = nullptr;
  if (!t.rule.empty()) {
    for (const Dialect* d : dialects()) {
      for (const ir::Rule* r : d->rules) {
        if (r->id == t.rule) rule = r;
      }
    }
    if (rule == nullptr) rule = &kept_rule(t.rule);
  }
  if (t.soft) {
    take(node);
    return Origin(rule != nullptr ? *rule : kDefault);
  }
  if (node.leaf().valid()) taken_[node.leaf().value - first_] = true;
  return rule != nullptr ? Origin(node.leaf(), *rule) : Origin(node.leaf());
}

void Reader::wrong(const Node& node, std::string_view what, std::string_view expected) {
  take_all(node);
  if (context_.proving) return;
  context_.sink.report(DiagId::WrongType, node.span(),
                       quoted(what) + " takes " + std::string(expected) + ", not " + describe(node));
}

void Reader::unknown(const doc::Entry& entry, std::vector<std::string_view> known, std::string_view where) {
  context_.ledger.settle(*entry.value, ir::Fate::Skipped, DiagId::UnknownKey, "nothing of this name is known here");
  take_all(*entry.value);
  if (context_.proving) return;
  const std::string_view key = entry.key->text();
  const auto nearest = base::nearest_word(key, known);
  context_.sink.report(
      DiagId::UnknownKey, entry.key->span(),
      quoted(key) + " is not known in " + quoted(where) + (nearest ? ", did you mean " + quoted(*nearest) + "?" : ""));
}

std::string Reader::text(const Node& node) { return node.is_scalar() ? std::string(node.text()) : std::string(); }

std::optional<ir::Decimal> Reader::decimal(const Node& node) const {
  if (!node.is_scalar()) return std::nullopt;
  const std::string_view kind = tag(node).kind;
  if (kind.empty() && node.is_number()) return ir::Decimal::parse(node.text());
  if (kind == "duration") return ir::Decimal::parse(node.text());
  if (kind == "amount") return ir::Decimal::parse(node.text().substr(0, node.text().find(' ')));
  return std::nullopt;
}

bool Reader::scalar(const Node& node, std::string& out, std::string_view what) {
  const std::string_view kind = tag(node).kind;
  const bool fits =
      node.is_scalar() && (kind.empty() || kind == "literal" || kind == "template") && node.type() != doc::Type::Bool;
  if (!fits) {
    wrong(node, what, "a text");
    return false;
  }
  out = node.text();
  return true;
}

bool Reader::scalar(const Node& node, bool& out, std::string_view what) {
  if (!node.is_scalar() || node.type() != doc::Type::Bool) {
    wrong(node, what, "true or false");
    return false;
  }
  out = node.text() == "true";
  return true;
}

bool Reader::scalar(const Node& node, std::int64_t& out, std::string_view what) {
  const auto d = decimal(node);
  const auto whole = d ? d->as_int64() : std::nullopt;
  if (!whole) {
    wrong(node, what, "a whole number");
    return false;
  }
  out = *whole;
  return true;
}

bool Reader::scalar(const Node& node, ir::Decimal& out, std::string_view what) {
  const auto d = decimal(node);
  if (!d) {
    wrong(node, what, "a number");
    return false;
  }
  out = *d;
  return true;
}

ir::Credential Reader::credential(const Node& node) {
  const std::string_view kind = tag(node).kind;
  std::string said(node.text());
  if (kind == "env") return ir::Credential::env(std::move(said));
  if (kind == "secret") return {ir::Credential::Kind::Manager, std::move(said), {}};
  if (kind == "template") return {ir::Credential::Kind::Template, std::move(said), {}};
  if (kind == "placeholder" || said.empty() || facts::is_placeholder(said))
    return {ir::Credential::Kind::Placeholder, std::move(said), {}};
  if (context_.mark_secret) context_.mark_secret(node.span());
  return ir::Credential::secret(std::move(said));
}

bool Reader::scalar(const Node& node, ir::Credential& out, std::string_view what) {
  const std::string_view kind = tag(node).kind;
  const bool fits = node.is_scalar() && node.is_string() && kind != "duration" && kind != "amount" && kind != "window";
  if (!fits) {
    wrong(node, what, "a reference as `env(\"NAME\")`");
    return false;
  }
  out = credential(node);
  return true;
}

bool Reader::scalar(const Node& node, ir::Window& out, std::string_view what) {
  std::optional<ir::Window> w;
  const std::string_view kind = tag(node).kind;
  if (kind == "window") w = parse_window(node.text());
  if (kind == "duration") w = parse_window("rolling " + std::string(node.text()));
  if (!w) {
    wrong(node, what, "a window as `month` or `sliding(60s)`");
    return false;
  }
  out = *std::move(w);
  return true;
}

bool Reader::scalar(const Node& node, ir::Policy& out, std::string_view what) {
  return enumerated(node, out, kPolicies, &ir::policy_name, what);
}
bool Reader::scalar(const Node& node, ir::OnFailure& out, std::string_view what) {
  return enumerated(node, out, kOnFailures, &ir::on_failure_name, what);
}
bool Reader::scalar(const Node& node, ir::AuthMode& out, std::string_view what) {
  return enumerated(node, out, kAuthModes, &ir::auth_mode_name, what);
}

ir::Value Reader::value(const Node& node, std::string_view key) {
  ir::Value v;
  if (node.leaf().valid()) v.from = origin(node);
  if (node.is_sequence()) {
    v.kind = ir::Value::Kind::Sequence;
    for (const Node* element : node.elements()) v.items.push_back(value(*element, key));
    return v;
  }
  if (node.is_mapping()) {
    v.kind = ir::Value::Kind::Mapping;
    for (const doc::Entry& entry : node.entries())
      v.pairs.emplace_back(std::string(entry.key->text()), value(*entry.value, entry.key->text()));
    return v;
  }
  const std::string_view kind = tag(node).kind;
  v.text = node.text();
  if (node.is_null()) {
    v.kind = ir::Value::Kind::Null;
    v.text.clear();
  } else if (node.type() == doc::Type::Bool) {
    v.kind = ir::Value::Kind::Bool;
    v.boolean = v.text == "true";
    v.text.clear();
  } else if (node.is_number() || kind == "number" || kind == "duration") {
    v.kind = ir::Value::Kind::Number;
  } else if (kind == "amount") {
    v.kind = ir::Value::Kind::Number;
    v.text = v.text.substr(0, v.text.find(' '));
  } else if (kind == "timestamp") {
    v.kind = ir::Value::Kind::Timestamp;
  } else if (kind == "env" || kind == "secret" || kind == "template" || kind == "placeholder") {
    v.kind = ir::Value::Kind::Secret;
    v.credential = credential(node);
    v.text.clear();
  } else {
    v.kind = ir::Value::Kind::String;
    const bool named = facts::is_credential_key(key) && !v.text.empty();
    if (kind != "literal" && (named || facts::looks_like_secret(v.text)) && !facts::is_placeholder(v.text)) {
      v.kind = ir::Value::Kind::Secret;
      v.credential = credential(node);
      v.text.clear();
    }
  }
  return v;
}

void Reader::any(const Node& node, std::vector<ir::Param>& params, std::string_view what) {
  if (!node.is_mapping() && !is_blocks(node)) return wrong(node, what, "a map");
  each_body(node, [&](const Node& body) {
    if (body.empty()) take(body);
    for (const doc::Entry& e : body.entries())
      params.push_back({std::string(e.key->text()), value(*e.value, e.key->text())});
  });
}

void Reader::any(const Node& node, std::vector<ir::ProviderParam>& params, std::string_view what) {
  if (!node.is_mapping() && !is_blocks(node)) return wrong(node, what, "a map");
  each_body(node, [&](const Node& body) {
    if (body.empty()) take(body);
    for (const doc::Entry& e : body.entries())
      params.push_back({std::string(e.key->text()), value(*e.value, e.key->text())});
  });
}

void Reader::any(const Node& node, std::vector<ir::FailureCount>& counts, std::string_view what) {
  if (!node.is_mapping()) return wrong(node, what, "a map from failures to numbers");
  if (node.empty()) take(node);
  for (const doc::Entry& e : node.entries()) {
    const auto failure = std::find_if(kFailures.begin(), kFailures.end(),
                                      [&](ir::Failure f) { return ir::failure_name(f) == e.key->text(); });
    if (failure == kFailures.end()) {
      unknown(e, {}, what);
      continue;
    }
    ir::FailureCount& c = counts.emplace_back();
    c.failure = *failure;
    any(*e.value, c.count, e.key->text());
  }
}

void Reader::any(const Node& node, std::vector<ir::Price>& prices, std::string_view what) {
  if (!node.is_mapping()) return wrong(node, what, "a map from units to amounts");
  if (node.empty()) take(node);
  for (const doc::Entry& e : node.entries()) {
    ir::Price& p = prices.emplace_back();
    const std::string_view key = e.key->text();
    const std::size_t dot = key.find('.');
    p.unit = key.substr(0, dot);
    if (dot != std::string_view::npos) p.tier = key.substr(dot + 1);
    any(*e.value, p.amount, key);
  }
}

void Reader::any(const Node& node, std::vector<ir::Alias>& aliases, std::string_view what) {
  if (!node.is_mapping()) return wrong(node, what, "a map from names to routes");
  if (node.empty()) take(node);
  for (const doc::Entry& e : node.entries()) {
    ir::Alias& a = aliases.emplace_back();
    a.name = e.key->text();
    if (e.value->is_mapping()) {
      any<ir::Alias>(*e.value, a, what);
    } else {
      any(*e.value, a.target, e.key->text());
    }
  }
}

void Reader::any(const Node& node, std::vector<ir::Value>& values, std::string_view what) {
  if (!node.is_sequence() || is_blocks(node)) return wrong(node, what, "a list");
  if (node.empty()) take(node);
  for (const Node* element : node.elements()) values.push_back(value(*element, what));
}

void Reader::any(const Node& node, ir::Retry& retry, std::string_view what) {
  if (node.is_scalar()) return any(node, retry.attempts, what);
  any<ir::Retry>(node, retry, what);
}

void Reader::any(const Node& node, ir::Timeouts& timeouts, std::string_view what) {
  if (node.is_scalar()) return any(node, timeouts.attempt, what);
  any<ir::Timeouts>(node, timeouts, what);
}

std::optional<Reader::Amount> Reader::amount(const Node& node) const {
  if (!node.is_scalar() || tag(node).kind != "amount") return std::nullopt;
  std::string_view said = node.text();
  Amount a;
  const std::size_t first = said.find(' ');
  const auto number = ir::Decimal::parse(said.substr(0, first));
  if (!number) return std::nullopt;
  a.number = *number;
  said.remove_prefix(first + 1);
  const std::size_t second = said.find(' ');
  for (const ir::Counted c : ir::kCounted) {
    if (counted_word(c) == said.substr(0, second)) a.counts = c;
  }
  if (second != std::string_view::npos) a.window = parse_window(said.substr(second + 1));
  return a;
}

void Reader::limit(const Node& node, std::vector<ir::Limit>& limits, bool hint) {
  if (const auto a = amount(node)) {
    ir::Limit& l = limits.emplace_back();
    const Origin from = origin(node);
    l.counts = a->counts;
    l.amount = {a->number, from};
    if (a->window) l.window = {*a->window, from};
    if (hint) l.hint = {true, from};
    return;
  }
  if (!node.is_mapping()) return wrong(node, "limit", "a rate as `60 rpm`");
  ir::Limit& l = limits.emplace_back();
  if (hint) l.hint = {true, Origin(kDefault)};
  for (const doc::Entry& e : node.entries()) {
    if (e.key->text() == "counts") {
      ir::Counted counts{};
      if (enumerated(*e.value, counts, ir::kCounted, &counted_word, "counts")) l.counts = counts;
      take(*e.value);
    } else if (const auto a = e.key->text() == "amount" ? amount(*e.value) : std::nullopt) {
      l.counts = a->counts;
      l.amount = {a->number, origin(*e.value)};
      if (a->window) l.window = {*a->window, origin(*e.value)};
    } else if (!member(e, l)) {
      unknown(e, {"counts", "amount", "window", "burst", "scope", "hint", "guarantee"}, "limit");
    }
  }
}

void Reader::budget(const Node& node, std::vector<ir::Budget>& budgets) {
  if (const auto a = amount(node)) {
    ir::Budget& b = budgets.emplace_back();
    const Origin from = origin(node);
    b.counts = a->counts;
    b.amount = {a->number, from};
    if (a->window) b.window = {*a->window, from};
    return;
  }
  if (!node.is_mapping()) return wrong(node, "budget", "an amount of money as `$100/month`");
  ir::Budget& b = budgets.emplace_back();
  for (const doc::Entry& e : node.entries()) {
    if (e.key->text() == "counts") {
      ir::Counted counts{};
      if (enumerated(*e.value, counts, ir::kCounted, &counted_word, "counts")) b.counts = counts;
      take(*e.value);
    } else if (const auto a = e.key->text() == "amount" ? amount(*e.value) : std::nullopt) {
      b.counts = a->counts;
      b.amount = {a->number, origin(*e.value)};
      if (a->window) b.window = {*a->window, origin(*e.value)};
    } else if (!member(e, b)) {
      unknown(e, {"counts", "amount", "window", "soft", "scope", "id"}, "budget");
    }
  }
}

void Reader::any(const Node& node, std::vector<ir::Limit>& limits, std::string_view) {
  if (!node.is_sequence() || is_blocks(node)) return limit(node, limits, false);
  if (node.empty()) take(node);
  for (const Node* element : node.elements()) limit(*element, limits, false);
}

void Reader::any(const Node& node, std::vector<ir::Budget>& budgets, std::string_view) {
  if (!node.is_sequence() || is_blocks(node)) return budget(node, budgets);
  if (node.empty()) take(node);
  for (const Node* element : node.elements()) budget(*element, budgets);
}

bool Reader::limits(const doc::Entry& entry, std::vector<ir::Limit>& limits, std::vector<ir::Budget>& budgets) {
  const std::string_view key = entry.key->text();
  if (key == "limit") {
    any(*entry.value, limits, key);
  } else if (key == "budget") {
    any(*entry.value, budgets, key);
  } else if (key == "steer") {
    if (entry.value->is_sequence()) {
      for (const Node* element : entry.value->elements()) limit(*element, limits, true);
    } else {
      limit(*entry.value, limits, true);
    }
  } else {
    return false;
  }
  return true;
}

bool Reader::setting(const doc::Entry& entry, ir::Settings& settings) {
  const std::string_view key = entry.key->text();
  ir::RequestParams& params = settings.params;
  if (key == "params") {
    any(*entry.value, params.defaults, key);
  } else if (key == "force_params") {
    any(*entry.value, params.overrides, key);
  } else if (key == "drop_params") {
    any(*entry.value, params.drop, key);
  } else if (key == "drop_unsupported") {
    any(*entry.value, params.drop_unsupported, key);
  } else if (key == "allow_params") {
    any(*entry.value, params.allow, key);
  } else {
    return member(entry, settings);
  }
  return true;
}

bool Reader::extras(const doc::Entry& entry, std::vector<ir::Extra>& extras) {
  const Dialect* const dialect = find_dialect(entry.key->text());
  if (dialect == nullptr || dialect->name == "gate" || (!entry.value->is_mapping() && !is_blocks(*entry.value)))
    return false;
  const auto add = [&](const doc::Entry& e, std::string section) {
    ir::Extra& x = extras.emplace_back();
    x.section = std::move(section);
    x.key = e.key->text();
    x.value = value(*e.value, x.key);
    x.dialect = dialect->name;
    x.code = DiagId::NotModelled;
    x.elsewhere = ir::Fate::Manual;
    x.advice = "set it by hand where it matters: the source says it for one gateway alone";
  };
  each_body(*entry.value, [&](const Node& body) {
    for (const doc::Entry& e : body.entries()) {
      if (e.key->text() != "section" || !is_blocks(*e.value)) {
        add(e, "");
        continue;
      }
      for (const Node* section : e.value->elements()) {
        const Node* name = section->get("$");
        if (name != nullptr) take(*name);
        for (const doc::Entry& inner : section->entries()) {
          if (inner.value != name) add(inner, name != nullptr ? text(*name) : std::string());
        }
      }
    }
  });
  return true;
}

bool Reader::is_blocks(const Node& node) { return node.is_sequence() && node.tag() == "blocks"; }

}  // namespace gatec::targets::gate
