#pragma once

#include <string>
#include <utility>

namespace gatec::base {

/// Text that must not be shown. It has no formatter and no stream operator: printing it does not compile. `reveal` is for
/// comparing and for `--secrets inline`, nothing else.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& reveal() const { return text_; }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace gatec::base
