#pragma once

#include "compiler/doc/node.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::ir {

using doc::LeafId;

/// What a gateway does unasked, or how a value was derived from others. Static data of a dialect or pass.
struct Rule {
  std::string_view id;      // "litellm.retries"
  std::string_view text;    // "a request is retried twice unless told otherwise"
  std::string_view source;  // page and section it was read in
  bool elsewhere = false;   // the value stands for one that an operator sets outside every config, as a tier's
};

/// The source leaves that a value came from, and the rule by which, if it was not simply written there. One word: most
/// values have one leaf or one rule, which stand in it; the rest is on the heap.
class Origin {
 public:
  Origin() = default;
  Origin(LeafId leaf) : word_(leaf.valid() ? of_leaf(leaf) : 0) {}  // NOLINT: a leaf is an origin
  explicit Origin(const Rule& rule) : word_(of_rule(&rule)) {}
  Origin(LeafId leaf, const Rule& rule) : Origin(rule) { add(leaf); }
  Origin(const Origin& other) : word_(other.on_heap() ? copy_of(*other.heap()) : other.word_) {}
  Origin(Origin&& other) noexcept : word_(other.word_) {
    if (on_heap()) other.word_ = 0;
  }
  Origin& operator=(const Origin& other) {
    if (this != &other) *this = Origin(other);
    return *this;
  }
  Origin& operator=(Origin&& other) noexcept {
    std::swap(word_, other.word_);
    return *this;
  }
  ~Origin() {
    if (on_heap()) drop(heap());
  }

  void add(LeafId leaf);
  void add(const Origin& other);
  [[nodiscard]] bool has_leaves() const { return first().valid(); }
  [[nodiscard]] LeafId first() const {
    if (is_leaf()) return leaf();
    return on_heap() && !heap()->leaves.empty() ? heap()->leaves.front() : LeafId{};
  }
  template <class F>
  void each(F&& f) const {
    if (is_leaf()) {
      f(leaf());
    } else if (on_heap()) {
      for (const LeafId one : heap()->leaves) f(one);
    }
  }
  [[nodiscard]] const Rule* rule() const {
    if (on_heap()) return heap()->rule;
    return is_leaf() ? nullptr : reinterpret_cast<const Rule*>(static_cast<std::uintptr_t>(word_));
  }
  void set_rule(const Rule& rule);
  /// Filled in by a rule alone: nobody wrote it.
  [[nodiscard]] bool is_default() const { return rule() != nullptr && !has_leaves(); }

 private:
  struct Heap {
    std::vector<LeafId> leaves;
    const Rule* rule = nullptr;
  };
  // 0 is nothing, an even pointer a Rule, with the second bit set a Heap; odd is a leaf.
  static constexpr std::uint64_t kLeaf = 1;
  static constexpr std::uint64_t kHeap = 2;
  static_assert(alignof(Rule) > kHeap && alignof(Heap) > kHeap);

  [[nodiscard]] bool is_leaf() const { return (word_ & kLeaf) != 0; }
  [[nodiscard]] bool on_heap() const { return (word_ & kHeap) != 0 && !is_leaf(); }
  [[nodiscard]] LeafId leaf() const { return LeafId{static_cast<std::uint32_t>(word_ >> 1U)}; }
  [[nodiscard]] Heap* heap() const { return reinterpret_cast<Heap*>(static_cast<std::uintptr_t>(word_ & ~kHeap)); }
  static std::uint64_t of_leaf(LeafId leaf) { return (std::uint64_t{leaf.value} << 1U) | kLeaf; }
  static std::uint64_t of_rule(const Rule* rule) { return reinterpret_cast<std::uintptr_t>(rule); }
  static std::uint64_t copy_of(const Heap& heap);
  static void drop(Heap* heap);
  /// Moves to the heap what stands in the word.
  Heap& spread();

  std::uint64_t word_ = 0;
};

/// Absent, zero and unlimited are three things; a value that is set elsewhere (environment, tier, database) is a
/// fourth.
enum class State : std::uint8_t { Absent, Given, Unlimited, Unknown };

/// A value with its state and origin. The address of a Field names it while writing and proving, so a Gateway stays put
/// then.
template <class T>
struct Field {
  [[no_unique_address]] T value{};  // the state may stand in its padding
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
