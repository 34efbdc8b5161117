#pragma once

#include "compiler/doc/node.h"
#include "targets/llmgateway/tables.h"

#include <optional>
#include <string_view>
#include <vector>

namespace gatec::targets::llmgateway {

using doc::Node;

/// One body of the API, or one entry of the model map.
struct Object {
  const Node* node = nullptr;
  Entity entity = Entity::Organization;
  const Node* parent = nullptr;  // the project or provider that it stands in
  std::string_view alias;        // of an entry of the map
  bool custom = false;           // a custom provider from a list of its own
};

/// What an object is, told by its keys alone.
[[nodiscard]] std::optional<Entity> entity_of(const Node& object);

struct Contents {
  std::vector<Object> objects;
  std::vector<const Node*> environment;  // mappings of variables
  std::vector<const Node*> bundles;      // mappings that hold lists of bodies, or the bundle's own notes
  std::vector<const Node*> unknown;      // bodies whose kind cannot be told
  std::vector<const Node*> wrapper;      // empty lists
};
/// The bodies of a document: a list of them, one alone, a list under its plural as the API returns it, a bundle in one
/// file, the map of models, or variables. `stem` is the name of the file without its ending.
[[nodiscard]] Contents contents_of(const Node& root, std::string_view stem);
/// "out/payloads/api_keys.json" → "api_keys".
[[nodiscard]] std::string_view stem_of(std::string_view path);
/// A mapping of variables of a process.
[[nodiscard]] bool is_environment(const Node& root);
/// A mapping of names to `{target: …}`.
[[nodiscard]] bool is_model_map(const Node& root);

}  // namespace gatec::targets::llmgateway
