#include "compiler/diagnostics/render_json.h"

namespace gatec::diagnostics {
namespace {

using base::JsonWriter;
using source::SourceManager;
using source::Span;

/// `file`, `line`, `column` and `end` of the open object; nothing for a span that points nowhere.
void write_place(JsonWriter& json, const SourceManager& sources, Span span) {
  if (!span.valid()) return;
  const source::Position begin = sources.position(span.file, span.begin);
  const source::Position end = sources.position(span.file, span.end);
  json.member("file", sources.name(span.file));
  json.member("line", begin.line);
  json.member("column", begin.column);
  json.key("end");
  json.begin_object();
  json.member("line", end.line);
  json.member("column", end.column);
  json.end_object();
}

void write_fix(JsonWriter& json, const SourceManager& sources, const Fix& fix) {
  json.key("fix");
  json.begin_object();
  json.member("title", fix.title);
  json.member("safety", fix.safety == FixSafety::Safe ? "safe" : "unsafe");
  json.key("edits");
  json.begin_array();
  for (const Edit& edit : fix.edits) {
    json.begin_object();
    write_place(json, sources, edit.span);
    json.member("replacement", edit.replacement);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_labels(JsonWriter& json, const SourceManager& sources, const Diagnostic& d) {
  json.key("labels");
  json.begin_array();
  for (const Label& label : d.labels) {
    json.begin_object();
    write_place(json, sources, label.span);
    json.member("text", label.text);
    json.end_object();
  }
  json.end_array();
}

void write_diagnostic(JsonWriter& json, const Finding& finding) {
  const Diagnostic& d = *finding.diagnostic;
  const DiagInfo& row = info(d.id);
  json.begin_object();
  json.member("code", row.code);
  json.member("slug", row.slug);
  json.member("severity", severity_name(d.severity));
  json.member("message", d.message);
  write_place(json, *finding.sources, d.span);
  write_labels(json, *finding.sources, d);
  json.key("notes");
  json.begin_array();
  for (const std::string& note : d.notes) json.string(note);
  json.end_array();
  if (d.fix) write_fix(json, *finding.sources, *d.fix);
  json.end_object();
}

}  // namespace

void write_diagnostics(JsonWriter& json, std::span<const Finding> findings) {
  json.key("diagnostics");
  json.begin_array();
  for (const Finding& finding : findings) write_diagnostic(json, finding);
  json.end_array();
}

}  // namespace gatec::diagnostics
