#pragma once

#include "compiler/doc/value.h"
#include "targets/dialect.h"

#include <functional>
#include <string>

namespace gatec::targets {

/// The dialect's spelling of a credential ("os.environ/X"); records SECRET losses for literals that become references.
using CredentialSpeller =
    std::function<std::string(const ir::Credential& credential, const void* ir_value, std::string_view hint)>;

/// Open data as an output tree. `yaml` keeps timestamps and odd numbers plain; JSON has them as strings.
[[nodiscard]] doc::Out to_out(const ir::Value& value, const CredentialSpeller& spell, std::string_view key, bool yaml);
[[nodiscard]] doc::Out to_out(const ir::Field<std::int64_t>& field);
[[nodiscard]] doc::Out to_out(const ir::Field<base::Decimal>& field);
[[nodiscard]] doc::Out to_out(const ir::Field<bool>& field);
[[nodiscard]] doc::Out to_out(const ir::List<std::string>& list);
[[nodiscard]] doc::Out to_out(const ir::List<std::int64_t>& list);

/// Spells a credential for a dialect whose reference to variable X is prefix + X + suffix. A literal is named, kept
/// aside for secrets.env.example and recorded as a SECRET loss at `ir_value` (or spelled out under `--secrets inline`).
[[nodiscard]] std::string spell_credential(const ir::Credential& credential, const void* ir_value,
                                           std::string_view hint, WriteContext& context, std::string_view prefix,
                                           std::string_view suffix);

}  // namespace gatec::targets
