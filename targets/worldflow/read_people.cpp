#include "compiler/limits/algebra.h"
#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {

/// How others in the IR name a team or user: by its id, else by what it is called.
std::string Reader::person(Entity entity, std::string_view text) const {
  const Names& names = entity == Entity::Team ? teams_ : users_;
  const auto found = names.find(text);
  if (!found) return std::string(text);
  const ir::Principal& p = gateway_.principals[*found];
  return p.id.given() ? *p.id : p.alias.given() ? *p.alias : p.email.value;
}

void Reader::read_team(const Node& node) {
  const std::size_t at = gateway_.principals.size();
  ir::Principal& team = gateway_.principals.emplace_back();
  team.kind = ir::PrincipalKind::Team;
  const Place place{&team.extras, ""};
  const Node* id = nullptr;
  const Node* period = nullptr;
  ir::Field<base::Decimal> amount;
  ir::Origin kind_from;
  walk(node, keys().root("$team"), place, [&](std::string_view key, const Node& value) {
    if (key == "name") {
      team.alias = kit_.string(value, key, true);
      return team.alias.given();
    }
    if (key == "parentTeamId") {
      team.team = kit_.string(value, key, true);
      return team.team.given();
    }
    if (key == "maxBudgetCents") return cents(value, key, amount);
    if (key == "budgetPeriod")
      return value.is_string() && (value.text() == "lifetime" || period_window(value.text())) &&
             (period = &value) != nullptr;
    if (key == "_id") return value.is_scalar() && (id = &value) != nullptr;
    if (key == "_sourceId") {
      team.id = kit_.string(value, key, true);
      return team.id.given();
    }
    if (key == "_kind") {
      if (!value.is_string() || value.text() != "organization") return false;
      team.kind = ir::PrincipalKind::Organization;
      kind_from.add(value.leaf());
      return true;
    }
    return false;
  });
  if (team.alias.absent()) report(DiagId::WorldflowRequired, node, "`name` is missing, the API refuses the body");
  ir::Origin& named = team.alias.absent() ? team.id.from : team.alias.from;
  if (id != nullptr) named.add(id->leaf());
  named.add(kind_from);
  if (amount.given()) {
    ir::Budget& budget = team.budgets.emplace_back();
    budget.amount = std::move(amount);
    if (period != nullptr && period->text() != "lifetime")
      budget.window = {*period_window(period->text()), ir::Origin(period->leaf())};
    else
      budget.window = {lifetime_window(),
                       period != nullptr ? ir::Origin(period->leaf(), rules::kLifetime) : ir::Origin(rules::kLifetime)};
  } else if (period != nullptr) {
    keep_as(place, "budgetPeriod", *period, DiagId::InertKey, ir::Fate::Skipped,
            "nothing to do: there is no budget that it could hold for");
  }
  teams_.add(node, Entity::Team, team.alias.given() ? *team.alias : team.id.value, at);
}

void Reader::read_user(const Node& node) {
  const std::size_t at = gateway_.principals.size();
  ir::Principal& user = gateway_.principals.emplace_back();
  user.kind = ir::PrincipalKind::User;
  const Place place{&user.extras, ""};
  const Node* id = nullptr;
  walk(node, keys().root("$user"), place, [&](std::string_view key, const Node& value) {
    if (key == "_id") return value.is_scalar() && (id = &value) != nullptr;
    if (key == "metadata") {
      if (!value.is_mapping() || value.empty()) return false;
      for (const Entry& e : value.entries())
        user.metadata.push_back({std::string(e.key->text()), kit_.value(*e.value, e.key->text())});
      return true;
    }
    const bool is_name = key == "name" || key == "display_name";
    ir::Field<std::string>& field = key == "email" ? user.email : is_name ? user.alias : user.id;
    if (!field.absent()) return false;
    field = kit_.string(value, key, true);
    return field.given();
  });
  if (user.email.absent()) report(DiagId::WorldflowRequired, node, "`email` is missing, the API refuses the body");
  if (id != nullptr) (user.email.absent() ? user.id.from : user.email.from).add(id->leaf());
  const std::string name = user.email.given() ? *user.email : user.id.value;
  users_.add(node, Entity::User, name, at);
  if (user.id.given()) users_.index.emplace(*user.id, at);
}

