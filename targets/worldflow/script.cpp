#include "targets/script_kit.h"
#include "targets/worldflow/writer.h"

#include <fmt/format.h>

namespace gatec::targets::worldflow {
namespace {

constexpr std::string_view kAbout =
    R"sh(# Sends the payloads beside this script to a WorldFlow gateway, in order, and stops at the first that fails.
# What is there already, by its name, is found and used: running it again makes nothing twice.
#
#   GATEWAY      address of the gateway (https://api.worldflowai.com)
#   WF_API_KEY   an admin key (sk-syn-…), exchanged for a token; or
#   WF_TOKEN     a token
#   WF_TENANT    the tenant, where the payloads name it
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh              sends
#   apply.sh --dry-run    only tells what it would send
#   apply.sh --no-verify  does not let the gateway try the providers' keys
#
# Needs curl and jq. Ids of what was made are kept in ids.json, secrets of new virtual keys in secrets.out (readable by you alone).
)sh";

constexpr std::string_view kOwn = R"sh(
address=${GATEWAY:-https://api.worldflowai.com}
credentials=(WF_API_KEY WF_TOKEN)
id_of='.id // .key.id? // .config.id?'
secret_of='.secret // .key.secret? // empty'
label_of='.name // .modelId // .email // "?"'
authorization() { [ -z "${WF_TOKEN-}" ] || header Authorization "Bearer $WF_TOKEN"; }

# Notes (keys that start with _) stay here, "@provider/openai" is what was made as that, "@now+30d" a time.
# shellcheck disable=SC2016
translate='
  def span: capture("^@now\\+(?<n>[0-9]+)(?<unit>s|m|h|d|w|mo)$")
    | (.n | tonumber) * {s: 1, m: 60, h: 3600, d: 86400, w: 604800, mo: 2592000}[.unit];
  walk(if type == "object" then with_entries(select(.key | startswith("_") | not))
    elif type != "string" then .
    elif test("^@now\\+") then (now + span | floor | todate)
    elif test("^@[a-z_]+/") then made(.)
    else . end)'
)sh";

constexpr std::string_view kBegin = R"sh(
# A key is exchanged for a token; a gateway without the exchange takes the key itself.
sign_in() {
  [ -z "${WF_TOKEN-}" ] || return 0
  [ -n "${WF_API_KEY-}" ] || fail "set WF_API_KEY or WF_TOKEN"
  request POST /api/v1/auth/token < <(jq -n '{api_key: env.WF_API_KEY}')
  case $status in
    200 | 201) WF_TOKEN=$(jq -r '.access_token' <<<"$answer") ;;
    404 | 405) WF_TOKEN=$WF_API_KEY ;;
    *) fail "the key was refused with $status: $answer" ;;
  esac
}

# try_key BODY: lets the gateway try the key of the integration that was looked up or made last.
try_key() {
  $verify && ! $dry_run || return 0
  local path="/api/v1/model-catalog/integrations/$found/verify"
  request POST "$path" <<<'{}'
  case $status in
    200 | 201) [ "$(jq -r '.success' <<<"$answer")" != false ] || fail "the provider refuses the key of $(jq .name <<<"$1"): $(jq -r '.error // empty' <<<"$answer")" ;;
    404 | 405) ;;
    *) fail "verifying $(jq .name <<<"$1") was refused with $status: $answer" ;;
  esac
}

# name_of BODY KIND: what other bodies call it.
name_of() {
  jq -r --arg kind "$2" '"@" + (._id // ($kind + "/" + (.name // .modelId // .email // "" | ascii_downcase | gsub("[^a-z0-9]+"; "-"))))' <<<"$1"
}

# all WHAT FILE PATH LIST KEYS
all() {
  local body
  while IFS= read -r body; do
    make "$1" "$3" "$4" "$5" "$body" "$(name_of "$body" "${2%s.json}")"
  done < <(bodies "$2")
}

$dry_run || sign_in
)sh";

constexpr std::string_view kVaultKeys =
    "all 'provider key' vault_keys.json /api/v1/keys '/api/v1/keys?page=PAGE&pageSize=100' name\n";
constexpr std::string_view kIntegrations = R"sh(
while IFS= read -r body; do
  make integration /api/v1/model-catalog/integrations '/api/v1/model-catalog/integrations?name={name}&page=PAGE&pageSize=100' name "$body" "$(name_of "$body" integration)"
  try_key "$body"
done < <(bodies integrations.json)
)sh";
constexpr std::string_view kProviders =
    "all provider providers.json /api/v1/model-catalog/providers "
    "'/api/v1/model-catalog/providers?name={name}&page=PAGE&pageSize=100' name\n";
constexpr std::string_view kModels =
    "all model models.json /api/v1/model-catalog/models "
    "'/api/v1/model-catalog/models?search={modelId}&page=PAGE&pageSize=100' "
    "'modelId providerType? providerId?'\n";
constexpr std::string_view kGuardrails =
    "all guardrail guardrails.json /api/v1/guardrails '/api/v1/guardrails?page=PAGE&pageSize=100' name\n";
constexpr std::string_view kThresholds = "put 'cache thresholds' /api/v1/thresholds \"$(bodies thresholds.json)\"\n";
constexpr std::string_view kChains = "all chain chains.json /api/v1/chains /api/v1/chains name\n";
constexpr std::string_view kRouting = "put 'routing config' /api/v1/routing/config \"$(bodies routing_config.json)\"\n";
constexpr std::string_view kTiers = R"sh(
while IFS= read -r body; do
  tenant=$(jq '.tenant // .tenantId // "${WF_TENANT}"' <<<"$body" | translate=. resolve | jq -r 'if startswith("${") then . else @uri end')
  put "tier of $tenant" "/api/v1/rate-limits/$tenant" "$(jq -c '{tier: (.body.tier // .tier)}' <<<"$body")"
