#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets {

/// `--no-verify`: sets a variable that has another value without it.
struct ScriptFlag {
  std::string_view name, variable, otherwise, set;
};

/// What one gateway's apply.sh has of its own.
struct ScriptFrame {
  std::string_view about;  // what it does and which variables it reads: comment lines
  std::vector<ScriptFlag> flags;
  std::set<std::string> variables;  // that the payloads name; all have to be set
  /// bash: `address`, `authorization` (lines of curl's config), and where the gateway differs, what stands under
  /// "Settings" in script_kit.cpp.
  std::string_view own;
};

/// The beginning of an apply.sh, in bash with curl and jq: strict mode, --dry-run, secrets from the environment alone,
/// ids of earlier answers in later bodies, objects found before they are made, and an end at the first failure that
/// says what was done. The gateway's own calls follow it.
///
///     bodies FILE                              the bodies of payloads/FILE, one a line
///     make WHAT PATH LIST KEYS BODY [NAME]     finds or makes one object; its id is $found, and stands for NAME later
///     put WHAT PATH BODY                       sets what is one of its kind, unless it is so already
///     send WHAT METHOD PATH, body on stdin     any other call
///     shows PATH WHERE BODY                    whether what is there, at WHERE of the answer, has all that BODY says
///     look_up LIST KEYS BODY [ITEMS]           $found is the id of the object that is equal in KEYS, or empty
///
/// LIST is the address of a list; PAGE in it is the number of the page, {name} what the body has under `name`. A key
/// with `?` counts where both have it.
[[nodiscard]] std::string script_frame(const ScriptFrame& frame);

/// A word of bash, in single quotes.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace gatec::targets
