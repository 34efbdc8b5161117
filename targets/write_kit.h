#pragma once

#include "compiler/doc/value.h"
#include "targets/dialect.h"

#include <cstdint>
#include <functional>
#include <optional>
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

/// What gatec's own table says of a deployment's model, where the source says nothing: by its base model or upstream
/// id, and only when it is the provider's own service that answers. Whoever writes such a value says where it comes
/// from.
struct ListedModel {
  std::optional<base::Decimal> input_price, output_price;  // USD per token
  std::optional<std::int64_t> context_tokens;
  std::string as_of;
};
[[nodiscard]] std::optional<ListedModel> listed_model(const ir::Gateway& gateway, const ir::Deployment& deployment);

}  // namespace gatec::targets
