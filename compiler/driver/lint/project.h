#pragma once

#include "compiler/driver/selection.h"
#include "compiler/driver/session.h"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// One entry of `accept`: findings that are known and wanted. Without files it holds for all of the project.
struct Accepted {
  CodeList codes;
  std::vector<std::string> files;  // patterns, relative to the project's folder
  std::string finding;             // the very message, as the baseline writes it; empty = any
  std::size_t times = 0;           // in one file; 0 = any number
  std::string until;               // YYYY-MM-DD, the last day
  bool expired = false;
  source::Span span;                // of the entry
  mutable std::atomic<bool> used;   // by any file of this run
  mutable std::atomic<bool> asked;  // a file that it names without a pattern was judged
  [[nodiscard]] bool holds_for(std::string_view path) const;
};

/// What `gatec.yaml` says. Its own mistakes are in `sink`.
struct Project {
  std::string folder;  // real path; all patterns are relative to it
  std::string path;    // of the file; empty when there is none
  source::SourceManager sources;
  diagnostics::Sink sink;
  std::optional<DialectChoice> from;
  std::vector<std::string> options;  // as of --opt
  CodeList select, ignore;
  std::vector<std::pair<CodeList, diagnostics::Severity>> severities;
  std::vector<std::string> exclude;
  std::deque<Accepted> accepted;
  // where the baseline puts its entries
  std::optional<source::Span> accept_list;  // a block sequence with entries, from its first to the end of its last
  bool accept_open = true;                  // it is absent, or such a sequence
  bool broken = false;

  [[nodiscard]] const DialectOptions& dialect_options() const { return dialect_options_; }
  DialectOptions dialect_options_;
};

/// The project of each file: the nearest `gatec.yaml` in its folder or above. Threads may ask at once.
class Projects {
 public:
  struct Where {
    std::string given;     // the one file for all; empty = search
    bool none = false;     // no file at all
    bool to_make = false;  // `given` need not be there yet
  };
  Projects(Env& env, Where where, std::string today) : env_(env), where_(std::move(where)), today_(std::move(today)) {}

  [[nodiscard]] const Project& of(const std::string& path);
  /// The path of a file relative to its project's folder; as given where it lies elsewhere.
  [[nodiscard]] std::string relative(const Project& project, const std::string& path);
  /// Those asked for so far, in that order.
  [[nodiscard]] std::deque<Project>& all() { return projects_; }

 private:
  const std::string& real_folder(const std::string& path);
  Project* search(const std::string& folder);
  Project& read(const std::string& folder, const std::string& path);
  std::string shown(const std::string& path);

  Env& env_;
  Where where_;
  std::string today_, here_;
  std::mutex mutex_;
  std::map<std::string, std::string> real_;    // by folder as given
  std::map<std::string, Project*> by_folder_;  // by real folder
  std::deque<Project> projects_;
  Project* nothing_ = nullptr;
};

/// Today as YYYY-MM-DD, in UTC.
[[nodiscard]] std::string today();
[[nodiscard]] bool is_date(std::string_view text);
/// Nothing for a word that is no severity.
[[nodiscard]] std::optional<diagnostics::Severity> severity_named(std::string_view name);

}  // namespace gatec::driver
