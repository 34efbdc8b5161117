#include "compiler/diagnostics/explain.h"

#include "compiler/base/json_writer.h"
#include "compiler/base/nearest.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"

namespace gatec::driver {
namespace {

using base::JsonWriter;
using diagnostics::DiagInfo;

void write_row(JsonWriter& json, const DiagInfo& row) {
  json.member("code", row.code);
  json.member("slug", row.slug);
  json.member("severity", diagnostics::severity_name(row.severity));
  json.member("family", row.family);
  json.member("title", row.title);
}

std::string list_json() {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("diagnostics");
  json.begin_array();
  for (const DiagInfo& row : diagnostics::catalog()) {
    json.begin_object();
    write_row(json, row);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string list_text() {
  std::string out;
  for (const DiagInfo& row : diagnostics::catalog()) {
    for (const std::string_view word : {row.code, row.slug, diagnostics::severity_name(row.severity)})
      (out += word) += ' ';
    (out += row.family) += '\n';
  }
  return out;
}

std::string page_json(const DiagInfo& row) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  write_row(json, row);
  json.member("page", diagnostics::explain(row));
  json.end_object();
  return out;
}

const DiagInfo& row_of(const std::string& word) {
  if (const DiagInfo* row = diagnostics::find_diagnostic(word)) return *row;
  std::vector<std::string_view> known;
  for (const DiagInfo& row : diagnostics::catalog()) {
    known.push_back(row.code);
    known.push_back(row.slug);
  }
  std::string message = "there is no diagnostic `" + word + "`";
  if (const auto nearest = base::nearest_word(word, known)) ((message += ", did you mean `") += *nearest) += "`?";
  throw UsageError{message};
}

}  // namespace

ExitCode run_explain(Env& env, Words words) {
  std::vector<std::string> codes;
  std::string format = "text";
  bool list = false;
  Arguments arguments("explain", "Prints the page of a diagnostic.");
  arguments.positional("CODE", codes, "a code (GW0104) or a name (duplicate-key)", 0, 1);
  arguments.flag("--list", list, "all codes with name, severity and family, one a line");
  arguments.option("--format", format, "FORMAT", "text or json");
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", format, "text json");
  if (list == !codes.empty()) throw UsageError{"say a code, or --list"};
  const bool json = format == "json";
  if (list) {
    env.out.write(json ? list_json() : list_text());
  } else {
    const DiagInfo& row = row_of(codes.front());
    env.out.write(json ? page_json(row) : diagnostics::explain(row));
  }
  return ExitCode::Clean;
}

}  // namespace gatec::driver
