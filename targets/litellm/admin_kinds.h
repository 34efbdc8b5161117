#pragma once

#include "compiler/doc/node.h"

#include <cstdint>
#include <string_view>

namespace gatec::targets::litellm {

/// What the management API calls take and return (docs/dialects/litellm.md §13).
enum class AdminKind : std::uint8_t {
  None,
  Budget,
  Organization,
  OrgMember,
  Team,
  TeamMember,
  User,
  Key,
  Project,
  Customer,
  Tag,
  AccessGroup,
  Model,
  Credential,
};

/// The root of the kind's rows in keys.def ("$team"), and the word for people ("team").
[[nodiscard]] std::string_view table_root(AdminKind kind);
[[nodiscard]] std::string_view kind_word(AdminKind kind);

struct ToldKind {
  AdminKind kind = AdminKind::None;
  int sureness = 0;  // 0–100
};
/// What a payload file of ours holds, by its name (`payloads/03-teams.json`); None for other names.
[[nodiscard]] AdminKind kind_of_payload(std::string_view file);
/// By the keys of the object; null values count as keys, as exports spell out every field.
[[nodiscard]] ToldKind tell_kind(const doc::Node& object);

/// Keys of the wrapper in which the API lists or shows objects; None for lists of whatever stands in them.
struct WrapperKey {
  std::string_view key;
  AdminKind kind;
  bool single = false;  // holds one object, not a list
};
[[nodiscard]] const WrapperKey* wrapper_key(std::string_view key);
/// Whether a mapping is such a wrapper.
[[nodiscard]] bool is_wrapper(const doc::Node& node);

}  // namespace gatec::targets::litellm
