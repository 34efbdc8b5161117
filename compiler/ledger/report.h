#pragma once

#include "compiler/ledger/ledger.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::ledger {

/// One leaf of the inputs and what came of it. Never holds a secret. Views reach into the source's session and
/// the records of its leaves.
struct Entry {
  std::string_view file;  // of the sources
  std::uint32_t line = 0, column = 0;
  std::string path;  // in the source document
  Fate fate = Fate::Open;
  std::string_view field;  // IR path; as the next ones, of the leaf's record
  std::string_view wanted, written;
  std::string_view where;   // place in the output, or empty; of `Report::places`
  std::string_view reason;  // of the ledger
  std::string_view advice;  // what a person must do (manual); of the ledger
  std::string_view code;    // "GW0901", or empty for mapped
};

/// A cap, access list or authentication compared field by field.
struct GateRow {
  std::string what;           // IR path
  std::string before, after;  // canonical text, "none" where absent
  std::string verdict;        // "weaker", "equal", "stricter", "unknown"
  /// Of a limit upstream that is gone: what it was a part of. It weakens nothing where that still holds as a whole.
  std::string route = {};
  std::string_view counts = {};
};

struct ProofFigures {
  std::int64_t differences = 0, admitted = 0, unadmitted = 0;
  std::vector<std::string> unadmitted_paths;  // "routes[gpt-4o].plan…: wanted → found"
};

struct OutputFile {
  std::string path, role, sha256, route;
};

/// A part of the report that tells people what to do next: Markdown, without its heading.
struct Section {
  std::string title, text;
};

/// All that a compile tells. Rendered as JSON (docs/report.schema.json), Markdown and text.
struct Report {
  std::string from, from_version, to, to_version;
  std::vector<std::string> inputs;
  std::int64_t leaves = 0, mapped = 0, approximated = 0, manual = 0, skipped = 0;
  std::deque<std::string> places;
  std::vector<Entry> entries;  // by place in the source; all leaves when `all_entries`, else those that are not mapped
  bool all_entries = false;
  bool restored = false;            // a sidecar said what the inputs were written from
  std::vector<std::string> edited;  // since then, by the names of entities
  std::vector<Assumption> assumptions;
  ProofFigures proof;
  std::vector<GateRow> gate;
  std::vector<OutputFile> outputs;
  std::vector<std::pair<std::string, std::string>> secrets;  // variable, what it is for
  std::vector<std::string> notes;                            // of the writer: next steps in order
  std::vector<Section> guide;                                // going live, clients, confirming, rolling back
};

[[nodiscard]] std::string report_json(const Report& report);
[[nodiscard]] std::string report_markdown(const Report& report);
/// A summary by fate and cause first, details after; `colour` with ANSI escapes.
[[nodiscard]] std::string report_text(const Report& report, bool colour);

}  // namespace gatec::ledger
