#include "compiler/driver/lint/output.h"

#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/render_github.h"
#include "compiler/diagnostics/render_junit.h"
#include "compiler/diagnostics/render_sarif.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/options.h"
#include "gatec/version.h"

#include <algorithm>
#include <map>
#include <optional>

namespace gatec::driver {
namespace {

void write_summary(base::JsonWriter& json, const LintFigures& figures) {
  json.key("summary");
  json.begin_object();
  json.member("files", figures.files);
  json.member("passed_over", figures.passed_over);
  json.member("errors", figures.errors);
  json.member("warnings", figures.warnings);
  json.member("infos", figures.infos);
  json.member("accepted", figures.accepted);
  json.member("fixable", figures.fixable);
  json.member("fixed", figures.fixed);
  json.end_object();
}

std::string json_text(const LintOutcome& outcome) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  diagnostics::write_diagnostics(json, outcome.findings);
  write_summary(json, outcome.figures);
  json.end_object();
  return out;
}

struct Count {
  const diagnostics::DiagInfo* row;
  std::size_t found = 0, fixable = 0;
};

std::vector<Count> counts_of(const LintOutcome& outcome) {
  std::map<std::string_view, Count> by_code;
  for (const diagnostics::Finding& finding : outcome.findings) {
    const diagnostics::Diagnostic& d = *finding.diagnostic;
    Count& count = by_code.try_emplace(diagnostics::info(d.id).code, Count{&diagnostics::info(d.id)}).first->second;
    ++count.found;
    if (d.fix && d.fix->safety == diagnostics::FixSafety::Safe) ++count.fixable;
  }
  std::vector<Count> counts;
  for (const auto& [code, count] : by_code) counts.push_back(count);
  std::ranges::stable_sort(counts, [](const Count& a, const Count& b) { return a.found > b.found; });
  return counts;
}

std::string right(std::string text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

std::string render_lint(const LintOutcome& outcome, const std::string& format, bool colour) {
  if (format == "sarif") return diagnostics::render_sarif(outcome.findings, version());
  if (format == "github") return diagnostics::render_github(outcome.findings);
  if (format == "junit") return diagnostics::render_junit(outcome.findings, outcome.files);
  if (format == "json") return json_text(outcome);
  std::string text;
  std::optional<diagnostics::Mask> mask;
  for (std::size_t i = 0; i < outcome.findings.size(); ++i) {
    if (i == 0 || outcome.owners[i] != outcome.owners[i - 1]) mask = outcome.masks[outcome.owners[i]]();
    diagnostics::render_text(text, *outcome.findings[i].diagnostic, *mask, colour);
    text += '\n';
  }
  return text;
}

std::string render_statistics(const LintOutcome& outcome, const std::string& format) {
  const std::vector<Count> counts = counts_of(outcome);
  std::string out;
  if (format == "json") {
    base::JsonWriter json(out);
    json.begin_object();
    json.key("statistics");
    json.begin_array();
    for (const Count& count : counts) {
      json.begin_object();
      json.member("code", count.row->code);
      json.member("slug", count.row->slug);
      json.member("count", count.found);
      json.member("fixable", count.fixable);
      json.end_object();
    }
    json.end_array();
    write_summary(json, outcome.figures);
    json.end_object();
    return out;
  }
  const std::size_t width = counts.empty() ? 0 : std::to_string(counts.front().found).size();
  for (const Count& count : counts) {
    ((((out += right(std::to_string(count.found), width)) += "  ") += count.row->code) += ' ') += count.row->slug;
    if (count.fixable > 0) out += " (" + std::to_string(count.fixable) + " that --fix mends)";
    out += '\n';
  }
  return out;
}

std::string lint_summary(const LintFigures& figures, bool only_shown) {
  const auto number = [](std::size_t n, std::string_view one, std::string_view many) {
    return counted(static_cast<std::int64_t>(n), one, many);
  };
  std::string text = number(figures.files, "file", "files") + ": " + number(figures.errors, "error", "errors") + ", " +
                     number(figures.warnings, "warning", "warnings") + ", " + std::to_string(figures.infos) + " info";
  if (figures.accepted > 0) text += ", " + std::to_string(figures.accepted) + " accepted";
  if (figures.fixed > 0) text += ", " + std::to_string(figures.fixed) + (only_shown ? " to be fixed" : " fixed");
  if (figures.fixable > 0) text += ", " + std::to_string(figures.fixable) + " that --fix mends";
  if (figures.passed_over > 0)
    text += "; " + number(figures.passed_over, "file", "files") + " that no dialect knows passed over";
  return text + "\n";
}

}  // namespace gatec::driver
