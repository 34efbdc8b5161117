#include "compiler/limits/effective.h"

#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"

#include <algorithm>
#include <map>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using limits::EffectiveCap;
using limits::Link;

struct Options {
  std::vector<std::string> inputs;
  std::string key, team, model, format = "text";
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
    reading.add_to(arguments);
    arguments.option("--key", key, "NAME", "this key alone");
    arguments.option("--team", team, "NAME", "this team and who belongs to it");
    arguments.option("--model", model, "NAME", "this model alone, as requested");
    arguments.option("--format", format, "FORMAT", "text or json");
  }
};

void write_link(JsonWriter& json, const Link& link, Session& session) {
  json.begin_object();
  json.member("at", link.at);
  json.key("limit");
  if (link.limit) {
    json.string(link.limit->text());
  } else {
    json.null();
  }
  json.member_if("blocks", link.blocks);
  const source::Span span = session.span(link.from);
  json.key("file");
  if (span.valid()) {
    json.string(session.sources.name(span.file));
    json.member("line", session.sources.position(span.file, span.begin).line);
  } else {
    json.null();
    json.key("line");
    json.null();
  }
  if (!link.sum_of.empty()) {
    json.key("sum_of");
    json.begin_array();
    for (const Link& part : link.sum_of) write_link(json, part, session);
    json.end_array();
  }
  json.end_object();
}

void text_or_null(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.string(text);
  }
}

std::string as_json(const std::vector<EffectiveCap>& caps, Session& session) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("caps");
  json.begin_array();
  for (const EffectiveCap& cap : caps) {
    json.begin_object();
    json.member("principal", cap.principal);
    json.member("route", cap.route);
    json.member("counts", ir::counted_name(cap.counts));
    text_or_null(json, "window", cap.window);
    text_or_null(json, "limit", cap.limit ? cap.limit->text() : std::string());
    text_or_null(json, "binding", cap.binding);
    json.member("kind", cap.hint ? "hint" : "cap");
    if (cap.unknown) json.member("unknown", true);
    json.key("chain");
    json.begin_array();
    for (const Link& link : cap.chain) write_link(json, link, session);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string amount(const Link& link, const EffectiveCap& cap) {
  if (!link.limit) return "unknown";
  return (cap.counts == ir::Counted::Usd ? "$" : "") + link.limit->text();
}

/// One line of a caller's table, without the names of its routes.
std::string line_of(const EffectiveCap& cap, Session& session) {
  const auto cell = [](std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
  };
  std::string limit = cap.limit     ? (cap.counts == ir::Counted::Usd ? "$" : "") + cap.limit->text()
                      : cap.unknown ? "unknown"
                                    : "unlimited";
  if (cap.limit && cap.unknown) limit += " or less";
  std::string out = "    " + cell(std::string(ir::counted_name(cap.counts)), 13) + cell(cap.window, 16);
  if (cap.chain.empty()) return out + limit + '\n';
  const auto written = [&](const Link& link) {
    const std::string where = session.place(link.from);
    return diagnostics::printable(link.at) + (where.empty() ? "" : "  " + diagnostics::printable(where));
  };
  const bool alone = cap.chain.size() == 1 && cap.chain.front().sum_of.empty();
  out += cell(limit, 12) + (cap.hint ? " hint, " : " ") +
         (alone ? written(cap.chain.front()) : diagnostics::printable(cap.binding));
  if (alone) return out + '\n';
  for (const Link& link : cap.chain) {
    out += "\n          " + cell(amount(link, cap), 12) + ' ' + written(link);
    for (const Link& part : link.sum_of) out += "\n              " + cell(amount(part, cap), 8) + ' ' + written(part);
  }
  return out + '\n';
}

/// By caller; routes with the same caps stand together.
std::string as_text(const std::vector<EffectiveCap>& caps, Session& session) {
  std::string out;
  for (std::size_t i = 0; i < caps.size();) {
    std::vector<std::pair<std::string, std::string>> tables;  // lines, routes
    const std::string& principal = caps[i].principal;
    std::size_t end = i;
    while (end < caps.size() && caps[end].principal == principal) {
      const std::string& route = caps[end].route;
      std::string lines;
      for (; end < caps.size() && caps[end].principal == principal && caps[end].route == route; ++end)
        lines += line_of(caps[end], session);
      const auto same = std::ranges::find(tables, lines, &std::pair<std::string, std::string>::first);
      if (same == tables.end()) {
        tables.emplace_back(std::move(lines), diagnostics::printable(route));
      } else {
        same->second += ", " + diagnostics::printable(route);
      }
    }
    if (!out.empty()) out += '\n';
    out += diagnostics::printable(principal == "*" ? "* (whoever calls)" : principal) + '\n';
    for (const auto& [lines, routes] : tables) out += "  " + routes + '\n' + lines;
    i = end;
  }
  return out;
}

bool names_somebody(const ir::Gateway& gateway, ir::PrincipalKind kind, const std::string& name) {
  return std::ranges::any_of(gateway.principals, [&](const ir::Principal& p) {
    return p.kind == kind && ((p.alias.given() && *p.alias == name) || (p.id.given() && *p.id == name));
  });
}

}  // namespace

ExitCode run_effective(Env& env, Words words) {
  Options options;
  Arguments arguments("effective",
                      "Shows for each caller and model what all levels together allow, and which line decides it.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  check_choice("--format", options.format, "text json");
  Session session(env, options.reading.settings());
  std::vector<InputFile> files;
  if (!expand_state(env, options.inputs, session.sink, files) || session.load(files) != Session::State::Read) {
    show(env, session, use_colour(options.reading.color, env.err, env), true);
    return ExitCode::Unreadable;
  }
  if (!options.key.empty() && !names_somebody(session.gateway, ir::PrincipalKind::Key, options.key))
    throw UsageError{"no key is called `" + options.key + "` here"};
  if (!options.team.empty() && !names_somebody(session.gateway, ir::PrincipalKind::Team, options.team))
    throw UsageError{"no team is called `" + options.team + "` here"};
  const std::vector<EffectiveCap> caps =
      limits::effective_caps(session.gateway, {options.key, options.team, options.model});
  return write_checked(env, options.format == "json" ? as_json(caps, session) : as_text(caps, session),
                       {&session.sources}, ExitCode::Clean);
}

}  // namespace gatec::driver
