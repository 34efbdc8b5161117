#include "compiler/base/aside.h"
#include "compiler/base/sha256.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output_dir.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/secret_net.h"
#include "compiler/driver/sidecar.h"
#include "compiler/driver/source_map.h"
#include "compiler/ledger/report_causes.h"
#include "gatec/version.h"

#include <algorithm>
#include <memory>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using ir::Fate;
using ledger::Report;
using targets::Artifact;
using targets::Role;

constexpr std::size_t kPointsNamed = 6;
constexpr std::size_t kRowsNamed = 20;

struct Options {
  std::vector<std::string> inputs;
  std::string to, out, report = "none", secrets = "reference";
  std::vector<std::string> deny, allow;
  bool source_map = false, force = false, quiet = false, no_sidecar = false;
  ReadingOptions reading;
  Words words;  // as given, to name the command that would work

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
    arguments.option("--to", to, "DIALECT[@VERSION]", "what to write");
    arguments.option("-o,--out", out, "DIR",
                     "folder for everything that is written; without it a single config goes to stdout");
    reading.add_to(arguments);
    arguments.option("--report", report, "FORMAT", "also print the report: text, md, json or none");
    arguments.option("--deny", deny, "FATE[,FATE]", "write nothing if a leaf is approximated, manual or skipped", true);
    arguments.option("--allow", allow, "weaker", "write although the target would allow more than the source", true);
    arguments.option("--secrets", secrets, "HOW",
                     "reference (literal secrets become references) or inline (they are kept)");
    arguments.flag("--source-map", source_map,
                   "list every leaf in report.json, mapped ones too, and write source-map.json for `gatec why`");
    arguments.flag("--no-sidecar", no_sidecar,
                   "neither write a sidecar (what the target cannot say, for the way back) nor use one");
    arguments.flag("--force", force, "replace files in DIR that were edited or are not gatec's");
    arguments.flag("-q,--quiet", quiet, "no summary on stderr");
  }

  void check() const {
    if (to.empty()) throw UsageError{"--to is missing: say what to write"};
    check_choice("--report", report, "text md json none");
    check_choice("--secrets", secrets, "reference inline");
    for (const std::string& fate : deny) check_choice("--deny", fate, "approximated manual skipped");
    for (const std::string& what : allow) check_choice("--allow", what, "weaker");
  }

  [[nodiscard]] bool allows_weaker() const { return !allow.empty(); }
};

/// `gatec compile` with the words given, but for a changed `--deny`, and with `more` at the end.
std::string command_line(const Options& options, std::string_view more, bool without_deny = false) {
  std::string text = "gatec compile";
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    const std::string& word = options.words[i];
    if (without_deny && word == "--deny") {
      ++i;
    } else if (!without_deny || !word.starts_with("--deny=")) {
      (text += ' ') += shell_quoted(word);
    }
  }
  if (!more.empty()) (text += ' ') += more;
  return text;
}

std::int64_t count_of(const Report& report, std::string_view fate) {
  if (fate == "approximated") return report.approximated;
  return fate == "manual" ? report.manual : report.skipped;
}

std::string arrow(const Report& report) {
  return ledger::side(report.from, report.from_version) + " → " + ledger::side(report.to, report.to_version);
}

void append_tasks(std::string& text, const Report& report) {
  std::vector<ledger::Task> tasks = ledger::tasks(report);
  if (tasks.empty()) return;
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const ledger::Task& a, const ledger::Task& b) { return a.count > b.count; });
  text += "to do by hand:\n";
  for (std::size_t i = 0; i < std::min(tasks.size(), kPointsNamed); ++i) {
    const ledger::Task& task = tasks[i];
    text += "  " +
            diagnostics::printable(ledger::place(*task.first) + " " + task.first->path + ": " + std::string(task.text));
    if (task.count > 1) text += " (and " + std::to_string(task.count - 1) + " like it)";
    text += '\n';
  }
  if (tasks.size() > kPointsNamed)
    text += "  and " + std::to_string(tasks.size() - kPointsNamed) + " more, see the report\n";
}

