#include "compiler/ir/walk.h"
#include "compiler/rules/rules.h"

#include <string>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;

/// Hosts that stay on the machine or inside a cluster's own network: a name without a dot, loopback, private ranges,
/// cluster names.
bool is_near(std::string_view host) {
  if (host.find('.') == std::string_view::npos || host == "127.0.0.1" || host.starts_with("10.") ||
      host.starts_with("192.168."))
    return true;
  for (const std::string_view suffix : {".local", ".internal", ".localhost", ".svc", ".lan", ".test", ".example"}) {
    if (host.ends_with(suffix)) return true;
  }
  if (!host.starts_with("172.")) return false;
  const std::string_view second = host.substr(4, host.find('.', 4) - 4);
  return second.size() == 2 && second >= "16" && second <= "31";
}

std::string_view host_of(std::string_view url) {
  url.remove_prefix(std::string_view("http://").size());
  if (url.starts_with("[")) return "localhost";
  return url.substr(0, url.find_first_of(":/?"));
}

void plain_http(const ir::Provider& p, passes::Context& context) {
  if (!p.base_url.given() || !p.base_url->starts_with("http://") || !p.api_key.given()) return;
  if (p.api_key->kind == ir::Credential::Kind::Placeholder || is_near(host_of(*p.base_url))) return;
  context.sink.report(DiagId::PlainHttp, span_of(p.base_url.from, context),
                      "the credential of this provider travels unencrypted to `" + *p.base_url + "`");
}

}  // namespace

void check_security(const ir::Gateway& gateway, passes::Context& context) {
  ir::each_credential(gateway, [&](const ir::Credential& credential, const ir::Origin& from) {
    if (credential.kind != ir::Credential::Kind::Literal) return;
    context.sink.report(DiagId::LiteralSecret, span_of(from, context), "a secret stands here in plain text")
        .note("keep it in the environment or a secret store and refer to it");
  });
  for (const ir::Provider& p : gateway.providers) plain_http(p, context);
}

}  // namespace gatec::rules