done < <(bodies rate_limits.json)
)sh";
constexpr std::string_view kTeams =
    "all team teams.json /api/v1/teams '/api/v1/teams?page=PAGE&pageSize=100' 'name parentTeamId?'\n";
constexpr std::string_view kUsers =
    "all user users.json /api/v1/users '/api/v1/users?search={email}&page=PAGE&page_size=100' email\n";
constexpr std::string_view kRoles = "all role roles.json /api/v1/roles '/api/v1/roles?page=PAGE&page_size=100' name\n";
constexpr std::string_view kGrants = R"sh(
# A role of the gateway's own goes by its id, or by its name where it has no list of roles.
grant() {
  local body=$1 user role what items
  user=$(jq -r '.user_id' <<<"$body")
  role=$(jq -r '(.role // .roleId) | ltrimstr("@role/")' <<<"$body")
  what="role $role of ${user#@user/}"
  if ! $dry_run; then
    user=$(jq -r --arg name "$user" '.[$name] // $name' <<<"$ids")
    if jq -e '.roleId // "" | startswith("@role/")' <<<"$body" >/dev/null; then
      look_up '/api/v1/roles?page=PAGE&page_size=100' name "$(jq -n --arg name "$role" '{name: $name}')"
      case $status in
        404 | 405) found=$role ;;
        *) [ -n "$found" ] || fail "there is no role $role" ;;
      esac
      remember "@role/$role" "$found"
      role=$found
    fi
    items="$items_of | ., .role? | if type == \"string\" then . else (objects | .roleId, .role_id, .id, .name | strings) end | {roleId: .}"
    look_up "/api/v1/users/$user/roles" roleId "$(jq -n --arg role "$role" '{roleId: $role}')" "$items"
    if [ -n "$found" ]; then
      echo "there: $what"
      return
    fi
  fi
  send "$what" POST "/api/v1/users/$user/roles" < <(jq -c 'del(.user_id)' <<<"$body")
}

while IFS= read -r body; do grant "$body"; done < <(bodies role_grants.json)
)sh";
constexpr std::string_view kApiKeys = "all 'workspace key' api_keys.json /api/v1/api-keys /api/v1/api-keys name\n";
constexpr std::string_view kVirtualKeys = R"sh(
older_path=/api/v1/api-keys/virtual
all 'virtual key' virtual_keys.json /api/v1/virtual-keys '/api/v1/virtual-keys?page=PAGE&pageSize=100' name
)sh";
constexpr std::string_view kSimulate = R"sh(
# simulate NAME MODELS: whether a request for the name goes to one of the models.
wrong=0
simulate() {
  local model
  if $dry_run; then
    echo "POST /api/v1/routing/simulate {\"model\":\"$1\"} shall be answered by one of $2"
    return
  fi
  request POST /api/v1/routing/simulate < <(jq -n --arg model "$1" '{query: "ping", model: $model}')
  [ "$status" = 200 ] || fail "simulating a request for $1 was refused with $status: $answer"
  model=$(jq -r '.modelId' <<<"$answer")
  if jq -e --arg model "$model" 'index($model) != null' <<<"$2" >/dev/null; then
    echo "routes: $1 → $model"
  else
    echo "apply.sh: a request for $1 would go to $model, not to one of $2" >&2
    wrong=1
  fi
}

)sh";

std::string_view part_of(Entity entity) {
  switch (entity) {
    case Entity::VaultKey: return kVaultKeys;
    case Entity::Integration: return kIntegrations;
    case Entity::Provider: return kProviders;
    case Entity::Model: return kModels;
    case Entity::Guardrail: return kGuardrails;
    case Entity::Thresholds: return kThresholds;
    case Entity::Chain: return kChains;
    case Entity::RoutingConfig: return kRouting;
    case Entity::RateLimit: return kTiers;
    case Entity::Team: return kTeams;
    case Entity::User: return kUsers;
    case Entity::Role: return kRoles;
    case Entity::RoleGrant: return kGrants;
    case Entity::ApiKey: return kApiKeys;
    case Entity::VirtualKey: return kVirtualKeys;
    case Entity::Count: break;
  }
  return {};
}

}  // namespace

std::string apply_script(const ScriptPlan& plan, const std::set<std::string>& variables) {
  std::string text = script_frame({kAbout, {{"no-verify", "verify", "true", "false"}}, variables, kOwn});
  text += kBegin;
  for (const ScriptPlan::File& file : plan.files) {
    text += part_of(file.entity);
    if (file.entity != Entity::Provider) continue;
    for (const auto& [type, integration] : plan.synced) {
      const std::string body = plan.shape == Shape::Guide
                                   ? fmt::format("{{\"providerType\":\"{}\"}}", type)
                                   : fmt::format("{{\"integrationId\":\"{}\",\"overwrite\":false}}", integration);
      text += fmt::format("send {} POST /api/v1/model-catalog/models/sync <<<{}\n", shell_quoted("models of " + type),
                          shell_quoted(body));
    }
  }
  if (plan.simulated.empty()) return text;
  text += kSimulate;
  for (const auto& [name, models] : plan.simulated) {
    Out list = Out::sequence();
    for (const std::string& m : models) list.push(m);
    std::string json = doc::write_json(list, {0, false});
    while (!json.empty() && json.back() == '\n') json.pop_back();
    text += fmt::format("simulate {} {}\n", shell_quoted(name), shell_quoted(json));
  }
  text += "exit \"$wrong\"\n";
  return text;
}

}  // namespace gatec::targets::worldflow
