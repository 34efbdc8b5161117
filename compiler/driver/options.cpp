#include "compiler/driver/options.h"

#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/secret_net.h"

namespace gatec::driver {

void add_color(Arguments& arguments, std::string& color) {
  arguments.option("--color", color, "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never");
}

void ReadingOptions::add_to(Arguments& arguments) {
  arguments.option("--from", from, "DIALECT[@VERSION]", "what the inputs are; told by their content otherwise");
  arguments.option("--opt", opts, "DIALECT.KEY=VALUE", "an option of one dialect, see `gatec targets`", false);
  arguments.option("--set", parameters, "NAME=VALUE",
                   "a parameter of a program in Gate; `gateway` chooses the environment", false);
  arguments.option("--set-file", parameter_files, "NAME=PATH",
                   "a parameter whose value stands in a file of YAML or JSON", false);
  arguments.flag("--honour-intent", honour_intent,
                 "keys that the source gateway ignores mean what whoever wrote them expects");
  add_color(arguments, color);
}

ReadSettings ReadingOptions::settings() const {
  ReadSettings settings;
  if (!from.empty()) settings.from = parse_dialect(from);
  settings.options = DialectOptions(opts);
  settings.honour_intent = honour_intent;
  const auto split = [](std::string_view option, const std::string& text, std::string_view form) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError{"`" + std::string(option) + " " + text + "` is not of the form " + std::string(form)};
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
  };
  for (const std::string& text : parameters) {
    auto [name, value] = split("--set", text, "NAME=VALUE");
    settings.parameters.insert_or_assign(std::move(name), std::move(value));
  }
  for (const std::string& text : parameter_files) {
    auto [name, path] = split("--set-file", text, "NAME=PATH");
    if (settings.parameters.contains(name)) throw UsageError{"`" + name + "` is given by --set and by --set-file"};
    settings.parameter_files.insert_or_assign(std::move(name), std::move(path));
  }
  return settings;
}

void check_choice(std::string_view option, std::string_view value, std::string_view allowed) {
  std::string choices;
  for (std::size_t begin = 0; begin < allowed.size();) {
    const std::size_t end = std::min(allowed.find(' ', begin), allowed.size());
    const std::string_view word = allowed.substr(begin, end - begin);
    if (word == value) return;
    if (!choices.empty()) choices += end == allowed.size() ? " or " : ", ";
    choices += word;
    begin = end + 1;
  }
  throw UsageError{"`" + std::string(option) + "` takes " + choices + ", not `" + std::string(value) + "`"};
}

bool use_colour(const std::string& color, const Output& stream, const Env& env) {
  check_choice("--color", color, "auto always never");
  return color == "always" || (color == "auto" && !env.no_color && stream.is_terminal());
}

void show(Env& env, const Session& session, bool colour, bool errors_only) {
  std::string text;
  const diagnostics::Mask mask = session.mask();
  for (const diagnostics::Diagnostic& d : session.sink.all()) {
    if (!errors_only || d.severity == diagnostics::Severity::Error) diagnostics::render_text(text, d, mask, colour);
  }
  env.err.write(text);
}

void show(Env& env, const diagnostics::Sink& sink, bool colour) {
  const source::SourceManager none;
  const diagnostics::Mask mask(none);
  std::string text;
  for (const diagnostics::Diagnostic& d : sink.all()) diagnostics::render_text(text, d, mask, colour);
  env.err.write(text);
}

ExitCode write_checked(Env& env, std::string_view text, std::vector<const source::SourceManager*> sources,
                       ExitCode code) {
  if (SecretNet::strict(sources).catches(text) && SecretNet(std::move(sources)).catches(text)) {
    const std::string bug =
        "bug in gatec[GW9904]: a literal secret of the inputs stands in the output\nnothing was printed; please report "
        "this\n";
    env.err.write(bug);
    return ExitCode::Bug;
  }
  env.out.write(text);
  return code;
}

std::string shell_quoted(std::string_view word) {
  static constexpr std::string_view kPlain = "-_./=@:,+%";
  bool plain = !word.empty();
  for (const char c : word) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    plain = plain && (letter || kPlain.find(c) != std::string_view::npos);
  }
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

}  // namespace gatec::driver
