#include "compiler/compare/changes.h"
#include "tests/unit/litellm_admin/reading.h"

namespace gatec::targets::litellm {
namespace {

/// All values that differ, whatever change they belong to.
std::vector<compare::Difference> differences(const ir::Gateway& before, const ir::Gateway& after) {
  std::vector<compare::Difference> all;
  for (const compare::ChangeSet& c : compare::changes(before, after))
    all.insert(all.end(), c.parts.begin(), c.parts.end());
  return all;
}

using ir::Principal;
using ir::PrincipalKind;

struct Written {
  explicit Written(const ir::Gateway& gateway, bool same_dialect = true)
      : context{ledger, "1.83", {}, Secrets::Reference, {}, same_dialect} {
    artifacts = write_admin(gateway, context);
  }
  [[nodiscard]] std::string text(std::string_view path) const {
    for (const Artifact& a : artifacts) {
      if (a.path == path) return a.text;
    }
    return {};
  }
  ledger::Ledger ledger;
  WriteContext context;
  std::vector<Artifact> artifacts;
};

void read_back(const Written& written, Reading& again) {
  for (const Artifact& a : written.artifacts) {
    if (a.role != Role::Payload) continue;
    INFO(a.path << "\n" << a.text);
    REQUIRE(again.read(a.text));
  }
}

/// Differences in meaning after writing and reading, but for secrets.
std::vector<std::string> changes(const ir::Gateway& before, const ir::Gateway& after) {
  std::vector<std::string> paths;
  for (const compare::Difference& d : differences(before, after)) {
    if (d.cls != ir::Class::Secret) paths.push_back(d.path + ": " + d.before + " → " + d.after);
  }
  return paths;
}

constexpr const char* kState[] = {
    R"([{"budget_id": "free", "max_budget": 1, "soft_budget": 0.5, "budget_duration": "1d", "rpm_limit": 5, "model_max_budget": {"m": {"budget_limit": 1, "time_period": "1h"}}}])",
    R"({"organizations": [{"organization_id": "acme", "organization_alias": "Acme", "models": ["gpt-4o"], "max_budget": 5000, "budget_duration": "1mo", "metadata": {"x": {"y": [1, "2", null]}}}]})",
    R"([{"team_id": "t", "team_alias": "Search", "organization_id": "acme", "max_budget": 500, "budget_duration": "30d", "rpm_limit": 600, "tpm_limit_type": "guaranteed_throughput",
         "team_member_budget": 3, "team_member_rpm_limit": 4, "model_aliases": {"fast": "gpt-4o-mini"}, "blocked": true, "tags": [], "guardrails": ["pii"],
         "metadata": {"logging": [{"callback_name": "langfuse", "callback_vars": {"langfuse_secret_key": "os.environ/LF"}}], "cost_center": 7},
         "members_with_roles": [{"role": "admin", "user_id": "u"}]},
        {"team_alias": "Nameless", "members_with_roles": [{"role": "user", "user_id": "u"}]}])",
    R"([{"user_id": "u", "user_email": "u@example.com", "user_role": "internal_user", "max_budget": 9, "teams": ["t"], "organizations": ["acme"], "auto_create_key": false, "password": "correct-horse"}, {"user_id": "v"},
        {"user_id": "w", "organization_id": "acme"}])",
    R"([{"team_id": "t", "member": {"role": "admin", "user_id": "u"}, "max_budget_in_team": 12}, {"team_id": "t", "user_id": "u", "role": "admin", "tpm_limit": 100}])",
    R"([{"project_id": "p", "project_alias": "P", "description": "d", "team_id": "t", "model_itpm_limit": {"m": 5}}])",
    R"([{"key_alias": "a", "key": "sk-not-a-real-one-12345", "team_id": "t", "user_id": "u", "budget_id": "free", "rpm_limit": 7, "duration": "30d", "models": ["all-team-models"]},
        {"team_id": "t", "max_budget": 5, "key": null, "budget_limits": [{"budget_duration": "1d", "max_budget": 2}]}, {"key_alias": "c", "expires": "2030-01-01T00:00:00Z", "max_bugdet": 5, "rpm_limit": "x"},
        {"key_alias": "d", "max_parallel_requests": 0, "tpm_limit": 0, "model_max_budget": {"m": 20, "n": {"budget_limit": 2.50, "time_period": "2mo"}}, "temp_budget_increase": 5}])",
    R"([{"user_id": "cust", "budget_id": "free"}, {"user_id": "cust2", "alias": "C", "max_budget": 2, "blocked": true, "default_model": "m", "allowed_model_region": "eu"}])",
    R"([{"name": "prod", "description": "d", "max_budget": 5}, {"name": "dev", "models": ["m"], "budget_duration": "48h"}])",
    R"([{"access_group": "beta", "model_names": ["m"]}])",
};

TEST_CASE("what was written is read back as it was, and written again byte for byte") {
  Reading before;
  for (const char* text : kState) REQUIRE(before.read(text));
  before.check_leaves();
  const Written once(before.gateway);
  Reading after;
  read_back(once, after);
  const auto different = changes(before.gateway, after.gateway);
  CAPTURE(different);
  CHECK(different.empty());
  after.check_leaves();
  const Written twice(after.gateway);
  REQUIRE(once.artifacts.size() == twice.artifacts.size());
  for (std::size_t i = 0; i < once.artifacts.size(); ++i) {
    CHECK(once.artifacts[i].path == twice.artifacts[i].path);
    CHECK(once.artifacts[i].text == twice.artifacts[i].text);
  }
}