std::string summary(const Report& report) {
  std::string text = arrow(report) + ": " + counted(report.leaves, "leaf", "leaves") + ", " +
                     std::to_string(report.mapped) + " mapped, " + std::to_string(report.approximated) +
                     " approximated, " + std::to_string(report.manual) + " manual, " + std::to_string(report.skipped) +
                     " skipped\n";
  append_tasks(text, report);
  return text;
}

std::string secrets_example(const Report& report) {
  std::string text =
      "# Values that stood in the source config. Set them where the gateway runs; keep them out of version control.\n";
  for (const auto& [name, purpose] : report.secrets) {
    if (!purpose.empty()) ((text += "\n# ") += diagnostics::printable(purpose)) += '\n';
    (text += name) += "=\n";
  }
  return text;
}

class Compile {
 public:
  Compile(Env& env, const Options& options)
      : env_(env),
        options_(options),
        colour_(use_colour(options.reading.color, env.err, env)),
        source_(std::make_unique<Session>(env, options.reading.settings())) {
    settings_.to = parse_dialect(options.to);
    settings_.options = DialectOptions(options.reading.opts);
    settings_.secrets = options.secrets == "inline" ? targets::Secrets::Inline : targets::Secrets::Reference;
    settings_.source_map = options.source_map;
    settings_.sidecar = !options.out.empty() && !options.no_sidecar && settings_.secrets == targets::Secrets::Reference;
  }

  ExitCode run() {
    std::vector<InputFile> files;
    if (!expand_state(env_, options_.inputs, source_->sink, files) || source_->load(files) != Session::State::Read) {
      show(env_, *source_, colour_, true);
      return ExitCode::Unreadable;
    }
    convert(files);
    add_outputs();
    look_for_leaks();
    if (!result_.bugs.empty()) return stop_for_bugs();
    if (denied()) return stopped();
    if (result_.weaker && !options_.allows_weaker()) return too_weak();
    return options_.out.empty() ? to_stdout() : to_folder();
  }

 private:
  /// With what a sidecar says, if that can be proved; else by what the inputs say alone.
  void convert(const std::vector<InputFile>& files) {
    if (!options_.no_sidecar && options_.inputs.size() == 1)
      restore(env_, *source_, options_.inputs.front(), settings_.to, about_sidecar_);
    result_ = compile_once(env_, *source_, settings_);
    if (!source_->restored || result_.bugs.empty()) return;
    about_sidecar_.report(DiagId::SidecarUnused, {}, "the sidecar of `" + options_.inputs.front() + "` is not used")
        .note("the edits that were made since it was written do not go together with it");
    auto again = std::make_unique<Session>(env_, options_.reading.settings());
    if (again->load(files) != Session::State::Read) return;
    source_ = std::move(again);
    result_ = compile_once(env_, *source_, settings_);
  }

  [[nodiscard]] bool wants_report() const { return !options_.out.empty() || options_.report != "none"; }

