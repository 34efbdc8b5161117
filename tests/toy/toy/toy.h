#pragma once

#include "targets/key_table.h"
#include "targets/read_kit.h"
#include "targets/write_kit.h"

namespace gatec::targets::toy {

inline constexpr std::string_view kName = "toy";

/// `$NAME`.
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);
[[nodiscard]] const KeyTable& keys();

[[nodiscard]] int detect(const doc::Document& document);
void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);
std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context);

}  // namespace gatec::targets::toy
