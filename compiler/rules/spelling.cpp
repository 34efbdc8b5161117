#include "compiler/ir/walk.h"
#include "compiler/rules/rules.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// As it looks at a glance: without capitals and blanks.
std::string at_a_glance(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (!is_blank(c)) plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return plain;
}

bool can_be_set(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

class SpellingChecks {
 public:
  SpellingChecks(const ir::Gateway& gateway, passes::Context& context) : gateway_(gateway), context_(context) {}

  void run() {
    route_names();
    principal_aliases();
    environment_names();
  }

 private:
  void route_names() {
    std::unordered_map<std::string, const ir::Route*> seen;
    for (const ir::Route& r : gateway_.routes) {
      if (!r.name.given() || r.name->empty()) continue;
      const std::string& name = *r.name;
      if (is_blank(name.front()) || is_blank(name.back()) || name.find('\n') != std::string::npos)
        context_.sink.report(DiagId::NameWithBlanks, span_of(r.name.from, context_),
                             "clients have to ask for this model with its blanks");
      if (r.kind != ir::RouteKind::Name) continue;
      const auto [first, fresh] = seen.emplace(at_a_glance(name), &r);
      if (fresh || *first->second->name == name) continue;
      context_.sink
          .report(DiagId::NamesDiffer, span_of(r.name.from, context_),
                  "`" + name + "` and `" + *first->second->name + "` are two models")
          .label(span_of(first->second->name.from, context_), "the other one");
    }
  }

  void principal_aliases() {
    std::unordered_map<std::string, const ir::Principal*> keys, teams;
    for (const ir::Principal& p : gateway_.principals) {
      if (!p.alias.given() || p.alias->empty()) continue;
      const bool is_key = p.kind == ir::PrincipalKind::Key;
      if (!is_key && p.kind != ir::PrincipalKind::Team) continue;
      const auto [first, fresh] = (is_key ? keys : teams).emplace(*p.alias, &p);
      // What is the same object twice is told as such.
      if (fresh || (p.id.given() && first->second->id.given() && *p.id == *first->second->id)) continue;
      const bool told = !p.id.given() && !first->second->id.given() && !p.secret.given();
      if (told) continue;
      context_.sink
          .report(DiagId::AliasTwice, span_of(p.alias.from, context_),
                  std::string(is_key ? "two keys" : "two teams") + " have the alias `" + *p.alias + "`")
          .label(span_of(first->second->alias.from, context_), "the other one");
    }
  }

  void environment_names() {
    ir::each_credential(gateway_, [&](const ir::Credential& credential, const ir::Origin& from) {
      if (credential.kind != ir::Credential::Kind::Env || can_be_set(credential.name)) return;
      context_.sink.report(DiagId::EnvironmentName, span_of(from, context_),
                           "a variable cannot be called `" + credential.name + "`");
    });
  }

  const ir::Gateway& gateway_;
  passes::Context& context_;
};

}  // namespace

void check_spelling(const ir::Gateway& gateway, passes::Context& context) { SpellingChecks(gateway, context).run(); }

}  // namespace gatec::rules
