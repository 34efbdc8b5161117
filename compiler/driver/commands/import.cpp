#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output_dir.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/secret_net.h"
#include "compiler/ledger/report_causes.h"

namespace gatec::driver {
namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string out, secrets = "reference";
  bool force = false, quiet = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
    arguments.option("-o,--out", out, "FILE", "where the program goes; stdout otherwise");
    reading.add_to(arguments);
    arguments.option("--secrets", secrets, "WAY", "reference (default) or inline: literal secrets stay in the program");
    arguments.flag("--force", force, "replace FILE when it is there");
    arguments.flag("-q,--quiet", quiet, "no summary on stderr");
  }
};

ExitCode stop_for_bugs(Env& env, const std::vector<BugFound>& bugs) {
  std::string text;
  for (const BugFound& bug : bugs) {
    ((text += "bug in gatec[") += diagnostics::info(bug.code).code) += "]: ";
    (text += diagnostics::printable(bug.message)) += '\n';
  }
  env.err.write(text + "nothing was written; please report this with the command line and, if you can, the input\n");
  return ExitCode::Bug;
}

ExitCode import(Env& env, const Options& options) {
  check_choice("--secrets", options.secrets, "reference inline");
  const bool colour = use_colour(options.reading.color, env.err, env);
  Session source(env, options.reading.settings());
  std::vector<InputFile> files;
  if (!expand_state(env, options.inputs, source.sink, files) || source.load(files) != Session::State::Read) {
    show(env, source, colour, true);
    return ExitCode::Unreadable;
  }
  CompileSettings settings;
  settings.to = parse_dialect("gate");
  settings.secrets = options.secrets == "inline" ? targets::Secrets::Inline : targets::Secrets::Reference;
  Compiled result = compile_once(env, source, settings);
  const std::string& text = result.artifacts.front().text;
  if (settings.secrets == targets::Secrets::Reference && SecretNet(source.sources).catches(text))
    result.bugs.push_back({diagnostics::DiagId::SecretLeak, "a literal secret of the source stands in the program"});
  if (!result.bugs.empty()) return stop_for_bugs(env, result.bugs);
  if (options.out.empty()) {
    env.out.write(text);
  } else if (!options.force && env.files.status(options.out).kind != FileKind::None) {
    env.err.write("error: `" + options.out + "` is there already\n--force replaces it\n");
    return ExitCode::Unreadable;
  } else if (const int error = replace_file(env.files, options.out, text); error != 0) {
    env.err.write("error: cannot write `" + options.out + "`: " + reason(error) + "\n");
    return ExitCode::Unreadable;
  }
  if (options.quiet) return ExitCode::Clean;
  const ledger::Report& report = result.report;
  std::string talk = ledger::side(report.from, report.from_version) + " → " +
                     ledger::side(report.to, report.to_version) + ": " + counted(report.leaves, "leaf", "leaves") +
                     ", " + std::to_string(report.mapped) + " mapped, " + std::to_string(report.approximated) +
                     " approximated, " + std::to_string(report.manual) + " manual, " + std::to_string(report.skipped) +
                     " skipped\n";
  if (!report.secrets.empty()) {
    talk += "set these variables to the secrets of the source:";
    for (const auto& [name, purpose] : report.secrets) (talk += ' ') += name;
    talk += '\n';
  }
  env.err.write(talk);
  return ExitCode::Clean;
}

}  // namespace

ExitCode run_import(Env& env, Words words) {
  Options options;
  Arguments arguments("import", "Writes a config as a program in Gate and proves that both mean the same.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  return import(env, options);
}

}  // namespace gatec::driver
