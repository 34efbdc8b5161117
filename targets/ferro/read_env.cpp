#include "compiler/facts/secrets.h"
#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using ir::Credential;
using ir::Fate;
using ir::Field;
using ir::Origin;

namespace {

bool is_true(const Node& node) { return node.text() == "true"; }

}  // namespace

Reader::Target* Reader::target_of(std::string_view provider) { return target_named(provider); }

/// `NAME=` says that the value is put in where the gateway runs.
Credential Reader::credential_of(const Node& node, std::string_view variable) {
  const std::string_view text = node.text();
  if (node.style() == doc::Style::SingleQuoted) {
    if (text.find("${") != std::string_view::npos || text.find('$') == 0)
      return {Credential::Kind::Template, std::string(text), {}};
  }
  if (text.empty() && node.style() == doc::Style::Plain) return Credential::env(std::string(variable));
  return kit_.credential_of(text, node.span());
}

Field<std::string> Reader::text_of(const Node& node) {
  Field<std::string> field(std::string(node.text()), node.leaf());
  if (node.style() == doc::Style::SingleQuoted) return field;
  if (const auto reference = parse_reference(node.text())) {
    field.state = ir::State::Unknown;
    field.value = "env(" + reference->name + ")";
  }
  return field;
}

void Reader::read_environment() {
  for (const Entry* e : env_) {
    const std::string_view name = e->key->text();
    if (!e->value->is_scalar() || e->value->is_null()) {
      settle(*e->value, Fate::Skipped, DiagId::InertKey, "a variable holds text");
    } else if (const Variable* known = variable(name)) {
      read_variable(*known, *e);
    } else {
      read_process(*e);
    }
  }
  default_keys();
}

void Reader::read_variable(const Variable& v, const Entry& e) {
  Target* target = target_of(v.provider);
  if (target == nullptr) {
    gw_.environment.push_back({std::string(v.name), kit_.value(*e.value, v.name)});
    return;
  }
  ir::Provider& provider = gw_.providers[target->provider];
  const UrlEnds ends = url_ends(v.provider);
  switch (v.says) {
    case Said::Key: provider.api_key = {credential_of(*e.value, v.name), e.value->leaf()}; return;
    case Said::Version: provider.api_version = text_of(*e.value); return;
    case Said::Region: provider.region = text_of(*e.value); return;
    case Said::Deployment:
      azure_deployment_ = text_of(*e.value);
      azure_entry_ = &e;
      return;
    case Said::Models: {
      ir::Extra extra = kit_.extra("environment", v.name, *e.value, DiagId::NotModelled, Fate::Manual,
                                   "declare these models at the target gateway");
      provider.extras.push_back(std::move(extra));
      return;
    }
    case Said::Param: {
      ir::ProviderParam& param = provider.params.emplace_back();
      param.name = v.param;
      const std::string_view value = e.value->text();
      if (value.empty()) {
        param.value.kind = ir::Value::Kind::Secret;
        param.value.credential = Credential::env(std::string(v.name));
        param.value.from = e.value->leaf();
      } else if (e.value->style() == doc::Style::SingleQuoted && value.find('$') != std::string_view::npos) {
        param.value = ir::Value::string(std::string(value), e.value->leaf());
      } else {
        param.value = kit_.value(*e.value, v.param);
      }
      return;
    }
    case Said::Url: break;
  }
  std::string text(e.value->text());
  const bool ended = !ends.ferro.empty() && text.ends_with(ends.ferro);
  if (ended) text.erase(text.size() - ends.ferro.size());
  Field<std::string> url(text, e.value->leaf());
  const bool literal = e.value->style() == doc::Style::SingleQuoted;
  if (const auto reference = parse_reference(text); reference && !literal) {
    url.state = ir::State::Unknown;
    url.value = "env(" + reference->name + ")";
  } else {
    url.value += ends.ir;
  }
  provider.base_url = std::move(url);
}

void Reader::read_process(const Entry& e) {
  const std::string_view name = e.key->text();
  const Node& node = *e.value;
  ir::Server& server = gw_.server;
  if (name == "MASTER_KEY") {
    server.master_key = {credential_of(node, name), node.leaf()};
    return;
  }
  if (name == "ALLOW_UNAUTHENTICATED_PROXY" && is_true(node)) open_ = true;
  if (name == "FERRO_MODEL_CATALOG_URL")
    open_catalogue_ = open_catalogue_ && !node.text().ends_with("/empty-catalog.json");
  if (!is_process_variable(name)) {
    const bool dead = name.starts_with("LITELLM_") || name.starts_with("FERRO_") || name == "CONFIG_PATH" ||
                      name == "ADMIN_API_KEY" || name.starts_with("ADMIN_BOOTSTRAP_") || name == "LOG_FORMAT";
    if (dead)
      report(DiagId::FerroEnvironmentName, e.key->span(), "the gateway does not read `" + std::string(name) + "`");
    gw_.environment.push_back({std::string(name), kit_.value(node, name)});
    return;
  }
  ir::Param& param = server.params.emplace_back();
  param.name = name;
  if (name.ends_with("_DSN") || name.ends_with("_API_KEY")) {
    param.value.kind = ir::Value::Kind::Secret;
    param.value.credential = credential_of(node, name);
    param.value.from = node.leaf();
  } else {
    param.value = kit_.value(node, name);
  }
}

/// What the environment holds although no file among the inputs says so.
void Reader::default_keys() {
  for (const Target& target : targets_) {
    ir::Provider& provider = gw_.providers[target.provider];
    const Variable* key = variable(target.key, Said::Key);
    if (provider.api_key.absent() && key != nullptr && key->required) {
      provider.api_key = {Credential::env(std::string(key->name)), Origin(rules::kKeyEnv)};
    }
  }
  // without a target the gateway does not start, and says nothing of who may call
  if (!targets_.empty() && !open_) gw_.server.auth = {ir::AuthMode::Key, Origin(rules::kAuth)};
}

}  // namespace gatec::targets::ferro
