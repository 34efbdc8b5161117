#include "compiler/driver/lint/baseline.h"

#include "compiler/base/json_writer.h"
#include "compiler/driver/arguments.h"

#include <algorithm>

namespace gatec::driver {
namespace {

/// JSON's strings are YAML's double-quoted ones too.
std::string quoted_text(std::string_view text) {
  std::string out;
  base::JsonWriter(out, 0).string(text);
  return out;
}

std::string entry_text(const OldFinding& finding, std::string_view indent) {
  std::string text;
  const auto line = [&](std::string_view lead, std::string_view key, std::string_view value) {
    ((((text += indent) += lead) += key) += ": ") += value;
    text += '\n';
  };
  line("- ", "codes", finding.code);
  line("  ", "files", quoted_text(finding.file));
  line("  ", "finding", quoted_text(finding.message));
  if (finding.times > 1) line("  ", "times", std::to_string(finding.times));
  line("  ", "reason", "baseline");
  return text;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace

std::string with_baseline(const Project& project, const std::vector<OldFinding>& findings,
                          const std::vector<const Accepted*>& stale) {
  std::string text(project.sources.count() > 0 ? project.sources.text(source::FileId{0}) : std::string_view());
  if (findings.empty() && stale.empty()) return text;
  if (!project.accept_open) {
    throw UsageError{"`accept` of " + project.path +
                     " is not written as a list of lines, so no entry can be put there"};
  }
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  std::string entries;
  std::size_t place = text.size();
  if (project.accept_list) {
    const std::size_t begin = line_begin(text, project.accept_list->begin);
    const std::string indent(text, begin, text.find('-', begin) - begin);
    for (const OldFinding& finding : findings) entries += entry_text(finding, indent);
    place = line_end(text, std::max(project.accept_list->end, project.accept_list->begin + 1) - 1);
  } else if (!findings.empty()) {
    entries = "accept:\n";
    for (const OldFinding& finding : findings) entries += entry_text(finding, "  ");
  }
  // An `accept` without entries would be no list any more.
  const bool none_left = stale.size() == project.accepted.size() && findings.empty();
  text.insert(place, entries);
  for (auto one = stale.rbegin(); one != stale.rend() && !none_left; ++one) {
    const std::size_t begin = line_begin(text, (*one)->span.begin);
    text.erase(begin, line_end(text, (*one)->span.end - 1) - begin);
  }
  return text;
}

}  // namespace gatec::driver
