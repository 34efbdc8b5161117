#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gatec::facts {

/// Hosted: the platform only. Dead: the open-source gateway accepts the slug and then fails.
enum class PortkeyOss : std::uint8_t { No, Yes, Dead };

/// One row of stdlib/data/providers.tsv. Empty where a dialect has no name for it; lists have the canonical name first.
struct ProviderFacts {
  std::string_view kind;
  std::string_view title;
  std::span<const std::string_view> key_env;
  std::span<const std::string_view> other_env;
  std::span<const std::string_view> base_urls;
  bool base_required = false;
  bool openai_compatible = false;
  std::span<const std::string_view> litellm;
  std::string_view portkey;
  PortkeyOss portkey_oss = PortkeyOss::No;
  std::string_view ferro;
  std::string_view worldflow;       // of the guide shape; empty is CUSTOM
  std::string_view worldflow_spec;  // of the spec shape
  std::span<const std::string_view> llmgateway;

  /// The default base URL; empty when there is none or it has a part that only the user knows (region, resource).
  [[nodiscard]] std::string_view base_url() const;
  [[nodiscard]] std::string_view litellm_prefix() const {
    return litellm.empty() ? std::string_view{} : litellm.front();
  }
  [[nodiscard]] std::string_view main_key_env() const { return key_env.empty() ? std::string_view{} : key_env.front(); }
};

/// In the order of the table; look-ups give the first row that has the name, null when there is none.
[[nodiscard]] std::span<const ProviderFacts> providers();
[[nodiscard]] const ProviderFacts* provider_by_kind(std::string_view kind);
[[nodiscard]] const ProviderFacts* provider_by_litellm_prefix(std::string_view prefix);
[[nodiscard]] const ProviderFacts* provider_by_portkey_slug(std::string_view slug);
[[nodiscard]] const ProviderFacts* provider_by_ferro_id(std::string_view id);
[[nodiscard]] const ProviderFacts* provider_by_llmgateway_id(std::string_view id);
/// Names of both shapes; GOOGLE is Google AI Studio.
[[nodiscard]] const ProviderFacts* provider_by_worldflow_type(std::string_view type);
/// The provider whose API key the environment variable holds by custom.
[[nodiscard]] const ProviderFacts* provider_by_key_env(std::string_view name);
/// The provider that serves a base URL, told by its host. A server on this machine is told only when the URL is exactly
/// a provider's default and has no path.
[[nodiscard]] const ProviderFacts* provider_by_host(std::string_view base_url);

}  // namespace gatec::facts