TEST_CASE("no secret stands in a payload") {
  Reading r;
  REQUIRE(r.read(R"([{"key_alias": "search api", "key": "sk-not-a-real-one-12345"}])"));
  const Written written(r.gateway);
  for (const Artifact& a : written.artifacts) CHECK(a.text.find("not-a-real") == std::string::npos);
  CHECK(written.text("payloads/09-keys.json").find(R"("key": "${LITELLM_KEY_SEARCH_API}")") != std::string::npos);
  CHECK(written.text("apply.sh").find("variables=(LITELLM_KEY_SEARCH_API)") != std::string::npos);
}

TEST_CASE("nothing to create writes nothing") { CHECK(Written(ir::Gateway{}).artifacts.empty()); }

ir::Gateway foreign_key(ir::Budget budget, ir::Limit limit) {
  ir::Gateway gateway;
  Principal key;
  key.kind = PrincipalKind::Key;
  key.alias = {"k", ir::Origin()};
  key.budgets.push_back(std::move(budget));
  key.limits.push_back(std::move(limit));
  gateway.principals.push_back(std::move(key));
  return gateway;
}

ir::Budget budget_of(ir::WindowKind kind, std::int64_t seconds, ir::CalendarUnit unit = ir::CalendarUnit::None,
                     std::int64_t count = 0) {
  ir::Budget b;
  b.amount = {ir::Decimal(10), ir::Origin()};
  ir::Window window;
  window.kind = kind;
  window.seconds = seconds;
  window.unit = unit;
  window.count = count;
  b.window = {window, ir::Origin()};
  return b;
}

ir::Limit limit_of(std::int64_t amount, std::int64_t seconds) {
  ir::Limit l;
  l.amount = {ir::Decimal(amount), ir::Origin()};
  ir::Window window;
  window.seconds = seconds;
  l.window = {window, ir::Origin()};
  return l;
}

std::string key_body(const ir::Gateway& gateway) { return Written(gateway, false).text("payloads/09-keys.json"); }

TEST_CASE("periods of other gateways become ones that are not shorter") {
  struct Row {
    ir::Budget budget;
    const char* written;
  };
  using ir::CalendarUnit;
  using ir::WindowKind;
  const Row rows[] = {
      {budget_of(WindowKind::Calendar, 0, CalendarUnit::Month, 1), R"("budget_duration": "1mo")"},
      {budget_of(WindowKind::Calendar, 604800, CalendarUnit::Week, 1), R"("budget_duration": "7d")"},
      {budget_of(WindowKind::Calendar, 0, CalendarUnit::Month, 3), R"("budget_duration": "92d")"},
      {budget_of(WindowKind::Calendar, 2592000, CalendarUnit::Day, 30), R"("budget_duration": "31d")"},
      {budget_of(WindowKind::Calendar, 1209600, CalendarUnit::Week, 2), R"("budget_duration": "14d")"},
      {budget_of(WindowKind::Rolling, 2592000), R"("budget_duration": "31d")"},
      {budget_of(WindowKind::Rolling, 129600), R"("budget_duration": "2d")"},
      {budget_of(WindowKind::Rolling, 25200), R"("budget_duration": "8h")"},
  };
  for (const Row& row : rows) {
    INFO(row.written);
    CHECK(key_body(foreign_key(row.budget, limit_of(1, 60))).find(row.written) != std::string::npos);
  }
  CHECK(key_body(foreign_key(budget_of(WindowKind::Lifetime, 0), limit_of(1, 60))).find("budget_duration") ==
        std::string::npos);
  CHECK(key_body(foreign_key(budget_of(WindowKind::Invalid, 0), limit_of(1, 60))).find("budget_duration") ==
        std::string::npos);
}

TEST_CASE("limits per hour or day become ones per minute, rounded down") {
  const ir::Budget b = budget_of(ir::WindowKind::Lifetime, 0);
  CHECK(key_body(foreign_key(b, limit_of(100, 60))).find(R"("rpm_limit": 100)") != std::string::npos);
  CHECK(key_body(foreign_key(b, limit_of(1000, 3600))).find(R"("rpm_limit": 16)") != std::string::npos);
  CHECK(key_body(foreign_key(b, limit_of(10000, 86400))).find(R"("rpm_limit": 6)") != std::string::npos);
  CHECK(key_body(foreign_key(b, limit_of(10, 1))).find(R"("rpm_limit": 600)") != std::string::npos);
  CHECK(key_body(foreign_key(b, limit_of(0, 3600))).find(R"("rpm_limit": 0)") != std::string::npos);
  const ir::Gateway rare = foreign_key(b, limit_of(50, 3600));
  const Written written(rare, false);
  CHECK(written.text("payloads/09-keys.json").find("rpm_limit") == std::string::npos);
  CHECK(written.ledger.loss(rare.principals.data()->limits.data()) != nullptr);
}

TEST_CASE("budgets that LiteLLM cannot say are lost by name") {
  ir::Budget tokens = budget_of(ir::WindowKind::Lifetime, 0);
  tokens.counts = ir::Counted::Tokens;
  const ir::Gateway gateway = foreign_key(tokens, limit_of(1, 60));
  const Written written(gateway, false);
  const ledger::Loss* loss = written.ledger.loss(gateway.principals[0].budgets.data());
  REQUIRE(loss != nullptr);
  CHECK(loss->reason == "LiteLLM counts budgets in dollars only");
}

}  // namespace
}  // namespace gatec::targets::litellm
