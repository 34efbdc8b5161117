#pragma once

#include <optional>
#include <string_view>

namespace gatec::facts {

/// One row of stdlib/data/models.tsv. What is not known is empty; numbers are plain decimal texts.
struct ModelFacts {
  std::string_view kind;   // of the provider, as in providers.tsv
  std::string_view model;  // upstream id
  std::string_view mode;   // chat, embedding
  std::string_view context_tokens, max_output_tokens;
  std::string_view input_usd, output_usd;  // per million tokens
  std::string_view as_of;                  // when the row was last looked at
};

/// What is known of a provider's model by its exact id; nothing of others.
[[nodiscard]] std::optional<ModelFacts> model(std::string_view kind, std::string_view upstream);

}  // namespace gatec::facts
