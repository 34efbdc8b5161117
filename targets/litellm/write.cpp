#include "targets/litellm/write.h"

#include "compiler/ir/describe.h"
#include "targets/litellm/admin.h"
#include "targets/litellm/tables.h"
#include "targets/litellm/writer.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using ir::Fate;
using ir::Field;

constexpr std::string_view kExpanded = "the source gateway takes this text as it is, LiteLLM reads a variable";

/// Cuts the first name off a readable path: `a.b`, `a["b.c"].d`.
std::string next_name(std::string_view& path) {
  if (path.starts_with("[\"")) {
    std::string name;
    std::size_t i = 2;
    for (; i < path.size() && path[i] != '"'; ++i) {
      if (path[i] == '\\' && i + 1 < path.size()) ++i;
      name += path[i];
    }
    path.remove_prefix(std::min(i + 2, path.size()));
    if (path.starts_with('.')) path.remove_prefix(1);
    return name;
  }
  const auto end = path.find_first_of(".[");
  std::string name(path.substr(0, end));
  path.remove_prefix(name.size());
  if (path.starts_with('.')) path.remove_prefix(1);
  return name;
}

Out& section_at(Out& owner, std::string_view path) {
  Out* at = &owner;
  while (!path.empty()) {
    at = &at->at(next_name(path));
    if (at->is_null()) *at = Out::mapping();
  }
  return *at;
}

bool is_whole_element(const ir::Extra& extra) {
  const std::string_view list = extra.section;
  return extra.key.starts_with('#') && (list == "model_list" || list == "guardrails" || list == "credential_list");
}

}  // namespace

std::vector<Artifact> write_litellm(const ir::Gateway& gateway, WriteContext& context) {
  std::vector<Artifact> artifacts;
  Writer writer(gateway, context);
  const Out config = writer.config();
  const bool any_name = std::ranges::any_of(
      gateway.routes, [](const ir::Route& r) { return r.kind == ir::RouteKind::Pattern && *r.name == "*"; });
  if (any_name && gateway.routes.size() > 1 && !context.same_dialect) {
    context.ledger.assume("routes[*].name", "litellm.any-name",
                          "any further name that is asked for goes to the provider, which refuses those that it does "
                          "not have");
  }
  if (!config.empty()) artifacts.push_back({"config.yaml", doc::write_yaml(config), Role::Config, false, {}});
  for (Artifact& payload : write_admin(gateway, context)) artifacts.push_back(std::move(payload));
  return artifacts;
}

Writer::Writer(const ir::Gateway& gateway, WriteContext& context) : gw_(gateway), context_(context) {
  spell_ = [this](const ir::Credential& credential, const void* value, std::string_view hint) {
    return spell_credential(credential, value, hint, context_, kReferencePrefix, "");
  };
}

Out Writer::config() {
  reserve_names();
  lower_routes();
  choose_policy();
  choose_attempts();
  find_group_retries();
  Out models = model_list();
  Out litellm = Out::mapping();
  Out router = Out::mapping();
  Out general = Out::mapping();
  put(litellm, "drop_params", gw_.defaults.params.drop_unsupported);
  write_router(router, litellm);
  write_litellm_settings(litellm, router);
  write_server(router, litellm, general);
  Out environment = Out::mapping();
  for (const ir::EnvironmentVariable& v : gw_.environment) environment.add(v.name, open(v.value, v.name));

  Out all = Out::mapping();
  all.add("model_list", std::move(models));
  all.add("litellm_settings", std::move(litellm));
  all.add("router_settings", std::move(router));
  all.add("general_settings", std::move(general));
  all.add("environment_variables", std::move(environment));
  all.add("credential_list", credential_list());
  all.add("guardrails", guardrails());
  auto& sections = std::get<Out::Mapping>(all.storage());
  if (ours()) {
    // what stands whole under the name of a section comes from a section that could not be read
    for (const ir::Extra& extra : gw_.extras) {
      if (extra.section.empty())
        std::erase_if(sections, [&](const auto& s) { return s.first == extra.key && s.second.empty(); });
    }
    place_extras(all, gw_.extras);
  }
  std::erase_if(sections, [&](const auto& s) { return s.second.empty() && !kept_whole(s.first); });
  lose_rest();
  return all;
}

bool Writer::kept_whole(std::string_view section) const {
  return ours() &&
         std::ranges::any_of(gw_.extras, [&](const ir::Extra& e) { return e.section.empty() && e.key == section; });
}

