#include "compiler/ir/describe.h"
#include "targets/litellm/admin_reader.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;
using ir::Principal;
using ir::PrincipalKind;

ir::Field<std::string> plain_role(std::string_view role) { return {std::string(role), ir::Origin(rules::kMemberRole)}; }

ir::Field<std::string> text(const Node& node) { return {std::string(node.text()), node.leaf()}; }

Principal member_of(const Principal& owner, PrincipalKind kind) {
  Principal member;
  member.kind = kind;
  const ir::Field<std::string>& name = owner.id.given() ? owner.id : owner.alias;
  (kind == PrincipalKind::Member ? member.team : member.organization) = name;
  return member;
}

}  // namespace

/// Bodies of member_add and member_update, and the memberships of exports.
void AdminReader::read_membership(const Node& object, AdminKind kind) {
  Draft draft;
  draft.kind = kind;
  draft.at = keys().root(table_root(kind));
  draft.principal.kind = kind == AdminKind::TeamMember ? PrincipalKind::Member : PrincipalKind::OrgMember;
  read_fields(object, draft);
  finish_budgets(draft);
  if (draft.members.empty()) {
    add_person(object, draft, draft.at);
    return;
  }
  const Node& people = *draft.members.front().second;
  const KeyTable::Cursor at = draft.at.child("member");
  const bool several = people.is_sequence();
  const bool nobody =
      several ? std::ranges::none_of(people.elements(), [](const Node* person) { return person->is_mapping(); })
              : !people.is_mapping() || people.empty();
  if (nobody) {
    kit_.wrong_type(people, "member", "a mapping with `user_id` and `role`");
    ledger().settle(people, Fate::Manual, DiagId::WrongType, "a member is a mapping with `user_id` and `role`");
    draft.members.clear();
    add_person(object, draft, draft.at);
    return;
  }
  if (several) {
    for (const Node* person : people.elements()) add_person(*person, draft, at.element());
  } else {
    add_person(people, draft, at);
  }
}

/// `person` holds role, user_id and user_email; of the object itself they are in the draft already.
void AdminReader::add_person(const Node& person, Draft& draft, KeyTable::Cursor at) {
  Principal member = draft.principal;
  if (!person.is_mapping()) {
    kit_.wrong_type(person, "member", "a mapping with `user_id` and `role`");
    ledger().settle(person, Fate::Manual, DiagId::WrongType, "a member is a mapping with `user_id` and `role`");
    return;
  }
  const bool apart = !draft.members.empty();
  if (apart && person.empty()) settle_unset(person);
  for (const Entry& e : person.entries()) {
    if (!apart) break;
    const std::string_view key = e.key->text();
    ir::Field<std::string>* into = key == "role"         ? &member.role
                                   : key == "user_id"    ? &member.user
                                   : key == "user_email" ? &member.email
                                                         : nullptr;
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (into != nullptr && e.value->is_string()) {
      into->from.each([&](ir::LeafId leaf) {
        ledger().settle(leaf, Fate::Skipped, DiagId::DuplicateEntity, "the member's own entry says it otherwise");
      });
      *into = text(*e.value);
    } else if (into != nullptr) {
      kit_.wrong_type(*e.value, key, "a string");
      keep_wrong(e, member);
    } else {
      tell_unknown(e, at, "in a member");
      keep(e, member, {}, DiagId::UnknownKey, Fate::Manual, "correct the source, then convert again");
    }
  }
  add_member(std::move(member));
}

void AdminReader::read_members(AdminField field, const Node& list, Draft& owner) {
  if (!list.is_sequence()) {
    kit_.wrong_type(list, "the list of members", "a list");
    ledger().settle(list, Fate::Manual, DiagId::WrongType, "it should be a list");
    return;
  }
  if (list.empty()) settle_unset(list);
  for (const Node* element : list.elements()) {
    switch (field) {
      case AdminField::Members: read_team_member(*element, owner); break;
      case AdminField::Memberships:
        if (element->is_mapping()) read_membership(*element, AdminKind::TeamMember);
        if (!element->is_mapping()) settle_read_only(*element);
        break;
      case AdminField::UserMemberships:
        if (element->is_mapping()) read_membership(*element, AdminKind::OrgMember);
        if (!element->is_mapping()) settle_read_only(*element);
        break;
      case AdminField::UserTeams: read_user_team(*element, owner); break;
      case AdminField::UserOrganizations: read_user_organization(*element, owner); break;
      default: break;
    }
  }
}

