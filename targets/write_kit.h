#pragma once

#include "compiler/doc/value.h"
#include "compiler/limits/algebra.h"
#include "targets/dialect.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatec::targets {

/// What becomes of a value that has no place, has one that a person must fill, is said nearly, or limited somebody.
[[nodiscard]] inline ledger::Loss skipped(base::Text reason) {
  return {ir::Fate::Skipped, diagnostics::DiagId::NotExpressible, std::move(reason), "", ""};
}
[[nodiscard]] inline ledger::Loss manual(base::Text reason, base::Text advice) {
  return {ir::Fate::Manual, diagnostics::DiagId::NotExpressible, std::move(reason), "", std::move(advice)};
}
/// `written` is what is found instead.
[[nodiscard]] inline ledger::Loss nearly(base::Text reason, std::string written = "") {
  return {ir::Fate::Approximated, diagnostics::DiagId::Approximated, std::move(reason), std::move(written), ""};
}
/// Of a setting of the source's server.
[[nodiscard]] ledger::Loss lost_server_param(const ir::Param& param);
[[nodiscard]] inline ledger::Loss dropped(base::Text reason, base::Text advice) {
  return {ir::Fate::Manual, diagnostics::DiagId::DroppedLimit, std::move(reason), "", std::move(advice)};
}

/// A limit as a whole number for a fixed minute, never more than before in the long run; nothing where its amount is
/// not known, or where it never starts anew.
[[nodiscard]] std::optional<limits::Conversion> per_minute(const ir::Limit& limit);

/// Whether there is something to lose.
template <class T>
[[nodiscard]] bool present(const ir::Field<T>& field) {
  return !field.absent();
}
template <class T>
[[nodiscard]] bool present(const ir::List<T>& list) {
  return !list.absent();
}
template <class T>
[[nodiscard]] bool present(const std::vector<T>& list) {
  return !list.empty();
}

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

/// The variable itself, or one that a shell can set, which the ledger then tells; `ir_value` is a credential or a field
/// that is unknown here.
[[nodiscard]] std::string_view settable_variable(std::string_view variable, const void* ir_value, bool credential,
                                                 WriteContext& context);

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
