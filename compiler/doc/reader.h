#pragma once

#include "compiler/base/expected.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"

namespace gatec::doc {

inline constexpr int kMaxDepth = 256;
/// Nodes that the aliases of one document may bring in when they are written out.
inline constexpr std::uint32_t kMaxExpandedNodes = 4'000'000;

using ReadResult = base::Expected<Document, diagnostics::Reported>;

struct ReadOptions {
  std::uint32_t first_leaf = 0;
  bool report_duplicates = true;  // GW0104
};

/// libyaml's events as a tree. Every error is one diagnostic with its place (GW0102, GW0105 … GW0117).
[[nodiscard]] ReadResult read_yaml(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                   const ReadOptions& options);
/// The same tree from yaml-cpp's events: the second opinion with which written YAML is read back.
/// Its marks are starts only, so spans of scalars are widths of zero or more from there, and styles are Plain or
/// DoubleQuoted.
[[nodiscard]] ReadResult read_yaml_second(const source::SourceManager& sources, source::FileId file,
                                          diagnostics::Sink& sink, const ReadOptions& options);
[[nodiscard]] ReadResult read_json(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                   const ReadOptions& options);

/// A mapping of the variables that a file of `NAME=value` lines sets; all values are strings, literal ones
/// single-quoted. GW0121.
[[nodiscard]] ReadResult read_env(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                  const ReadOptions& options);
/// Whether a file's name says that it is read so: `.env` or `*.env`.
[[nodiscard]] bool is_env_name(std::string_view name);

/// By the first character that counts: `{`, `[` or `"` try JSON first and fall back to YAML (which is a superset for
/// most of it); a name ending in .json is JSON only. Every reader checks size, UTF-8 and control characters.
[[nodiscard]] ReadResult read_any(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                  const ReadOptions& options);

/// PyYAML's resolver for a plain scalar (YAML 1.1).
[[nodiscard]] Type resolve_plain(std::string_view text);

/// One parser event, for comparing the two YAML readers.
struct Event {
  enum class What : std::uint8_t {
    DocumentStart,
    DocumentEnd,
    Alias,
    Scalar,
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd
  } what;
  std::string text;     // of scalars; empty for nulls, of which yaml-cpp gives none
  std::string tag;      // in full; empty when none was written
  std::string anchor;   // numbered by first appearance ("1", "2", …), as yaml-cpp gives no names
  bool quoted = false;  // or with the tag `!`; of tagged scalars, yaml-cpp does not tell
  friend bool operator==(const Event&, const Event&) = default;
};
/// nullopt when the parser refuses the text.
[[nodiscard]] std::optional<std::vector<Event>> yaml_events_libyaml(std::string_view text);
[[nodiscard]] std::optional<std::vector<Event>> yaml_events_yamlcpp(std::string_view text);

}  // namespace gatec::doc