void AdminReader::read_team_member(const Node& element, Draft& team) {
  Draft draft;
  draft.kind = AdminKind::TeamMember;
  draft.principal = member_of(team.principal, PrincipalKind::Member);
  draft.members.emplace_back(AdminField::Member, &element);
  add_person(element, draft, team.at.child("members_with_roles").element());
}

/// An id, or an object with the member's own role and budget.
void AdminReader::read_user_team(const Node& element, Draft& user) {
  Principal member;
  member.kind = PrincipalKind::Member;
  member.user = user.principal.id;
  if (!user.principal.id.given())
    member.email = user.principal.email.given() ? user.principal.email : user.principal.alias;
  member.role = plain_role("user");
  if (element.is_string()) {
    member.team = text(element);
    add_member(std::move(member));
    return;
  }
  const Node* id = element.is_mapping() ? element.get("team_id") : nullptr;
  if (id == nullptr || !id->is_string()) {
    kit_.wrong_type(element, "teams", "team ids or objects with a `team_id`");
    ledger().settle(element, Fate::Manual, DiagId::WrongType, "nothing names the team");
    return;
  }
  Draft draft;
  draft.kind = AdminKind::TeamMember;
  draft.principal = std::move(member);
  for (const Entry& e : element.entries()) {
    const std::string_view key = e.key->text();
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (key == "team_id") {
      draft.principal.team = text(*e.value);
    } else if (key == "user_role" && e.value->is_string()) {
      draft.principal.role = text(*e.value);
    } else if (key != "max_budget_in_team" || !take_amount(e, AdminField::MaxBudget, draft)) {
      settle_read_only(*e.value);
    }
  }
  finish_budgets(draft);
  add_member(std::move(draft.principal));
}

void AdminReader::read_user_organization(const Node& element, Draft& user) {
  if (!element.is_string()) {
    kit_.wrong_type(element, "organizations", "a list of organization ids");
    ledger().settle(element, Fate::Manual, DiagId::WrongType, "nothing names the organization");
    return;
  }
  Principal member;
  member.kind = PrincipalKind::OrgMember;
  member.user = user.principal.id;
  if (!user.principal.id.given())
    member.email = user.principal.email.given() ? user.principal.email : user.principal.alias;
  member.role = plain_role("internal_user");
  member.organization = text(element);
  add_member(std::move(member));
}

/// The same membership may stand with the team, with the user and in a body of its own: one member comes of it.
void AdminReader::add_member(Principal member) {
  member.id = member.user;
  if (member.role.absent()) member.role = plain_role(member.kind == PrincipalKind::Member ? "user" : "internal_user");
  const auto [known, fresh] = members_.emplace(ir::identity(member), gateway_.principals.size());
  if (fresh) {
    gateway_.principals.push_back(std::move(member));
  } else {
    merge(gateway_.principals[known->second], std::move(member));
  }
}

void AdminReader::merge(Principal& into, Principal from) {
  merge(into.id, from.id);
  merge(into.user, from.user);
  merge(into.email, from.email);
  merge(into.team, from.team);
  merge(into.organization, from.organization);
  merge(into.role, from.role);
  merge(into.budget_id, from.budget_id);
  for (ir::Budget& budget : from.budgets) {
    if (into.budgets.empty()) {
      into.budgets.push_back(std::move(budget));
      continue;
    }
    merge(into.budgets.front().amount, budget.amount);
    merge(into.budgets.front().soft, budget.soft);
    merge(into.budgets.front().window, budget.window);
  }
  for (ir::Limit& limit : from.limits) {
    ir::Limit* known = nullptr;
    for (ir::Limit& l : into.limits) {
      if (ir::identity(l) == ir::identity(limit)) known = &l;
    }
    if (known != nullptr) {
      merge(known->amount, limit.amount);
    } else {
      into.limits.push_back(std::move(limit));
    }
  }
  for (ir::Extra& extra : from.extras) into.extras.push_back(std::move(extra));
}

/// What is written outdoes what a rule filled in; of two that are written the first counts.
template <class T>
void AdminReader::merge(ir::Field<T>& into, ir::Field<T>& from) {
  if (from.absent()) return;
  if (into.absent() || (into.from.is_default() && !from.from.is_default())) {
    into = std::move(from);
    return;
  }
  if constexpr (requires { into.value == from.value; }) {
    if (into.value == from.value) {
      into.from.add(from.from);
      return;
    }
  } else {
    if (same_meaning(into.value, from.value)) {
      into.from.add(from.from);
      return;
    }
  }
  from.from.each([&](ir::LeafId leaf) {
    ledger().settle(leaf, Fate::Skipped, DiagId::DuplicateEntity, "the same membership is stated otherwise before");
  });
}

}  // namespace gatec::targets::litellm