void Reader::read_grant(const Node& node) {
  const Node* user = node.get("user_id");
  const Node* role = node.get("role") != nullptr ? node.get("role") : node.get("roleId");
  const auto found = user != nullptr && user->is_scalar() ? users_.find(user->text()) : std::nullopt;
  const bool plain = role != nullptr && role->is_string() && node.size() == 2;
  if (!found || !plain || !gateway_.principals[*found].role.absent()) {
    if (!found && user != nullptr && !all(Entity::User).empty())
      report(DiagId::WorldflowReference, *user, "the grant is for none of the users here");
    gateway_.extras.push_back(kit_.extra("role_grants", "#" + std::to_string(++kept_objects_), node,
                                         DiagId::NotModelled, ir::Fate::Manual,
                                         "give the user this role at the target gateway"));
    return;
  }
  ir::Principal& p = gateway_.principals[*found];
  std::string_view name = role->text();
  if (name.starts_with("@role/")) name.remove_prefix(6);
  p.role = {std::string(name), ir::Origin(role->leaf())};
  p.role.from.add(user->leaf());
}

void Reader::read_virtual_key(const Node& node) {
  ir::Principal& key_of = gateway_.principals.emplace_back();
  key_of.kind = ir::PrincipalKind::Key;
  const Place place{&key_of.extras, ""};
  const Node* id = nullptr;
  walk(node, keys().root("$virtual_key"), place, [&](std::string_view key, const Node& value) {
    ir::Field<base::Decimal> amount;
    if (key == "_id") return value.is_scalar() && (id = &value) != nullptr;
    if (key == "rateLimitRpm" || key == "rateLimitTpm" || key == "rateLimitRpd") {
      if (!whole(value, key, amount)) return false;
      add_limit(key_of.limits, key == "rateLimitTpm" ? ir::Counted::Tokens : ir::Counted::Requests, std::move(amount),
                key == "rateLimitRpd" ? day_window() : limits::fixed_minute());
      return true;
    }
    if (key == "monthlyBudgetCents") {
      if (!key_of.budgets.empty() || !cents(value, key, amount)) return false;
      add_budget(key_of.budgets, std::move(amount));
      return true;
    }
    if (key == "allowedModels" || key == "allowedIps") {
      ir::List<std::string>& list = key == "allowedModels" ? key_of.models : key_of.allowed_ips;
      list = kit_.strings(value, key);
      return list.given();
    }
    ir::Field<std::string>& field = key == "name"        ? key_of.alias
                                    : key == "expiresAt" ? key_of.expires
                                    : key == "_team"     ? key_of.team
                                    : key == "_user"     ? key_of.user
                                                         : key_of.id;
    if (!field.absent()) return false;
    field = kit_.string(value, key, true);
    if (key == "expiresAt" && field.value.starts_with("@now+")) field.value.erase(0, 5);
    return field.given();
  });
  if (key_of.alias.absent()) report(DiagId::WorldflowRequired, node, "`name` is missing, the API refuses the body");
  if (id != nullptr) (key_of.alias.absent() ? key_of.id.from : key_of.alias.from).add(id->leaf());
  if (!key_of.team.absent()) key_of.team.value = person(Entity::Team, *key_of.team);
  if (!key_of.user.absent()) key_of.user.value = person(Entity::User, *key_of.user);
}

/// Parents are named as the others in the IR name them.
void Reader::resolve_people() {
  for (ir::Principal& p : gateway_.principals) {
    if (p.kind != ir::PrincipalKind::Team && p.kind != ir::PrincipalKind::Organization) continue;
    if (p.team.absent()) continue;
    const auto found = teams_.find(*p.team);
    if (!found) {
      if (!context_.proving) {
        for (const Node* node : all(Entity::Team)) {
          const Node* parent = node->get("parentTeamId");
          if (parent != nullptr && parent->is_scalar() && parent->text() == *p.team) {
            report(DiagId::WorldflowReference, *parent, quoted(*p.team) + " is none of the teams here");
            break;
          }
        }
      }
      continue;
    }
    const bool of_organization = gateway_.principals[*found].kind == ir::PrincipalKind::Organization;
    p.team.value = person(Entity::Team, *p.team);
    if (!of_organization) continue;
    p.organization = std::move(p.team);
    p.team = {};
  }
}

}  // namespace gatec::targets::worldflow
