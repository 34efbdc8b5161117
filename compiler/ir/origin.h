#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/doc/node.h"

namespace gatec::ir {

using doc::LeafId;

/// What a gateway does unasked, or how a value was derived from others. Static data of a dialect or pass.
struct Rule {
  std::string_view id;      // "litellm.retries"
  std::string_view text;    // "a request is retried twice unless told otherwise"
  std::string_view source;  // page and section it was read in
};

/// The source leaves that a value came from, and the rule by which, if it was not simply written there.
class Origin {
 public:
  Origin() = default;
  Origin(LeafId leaf) : first_(leaf) {}  // NOLINT: a leaf is an origin
  explicit Origin(const Rule& rule) : rule_(&rule) {}
  Origin(LeafId leaf, const Rule& rule) : first_(leaf), rule_(&rule) {}
  Origin(const Origin& other) : first_(other.first_), rule_(other.rule_) {
    if (other.more_) more_ = std::make_unique<std::vector<LeafId>>(*other.more_);
  }
  Origin(Origin&&) noexcept = default;
  Origin& operator=(const Origin& other) {
    if (this != &other) *this = Origin(other);
    return *this;
  }
  Origin& operator=(Origin&&) noexcept = default;
  ~Origin() = default;

  void add(LeafId leaf);
  void add(const Origin& other);
  [[nodiscard]] bool has_leaves() const { return first_.valid(); }
  [[nodiscard]] LeafId first() const { return first_; }
  template <class F>
  void each(F&& f) const {
    if (first_.valid()) f(first_);
    if (more_) {
      for (LeafId leaf : *more_) f(leaf);
    }
  }
  [[nodiscard]] const Rule* rule() const { return rule_; }
  void set_rule(const Rule& rule) { rule_ = &rule; }
  /// Filled in by a rule alone: nobody wrote it.
  [[nodiscard]] bool is_default() const { return rule_ != nullptr && !first_.valid(); }

 private:
  LeafId first_;
  const Rule* rule_ = nullptr;
  std::unique_ptr<std::vector<LeafId>> more_;
};

/// Absent, zero and unlimited are three things; a value that is set elsewhere (environment, tier, database) is a fourth.
enum class State : std::uint8_t { Absent, Given, Unlimited, Unknown };

/// A value with its state and origin. The address of a Field names it while writing and proving, so a Gateway stays put then.
template <class T>
struct Field {
  T value{};
  State state = State::Absent;
  Origin from;

  Field() = default;
  Field(T v, Origin o) : value(std::move(v)), state(State::Given), from(std::move(o)) {}
  static Field unlimited(Origin o) { return with_state(State::Unlimited, std::move(o)); }
  static Field unknown(Origin o) { return with_state(State::Unknown, std::move(o)); }

  [[nodiscard]] bool given() const { return state == State::Given; }
  [[nodiscard]] bool absent() const { return state == State::Absent; }
  /// Somebody wrote it (as against absent or filled in by a default).
  [[nodiscard]] bool written() const { return state != State::Absent && !from.is_default(); }
  explicit operator bool() const { return given(); }
  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }

 private:
  static Field with_state(State s, Origin o) {
    Field f;
    f.state = s;
    f.from = std::move(o);
    return f;
  }
};

/// A list that may be absent, written but empty (`from` is the leaf of the empty container), or hold items.
template <class T>
struct List {
  State state = State::Absent;
  Origin from;
  std::vector<Field<T>> items;

  [[nodiscard]] bool given() const { return state == State::Given; }
  [[nodiscard]] bool absent() const { return state == State::Absent; }
  void push(T value, Origin origin) {
    state = State::Given;
    items.emplace_back(std::move(value), std::move(origin));
  }
};

}  // namespace gatec::ir
