#include "targets/llmgateway/writer.h"
#include "targets/script_kit.h"

namespace gatec::targets::llmgateway {
namespace {

constexpr std::string_view kAbout =
    R"sh(# Sends the payloads beside this script to an LLM Gateway, in order, and stops at the first that fails.
# What is there already, by its name, is found and used: running it again makes nothing twice.
#
#   LLMGATEWAY_API      address of the management API (http://localhost:4002)
#   LLMGATEWAY_COOKIE   the cookie of somebody who is signed in to the dashboard
#   LLMGATEWAY_ORG      name of the organization, where the payloads have none
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh              sends
#   apply.sh --dry-run    only tells what it would send
#
# Needs curl and jq. Ids of what was made are kept in ids.json, tokens of new API keys in secrets.out (readable by you alone).
# The variables of llmgateway.env and the names of models.map.json are not sent: see the report.
)sh";

constexpr std::string_view kOwn = R"sh(
address=${LLMGATEWAY_API:-http://localhost:4002}
credentials=(LLMGATEWAY_COOKIE LLMGATEWAY_MASTER_KEY)
id_of='.id // .organization.id? // .project.id? // .apiKey.id?'
secret_of='.apiKey.token? // empty'
label_of='.modelName // .name // .description // .email // .provider // "?"'
authorization() { header Cookie "$LLMGATEWAY_COOKIE"; }

# as_master COMMAND…: by the API that takes a master key.
as_master() {
  local address=${LLMGATEWAY_MASTER:-https://internal.llmgateway.io}
  authorization() { header Authorization "Bearer $LLMGATEWAY_MASTER_KEY"; }
  "$@"
  authorization() { header Cookie "$LLMGATEWAY_COOKIE"; }
}

# Notes (keys that start with _) stay here.
translate='walk(if type == "object" then with_entries(select(.key | startswith("_") | not)) else . end)'
)sh";

constexpr std::string_view kBegin = R"sh(
$dry_run || [ -n "${LLMGATEWAY_COOKIE-}" ] || fail "LLMGATEWAY_COOKIE is not set: sign in to the dashboard and take it from there"

# Where the source has <words> for an address, somebody has to put it in.
blank=$(bodies provider_keys.json | jq -r '.baseUrl | strings | select(startswith("<"))')
$dry_run || [ -z "$blank" ] || fail "payloads/provider_keys.json: write the server's address for ${blank%%$'\n'*}"

# is_there WHAT LIST KEYS BODY [ITEMS]: whether it is in the list, and says so.
is_there() {
  ! $dry_run || return 1
  look_up "$2" "$3" "$(resolve <<<"$4")" "${5-"$items_of"}"
  [ -n "$found" ] || return 1
  echo "there: $1"
}

# project_of BODY: the id of its project.
project_of() {
  local name
  name=$(jq -r '._project // "Default Project"' <<<"$1")
  found=PROJECT
  $dry_run || found=$(jq -r --arg name "project $name" '.[$name] // empty' <<<"$ids")
  if [ -z "$found" ]; then
    look_up "/orgs/$org/projects" name "$(jq -n --arg name "$name" '{name: $name}')"
    [ -n "$found" ] || fail "the project $name is not there"
  fi
}

# The organization: by its name, else the only one there is.
organization=$(bodies organization.json)
[ -n "$organization" ] || organization='{}'
org=ORGANIZATION
name=${LLMGATEWAY_ORG:-$(jq -r '.name // empty' <<<"$organization")}
if [ -n "$name" ]; then
  make organization /orgs /orgs name "$(jq -nc --arg name "$name" '{name: $name}')"
  $dry_run || org=$found
elif ! $dry_run; then
  request GET /orgs </dev/null
  accepted "the list of organizations"
  org=$(jq -r '[.organizations[]?.id] | if length == 1 then .[0] else empty end' <<<"$answer")
  [ -n "$org" ] || fail "which organization is meant? Set LLMGATEWAY_ORG"
fi
settings=$(jq -c 'del(.name)' <<<"$organization")
if [ "$(resolve <<<"$settings")" != '{}' ]; then
  if shows /orgs ".organizations[]? | select(.id == \"$org\")" "$settings"; then
    echo "there: settings of the organization"
  else
    send "settings of the organization" PATCH "/orgs/$org" <<<"$settings"
  fi
fi
)sh";

constexpr std::string_view kProjects = R"sh(
while IFS= read -r body; do
  name=$(jq -r .name <<<"$body")
  make project /projects "/orgs/$org/projects" name \
    "$(jq -c --arg org "$org" 'del(.routingConfig) + {organizationId: $org}' <<<"$body")" "project $name"
  $dry_run && found=PROJECT
  # A new organization has a project already, with settings of its own.
  settings=$(jq -c 'del(.routingConfig)' <<<"$body")
  $dry_run || shows "/orgs/$org/projects" ".projects[]? | select(.id == \"$found\")" "$settings" ||
    send "settings of project $name" PATCH "/projects/$found" <<<"$settings"
  if jq -e '.routingConfig != null' <<<"$body" >/dev/null; then
    put "routing of $name" "/routing-config/config/$found" "$(jq -c .routingConfig <<<"$body")"
  fi
done < <(bodies projects.json)
)sh";
constexpr std::string_view kProviderKeys = R"sh(
# A provider may have several keys that nothing tells apart: as many as there are here shall be there.
declare -A wanted_keys=()
while IFS= read -r body; do
  same=$(jq -c '[.provider, .name]' <<<"$body")
  wanted_keys[$same]=$((${wanted_keys[$same]-0} + 1))
  label="provider key $(jq -r '[.provider, .name // empty] | join(" ")' <<<"$body")"
  if ! $dry_run; then
    request GET /keys/provider </dev/null
    accepted "the list of provider keys"
    there=$(jq --argjson same "$same" --arg org "$org" '[.. | objects | select(.provider? != null
      and [.provider, .name?] == $same and (.organizationId? // $org) == $org)] | length' <<<"$answer")
    if [ "$there" -ge "${wanted_keys[$same]}" ]; then
      echo "there: $label"
      continue
    fi
  fi
  send "$label" POST /keys/provider < <(jq -c --arg org "$org" 'del(.models) + {organizationId: $org}' <<<"$body")
done < <(bodies provider_keys.json)
)sh";
constexpr std::string_view kCustomModels = R"sh(
# Custom models are made with a master key: $LLMGATEWAY_MASTER (https://internal.llmgateway.io) and $LLMGATEWAY_MASTER_KEY.
while IFS= read -r body; do
  if [ -z "${LLMGATEWAY_MASTER_KEY-}" ]; then
    echo "by hand, in the dashboard: custom model $(jq -r '"\(._provider)/\(.modelName)"' <<<"$body") $(resolve <<<"$body")"
    continue
  fi
  as_master make 'custom model' /v1/master/custom-models /v1/master/custom-models 'modelName provider?' \
    "$(jq -c '. + {provider: ._provider}' <<<"$body")"
done < <(bodies custom_models.json)
)sh";
constexpr std::string_view kMembers = R"sh(
while IFS= read -r body; do
  label="member $(jq -r .email <<<"$body")"
  is_there "$label" "/team/$org/members" email "$body" "$items_of | . + {email: (.email? // .user?.email?)}" ||
    send "$label" POST "/team/$org/members" < <(jq -c '{email, role}' <<<"$body")
