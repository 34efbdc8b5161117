#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/env.h"
#include "compiler/driver/inputs.h"

#include <functional>
#include <string>
#include <vector>

namespace gatec::driver {

struct OutputText {
  std::string path;  // relative to the folder, with `/`
  std::string text;
  bool executable = false;
};

/// Puts all files and their manifest into a folder, or none of them. A new folder and one that holds nothing but our
/// own files is swapped in whole; in one that holds other files too, those stay and ours are moved in, and back out if
/// that fails. Files that were edited since they were written, or are not ours, are replaced only with `force`
/// (GW0119). False after telling why not (GW0118, GW0119). `complete` is called before the manifest's hashes are asked
/// for, which may be when all other files are written.
[[nodiscard]] bool write_output(
    Env& env, const std::string& folder, const std::vector<OutputText>& files, const Manifest& manifest, bool force,
    diagnostics::Sink& sink, const std::function<void()>& complete = [] {});

/// Replaces one file through a neighbour, so that a failure leaves the old text. 0 or an errno.
[[nodiscard]] int replace_file(FileSystem& files, const std::string& path, std::string_view text);

}  // namespace gatec::driver
