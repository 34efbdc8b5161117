#include "targets/key_table.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace gatec::targets {
namespace {

constexpr KeyRow kLitellm[] = {
#define GATEC_KEY(path, type, handling, area, source) {path, KeyType::type, Handling::handling, #area, source, {}},
#include "targets/litellm/keys.def"
#undef GATEC_KEY
};

constexpr KeyRow kPortkey[] = {
#define GATEC_KEY(path, type, handling, area, world, source) \
  {path, KeyType::type, Handling::handling, #area, source, #world},
#include "targets/portkey/keys.def"
#undef GATEC_KEY
};

constexpr bool Manual = true;
constexpr bool Skipped = false;

constexpr AreaRow kLitellmAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/litellm/areas.def"
#undef GATEC_AREA
};

constexpr AreaRow kPortkeyAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/portkey/areas.def"
#undef GATEC_AREA
};

KeyTable::Cursor go(KeyTable::Cursor at, std::initializer_list<std::string_view> steps) {
  for (const std::string_view step : steps) at = step == "[]" ? at.element() : at.child(step);
  return at;
}

std::string path_of(KeyTable::Cursor at) { return at.row() == nullptr ? "-" : std::string(at.row()->path); }

constexpr KeyRow kSmall[] = {
    {"list", KeyType::List, Handling::Read, "A", "1", {}},
    {"list[].name", KeyType::String, Handling::Read, "A", "1", {}},
    {"list[].params", KeyType::Map, Handling::Read, "A", "1", {}},
    {"list[].params.known", KeyType::Map, Handling::Read, "A", "1", {}},
    {"list[].params.known.inner", KeyType::Int, Handling::Read, "A", "1", {}},
    {"list[].params.**", KeyType::Any, Handling::Keep, "A", "1", {}},
    {"groups", KeyType::Map, Handling::Read, "A", "1", {}},
    {"groups.*", KeyType::Map, Handling::Read, "A", "1", {}},
    {"groups.*.limit", KeyType::Int, Handling::Read, "A", "1", {}},
    {"counts", KeyType::IntMap, Handling::Read, "A", "1", {}},
    {"words", KeyType::StringList, Handling::Read, "A", "1", {}},
    {"closed", KeyType::Map, Handling::Read, "A", "1", {}},
    {"closed.colour", KeyType::String, Handling::Inert, "A", "1", {}},
    {"closed.flavour", KeyType::String, Handling::Read, "A", "1", {}},
    {"$tree", KeyType::Map, Handling::Read, "A", "1", {}},
    {"$tree.limits -> $limit", KeyType::Any, Handling::Read, "A", "1", {}},
    {"$tree.limits[] -> $limit", KeyType::Map, Handling::Read, "A", "1", {}},
    {"$tree.below", KeyType::List, Handling::Read, "A", "1", {}},
    {"$tree.below[] -> $tree", KeyType::Map, Handling::Read, "A", "1", {}},
    {"$limit", KeyType::Map, Handling::Read, "A", "1", {}},
    {"$limit.value", KeyType::Int, Handling::Read, "A", "1", {}},
};

}  // namespace

TEST_CASE("a key table steps through names, elements and data keys", "[key_table]") {
  const KeyTable table(kSmall);
  const auto root = table.root();

  CHECK(path_of(go(root, {"list", "[]", "name"})) == "list[].name");
  CHECK(path_of(go(root, {"list", "[]"})) == "list");
  CHECK(path_of(go(root, {"groups", "anything", "limit"})) == "groups.*.limit");
  CHECK_FALSE(go(root, {"groups", "anything", "limits"}).known());
  CHECK(path_of(go(root, {"counts", "gpt-4o"})) == "counts");
  CHECK_FALSE(go(root, {"counts", "gpt-4o", "deeper"}).known());
  CHECK(path_of(go(root, {"words", "[]"})) == "words");
  CHECK_FALSE(go(root, {"words", "word"}).known());
  CHECK_FALSE(go(root, {"closed", "none"}).known());
  CHECK_FALSE(go(root, {"closed", "none", "at", "all"}).known());
  CHECK_FALSE(go(root, {"closed", "[]"}).known());

  SECTION("marks of the table are no names") {
    CHECK_FALSE(root.child("list").child("[]").known());
    CHECK(path_of(root.child("groups").child("*")) == "groups.*");
    CHECK_FALSE(go(root, {"list", "[]", "params", "**"}).named());
  }
  SECTION("a default cursor knows nothing") {
    CHECK_FALSE(KeyTable::Cursor{}.known());
    CHECK_FALSE(KeyTable::Cursor{}.child("list").known());
    CHECK(KeyTable::Cursor{}.row() == nullptr);
    CHECK_FALSE(table.nearest(KeyTable::Cursor{}, "list").has_value());
  }
}

