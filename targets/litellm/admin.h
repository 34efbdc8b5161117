#pragma once

#include "targets/read_kit.h"
#include "targets/write_kit.h"

#include <vector>

namespace gatec::targets::litellm {

/// 0 = surely no object of the management API, 100 = surely one, a list of them or the wrapper in which the API lists
/// them.
[[nodiscard]] int detect_admin(const doc::Node& root);

/// Bodies that say what a config file says too: entries of `model_list` and of `credential_list`. The config reader
/// reads them.
struct ConfigBodies {
  std::vector<const doc::Node*> models;
  std::vector<const doc::Node*> credentials;
};

/// Reads one such document into principals. False if it is none: then nothing was done. `file`: the payload file of
/// ours that it stands in, whose name says what its objects are.
bool read_admin(const doc::Node& root, ReadKit& kit, ir::Gateway& gateway, ConfigBodies& bodies,
                std::string_view file = {});
/// Whether a payload file of this name holds objects of one kind.
[[nodiscard]] bool is_payload_file(std::string_view file);

/// Who applies which limit, and what zero means (docs/dialects/litellm.md §9.3, §9.5, §9.6).
void fill_enforcement(ir::Gateway& gateway);
[[nodiscard]] std::span<const ir::Enforcement> enforcement();

/// `payloads/NN-kind.json` in the order in which they must be sent, and `apply.sh`. Empty when there is nothing to
/// create.
[[nodiscard]] std::vector<Artifact> write_admin(const ir::Gateway& gateway, WriteContext& context);

}  // namespace gatec::targets::litellm
