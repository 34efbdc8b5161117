#include "compiler/ir/resolved.h"
#include "compiler/ir/walk.h"
#include "compiler/routing/capacity.h"
#include "compiler/rules/rules.h"

#include <string>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;

void plain_http(const ir::Provider& p, passes::Context& context) {
  if (!p.base_url.given() || !p.base_url->starts_with("http://") || !p.api_key.given()) return;
  if (p.api_key->kind == ir::Credential::Kind::Placeholder || routing::is_near(*p.base_url)) return;
  context.sink.report(DiagId::PlainHttp, span_of(p.base_url.from, context),
                      "the credential of this provider travels unencrypted to `" + *p.base_url + "`");
}

/// `scheme://user:word@host`, or a parameter that is called like a key.
void credential_in_url(const ir::Provider& p, passes::Context& context) {
  if (!p.base_url.given()) return;
  std::string_view url = *p.base_url;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return;
  const std::string_view authority = url.substr(scheme + 3, url.find_first_of("/?", scheme + 3) - scheme - 3);
  const std::size_t at = authority.rfind('@');
  bool found = at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
  const std::size_t query = url.find('?');
  for (const std::string_view name : {"key=", "api_key=", "apikey=", "api-key=", "token=", "sig="}) {
    for (const char before : {'?', '&'})
      found = found || (query != std::string_view::npos &&
                        url.find(std::string(1, before) + std::string(name), query) != std::string_view::npos);
  }
  if (found)
    context.sink.report(DiagId::UrlCredential, span_of(p.base_url.from, context), "this address carries a credential");
}

void certificates(const ir::Gateway& gateway, const ir::Provider& provider, passes::Context& context) {
  const ir::ResolvedProvider p = ir::resolved(gateway, provider);
  for (const ir::ProviderParam* param : p.params) {
    if (param->name != "ssl_verify" || param->value.kind != ir::Value::Kind::Bool || param->value.boolean) continue;
    if (provider.base_url.given() && routing::is_near(*provider.base_url)) continue;
    context.sink.report(DiagId::TlsUnverified, span_of(param->value.from, context),
                        "certificates of this upstream are not checked");
  }
}

/// The same, where the dialect keeps it beside the provider.
void unchecked(const std::vector<ir::Extra>& extras, passes::Context& context) {
  for (const ir::Extra& extra : extras) {
    if (extra.key == "ssl_verify" && extra.value.kind == ir::Value::Kind::Bool && !extra.value.boolean)
      context.sink.report(DiagId::TlsUnverified, span_of(extra.value.from, context),
                          "certificates of upstreams are not checked");
  }
}

void addresses(const ir::List<std::string>& list, passes::Context& context) {
  for (const auto& item : list.items) {
    if (!item.given() || (*item != "0.0.0.0/0" && *item != "::/0")) continue;
    context.sink.report(DiagId::OpenAddresses, span_of(item.from, context), "`" + *item + "` is every address");
  }
}

}  // namespace

void check_security(const ir::Gateway& gateway, passes::Context& context) {
  ir::each_credential(gateway, [&](const ir::Credential& credential, const ir::Origin& from) {
    if (credential.kind != ir::Credential::Kind::Literal) return;
    context.sink.report(DiagId::LiteralSecret, span_of(from, context), "a secret stands here in plain text")
        .note("keep it in the environment or a secret store and refer to it");
  });
  for (const ir::Provider& p : gateway.providers) {
    plain_http(p, context);
    credential_in_url(p, context);
    certificates(gateway, p, context);
  }
  for (const ir::Deployment& d : gateway.deployments) {
    const bool near = d.provider.valid() && gateway.at(d.provider).base_url.given() &&
                      routing::is_near(*gateway.at(d.provider).base_url);
    if (!near) unchecked(d.extras, context);
  }
  unchecked(gateway.extras, context);
  addresses(gateway.server.allowed_ips, context);
  for (const ir::Principal& p : gateway.principals) addresses(p.allowed_ips, context);
  const auto& stores = gateway.server.stores_prompts;
  if (stores.given() && stores.written() && *stores)
    context.sink.report(DiagId::PromptsStored, span_of(stores.from, context), "prompts and answers are stored");
}

}  // namespace gatec::rules
