#pragma once

#include "compiler/limits/effective.h"
#include "compiler/passes/route_index.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace gatec::limits {

/// Places in the chain.
enum class Level : std::uint8_t { Organization, Team, Project, User, Member, Key, Tag, Customer, Route, Global };

/// One limit or budget of one level.
struct Term {
  Level level = Level::Global;
  Link link;
  ir::Counted counts = ir::Counted::Requests;
  std::string window;
  bool hint = false;
  std::optional<Cap> cap;  // nothing: not known here
  const ir::Scope* scope = nullptr;
  bool each_key = false;  // counted apart for each key: nothing to callers that are none
};

/// Reads the enforcement table, limits and budgets into terms. Views into the gateway.
class Terms {
 public:
  explicit Terms(const ir::Gateway& gateway) : gateway_(gateway) {}

  /// What `limits` and `budgets` of an entity come to. What is unlimited, or that the gateway ignores, has no term.
  void add(std::vector<Term>& terms, Level level, const std::string& at, std::string_view entity,
           const std::vector<ir::Limit>& limits, const std::vector<ir::Budget>& budgets) const;
  /// Null: the table says nothing of it.
  [[nodiscard]] const ir::Enforcement* rule(std::string_view entity, std::string_view counts) const;

 private:
  template <class T>
  void add_one(std::vector<Term>& terms, Level level, const std::string& at, std::string_view entity, const T& one,
               bool hint) const;
  const ir::Gateway& gateway_;
};

/// Who a caller belongs to.
class Levels {
 public:
  explicit Levels(const ir::Gateway& gateway);

  /// The terms of everybody above a principal and of itself, for any route; the scope of a term says for which model it
  /// is meant.
  [[nodiscard]] std::vector<Term> of(const ir::Principal& principal) const;
  /// The terms of a principal alone.
  [[nodiscard]] std::vector<Term> own(const ir::Principal& principal) const;
  /// Whether what `above` has is asked at all for a caller below it.
  [[nodiscard]] bool holds_for(const ir::Principal& above, const ir::Principal& caller, ir::Counted counts) const;
  /// Terms of the gateway as a whole, for a caller (null: whoever calls).
  [[nodiscard]] std::vector<Term> global(const ir::Principal* caller) const;
  /// A name that may be asked for, and what answers.
  struct Requested {
    std::string_view name;
    const ir::Route* route = nullptr;
    std::vector<std::string_view> groups;  // access groups of its deployments
    std::vector<std::string_view> owners;  // teams, if all its deployments belong to some
  };
  /// Whose list does not allow it, itself where all deployments belong to other teams; null: nobody's. `path` is
  /// `above(principal)`.
  [[nodiscard]] const ir::Principal* refuser(const ir::Principal& principal,
                                             const std::vector<const ir::Principal*>& path,
                                             const Requested& asked) const;
  [[nodiscard]] bool may_use(const ir::Principal& principal, const std::vector<const ir::Principal*>& path,
                             const Requested& asked) const {
    return refuser(principal, path, asked) == nullptr;
  }
  /// The name that people know it by: "key:alice", alias before id.
  [[nodiscard]] const std::string& name(const ir::Principal& principal) const;
  /// Itself and all that it belongs to.
  [[nodiscard]] std::vector<const ir::Principal*> above(const ir::Principal& principal) const;

 private:
  void name_all();
  [[nodiscard]] const ir::Principal* find(ir::PrincipalKind kind, const ir::Field<std::string>& id) const;
  [[nodiscard]] bool personal_only(ir::PrincipalKind kind, std::string_view counts) const;
  [[nodiscard]] bool listed(const ir::Principal& principal, const Requested& asked) const;

  void find_customer_default();

  const ir::Gateway& gateway_;
  Terms terms_;
  std::vector<ir::Budget> customer_default_;  // of customers without a budget of their own
  std::unordered_map<const ir::Principal*, std::string> names_;
  std::map<std::pair<ir::PrincipalKind, std::string_view>, const ir::Principal*> by_id_;
  using Pair = std::pair<std::string_view, std::string_view>;  // (user, team or organisation)
  std::map<Pair, const ir::Principal*> members_, org_members_;
};

/// What the upstream side of a route lets through: limits of deployments, and of providers over all of theirs.
class Capacity {
 public:
  explicit Capacity(const ir::Gateway& gateway);
  /// Members of a group add up; a member without a limit makes the group unlimited. A fallback counts where one is
  /// tried when the upstream answers 429.
  [[nodiscard]] std::vector<Term> of(const ir::Route& route) const;
  /// Deployments that a route reaches, each once.
  [[nodiscard]] std::vector<ir::DeploymentId> deployments(const ir::Route& route) const;

 private:
  void collect(ir::NodeId node, std::vector<ir::DeploymentId>& into, std::vector<const ir::Route*>& seen) const;
  [[nodiscard]] std::string deployment_name(ir::DeploymentId id) const;

  const ir::Gateway& gateway_;
  Terms terms_;
  passes::RouteIndex index_;
};

}  // namespace gatec::limits
