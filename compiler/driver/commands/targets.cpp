#include "compiler/base/json_writer.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"
#include "targets/dialect.h"
#include "targets/features.h"

namespace gatec::driver {
namespace {

using base::JsonWriter;
using targets::Dialect;

void write_versions(JsonWriter& json, const Dialect& dialect) {
  json.key("versions");
  json.begin_array();
  for (const targets::Version& version : dialect.versions) {
    json.begin_object();
    json.member("name", version.name);
    json.member("default", version.is_default);
    json.member("note", version.note);
    json.end_object();
  }
  json.end_array();
}

void write_options(JsonWriter& json, const Dialect& dialect) {
  json.key("options");
  json.begin_array();
  for (const targets::OptionSpec& option : dialect.options) {
    json.begin_object();
    json.member("key", option.key);
    json.member("values", option.values);
    json.member("text", option.text);
    json.end_object();
  }
  json.end_array();
}

void write_capabilities(JsonWriter& json, const Dialect& dialect) {
  json.key("capabilities");
  json.begin_array();
  for (const targets::Capability& capability : dialect.capabilities) {
    json.begin_object();
    json.member("feature", capability.feature);
    json.member("fidelity", capability.fidelity);
    json.member("note", capability.note);
    json.end_object();
  }
  json.end_array();
}

std::string as_json() {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("dialects");
  json.begin_array();
  for (const Dialect* dialect : targets::dialects()) {
    json.begin_object();
    json.member("name", dialect->name);
    json.member("title", dialect->title);
    write_versions(json, *dialect);
    json.member("read", dialect->read != nullptr);
    json.member("write", dialect->write != nullptr);
    write_options(json, *dialect);
    write_capabilities(json, *dialect);
    json.end_object();
  }
  json.end_array();
  json.key("features");
  json.begin_array();
  for (const targets::Feature& feature : targets::features()) {
    json.begin_object();
    json.member("name", feature.name);
    json.member("text", feature.text);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string directions(const Dialect& dialect) {
  if (dialect.read == nullptr) return "written";
  return dialect.write == nullptr ? "read" : "read and written";
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(width > text.size() ? width - text.size() : 1, ' ');
}

std::string as_text() {
  std::string out;
  for (const Dialect* dialect : targets::dialects()) {
    if (!out.empty()) out += '\n';
    ((out += dialect->name) += ": ") += dialect->title;
    ((out += ", ") += directions(*dialect)) += '\n';
    for (const targets::Version& version : dialect->versions) {
      (((out += "  ") += dialect->name) += '@') += version.name;
      if (version.is_default) out += " (default)";
      if (!version.note.empty()) (out += "  ") += version.note;
      out += '\n';
    }
    for (const targets::OptionSpec& option : dialect->options) {
      (((out += "  --opt ") += dialect->name) += '.') += option.key;
      (((out += '=') += option.values) += "  ") += option.text;
      out += '\n';
    }
    for (const targets::Capability& capability : dialect->capabilities) {
      out += "  ";
      append_padded(out, capability.feature, 32);
      append_padded(out, capability.fidelity, capability.note.empty() ? 0 : 14);
      out += capability.note;
      while (out.back() == ' ') out.pop_back();
      out += '\n';
    }
  }
  return out;
}

}  // namespace

ExitCode run_targets(Env& env, Words words) {
  std::string format = "text";
  Arguments arguments("targets", "Lists dialects, their versions and options, and what each can say.");
  arguments.option("--format", format, "FORMAT", "text or json");
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", format, "text json");
  env.out.write(format == "json" ? as_json() : as_text());
  return ExitCode::Clean;
}

}  // namespace gatec::driver
