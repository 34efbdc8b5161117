#include "compiler/driver/app.h"
#include "compiler/driver/lint/baseline.h"
#include "compiler/driver/lint/judge.h"
#include "compiler/driver/lint/output.h"
#include "compiler/driver/lint/project.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output_dir.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using diagnostics::Diagnostic;
using diagnostics::Severity;

struct Options {
  std::vector<std::string> inputs;
  std::string format = "text";
  std::vector<std::string> select, ignore, severity;
  std::string config, today;
  bool together = false, fix = false, unsafe_fixes = false, diff = false, quiet = false;
  bool statistics = false, baseline = false, no_config = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders (searched to the bottom) or - for stdin; each is judged alone",
                         1, SIZE_MAX);
    reading.add_to(arguments);
    arguments.option("--format", format, "FORMAT", "text, json, sarif, github or junit");
    arguments.option("--select", select, "CODES", "only these: codes, beginnings of codes (GW1) or names", true);
    arguments.option("--ignore", ignore, "CODES", "not these", true);
    arguments.option("--severity", severity, "LEVEL", "from this on (error, warning, info), or CODE=LEVEL", true);
    arguments.option("--config", config, "FILE", "this project file, instead of the nearest gatec.yaml of each input");
    arguments.flag("--no-config", no_config, "no project file");
    arguments.flag("--together", together, "judge all inputs as one gateway's state");
    arguments.flag("--fix", fix, "mend what can be mended safely, in place");
    arguments.flag("--unsafe-fixes", unsafe_fixes, "with --fix: also what may change the meaning");
    arguments.flag("--diff", diff, "with --fix: show the changes and write nothing");
    arguments.flag("--statistics", statistics, "how often each code was found, instead of the findings");
    arguments.flag("--baseline", baseline, "accept in gatec.yaml all that is found now");
    arguments.option("--today", today, "YYYY-MM-DD", "the day that entries with `until` are held against");
    arguments.flag("-q,--quiet", quiet, "no summary on stderr");
  }

  void check() {
    check_choice("--format", format, "text json sarif github junit");
    if ((unsafe_fixes || diff) && !fix)
      throw UsageError{std::string(unsafe_fixes ? "--unsafe-fixes" : "--diff") + " goes with --fix"};
    if (baseline && fix) throw UsageError{"--baseline does not go with --fix"};
    if (no_config && (baseline || !config.empty()))
      throw UsageError{"--no-config does not go with " + std::string(baseline ? "--baseline" : "--config")};
    if (statistics && format != "text" && format != "json") throw UsageError{"--statistics goes with text and json"};
    if (today.empty()) today = driver::today();
    if (!is_date(today)) throw UsageError{"`--today` takes a day as YYYY-MM-DD, not `" + today + "`"};
  }

  [[nodiscard]] JudgeSettings judging() const {
    JudgeSettings settings{
        reading.settings(), CodeList(select), CodeList(ignore), {}, Severity::Info, fix, unsafe_fixes, diff};
    for (const std::string& word : severity) {
      const std::size_t equals = word.find('=');
      const auto level = severity_named(equals == std::string::npos ? word : word.substr(equals + 1));
      if (!level) throw UsageError{"`--severity` takes error, warning or info, or CODE=LEVEL, not `" + word + "`"};
      if (equals == std::string::npos) {
        settings.least = *level;
      } else {
        settings.severities.emplace_back(CodeList({word.substr(0, equals)}), *level);
      }
    }
    return settings;
  }
};

class Lint {
 public:
  Lint(Env& env, const Options& options)
      : env_(env),
        options_(options),
        projects_(env, {options.config, options.no_config, options.baseline}, options.today) {}

  ExitCode run() {
    const JudgeSettings settings = options_.judging();
    const std::vector<InputGroup> groups = expand();
    const std::vector<Judged> judged = judge_all(env_, settings, projects_, groups);
    for (std::size_t i = 0; i < groups.size(); ++i) conclude(judged[i], groups[i]);
    if (options_.baseline) return write_baseline(judged);
    tell_unused(settings);
    for (Project& project : projects_.all()) {
      project.sink.sort();
      keep(project.sink, project.sources, [&project] { return diagnostics::Mask(project.sources); });
      unreadable_ = unreadable_ || project.broken;
    }
    keep(loose_.sink, loose_.sources, [this] { return loose_.mask(); });
    const ExitCode printed = print();
    if (!options_.quiet && options_.format == "text") env_.err.write(lint_summary(outcome_.figures, options_.diff));
    return printed;
  }

