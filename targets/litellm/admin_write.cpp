#include "compiler/ir/describe.h"
#include "targets/litellm/admin_fields.h"
#include "targets/litellm/admin_writer.h"
#include "targets/litellm/durations.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using diagnostics::DiagId;
using doc::Out;
using ir::Credential;
using ir::Fate;
using ir::Principal;
using ir::PrincipalKind;

constexpr std::array<std::string_view, 4> kUserRoles = {"proxy_admin", "proxy_admin_viewer", "internal_user",
                                                        "internal_user_viewer"};
constexpr std::array<std::string_view, 2> kTeamRoles = {"admin", "user"};
constexpr std::array<std::string_view, 3> kOrganizationRoles = {"org_admin", "internal_user", "internal_user_viewer"};

AdminKind admin_kind(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Organization: return AdminKind::Organization;
    case PrincipalKind::Team: return AdminKind::Team;
    case PrincipalKind::User: return AdminKind::User;
    case PrincipalKind::Member: return AdminKind::TeamMember;
    case PrincipalKind::Key: return AdminKind::Key;
    case PrincipalKind::Project: return AdminKind::Project;
    case PrincipalKind::Customer: return AdminKind::Customer;
    case PrincipalKind::Tag: return AdminKind::Tag;
    case PrincipalKind::BudgetRow: return AdminKind::Budget;
    case PrincipalKind::OrgMember: return AdminKind::OrgMember;
    case PrincipalKind::AccessGroup: return AdminKind::AccessGroup;
  }
  return AdminKind::None;
}

/// In the order of docs/dialects/litellm.md §12. The one before the last of the members is for what only an update
/// takes.
std::vector<PayloadFile> all_files() {
  return {{"01-budgets.json", "/budget/new", "budget", {}},
          {"02-organizations.json", "/organization/new", "organization", {}},
          {"03-teams.json", "/team/new", "team", {}},
          {"04-users.json", "/user/new", "user", {}},
          {"05-organization-members.json", "/organization/member_add", "organization member", {}},
          {"06-team-members.json", "/team/member_add", "team member", {}},
          {"07-team-member-limits.json", "/team/member_update", "team member", {}},
          {"08-projects.json", "/project/new", "project", {}},
          {"09-keys.json", "/key/generate", "key", {}},
          {"10-customers.json", "/customer/new", "customer", {}},
          {"11-tags.json", "/tag/new", "tag", {}},
          {"12-access-groups.json", "/access_group/new", "access group", {}}};
}

constexpr std::size_t kMemberUpdates = 6;

std::size_t file_index(AdminKind kind) {
  switch (kind) {
    case AdminKind::Budget: return 0;
    case AdminKind::Organization: return 1;
    case AdminKind::Team: return 2;
    case AdminKind::User: return 3;
    case AdminKind::OrgMember: return 4;
    case AdminKind::TeamMember: return 5;
    case AdminKind::Project: return 7;
    case AdminKind::Customer: return 9;
    case AdminKind::Tag: return 10;
    case AdminKind::AccessGroup: return 11;
    case AdminKind::None:
    case AdminKind::Model:
    case AdminKind::Credential:
    case AdminKind::Key: break;
  }
  return 8;
}

/// The name under which a kind of object has a field of a principal; empty where it has none.
std::string_view id_key(AdminKind kind) {
  switch (kind) {
    case AdminKind::Budget: return "budget_id";
    case AdminKind::Organization: return "organization_id";
    case AdminKind::Team: return "team_id";
    case AdminKind::User:
    case AdminKind::Customer: return "user_id";
    case AdminKind::Project: return "project_id";
    case AdminKind::Tag: return "name";
    case AdminKind::AccessGroup: return "access_group";
    default: return "";
  }
}

std::string_view alias_key(AdminKind kind) {
  switch (kind) {
    case AdminKind::Organization: return "organization_alias";
    case AdminKind::Team: return "team_alias";
    case AdminKind::User: return "user_alias";
    case AdminKind::Key: return "key_alias";
    case AdminKind::Project: return "project_alias";
    case AdminKind::Customer: return "alias";
    default: return "";
  }
}

