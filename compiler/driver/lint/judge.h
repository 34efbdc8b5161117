#pragma once

#include "compiler/driver/lint/glob.h"
#include "compiler/driver/lint/project.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatec::driver {

/// What is wanted of all groups; each group's project adds its own.
struct JudgeSettings {
  ReadSettings reading;
  CodeList select, ignore;
  std::vector<std::pair<CodeList, diagnostics::Severity>> severities;
  diagnostics::Severity least = diagnostics::Severity::Info;
  bool fix = false, unsafe_fixes = false, diff = false;
};

/// A group of files with what is to be shown of it.
struct Judged {
  enum class State : std::uint8_t {
    Read,
    Unreadable,
    PassedOver,  // found in a folder, and no dialect knows it: nothing is kept
  };
  State state = State::PassedOver;
  const Project* project = nullptr;
  std::unique_ptr<Session> session;  // its sink holds what is to be shown; null if that is nothing
  std::size_t accepted = 0, fixed = 0;
  std::vector<std::optional<std::string>> texts;  // of each file what is to replace it
  std::string diff;
};

/// All groups, in several threads where there are many; the result stands in the order of the groups.
[[nodiscard]] std::vector<Judged> judge_all(Env& env, const JudgeSettings& settings, Projects& projects,
                                            const std::vector<InputGroup>& groups);

/// Errors that say that a document could not be had at all: always shown.
[[nodiscard]] bool blocks_reading(diagnostics::DiagId id);
/// Whether findings of a code are shown at all.
[[nodiscard]] bool is_shown(const diagnostics::DiagInfo& row, const JudgeSettings& settings, const Project& project);

}  // namespace gatec::driver
