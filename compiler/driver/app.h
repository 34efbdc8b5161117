#pragma once

#include "compiler/driver/env.h"
#include "compiler/driver/exit_code.h"

#include <span>
#include <string>

namespace gatec::driver {

using Words = std::span<const std::string>;

#define GATEC_COMMAND(verb, summary) ExitCode run_##verb(Env& env, Words words);
#include "compiler/driver/commands.def"
#undef GATEC_COMMAND

/// The whole program: `words` are those after the program's name. Never throws.
[[nodiscard]] ExitCode run(Env& env, Words words);

}  // namespace gatec::driver