/// Extras of our own dialect at their old places; `#1` is a whole element of a list.
void Writer::place_extras(Out& owner, const std::vector<ir::Extra>& extras) {
  for (const ir::Extra& extra : extras) {
    if (extra.dialect != "litellm") continue;
    if (is_whole_element(extra)) {
      Out& list = owner.at(extra.section);
      if (list.is_null()) list = Out::sequence();
      list.push(open(extra.value, extra.section));
      continue;
    }
    section_at(owner, extra.section).add(extra.key, open(extra.value, extra.key));
  }
}

Out Writer::open(const ir::Value& value, std::string_view key) {
  if (!ours()) expand(value);
  return to_out(value, spell_, key, true);
}

/// Text that the source passes on and that LiteLLM takes for a variable.
void Writer::expand(const ir::Value& value) {
  const bool secret = value.kind == ir::Value::Kind::Secret && value.credential.kind == ir::Credential::Kind::Template;
  const std::string& text = secret ? value.credential.name : value.text;
  if ((secret || value.kind == ir::Value::Kind::String) && text.starts_with(kReferencePrefix)) {
    lose(&value, Fate::Approximated, DiagId::Approximated, std::string(kExpanded), {},
         ir::show(ir::Credential::env(text.substr(kReferencePrefix.size()))));
  }
  for (const ir::Value& item : value.items) expand(item);
  for (const auto& pair : value.pairs) expand(pair.second);
}

/// `env(X)` is how the IR has a string that comes from the environment.
Out Writer::spelled(const Field<std::string>& field) {
  if (field.state != ir::State::Unknown) return Out(*field);
  const std::string& text = field.value;
  const auto inner = [&](std::string_view prefix) {
    return text.substr(prefix.size(), text.size() - prefix.size() - 1);
  };
  if (text.starts_with("env(")) return Out(std::string(kReferencePrefix) + inner("env("));
  if (text.starts_with("manager(")) return Out(inner("manager("));
  return Out(text);
}

Out Writer::secret(const Field<ir::Credential>& field, std::string_view hint) {
  if (!ours() && field->kind == ir::Credential::Kind::Template && field->name.starts_with(kReferencePrefix)) {
    lose(&field, Fate::Approximated, DiagId::Approximated, std::string(kExpanded), {},
         ir::show(ir::Credential::env(field->name.substr(kReferencePrefix.size()))));
  }
  return Out(spell_(*field, &field, hint));
}

void Writer::put(Out& map, std::string_view key, const Field<std::string>& field) {
  if (!ours() && field.given() && field->starts_with(kReferencePrefix))
    lose(&field, Fate::Approximated, DiagId::Approximated, std::string(kExpanded), {}, "unknown here");
  if (field.given() || (field.state == ir::State::Unknown && !field.value.empty()))
    map.add(std::string(key), spelled(field));
}

void Writer::put(Out& map, std::string_view key, const ir::List<std::string>& list) {
  if (list.given()) map.add(std::string(key), to_out(list));
}

std::string_view Writer::layout(std::string_view name) const {
  if (!ours()) return {};
  const auto found = std::ranges::find(gw_.layout, name, &ir::Param::name);
  return found == gw_.layout.end() ? std::string_view{} : std::string_view(found->value.text);
}

// ---- names of secrets
// --------------------------------------------------------------------------------------------------

/// Variables that the config names already: a literal secret must not take one of them.
void Writer::reserve_names() {
  const auto credential = [this](const Field<ir::Credential>& field) {
    if (field.given() && field->kind == ir::Credential::Kind::Env) context_.names.reserve(field->name);
  };
  const auto provider = [&](const ir::Provider& p) {
    credential(p.api_key);
    for (const ir::ProviderParam& param : p.params) reserve_names(param.value);
    for (const ir::Param& header : p.headers) reserve_names(header.value);
  };
  for (const ir::Provider& p : gw_.providers) provider(p);
  for (const ir::CredentialSet& set : gw_.credential_sets) provider(set.values);
  credential(gw_.server.master_key);
  credential(gw_.server.database_url);
  for (const ir::EnvironmentVariable& v : gw_.environment) reserve_names(v.value);
  for (const ir::Param& p : gw_.server.params) reserve_names(p.value);
  for (const ir::Param& p : gw_.cache.params) reserve_names(p.value);
  for (const ir::Guardrail& g : gw_.guardrails) {
    for (const ir::Param& p : g.params) reserve_names(p.value);
  }
  for (const ir::Extra& e : gw_.extras) reserve_names(e.value);
}

void Writer::reserve_names(const ir::Value& value) {
  if (value.kind == ir::Value::Kind::Secret && value.credential.kind == ir::Credential::Kind::Env)
    context_.names.reserve(value.credential.name);
  for (const ir::Value& item : value.items) reserve_names(item);
  for (const auto& pair : value.pairs) reserve_names(pair.second);
}

}  // namespace gatec::targets::litellm
