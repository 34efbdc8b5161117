#include "compiler/base/json_writer.h"
#include "compiler/compare/changes.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/git_files.h"
#include "compiler/driver/options.h"

#include <algorithm>
#include <array>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using compare::CapChange;
using compare::ChangeSet;
using compare::Difference;
using compare::Direction;
using compare::Kind;
using ir::Class;

constexpr std::array kClasses = {Class::Access, Class::Spend,  Class::Rate,
                                 Class::Route,  Class::Secret, Class::Cosmetic};
constexpr std::array kDirections = {Direction::Wider, Direction::Narrower, Direction::Other};

struct Options {
  std::vector<std::string> sides, ignore, only;
  std::string from_a, from_b, against, format = "text", fail_on;
  bool exit_code = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("A B", sides, "two files or folders, `git:REF:PATH` one of a commit; one may be - for stdin",
                         1, 2);
    reading.add_to(arguments);
    arguments.option("--from-a", from_a, "DIALECT[@VERSION]", "what A is");
    arguments.option("--from-b", from_b, "DIALECT[@VERSION]", "what B is");
    arguments.option("--against", against, "git:REF", "compare one file or folder with what it was in a commit");
    arguments.option("--format", format, "FORMAT", "text, md or json");
    arguments.flag("--exit-code", exit_code, "end in 1 when something differs");
    arguments.option("--fail-on", fail_on, "wider", "end in 1 when something allows more than before");
    arguments.option("--ignore", ignore, "CLASS[,CLASS]",
                     "leave out changes of ACCESS, SPEND, RATE, ROUTE, SECRET or COSMETIC", true);
    arguments.option("--only", only, "CLASS[,CLASS]", "show changes of these classes only", true);
  }

  /// A and B, of which the first may be what the other was.
  [[nodiscard]] std::vector<std::string> both() const {
    if (against.empty()) {
      if (sides.size() == 2) return sides;
      throw UsageError("`diff` takes two files or folders, or one and --against git:REF");
    }
    if (sides.size() != 1 || sides[0] == "-") throw UsageError("--against takes one file or folder");
    if (!against.starts_with("git:") || against.size() == 4 || against.find(':', 4) != std::string::npos)
      throw UsageError("--against takes git:REF, not `" + against + "`");
    return {against + ":" + sides[0], sides[0]};
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

std::int64_t count_of(const std::vector<ChangeSet>& changes, Class c) {
  return std::ranges::count(changes, c, &ChangeSet::cls);
}
std::int64_t count_of(const std::vector<ChangeSet>& changes, Direction d) {
  return std::ranges::count(changes, d, &ChangeSet::direction);
}

void write_summary(JsonWriter& json, const std::vector<ChangeSet>& changes) {
  json.key("summary");
  json.begin_object();
  json.member("changes", changes.size());
  for (const Class c : kClasses) json.member(ir::class_name(c), count_of(changes, c));
  for (const Direction d : kDirections) json.member(compare::direction_name(d), count_of(changes, d));
  json.end_object();
}

void write_sources(JsonWriter& json, const ir::Origin& before, const ir::Origin& after, Session& a, Session& b) {
  json.key("sources");
  json.begin_object();
  write_places(json, "before", before, a);
  write_places(json, "after", after, b);
  json.end_object();
}

void write_parts(JsonWriter& json, const ChangeSet& change, Session& a, Session& b) {
  json.key("parts");
  json.begin_array();
  for (const Difference& d : change.parts) {
    json.begin_object();
    json.member("class", ir::class_name(d.cls));
    json.member("path", d.path);
    json.member("before", d.before);
    json.member("after", d.after);
    write_sources(json, d.before_from, d.after_from, a, b);
    json.end_object();
  }
  json.end_array();
}

void write_caps(JsonWriter& json, const ChangeSet& change) {
  json.key("caps");
  json.begin_array();
  for (const CapChange& c : change.caps) {
    json.begin_object();
    json.member("principal", c.principal);
    json.member("route", c.route);
    json.member("more_routes", c.more);
    json.member("counts", c.counted);
    json.member("before", c.before);
    json.member("after", c.after);
    json.member("direction", compare::direction_name(c.direction));
    json.end_object();
  }
  json.end_array();
}

std::string as_json(const std::vector<ChangeSet>& changes, Session& a, Session& b) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("changes");
  json.begin_array();
  for (const ChangeSet& c : changes) {
    json.begin_object();
    json.member("class", ir::class_name(c.cls));
    json.member("direction", compare::direction_name(c.direction));
    json.member("change", compare::kind_name(c.kind));
    json.member("entity", c.entity);
    json.member("path", c.path);
    json.member("before", c.before);
    json.member("after", c.after);
    write_sources(json, c.before_from, c.after_from, a, b);
    write_parts(json, c, a, b);
    write_caps(json, c);
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

/// "0.5 (a.yaml:3:5) → 1 (b.yaml:3:5)".
std::string values(const std::string& before, const ir::Origin& before_from, const std::string& after,
                   const ir::Origin& after_from, Session& a, Session& b) {
  std::string text;
  if (!before.empty()) text += diagnostics::printable(before) + place(before_from, a);
  if (!before.empty() && !after.empty()) text += " → ";
  if (!after.empty()) text += diagnostics::printable(after) + place(after_from, b);
  return text;
}

bool whole(const ChangeSet& c) {
  return (c.kind == Kind::Added || c.kind == Kind::Removed) && c.path.ends_with(']') && c.parts.size() > 1;
}

/// What stands in an entity that came or went, and what follows from a value: the written values of it.
std::vector<std::string> details(const ChangeSet& c, Session& a, Session& b) {
  std::vector<std::string> lines;
  std::size_t defaults = 0;
  for (const Difference& d : c.parts) {
    if (d.path == c.path) continue;
    if (!d.before_from.has_leaves() && !d.after_from.has_leaves()) {
      ++defaults;
      continue;
    }
    const bool inside = d.path.starts_with(c.path) && whole(c);
    const std::string path = inside ? d.path.substr(c.path.size() + (d.path[c.path.size()] == '.' ? 1 : 0)) : d.path;
    const bool share = d.change == compare::Change::Changed && d.before == d.after;
    lines.push_back(diagnostics::printable(path) + ": " +
                    (share ? diagnostics::printable(d.after) + ", which is another share of the whole now"
                           : values(d.before, d.before_from, d.after, d.after_from, a, b)));
  }
  if (defaults > 0)
    lines.push_back("and " + counted(static_cast<std::int64_t>(defaults), "default", "defaults") + " with it");
  for (const CapChange& cap : c.caps) {
    lines.push_back(cap.principal + " on " + cap.route +
                    (cap.more > 0 ? " and " + std::to_string(cap.more) + " more" : std::string()) + ": " + cap.counted +
                    ' ' + (cap.before.empty() ? "unlimited" : cap.before) + " → " +
                    (cap.after.empty() ? "unlimited" : cap.after));
  }
  return lines;
}

std::string headline(const ChangeSet& c, Session& a, Session& b) {
  std::string text = diagnostics::printable(c.kind == Kind::Renamed ? c.before + " → " + c.after : c.path);
  if (whole(c) || c.kind == Kind::Renamed) {
    const ir::Origin& from = c.kind == Kind::Removed ? c.before_from : c.after_from;
    return text + place(from, c.kind == Kind::Removed ? a : b);
  }
  return text + ": " + values(c.before, c.before_from, c.after, c.after_from, a, b);
}

std::string summary(const std::vector<ChangeSet>& changes) {
  std::string text = counted(static_cast<std::int64_t>(changes.size()), "change", "changes") + ':';
  std::string_view separator = " ";
  for (const Class c : kClasses) {
    if (count_of(changes, c) == 0) continue;
    (((text += separator) += std::to_string(count_of(changes, c))) += ' ') += ir::class_name(c);
    separator = ", ";
  }
  separator = "; ";
  for (const Direction d : {Direction::Wider, Direction::Narrower}) {
    if (count_of(changes, d) == 0) continue;
    (((text += separator) += std::to_string(count_of(changes, d))) += ' ') += compare::direction_name(d);
    separator = ", ";
  }
  return text + '\n';
}

struct Sign {
  std::string_view text, colour;
};
Sign sign_of(Kind kind) {
  switch (kind) {
    case Kind::Added: return {"+", "\x1b[32m"};
    case Kind::Removed: return {"-", "\x1b[31m"};
    case Kind::Changed:
    case Kind::Renamed: break;
  }
  return {"~", "\x1b[33m"};
}

std::string as_text(const std::vector<ChangeSet>& changes, Session& a, Session& b, bool colour) {
  std::string out;
  for (const Class cls : kClasses) {
    for (const ChangeSet& c : changes) {
      if (c.cls != cls) continue;
      const Sign sign = sign_of(c.kind);
      const std::string_view name = ir::class_name(c.cls);
      const std::string_view direction =
          c.direction == Direction::Other ? std::string_view() : compare::direction_name(c.direction);
      if (colour) out += sign.colour;
      out += sign.text;
      if (colour) out += "\x1b[0m";
      (out += ' ') += name;
      out.append(9 - name.size(), ' ');
      out += direction;
      out.append(10 - direction.size(), ' ');
      (out += headline(c, a, b)) += '\n';
      for (const std::string& line : details(c, a, b)) (out += "      " + line) += '\n';
    }
  }
  if (!changes.empty()) out += summary(changes);
  return out;
}

/// A table cell cannot hold a bar, nor what Markdown would read.
std::string cell(std::string_view text) {
  std::string out = "`";
  for (const char c : text) out += c == '`' ? std::string("'") : c == '|' ? std::string("\\|") : std::string(1, c);
  return out + '`';
}

std::string as_markdown(const std::vector<ChangeSet>& changes, Session& a, Session& b) {
  if (changes.empty()) return "No change in meaning.\n";
  std::string out = "**" + summary(changes);
  out.insert(out.size() - 1, "**");
  out += "\n| | class | direction | what |\n|---|---|---|---|\n";
  for (const Class cls : kClasses) {
    for (const ChangeSet& c : changes) {
      if (c.cls != cls) continue;
      out += "| " + std::string(sign_of(c.kind).text) + " | " + std::string(ir::class_name(c.cls)) + " | " +
             std::string(compare::direction_name(c.direction)) + " | " + cell(headline(c, a, b));
      for (const std::string& line : details(c, a, b)) out += "<br>" + cell(line);
      out += " |\n";
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
  check_choice("--format", options.format, "text md json");
  if (!options.fail_on.empty()) check_choice("--fail-on", options.fail_on, "wider");
  const std::vector<std::string> sides = options.both();
  const std::vector<Class> ignored = classes("--ignore", options.ignore);
  const std::vector<Class> only = classes("--only", options.only);
  const bool colour = use_colour(options.reading.color, env.err, env);

  GitFiles files(env.files);
  Env with{env.in, env.out, env.err, files, env.no_color, env.ends};
  Session a(with, options.settings(options.from_a));
  Session b(with, options.settings(options.from_b));
  const bool read_a = load(with, a, sides[0], colour);
  const bool read_b = load(with, b, sides[1], colour);
  if (!read_a || !read_b) return ExitCode::Unreadable;

  std::vector<ChangeSet> changes = compare::changes(a.gateway, b.gateway);
  const bool differs = !changes.empty();
  std::erase_if(changes,
                [&](const ChangeSet& c) { return among(ignored, c.cls) || (!only.empty() && !among(only, c.cls)); });
  if (options.format == "text" && changes.empty())
    env.err.write(differs ? "no difference of these classes\n" : "no difference in meaning\n");
  const bool failed =
      (options.exit_code && !changes.empty()) || (!options.fail_on.empty() && count_of(changes, Direction::Wider) > 0);
  const std::string text = options.format == "json" ? as_json(changes, a, b)
                           : options.format == "md"
                               ? as_markdown(changes, a, b)
                               : as_text(changes, a, b, use_colour(options.reading.color, env.out, env));
  return write_checked(env, text, {&a.sources, &b.sources}, failed ? ExitCode::Findings : ExitCode::Clean);
}

}  // namespace gatec::driver
