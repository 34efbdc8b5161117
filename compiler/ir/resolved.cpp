#include "compiler/ir/resolved.h"

namespace gatec::ir {

ResolvedProvider resolved(const Gateway& gateway, const Provider& provider) {
  const CredentialSet* set =
      provider.credential_set.given() ? gateway.credential_set(*provider.credential_set) : nullptr;
  const auto pick = [&](auto member) {
    return set != nullptr && (provider.*member).absent() && !(set->values.*member).absent() ? &(set->values.*member)
                                                                                            : &(provider.*member);
  };
  ResolvedProvider r;
  r.kind = pick(&Provider::kind);
  r.base_url = pick(&Provider::base_url);
  r.region = pick(&Provider::region);
  r.api_version = pick(&Provider::api_version);
  r.organization = pick(&Provider::organization);
  r.api_key = pick(&Provider::api_key);
  for (const ProviderParam& p : provider.params) r.params.push_back(&p);
  for (const Param& p : provider.headers) r.headers.push_back(&p);
  if (set == nullptr) return r;
  const auto add_new = [](auto& into, const auto& from) {
    for (const auto& p : from) {
      bool known = false;
      for (const auto* q : into) known = known || q->name == p.name;
      if (!known) into.push_back(&p);
    }
  };
  add_new(r.params, set->values.params);
  add_new(r.headers, set->values.headers);
  return r;
}

}  // namespace gatec::ir
