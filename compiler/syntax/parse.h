#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/ast.h"

#include <memory>

namespace gatec::syntax {

inline constexpr int kMaxDepth = 200;
/// Nodes of an expression from its root to a leaf.
inline constexpr std::uint32_t kMaxLevels = 2000;
/// So many mistakes of a kind are told of one program; who has more has enough to do.
inline constexpr int kMostMistakes = 50;

/// The tree of a file. Every mistake is one GW0201 (or GW0202 for what nests too deeply) at its token; reading goes on
/// with the next statement, so that one run tells them all. Null for what is no text at all.
[[nodiscard]] std::unique_ptr<Module> parse(const source::SourceManager& sources, source::FileId file,
                                            diagnostics::Sink& sink);

/// Whether a text begins as Gate does: a statement that no YAML document begins with.
[[nodiscard]] bool looks_like_gate(std::string_view text);
[[nodiscard]] bool is_gate_name(std::string_view name);

}  // namespace gatec::syntax
