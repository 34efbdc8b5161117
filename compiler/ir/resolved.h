#pragma once

#include "compiler/ir/gateway.h"

namespace gatec::ir {

/// A deployment's provider with what its credential set adds. Pointers into the gateway, never null, so a writer can
/// name the very field that it loses.
struct ResolvedProvider {
  const Field<std::string>*kind, *base_url, *region, *api_version, *organization;
  const Field<Credential>* api_key;
  std::vector<const ProviderParam*> params;  // nearest first, each name once
  std::vector<const Param*> headers;
};
[[nodiscard]] ResolvedProvider resolved(const Gateway& gateway, const Provider& provider);

/// The settings that arrive at a Use: nearest first. `Gateway.defaults` is the last.
using SettingsChain = std::vector<const Settings*>;

/// The nearest field that is not absent, or the (absent) one of the last link.
template <class Pick>
[[nodiscard]] const auto& nearest(const SettingsChain& chain, Pick pick) {
  for (const Settings* s : chain) {
    const auto& field = pick(*s);
    if (field.state != State::Absent) return field;
  }
  return pick(*chain.back());
}
/// Parameters by name, nearest first, each name once; `pick` gives the list of one link.
template <class Pick>
[[nodiscard]] std::vector<const Param*> nearest_params(const SettingsChain& chain, Pick pick) {
  std::vector<const Param*> all;
  for (const Settings* s : chain) {
    for (const Param& p : pick(*s)) {
      bool known = false;
      for (const Param* q : all) known = known || q->name == p.name;
      if (!known) all.push_back(&p);
    }
  }
  return all;
}

}  // namespace gatec::ir
