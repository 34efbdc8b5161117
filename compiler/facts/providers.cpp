#include "compiler/facts/providers.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gatec::facts {
namespace {

struct Name {
  std::string_view text;
  std::uint16_t row;
};

#include "gatec/providers_table.inc"

const ProviderFacts* look_up(std::span<const Name> index, std::string_view text) {
  const auto found = std::ranges::lower_bound(index, text, {}, &Name::text);
  return found == index.end() || found->text != text ? nullptr : &kProviders[found->row];
}

constexpr std::size_t kMaxHost = 253;

struct Url {
  std::string_view host;
  std::string_view port;
  std::string_view path;  // without a closing slash
};

Url split(std::string_view url) {
  Url out;
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  out.path = url.substr(authority.size());
  out.path = out.path.substr(0, out.path.find_first_of("?#"));
  while (out.path.ends_with('/')) out.path.remove_suffix(1);
  out.host = authority.substr(authority.rfind('@') + 1);
  if (out.host.starts_with('[')) return out;  // an IPv6 address is no provider's
  if (const auto colon = out.host.find(':'); colon != std::string_view::npos) {
    out.port = out.host.substr(colon + 1);
    out.host = out.host.substr(0, colon);
  }
  return out;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Matches a host against one with a part in capitals, which stands for any text without a dot.
bool matches_template(std::string_view pattern, std::string_view host) {
  const auto begin = std::ranges::find_if(pattern, is_upper);
  const auto end = std::find_if_not(begin, pattern.end(), is_upper);
  const std::string_view before(pattern.begin(), begin);
  const std::string_view after(end, pattern.end());
  if (host.size() <= before.size() + after.size() || !host.starts_with(before) || !host.ends_with(after)) return false;
  return host.substr(before.size(), host.size() - before.size() - after.size()).find('.') == std::string_view::npos;
}

bool is_loopback(std::string_view host) { return host == "localhost" || host == "127.0.0.1" || host == "0.0.0.0"; }

const ProviderFacts* local_provider(const Url& url) {
  if (!url.path.empty()) return nullptr;
  for (const ProviderFacts& provider : kProviders) {
    for (const std::string_view base : provider.base_urls) {
      const Url known = split(base);
      if (is_loopback(known.host) && known.path.empty() && known.port == url.port) return &provider;
    }
  }
  return nullptr;
}

}  // namespace

std::string_view ProviderFacts::base_url() const {
  if (base_urls.empty()) return {};
  return std::ranges::any_of(base_urls.front(), is_upper) ? std::string_view{} : base_urls.front();
}

std::span<const ProviderFacts> providers() { return kProviders; }
const ProviderFacts* provider_by_kind(std::string_view kind) { return look_up(kByKind, kind); }
const ProviderFacts* provider_by_litellm_prefix(std::string_view prefix) { return look_up(kByLitellm, prefix); }
const ProviderFacts* provider_by_portkey_slug(std::string_view slug) { return look_up(kByPortkey, slug); }
const ProviderFacts* provider_by_ferro_id(std::string_view id) { return look_up(kByFerro, id); }
const ProviderFacts* provider_by_llmgateway_id(std::string_view id) { return look_up(kByLlmgateway, id); }
const ProviderFacts* provider_by_worldflow_type(std::string_view type) { return look_up(kByWorldflow, type); }
const ProviderFacts* provider_by_key_env(std::string_view name) { return look_up(kByKeyEnv, name); }

const ProviderFacts* provider_by_host(std::string_view base_url) {
  const Url url = split(base_url);
  if (url.host.empty() || url.host.size() > kMaxHost) return nullptr;
  if (is_loopback(url.host)) return local_provider(url);
  std::array<char, kMaxHost> lower{};
  std::ranges::transform(url.host, lower.begin(), [](char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; });
  const std::string_view host(lower.data(), url.host.size());
  if (const ProviderFacts* found = look_up(kByHost, host)) return found;
  for (const Name& pattern : kHostTemplates) {
    if (matches_template(pattern.text, host)) return &kProviders[pattern.row];
  }
  return nullptr;
}

}  // namespace gatec::facts
