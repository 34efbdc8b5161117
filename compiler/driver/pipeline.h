#pragma once

#include "compiler/driver/session.h"
#include "compiler/ledger/report.h"
#include "compiler/prove/prove.h"

#include <memory>
#include <string>
#include <vector>

namespace gatec::driver {

struct CompileSettings {
  DialectChoice to;
  DialectOptions options;
  targets::Secrets secrets = targets::Secrets::Reference;
  bool source_map = false;
  bool sidecar = false;  // keep what the target cannot say for the way back
};

/// A finding about gatec itself (GW99xx).
struct BugFound {
  diagnostics::DiagId code;
  std::string message;
};

struct Compiled {
  std::vector<targets::Artifact> artifacts;  // in the order of the writer
  std::vector<std::string> hashes;           // of their texts, if those are large
  ledger::Report report;                     // without `outputs`
  bool weaker = false;
  std::vector<BugFound> bugs;              // one is enough: nothing may be written
  std::unique_ptr<Session> target;         // what was read back
  std::vector<ledger::LeafRecord> leaves;  // of the source, by id
};

/// Writes what the session read for another dialect, reads that back and proves it. Writes no file.
[[nodiscard]] Compiled compile_once(Env& env, Session& source, const CompileSettings& settings);

}  // namespace gatec::driver
