#pragma once

#include "compiler/facts/providers.h"
#include "compiler/ir/origin.h"

#include <string_view>

namespace gatec::targets::litellm {

/// What LiteLLM makes of `litellm_params.model` (page §3.4). Views into the text.
struct ModelString {
  enum class Problem : std::uint8_t { None, UnknownPrefix, NoProvider };
  std::string_view model;          // without the prefix
  std::string_view kind;           // canonical; empty where LiteLLM cannot tell
  std::string_view spelling;       // the prefix, where it is not the canonical one
  const ir::Rule* rule = nullptr;  // by which the provider was told, if it is not written
  bool told_by_request = false;    // `*`: by the requested name, each time anew
  Problem problem = Problem::None;
};

/// `api_base` may be empty. `is_custom` tells prefixes that the config itself declares.
template <class IsCustom>
[[nodiscard]] ModelString read_model_string(std::string_view text, std::string_view api_base, IsCustom&& is_custom);

[[nodiscard]] ModelString split_known_prefix(std::string_view text);
[[nodiscard]] ModelString infer_provider(std::string_view text, std::string_view api_base);

template <class IsCustom>
ModelString read_model_string(std::string_view text, std::string_view api_base, IsCustom&& is_custom) {
  if (ModelString known = split_known_prefix(text); !known.kind.empty()) return known;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos && is_custom(text.substr(0, slash))) {
    ModelString own;
    own.kind = text.substr(0, slash);
    own.model = text.substr(slash + 1);
    return own;
  }
  return infer_provider(text, api_base);
}

/// The provider by its LiteLLM name, else the name as it stands; `spelling` as in ModelString.
struct KindName {
  std::string_view kind, spelling;
};
[[nodiscard]] KindName kind_of_name(std::string_view litellm_name);

}  // namespace gatec::targets::litellm
