#include "compiler/ir/describe.h"
#include "targets/litellm/admin_reader.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;
using ir::PrincipalKind;

PrincipalKind principal_kind(AdminKind kind) {
  switch (kind) {
    case AdminKind::Budget: return PrincipalKind::BudgetRow;
    case AdminKind::Organization: return PrincipalKind::Organization;
    case AdminKind::OrgMember: return PrincipalKind::OrgMember;
    case AdminKind::Team: return PrincipalKind::Team;
    case AdminKind::TeamMember: return PrincipalKind::Member;
    case AdminKind::User: return PrincipalKind::User;
    case AdminKind::Project: return PrincipalKind::Project;
    case AdminKind::Customer: return PrincipalKind::Customer;
    case AdminKind::Tag: return PrincipalKind::Tag;
    case AdminKind::AccessGroup: return PrincipalKind::AccessGroup;
    case AdminKind::None:
    case AdminKind::Model:
    case AdminKind::Credential:
    case AdminKind::Key: break;
  }
  return PrincipalKind::Key;
}

/// What the API accepts once only; empty for what has no name of its own.
std::string stated_name(const ir::Principal& p) {
  if (p.kind == PrincipalKind::Member || p.kind == PrincipalKind::OrgMember) return {};
  const std::string kind = std::string(ir::principal_kind_name(p.kind));
  if (p.id.given()) return kind + " id " + *p.id;
  return p.kind == PrincipalKind::Key && p.alias.given() ? kind + " alias " + *p.alias : std::string();
}

/// References of payloads stand among open data as plain text.
void find_references(ir::Value& value) {
  if (value.kind == ir::Value::Kind::String) {
    if (auto reference = payload_reference(value.text)) {
      value.kind = ir::Value::Kind::Secret;
      value.credential = *std::move(reference);
      value.text.clear();
    }
  }
  for (ir::Value& item : value.items) find_references(item);
  for (auto& [key, item] : value.pairs) find_references(item);
}

bool same_items(const ir::List<std::string>& a, const ir::List<std::string>& b) {
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                    [](const auto& x, const auto& y) { return x.value == y.value; });
}

}  // namespace

bool read_admin(const Node& root, ReadKit& kit, ir::Gateway& gateway, ConfigBodies& bodies, std::string_view file) {
  const AdminKind known = kind_of_payload(file);
  if (known == AdminKind::None && detect_admin(root) == 0) return false;
  AdminReader(kit, gateway, bodies).read(root, known);
  fill_from_budget_rows(gateway);
  return true;
}

bool is_payload_file(std::string_view file) { return kind_of_payload(file) != AdminKind::None; }

std::optional<ir::Credential> payload_reference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(2, text.size() - 3);
  const auto is_part = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_part)) return std::nullopt;
  return ir::Credential::env(std::string(name));
}

AdminReader::AdminReader(ReadKit& kit, ir::Gateway& gateway, ConfigBodies& bodies)
    : kit_(kit), gateway_(gateway), bodies_(bodies) {
  for (std::size_t i = 0; i < gateway.principals.size(); ++i) {
    const ir::Principal& p = gateway.principals[i];
    if (p.kind == PrincipalKind::Member || p.kind == PrincipalKind::OrgMember) members_.emplace(ir::identity(p), i);
    if (const std::string name = stated_name(p); !name.empty()) stated_.insert(name);
  }
}

void AdminReader::read(const Node& node, AdminKind hint) {
  if (node.is_sequence()) {
    if (node.empty()) settle_unset(node);
    for (const Node* element : node.elements()) read_object(*element, hint);
  } else if (hint == AdminKind::None && is_wrapper(node)) {
    read_wrapper(node);
  } else {
    read_object(node, hint);
  }
}

void AdminReader::read_wrapper(const Node& wrapper) {
  for (const Entry& e : wrapper.entries()) {
    const WrapperKey* key = wrapper_key(e.key->text());
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (key != nullptr) {
      read(*e.value, key->kind);
    } else {
      hide_secrets(*e.value, nullptr);
      settle_read_only(*e.value);
    }
  }
}

