#include "compiler/diagnostics/render_junit.h"

#include <algorithm>
#include <map>
#include <vector>

namespace gatec::diagnostics {
namespace {

std::string file_of(const Finding& finding) {
  const source::Span span = finding.diagnostic->span;
  return span.valid() ? std::string(finding.sources->name(span.file)) : std::string("gatec");
}

void append_case(std::string& out, const Finding& finding, const std::string& file) {
  const Diagnostic& d = *finding.diagnostic;
  const DiagInfo& row = info(d.id);
  std::string place = file;
  std::string name = std::string(row.code) + " " + std::string(row.slug);
  out += "    <testcase";
  append_xml_attribute(out, "classname", file);
  if (d.span.valid()) {
    const source::Position begin = finding.sources->position(d.span.file, d.span.begin);
    const std::string line = std::to_string(begin.line);
    name += " at " + line + ":" + std::to_string(begin.column);
    place += ":" + line + ":" + std::to_string(begin.column);
    append_xml_attribute(out, "name", name);
    append_xml_attribute(out, "file", file);
    append_xml_attribute(out, "line", line);
  } else {
    append_xml_attribute(out, "name", name);
  }
  std::string text = place + ": " + d.message;
  for (const std::string& note : d.notes) text += "\n" + note;
  const bool failed = d.severity != Severity::Info;
  if (failed) {
    out += ">\n      <failure";
    append_xml_attribute(out, "type", severity_name(d.severity));
    append_xml_attribute(out, "message", d.message);
    out += '>';
  } else {
    out += ">\n      <system-out>";
  }
  append_xml_text(out, text);
  out += failed ? "</failure>\n    </testcase>\n" : "</system-out>\n    </testcase>\n";
}

}  // namespace

/// Control characters have no place in XML, not even escaped.
void append_xml_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? ' ' : c;
    }
  }
}

void append_xml_attribute(std::string& out, std::string_view name, std::string_view value) {
  ((out += ' ') += name) += "=\"";
  append_xml_text(out, value);
  out += '"';
}

std::string render_junit(std::span<const Finding> findings, std::span<const std::string> files) {
  std::vector<std::string> order(files.begin(), files.end());
  std::map<std::string, std::vector<const Finding*>> by_file;
  for (const Finding& finding : findings) {
    std::string file = file_of(finding);
    if (std::find(files.begin(), files.end(), file) == files.end() && !by_file.contains(file)) order.push_back(file);
    by_file[std::move(file)].push_back(&finding);
  }
  const auto is_failure = [](const Finding& f) { return f.diagnostic->severity != Severity::Info; };
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gatec lint\"";
  append_xml_attribute(out, "failures", std::to_string(std::count_if(findings.begin(), findings.end(), is_failure)));
  out += ">\n";
  for (const std::string& file : order) {
    const std::vector<const Finding*>& own = by_file[file];
    const auto failures = std::count_if(own.begin(), own.end(), [&](const Finding* f) { return is_failure(*f); });
    out += "  <testsuite";
    append_xml_attribute(out, "name", file);
    append_xml_attribute(out, "tests", std::to_string(std::max<std::size_t>(own.size(), 1)));
    append_xml_attribute(out, "failures", std::to_string(failures));
    out += ">\n";
    for (const Finding* finding : own) append_case(out, *finding, file);
    if (own.empty()) {
      out += "    <testcase";
      append_xml_attribute(out, "classname", file);
      out += " name=\"no findings\"/>\n";
    }
    out += "  </testsuite>\n";
  }
  return out += "</testsuites>\n";
}

}  // namespace gatec::diagnostics