/// A field that tells the kind of an object to whoever reads the payload; null where it has no value.
void mark_kind(Out& body, AdminKind kind) {
  const std::string_view key = kind == AdminKind::User  ? "user_role"
                               : kind == AdminKind::Tag ? "max_budget"
                                                        : alias_key(kind);
  if (!key.empty()) body.at(key);
  // else it could be a membership
  if (kind == AdminKind::User && body.find("organization_id") != nullptr) body.at("user_email");
}

bool is_duration(std::string_view text) { return text == "-1" || length(text).has_value(); }

}  // namespace

std::vector<Artifact> write_admin(const ir::Gateway& gateway, WriteContext& context) {
  return gateway.principals.empty() ? std::vector<Artifact>{} : AdminWriter(gateway, context).write();
}

AdminWriter::AdminWriter(const ir::Gateway& gateway, WriteContext& context)
    : gateway_(gateway), context_(context), files_(all_files()) {
  for (const Principal& p : gateway.principals) {
    if (p.kind == PrincipalKind::BudgetRow && p.id.given()) rows_.emplace(*p.id, &p);
    if (p.kind == PrincipalKind::Team && !p.id.given() && p.alias.given())
      nameless_teams_.emplace(*p.alias, std::vector<const Principal*>{});
  }
  for (const Principal& p : gateway.principals) {
    if (p.kind != PrincipalKind::Member || !p.team.given()) continue;
    const auto team = nameless_teams_.find(*p.team);
    if (team != nameless_teams_.end()) team->second.push_back(&p);
  }
}

std::vector<Artifact> AdminWriter::write() {
  for (const Principal& p : gateway_.principals) write_principal(p);
  std::erase_if(files_, [](const PayloadFile& f) { return f.bodies.empty(); });
  std::vector<Artifact> artifacts;
  if (files_.empty()) return artifacts;
  for (const PayloadFile& f : files_) {
    // One body a line: the script needs no JSON parser then.
    std::string text = "[\n";
    for (std::size_t i = 0; i < f.bodies.size(); ++i) {
      std::string body = doc::write_json(f.bodies[i], {0, false});
      while (!body.empty() && body.back() == '\n') body.pop_back();
      text += "  " + body + (i + 1 < f.bodies.size() ? ",\n" : "\n");
    }
    artifacts.push_back({"payloads/" + std::string(f.name), text + "]\n", Role::Payload, false, {}});
  }
  artifacts.push_back({"apply.sh", apply_script(files_, secrets_), Role::Aid, true, {}});
  return artifacts;
}

PayloadFile& AdminWriter::file(AdminKind kind) { return files_[file_index(kind)]; }

bool AdminWriter::takes(AdminKind kind, std::string_view key) const {
  const KeyRow* row = keys().root(table_root(kind)).child(key).row();
  return row != nullptr && (row->handling == Handling::Read || row->handling == Handling::Keep);
}

const Principal* AdminWriter::row_of(const Principal& p) const {
  // a body that cannot name its row has the row's values itself
  const bool named = p.budget_id.given() && takes(admin_kind(p.kind), "budget_id");
  const auto found = named ? rows_.find(*p.budget_id) : rows_.end();
  return found == rows_.end() ? nullptr : found->second;
}

void AdminWriter::write_principal(const Principal& p) {
  const AdminKind kind = admin_kind(p.kind);
  const bool member = kind == AdminKind::TeamMember || kind == AdminKind::OrgMember;
  const bool somebody = p.user.given() || p.email.given() || p.id.given();
  if (member && !(somebody && (kind == AdminKind::TeamMember ? p.team : p.organization).given())) {
    context_.ledger.lose(&p, {Fate::Manual,
                              DiagId::DroppedPrincipal,
                              "a membership must say who is in what",
                              {},
                              "name the user and the team or organisation"});
    return;
  }
  if (kind == AdminKind::TeamMember || kind == AdminKind::OrgMember) {
    write_member(p);
    return;
  }
  if (lacks_team(p)) {
    context_.ledger.lose(&p, {Fate::Manual,
                              DiagId::DroppedPrincipal,
                              "a project of LiteLLM belongs to a team",
                              {},
                              "make the project in the team that it shall belong to"});
    return;
  }
  // what the API takes once only
  const std::string once = p.id.given()                                ? "id " + *p.id
                           : kind == AdminKind::Key && p.alias.given() ? "alias " + *p.alias
                                                                       : std::string();
  if (!once.empty() && !written_.insert(std::string(kind_word(kind)) + " " + once).second) {
    context_.ledger.lose(&p, {Fate::Manual,
                              DiagId::DroppedPrincipal,
                              "another " + std::string(kind_word(kind)) + " has the same name",
                              {},
                              "give it a name of its own"});
    return;
  }
  Out body = Out::mapping();
  names(p, kind, body);
  if (kind == AdminKind::Key) key_fields(p, body);
  access(p, kind, body);
  budgets(p, kind, body);
  limits(p, kind, body);
  if (kind == AdminKind::Team) inline_members(p, body);
  metadata(p, kind, body);
  extras(p, kind, body);
  mark_kind(body, kind);
  file(kind).bodies.push_back(std::move(body));
}

