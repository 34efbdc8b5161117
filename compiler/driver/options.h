#pragma once

#include "compiler/driver/arguments.h"
#include "compiler/driver/exit_code.h"
#include "compiler/driver/session.h"

#include <string>
#include <vector>

namespace gatec::driver {

/// What stands on every verb that reads.
struct ReadingOptions {
  std::string from;
  std::vector<std::string> opts, parameters, parameter_files;
  bool honour_intent = false;
  std::string color = "auto";

  void add_to(Arguments& arguments);
  [[nodiscard]] ReadSettings settings() const;
};

void add_color(Arguments& arguments, std::string& color);
/// Throws UsageError for anything but auto, always and never.
[[nodiscard]] bool use_colour(const std::string& color, const Output& stream, const Env& env);

/// Throws UsageError unless `value` is among `allowed` (separated by blanks).
void check_choice(std::string_view option, std::string_view value, std::string_view allowed);

/// Shows diagnostics for people on the talk stream, errors only if asked so.
void show(Env& env, const Session& session, bool colour, bool errors_only = false);
void show(Env& env, const diagnostics::Sink& sink, bool colour);

/// Writes data to stdout, unless a literal secret of the inputs stands in it: then GW9904 and a bug.
[[nodiscard]] ExitCode write_checked(Env& env, std::string_view text, std::vector<const source::SourceManager*> sources,
                                     ExitCode code);

/// A word as a shell takes it.
[[nodiscard]] std::string shell_quoted(std::string_view word);
/// "1 leaf", "2 leaves".
[[nodiscard]] std::string counted(std::int64_t number, std::string_view one, std::string_view many);

}  // namespace gatec::driver
