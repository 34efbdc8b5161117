#include "compiler/ledger/report.h"
#include "compiler/ledger/report_causes.h"

#include <algorithm>

namespace gatec::ledger {
namespace {

class Writer {
 public:
  explicit Writer(bool colour) : colour_(colour) {}

  void line(std::string_view text) { (out_ += shown(text)) += '\n'; }
  void heading(std::string_view text) {
    out_ += '\n';
    paint("\x1b[1m", text);
    out_ += '\n';
  }
  void fate(Fate fate, std::string_view text) {
    switch (fate) {
      case Fate::Manual: paint("\x1b[1;33m", text); break;
      case Fate::Approximated: paint("\x1b[36m", text); break;
      case Fate::Mapped: paint("\x1b[32m", text); break;
      case Fate::Skipped:
      case Fate::Open: paint("\x1b[2m", text); break;
    }
  }
  void raw(std::string_view text) { out_ += text; }
  void padded(std::string_view text, std::size_t width) {
    out_.append(width > text.size() ? width - text.size() : 0, ' ');
    out_ += text;
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

  /// Control characters of foreign text must not reach the terminal.
  static std::string shown(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
      if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = ' ';
    }
    return out;
  }

 private:
  void paint(std::string_view colour, std::string_view text) {
    if (colour_) out_ += colour;
    out_ += shown(text);
    if (colour_) out_ += "\x1b[0m";
  }
  std::string out_;
  bool colour_;
};

void write_fate(Writer& w, const Report& report, Fate fate, std::int64_t number) {
  w.raw("  ");
  w.padded(std::to_string(number), 7);
  w.raw(" ");
  w.padded(share(report, number), 8);
  w.raw("  ");
  w.fate(fate, ir::fate_name(fate));
  w.raw("\n");
}

void write_summary(Writer& w, const Report& report) {
  w.line(side(report.from, report.from_version) + " → " + side(report.to, report.to_version) + ", " +
         std::to_string(report.leaves) + " leaves");
  if (report.restored) w.line(restored_text(report));
  write_fate(w, report, Fate::Mapped, report.mapped);
  write_fate(w, report, Fate::Approximated, report.approximated);
  write_fate(w, report, Fate::Manual, report.manual);
  write_fate(w, report, Fate::Skipped, report.skipped);
  w.line("proof: " + std::to_string(report.proof.differences) +
         (report.proof.differences == 1 ? " difference, " : " differences, ") + std::to_string(report.proof.admitted) +
         " explained, " + std::to_string(report.proof.unadmitted) + " unexplained");
}

void write_causes(Writer& w, const Report& report) {
  const std::vector<Cause> list = causes(report);
  if (list.empty()) return;
  w.heading("Causes");
  for (const Cause& cause : list) {
    w.raw("  ");
    w.padded(std::to_string(cause.count), 5);
    w.raw("  ");
    w.fate(cause.fate, ir::fate_name(cause.fate));
    w.line("  " + std::string(cause.reason) + (cause.code.empty() ? "" : " [" + std::string(cause.code) + "]"));
  }
}

void write_tasks(Writer& w, const Report& report) {
  const std::vector<Task> list = tasks(report);
  if (list.empty() && report.notes.empty()) return;
  w.heading("To do by hand");
  int number = 0;
  for (const std::string& note : report.notes) w.line("  " + std::to_string(++number) + ". " + note);
  for (const Task& task : list) {
    const std::string more = task.count > 1 ? ", and " + std::to_string(task.count - 1) + " like it" : "";
    w.line("  " + std::to_string(++number) + ". " + std::string(task.text));
    w.line("     " + task.first->path + " at " + place(*task.first) + more);
  }
}

void write_gate(Writer& w, const Report& report) {
  if (report.gate.empty()) return;
  w.heading("Caps, access and authentication");
  for (const GateRow& row : report.gate)
    w.line("  " + row.verdict + ": " + row.what + ": " + row.before + " → " + row.after);
}

void write_rest(Writer& w, const Report& report) {
  if (!report.secrets.empty()) {
    w.heading("Secrets to set");
    for (const auto& [name, purpose] : report.secrets) w.line("  " + name + (purpose.empty() ? "" : "  " + purpose));
  }
  if (!report.assumptions.empty()) {
    w.heading("Assumptions, from defaults");
    for (const Assumption& a : report.assumptions)
      w.line("  " + a.field + (a.places > 1 ? " and " + std::to_string(a.places - 1) + " more" : "") + ": " + a.text);
  }
  if (!report.outputs.empty()) {
    w.heading("Files");
    for (const OutputFile& file : report.outputs) w.line("  " + file.role + "  " + file.path);
  }
}

void write_entries(Writer& w, const Report& report) {
  if (report.entries.empty()) return;
  w.heading(report.all_entries ? "Every leaf" : "Every leaf that is not mapped");
  for (const Entry& e : report.entries) {
    w.raw("  ");
    w.fate(e.fate, ir::fate_name(e.fate));
    std::string text = "  " + place(e) + " " + e.path;
    if (!e.written.empty()) (((text += ": ") += e.wanted) += " → ") += e.written;
    if (!e.where.empty()) (text += "  at ") += e.where;
    w.line(text);
    if (!e.reason.empty())
      w.line("    " + std::string(e.reason) + (e.code.empty() ? "" : " [" + std::string(e.code) + "]"));
  }
}

}  // namespace

std::string report_text(const Report& report, bool colour) {
  Writer w(colour);
  write_summary(w, report);
  write_causes(w, report);
  write_tasks(w, report);
  write_gate(w, report);
  write_rest(w, report);
  write_entries(w, report);
  return w.take();
}

}  // namespace gatec::ledger
