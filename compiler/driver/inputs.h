#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/env.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

inline constexpr std::string_view kManifestName = "gatec.json";
inline constexpr std::string_view kProjectName = "gatec.yaml";
inline constexpr std::string_view kStdinName = "<stdin>";

/// A file to be read. Role, route and dialect (`D@V`) come from the manifest of the folder that it stands in.
struct InputFile {
  std::string name;  // as shown
  std::string path;  // "-" is stdin
  std::string role;
  std::string route;
  std::string dialect = {};
};

/// Files that are judged together. A `found` one came from searching a folder: it is passed over when no dialect knows
/// it.
struct InputGroup {
  std::vector<InputFile> files;
  bool found = false;
};

/// What our own output says of itself.
struct ManifestFile {
  std::string path, sha256, role, route;
};
struct Manifest {
  std::string gatec, dialect, version;
  std::vector<ManifestFile> files;
};
/// Nothing when the text is no manifest; paths that leave the folder are dropped.
[[nodiscard]] std::optional<Manifest> parse_manifest(std::string_view text);
[[nodiscard]] std::string manifest_text(const Manifest& manifest);

/// The manifest of a folder, if it has one that can be used.
[[nodiscard]] std::optional<Manifest> manifest_of(Env& env, const std::string& folder);
/// The path of a file of a folder.
[[nodiscard]] std::string path_in(std::string_view folder, std::string_view name);

/// Whether a file's name says that it holds cases for `gatec test`: no folder has it as a config.
[[nodiscard]] bool is_cases_name(std::string_view name);

/// One state of all arguments together: files, `-`, folders with what lies directly in them. False after telling why
/// not (GW0101, GW0111).
[[nodiscard]] bool expand_state(Env& env, const std::vector<std::string>& arguments, diagnostics::Sink& sink,
                                std::vector<InputFile>& files);

/// Groups to be judged each on its own: a file alone, a folder of ours as one, other folders searched to the bottom,
/// for cases only if asked so.
[[nodiscard]] bool expand_each(Env& env, const std::vector<std::string>& arguments, diagnostics::Sink& sink,
                               std::vector<InputGroup>& groups, bool with_cases = false);

/// The text of a file within the size limit, or nothing after telling (GW0101, GW0107).
[[nodiscard]] std::optional<std::string> read_file(Env& env, const InputFile& file, diagnostics::Sink& sink);

}  // namespace gatec::driver
