#include "compiler/ir/describe.h"
#include "tests/unit/litellm_admin/reading.h"

namespace gatec::targets::litellm {
namespace {

using diagnostics::DiagId;
using ir::Counted;
using ir::Principal;
using ir::PrincipalKind;
using ir::WindowKind;

const ir::Limit* limit_of(const Principal& p, std::string_view identity) {
  for (const ir::Limit& l : p.limits) {
    if (ir::identity(l) == identity) return &l;
  }
  return nullptr;
}

const ir::Budget* budget_of(const Principal& p, std::string_view identity) {
  for (const ir::Budget& b : p.budgets) {
    if (ir::identity(b) == identity) return &b;
  }
  return nullptr;
}

const ir::Extra* extra_of(const Principal& p, std::string_view key) {
  for (const ir::Extra& e : p.extras) {
    if (e.key == key) return &e;
  }
  return nullptr;
}

TEST_CASE("a team with its members and limits") {
  Reading r;
  REQUIRE(r.read(R"({
    "team_alias": "search", "team_id": "t-search", "organization_id": "acme", "models": ["gpt-4o", "gpt-4o-mini"],
    "max_budget": 500, "soft_budget": 400, "budget_duration": "30d", "rpm_limit": 600, "tpm_limit": 200000,
    "rpm_limit_type": "guaranteed_throughput", "max_parallel_requests": 10, "model_rpm_limit": {"gpt-4o": 300},
    "team_member_budget": 20, "team_member_budget_duration": "7d", "team_member_rpm_limit": 10,
    "model_aliases": {"fast": "gpt-4o-mini"}, "blocked": false, "tags": ["prod"], "metadata": {"cost_center": "cc-1"},
    "guardrails": ["pii"], "members_with_roles": [{"role": "admin", "user_id": "u-1"}, {"role": "user", "user_email": "b@example.com"}]
  })"));
  r.check_leaves();
  const Principal& team = r.only(PrincipalKind::Team);
  CHECK(*team.id == "t-search");
  CHECK(*team.organization == "acme");
  CHECK(team.models.items.size() == 2);
  const ir::Budget* budget = budget_of(team, "usd@calendar month");
  REQUIRE(budget != nullptr);
  CHECK(budget->amount->text() == "500");
  CHECK(budget->soft->text() == "400");
  const ir::Budget* each = budget_of(team, "usd///+user@calendar week");
  REQUIRE(each != nullptr);
  CHECK(each->amount->text() == "20");
  const ir::Limit* rpm = limit_of(team, "requests");
  REQUIRE(rpm != nullptr);
  CHECK(rpm->amount->text() == "600");
  CHECK(rpm->window->seconds == 60);
  CHECK(*rpm->guarantee == "guaranteed_throughput");
  REQUIRE(limit_of(team, "concurrent") != nullptr);
  CHECK(*limit_of(team, "concurrent")->hint);  // not counted for teams
  REQUIRE(limit_of(team, "requests/gpt-4o//") != nullptr);
  CHECK(team.aliases.at(0).name == "fast");
  CHECK(team.metadata.at(0).name == "cost_center");
  CHECK(extra_of(team, "guardrails") != nullptr);
  CHECK(r.count(PrincipalKind::Member) == 2);
  CHECK(*r.gateway.principals.at(1).role == "admin");
  CHECK(*r.gateway.principals.at(1).team == "t-search");
  CHECK(*r.gateway.principals.at(2).email == "b@example.com");
}

TEST_CASE("fields that LiteLLM keeps in metadata are found there") {
  Reading r;
  REQUIRE(r.read(R"({
    "token": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b", "key_name": "sk-...1a2b", "key_alias": "search-api",
    "spend": 1.25, "expires": null, "models": [], "aliases": {}, "config": {}, "team_id": "t-search", "max_budget": 100.0,
    "budget_duration": "30d", "budget_reset_at": "2026-06-01T00:00:00Z", "rpm_limit": 120, "tpm_limit": null, "permissions": {},
    "metadata": {"model_rpm_limit": {"gpt-4o": 60}, "rpm_limit_type": "best_effort_throughput", "tags": ["prod"], "guardrails": ["pii"],
                 "temp_budget_increase": 5, "temp_budget_expiry": "1d", "owner": "alice"},
    "created_at": "2026-05-01T00:00:00Z", "litellm_budget_table": null
  })"));
  r.check_leaves();
  const Principal& key = r.only(PrincipalKind::Key);
  CHECK(*key.alias == "search-api");
  CHECK(limit_of(key, "requests/gpt-4o//")->amount->text() == "60");
  CHECK(*limit_of(key, "requests")->guarantee == "best_effort_throughput");
  CHECK(key.tags.items.at(0).value == "prod");
  REQUIRE(extra_of(key, "guardrails") != nullptr);
  CHECK(extra_of(key, "guardrails")->section.empty());
  CHECK(extra_of(key, "temp_budget_increase")->section == "metadata");
  CHECK(key.metadata.size() == 1);
  CHECK(r.settled(DiagId::ReadOnlyField) == 5);
  CHECK(r.sink.all().empty());
}

TEST_CASE("a budget row fills what its users leave open") {
  Reading r;
  REQUIRE(r.read(
      R"({"keys": [{"key_alias": "a", "budget_id": "free", "rpm_limit": 10}, {"key_alias": "b", "budget_id": "gone", "max_budget": 3}]})"));
  REQUIRE(r.read(
      R"([{"budget_id": "free", "max_budget": 1, "budget_duration": "1d", "rpm_limit": 5, "tpm_limit": 1000}])"));
  r.check_leaves();
  const Principal& a = r.gateway.principals.at(0);
  CHECK(budget_of(a, "usd@calendar day")->amount->text() == "1");
  CHECK(limit_of(a, "requests")->amount->text() == "10");
  CHECK(limit_of(a, "tokens")->amount->text() == "1000");
  const Principal& b = r.gateway.principals.at(1);
  CHECK(b.budgets.at(0).window.state == ir::State::Unknown);
  CHECK(r.count(PrincipalKind::BudgetRow) == 1);
}

TEST_CASE("rows shown in an export become rows, or values where a body cannot name one") {
  Reading r;
  REQUIRE(r.read(R"([
    {"organization_id": "acme", "organization_alias": "Acme", "budget_id": "b1", "models": [], "spend": 0,
     "litellm_budget_table": {"budget_id": "b1", "max_budget": 1000, "budget_duration": "30d", "tpm_limit": null, "rpm_limit": 900}, "members": [], "teams": []},
    {"team_id": "t", "user_id": "u", "budget_id": "b2", "spend": 0.5, "litellm_budget_table": {"max_budget": 7, "soft_budget": null}, "role": "user"}
  ])"));
  r.check_leaves();
  CHECK(*r.only(PrincipalKind::Organization).budget_id == "b1");
  CHECK(*r.only(PrincipalKind::BudgetRow).id == "b1");
  CHECK(r.only(PrincipalKind::Organization).budgets.at(0).amount->text() == "1000");
  const Principal& member = r.only(PrincipalKind::Member);
  CHECK(member.budget_id.absent());
  CHECK(member.budgets.at(0).amount->text() == "7");
  CHECK(member.budgets.at(0).window->kind == WindowKind::Lifetime);
}

TEST_CASE("one membership told from three sides is one member") {
  Reading r;
  REQUIRE(r.read(R"({"team_id": "t", "team_alias": "T", "members_with_roles": [{"role": "admin", "user_id": "u"}]})"));
  REQUIRE(
      r.read(R"({"user_id": "u", "user_role": "internal_user", "teams": ["t", "other"], "organizations": ["acme"]})"));
  REQUIRE(r.read(R"({"team_id": "t", "member": {"role": "admin", "user_id": "u"}, "max_budget_in_team": 12})"));
  REQUIRE(r.read(R"({"team_id": "t", "user_id": "u", "role": "user", "tpm_limit": 100})"));
  r.check_leaves();
  CHECK(r.count(PrincipalKind::Member) == 2);
  CHECK(r.count(PrincipalKind::OrgMember) == 1);
  const Principal& member = r.gateway.principals.at(1);
  CHECK(*member.role == "admin");
  CHECK(member.budgets.at(0).amount->text() == "12");
  CHECK(limit_of(member, "tokens")->amount->text() == "100");
  CHECK(r.settled(DiagId::DuplicateEntity) == 1);  // the other role
}

TEST_CASE("budgets of single models") {
  Reading r;
  REQUIRE(r.read(R"({"key_alias": "k", "model_max_budget": {
    "gpt-4o": {"budget_limit": "20", "time_period": "1d", "rpm_limit": 5}, "bare": 20, "endless": {"budget_limit": 3}, "misread": {"max_budget": 1, "time_period": "30 days"}}})"));
  r.check_leaves();
  const Principal& key = r.only(PrincipalKind::Key);
  REQUIRE(key.budgets.size() == 1);
  CHECK(key.budgets.at(0).window->kind == WindowKind::Rolling);
  CHECK(limit_of(key, "requests/gpt-4o//")->amount->text() == "5");
  CHECK(key.extras.size() == 3);
  CHECK(key.extras.at(0).code == DiagId::LitellmModelBudgetShape);
}

TEST_CASE("windows of budgets beside the main one") {
  Reading r;
  REQUIRE(r.read(
      R"({"key_alias": "k", "max_budget": 100, "budget_limits": [{"budget_duration": "1d", "max_budget": 5, "reset_at": null}, {"budget_duration": "7d", "max_budget": 30}]})"));
  r.check_leaves();
  const Principal& key = r.only(PrincipalKind::Key);
  CHECK(key.budgets.size() == 3);
  CHECK(budget_of(key, "usd")->amount->text() == "100");
  CHECK(budget_of(key, "usd@calendar week")->amount->text() == "30");
}

TEST_CASE("unknown fields and wrong types are kept and told") {
  Reading r;
  REQUIRE(r.read(
      R"({"team_alias": "a", "max_bugdet": 5, "rpm_limit": "many", "models": "gpt-4o", "metadata": [], "model_rpm_limit": {"m": true, "n": 1.5}})"));
  r.check_leaves();
  const Principal& team = r.only(PrincipalKind::Team);
  CHECK(team.limits.empty());
  CHECK(team.extras.size() == 6);
  CHECK(r.told(DiagId::UnknownKey) == 1);
  CHECK(r.sink.all().at(0).message.find("did you mean `max_budget`") != std::string::npos);
  CHECK(r.told(DiagId::WrongType) == 5);
}

TEST_CASE("secrets of keys") {
  Reading r;
  REQUIRE(r.read(
      R"([{"key_alias": "a", "key": "sk-not-a-real-one-12345"}, {"key_alias": "b", "key": "${KEY_B}"}, {"key_alias": "c", "duration": "30d"}])"));
  r.check_leaves();
  CHECK(r.gateway.principals.at(0).secret->kind == ir::Credential::Kind::Literal);
  CHECK(r.gateway.principals.at(1).secret->kind == ir::Credential::Kind::Env);
  CHECK(r.gateway.principals.at(1).secret->name == "KEY_B");
  CHECK(*r.gateway.principals.at(2).expires == "30d");
}

TEST_CASE("wrappers, other kinds, and bodies of the config") {
  Reading r;
  REQUIRE(r.read(R"({"keys": ["0a1b2c3d"], "total_count": 1, "current_page": 1, "total_pages": 1})"));
  REQUIRE(r.read(
      R"({"user_id": "u", "user_info": {"user_id": "u", "user_email": "u@example.com", "teams": []}, "keys": [], "teams": []})"));
  REQUIRE(r.read(R"([{"user_id": "c", "alias": "Customer", "max_budget": 1, "default_model": "m", "blocked": true},
                     {"name": "prod", "description": "d", "max_budget": 5, "budget_duration": "1mo"},
                     {"project_id": "p", "project_alias": "P", "team_id": "t", "model_itpm_limit": {"m": 5}},
                     {"access_group": "beta", "model_names": ["m"]},
                     {"model_name": "m", "litellm_params": {"model": "openai/m"}},
                     {"credential_name": "c", "credential_values": {}}])"));
  CHECK(r.bodies.models.size() == 1);
  CHECK(r.bodies.credentials.size() == 1);
  CHECK(*r.only(PrincipalKind::Customer).id == "c");
  CHECK(*r.only(PrincipalKind::Customer).blocked);
  CHECK(*r.only(PrincipalKind::Tag).id == "prod");
  CHECK(limit_of(r.only(PrincipalKind::Project), "input_tokens/m//") != nullptr);
  CHECK(r.only(PrincipalKind::AccessGroup).models.items.size() == 1);
  CHECK(r.settled(DiagId::ReadOnlyField) > 0);
}

TEST_CASE("documents of others are left alone") {
  Reading r;
  CHECK_FALSE(r.read(R"({"strategy": {"mode": "fallback"}, "targets": []})"));
  CHECK_FALSE(r.read(R"([])"));
  CHECK(r.gateway.principals.empty());
}

}  // namespace
}  // namespace gatec::targets::litellm
