#pragma once

#include "compiler/compare/compare.h"

#include <cstddef>
#include <string>
#include <vector>

namespace gatec::compare {

/// Whether more may be done, spent or seen than before.
enum class Direction : std::uint8_t { Wider, Narrower, Other };
[[nodiscard]] std::string_view direction_name(Direction direction);

enum class Kind : std::uint8_t { Added, Removed, Changed, Renamed };
[[nodiscard]] std::string_view kind_name(Kind kind);

/// What a caller may do on a route, before and after; empty texts for no cap.
struct CapChange {
  std::string principal, route;  // "key:alice"; one of the routes
  std::size_t more = 0;          // further routes with the same change
  std::string counted;           // "requests per 60s"
  std::string before, after;
  Direction direction = Direction::Other;
};

/// One change as whoever made it thinks of it: an entity that came or went is one, with all that stands in it, and so
/// is a value together with what follows from it elsewhere.
struct ChangeSet {
  Class cls = Class::Route;
  Kind kind = Kind::Changed;
  Direction direction = Direction::Other;
  std::string entity;  // "route:gpt-4o", "key:alice", "gateway"
  std::string path;    // of the entity, or of the value that was changed
  std::string before, after;
  ir::Origin before_from, after_from;
  std::vector<Difference> parts;  // all values, in the order of the comparison
  std::vector<CapChange> caps;    // effective caps that are others by it
};

/// The differences of two gateways, told by cause. Renames of routes and principals are found where the rest of them is
/// the same.
[[nodiscard]] std::vector<ChangeSet> changes(const ir::Gateway& before, const ir::Gateway& after);

}  // namespace gatec::compare
