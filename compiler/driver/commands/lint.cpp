#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/render_github.h"
#include "compiler/diagnostics/render_sarif.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/fixes.h"
#include "compiler/driver/options.h"
#include "compiler/driver/output_dir.h"
#include "compiler/driver/selection.h"
#include "gatec/version.h"

#include <algorithm>
#include <deque>
#include <set>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using diagnostics::Diagnostic;
using diagnostics::Finding;
using diagnostics::Severity;

constexpr int kFixRounds = 8;  // a fix may uncover another finding

struct Options {
  std::vector<std::string> inputs;
  std::string format = "text";
  std::vector<std::string> select, ignore;
  bool together = false, fix = false, unsafe_fixes = false, diff = false, quiet = false;
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders (searched to the bottom) or - for stdin; each is judged alone",
                         1, SIZE_MAX);
    reading.add_to(arguments);
    arguments.option("--format", format, "FORMAT", "text, json, sarif or github");
    arguments.option("--select", select, "CODES", "only these: codes, beginnings of codes (GW1) or names", true);
    arguments.option("--ignore", ignore, "CODES", "not these", true);
    arguments.flag("--together", together, "judge all inputs as one gateway's state");
    arguments.flag("--fix", fix, "mend what can be mended safely, in place");
    arguments.flag("--unsafe-fixes", unsafe_fixes, "with --fix: also what may change the meaning");
    arguments.flag("--diff", diff, "with --fix: show the changes and write nothing");
    arguments.flag("-q,--quiet", quiet, "no summary on stderr");
  }

  void check() const {
    check_choice("--format", format, "text json sarif github");
    if ((unsafe_fixes || diff) && !fix)
      throw UsageError{std::string(unsafe_fixes ? "--unsafe-fixes" : "--diff") + " goes with --fix"};
  }
};

struct Figures {
  std::size_t files = 0, passed_over = 0, errors = 0, warnings = 0, infos = 0, fixable = 0, fixed = 0;
  bool unreadable = false;
};

/// Errors that say that a document could not be had at all.
bool blocks_reading(DiagId id) {
  return diagnostics::info(id).family == "documents" && diagnostics::info(id).severity == Severity::Error;
}

class Lint {
 public:
  Lint(Env& env, const Options& options)
      : env_(env),
        options_(options),
        settings_(options.reading.settings()),
        select_(options.select),
        ignore_(options.ignore) {}

  ExitCode run() {
    for (InputGroup& group : groups()) {
      if (options_.fix) {
        mend(group);
      } else {
        judge(group);
      }
    }
    collect_from(loose_);
    const ExitCode printed = print();
    if (!options_.quiet && options_.format == "text") env_.err.write(summary());
    return printed;
  }

 private:
  std::vector<InputGroup> groups() {
    std::vector<InputGroup> groups;
    bool fine = true;
    if (options_.together) {
      groups.emplace_back();
      fine = expand_state(env_, options_.inputs, loose_.sink, groups.back().files);
      if (groups.back().files.empty()) groups.clear();
    } else {
      fine = expand_each(env_, options_.inputs, loose_.sink, groups);
    }
    figures_.unreadable = !fine;
    return groups;
  }

  void judge(const InputGroup& group) {
    Session& session = sessions_.emplace_back(env_, settings_);
    const Session::State state = session.load(group.files);
    if (state == Session::State::Read) session.check();
    conclude(session, state, group);
  }

  /// The last word on a group. Of a file that was only found and that no dialect knows, nothing is kept.
  void conclude(Session& session, Session::State state, const InputGroup& group) {
    if (state != Session::State::Read && group.found) {
      ++figures_.passed_over;
      sessions_.pop_back();
      return;
    }
    figures_.files += group.files.size();
    figures_.unreadable = figures_.unreadable || state != Session::State::Read;
    session.sink.sort();
    const std::size_t before = findings_.size();
    collect_from(session);
    if (findings_.size() == before) {
      sessions_.pop_back();
    } else {
      session.forget();
    }
  }

  /// Fixes in rounds until nothing changes; the last judgement is what is shown.
  void mend(const InputGroup& group) {
    std::vector<std::pair<InputFile, std::string>> texts;
    for (const InputFile& file : group.files) {
      std::optional<std::string> text = read_file(env_, file, loose_.sink);
      if (!text) figures_.unreadable = true;
      if (text) texts.emplace_back(file, std::move(*text));
    }
    if (texts.size() < group.files.size()) return;
    const auto original = texts;
    std::vector<std::string> shown;  // before any fix, for --diff
    for (int round = 0;; ++round) {
      Session& session = sessions_.emplace_back(env_, settings_);
      const Session::State state = session.load_texts(texts, false);
      if (state == Session::State::Read) session.check();
      if (round == 0 && options_.diff) shown = masked_texts(session);
      if (state == Session::State::Read && round < kFixRounds && fix_once(session, texts)) {
        sessions_.pop_back();
        continue;
      }
      if (options_.diff) show_changes(texts, shown, masked_texts(session));
      conclude(session, state, group);
      break;
    }
    for (std::size_t i = 0; i < texts.size(); ++i) keep(texts[i].first, original[i].second, texts[i].second);
  }

  static std::vector<std::string> masked_texts(const Session& session) {
    const diagnostics::Mask mask = session.mask();
    std::vector<std::string> texts;
    for (std::uint32_t file = 0; file < session.sources.count(); ++file)
      texts.push_back(mask.masked_text(source::FileId{file}));
    return texts;
  }

  void show_changes(const std::vector<std::pair<InputFile, std::string>>& files, const std::vector<std::string>& before,
                    const std::vector<std::string>& after) {
    for (std::size_t i = 0; i < files.size(); ++i)
      env_.out.write(unified_diff(files[i].first.name, before[i], after[i]));
  }