/// LiteLLM's API refuses such a project; one of LiteLLM's own files is written as it stands.
bool AdminWriter::lacks_team(const Principal& p) const {
  return p.kind == PrincipalKind::Project && !p.team.given() && !context_.same_dialect;
}

void AdminWriter::names(const Principal& p, AdminKind kind, Out& body) {
  const std::string_view id = id_key(kind);
  const bool needs_id = kind == AdminKind::Tag || kind == AdminKind::Customer || kind == AdminKind::AccessGroup;
  if (!id.empty() && needs_id && !p.id.given() && p.alias.given()) {
    body.add(std::string(id), Out(*p.alias));
    context_.ledger.admit_added("principals[" + ir::identity(p) + "].id",
                                "LiteLLM knows it by an id, which is its name here");
  } else if (!id.empty()) {
    put(body, kind, id, p.id);
  }
  const auto put_or_lose = [&](std::string_view key, const ir::Field<std::string>& field, bool taken) {
    put(body, taken ? kind : AdminKind::None, key, field);
  };
  if (!alias_key(kind).empty()) {
    put(body, kind, alias_key(kind), p.alias);
  } else if (p.alias.given() && p.id.given()) {
    no_place(p.alias, "it has one name only");
  }
  put_or_lose("user_email", p.email, kind == AdminKind::User);
  if (kind == AdminKind::User) put_role(body, "user_role", p.role, kUserRoles, "internal_user");
  if (kind != AdminKind::User && p.role.given()) no_place(p.role, "only users and members have roles");
  put_or_lose("organization_id", p.organization, kind != AdminKind::Organization);
  put_or_lose("team_id", p.team, kind != AdminKind::Team);
  put_or_lose("user_id", p.user, kind != AdminKind::User && kind != AdminKind::Customer);
  const auto project = std::ranges::find_if(gateway_.principals, [&](const Principal& other) {
    const ir::Field<std::string>& name = other.id.given() ? other.id : other.alias;
    return other.kind == PrincipalKind::Project && p.project.given() && name.given() && *name == *p.project;
  });
  if (project != gateway_.principals.end() && lacks_team(*project)) {
    no_place(p.project, "a project of LiteLLM belongs to a team, and this one has none");
  } else {
    put_or_lose("project_id", p.project, kind != AdminKind::Project);
  }
  put_or_lose("budget_id", p.budget_id, kind != AdminKind::Budget);
}

/// Writes a text where the kind has the key; else it is lost.
void AdminWriter::put(Out& body, AdminKind kind, std::string_view key, const ir::Field<std::string>& field) {
  if (field.absent()) return;
  if (!takes(kind, key)) {
    no_place(field, "there is no `" + std::string(key) + "` of this in LiteLLM");
  } else if (field.given()) {
    body.add(std::string(key), Out(*field));
  } else {
    no_place(field, "LiteLLM's API takes it only in plain");
  }
}

void AdminWriter::put(Out& body, AdminKind kind, std::string_view key, const ir::List<std::string>& list) {
  if (list.absent()) return;
  if (takes(kind, key)) {
    body.add(std::string(key), to_out(list));
  } else {
    no_place(list, "a " + std::string(kind_word(kind)) + " of LiteLLM has no `" + std::string(key) + "`");
  }
}

