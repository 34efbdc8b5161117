#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gatec::base {

/// Text for people that mostly is a literal, which is then only pointed to: a pointer given here must live as long as
/// the program.
class Text {
 public:
  Text() = default;
  Text(const char* literal) : view_(literal) {}  // NOLINT: texts read best unwrapped
  Text(std::string text) : own_(std::make_unique<std::string>(std::move(text))), view_(*own_) {}  // NOLINT
  Text(std::string_view text) : Text(std::string(text)) {}                                        // NOLINT
  Text(const Text& other)
      : own_(other.own_ ? std::make_unique<std::string>(*other.own_) : nullptr), view_(own_ ? *own_ : other.view_) {}
  Text(Text&&) noexcept = default;
  Text& operator=(const Text& other) {
    if (this != &other) *this = Text(other);
    return *this;
  }
  Text& operator=(Text&&) noexcept = default;
  ~Text() = default;

  [[nodiscard]] std::string_view view() const { return view_; }
  [[nodiscard]] bool empty() const { return view_.empty(); }
  operator std::string_view() const { return view_; }  // NOLINT
  friend bool operator==(const Text& a, std::string_view b) { return a.view_ == b; }
  friend std::string operator+(std::string_view a, const Text& b) { return std::string(a) += b.view_; }

 private:
  std::unique_ptr<std::string> own_;
  std::string_view view_;
};

}  // namespace gatec::base
