#pragma once

#include "compiler/driver/pipeline.h"

#include <string>
#include <string_view>

namespace gatec::driver {

inline constexpr std::string_view kSidecarName = "sidecar.json";

/// What a conversion was made from, for the way back: the source's meaning in its own dialect's words, secrets as
/// references, and the hash of each file that was written of it. Empty where there is nothing to keep: the same dialect
/// reads both, or the source's dialect is not written.
[[nodiscard]] std::string sidecar_text(Session& source, const CompileSettings& settings, targets::SecretNames names,
                                       const std::vector<targets::Artifact>& artifacts);

/// Gives a session, which has read the files of `folder`, the gateway back that these were written from, when they are
/// compiled to that dialect again. What was edited since is the files'. GW0122 on `sink` where the sidecar cannot be
/// used.
void restore(Env& env, Session& session, const std::string& folder, const DialectChoice& to, diagnostics::Sink& sink);

}  // namespace gatec::driver
