#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gatec::targets {

/// What a value must look like. Secret: a credential, whose literal must never leak. SecretRefMap: a map whose values
/// may be credentials (headers, environment variables). IntMap: a map from a data key to an integer.
enum class KeyType : std::uint8_t {
  Any,
  String,
  Int,
  Number,
  Bool,
  Seconds,
  Duration,
  Usd,
  Map,
  List,
  StringList,
  StringOrList,
  IntMap,
  Secret,
  SecretRefMap,
};

/// Read: has a place in the IR. Keep: not modelled, written back verbatim for the same dialect. Inert: the gateway
/// ignores it where it stands. ReadOnly: an API returns it and does not take it.
enum class Handling : std::uint8_t { Read, Keep, Inert, ReadOnly };

/// One row of a dialect's keys.def. In `path`, `[]` is a list element, `*` a key that is data, a final `**` anything
/// below; `a -> b` says that `a` has the keys of `b` too. `area` is a row of areas.def, `source` a section of the
/// dialect's page, `world` which runtime acts on it (empty where the dialect has only one).
struct KeyRow {
  std::string_view path;
  KeyType type = KeyType::Any;
  Handling handling = Handling::Read;
  std::string_view area;
  std::string_view source;
  std::string_view world;
};

/// One row of a dialect's areas.def: what becomes of Keep leaves when another dialect is written.
struct AreaRow {
  std::string_view name;
  bool manual = false;  // a person has something to do; otherwise the leaf has no meaning elsewhere
  std::string_view advice;
};
[[nodiscard]] const AreaRow* find_area(std::span<const AreaRow> areas, std::string_view name);

/// The keys that a dialect knows, as a trie. The rows must outlive it; it is built at the first use, by any thread.
class KeyTable {
 public:
  explicit KeyTable(std::span<const KeyRow> rows);
  ~KeyTable();
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  /// A place in a document. Stepping from an unknown place gives an unknown place.
  class Cursor {
   public:
    Cursor() = default;
    [[nodiscard]] Cursor child(std::string_view key) const;
    [[nodiscard]] Cursor element() const;
    /// The row of this place; of its list, for an element without a row of its own; of the `**` that covers it.
    [[nodiscard]] const KeyRow* row() const;
    [[nodiscard]] bool known() const { return trie_ != nullptr; }
    /// Every key is known below here: a map of data keys, or covered by a `**`.
    [[nodiscard]] bool open() const;
    /// Reached by name, not only because a `**` takes anything: a misspelling of a known key is not named.
    [[nodiscard]] bool named() const { return known() && how_ != How::Covered; }

   private:
    friend class KeyTable;
    enum class How : std::uint8_t { Named, Scalar, Covered };
    struct Trie;
    [[nodiscard]] Cursor below(std::uint32_t rest, bool scalar) const;
    Cursor(const Trie* trie, std::uint32_t node, How how) : trie_(trie), node_(node), how_(how) {}
    const Trie* trie_ = nullptr;
    std::uint32_t node_ = 0;
    How how_ = How::Named;
  };

  /// The top of a file, or of the object called `name` in the rows ("$team").
  [[nodiscard]] Cursor root(std::string_view name = {}) const;

  /// The Read or Keep key beside which `key` would stand if it is a misspelling; nothing when none is close.
  [[nodiscard]] std::optional<std::string_view> nearest(Cursor parent, std::string_view key) const;

  /// The parents below which a key of exactly this name is Read or Keep, in the order of the rows, files before `$`
  /// objects;
  /// "" is the top of a file.
  [[nodiscard]] std::vector<std::string_view> homes(std::string_view key) const;

  [[nodiscard]] std::span<const KeyRow> rows() const { return rows_; }

 private:
  [[nodiscard]] const Cursor::Trie& trie() const;

  std::span<const KeyRow> rows_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const Cursor::Trie> trie_;
};

}  // namespace gatec::targets
