#pragma once

#include "compiler/doc/node.h"
#include "targets/worldflow/tables.h"

#include <optional>
#include <string_view>
#include <vector>

namespace gatec::targets::worldflow {

using doc::Node;

/// One body of the API.
struct Object {
  const Node* node = nullptr;
  Entity entity = Entity::Integration;
};

/// What an object is, told by its keys alone.
[[nodiscard]] std::optional<Entity> entity_of(const Node& object);

struct Contents {
  std::vector<Object> objects;
  std::vector<const Node*> unknown;  // bodies whose kind cannot be told
  std::vector<const Node*> wrapper;  // what stands around them: a manifest's fields, page numbers
};
/// The bodies of a document: a list of them, one alone, a list under its plural as the API returns it, or a bundle in
/// one file. `stem` is the name of the file without its ending.
[[nodiscard]] Contents contents_of(const Node& root, std::string_view stem);
/// "out/payloads/models.json" → "models".
[[nodiscard]] std::string_view stem_of(std::string_view path);

}  // namespace gatec::targets::worldflow