void AdminReader::read_object(const Node& object, AdminKind hint) {
  if (hint == AdminKind::Key && object.is_string()) {
    kit_.context().mark_secret(object.span());
    settle_read_only(object);
    return;
  }
  const ToldKind told = tell_kind(object);
  const AdminKind kind = hint != AdminKind::None && object.is_mapping() ? hint : told.kind;
  switch (kind) {
    case AdminKind::Model: bodies_.models.push_back(&object); return;
    case AdminKind::Credential: bodies_.credentials.push_back(&object); return;
    case AdminKind::OrgMember:
    case AdminKind::TeamMember: read_membership(object, kind); return;
    case AdminKind::None: break;
    default: read_principal(object, kind); return;
  }
  if (!quiet())
    kit_.context().sink.report(DiagId::UnknownObject, object.span(), "nothing tells what kind of object this is");
  ledger().settle(object, Fate::Skipped, DiagId::UnknownObject, "nothing tells what kind of object it belongs to");
}

void AdminReader::read_principal(const Node& object, AdminKind kind) {
  Draft draft;
  draft.kind = kind;
  draft.at = keys().root(table_root(kind));
  draft.principal.kind = principal_kind(kind);
  read_fields(object, draft);
  finish(object, draft);
}

void AdminReader::read_fields(const Node& object, Draft& draft) {
  if (object.empty()) settle_unset(object);
  for (const Entry& e : object.entries()) read_entry(e, draft);
  if (draft.model_table != nullptr) read_model_table(*draft.model_table, draft);
  if (draft.metadata != nullptr) read_metadata(*draft.metadata, draft);
  if (draft.budget_table != nullptr) read_budget_table(*draft.budget_table, draft);
}

void AdminReader::read_entry(const Entry& e, Draft& draft) {
  const AdminField field = e.key->is_scalar() ? field_of(draft.kind, e.key->text()) : AdminField::Unmodelled;
  if (e.value->is_null() && draft.at.child(e.key->text()).known()) {
    settle_unset(*e.value);
  } else if (field == AdminField::Unmodelled) {
    unmodelled(e, draft, {}, draft.at);
  } else if (!take(e, field, draft)) {
    keep_wrong(e, draft.principal);
  }
}

bool AdminReader::take(const Entry& e, AdminField field, Draft& draft) {
  const Node& node = *e.value;
  ir::Principal& p = draft.principal;
  switch (field) {
    case AdminField::Unmodelled: return false;
    case AdminField::Secret: return take_secret(node, p);
    case AdminField::Models: p.models = kit_.strings(node, e.key->text()); return p.models.given();
    case AdminField::AllowedRoutes:
      p.allowed_routes = kit_.strings(node, e.key->text());
      return p.allowed_routes.given();
    case AdminField::Tags: return take_tags(node, draft);
    case AdminField::Blocked: p.blocked = kit_.boolean(node, e.key->text()); return p.blocked.given();
    case AdminField::Expires: return take_expiry(e, p);
    case AdminField::Aliases: return take_aliases(node, draft);
    case AdminField::MaxBudget:
    case AdminField::SoftBudget:
    case AdminField::BudgetDuration:
    case AdminField::MemberBudget:
    case AdminField::MemberBudgetDuration: return take_amount(e, field, draft);
    case AdminField::BudgetLimits: return take_budget_limits(node, draft);
    case AdminField::ModelMaxBudget: return take_model_budgets(node, draft);
    case AdminField::Rpm:
    case AdminField::Tpm:
    case AdminField::Parallel:
    case AdminField::MemberRpm:
    case AdminField::MemberTpm:
    case AdminField::RpmType:
    case AdminField::TpmType: return take_limit(e, field, draft);
    case AdminField::ModelRpm: return take_model_limits(e, ir::Counted::Requests, draft);
    case AdminField::ModelTpm: return take_model_limits(e, ir::Counted::Tokens, draft);
    case AdminField::ModelItpm: return take_model_limits(e, ir::Counted::InputTokens, draft);
    case AdminField::ModelOtpm: return take_model_limits(e, ir::Counted::OutputTokens, draft);
    case AdminField::TemporaryBudget: unmodelled(e, draft, "metadata", draft.at); return true;
    case AdminField::AutoCreateKey: unmodelled(e, draft, {}, draft.at); return true;
    case AdminField::Members:
    case AdminField::Memberships:
    case AdminField::Member:
    case AdminField::UserTeams:
    case AdminField::UserOrganizations:
    case AdminField::UserMemberships: draft.members.emplace_back(field, &node); return true;
    case AdminField::BudgetTable:
    case AdminField::ModelTable:
    case AdminField::Metadata: {
      const Node*& later = field == AdminField::BudgetTable  ? draft.budget_table
                           : field == AdminField::ModelTable ? draft.model_table
                                                             : draft.metadata;
      if (!node.is_mapping()) kit_.wrong_type(node, e.key->text(), "a mapping");
      if (node.is_mapping()) later = &node;
      return node.is_mapping();
    }
    case AdminField::Id:
    case AdminField::Alias:
    case AdminField::Email:
    case AdminField::Organization:
    case AdminField::Team:
    case AdminField::User:
    case AdminField::Project:
    case AdminField::BudgetId:
    case AdminField::Role: return take_name(e, field, draft);
  }
  return false;
}

