#include "compiler/facts/secrets.h"
#include "targets/gate/write_members.h"

#include <algorithm>

namespace gatec::targets::gate {
namespace {

using syntax::quoted_name;
using syntax::quoted_string;

constexpr std::array<std::string_view, 9> kSeconds = {"attempt",  "total",  "first_chunk", "ttl",          "min_wait",
                                                      "cooldown", "window", "timeout",     "cooldown_time"};
constexpr std::array<std::string_view, 12> kWords = {"kind",   "policy", "auth", "mode",  "on_failure",   "role",
                                                     "counts", "modes",  "per",  "event", "environments", "label"};

std::string duration(const ir::Decimal& seconds) {
  const auto whole = seconds.as_int64();
  if (!whole || *whole <= 0) return seconds.text() + "s";
  for (const auto& [length, unit] : {std::pair<std::int64_t, char>{86400, 'd'}, {3600, 'h'}, {60, 'm'}}) {
    if (*whole % length == 0 && *whole >= 2 * length) return std::to_string(*whole / length) + unit;
  }
  return std::to_string(*whole) + "s";
}

bool is_word(std::string_view text) {
  static constexpr std::array<std::string_view, 13> kMeant = {"true",   "false",    "none", "unlimited", "second",
                                                              "minute", "hour",     "day",  "week",      "month",
                                                              "year",   "lifetime", "_"};
  return quoted_name(text) == text && std::find(kMeant.begin(), kMeant.end(), text) == kMeant.end() &&
         !text.starts_with("common_");
}

std::string short_number(const ir::Decimal& n) {
  const auto whole = n.as_int64();
  if (whole && *whole >= 1'000'000 && *whole % 1'000'000 == 0) return std::to_string(*whole / 1'000'000) + "M";
  if (whole && *whole >= 10'000 && *whole % 1000 == 0) return std::to_string(*whole / 1000) + "k";
  return n.text();
}

}  // namespace

std::string Writer::text(const std::string& v, std::string_view name, const void*) {
  if (std::find(kWords.begin(), kWords.end(), name) != kWords.end() && is_word(v)) return v;
  return quoted_string(v);
}

std::string Writer::text(const ir::Decimal& v, std::string_view name, const void*) {
  return std::find(kSeconds.begin(), kSeconds.end(), name) != kSeconds.end() ? duration(v) : v.text();
}

std::string Writer::window(const ir::Window& w) {
  const std::string text = window_text(w);
  if (w.kind == ir::WindowKind::Lifetime) return "lifetime";
  if (w.kind == ir::WindowKind::Invalid) return "invalid(" + quoted_string(w.text) + ")";
  if (w.kind != ir::WindowKind::Calendar)
    return text.substr(0, text.find(' ')) + "(" + duration(ir::Decimal(w.seconds)) + ")";
  for (const std::string_view unit : {"minute", "hour", "day", "week", "month"}) {
    if (text == "calendar " + std::string(unit) + " 1") return std::string(unit);
  }
  if (text == "calendar month 12") return "year";
  const std::size_t second = text.find(' ', 9);
  return "calendar(\"" + text.substr(9, second - 9) + "\", " + text.substr(second + 1) + ")";
}

std::string Writer::text(const ir::Window& v, std::string_view, const void*) { return window(v); }

std::string Writer::text(const ir::Credential& c, std::string_view name, const void* where) {
  switch (c.kind) {
    case ir::Credential::Kind::Env: return "env(" + quoted_string(c.name) + ")";
    case ir::Credential::Kind::Manager: return "secret(" + quoted_string(c.name) + ")";
    case ir::Credential::Kind::Template: return "template(" + quoted_string(c.name) + ")";
    case ir::Credential::Kind::Placeholder: return "placeholder(" + quoted_string(c.name) + ")";
    case ir::Credential::Kind::Literal: break;
  }
  std::string hint = prefix_;
  for (const char ch : name)
    hint += ch >= 'a' && ch <= 'z'                                 ? static_cast<char>(ch - 'a' + 'A')
            : (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ? ch
                                                                   : '_';
  if (context_.secrets == Secrets::Inline) return quoted_string(c.literal.reveal());
  return spell_credential(c, where, hint, context_, "env(\"", "\")");
}

std::string Writer::value(const ir::Value& v, std::string_view key) {
  switch (v.kind) {
    case ir::Value::Kind::Null: return "none";
    case ir::Value::Kind::Bool: return v.boolean ? "true" : "false";
    case ir::Value::Kind::Number: {
      const auto n = ir::Decimal::parse(v.text);
      return n && n->text() == v.text ? v.text : "number(" + quoted_string(v.text) + ")";
    }
    case ir::Value::Kind::Timestamp: return "timestamp(" + quoted_string(v.text) + ")";
    case ir::Value::Kind::String: {
      const bool secret = (facts::is_credential_key(key) && !v.text.empty()) || facts::looks_like_secret(v.text);
      return secret && !facts::is_placeholder(v.text) ? "literal(" + quoted_string(v.text) + ")"
                                                      : quoted_string(v.text);
    }
    case ir::Value::Kind::Secret: return text(v.credential, key, &v);
    case ir::Value::Kind::Sequence: {
      std::string out = "[";
      for (const ir::Value& item : v.items) {
        if (out.size() > 1) out += ", ";
        out += value(item, key);
      }
      return out + "]";
    }
    case ir::Value::Kind::Mapping: {
      Lines lines;
      for (const auto& [name, item] : v.pairs) put(lines, name, value(item, name), item.from);
      return map(lines);
    }
  }
  return "none";
}

std::string Writer::amount(ir::Counted counts, const ir::Decimal& number, const ir::Window* w) {
  if (counts == ir::Counted::Usd) {
    std::string text = number.is_negative() ? "-$" + number.text().substr(1) : "$" + number.text();
    if (w == nullptr) return text;
    const bool rolling = w->kind == ir::WindowKind::Rolling;
    const std::string length = window(*w);
    return text + "/" + (rolling ? length.substr(8, length.size() - 9) : length);
  }
  const std::string n = short_number(number);
  if (w == nullptr) return n + " " + std::string(counted_word(counts));
  const std::string said = window_text(*w);
  if (counts == ir::Counted::Requests || counts == ir::Counted::Tokens) {
    for (const auto& [fixed, letter] : {std::pair<std::string_view, char>{"fixed 1", 's'},
                                        {"fixed 60", 'm'},
                                        {"fixed 3600", 'h'},
                                        {"fixed 86400", 'd'}}) {
      if (said == fixed) return n + (counts == ir::Counted::Requests ? " rp" : " tp") + letter;
    }
  }
  if (said == "fixed 60" && counts == ir::Counted::InputTokens) return n + " itpm";
  if (said == "fixed 60" && counts == ir::Counted::OutputTokens) return n + " otpm";
  return n + " " + std::string(counted_word(counts)) + " / " + window(*w);
}

bool Writer::plain(const ir::Origin& from) const { return !from.is_default() && by(from).empty(); }

std::string Writer::sign(const ir::Origin& from) const { return from.is_default() ? " ?= " : " = "; }

/// The rule is named where the source's own writer goes by it.
std::string Writer::by(const ir::Origin& from) const {
  if (from.rule() == nullptr) return {};
  if (spoken_ != nullptr) {
    for (const ir::Rule* r : spoken_->rules) {
      if (r == from.rule()) return " by " + quoted_string(r->id);
    }
  }
  return {};
}

void Writer::put(Lines& to, std::string_view name, const std::string& said, const ir::Origin& from) {
  to.push_back({quoted_name(name) + sign(from) + said + by(from), false, {}});
}

std::string Writer::map(const Lines& lines) {
  std::string out = "{";
  for (const Line& line : lines) {
    out += out.size() > 1 ? ", " : " ";
    out += line.head;
  }
  return out.size() > 1 ? out + " }" : "{}";
}

void Writer::any(Lines& to, std::string_view name, const std::vector<ir::Param>& params) {
  if (params.empty()) return;
  Lines inner;
  for (const ir::Param& p : params) put(inner, p.name, value(p.value, p.name), p.value.from);
  to.push_back({quoted_name(name) + " = " + map(inner), false, {}});
}

void Writer::any(Lines& to, std::string_view name, const std::vector<ir::ProviderParam>& params) {
  if (params.empty()) return;
  Lines inner;
  for (const ir::ProviderParam& p : params) put(inner, p.name, value(p.value, p.name), p.value.from);
  to.push_back({quoted_name(name) + " = " + map(inner), false, {}});
}

void Writer::any(Lines& to, std::string_view name, const std::vector<ir::FailureCount>& counts) {
  if (counts.empty()) return;
  Lines inner;
  for (const ir::FailureCount& c : counts) any(inner, ir::failure_name(c.failure), c.count);
  to.push_back({quoted_name(name) + " = " + map(inner), false, {}});
}

void Writer::any(Lines& to, std::string_view, const std::vector<ir::Price>& prices) {
  if (prices.empty()) return;
  Lines inner;
  for (const ir::Price& p : prices) {
    const std::string key = p.tier.empty() ? p.unit : p.unit + "." + p.tier;
    if (!p.amount.given() || p.amount->is_negative()) {
      any(inner, key, p.amount);
      continue;
    }
    std::string said = "$" + p.amount->text();
    const auto million = p.amount->times(ir::Decimal(1'000'000));
    if (million && million->text().size() + 5 < p.amount->text().size()) said = "$" + million->text() + " / 1M";
    put(inner, key, said, p.amount.from);
  }
  to.push_back({"price = " + map(inner), false, {}});
}

std::string Writer::limit(const ir::Limit& l, bool& hint) {
  const bool bare = l.amount.given() && plain(l.amount.from) && (l.window.given() || l.window.absent()) &&
                    l.burst.absent() && l.guarantee.absent() && l.scope.model.absent() && l.scope.provider.absent() &&
                    l.scope.tag.absent() && l.scope.per.absent() && !l.amount->is_negative();
  hint = bare && l.hint.given() && *l.hint;
  const bool short_form = bare && (l.hint.absent() || hint) && (l.window.absent() || by(l.window.from).empty());
  if (short_form) return amount(l.counts, *l.amount, l.window.given() ? &*l.window : nullptr);
  hint = false;
  Lines inner;
  inner.push_back({"counts = " + std::string(counted_word(l.counts)), false, {}});
  members(inner, l);
  return map(inner);
}

std::string Writer::budget(const ir::Budget& b) {
  const bool bare = b.amount.given() && plain(b.amount.from) && (b.window.given() || b.window.absent()) &&
                    b.soft.absent() && b.id.absent() && b.scope.model.absent() && b.scope.provider.absent() &&
                    b.scope.tag.absent() && b.scope.per.absent() && (b.window.absent() || by(b.window.from).empty()) &&
                    !b.amount->is_negative();
  if (bare) return amount(b.counts, *b.amount, b.window.given() ? &*b.window : nullptr);
  Lines inner;
  if (b.counts != ir::Counted::Usd) inner.push_back({"counts = " + std::string(counted_word(b.counts)), false, {}});
  members(inner, b);
  return map(inner);
}

void Writer::any(Lines& to, std::string_view, const std::vector<ir::Limit>& limits) {
  std::vector<std::string> caps;
  std::vector<std::string> hints;
  for (const ir::Limit& l : limits) {
    bool hint = false;
    std::string said = limit(l, hint);
    (hint ? hints : caps).push_back(std::move(said));
  }
  const auto list = [&](std::string_view name, const std::vector<std::string>& all) {
    if (all.empty()) return;
    std::string said = all[0];
    if (all.size() > 1) {
      said = "[";
      for (const std::string& one : all) said += (said.size() > 1 ? ", " : "") + one;
      said += "]";
    }
    to.push_back({std::string(name) + " = " + said, false, {}});
  };
  list("limit", caps);
  list("steer", hints);
}

void Writer::any(Lines& to, std::string_view, const std::vector<ir::Budget>& budgets) {
  if (budgets.empty()) return;
  std::string said;
  for (const ir::Budget& b : budgets) said += (said.empty() ? "" : ", ") + budget(b);
  to.push_back({"budget = " + (budgets.size() > 1 ? "[" + said + "]" : said), false, {}});
}

void Writer::any(Lines& to, std::string_view name, const std::vector<ir::Alias>& aliases) {
  if (aliases.empty()) return;
  Lines inner;
  for (const ir::Alias& a : aliases) {
    if (a.hidden.absent() && !a.target.absent()) {
      any(inner, a.name, a.target);
      continue;
    }
    Lines both;
    members(both, a);
    inner.push_back({quoted_name(a.name) + " = " + map(both), false, {}});
  }
  to.push_back({quoted_name(name) + " = " + map(inner), false, {}});
}

void Writer::any(Lines& to, std::string_view name, const std::vector<ir::Value>& values) {
  if (values.empty()) return;
  std::string out = "[";
  for (const ir::Value& v : values) {
    if (out.size() > 1) out += ", ";
    out += value(v, name);
  }
  to.push_back({quoted_name(name) + " = " + out + "]", false, {}});
}

void Writer::extra_block(Lines& to, std::string_view dialect, const std::vector<ir::Extra>& extras) {
  Line block{quoted_name(dialect), true, {}};
  std::vector<std::string_view> sections;
  for (const ir::Extra& e : extras) {
    if (e.dialect != dialect) continue;
    if (e.section.empty()) {
      put(block.body, e.key, value(e.value, e.key), e.value.from);
    } else if (std::find(sections.begin(), sections.end(), e.section) == sections.end()) {
      sections.push_back(e.section);
    }
  }
  for (const std::string_view section : sections) {
    Line inner{"section " + quoted_string(section), true, {}};
    for (const ir::Extra& e : extras) {
      if (e.dialect == dialect && e.section == section) put(inner.body, e.key, value(e.value, e.key), e.value.from);
    }
    block.body.push_back(std::move(inner));
  }
  to.push_back(std::move(block));
}

void Writer::any(Lines& to, std::string_view, const std::vector<ir::Extra>& extras) {
  std::vector<std::string_view> dialects;
  for (const ir::Extra& e : extras) {
    if (std::find(dialects.begin(), dialects.end(), e.dialect) == dialects.end()) dialects.push_back(e.dialect);
  }
  for (const std::string_view dialect : dialects) extra_block(to, dialect, extras);
}

void Writer::any(Lines& to, std::string_view name, const ir::Retry& retry) {
  const bool alone = !retry.attempts.absent() && retry.redraw.absent() && retry.statuses.absent() &&
                     retry.by_failure.empty() && retry.honour_retry_after.absent() && retry.min_wait.absent();
  if (alone) return any(to, name, retry.attempts);
  any<ir::Retry>(to, name, retry);
}

void Writer::any(Lines& to, std::string_view name, const ir::Timeouts& timeouts) {
  if (!timeouts.attempt.absent() && timeouts.total.absent() && timeouts.first_chunk.absent())
    return any(to, name, timeouts.attempt);
  any<ir::Timeouts>(to, name, timeouts);
}

void Writer::any(Lines& to, std::string_view, const ir::RequestParams& params) {
  any(to, "params", params.defaults);
  any(to, "force_params", params.overrides);
  any(to, "drop_params", params.drop);
  any(to, "drop_unsupported", params.drop_unsupported);
  any(to, "allow_params", params.allow);
}

}  // namespace gatec::targets::gate