  /// True when a text changed.
  bool fix_once(const Session& session, std::vector<std::pair<InputFile, std::string>>& texts) {
    const InlineIgnores ignores = ignores_of(session);
    std::vector<const diagnostics::Fix*> fixes;
    for (const Diagnostic& d : session.sink.all()) {
      const bool wanted = d.fix && (d.fix->safety == diagnostics::FixSafety::Safe || options_.unsafe_fixes);
      if (wanted && is_chosen(d, session, ignores)) fixes.push_back(&*d.fix);
    }
    bool changed = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Fixed fixed = apply_fixes(session.sources, session.documents()[i].file(), fixes);
      if (fixed.made == 0 || fixed.text == texts[i].second) continue;
      changed = true;
      figures_.fixed += fixed.made;
      texts[i].second = std::move(fixed.text);
    }
    return changed;
  }

  void keep(const InputFile& file, const std::string& before, const std::string& after) {
    if (options_.diff) return;
    if (file.path == "-") {
      env_.out.write(after);
    } else if (before != after) {
      const int error = replace_file(env_.files, file.path, after);
      if (error == 0) return;
      loose_.sink.report(DiagId::WriteFailed, {}, "cannot write `" + file.name + "`: " + reason(error));
      figures_.unreadable = true;
    }
  }

  static InlineIgnores ignores_of(const Session& session) {
    InlineIgnores ignores;
    for (const doc::Document& document : session.documents()) ignores.add(document, session.sources);
    return ignores;
  }

  [[nodiscard]] bool is_chosen(const Diagnostic& d, const Session& session, const InlineIgnores& ignores) const {
    if (blocks_reading(d.id)) return true;
    const diagnostics::DiagInfo& row = diagnostics::info(d.id);
    if (!select_.empty() && !select_.contains(row)) return false;
    return !ignore_.contains(row) && !ignores.covers(d, session.sources);
  }

  void collect_from(const Session& session) {
    const InlineIgnores ignores = ignores_of(session);
    for (const Diagnostic& d : session.sink.all()) {
      if (!is_chosen(d, session, ignores)) continue;
      findings_.push_back({&d, &session.sources});
      owners_.push_back(&session);
      switch (d.severity) {
        case Severity::Error: ++figures_.errors; break;
        case Severity::Warning: ++figures_.warnings; break;
        case Severity::Info: ++figures_.infos; break;
      }
      if (d.fix && d.fix->safety == diagnostics::FixSafety::Safe) ++figures_.fixable;
    }
  }

  [[nodiscard]] ExitCode code() const {
    if (figures_.unreadable) return ExitCode::Unreadable;
    return figures_.errors + figures_.warnings > 0 ? ExitCode::Findings : ExitCode::Clean;
  }

  ExitCode print() {
    // With the mended text on stdout there is no room for data.
    const bool to_err =
        options_.fix && (options_.diff || std::count(options_.inputs.begin(), options_.inputs.end(), "-") > 0);
    Output& stream = to_err ? env_.err : env_.out;
    const std::string text = rendered(use_colour(options_.reading.color, stream, env_));
    std::vector<const source::SourceManager*> sources;
    for (const Session& session : sessions_) sources.push_back(&session.sources);
    Env env{env_.in, stream, env_.err, env_.files, env_.no_color};
    return write_checked(env, text, std::move(sources), code());
  }

  [[nodiscard]] std::string rendered(bool colour) const {
    if (options_.format == "sarif") return diagnostics::render_sarif(findings_, version());
    if (options_.format == "github") return diagnostics::render_github(findings_);
    if (options_.format == "json") return json();
    std::string text;
    std::optional<diagnostics::Mask> mask;
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      if (i == 0 || owners_[i] != owners_[i - 1]) mask = owners_[i]->mask();
      diagnostics::render_text(text, *findings_[i].diagnostic, *mask, colour);
      text += '\n';
    }
    return text;
  }

  [[nodiscard]] std::string json() const {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object();
    diagnostics::write_diagnostics(json, findings_);
    json.key("summary");
    json.begin_object();
    json.member("files", figures_.files);
    json.member("passed_over", figures_.passed_over);
    json.member("errors", figures_.errors);
    json.member("warnings", figures_.warnings);
    json.member("infos", figures_.infos);
    json.member("fixable", figures_.fixable);
    json.member("fixed", figures_.fixed);
    json.end_object();
    json.end_object();
    return out;
  }

  [[nodiscard]] std::string summary() const {
    const auto number = [](std::size_t n, std::string_view one, std::string_view many) {
      return counted(static_cast<std::int64_t>(n), one, many);
    };
    std::string text = number(figures_.files, "file", "files") + ": " + number(figures_.errors, "error", "errors") +
                       ", " + number(figures_.warnings, "warning", "warnings") + ", " + std::to_string(figures_.infos) +
                       " info";
    if (figures_.fixed > 0) text += ", " + std::to_string(figures_.fixed) + (options_.diff ? " to be fixed" : " fixed");
    if (figures_.fixable > 0) text += ", " + std::to_string(figures_.fixable) + " that --fix mends";
    if (figures_.passed_over > 0)
      text += "; " + number(figures_.passed_over, "file", "files") + " that no dialect knows passed over";
    return text + "\n";
  }

  Env& env_;
  const Options& options_;
  ReadSettings settings_;
  CodeList select_, ignore_;
  Session loose_{env_, {}};  // holds what is told of no file that was read
  std::deque<Session> sessions_;
  std::vector<Finding> findings_;
  std::vector<const Session*> owners_;  // beside findings_
  Figures figures_;
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