bool AdminReader::take_name(const Entry& e, AdminField field, Draft& draft) {
  ir::Principal& p = draft.principal;
  ir::Field<std::string>* into = &p.id;
  switch (field) {
    case AdminField::Alias: into = &p.alias; break;
    case AdminField::Email: into = &p.email; break;
    case AdminField::Organization: into = &p.organization; break;
    case AdminField::Team: into = &p.team; break;
    case AdminField::User: into = &p.user; break;
    case AdminField::Project: into = &p.project; break;
    case AdminField::BudgetId: into = &p.budget_id; break;
    case AdminField::Role: into = &p.role; break;
    default: break;
  }
  ir::Field<std::string> name = kit_.string(*e.value, e.key->text());
  if (!name.given()) return false;
  if (into->given()) {  // organization_id and org_id
    shadowed(*e.value, "the other spelling of the field");
    return true;
  }
  *into = std::move(name);
  return true;
}

bool AdminReader::take_secret(const Node& node, ir::Principal& p) {
  if (node.is_string()) {
    if (auto reference = payload_reference(node.text())) {
      p.secret = {*std::move(reference), node.leaf()};
      return true;
    }
  }
  p.secret = kit_.credential(node, "key");
  return p.secret.given();
}

/// `duration` counts from the creation; an export has the instant in `expires` instead.
bool AdminReader::take_expiry(const Entry& e, ir::Principal& p) {
  const Node& node = *e.value;
  const bool instant = e.key->text() == "expires";
  if (!node.is_string() && !(instant && node.is_scalar() && node.type() == doc::Type::Timestamp)) {
    kit_.wrong_type(node, e.key->text(), "a string");
    return false;
  }
  if (p.expires.given() && instant) {
    shadowed(node, "`duration`");
    return true;
  }
  if (p.expires.given())
    p.expires.from.each([&](ir::LeafId leaf) {
      ledger().settle(leaf, Fate::Skipped, DiagId::ShadowedSetting, "`duration` takes precedence");
    });
  p.expires = {std::string(node.text()), node.leaf()};
  return true;
}

bool AdminReader::take_aliases(const Node& node, Draft& draft) {
  if (!node.is_mapping()) {
    kit_.wrong_type(node, "aliases", "a mapping");
    return false;
  }
  if (node.empty()) settle_unset(node);
  for (const Entry& e : node.entries()) {
    if (e.value->is_null()) {
      settle_unset(*e.value);
      continue;
    }
    ir::Field<std::string> target = kit_.string(*e.value, e.key->text());
    if (!target.given()) {
      keep_wrong(e, draft.principal, "aliases");
      continue;
    }
    ir::Alias alias;
    alias.name = e.key->text();
    alias.name_from = e.value->leaf();
    alias.target = std::move(target);
    draft.principal.aliases.push_back(std::move(alias));
  }
  return true;
}

