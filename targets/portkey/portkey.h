#pragma once

#include "targets/dialect.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::portkey {

inline constexpr std::string_view kHosted = "portkey";
inline constexpr std::string_view kOss = "portkey-oss";

/// Metadata under which an object keeps the id that the source had for it.
inline constexpr std::string_view kSourceId = "source_id";
/// The only model that a target for unlisted names lets through.
inline constexpr std::string_view kNoModel = "__unlisted__";
/// The variable of apply.sh that holds the id of a workspace.
[[nodiscard]] std::string workspace_variable(std::string_view name);

/// Who applies limits, and how.
[[nodiscard]] std::span<const ir::Enforcement> enforcement();
[[nodiscard]] int detect(const doc::Document& document);
[[nodiscard]] std::vector<Artifact> write_oss(const ir::Gateway& gateway, WriteContext& context);
[[nodiscard]] std::vector<Artifact> write_hosted(const ir::Gateway& gateway, WriteContext& context);
void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context, std::string_view dialect);

}  // namespace gatec::targets::portkey