TEST_CASE("`**` takes what is not named, at any depth", "[key_table]") {
  const KeyTable table(kSmall);
  const auto params = go(table.root(), {"list", "[]", "params"});

  CHECK(params.open());
  CHECK(params.child("known").named());
  CHECK(path_of(params.child("known").child("inner")) == "list[].params.known.inner");
  CHECK(path_of(params.child("other")) == "list[].params.**");
  CHECK_FALSE(params.child("other").named());
  CHECK(path_of(go(params, {"other", "[]", "deeper"})) == "list[].params.**");
  CHECK(path_of(go(params, {"known", "not_inner"})) == "list[].params.**");
  CHECK_FALSE(go(params, {"known", "inner", "below"}).known());
  CHECK(go(params, {"other"}).open());
}

TEST_CASE("open tells where every key is known", "[key_table]") {
  const KeyTable table(kSmall);
  CHECK(table.root().child("groups").open());
  CHECK(table.root().child("counts").open());
  CHECK_FALSE(go(table.root(), {"groups", "g"}).open());
  CHECK_FALSE(table.root().open());
  CHECK_FALSE(table.root().child("closed").open());
}

TEST_CASE("shared keys, also recursive ones", "[key_table]") {
  const KeyTable table(kSmall);
  const auto tree = table.root("$tree");
  CHECK(path_of(go(tree, {"limits", "value"})) == "$limit.value");
  CHECK(path_of(go(tree, {"limits", "[]", "value"})) == "$limit.value");
  CHECK(path_of(go(tree, {"below", "[]", "below", "[]", "below", "[]", "limits", "value"})) == "$limit.value");
  CHECK_FALSE(table.root().child("$tree").known());
  CHECK_FALSE(table.root("$none").known());
}

TEST_CASE("nearest key offers what the gateway acts on", "[key_table]") {
  const KeyTable table(kSmall);
  CHECK(table.nearest(table.root(), "grops") == "groups");
  CHECK(table.nearest(table.root().child("closed"), "flavor") == "flavour");
  CHECK_FALSE(table.nearest(table.root().child("closed"), "color").has_value());
}

TEST_CASE("LiteLLM's keys", "[key_table]") {
  const KeyTable table(kLitellm);
  const auto root = table.root();
  const auto router = root.child("router_settings");

  CHECK(table.nearest(router, "routing_stratgy") == "routing_strategy");
  CHECK(table.nearest(router, "enable_pre_call_check") == "enable_pre_call_checks");
  CHECK(table.nearest(root, "model_lst") == "model_list");
  CHECK(table.nearest(go(root, {"model_list", "[]", "litellm_params"}), "api_bas") == "api_base");
  CHECK(table.nearest(go(root, {"model_list", "[]", "litellm_params"}), "apiKey") == "api_key");
  CHECK_FALSE(table.nearest(router, "favourite_colour").has_value());

  const auto homes = table.homes("num_retries");
  REQUIRE(homes.size() >= 3);
  CHECK(homes[0] == "model_list[].litellm_params");
  CHECK(homes[1] == "router_settings");
  CHECK(homes[2] == "litellm_settings");
  CHECK(homes.back().starts_with("$"));
  CHECK(table.homes("model_list") == std::vector<std::string_view>{""});
  CHECK(table.homes("cooldown_time").front() == "model_list[].litellm_params");
  CHECK(std::ranges::count(table.homes("cooldown_time"), "litellm_settings") == 0);
  CHECK(table.homes("retries").empty());

  CHECK(go(root, {"litellm_settings", "cache_params", "ttl"}).row()->area == "Cache");
  CHECK(go(root, {"litellm_settings", "cooldown_time"}).row()->handling == Handling::Inert);
  CHECK(go(root, {"litellm_settings", "master_key"}).row()->handling == Handling::Inert);
  CHECK(go(root, {"general_settings", "master_key"}).row()->type == KeyType::Secret);
  CHECK(path_of(go(router, {"fallbacks", "[]", "gpt-4o", "[]"})) == "router_settings.fallbacks[].*");
  CHECK(path_of(go(router, {"default_litellm_params", "timeout"})) == "model_list[].litellm_params.timeout");
  CHECK(path_of(go(root, {"environment_variables", "ANY_NAME"})) == "environment_variables");
  CHECK(go(root, {"general_settings", "alert_to_webhook_url", "budget_alerts", "[]"}).known());
  CHECK(go(root, {"model_list", "[]", "litellm_params", "some_provider_option"}).row()->area == "RequestParams");
  CHECK_FALSE(go(root, {"general_settings", "numbr_of_things"}).known());

  CHECK(path_of(go(table.root("$model"), {"litellm_params", "rpm"})) == "model_list[].litellm_params.rpm");
  CHECK(path_of(go(table.root("$team"), {"model_rpm_limit", "gpt-4o"})) == "$team.model_rpm_limit");
  CHECK(go(table.root("$key"), {"spend"}).row()->handling == Handling::ReadOnly);
  CHECK(path_of(go(table.root("$organization"), {"litellm_budget_table", "max_budget"})) == "$budget.max_budget");
  for (const std::string_view name :
       {"$budget", "$organization", "$org_member", "$team", "$team_member", "$user", "$key", "$customer", "$tag",
        "$project", "$access_group", "$model", "$credential"}) {
    CHECK(table.root(name).known());
  }
}

