#include "compiler/diagnostics/render_github.h"

namespace gatec::diagnostics {
namespace {

std::string_view command(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Info: return "notice";
  }
  return "";
}

/// Values of properties escape the separators too.
void append_escaped(std::string& out, std::string_view text, bool property) {
  for (const char c : text) {
    switch (c) {
      case '%': out += "%25"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      case ':': out += property ? "%3A" : ":"; break;
      case ',': out += property ? "%2C" : ","; break;
      default: out += c;
    }
  }
}

void append_place(std::string& out, const source::SourceManager& sources, source::Span span) {
  if (!span.valid()) return;
  const source::Position begin = sources.position(span.file, span.begin);
  const source::Position end = sources.position(span.file, span.end);
  out += "file=";
  append_escaped(out, sources.name(span.file), true);
  (out += ",line=") += std::to_string(begin.line);
  (out += ",endLine=") += std::to_string(end.line);
  (out += ",col=") += std::to_string(begin.column);
  if (end.line == begin.line) (out += ",endColumn=") += std::to_string(end.column);
  out += ',';
}

}  // namespace

std::string render_github(std::span<const Finding> findings) {
  std::string out;
  for (const Finding& finding : findings) {
    const Diagnostic& d = *finding.diagnostic;
    const DiagInfo& row = info(d.id);
    ((out += "::") += command(d.severity)) += ' ';
    append_place(out, *finding.sources, d.span);
    out += "title=";
    append_escaped(out, std::string(row.code) + " " + std::string(row.slug), true);
    out += "::";
    append_escaped(out, d.message, false);
    for (const std::string& note : d.notes) append_escaped(out, "\n" + note, false);
    if (d.fix) append_escaped(out, "\n" + d.fix->title, false);
    out += '\n';
  }
  return out;
}

}  // namespace gatec::diagnostics
