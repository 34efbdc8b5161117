#include "compiler/facts/providers.h"
#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using ir::Credential;
using ir::Fate;

constexpr std::string_view kHeader =
    "# What the gateway reads from its environment. Values in ${…} come from yours: export them, or let Compose or "
    "your secret store\n"
    "# put them in. Nothing secret stands here.\n";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:@,+=%${}*").find(c) != std::string_view::npos;
}

/// A literal with a dollar stands in single quotes, so that no shell fills it in.
std::string quoted(std::string_view text, bool literal) {
  const bool dollar = text.find('$') != std::string_view::npos;
  if (!text.empty() && std::ranges::all_of(text, is_plain) && !(literal && dollar)) return std::string(text);
  if (literal && dollar && text.find('\'') == std::string_view::npos) return "'" + std::string(text) + "'";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\' || (c == '$' && literal) || c == '`') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::size_t rank_of(std::string_view name) {
  constexpr std::string_view kFirst[] = {
      "GATEWAY_CONFIG", "PORT",           "MASTER_KEY",      "ALLOW_UNAUTHENTICATED_PROXY",
      "GATEWAY_ENV",    "RATE_LIMIT_RPS", "RATE_LIMIT_BURST"};
  return static_cast<std::size_t>(std::ranges::find(kFirst, name) - std::begin(kFirst));
}

/// Bedrock registers with a region or a key; where the machine's role is the key, the region is what is left to say.
bool has_keys_of_aws(const ir::ResolvedProvider& r) {
  return r.api_key->given() ||
         std::ranges::any_of(r.params, [](const ir::ProviderParam* p) { return p->name == "aws_access_key_id"; });
}

}  // namespace

std::string Writer::spell(const Credential& credential, const void* value, std::string_view hint) {
  const auto tell = [&](DiagId code, std::string reason, std::string advice, std::string written) {
    context_.ledger.lose_field(value, {Fate::Manual, code, std::move(reason), std::move(written), std::move(advice)});
  };
  if (credential.kind == Credential::Kind::Manager) {
    tell(DiagId::NotExpressible, "the gateway asks no secret manager", "put the value into " + std::string(hint),
         "env(" + std::string(hint) + ")");
    return "${" + std::string(hint) + "}";
  }
  std::string text = spell_credential(credential, value, hint, context_, "${", "}");
  if (const Loss* loss = context_.ledger.loss(value)) {
    Loss same = *loss;
    context_.ledger.lose_field(value, std::move(same));
  }
  if (credential.kind == Credential::Kind::Literal && lost_credentials_.contains(value) &&
      context_.secrets == Secrets::Reference) {
    const std::string name = text.substr(2, text.size() - 3);
    tell(DiagId::SecretReferenced, "a literal secret becomes a reference",
         "set " + name + " to the value of the source", "env(" + name + ")");
  }
  return text;
}

void Writer::set(std::string_view name, std::string value, bool literal) {
  const auto known = std::ranges::find(env_, name, &std::pair<std::string, std::string>::first);
  if (known != env_.end()) return;
  env_.emplace_back(std::string(name), quoted(value, literal));
}

std::string Writer::environment() {
  put_server();
  for (const Target& t : targets_) put_provider(t);
  if (same()) {
    for (const ir::EnvironmentVariable& v : gw_.environment) {
      const bool secret = v.value.kind == ir::Value::Kind::Secret;
      set(v.name, secret ? spell(v.value.credential, &v.value, v.name) : v.value.text, !secret);
    }
  }
  std::string text(kHeader);
  for (const auto& [name, value] : env_) (((text += name) += '=') += value) += '\n';
  return text;
}

void Writer::put_server() {
  const ir::Server& server = gw_.server;
  if (!same()) {
    const bool open = !server.auth.given() || *server.auth == ir::AuthMode::Open;
    set("GATEWAY_CONFIG", "/etc/ferro/config.yaml");
    if (server.master_key.given()) {
      set("MASTER_KEY", spell(*server.master_key, &server.master_key, "MASTER_KEY"),
          server.master_key->kind == Credential::Kind::Template ||
              server.master_key->kind == Credential::Kind::Placeholder);
    } else if (!open) {
      set("MASTER_KEY", "${MASTER_KEY}");
    } else {
      set("ALLOW_UNAUTHENTICATED_PROXY", "true");
    }
    set("RATE_LIMIT_RPS", "0");
    admit("server",
          "the process must be told where its config is, who may call, and that it shall not limit each address to 20 "
          "requests a second");
    return;
  }
  std::vector<std::pair<std::size_t, const ir::Param*>> params;
  for (const ir::Param& p : server.params) params.emplace_back(rank_of(p.name), &p);
  std::ranges::stable_sort(params, {}, &std::pair<std::size_t, const ir::Param*>::first);
  const auto put = [&](const ir::Param& p) {
    const bool secret = p.value.kind == ir::Value::Kind::Secret;
    set(p.name, secret ? spell(p.value.credential, &p.value, p.name) : p.value.text, !secret);
  };
  const std::size_t key_rank = rank_of("MASTER_KEY");
  for (const auto& [rank, p] : params) {
    if (rank < key_rank) put(*p);
  }
  if (server.master_key.given()) {
    set("MASTER_KEY", spell(*server.master_key, &server.master_key, "MASTER_KEY"),
        server.master_key->kind == Credential::Kind::Template);
  }
  for (const auto& [rank, p] : params) {
    if (rank >= key_rank) put(*p);
  }
}

void Writer::put_provider(const Target& target) {
  if (target.provider == nullptr) return;
  const ir::ResolvedProvider r = ir::resolved(gw_, *target.provider);
  if (std::ranges::find(variables(), target.key, &Variable::provider) == std::ranges::end(variables())) {
    const std::string reason = "the gateway knows no provider of this name, and reads nothing for it";
    const auto tell = [&](const auto& field) {
      if (!field.absent())
        lose(&field, Fate::Manual, DiagId::FerroUnknownProvider, reason,
             "name one of the providers that the gateway has");
    };
    tell(*r.api_key);
    tell(*r.base_url);
    return;
  }
  for (const Variable& v : variables()) {
    if (v.provider != target.key) continue;
    switch (v.says) {
      case Said::Key: put_key(target, v, r); break;
      case Said::Url: put_url(target, v, r); break;
      case Said::Version: put_text(v.name, *r.api_version); break;
      case Said::Region:
        put_text(v.name, *r.region);
        if (r.region->absent() && !same() && (v.required || (v.name == "AWS_REGION" && !has_keys_of_aws(r))))
          set(v.name, "${" + std::string(v.name) + "}");
        break;
      case Said::Param: put_param(target, v, r); break;
      case Said::Deployment:
        if (same()) {
          if (target.deployment != nullptr && target.deployment->upstream_model.from.rule() == &rules::kPinned)
            put_text(v.name, target.deployment->upstream_model);
        } else if (target.deployment != nullptr && !is_unpinned(target.deployment->upstream_model.value, "") &&
                   target.deployment->upstream_model.value != "*") {
          put_text(v.name, target.deployment->upstream_model);
        } else {
          set(v.name, "${AZURE_OPENAI_DEPLOYMENT}");
          lose_pinned();
        }
        break;
      case Said::Models: break;
    }
    for (const ir::Extra& e : target.provider->extras) {
      if (!same() || e.section != "environment" || e.key != v.name) continue;
      const bool secret = e.value.kind == ir::Value::Kind::Secret;
      set(v.name, secret ? spell(e.value.credential, &e.value, v.name) : e.value.text, !secret);
    }
  }
}

/// Deployments that share a target are written once: what became of the one's credentials became of the others'.
void Writer::share_losses() {
  const auto copy = [&](const auto* from, const auto* to) {
    const Loss* loss = from != to ? context_.ledger.loss_of_value(from) : nullptr;
    if (loss == nullptr) return;
    Loss same = *loss;
    context_.ledger.lose(to, std::move(same));
  };
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (!plan.kept || !m.kept) continue;
        const Target& t = target(m.id);
        const ir::ResolvedProvider mine = ir::resolved(gw_, gw_.at(m.deployment->provider));
        const ir::ResolvedProvider written = ir::resolved(gw_, *t.provider);
        copy(written.api_key, mine.api_key);
        copy(written.base_url, mine.base_url);
        for (const ir::ProviderParam* p : mine.params) {
          const auto other = std::ranges::find(written.params, p->name, &ir::ProviderParam::name);
          if (other == written.params.end()) continue;
          copy(*other, p);
          copy(&(*other)->value, &p->value);
        }
      }
    }
  }
}

/// A deployment that takes what is asked for, where the gateway has one for all chat.
void Writer::lose_pinned() {
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (!plan.kept || !m.kept || !is_pinned(m)) continue;
        lose(&m.deployment->upstream_model, Fate::Manual, DiagId::NotExpressible,
             "chat on azure-openai goes to the one deployment of the environment", "set AZURE_OPENAI_DEPLOYMENT",
             "unknown here");
      }
    }
  }
}

void Writer::put_key(const Target& target, const Variable& v, const ir::ResolvedProvider& r) {
  static_cast<void>(target);
  if (r.api_key->given()) {
    const Credential& key = **r.api_key;
    set(v.name, spell(key, r.api_key, v.name),
        key.kind == Credential::Kind::Template || key.kind == Credential::Kind::Placeholder);
    return;
  }
  if (v.required && !same()) set(v.name, "${" + std::string(v.name) + "}");
}

void Writer::put_url(const Target& target, const Variable& v, const ir::ResolvedProvider& r) {
  const UrlEnds ends = url_ends(target.key);
  const ir::Field<std::string>& url = *r.base_url;
  if (url.absent()) {
    if (!v.required || same()) return;
    const facts::ProviderFacts* known = facts::provider_by_kind(kind_of_id(target.key));
    const std::string_view usual = known != nullptr ? known->base_url() : std::string_view{};
    set(v.name, usual.empty() || usual.find("RESOURCE") != std::string_view::npos ? "${" + std::string(v.name) + "}"
                                                                                  : std::string(usual));
    return;
  }
  if (url.state == ir::State::Unknown) {
    if (!ends.ir.empty())
      lose(&url, Fate::Manual, DiagId::NotExpressible, "the gateway wants the host alone",
           "set " + std::string(v.name) + " to the workspace's host");
    put_text(v.name, url, ends.ferro);
    return;
  }
  std::string text = *url;
  if (!ends.ir.empty()) {
    if (text.ends_with(ends.ir))
      text.erase(text.size() - ends.ir.size());
    else
      lose(&url, Fate::Manual, DiagId::NotExpressible, "the gateway wants the host alone",
           "set " + std::string(v.name) + " to the workspace's host", *url + std::string(ends.ir));
  }
  text += ends.ferro;
  const bool reference = parse_reference(*url).has_value();
  set(v.name, text, reference || text.find("${") != std::string::npos);
}

/// `env(X)` is how the IR has a string that comes from the environment.
void Writer::put_text(std::string_view name, const ir::Field<std::string>& field, std::string_view suffix) {
  if (field.absent()) return;
  const std::string& text = field.value;
  if (field.state == ir::State::Unknown) {
    const bool variable = text.starts_with("env(") && text.ends_with(')');
    const std::string inner = variable ? text.substr(4, text.size() - 5) : std::string(name);
    set(name, "${" + std::string(settable_variable(inner, &field, false, context_)) + "}" + std::string(suffix));
    if (!variable)
      lose(&field, Fate::Manual, DiagId::NotExpressible, "the gateway asks no secret manager",
           "put the value into " + std::string(name), "unknown here");
    return;
  }
  set(name, text + std::string(suffix), true);
}

void Writer::put_param(const Target& target, const Variable& v, const ir::ResolvedProvider& r) {
  static_cast<void>(target);
  for (const ir::ProviderParam* p : r.params) {
    if (p->name != v.param) continue;
    const ir::Value& value = p->value;
    if (value.kind == ir::Value::Kind::Secret) {
      set(v.name, spell(value.credential, &value, v.name), value.credential.kind == Credential::Kind::Template);
    } else if (value.is_container() || v.name == "VERTEX_AI_SERVICE_ACCOUNT_JSON") {
      Loss loss{Fate::Manual, DiagId::NotExpressible, "the gateway wants the service account's JSON in its environment",
                "", "put the JSON text into " + std::string(v.name)};
      if (value.is_container()) {
        context_.ledger.lose(p, std::move(loss));
      } else {
        loss.written = "env(" + std::string(v.name) + ")";
        context_.ledger.lose(&value, std::move(loss));
      }
      set(v.name, "${" + std::string(v.name) + "}");
    } else {
      set(v.name, value.text, true);
    }
    return;
  }
  if (v.required && !same()) set(v.name, "${" + std::string(v.name) + "}");
}

}  // namespace gatec::targets::ferro