TEST_CASE("Portkey's keys", "[key_table]") {
  const KeyTable table(kPortkey);
  const auto config = table.root("$config");

  CHECK(path_of(go(config, {"targets", "[]", "targets", "[]", "retry", "attempts"})) == "$config.retry.attempts");
  CHECK(path_of(go(config, {"strategy", "conditions", "[]", "query", "$and", "[]", "x"})) ==
        "$config.strategy.conditions[].query.**");
  CHECK(go(config, {"default_params", "temperature"}).row()->world == "Hosted");
  CHECK(go(config, {"on_status_codes"}).row()->handling == Handling::Inert);
  CHECK(path_of(go(table.root("$workspace"), {"usage_limits", "[]", "credit_limit"})) == "$usage_limit.credit_limit");
  CHECK(path_of(go(table.root("$provider"), {"usage_limits", "credit_limit"})) == "$usage_limit.credit_limit");
  CHECK(path_of(go(table.root("$config_body"), {"config", "targets", "[]", "weight"})) == "$config.weight");
  CHECK(table.nearest(config.child("strategy"), "moed") == "mode");
  for (const std::string_view name :
       {"$workspace", "$integration", "$integration_models", "$integration_workspaces", "$provider", "$virtual_key",
        "$config_body", "$api_key", "$usage_policy", "$rate_policy", "$guardrail", "$secret_reference"}) {
    CHECK(table.root(name).known());
  }
}

TEST_CASE("rows are well formed", "[key_table]") {
  const auto check = [](std::span<const KeyRow> rows, std::span<const AreaRow> areas) {
    const KeyTable table(rows);
    std::set<std::string, std::less<>> seen;
    for (const KeyRow& row : rows) {
      const std::string path(row.path.substr(0, row.path.find(" -> ")));
      INFO(row.path);
      CHECK(seen.insert(path).second);
      CHECK(find_area(areas, row.area) != nullptr);
      CHECK_FALSE(row.source.empty());
      CHECK(path.find(' ') == std::string::npos);
    }
    // what holds a key is a key itself
    for (const std::string& path : seen) {
      const auto dot = path.rfind('.');
      if (dot == std::string::npos) continue;
      std::string parent = path.substr(0, dot);
      while (parent.ends_with("[]") && !seen.contains(parent)) parent.resize(parent.size() - 2);
      INFO(path);
      CHECK(seen.contains(parent));
    }
    for (const AreaRow& area : areas) {
      INFO(area.name);
      CHECK(std::ranges::count(areas, area.name, &AreaRow::name) == 1);
      CHECK_FALSE(area.advice.ends_with('.'));
    }
  };
  check(kLitellm, kLitellmAreas);
  check(kPortkey, kPortkeyAreas);
}

}  // namespace gatec::targets
