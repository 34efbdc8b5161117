#include "compiler/ir/describe.h"

namespace gatec::ir {
namespace {

std::string scope_text(const Scope& scope) {
  std::string text;
  for (const Field<std::string>* part : {&scope.model, &scope.provider, &scope.tag}) {
    text += '/';
    text += part->value;
  }
  for (const auto& p : scope.per.items) (text += '+') += p.value;
  return text;
}

/// Without the empty scope's slashes.
std::string with_scope(std::string_view name, const Scope& scope) {
  const std::string text = scope_text(scope);
  return text == "///" ? std::string(name) : std::string(name) + text;
}

}  // namespace

std::string_view counted_name(Counted counts) {
  switch (counts) {
    case Counted::Requests: return "requests";
    case Counted::Tokens: return "tokens";
    case Counted::InputTokens: return "input_tokens";
    case Counted::OutputTokens: return "output_tokens";
    case Counted::Concurrent: return "concurrent";
    case Counted::Usd: return "usd";
  }
  return "";
}

std::string_view class_name(Class c) {
  switch (c) {
    case Class::Access: return "ACCESS";
    case Class::Spend: return "SPEND";
    case Class::Rate: return "RATE";
    case Class::Route: return "ROUTE";
    case Class::Secret: return "SECRET";
    case Class::Cosmetic: return "COSMETIC";
  }
  return "";
}

std::string identity(const Limit& v) { return with_scope(counted_name(v.counts), v.scope); }
std::string identity(const Budget& v) {
  std::string name = with_scope(counted_name(v.counts), v.scope);
  // without a window it never starts anew, whoever says so
  if (v.window.given() && v.window->kind != WindowKind::Invalid && v.window->kind != WindowKind::Lifetime)
    (name += '@') += window_name(*v.window);
  return name;
}
std::string identity(const FailureCount& v) { return std::string(failure_name(v.failure)); }
std::string identity(const Param& v) { return v.name; }
std::string identity(const ProviderParam& v) { return v.name; }
std::string identity(const Extra& v) { return v.section.empty() ? v.key : v.section + "." + v.key; }
std::string identity(const Price& v) { return v.tier.empty() ? v.unit : v.unit + "." + v.tier; }
std::string identity(const Alias& v) { return v.name; }
std::string identity(const OrphanFallback& v) { return v.source + ":" + std::string(failure_name(v.on)); }
std::string identity(const CredentialSet& v) { return v.name.value; }
std::string identity(const Principal& v) {
  // a name from the environment is one all the same
  const std::string& name = v.id.given()             ? v.id.value
                            : v.alias.given()        ? v.alias.value
                            : !v.id.value.empty()    ? v.id.value
                            : !v.alias.value.empty() ? v.alias.value
                                                     : v.email.value;
  std::string text = std::string(principal_kind_name(v.kind)) + ":" + name;
  if (v.kind == PrincipalKind::Member) (text += '@') += v.team.value;
  if (v.kind == PrincipalKind::OrgMember) (text += '@') += v.organization.value;
  return text;
}
std::string identity(const PrincipalDefaults& v) { return v.kind; }
std::string identity(const Guardrail& v) { return v.name.value; }
std::string identity(const Observer& v) { return v.event + ":" + v.name.value; }
std::string identity(const EnvironmentVariable& v) { return v.name; }
std::string identity(const Provider& v) { return v.name.value; }

std::string show(const std::string& v) { return v; }
std::string show(bool v) { return v ? "true" : "false"; }
std::string show(std::int64_t v) { return std::to_string(v); }
std::string show(const Decimal& v) { return v.text(); }
std::string show(const Window& v) { return window_name(v); }
std::string show(Policy v) { return std::string(policy_name(v)); }
std::string show(OnFailure v) { return std::string(on_failure_name(v)); }
std::string show(AuthMode v) { return std::string(auth_mode_name(v)); }

std::string show(const Credential& v) {
  switch (v.kind) {
    case Credential::Kind::Env: return "env(" + v.name + ")";
    case Credential::Kind::Literal: return "(secret)";
    case Credential::Kind::Placeholder: return v.name;
    case Credential::Kind::Template: return "template(" + v.name + ")";
    case Credential::Kind::Manager: return "manager(" + v.name + ")";
  }
  return "";
}

std::string show(const Value& v) {
  switch (v.kind) {
    case Value::Kind::Null: return "null";
    case Value::Kind::Bool: return show(v.boolean);
    case Value::Kind::Number:
    case Value::Kind::String:
    case Value::Kind::Timestamp: return v.text;
    case Value::Kind::Secret: return show(v.credential);
    case Value::Kind::Sequence: {
      std::string text = "[";
      for (const Value& item : v.items) {
        if (text.size() > 1) text += ", ";
        text += show(item);
      }
      return text + "]";
    }
    case Value::Kind::Mapping: {
      std::string text = "{";
      for (const auto& [key, value] : v.pairs) {
        if (text.size() > 1) text += ", ";
        (text += key) += ": ";
        text += show(value);
      }
      return text + "}";
    }
  }
  return "";
}

bool same_meaning(const Window& a, const Window& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case WindowKind::Lifetime: return true;
    case WindowKind::Invalid: return a.text == b.text;
    case WindowKind::Calendar: return a.unit == b.unit && a.count == b.count;
    case WindowKind::Fixed:
    case WindowKind::Sliding:
    case WindowKind::Rolling:
    case WindowKind::Bucket: return a.seconds == b.seconds;
  }
  return false;
}

std::string window_name(const Window& window) {
  const auto length = [&]() -> std::string {
    if (window.seconds > 0 && window.seconds % 86400 == 0) return std::to_string(window.seconds / 86400) + "d";
    return std::to_string(window.seconds) + "s";
  };
  switch (window.kind) {
    case WindowKind::Lifetime: return "lifetime";
    case WindowKind::Invalid: return "unreadable (" + window.text + ")";
    case WindowKind::Fixed: return length();
    case WindowKind::Sliding: return "sliding " + length();
    case WindowKind::Rolling: return "rolling " + length();
    case WindowKind::Bucket: return "bucket " + length();
    case WindowKind::Calendar: break;
  }
  std::string_view unit;
  switch (window.unit) {
    case CalendarUnit::None: unit = "window"; break;
    case CalendarUnit::Minute: unit = "minute"; break;
    case CalendarUnit::Hour: unit = "hour"; break;
    case CalendarUnit::Day: unit = "day"; break;
    case CalendarUnit::Week: unit = "week"; break;
    case CalendarUnit::Month: unit = "month"; break;
  }
  std::string text = "calendar ";
  if (window.count > 1) (text += std::to_string(window.count)) += ' ';
  text += unit;
  if (window.count > 1) text += 's';
  return text;
}

}  // namespace gatec::ir
