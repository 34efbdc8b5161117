#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/options.h"
#include "compiler/driver/source_map.h"
#include "compiler/source/source_manager.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using Place = SourceMap::Place;

struct Options {
  std::vector<std::string> words;
  std::string format = "text", color = "auto";

  void add_to(Arguments& arguments) {
    arguments.positional(
        "DIR PLACE", words,
        "what `gatec compile --source-map -o DIR` wrote; FILE:LINE[:COLUMN] of an output or a source, or a "
        "path of keys as targets[0].weight",
        2, 2);
    arguments.option("--format", format, "FORMAT", "text or json");
    add_color(arguments, color);
  }
};

/// What somebody points to.
struct Asked {
  std::string file, path;
  std::int64_t line = 0, column = 0;
};

/// The number behind the last colon of `text`, which loses it; 0 for none.
std::int64_t cut_number(std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return 0;
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || at != end || number <= 0) return 0;
  text.resize(colon);
  return number;
}

Asked parse_place(std::string text) {
  Asked asked;
  const std::int64_t last = cut_number(text);
  const std::int64_t before = last > 0 ? cut_number(text) : 0;
  if (last == 0) {
    asked.path = text;
  } else {
    asked.file = text;
    asked.line = before > 0 ? before : last;
    asked.column = before > 0 ? last : 0;
  }
  return asked;
}

bool same_file(std::string_view file, std::string_view asked) {
  if (!file.ends_with(asked)) return false;
  return file.size() == asked.size() || file[file.size() - asked.size() - 1] == '/';
}

/// A path of keys stands for all that lies below it.
bool below(std::string_view path, std::string_view asked) {
  if (!path.starts_with(asked)) return false;
  return path.size() == asked.size() || path[asked.size()] == '.' || path[asked.size()] == '[';
}

bool fits(const Place& place, const Asked& asked) {
  if (!asked.path.empty()) return below(place.path, asked.path);
  return same_file(place.file, asked.file) && place.line == asked.line &&
         (asked.column == 0 || place.column == asked.column);
}

std::string shown(const Place& place) {
  return diagnostics::printable(place.file) + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) +
         ' ' + diagnostics::printable(place.path);
}

std::string fate_of(const SourceMap::Link& link) {
  std::string text = link.fate;
  if (!link.code.empty()) text += " [" + link.code + ']';
  if (!link.reason.empty()) text += ": " + diagnostics::printable(link.reason);
  return text;
}

std::string as_text(const SourceMap& map, const std::vector<std::size_t>& outputs,
                    const std::vector<std::size_t>& links) {
  std::string out;
  for (const std::size_t i : outputs) {
    const SourceMap::Output& output = map.outputs[i];
    out += shown(output.place) + '\n';
    for (const std::size_t j : output.sources) {
      out += "  from " + shown(map.links[j].source) + '\n';
      out += "       " + fate_of(map.links[j]) + '\n';
    }
    if (!output.rule.empty()) out += "  by " + output.rule + ": " + diagnostics::printable(output.text) + '\n';
    if (output.sources.empty() && output.rule.empty())
      out += "  the form of the config: no value of the source stands behind it\n";
  }
  for (const std::size_t i : links) {
    const SourceMap::Link& link = map.links[i];
    out += shown(link.source) + '\n';
    out += "  " + fate_of(link) + '\n';
    for (const std::size_t j : link.outputs) out += "  to " + shown(map.outputs[j].place) + '\n';
  }
  return out;
}

void write_place(JsonWriter& json, const Place& place) {
  json.member("file", place.file);
  json.member("line", place.line);
  json.member("column", place.column);
  json.member("path", place.path);
}

void write_link(JsonWriter& json, const SourceMap::Link& link) {
  write_place(json, link.source);
  json.member("fate", link.fate);
  json.member_if("code", link.code);
  json.member_if("reason", link.reason);
}

std::string as_json(const SourceMap& map, const std::vector<std::size_t>& outputs,
                    const std::vector<std::size_t>& links) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("outputs");
  json.begin_array();
  for (const std::size_t i : outputs) {
    json.begin_object();
    write_place(json, map.outputs[i].place);
    json.member_if("rule", map.outputs[i].rule);
    json.key("from");
    json.begin_array();
    for (const std::size_t j : map.outputs[i].sources) {
      json.begin_object();
      write_link(json, map.links[j]);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("sources");
  json.begin_array();
  for (const std::size_t i : links) {
    json.begin_object();
    write_link(json, map.links[i]);
    json.key("to");
    json.begin_array();
    for (const std::size_t j : map.links[i].outputs) {
      json.begin_object();
      write_place(json, map.outputs[j].place);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace

ExitCode run_why(Env& env, Words words) {
  Options options;
  Arguments arguments("why", "Tells where a place of an output comes from, and what came of a place of the source.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", options.format, "text json");
  const std::string path = options.words[0] + "/" + std::string(kSourceMapName);
  diagnostics::Sink sink;
  const std::optional<std::string> text = read_file(env, {path, path, {}, {}}, sink);
  if (!text) {
    show(env, sink, use_colour(options.color, env.err, env));
    env.err.write("`gatec compile ... -o " + options.words[0] + " --source-map` writes it\n");
    return ExitCode::Unreadable;
  }
  const std::optional<SourceMap> map = parse_source_map(*text);
  if (!map) {
    env.err.write("error: " + path + ":1:1: it is no source map of gatec\n");
    return ExitCode::Unreadable;
  }
  const Asked asked = parse_place(options.words[1]);
  std::vector<std::size_t> outputs;
  std::vector<std::size_t> links;
  for (std::size_t i = 0; i < map->outputs.size(); ++i) {
    if (fits(map->outputs[i].place, asked)) outputs.push_back(i);
  }
  for (std::size_t i = 0; i < map->links.size(); ++i) {
    if (fits(map->links[i].source, asked)) links.push_back(i);
  }
  if (outputs.empty() && links.empty()) {
    env.err.write("error: no value stands at `" + options.words[1] + "`, in the outputs or in the source\n");
    return ExitCode::Unreadable;
  }
  env.out.write(options.format == "json" ? as_json(*map, outputs, links) : as_text(*map, outputs, links));
  return ExitCode::Clean;
}

}  // namespace gatec::driver