done < <(bodies members.json)
)sh";
constexpr std::string_view kTeams = R"sh(
while IFS= read -r body; do
  echo "by hand, in the dashboard: team $(jq -c 'with_entries(select(.key | startswith("_") | not))' <<<"$body")"
done < <(bodies teams.json)
)sh";
constexpr std::string_view kRoutes = R"sh(
while IFS= read -r body; do
  name=$(jq -r .name <<<"$body")
  project_of "$body"
  routes=/dynamic-routes/$found
  is_there "dynamic route $name" "$routes" name "$body" ||
    send "dynamic route $name" POST "$routes" < <(jq -c '{name, description} | with_entries(select(.value != null))' <<<"$body")
  # A graph is a draft until it is published, and each time makes a version.
  graph=$(jq -c .graph <<<"$body")
  if shows "$routes/$name" .publishedVersion.graph "$graph"; then
    echo "there: graph of $name"
  else
    if shows "$routes/$name" .draftGraph "$graph"; then
      echo "there: draft of $name"
    else
      send "draft of $name" PUT "$routes/$name/draft" <<<"{\"graph\": $graph}"
    fi
    send "publishing $name" POST "$routes/$name/publish" <<<'{}'
  fi
  switch=$(jq -c '{enabled: (.enabled != false)}' <<<"$body")
  if shows "$routes/$name" . "$switch"; then
    echo "there: switch of $name"
  else
    send "switch of $name" PATCH "$routes/$name" <<<"$switch"
  fi
done < <(bodies dynamic_routes.json)
)sh";
constexpr std::string_view kApiKeys = R"sh(
while IFS= read -r body; do
  label=$(jq -r '.description // "?"' <<<"$body")
  project_of "$body"
  project=$found
  make key /keys/api "/keys/api?projectId=$project" description \
    "$(jq -c --arg project "$project" 'del(.iamRules, .status) + {projectId: $project}' <<<"$body")"
  $dry_run && found=KEY
  key=$found
  case $key in '' | -) fail "key $label: there is no id in the answer" ;; esac
  while IFS= read -r rule; do
    is_there "a rule of key $label" "/keys/api/$key/iam" 'ruleType ruleValue' "$rule" ||
      send "a rule of key $label" POST "/keys/api/$key/iam" <<<"$rule"
  done < <(jq -c '.iamRules[]?' <<<"$body")
  if [ "$(jq -r '.status // empty' <<<"$body")" = inactive ]; then
    is_there "switching off key $label" "/keys/api?projectId=$project" 'description status' "$(jq -c '{description, status}' <<<"$body")" ||
      send "switching off key $label" PATCH "/keys/api/$key" <<<'{"status": "inactive"}'
  fi
done < <(bodies api_keys.json)
)sh";
constexpr std::string_view kRates = R"sh(
# Only an operator of the gateway may set these.
while IFS= read -r body; do
  make 'rate limit of' "/admin/organizations/$org/rate-limits" "/admin/organizations/$org/rate-limits" 'provider model limitType' "$body"
done < <(bodies rate_limits.json)
)sh";
constexpr std::string_view kGuardrails = R"sh(
put guardrails "/guardrails/config/$org" "$(bodies guardrails.json)"
)sh";

}  // namespace

std::string apply_script(const ScriptPlan& plan, const std::set<std::string>& variables) {
  std::string text = script_frame({kAbout, {}, variables, kOwn});
  text += kBegin;
  const auto part = [&](Entity entity, std::string_view code) {
    if (plan.files.contains(entity)) text += code;
  };
  part(Entity::Project, kProjects);
  part(Entity::ProviderKey, kProviderKeys);
  part(Entity::CustomModel, kCustomModels);
  part(Entity::Member, kMembers);
  part(Entity::Team, kTeams);
  part(Entity::DynamicRoute, kRoutes);
  part(Entity::ApiKey, kApiKeys);
  part(Entity::RateLimit, kRates);
  part(Entity::Guardrails, kGuardrails);
  return text;
}

}  // namespace gatec::targets::llmgateway
