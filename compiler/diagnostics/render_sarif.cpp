#include "compiler/diagnostics/render_sarif.h"

#include "compiler/diagnostics/explain.h"

#include <map>

namespace gatec::diagnostics {
namespace {

using base::JsonWriter;
using source::SourceManager;
using source::Span;

std::string_view level(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Info: return "note";
  }
  return "";
}

std::string uri(std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4U];
      out += kDigits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return out;
}

void text_member(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  json.begin_object();
  json.member("text", text);
  json.end_object();
}

void write_region(JsonWriter& json, std::string_view key, const SourceManager& sources, Span span) {
  const source::Position begin = sources.position(span.file, span.begin);
  const source::Position end = sources.position(span.file, span.end);
  json.key(key);
  json.begin_object();
  json.member("startLine", begin.line);
  json.member("startColumn", begin.column);
  json.member("endLine", end.line);
  json.member("endColumn", end.column);
  json.end_object();
}

void write_artifact(JsonWriter& json, const SourceManager& sources, Span span) {
  json.key("artifactLocation");
  json.begin_object();
  json.member("uri", uri(sources.name(span.file)));
  json.end_object();
}

void write_location(JsonWriter& json, const SourceManager& sources, Span span, std::string_view message) {
  json.begin_object();
  json.key("physicalLocation");
  json.begin_object();
  write_artifact(json, sources, span);
  write_region(json, "region", sources, span);
  json.end_object();
  if (!message.empty()) text_member(json, "message", message);
  json.end_object();
}

void write_fix(JsonWriter& json, const SourceManager& sources, const Fix& fix) {
  std::map<source::FileId, std::vector<const Edit*>> by_file;
  for (const Edit& edit : fix.edits) by_file[edit.span.file].push_back(&edit);
  json.key("fixes");
  json.begin_array();
  json.begin_object();
  text_member(json, "description", fix.title);
  json.key("artifactChanges");
  json.begin_array();
  for (const auto& [file, edits] : by_file) {
    json.begin_object();
    write_artifact(json, sources, edits.front()->span);
    json.key("replacements");
    json.begin_array();
    for (const Edit* edit : edits) {
      json.begin_object();
      write_region(json, "deletedRegion", sources, edit->span);
      text_member(json, "insertedContent", edit->replacement);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_array();
}

using RuleIndex = std::map<DiagId, std::size_t>;

RuleIndex rules_of(std::span<const Finding> findings) {
  RuleIndex index;
  for (const Finding& finding : findings) index.emplace(finding.diagnostic->id, 0);
  std::size_t next = 0;
  for (auto& [id, at] : index) at = next++;
  return index;
}

void write_rule(JsonWriter& json, const DiagInfo& row) {
  const std::string page = explain(row);
  json.begin_object();
  json.member("id", row.code);
  json.member("name", row.slug);
  text_member(json, "shortDescription", row.title);
  json.key("help");
  json.begin_object();
  json.member("text", page);
  json.member("markdown", page);
  json.end_object();
  json.key("defaultConfiguration");
  json.begin_object();
  json.member("level", level(row.severity));
  json.end_object();
  json.key("properties");
  json.begin_object();
  json.key("tags");
  json.begin_array();
  json.string(row.family);
  json.end_array();
  json.end_object();
  json.end_object();
}

void write_result(JsonWriter& json, const Finding& finding, const RuleIndex& rules) {
  const Diagnostic& d = *finding.diagnostic;
  std::string message = d.message;
  for (const std::string& note : d.notes) (message += "\n") += note;
  json.begin_object();
  json.member("ruleId", info(d.id).code);
  json.member("ruleIndex", rules.at(d.id));
  json.member("level", level(d.severity));
  text_member(json, "message", message);
  json.key("locations");
  json.begin_array();
  if (d.span.valid()) write_location(json, *finding.sources, d.span, {});
  json.end_array();
  if (!d.labels.empty()) {
    json.key("relatedLocations");
    json.begin_array();
    for (const Label& label : d.labels) {
      if (label.span.valid()) write_location(json, *finding.sources, label.span, label.text);
    }
    json.end_array();
  }
  if (d.fix && !d.fix->edits.empty()) write_fix(json, *finding.sources, *d.fix);
  json.end_object();
}

}  // namespace

std::string render_sarif(std::span<const Finding> findings, std::string_view tool_version) {
  const RuleIndex rules = rules_of(findings);
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.member("version", "2.1.0");
  json.key("runs");
  json.begin_array();
  json.begin_object();
  json.key("tool");
  json.begin_object();
  json.key("driver");
  json.begin_object();
  json.member("name", "gatec");
  json.member("version", tool_version);
  json.key("rules");
  json.begin_array();
  for (const auto& [id, at] : rules) write_rule(json, info(id));
  json.end_array();
  json.end_object();
  json.end_object();
  json.member("columnKind", "unicodeCodePoints");
  json.key("results");
  json.begin_array();
  for (const Finding& finding : findings) write_result(json, finding, rules);
  json.end_array();
  json.end_object();
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace gatec::diagnostics
