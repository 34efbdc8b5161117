#include "compiler/ir/describe.h"
#include "compiler/rules/rules.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;
using ir::Principal;
using ir::PrincipalKind;

/// Whoever holds the master key of a gateway: nobody declares that user.
constexpr std::string_view kBuiltIn = "default_user_id";

/// A reference is checked only against a kind of which the inputs hold something: a lone keys.json may name teams that
/// stand elsewhere.
class PrincipalChecks {
 public:
  PrincipalChecks(const ir::Gateway& gateway, passes::Context& context) : gateway_(gateway), context_(context) {
    for (const Principal& p : gateway.principals) {
      if (p.id.given()) ids_[p.kind].insert(*p.id);
      if (p.kind == PrincipalKind::User && p.email.given()) ids_[p.kind].insert(*p.email);
    }
  }

  void run() {
    std::unordered_map<std::string, const Principal*> seen;
    for (const Principal& p : gateway_.principals) {
      reference(p, p.organization, PrincipalKind::Organization);
      reference(p, p.team, PrincipalKind::Team);
      reference(p, p.user, PrincipalKind::User);
      reference(p, p.project, PrincipalKind::Project);
      reference(p, p.budget_id, PrincipalKind::BudgetRow);
      const std::string name = identity(p);
      const bool named = p.id.given() || p.alias.given() || p.email.given();
      const auto [first, fresh] = seen.emplace(name, &p);
      if (!fresh && named) duplicate(p, *first->second, name);
    }
  }

 private:
  void reference(const Principal& p, const ir::Field<std::string>& field, PrincipalKind kind) {
    if (!field.given()) return;
    const auto known = ids_.find(kind);
    if (known == ids_.end() || known->second.contains(*field) || *field == kBuiltIn) return;
    context_.sink.report(DiagId::UnknownPrincipal, span_of(field.from, context_),
                         "`" + identity(p) + "` belongs to the " + std::string(principal_kind_name(kind)) + " `" +
                             *field + "`, which is not declared");
  }

  void duplicate(const Principal& p, const Principal& first, const std::string& name) {
    const auto place = [&](const Principal& q) {
      return span_of(q.id.given() ? q.id.from : q.alias.given() ? q.alias.from : q.email.from, context_);
    };
    context_.sink.report(DiagId::DuplicateEntity, place(p), "`" + name + "` is declared twice")
        .label(place(first), "first here");
  }

  const ir::Gateway& gateway_;
  passes::Context& context_;
  std::unordered_map<PrincipalKind, std::unordered_set<std::string>> ids_;
};

}  // namespace

void check_principals(const ir::Gateway& gateway, passes::Context& context) { PrincipalChecks(gateway, context).run(); }

}  // namespace gatec::rules