 private:
  std::vector<InputGroup> expand() {
    std::vector<InputGroup> groups;
    bool fine = true;
    if (options_.together) {
      groups.emplace_back();
      fine = expand_state(env_, options_.inputs, loose_.sink, groups.back().files);
      if (groups.back().files.empty()) groups.clear();
    } else {
      fine = expand_each(env_, options_.inputs, loose_.sink, groups);
      std::erase_if(groups, [&](const InputGroup& group) { return group.found && is_excluded(group.files.front()); });
    }
    unreadable_ = !fine;
    return groups;
  }

  bool is_excluded(const InputFile& file) {
    const Project& project = projects_.of(file.path);
    if (project.exclude.empty()) return false;
    const std::string path = projects_.relative(project, file.path);
    return std::ranges::any_of(project.exclude, [&](const std::string& p) { return glob_matches(p, path); });
  }

  void conclude(const Judged& judged, const InputGroup& group) {
    if (judged.state == Judged::State::PassedOver) {
      ++outcome_.figures.passed_over;
      return;
    }
    LintFigures& figures = outcome_.figures;
    figures.files += group.files.size();
    figures.accepted += judged.accepted;
    figures.fixed += judged.fixed;
    unreadable_ = unreadable_ || judged.state == Judged::State::Unreadable;
    for (const InputFile& file : group.files) outcome_.files.push_back(file.name);
    for (std::size_t i = 0; i < judged.texts.size(); ++i) replace(group.files[i], judged.texts[i]);
    if (options_.diff) env_.out.write(judged.diff);
    if (judged.session == nullptr) return;
    Session& session = *judged.session;
    keep(session.sink, session.sources, [&session] { return session.mask(); });
  }

  void replace(const InputFile& file, const std::optional<std::string>& text) {
    if (!text) return;
    if (file.path == "-") {
      env_.out.write(*text);
      return;
    }
    const int error = replace_file(env_.files, file.path, *text);
    if (error == 0) return;
    loose_.sink.report(DiagId::WriteFailed, {}, "cannot write `" + file.name + "`: " + reason(error));
    unreadable_ = true;
  }

  void keep(const diagnostics::Sink& sink, const source::SourceManager& sources,
            std::function<diagnostics::Mask()> mask) {
    if (sink.all().empty()) return;
    LintFigures& figures = outcome_.figures;
    outcome_.masks.push_back(std::move(mask));
    for (const Diagnostic& d : sink.all()) {
      outcome_.findings.push_back({&d, &sources});
      outcome_.owners.push_back(outcome_.masks.size() - 1);
      switch (d.severity) {
        case Severity::Error: ++figures.errors; break;
        case Severity::Warning: ++figures.warnings; break;
        case Severity::Info: ++figures.infos; break;
      }
      if (d.fix && d.fix->safety == diagnostics::FixSafety::Safe) ++figures.fixable;
    }
  }

  /// Whether all files of a project were judged.
  bool is_whole(const Project& project) {
    return std::ranges::any_of(options_.inputs, [&](const std::string& input) {
      if (input == "-" || options_.together || env_.files.status(input).kind != FileKind::Directory) return false;
      const std::string folder = env_.files.real_path(input);
      return project.folder == folder || folder == "/" || project.folder.starts_with(folder + "/");
    });
  }

  /// Entries that accepted nothing, where that can be told.
  std::vector<const Accepted*> unused(const Project& project, const JudgeSettings& settings) {
    std::vector<const Accepted*> found;
    const bool whole = is_whole(project);
    for (const Accepted& one : project.accepted) {
      if (one.used || one.expired || one.codes.empty() || (!whole && !one.asked)) continue;
      const auto rows = diagnostics::catalog();
      const bool judged = std::ranges::all_of(rows, [&](const diagnostics::DiagInfo& row) {
        return !one.codes.contains(row) || is_shown(row, settings, project);
      });
      if (judged) found.push_back(&one);
    }
    return found;
  }

