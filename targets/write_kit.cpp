#include "targets/write_kit.h"

#include "compiler/facts/models.h"
#include "compiler/facts/providers.h"
#include "compiler/ir/resolved.h"

namespace gatec::targets {
namespace {

using doc::Out;
using ir::Credential;
using ir::Value;

/// Number texts are plain decimals, of any length, unless JSON has no such number (.inf).
bool is_json_number(std::string_view text) { return text.find_first_not_of("-.0123456789") == std::string_view::npos; }

}  // namespace

ledger::Loss lost_server_param(const ir::Param& param) {
  if (param.name == "custom_auth" || param.name == "enable_jwt_auth")
    return manual("it decides who may call, by means of the source gateway's own",
                  "set up sign-in and token checks at the target gateway");
  return skipped("it runs the source gateway itself");
}

std::optional<limits::Conversion> per_minute(const ir::Limit& limit) {
  const std::optional<limits::Cap> cap = limits::cap_of(limit);
  return cap ? limits::convert(*cap, limits::fixed_minute(), base::Decimal(1)) : std::nullopt;
}

Out to_out(const Value& value, const CredentialSpeller& spell, std::string_view key, bool yaml) {
  switch (value.kind) {
    case Value::Kind::Null: return {};
    case Value::Kind::Bool: return Out(value.boolean);
    case Value::Kind::Number: return yaml || is_json_number(value.text) ? Out::number(value.text) : Out(value.text);
    case Value::Kind::String: return Out(value.text);
    case Value::Kind::Timestamp: return yaml ? Out::number(value.text) : Out(value.text);
    case Value::Kind::Secret: return Out(spell(value.credential, &value, key));
    case Value::Kind::Sequence: {
      Out out = Out::sequence();
      for (const Value& item : value.items) out.push(to_out(item, spell, key, yaml));
      return out;
    }
    case Value::Kind::Mapping: {
      Out out = Out::mapping();
      for (const auto& [name, item] : value.pairs) out.add(name, to_out(item, spell, name, yaml));
      return out;
    }
  }
  return {};
}

Out to_out(const ir::Field<std::int64_t>& field) { return Out::integer(*field); }
Out to_out(const ir::Field<base::Decimal>& field) { return Out::number(field->text()); }
Out to_out(const ir::Field<bool>& field) { return Out(*field); }

Out to_out(const ir::List<std::string>& list) {
  Out out = Out::sequence();
  for (const auto& item : list.items) out.push(Out(*item));
  return out;
}

Out to_out(const ir::List<std::int64_t>& list) {
  Out out = Out::sequence();
  for (const auto& item : list.items) out.push(Out::integer(*item));
  return out;
}

std::string_view settable_variable(std::string_view variable, const void* ir_value, bool credential,
                                   WriteContext& context) {
  if (is_variable_name(variable)) return variable;
  const std::string& name = context.names.settable(variable);
  context.ledger.lose(
      ir_value, {ir::Fate::Approximated, diagnostics::DiagId::Approximated, "no shell can set a variable of this name",
                 credential ? "env(" + name + ")" : std::string("unknown here"),
                 "set " + name + " to what " + std::string(variable) + " holds"});
  return name;
}

std::string spell_credential(const Credential& credential, const void* ir_value, std::string_view hint,
                             WriteContext& context, std::string_view prefix, std::string_view suffix) {
  const auto reference = [&](std::string_view name) {
    std::string text(prefix);
    text += name;
    text += suffix;
    return text;
  };
  switch (credential.kind) {
    case Credential::Kind::Env:
      return reference(prefix == "${" ? settable_variable(credential.name, ir_value, true, context)
                                      : std::string_view(credential.name));
    case Credential::Kind::Placeholder:
    case Credential::Kind::Template:
    case Credential::Kind::Manager: return credential.name;
    case Credential::Kind::Literal: break;
  }
  if (context.secrets == Secrets::Inline) return credential.literal.reveal();
  const std::string& name = context.names.name(credential, hint);
  context.ledger.lose(
      ir_value, {ir::Fate::Approximated, diagnostics::DiagId::SecretReferenced, "a literal secret becomes a reference",
                 "env(" + name + ")", "set " + name + " to the value of the source"});
  return reference(name);
}

namespace {

std::optional<base::Decimal> price_of_one(std::string_view million) {
  const auto price = base::Decimal::parse(million);
  return price ? price->divided_by(base::Decimal(1'000'000)) : std::nullopt;
}

/// Whether the provider itself answers there. An address of one's own is how Azure is reached.
bool is_own_service(std::string_view kind, const ir::Field<std::string>& base_url) {
  if (base_url.absent() || kind == "azure_openai" || kind == "azure_ai") return true;
  const facts::ProviderFacts* host = base_url.given() ? facts::provider_by_host(*base_url) : nullptr;
  return host != nullptr && host->kind == kind;
}

}  // namespace

std::optional<ListedModel> listed_model(const ir::Gateway& gateway, const ir::Deployment& deployment) {
  if (!deployment.provider.valid()) return std::nullopt;
  const ir::ResolvedProvider provider = ir::resolved(gateway, gateway.at(deployment.provider));
  if (!provider.kind->given() || !is_own_service(**provider.kind, *provider.base_url)) return std::nullopt;
  const ir::Field<std::string>& named =
      deployment.base_model.given() ? deployment.base_model : deployment.upstream_model;
  if (!named.given()) return std::nullopt;
  std::string_view name = *named;
  if (deployment.base_model.given() && name.find('/') != std::string_view::npos) name.remove_prefix(name.find('/') + 1);
  const auto known = facts::model(**provider.kind, name);
  if (!known) return std::nullopt;
  ListedModel listed{price_of_one(known->input_usd), price_of_one(known->output_usd), std::nullopt,
                     std::string(known->as_of)};
  if (const auto context = base::Decimal::parse(known->context_tokens)) listed.context_tokens = context->as_int64();
  return listed;
}

}  // namespace gatec::targets
