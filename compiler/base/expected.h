#pragma once

#include <utility>
#include <variant>

namespace gatec::base {

/// A value, or `Told`: the proof that the user was told why there is none.
template <class T, class Told>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : v_(std::in_place_index<0>, std::move(value)) {}   // NOLINT: conversions are the point
  Expected(Told told) : v_(std::in_place_index<1>, std::move(told)) {}  // NOLINT
  explicit operator bool() const { return v_.index() == 0; }
  T& operator*() & { return std::get<0>(v_); }
  const T& operator*() const& { return std::get<0>(v_); }
  T&& operator*() && { return std::get<0>(std::move(v_)); }
  T* operator->() { return &std::get<0>(v_); }
  const T* operator->() const { return &std::get<0>(v_); }
  [[nodiscard]] Told error() const { return std::get<1>(v_); }

 private:
  std::variant<T, Told> v_;
};

}  // namespace gatec::base
