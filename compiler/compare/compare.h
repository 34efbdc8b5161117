#pragma once

#include "compiler/ir/describe.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::compare {

using ir::Class;

enum class Change : std::uint8_t { Changed, Removed, Added };

/// A place in the IR, kept as segments and spelled out only when somebody asks.
class Path {
 public:
  struct Segment {
    std::string_view name;
    std::string (*key)(const void* element);  // of a list element; null = none
    const void* element;
    std::size_t index;
    mutable std::size_t end = 0;  // of the text, once spelled out
  };
  void push(std::string_view name) { segments_.push_back({name, nullptr, nullptr, 0, 0}); }
  void push(std::string_view name, std::string (*key)(const void*), const void* element) {
    segments_.push_back({name, key, element, 0, 0});
  }
  void push_index(std::string_view name, std::size_t index) { segments_.push_back({name, nullptr, this, index, 0}); }
  void pop() {
    segments_.pop_back();
    if (spelled_ > segments_.size()) spelled_ = segments_.size();
  }
  [[nodiscard]] const std::string& text() const;                   // "routes[gpt-4o].plan.balance[0].upstream_model"
  [[nodiscard]] std::string text_from(std::size_t segment) const;  // without the segments before it
  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }

 private:
  std::vector<Segment> segments_;
  // Neighbours share most of their path: what is spelled out already stays.
  mutable std::string text_;
  mutable std::size_t spelled_ = 0;
};

/// One value on both sides. `before` and `after` are the addresses of the IR values (Field, Value, element), null where
/// a side has none; texts are made on demand by `before_text` and `after_text`.
struct Pair {
  const Path& path;
  Class cls;
  const void* before;
  const void* after;
  const ir::Origin* before_from;
  const ir::Origin* after_from;
  std::string (*show)(const void*);  // canonical text of either side's value; not for null
};

/// Hears of every value of both gateways, in the order of the first. Values that are absent on both sides are not told.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Entities around the values that follow; `before` is null where the first side lacks it.
  virtual void enter(const void* before, const void* after) = 0;
  /// As `enter`, around what only one dialect knows and the other side lacks.
  virtual void enter_extra(const ir::Extra& before) = 0;
  virtual void leave() = 0;
  /// Whether a member of a plan (an edge, a case, a node) is known to have no counterpart.
  [[nodiscard]] virtual bool gone(const void*) const { return false; }
  virtual void same(const Pair& pair) = 0;
  virtual void different(const Pair& pair, Change change) = 0;
  /// The second side says nothing and thereby means the same (a weight of 1).
  virtual void implied(const Pair& pair) { same(pair); }
  /// The value means nothing where it stands (the weight of a lone member), so the other side need not have it.
  virtual void moot(const Pair& pair, std::string_view why) = 0;
  /// A listener for routes that are compared beside the others, in another thread; null where there can be none.
  [[nodiscard]] virtual std::unique_ptr<Listener> beside() { return nullptr; }
  /// Takes what that one heard, as if it had been told here after all the rest so far. False where that cannot be known
  /// any more: then nothing is taken, and those routes are to be compared again.
  [[nodiscard]] virtual bool take(Listener&) { return false; }
};

/// Compares what two gateways mean. Both stand in normal form (docs/ir.md); lists whose order means nothing are matched
/// by identity, settings are compared where they arrive.
void compare(const ir::Gateway& before, const ir::Gateway& after, Listener& listener);

/// One value that differs.
struct Difference {
  Class cls = Class::Route;
  Change change = Change::Changed;
  std::string path;
  std::string before, after;  // canonical texts
  ir::Origin before_from, after_from;
};

}  // namespace gatec::compare
