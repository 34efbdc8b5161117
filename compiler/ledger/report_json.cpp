#include "compiler/base/aside.h"
#include "compiler/base/json_writer.h"
#include "compiler/ledger/report.h"

namespace gatec::ledger {
namespace {

using base::JsonWriter;

void write_side(JsonWriter& json, std::string_view key, std::string_view dialect, std::string_view version) {
  json.key(key);
  json.begin_object();
  json.member("dialect", dialect);
  json.member("version", version);
  json.end_object();
}

constexpr std::size_t kEntrySize = 512;  // of bytes, about

/// One line each; there may be many thousands, so they are appended without detours.
void append_entry(std::string& out, const Entry& entry) {
  const auto text = [&out](std::string_view key, std::string_view value) {
    out += key;
    base::append_json_quoted(out, value);
  };
  text("{\"file\": ", entry.file);
  out += ", \"line\": ";
  base::append_integer(out, entry.line);
  out += ", \"column\": ";
  base::append_integer(out, entry.column);
  text(", \"path\": ", entry.path);
  text(", \"fate\": ", ir::fate_name(entry.fate));
  text(", \"field\": ", entry.field);
  text(", \"where\": ", entry.where);
  text(", \"wanted\": ", entry.wanted);
  text(", \"written\": ", entry.written);
  text(", \"reason\": ", entry.reason);
  text(", \"advice\": ", entry.advice);
  text(", \"code\": ", entry.code);
  out += '}';
}

void write_entries(JsonWriter& json, std::string& out, const Report& report) {
  json.key("entries");
  json.begin_array();
  constexpr std::size_t kWorthAThread = 1000;
  constexpr std::string_view kBetween = ",\n    ";  // as the writer has it at this depth
  const std::vector<Entry>& all = report.entries;
  const std::size_t half = all.size() > kWorthAThread ? all.size() / 2 : all.size();
  std::string rest;
  base::Aside second(half < all.size(), [&] {
    rest.reserve((all.size() - half) * kEntrySize);
    for (std::size_t i = half; i < all.size(); ++i) append_entry(rest += kBetween, all[i]);
  });
  for (std::size_t i = 0; i < half; ++i) append_entry(json.raw(), all[i]);
  second.wait();
  out += rest;
  json.end_array();
}

void write_assumptions(JsonWriter& json, const Report& report) {
  json.key("assumptions");
  json.begin_array();
  for (const Assumption& assumption : report.assumptions) {
    json.begin_object();
    json.member("field", assumption.field);
    json.member("rule", assumption.rule);
    json.member("text", assumption.text);
    json.member("places", assumption.places);
    json.end_object();
  }
  json.end_array();
}

void write_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& strings) {
  json.key(key);
  json.begin_array();
  for (const std::string& text : strings) json.string(text);
  json.end_array();
}

void write_proof(JsonWriter& json, const ProofFigures& proof) {
  json.key("proof");
  json.begin_object();
  json.member("differences", proof.differences);
  json.member("admitted", proof.admitted);
  json.member("unadmitted", proof.unadmitted);
  write_strings(json, "unadmitted_paths", proof.unadmitted_paths);
  json.end_object();
}

void write_gate(JsonWriter& json, const Report& report) {
  json.key("gate");
  json.begin_array();
  for (const GateRow& row : report.gate) {
    json.begin_object();
    json.member("what", row.what);
    json.member("before", row.before);
    json.member("after", row.after);
    json.member("verdict", row.verdict);
    json.end_object();
  }
  json.end_array();
}

void write_outputs(JsonWriter& json, const Report& report) {
  json.key("outputs");
  json.begin_array();
  for (const OutputFile& file : report.outputs) {
    json.begin_object();
    json.member("path", file.path);
    json.member("role", file.role);
    json.member("sha256", file.sha256);
    json.member_if("route", file.route);
    json.end_object();
  }
  json.end_array();
}

void write_guide(JsonWriter& json, const Report& report) {
  json.key("guide");
  json.begin_array();
  for (const Section& section : report.guide) {
    json.begin_object();
    json.member("title", section.title);
    json.member("text", section.text);
    json.end_object();
  }
  json.end_array();
}

void write_secrets(JsonWriter& json, const Report& report) {
  json.key("secrets");
  json.begin_array();
  for (const auto& [name, purpose] : report.secrets) {
    json.begin_object();
    json.member("name", name);
    json.member("for", purpose);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string report_json(const Report& report) {
  std::string out;
  out.reserve(1024 + report.entries.size() * kEntrySize);
  JsonWriter json(out);
  json.begin_object();
  write_side(json, "from", report.from, report.from_version);
  write_side(json, "to", report.to, report.to_version);
  write_strings(json, "inputs", report.inputs);
  json.member("leaves", report.leaves);
  json.member("mapped", report.mapped);
  json.member("approximated", report.approximated);
  json.member("manual", report.manual);
  json.member("skipped", report.skipped);
  json.member("all_entries", report.all_entries);
  if (report.restored) {
    json.key("sidecar");
    json.begin_object();
    write_strings(json, "edited", report.edited);
    json.end_object();
  }
  write_entries(json, out, report);
  write_assumptions(json, report);
  write_proof(json, report.proof);
  write_gate(json, report);
  write_outputs(json, report);
  write_secrets(json, report);
  write_strings(json, "notes", report.notes);
  write_guide(json, report);
  json.end_object();
  return out;
}

}  // namespace gatec::ledger