  /// Artefacts, what the driver adds, and their hashes in the report; the reports themselves come last.
  void add_outputs() {
    for (std::size_t i = 0; i < result_.artifacts.size(); ++i) {
      Artifact& a = result_.artifacts[i];
      if (is_data(a)) ++data_files_;
      add_output({a.path, std::move(a.text), a.executable}, targets::role_name(a.role), a.route,
                 i < result_.hashes.size() ? result_.hashes[i] : std::string());
    }
    if (!result_.report.secrets.empty())
      add_output({"secrets.env.example", secrets_example(result_.report), false}, "aid", {}, {});
    if (options_.source_map && !options_.out.empty() && result_.bugs.empty())
      add_output({std::string(kSourceMapName), as_json(source_map(*source_, result_)), false}, "aid", {}, {});
    std::sort(result_.report.outputs.begin(), result_.report.outputs.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    if (wants_report()) json_ = ledger::report_json(result_.report);
  }

  static bool is_data(const Artifact& a) { return a.role == Role::Config || a.role == Role::Payload; }

  void add_output(OutputText output, std::string_view role, const std::string& route, std::string hash) {
    const bool written = !options_.out.empty() || role == "config" || role == "payload";
    if (written && wants_report()) {
      if (hash.empty()) hash = base::sha256_hex(output.text);
      result_.report.outputs.push_back({output.path, std::string(role), std::move(hash), route});
    }
    outputs_.push_back(std::move(output));
  }

  void look_for_leaks() {
    const SecretNet net(source_->sources);
    if (net.empty()) return;
    const bool inlined = settings_.secrets == targets::Secrets::Inline;
    for (const OutputText& output : outputs_) {
      if (!inlined && net.catches(output.text)) leaked(output.path);
    }
    if (net.catches(json_)) leaked("report.json");
    if (net.catches(summary(result_.report) + ledger::restored_text(result_.report))) leaked("the summary");
  }
  void leaked(const std::string& where) {
    result_.bugs.push_back({DiagId::SecretLeak, "a literal secret of the source stands in " + where});
  }

  ExitCode stop_for_bugs() {
    std::string text;
    for (const BugFound& bug : result_.bugs) {
      ((text += "bug in gatec[") += diagnostics::info(bug.code).code) += "]: ";
      (text += diagnostics::printable(bug.message)) += '\n';
    }
    const bool leak = std::any_of(result_.bugs.begin(), result_.bugs.end(),
                                  [](const BugFound& b) { return b.code == DiagId::SecretLeak; });
    if (!leak && options_.report == "json") print_report();
    env_.err.write(text + "nothing was written; please report this with the command line and, if you can, the input\n");
    return ExitCode::Bug;
  }

  bool denied() {
    bool any = false;
    for (const std::string& fate : options_.deny) {
      const std::int64_t number = count_of(result_.report, fate);
      if (number == 0) continue;
      any = true;
      auto builder = source_->sink.report(
          DiagId::DeniedFate, {}, counted(number, "leaf is ", "leaves are ") + fate + ", and --deny forbids that");
      name_leaves(builder, fate);
      builder.note("this writes it anyway: " + command_line(options_, {}, true));
    }
    return any;
  }

  void name_leaves(diagnostics::Sink::Builder& builder, std::string_view fate) {
    std::size_t named = 0;
    for (const ledger::Entry& entry : result_.report.entries) {
      if (ir::fate_name(entry.fate) != fate) continue;
      if (++named > kPointsNamed) break;
      builder.note(ledger::place(entry) + " " + entry.path + ": " + std::string(entry.reason));
    }
  }

  ExitCode too_weak() {
    auto builder =
        source_->sink.report(DiagId::WeakerLimit, {}, arrow(result_.report) + " would allow more than the source does");
    std::size_t named = 0;
    std::size_t left_out = 0;
    for (const ledger::GateRow& row : result_.report.gate) {
      if (row.verdict != "weaker") continue;
      if (++named > kRowsNamed) {
        ++left_out;
      } else {
        builder.note(row.what + ": " + row.before + " → " + row.after);
      }
    }
    if (left_out > 0) builder.note("and " + std::to_string(left_out) + " more");
    builder.note("this writes it anyway: " + command_line(options_, "--allow weaker"));
    return stopped();
  }

  ExitCode stopped() {
    if (options_.report != "none") print_report();
    show_stops();
    if (!options_.quiet) env_.err.write(summary(result_.report) + "nothing was written\n");
    return ExitCode::Findings;
  }

  void show_stops() {
    std::string text;
    const diagnostics::Mask mask = source_->mask();
    for (const diagnostics::Diagnostic& d : source_->sink.all()) {
      if (d.id == DiagId::DeniedFate || d.id == DiagId::WeakerLimit) diagnostics::render_text(text, d, mask, colour_);
    }
    env_.err.write(text);
  }

  /// To stdout where the config does not go there.
  void print_report() {
    if (options_.report == "json") {
      env_.out.write(json_);
      return;
    }
    Output& stream = options_.out.empty() ? env_.err : env_.out;
    stream.write(options_.report == "md"
                     ? ledger::report_markdown(result_.report)
                     : ledger::report_text(result_.report, use_colour(options_.reading.color, stream, env_)));
  }

  ExitCode to_stdout() {
    const bool report_instead = options_.report == "json";
    if (data_files_ > 1 && !report_instead) {
      env_.err.write("error: this makes " + std::to_string(data_files_) +
                     " files, which do not fit on stdout\nthis works: " + command_line(options_, "-o DIR") + "\n");
      return ExitCode::Unreadable;
    }
    if (data_files_ == 1 && !report_instead) {
      const auto data =
          std::find_if(result_.artifacts.begin(), result_.artifacts.end(), is_data) - result_.artifacts.begin();
      env_.out.write(outputs_[static_cast<std::size_t>(data)].text);
    }
    if (options_.report != "none") print_report();
    summarise();
    return ExitCode::Clean;
  }

  ExitCode to_folder() {
    Manifest manifest{std::string(version()), result_.report.to, result_.report.to_version, {}};
    for (const ledger::OutputFile& file : result_.report.outputs)
      manifest.files.push_back({file.path, file.sha256, file.role, file.route});
    const auto add_report = [&](std::string path, std::string text, std::string hash) {
      manifest.files.push_back({path, std::move(hash), "aid", {}});
      outputs_.push_back({std::move(path), std::move(text), false});
    };
    constexpr std::size_t kWorthAThread = 256 * 1024;
    std::string json = options_.report == "json" ? json_ : std::move(json_);
    std::string json_hash;
    base::Aside hashing(json.size() > kWorthAThread,
                        [&json_hash, text = std::string_view(json)] { json_hash = base::sha256_hex(text); });
    add_report("report.json", std::move(json), {});
    std::string report = ledger::report_markdown(result_.report);
    const targets::Guide* guide = settings_.to.dialect->guide;
    std::string hash = base::sha256_hex(report);
    if (guide != nullptr && !guide->report_name.empty()) add_report(std::string(guide->report_name), report, hash);
    add_report("report.md", std::move(report), std::move(hash));
    std::sort(manifest.files.begin(), manifest.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    const auto complete = [&] {
      hashing.wait();
      std::ranges::find(manifest.files, "report.json", &ManifestFile::path)->sha256 = json_hash;
    };
    diagnostics::Sink sink;
    if (!write_output(env_, options_.out, outputs_, manifest, options_.force, sink, complete)) {
      show(env_, sink, colour_);
      return ExitCode::Unreadable;
    }
    if (options_.report != "none") print_report();
    summarise();
    return ExitCode::Clean;
  }

  void summarise() {
    show(env_, about_sidecar_, colour_);
    if (options_.quiet) return;
    std::string text = summary(result_.report);
    if (result_.report.restored) text += diagnostics::printable(ledger::restored_text(result_.report)) + "\n";
    const auto errors = std::count_if(source_->sink.all().begin(), source_->sink.all().end(),
                                      [](const auto& d) { return d.severity != diagnostics::Severity::Info; });
    if (errors > 0) text += "the inputs have " + counted(errors, "finding", "findings") + ", `gatec lint` shows them\n";
    if (source_->gateway.routes.empty()) {
      diagnostics::Sink sink;
      sink.report(DiagId::NoRoute, {},
                  "the inputs declare no model that a request could name, so there is no route to write");
      show(env_, sink, colour_);
    }
    env_.err.write(text);
  }

  Env& env_;
  const Options& options_;
  bool colour_;
  std::unique_ptr<Session> source_;
  CompileSettings settings_;
  diagnostics::Sink about_sidecar_;
  Compiled result_;
  std::vector<OutputText> outputs_;  // the artefacts, in their order, then what the driver adds
  std::size_t data_files_ = 0;       // configs and payloads
  std::string json_;
};

}  // namespace

ExitCode run_compile(Env& env, Words words) {
  Options options;
  options.words = words;
  Arguments arguments("compile", "Writes a config for another gateway, accounts for every leaf and proves the result.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  options.check();
  auto compile = std::make_unique<Compile>(env, options);
  const ExitCode code = compile->run();
  if (env.ends) {
    [[maybe_unused]] static const Compile* const left = compile.release();
  }
  return code;
}

}  // namespace gatec::driver
