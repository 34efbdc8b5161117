#pragma once

#include <memory>
#include <string>
#include <utility>

namespace gatec::base {

/// Text that must not be shown. It has no formatter and no stream operator: printing it does not compile. `reveal` is
/// for comparing and for `--secrets inline`, nothing else.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::make_unique<std::string>(std::move(text))) {}
  Secret(const Secret& other) : text_(other.text_ ? std::make_unique<std::string>(*other.text_) : nullptr) {}
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
  }
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret() = default;

  [[nodiscard]] const std::string& reveal() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  friend bool operator==(const Secret& a, const Secret& b) { return a.reveal() == b.reveal(); }

 private:
  std::unique_ptr<std::string> text_;  // most credentials are references, which have none
};

}  // namespace gatec::base
