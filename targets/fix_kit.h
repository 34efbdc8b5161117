#pragma once

#include <string>
#include <string_view>

namespace gatec::targets {

/// Text in the quotes, or without, that a scalar is written in.
[[nodiscard]] inline std::string requoted(std::string_view written, std::string_view text) {
  const char first = written.empty() ? ' ' : written.front();
  if (first != '"' && first != '\'') return std::string(text);
  std::string out(1, first);
  (out += text) += first;
  return out;
}

}  // namespace gatec::targets
