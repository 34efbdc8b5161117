#include "compiler/ledger/report.h"
#include "compiler/ledger/report_causes.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace gatec::ledger {
namespace {

constexpr auto kMarks = [] {
  std::array<bool, 256> marks{};
  for (const char c : std::string_view("\\`*_{}[]<>#|~")) marks[static_cast<unsigned char>(c)] = true;
  return marks;
}();

/// Appends text that Markdown shows as it is, in one table cell.
void append_escaped(std::string& out, std::string_view text) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = c < 0x20U;
    if (!control && c != '&' && !kMarks[c]) continue;
    out.append(text, done, i - done);
    out += control ? " " : c == '&' ? "&amp;" : "\\";
    done = control || c == '&' ? i + 1 : i;
  }
  out.append(text, done);
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

class Page {
 public:
  void heading(std::string_view text) { ((out_ += "\n## ") += text) += "\n\n"; }
  void line(std::string_view text) { (out_ += text) += '\n'; }
  void table(std::initializer_list<std::string_view> titles) {
    row(titles);
    out_ += '|';
    for (std::size_t i = 0; i < titles.size(); ++i) out_ += "---|";
    out_ += '\n';
  }
  void row(std::initializer_list<std::string_view> cells) {
    out_ += '|';
    for (const std::string_view cell : cells) {
      append_escaped(out_ += ' ', cell);
      out_ += " |";
    }
    out_ += '\n';
  }
  [[nodiscard]] std::string& text() { return out_; }

 private:
  std::string out_;
};

std::string and_more(std::int64_t count) {
  return count > 1 ? ", and " + std::to_string(count - 1) + " like it" : std::string();
}

void write_fates(Page& page, const Report& report) {
  page.heading("Summary");
  page.table({"Fate", "Leaves", "Share"});
  page.row({"mapped", std::to_string(report.mapped), share(report, report.mapped)});
  page.row({"approximated", std::to_string(report.approximated), share(report, report.approximated)});
  page.row({"manual", std::to_string(report.manual), share(report, report.manual)});
  page.row({"skipped", std::to_string(report.skipped), share(report, report.skipped)});
  page.row({"all", std::to_string(report.leaves), ""});
}

void write_causes(Page& page, const Report& report) {
  const std::vector<Cause> list = causes(report);
  if (list.empty()) return;
  page.line("");
  page.table({"Fate", "Leaves", "Cause", "Code", "First at"});
  for (const Cause& cause : list)
    page.row({ir::fate_name(cause.fate), std::to_string(cause.count), cause.reason, cause.code, place(*cause.first)});
}

void write_tasks(Page& page, const Report& report) {
  const std::vector<Task> list = tasks(report);
  if (list.empty() && report.notes.empty()) return;
  page.heading("To do by hand");
  int number = 0;
  for (const std::string& note : report.notes) page.line(std::to_string(++number) + ". " + escaped(note));
  for (const Task& task : list) {
    page.line(std::to_string(++number) + ". " + escaped(task.text) + " (" + escaped(task.first->path) + " at " +
              escaped(place(*task.first)) + and_more(task.count) + ")");
  }
}

void write_guide(Page& page, const Report& report) {
  for (const Section& section : report.guide) {
    page.heading(section.title);
    page.text() += section.text;
  }
}

void write_gate(Page& page, const Report& report) {
  if (report.gate.empty()) return;
  page.heading("Caps, access and authentication");
  page.table({"What", "Before", "After", "Verdict"});
  for (const GateRow& row : report.gate) page.row({row.what, row.before, row.after, row.verdict});
}

void write_assumptions(Page& page, const Report& report) {
  if (report.assumptions.empty()) return;
  page.heading("Assumptions");
  page.line("What follows from defaults of the gateways and is written nowhere in the source.\n");
  page.table({"Field", "Assumption", "Rule"});
  for (const Assumption& a : report.assumptions) {
    page.row({a.places > 1 ? a.field + " and " + std::to_string(a.places - 1) + " more" : a.field, a.text, a.rule});
  }
}

void write_proof(Page& page, const Report& report) {
  page.heading("Proof");
  page.line("What was written was read back and compared by meaning: " + std::to_string(report.proof.differences) +
            (report.proof.differences == 1 ? " difference, " : " differences, ") +
            std::to_string(report.proof.admitted) + " explained above, " + std::to_string(report.proof.unadmitted) +
            " unexplained.");
  for (const std::string& path : report.proof.unadmitted_paths) page.line("- " + escaped(path));
}

void write_secrets(Page& page, const Report& report) {
  if (report.secrets.empty()) return;
  page.heading("Secrets to set");
  page.table({"Variable", "For"});
  for (const auto& [name, purpose] : report.secrets) page.row({name, purpose});
}

void write_outputs(Page& page, const Report& report) {
  if (report.outputs.empty()) return;
  page.heading("Files");
  page.table({"File", "Role", "Route", "SHA-256"});
  for (const OutputFile& file : report.outputs) page.row({file.path, file.role, file.route, file.sha256});
}

void write_entries(Page& page, const Report& report) {
  if (report.entries.empty()) return;
  page.heading(report.all_entries ? "Every leaf" : "Every leaf that is not mapped");
  page.table({"Place", "Path", "Fate", "Wanted", "Written", "Went to", "Reason", "Code"});
  constexpr std::size_t kRowsListed = 500;
  for (std::size_t i = 0; i < report.entries.size() && i < kRowsListed; ++i) {
    const Entry& e = report.entries[i];
    page.row({place(e), e.path, ir::fate_name(e.fate), e.wanted, e.written, e.where, e.reason, e.code});
  }
  if (report.entries.size() > kRowsListed) {
    page.line("\nThe first " + std::to_string(kRowsListed) + " of " + std::to_string(report.entries.size()) +
              "; report.json has them all.");
  }
}

}  // namespace

std::string report_markdown(const Report& report) {
  Page page;
  page.text().reserve(2048 + std::min<std::size_t>(report.entries.size(), 500) * 256);
  page.line("# From " + escaped(side(report.from, report.from_version)) + " to " +
            escaped(side(report.to, report.to_version)) + "\n");
  std::string inputs = "Inputs:";
  for (const std::string& input : report.inputs) (inputs += inputs.back() == ':' ? " " : ", ") += escaped(input);
  page.line(inputs);
  if (report.restored) page.line('\n' + escaped(restored_text(report)));
  write_fates(page, report);
  write_causes(page, report);
  write_tasks(page, report);
  write_guide(page, report);
  write_gate(page, report);
  write_secrets(page, report);
  write_assumptions(page, report);
  write_proof(page, report);
  write_outputs(page, report);
  write_entries(page, report);
  return std::move(page.text());
}

}  // namespace gatec::ledger
