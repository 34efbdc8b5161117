#include "compiler/doc/value.h"

#include "compiler/base/overload.h"

namespace gatec::doc {

bool Out::empty() const {
  return std::visit(
      base::Overload{[](Null) { return true; }, [](bool) { return false; }, [](const Number&) { return false; },
                     [](const auto& sized) { return sized.empty(); }},
      v_);
}

Out& Out::add(std::string key, Out value) {
  if (is_null()) v_ = Mapping{};
  auto& pairs = std::get<Mapping>(v_);
  constexpr std::size_t kFew = 4;
  if (pairs.capacity() == 0) pairs.reserve(kFew);
  pairs.emplace_back(std::move(key), std::move(value));
  return *this;
}

Out& Out::push(Out value) {
  if (is_null()) v_ = Sequence{};
  std::get<Sequence>(v_).push_back(std::move(value));
  return *this;
}

Out& Out::at(std::string_view key) {
  if (is_null()) v_ = Mapping{};
  auto& pairs = std::get<Mapping>(v_);
  for (auto& pair : pairs) {
    if (pair.first == key) return pair.second;
  }
  return pairs.emplace_back(std::string(key), Out()).second;
}

const Out* Out::find(std::string_view key) const {
  const auto* const pairs = std::get_if<Mapping>(&v_);
  if (pairs == nullptr) return nullptr;
  for (const auto& pair : *pairs) {
    if (pair.first == key) return &pair.second;
  }
  return nullptr;
}

}  // namespace gatec::doc
