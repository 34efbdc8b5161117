#include "targets/litellm/admin_kinds.h"
#include "tests/unit/litellm_admin/reading.h"

namespace gatec::targets::litellm {
namespace {

struct Parsed {
  explicit Parsed(std::string text)
      : document([&] {
          auto read = doc::read_json(sources, sources.add("input.json", std::move(text)), sink, {});
          REQUIRE(read);
          return *std::move(read);
        }()) {}
  source::SourceManager sources;
  diagnostics::Sink sink;
  doc::Document document;
};

AdminKind kind_of(const char* text) { return tell_kind(*Parsed(text).document.root()).kind; }
int sureness(const char* text) { return detect_admin(*Parsed(text).document.root()); }

TEST_CASE("the keys of an object tell its kind") {
  CHECK(kind_of(R"({"team_alias":"search","team_id":"t","max_budget":500})") == AdminKind::Team);
  CHECK(kind_of(R"({"team_id":"t","max_budget":500,"models":[]})") == AdminKind::Team);
  CHECK(kind_of(R"({"team_alias":"t","router_settings":{"num_retries":1}})") == AdminKind::Team);
  CHECK(kind_of(R"({"router_settings":{"num_retries":1},"fallbacks":[]})") == AdminKind::None);
  CHECK(kind_of(R"({"key_alias":"a","team_id":"t","max_budget":100})") == AdminKind::Key);
  CHECK(kind_of(R"({"token":"0a","key_name":"sk-...a","key_alias":null,"models":[],"spend":0})") == AdminKind::Key);
  CHECK(kind_of(R"({"key":"${K}","models":["gpt-4o"]})") == AdminKind::Key);
  CHECK(kind_of(R"({"models":["gpt-4o"],"duration":"30d"})") == AdminKind::Key);
  CHECK(kind_of(R"({"user_id":"u","user_role":"internal_user","teams":["t"]})") == AdminKind::User);
  CHECK(kind_of(R"({"user_id":"u","max_budget":5})") == AdminKind::User);
  CHECK(kind_of(R"({"user_id":"u","alias":"A","max_budget":5})") == AdminKind::Customer);
  CHECK(kind_of(R"({"user_id":"u","budget_id":"b"})") == AdminKind::Customer);
  CHECK(kind_of(R"({"budget_id":"b","max_budget":5})") == AdminKind::Budget);
  CHECK(kind_of(R"({"organization_alias":"acme","models":[]})") == AdminKind::Organization);
  CHECK(kind_of(R"({"organization_id":"o","member":{"role":"org_admin","user_id":"u"}})") == AdminKind::OrgMember);
  CHECK(kind_of(R"({"team_id":"t","member":{"role":"user","user_id":"u"},"max_budget_in_team":5})") ==
        AdminKind::TeamMember);
  CHECK(kind_of(R"({"team_id":"t","user_id":"u","role":"admin","rpm_limit":5})") == AdminKind::TeamMember);
  CHECK(kind_of(R"({"project_id":"p","project_alias":"P","team_id":"t"})") == AdminKind::Project);
  CHECK(kind_of(R"({"name":"prod","max_budget":5})") == AdminKind::Tag);
  CHECK(kind_of(R"({"access_group":"beta","model_names":["a"]})") == AdminKind::AccessGroup);
  CHECK(kind_of(R"({"model_name":"a","litellm_params":{"model":"openai/a"}})") == AdminKind::Model);
  CHECK(kind_of(R"({"credential_name":"a","credential_values":{}})") == AdminKind::Credential);
  CHECK(kind_of(R"({"model_list":[],"teams":[]})") == AdminKind::None);
  CHECK(kind_of(R"({"strategy":{"mode":"loadbalance"}})") == AdminKind::None);
}

TEST_CASE("lists and wrappers are told from other documents") {
  CHECK(sureness(R"({"teams":[{"team_alias":"a"}],"total":1,"page":1})") >= 80);
  CHECK(sureness(R"({"keys":[{"token":"0a","key_alias":"a"}],"total_count":1})") >= 80);
  CHECK(sureness(R"({"key":"0a","info":{"key_alias":"a","token":"0a"}})") >= 80);
  CHECK(sureness(R"({"team_id":"t","team_info":{"team_id":"t","team_alias":"a"},"keys":[],"team_memberships":[]})") >=
        80);
  CHECK(sureness(R"([{"team_alias":"a"},{"team_alias":"b"}])") >= 80);
  CHECK(sureness(R"({"keys":["0a1b"],"total_count":1})") >= 60);
  CHECK(sureness(R"([{"team_alias":"a"},{"team_alias":"b"},{"strange":1}])") >= 50);
  CHECK(sureness(R"([{"team_alias":"a"},{"strange":1}])") == 0);
  CHECK(sureness(R"([])") == 0);
  CHECK(sureness(R"([1,2])") == 0);
  CHECK(sureness(R"("text")") == 0);
  CHECK(sureness(R"({"data":[{"id":"x","slug":"y"}]})") == 0);
  CHECK(sureness(R"({"providers":["openai"],"keys":["a"]})") == 0);
  CHECK(sureness(R"({"general_settings":{},"keys":[{"key_alias":"a"}]})") == 0);
  CHECK(sureness(R"({"name":"a","workspace_id":"w"})") == 0);
}

}  // namespace
}  // namespace gatec::targets::litellm
