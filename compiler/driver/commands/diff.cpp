#include "compiler/base/json_writer.h"
#include "compiler/compare/compare.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"

#include <algorithm>
#include <array>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using compare::Change;
using compare::Difference;
using ir::Class;

constexpr std::array kClasses = {Class::Access, Class::Spend,  Class::Rate,
                                 Class::Route,  Class::Secret, Class::Cosmetic};

struct Options {
  std::vector<std::string> sides, ignore, only;
  std::string from_a, from_b, format = "text";
  bool exit_code = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("A B", sides, "two files or folders; one of them may be - for stdin", 2, 2);
    reading.add_to(arguments);
    arguments.option("--from-a", from_a, "DIALECT[@VERSION]", "what A is");
    arguments.option("--from-b", from_b, "DIALECT[@VERSION]", "what B is");
    arguments.option("--format", format, "FORMAT", "text or json");
    arguments.flag("--exit-code", exit_code, "end in 1 when something differs");
    arguments.option("--ignore", ignore, "CLASS[,CLASS]",
                     "leave out changes of ACCESS, SPEND, RATE, ROUTE, SECRET or COSMETIC", true);
    arguments.option("--only", only, "CLASS[,CLASS]", "show changes of these classes only", true);
  }

  [[nodiscard]] ReadSettings settings(const std::string& from) const {
    ReadSettings settings = reading.settings();
    if (!from.empty()) settings.from = parse_dialect(from);
    return settings;
  }
};

Class class_named(std::string_view option, const std::string& word) {
  for (const Class c : kClasses) {
    const std::string_view name = ir::class_name(c);
    const auto same = [](char a, char b) { return a == b || (a | 0x20) == b; };
    if (std::equal(name.begin(), name.end(), word.begin(), word.end(), same)) return c;
  }
  std::string names;
  for (const Class c : kClasses) (names += ' ') += ir::class_name(c);
  check_choice(option, word, names.substr(1));
  return Class::Route;
}

std::vector<Class> classes(std::string_view option, const std::vector<std::string>& words) {
  std::vector<Class> list;
  for (const std::string& word : words) list.push_back(class_named(option, word));
  return list;
}

bool among(const std::vector<Class>& list, Class c) { return std::find(list.begin(), list.end(), c) != list.end(); }

std::string_view change_name(Change change) {
  switch (change) {
    case Change::Changed: return "changed";
    case Change::Removed: return "removed";
    case Change::Added: return "added";
  }
  return "";
}

void write_places(JsonWriter& json, std::string_view key, const ir::Origin& from, Session& session) {
  json.key(key);
  json.begin_array();
  from.each([&](ir::LeafId leaf) {
    const source::Span span = session.span(leaf);
    if (!span.valid()) return;
    const source::Position at = session.sources.position(span.file, span.begin);
    json.begin_object();
    json.member("file", session.sources.name(span.file));
    json.member("line", at.line);
    json.member("column", at.column);
    json.end_object();
  });
  json.end_array();
}

void write_summary(JsonWriter& json, const std::vector<Difference>& changes) {
  json.key("summary");
  json.begin_object();
  json.member("changes", changes.size());
  for (const Class c : kClasses) {
    json.member(ir::class_name(c),
                std::count_if(changes.begin(), changes.end(), [&](const Difference& d) { return d.cls == c; }));
  }
  json.end_object();
}

std::string as_json(const std::vector<Difference>& changes, Session& a, Session& b) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("changes");
  json.begin_array();
  for (const Difference& d : changes) {
    json.begin_object();
    json.member("class", ir::class_name(d.cls));
    json.member("change", change_name(d.change));
    json.member("path", d.path);
    json.member("before", d.before);
    json.member("after", d.after);
    json.key("sources");
    json.begin_object();
    write_places(json, "before", d.before_from, a);
    write_places(json, "after", d.after_from, b);
    json.end_object();
    json.end_object();
  }
  json.end_array();
  write_summary(json, changes);
  json.end_object();
  return out;
}

/// " (a.yaml:3:5)", or nothing for a default.
std::string place(const ir::Origin& from, Session& session) {
  const source::Span span = session.span(from.first());
  if (!span.valid()) return {};
  const source::Position at = session.sources.position(span.file, span.begin);
  return " (" + std::string(session.sources.name(span.file)) + ":" + std::to_string(at.line) + ":" +
         std::to_string(at.column) + ")";
}

void append_change(std::string& out, const Difference& d, Session& a, Session& b) {
  const std::string_view cls = ir::class_name(d.cls);
  out += cls;
  out.append(9 - cls.size(), ' ');
  ((out += change_name(d.change)) += ' ') += diagnostics::printable(d.path);
  switch (d.change) {
    case Change::Changed:
      out += ": " + diagnostics::printable(d.before) + place(d.before_from, a) + " → " +
             diagnostics::printable(d.after) + place(d.after_from, b);
      break;
    case Change::Removed: out += ": " + diagnostics::printable(d.before) + place(d.before_from, a); break;
    case Change::Added: out += ": " + diagnostics::printable(d.after) + place(d.after_from, b); break;
  }
  out += '\n';
}

std::string as_text(const std::vector<Difference>& changes, Session& a, Session& b) {
  std::string out;
  for (const Class c : kClasses) {
    for (const Difference& d : changes) {
      if (d.cls == c) append_change(out, d, a, b);
    }
  }
  return out;
}

bool load(Env& env, Session& session, const std::string& side, bool colour) {
  std::vector<InputFile> files;
  if (expand_state(env, {side}, session.sink, files) && session.load(files) == Session::State::Read) return true;
  show(env, session, colour, true);
  return false;
}

}  // namespace

ExitCode run_diff(Env& env, Words words) {
  Options options;
  Arguments arguments("diff", "Compares two configs by what they mean; order and spelling do not count.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", options.format, "text json");
  const std::vector<Class> ignored = classes("--ignore", options.ignore);
  const std::vector<Class> only = classes("--only", options.only);
  const bool colour = use_colour(options.reading.color, env.err, env);

  Session a(env, options.settings(options.from_a));
  Session b(env, options.settings(options.from_b));
  const bool read_a = load(env, a, options.sides[0], colour);
  const bool read_b = load(env, b, options.sides[1], colour);
  if (!read_a || !read_b) return ExitCode::Unreadable;

  std::vector<Difference> changes = compare::differences(a.gateway, b.gateway);
  const bool differs = !changes.empty();
  std::erase_if(changes,
                [&](const Difference& d) { return among(ignored, d.cls) || (!only.empty() && !among(only, d.cls)); });
  if (options.format == "text" && changes.empty())
    env.err.write(differs ? "no difference of these classes\n" : "no difference in meaning\n");
  const ExitCode code = options.exit_code && !changes.empty() ? ExitCode::Findings : ExitCode::Clean;
  return write_checked(env, options.format == "json" ? as_json(changes, a, b) : as_text(changes, a, b),
                       {&a.sources, &b.sources}, code);
}

}  // namespace gatec::driver
