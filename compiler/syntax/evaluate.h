#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/reader.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/value.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatec::syntax {

/// So many expressions one program may evaluate, and twice as many again as its text has bytes; values that are copied
/// cost too.
inline constexpr std::uint64_t kMaxSteps = 5'000'000;

/// Blocks `test` are no part of what a gateway is told.
enum class Keep : std::uint8_t { Program, Tests, All };

struct Inputs {
  /// A module as a file imports it, as it is among the sources; nothing when it cannot be had (told already or not).
  std::function<std::optional<source::FileId>(source::FileId from, std::string_view path)> load;
  std::map<std::string, std::string, std::less<>> parameters;  // --set
  std::map<std::string, const doc::Node*, std::less<>> files;  // --set-file: what the file holds
  std::string gateway;                                         // which overlay; empty: the only one
  Keep keep = Keep::Program;
};

/// Settings and blocks of a program. Every mistake is told once, at its place; null when there was one.
[[nodiscard]] std::unique_ptr<Block> evaluate(const source::SourceManager& sources, const Module& module,
                                              Inputs& inputs, diagnostics::Sink& sink);

/// The tree that the readers of dialects see. Each scalar that was written is one leaf at its place, however often it
/// is used. A value that is more than YAML has says so by its tag: `env`, `amount`, `window`… with `?` behind it where
/// it is a default and `@rule` where it follows from one. Blocks of one name are a list under it; those of a plan stand
/// under `plan` in order, each in a mapping of its own. Labels are the keys `name`, `name2`….
[[nodiscard]] doc::ReadResult emit(const source::SourceManager& sources, source::FileId file, const Block& block,
                                   diagnostics::Sink& sink, const doc::ReadOptions& options);

/// Parses, evaluates and emits one file.
[[nodiscard]] doc::ReadResult read_gate(const source::SourceManager& sources, source::FileId file, Inputs& inputs,
                                        diagnostics::Sink& sink, const doc::ReadOptions& options);

}  // namespace gatec::syntax
