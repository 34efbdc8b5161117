#include "compiler/driver/app.h"
#include "compiler/driver/fixes.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output_dir.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/parse.h"

namespace gatec::driver {
namespace {

struct Options {
  std::vector<std::string> files;
  bool check = false, diff = false;
  std::string color = "auto";
};

/// Files, and the programs of folders.
bool gather(Env& env, const std::vector<std::string>& words, diagnostics::Sink& sink, std::vector<InputFile>& files) {
  std::vector<InputGroup> groups;
  for (const std::string& word : words) {
    if (word != "-" && env.files.status(word).kind == FileKind::Directory) {
      if (!expand_each(env, {word}, sink, groups, true)) return false;
    } else {
      groups.push_back({{{word == "-" ? std::string(kStdinName) : word, word, {}, {}}}, false});
    }
  }
  for (InputGroup& group : groups) {
    for (InputFile& file : group.files) {
      if (!group.found || syntax::is_gate_name(file.name)) files.push_back(std::move(file));
    }
  }
  return true;
}

ExitCode format(Env& env, const Options& options) {
  Session session(env, {});
  std::vector<InputFile> files;
  bool fine = gather(env, options.files, session.sink, files);
  bool changed = false;
  for (const InputFile& file : files) {
    std::optional<std::string> text = read_file(env, file, session.sink);
    if (!text) {
      fine = false;
      continue;
    }
    const source::FileId id = session.sources.add(file.name, *text);
    const std::size_t before = session.sink.all().size();
    if (syntax::parse(session.sources, id, session.sink) == nullptr || session.sink.all().size() != before) {
      fine = false;
      continue;
    }
    const std::string formatted = syntax::format(*text);
    const bool differs = formatted != *text;
    changed = changed || differs;
    if (options.diff) env.out.write(unified_diff(file.name, *text, formatted));
    if (options.check && differs) env.err.write(file.name + " is not formatted\n");
    if (options.check || options.diff) continue;
    if (file.path == "-") {
      env.out.write(formatted);
    } else if (differs) {
      const int error = replace_file(env.files, file.path, formatted);
      if (error == 0) continue;
      session.sink.report(diagnostics::DiagId::WriteFailed, {}, "cannot write `" + file.name + "`: " + reason(error));
      fine = false;
    }
  }
  show(env, session, use_colour(options.color, env.err, env));
  if (!fine) return ExitCode::Unreadable;
  return options.check && changed ? ExitCode::Findings : ExitCode::Clean;
}

}  // namespace

ExitCode run_fmt(Env& env, Words words) {
  Options options;
  Arguments arguments("fmt", "Brings programs in Gate into their one form, in place; - is stdin to stdout.");
  arguments.positional("FILE", options.files, "programs, folders of them, or -", 1, SIZE_MAX);
  arguments.flag("--check", options.check, "write nothing; exit 1 where a file is not formatted");
  arguments.flag("--diff", options.diff, "write nothing; show what would change");
  add_color(arguments, options.color);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  return format(env, options);
}

}  // namespace gatec::driver