/// Roles of other gateways that LiteLLM does not know become the one that may do least.
void AdminWriter::put_role(Out& body, std::string_view key, const ir::Field<std::string>& role,
                           std::span<const std::string_view> known, std::string_view least) {
  if (!role.given()) return;
  const bool fits = context_.same_dialect || std::find(known.begin(), known.end(), *role) != known.end();
  body.add(std::string(key), fits ? Out(*role) : Out(least));
  if (fits) return;
  context_.ledger.lose(&role, {Fate::Approximated,
                               DiagId::Approximated,
                               "LiteLLM has no such role; the one that may do less is given",
                               std::string(least),
                               {}});
}

std::string AdminWriter::spell(const Credential& credential, const void* ir_value, std::string_view hint,
                               bool resolved_by_proxy) {
  if (resolved_by_proxy) return spell_credential(credential, ir_value, hint, context_, kReferencePrefix, "");
  std::string text = spell_credential(credential, ir_value, hint, context_, "${", "}");
  if (text.starts_with("${") && text.ends_with('}') && credential.kind != Credential::Kind::Template)
    secrets_.insert(text.substr(2, text.size() - 3));
  return text;
}

void AdminWriter::key_fields(const Principal& p, Out& body) {
  if (p.secret.given()) {
    const std::string hint = "LITELLM_KEY" + (p.alias.given() ? "_" + *p.alias : std::string());
    body.add("key", Out(spell(*p.secret, &p.secret, hint, false)));
  }
  if (!p.expires.given()) return;
  body.add(is_duration(*p.expires) ? "duration" : "expires", Out(*p.expires));
}

void AdminWriter::access(const Principal& p, AdminKind kind, Out& body) {
  put(body, kind, kind == AdminKind::AccessGroup ? "model_names" : "models", p.models);
  if (kind != AdminKind::Key) put(body, kind, "expires", p.expires);
  if (kind != AdminKind::Key && p.secret.given()) no_place(p.secret, "only keys have a secret");
  put(body, kind, "allowed_routes", p.allowed_routes);
  put(body, kind, "tags", p.tags);
  if (!p.allowed_ips.absent()) {
    context_.ledger.lose(&p.allowed_ips, {Fate::Manual,
                                          DiagId::NotExpressible,
                                          "LiteLLM filters addresses for the whole proxy only",
                                          {},
                                          "set `general_settings.allowed_ips`, or filter before the proxy"});
  }
  const std::string_view aliases = kind == AdminKind::Team ? "model_aliases" : "aliases";
  Out map = Out::mapping();
  for (const ir::Alias& alias : p.aliases) {
    if (!takes(kind, aliases) || !alias.target.given()) {
      no_place(alias, "a " + std::string(kind_word(kind)) + " of LiteLLM has no model aliases");
      continue;
    }
    map.add(alias.name, Out(*alias.target));
    if (alias.hidden.given()) no_place(alias.hidden, "aliases of a team or key are never listed");
  }
  if (!map.empty()) body.add(std::string(aliases), std::move(map));
  if (!p.blocked.given()) return;
  if (takes(kind, "blocked")) {
    body.add("blocked", Out(*p.blocked));
  } else {
    no_place(p.blocked, "a " + std::string(kind_word(kind)) + " of LiteLLM cannot be blocked");
  }
}

/// Who belongs to a team without an id can only be named with it.
void AdminWriter::inline_members(const Principal& team, Out& body) {
  if (team.id.given() || !team.alias.given()) return;
  Out members = Out::sequence();
  for (const Principal* p : nameless_teams_.at(*team.alias)) {
    members.push(person(*p));
    for (const ir::Budget& b : p->budgets) drop(b, "the member's team has no id by which the budget could be sent");
    for (const ir::Limit& l : p->limits) drop(l, "the member's team has no id by which the limit could be sent");
  }
  if (!members.empty()) body.add("members_with_roles", std::move(members));
}

Out AdminWriter::person(const Principal& p) const {
  Out body = Out::mapping();
  if (p.user.given()) {
    body.add("user_id", Out(*p.user));
  } else if (p.id.given()) {
    body.add("user_id", Out(*p.id));
  }
  if (p.email.given()) body.add("user_email", Out(*p.email));
  if (p.role.given()) body.add("role", Out(*p.role));
  return body;
}