bool AdminReader::take_tags(const Node& node, Draft& draft) {
  ir::List<std::string> tags = kit_.strings(node, "tags");
  if (!tags.given()) return false;
  ir::List<std::string>& into = draft.principal.tags;
  if (!into.given()) {
    into = std::move(tags);
  } else if (same_items(into, tags) && !tags.items.empty()) {
    for (std::size_t i = 0; i < tags.items.size(); ++i) into.items[i].from.add(tags.items[i].from);
  } else {
    shadowed(node, "the list beside `metadata`");
  }
  return true;
}

/// Some fields are kept there by LiteLLM itself, so exports have them there (§13).
void AdminReader::read_metadata(const Node& metadata, Draft& draft) {
  if (metadata.empty()) settle_unset(metadata);
  const KeyTable::Cursor at = draft.at.child("metadata");
  for (const Entry& e : metadata.entries()) {
    const AdminField field = field_of(draft.kind, e.key->text());
    const KeyTable::Cursor child = at.child(e.key->text());
    const KeyRow* row = child.row();
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (field == AdminField::ModelRpm || field == AdminField::ModelTpm || field == AdminField::ModelItpm ||
               field == AdminField::ModelOtpm || field == AdminField::RpmType || field == AdminField::TpmType ||
               field == AdminField::Tags) {
      if (!take(e, field, draft)) keep_wrong(e, draft.principal, "metadata");
    } else if (row != nullptr && child.named() &&
               (row->handling == Handling::Keep || field == AdminField::TemporaryBudget)) {
      const bool beside = field != AdminField::TemporaryBudget && draft.at.child(e.key->text()).known();
      unmodelled(e, draft, beside ? "" : "metadata", at);
    } else if (e.key->text() == kIdInMetadata && draft.kind == AdminKind::Key && e.value->is_string()) {
      draft.principal.id = {std::string(e.value->text()), e.value->leaf()};
    } else {
      draft.principal.metadata.push_back({std::string(e.key->text()), kit_.value(*e.value, e.key->text())});
    }
  }
}

/// Exports of teams keep `model_aliases` in it.
void AdminReader::read_model_table(const Node& table, Draft& draft) {
  if (table.empty()) settle_unset(table);
  for (const Entry& e : table.entries()) {
    if (e.key->text() == "model_aliases" && e.value->is_mapping() && draft.principal.aliases.empty()) {
      take_aliases(*e.value, draft);
    } else {
      settle_read_only(*e.value);
    }
  }
}

void AdminReader::finish(const Node& object, Draft& draft) {
  finish_budgets(draft);
  ir::Principal& p = draft.principal;
  for (ir::Extra& extra : p.extras) find_references(extra.value);
  for (ir::Param& param : p.metadata) find_references(param.value);
  if (stated_before(object, p)) return;
  const std::size_t place = gateway_.principals.size();
  gateway_.principals.push_back(std::move(p));
  draft.principal = gateway_.principals[place];  // its members name it
  draft.principal.extras.clear();
  for (const auto& [field, list] : draft.members) read_members(field, *list, draft);
  for (ir::Extra& extra : draft.principal.extras) gateway_.principals[place].extras.push_back(std::move(extra));
}

/// Of two objects with one id the API makes the first and refuses the second.
bool AdminReader::stated_before(const Node& object, const ir::Principal& p) {
  const std::string name = stated_name(p);
  if (name.empty() || stated_.insert(name).second) return false;
  const std::string known = ir::identity(p);
  const bool row = p.kind == PrincipalKind::BudgetRow;
  if (!quiet() && !row)
    kit_.context().sink.report(DiagId::DuplicateEntity, object.span(),
                               "`" + known + "` is declared twice; the first counts");
  ledger().settle(
      object, Fate::Skipped, DiagId::DuplicateEntity,
      row ? "the same budget row is stated before" : "an object of the same kind and name is stated before");
  return true;
}

}  // namespace gatec::targets::litellm