  void tell_unused(const JudgeSettings& settings) {
    for (Project& project : projects_.all()) {
      const auto keep_out = [&](const Diagnostic& d) {
        return !blocks_reading(d.id) && !is_shown(diagnostics::info(d.id), settings, project);
      };
      for (const Accepted* one : unused(project, settings))
        project.sink.report(DiagId::UnusedIgnore, one->span, "nothing that this entry accepts is found any more");
      std::erase_if(project.sink.all(), keep_out);
    }
  }

  ExitCode write_baseline(const std::vector<Judged>& judged) {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::map<const Project*, std::map<Key, std::size_t>> found;
    std::size_t number = 0;
    for (const Judged& one : judged) {
      if (one.session == nullptr) continue;
      for (const Diagnostic& d : one.session->sink.all()) {
        if (blocks_reading(d.id) || !d.span.valid()) continue;
        const std::string name(one.session->sources.name(d.span.file));
        ++found[one.project]
               [{projects_.relative(*one.project, name), std::string(diagnostics::info(d.id).code), d.message}];
        ++number;
      }
    }
    std::size_t dropped = 0;
    for (Project& project : projects_.all()) {
      if (project.broken) throw UsageError{project.path + " has mistakes; `gatec lint` tells them"};
      std::vector<OldFinding> findings;
      for (const auto& [key, times] : found[&project])
        findings.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), times});
      std::vector<const Accepted*> stale = unused(project, options_.judging());
      std::erase_if(stale, [](const Accepted* one) { return one->finding.empty(); });
      dropped += stale.size();
      if (findings.empty() && stale.empty()) continue;
      const std::string text = with_baseline(project, findings, stale);
      const std::string path = project.path.empty() ? path_in(project.folder, kProjectName) : project.path;
      const int error = replace_file(env_.files, path, text);
      if (error != 0) throw UsageError{"cannot write `" + path + "`: " + reason(error)};
    }
    if (!options_.quiet) {
      std::string text = counted(static_cast<std::int64_t>(number), "finding", "findings") + " accepted";
      if (dropped > 0)
        text += ", " + counted(static_cast<std::int64_t>(dropped), "old entry", "old entries") + " taken out";
      env_.err.write(text + "\n");
    }
    return unreadable_ ? ExitCode::Unreadable : ExitCode::Clean;
  }

  [[nodiscard]] ExitCode code() const {
    if (unreadable_) return ExitCode::Unreadable;
    return outcome_.figures.errors + outcome_.figures.warnings > 0 ? ExitCode::Findings : ExitCode::Clean;
  }

  ExitCode print() {
    // With the mended text on stdout there is no room for data.
    const bool to_err =
        options_.fix && (options_.diff || std::count(options_.inputs.begin(), options_.inputs.end(), "-") > 0);
    Output& stream = to_err ? env_.err : env_.out;
    const std::string text =
        options_.statistics ? render_statistics(outcome_, options_.format)
                            : render_lint(outcome_, options_.format, use_colour(options_.reading.color, stream, env_));
    std::vector<const source::SourceManager*> sources;
    for (std::size_t i = 0; i < outcome_.findings.size(); ++i) {
      if (i == 0 || outcome_.owners[i] != outcome_.owners[i - 1]) sources.push_back(outcome_.findings[i].sources);
    }
    Env env{env_.in, stream, env_.err, env_.files, env_.no_color};
    return write_checked(env, text, std::move(sources), code());
  }

  Env& env_;
  const Options& options_;
  Projects projects_;
  Session loose_{env_, {}};  // holds what is told of no file that was read
  LintOutcome outcome_;
  bool unreadable_ = false;
};

}  // namespace

ExitCode run_lint(Env& env, Words words) {
  Options options;
  Arguments arguments("lint", "Finds mistakes in configs. Ends in 1 when there is a warning or an error.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  options.check();
  return Lint(env, options).run();
}

}  // namespace gatec::driver