void AdminWriter::write_member(const Principal& p) {
  for (const ir::Budget& b : p.budgets) {
    if (b.window.state != ir::State::Unknown) continue;
    context_.ledger.lose(
        &b.window, {Fate::Manual, DiagId::NotExpressible, "when the budget starts anew is set elsewhere", "lifetime",
                    "give the membership a budget with its duration"});
  }
  const bool of_team = p.kind == PrincipalKind::Member;
  if (of_team && p.team.given() && nameless_teams_.contains(*p.team)) return;
  const ir::Field<std::string>& group = of_team ? p.team : p.organization;
  Out body = Out::mapping();
  if (group.given()) body.add(of_team ? "team_id" : "organization_id", Out(*group));
  Out member = person(p);
  Out role = Out::mapping();
  if (of_team) {
    put_role(role, "role", p.role, kTeamRoles, "user");
  } else {
    put_role(role, "role", p.role, kOrganizationRoles, "internal_user_viewer");
  }
  if (const Out* spelled = role.find("role")) member.at("role") = *spelled;
  for (const ir::Extra& extra : p.extras) {
    if (extra.dialect == "litellm") {
      member.add(
          extra.key,
          to_out(
              extra.value, [&](const Credential& c, const void* v, std::string_view h) { return spell(c, v, h, true); },
              extra.key, false));
    }
  }
  body.add("member", std::move(member));
  membership_budget(p, of_team ? "max_budget_in_team" : "max_budget_in_organization", body);
  file(of_team ? AdminKind::TeamMember : AdminKind::OrgMember).bodies.push_back(std::move(body));
  if (p.budget_id.given()) no_place(p.budget_id, "a membership takes its budget by value only");
  if (!p.models.absent()) no_place(p.models, "a membership has no models of its own");
  if (p.limits.empty()) return;
  Out update = Out::mapping();
  if (group.given()) update.add(of_team ? "team_id" : "organization_id", Out(*group));
  if (p.user.given()) update.add("user_id", Out(*p.user));
  if (!p.user.given() && p.email.given()) update.add("user_email", Out(*p.email));
  if (const Out* spelled = role.find("role")) update.at("role") = *spelled;
  const std::size_t before = update.is_mapping() ? std::get<Out::Mapping>(update.storage()).size() : 0;
  limits(p, of_team ? AdminKind::TeamMember : AdminKind::OrgMember, update);
  if (std::get<Out::Mapping>(update.storage()).size() > before)
    files_[kMemberUpdates].bodies.push_back(std::move(update));
}

void AdminWriter::metadata(const Principal& p, AdminKind kind, Out& body) {
  const auto spell_here = [&](const Credential& c, const void* v, std::string_view hint) {
    return spell(c, v, hint, true);
  };
  if (kind == AdminKind::Key && p.id.given()) body.at("metadata").add(std::string(kIdInMetadata), Out(*p.id));
  for (const ir::Param& param : p.metadata) {
    if (!takes(kind, "metadata")) {
      no_place(param, "a " + std::string(kind_word(kind)) + " of LiteLLM has no metadata");
      continue;
    }
    body.at("metadata").add(param.name, to_out(param.value, spell_here, param.name, false));
  }
}

void AdminWriter::extras(const Principal& p, AdminKind kind, Out& body) {
  for (const ir::Extra& extra : p.extras) {
    if (extra.dialect != "litellm") continue;
    const bool by_proxy = extra.section == "metadata";
    const auto spell_here = [&](const Credential& c, const void* v, std::string_view hint) {
      return spell(c, v, hint, by_proxy);
    };
    Out value = to_out(extra.value, spell_here, extra.key, false);
    if (extra.section.empty() || extra.section == "litellm_budget_table") {
      if (body.find(extra.key) == nullptr) body.add(extra.key, std::move(value));
    } else {
      const bool aliases = extra.section == "aliases" && kind == AdminKind::Team;
      body.at(aliases ? "model_aliases" : extra.section).add(extra.key, std::move(value));
    }
  }
}

}  // namespace gatec::targets::litellm
