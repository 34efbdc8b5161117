#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/render_junit.h"
#include "compiler/diagnostics/render_text.h"
#include "compiler/driver/app.h"
#include "compiler/driver/options.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/test/trial.h"

#include <algorithm>
#include <memory>

namespace gatec::driver {
namespace {

using base::JsonWriter;
using diagnostics::DiagId;
using diagnostics::printable;

constexpr std::size_t kPathsShown = 6;

struct Options {
  std::vector<std::string> inputs, cases, to;
  std::string format = "text";
  ReadingOptions reading;

  void add_to(Arguments& arguments) {
    arguments.positional("IN", inputs, "files, folders or - for stdin: all together one gateway's state", 1, SIZE_MAX);
    reading.add_to(arguments);
    arguments.option("--cases", cases, "FILE", "cases that do not stand beside the inputs", false);
    arguments.option("--to", to, "DIALECT[@VERSION]", "also against what this comes to for another gateway", true);
    arguments.option("--format", format, "FORMAT", "text, json or junit");
  }
};

/// One gateway that the cases were held against: the source, or what it comes to elsewhere.
struct Side {
  std::string name;  // empty: the source
  std::vector<Verdict> verdicts;
  bool weaker = false;

  [[nodiscard]] std::size_t failures() const {
    return static_cast<std::size_t>(std::ranges::count(verdicts, false, &Verdict::holds));
  }
};

class Test {
 public:
  Test(Env& env, const Options& options) : env_(env), options_(options), source_(env, options.reading.settings()) {}

  ExitCode run() {
    check_choice("--format", options_.format, "text json junit");
    std::vector<DialectChoice> targets;
    for (const std::string& name : options_.to) targets.push_back(parse_dialect(name));
    if (!load() || !find_cases()) {
      show(env_, source_, use_colour(options_.reading.color, env_.err, env_), true);
      return ExitCode::Unreadable;
    }
    Trials trials(source_, source_);
    bool fine = true;
    for (const TestCase& test : cases_) fine = trials.check(test, source_.sink) && fine;
    if (fine) fine = hold({}, trials);
    if (!fine) {
      show(env_, source_, use_colour(options_.reading.color, env_.err, env_), true);
      return ExitCode::Unreadable;
    }
    for (const DialectChoice& to : targets) {
      if (const ExitCode code = elsewhere(to); code != ExitCode::Clean) return code;
    }
    return tell();
  }

 private:
  bool load() {
    if (!expand_state(env_, options_.inputs, source_.sink, files_)) return false;
    for (const InputFile& file : files_) {
      std::optional<std::string> text = read_file(env_, file, source_.sink);
      if (!text) return false;
      texts_.emplace_back(file, *std::move(text));
    }
    return source_.load_texts(texts_, false) == Session::State::Read;
  }

  bool find_cases() {
    bool fine = true;
    const auto add = [&](const doc::Document* document) {
      fine = document != nullptr && fine;
      if (document == nullptr) return;
      for (TestCase& test : read_cases(*document, source_.sink)) cases_.push_back(std::move(test));
    };
    std::vector<std::string> names = options_.cases;
    if (names.empty()) {
      for (const std::string& input : options_.inputs) beside(input, names);
    }
    for (const doc::Document& document : source_.documents()) {
      if (document.format() == doc::Format::Gate) add(source_.load_cases(document));
    }
    for (const std::string& name : names) add(source_.load_cases({name, name, {}, {}}));
    if (!fine || has_mistakes()) return false;
    if (!cases_.empty()) return true;
    source_.sink.report(DiagId::NoCase, {}, "there are no cases for `" + options_.inputs.front() + "`")
        .note(
            "they stand beside it as NAME.test.yaml or NAME.test.gate, in a program as blocks `test`, or are named by "
            "--cases");
    return false;
  }

  /// What the source itself is wrong about stops nothing.
  [[nodiscard]] bool has_mistakes() const {
    return std::ranges::any_of(source_.sink.all(),
                               [](const diagnostics::Diagnostic& d) { return d.id == DiagId::CaseSetting; });
  }

  void beside(const std::string& input, std::vector<std::string>& names) {
    if (input == "-") return;
    if (env_.files.status(input).kind == FileKind::Directory) {
      std::vector<DirectoryEntry> entries;
      if (env_.files.list(input, entries) != 0) return;
      for (const DirectoryEntry& entry : entries) {
        if (entry.kind == FileKind::File && is_cases_name(entry.name)) names.push_back(path_in(input, entry.name));
      }
      return;
    }
    const std::size_t slash = input.rfind('/');
    const std::size_t dot = input.rfind('.');
    const bool ending = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1);
    const std::string stem = ending ? input.substr(0, dot) : input;
    for (const char* end : {".test.yaml", ".test.yml", ".test.gate"}) {
      if (env_.files.status(stem + end).kind == FileKind::File) names.push_back(stem + end);
    }
  }

  /// False after telling of a case of the source that cannot be worked out.
  bool hold(std::string name, Trials& trials) {
    Side& side = sides_.emplace_back();
    side.name = std::move(name);
    bool fine = true;
    for (const TestCase& test : cases_) {
      side.verdicts.push_back(trials.run(test));
      const std::string& problem = side.verdicts.back().problem;
      if (problem.empty() || !side.name.empty()) continue;
      source_.sink.report(DiagId::CaseUndecided, test.name.span,
                          "what becomes of this request is not worked out: " + problem);
      fine = false;
    }
    return fine;
  }

  ExitCode elsewhere(const DialectChoice& to) {
    Session again(env_, options_.reading.settings());
    if (again.load_texts(texts_, false) != Session::State::Read) return ExitCode::Unreadable;
    CompileSettings settings;
    settings.to = to;
    settings.options = DialectOptions(options_.reading.opts);
    const Compiled compiled = compile_once(env_, again, settings);
    if (!compiled.bugs.empty()) {
      std::string text;
      for (const BugFound& bug : compiled.bugs) {
        ((text += "bug in gatec[") += diagnostics::info(bug.code).code) += "]: ";
        (text += printable(bug.message)) += '\n';
      }
      env_.err.write(text + "please report this with the command line and, if you can, the input\n");
      return ExitCode::Bug;
    }
    Trials trials(*compiled.target, source_);
    (void)hold(std::string(to.dialect->name), trials);
    sides_.back().weaker = compiled.weaker;
    return ExitCode::Clean;
  }

  ExitCode tell() {
    const bool fails = std::ranges::any_of(sides_, [](const Side& side) { return side.failures() > 0; });
    const ExitCode code = fails ? ExitCode::Findings : ExitCode::Clean;
    const std::string text = options_.format == "json"    ? as_json()
                             : options_.format == "junit" ? as_junit()
                                                          : as_text();
    return write_checked(env_, text, {&source_.sources}, code);
  }

  // text

  static std::string steps(const Verdict::Path& path) {
    std::string out;
    for (const Verdict::Step& step : path.steps) {
      out += (out.empty() ? "" : "; ") + printable(step.upstream);
      if (step.calls > 1) out += " ×" + std::to_string(step.calls);
      out += step.failed.empty() ? " answers" : " " + step.failed;
      if (!step.place.empty()) out += " (" + printable(step.place) + ")";
    }
    if (path.steps.empty() || path.steps.back().failed != path.error) {
      if (!path.error.empty()) out += (out.empty() ? "" : "; ") + path.error;
    }
    return out;
  }

  static std::string explanation(const Verdict& verdict, std::string_view indent) {
    std::string out;
    const auto line = [&](std::string_view head, const std::string& text) { ((out += indent) += head) += text + "\n"; };
    line("expected  ", printable(verdict.expected));
    line("instead   ", printable(verdict.problem.empty() ? verdict.happens : verdict.problem));
    if (verdict.refused && !verdict.refused->place.empty()) line("decided   ", printable(verdict.refused->place));
    std::size_t shown = 0;
    for (const Verdict::Path& path : verdict.paths) {
      if (++shown > kPathsShown) break;
      line("course    ", path.share + ": " + steps(path));
      const bool told = !path.steps.empty() && path.steps.back().place == path.decided;
      if (!path.decided.empty() && !told) line("          ", "decided by " + printable(path.decided));
    }
    if (verdict.paths.size() > kPathsShown)
      line("          ", "and " + counted(static_cast<std::int64_t>(verdict.paths.size() - kPathsShown), "other course",
                                          "other courses"));
    for (const std::string& note : verdict.notes) line("note      ", printable(note));
    return out;
  }

  std::string as_text() {
    const bool colour = use_colour(options_.reading.color, env_.out, env_);
    const auto painted = [&](std::string_view word, std::string_view code) {
      return colour ? "\x1b[" + std::string(code) + "m" + std::string(word) + "\x1b[0m" : std::string(word);
    };
    std::string out;
    for (const Side& side : sides_) {
      if (!side.name.empty()) out += (out.empty() ? "" : "\n") + side.name + ":\n";
      if (side.weaker)
        out += "note  it would allow more than the source does: `gatec compile` stops there without --allow weaker\n";
      for (std::size_t i = 0; i < cases_.size(); ++i) {
        const Verdict& verdict = side.verdicts[i];
        out += verdict.holds ? painted("ok", "32") + "    " : painted("FAIL", "31") + "  ";
        out += printable(cases_[i].name.text);
        out += verdict.holds
                   ? "\n"
                   : " (" + printable(source_.place(cases_[i].name.span)) + ")\n" + explanation(verdict, "      ");
      }
    }
    std::string summary;
    for (const Side& side : sides_) {
      const auto failed = static_cast<std::int64_t>(side.failures());
      const auto all = static_cast<std::int64_t>(side.verdicts.size());
      summary += summary.empty() ? "" : "; on " + side.name + " ";
      summary += summary.empty() ? counted(all, "case", "cases") + ", " : "";
      summary += failed == 0 ? (all == 1 ? "it holds" : "all hold")
                             : std::to_string(failed) + (failed == 1 ? " fails" : " fail");
    }
    return out + (sides_.size() > 1 ? "\n" : "") + summary + "\n";
  }

  // json

  static void text_or_null(JsonWriter& json, std::string_view key, const std::string& text) {
    json.key(key);
    if (text.empty()) {
      json.null();
    } else {
      json.string(text);
    }
  }

  static void write_path(JsonWriter& json, const Verdict::Path& path) {
    json.begin_object();
    json.member("share", path.share);
    json.key("attempts");
    json.begin_array();
    for (const Verdict::Step& step : path.steps) {
      json.begin_object();
      json.member("upstream", step.upstream);
      json.member("calls", step.calls);
      text_or_null(json, "failed", step.failed);
      text_or_null(json, "place", step.place);
      json.end_object();
    }
    json.end_array();
    text_or_null(json, "answers", path.answers);
    text_or_null(json, "error", path.error);
    text_or_null(json, "decided", path.decided);
    json.end_object();
  }

  [[nodiscard]] std::string as_json() const {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("cases");
    json.begin_array();
    for (const Side& side : sides_) {
      for (std::size_t i = 0; i < cases_.size(); ++i) {
        const Verdict& verdict = side.verdicts[i];
        const source::Span span = cases_[i].name.span;
        json.begin_object();
        json.member("name", cases_[i].name.text);
        json.member("file", source_.sources.name(span.file));
        json.member("line", source_.sources.position(span.file, span.begin).line);
        text_or_null(json, "to", side.name);
        json.member("holds", verdict.holds);
        json.member("expected", verdict.expected);
        json.member("happens", verdict.problem.empty() ? verdict.happens : verdict.problem);
        json.key("refused");
        if (verdict.refused) {
          json.begin_object();
          json.member("what", refused_name(verdict.refused->what));
          json.member("by", verdict.refused->by);
          json.member("why", verdict.refused->why);
          text_or_null(json, "place", verdict.refused->place);
          json.end_object();
        } else {
          json.null();
        }
        json.key("courses");
        json.begin_array();
        for (const Verdict::Path& path : verdict.paths) write_path(json, path);
        json.end_array();
        json.key("notes");
        json.begin_array();
        for (const std::string& note : verdict.notes) json.string(note);
        json.end_array();
        json.end_object();
      }
    }
    json.end_array();
    json.key("summary");
    json.begin_array();
    for (const Side& side : sides_) {
      json.begin_object();
      text_or_null(json, "to", side.name);
      json.member("cases", side.verdicts.size());
      json.member("failed", side.failures());
      json.member("weaker", side.weaker);
      json.end_object();
    }
    json.end_array();
    json.end_object();
    return out;
  }

  // junit

  [[nodiscard]] std::string as_junit() const {
    using diagnostics::append_xml_attribute;
    std::size_t failures = 0;
    for (const Side& side : sides_) failures += side.failures();
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gatec test\"";
    append_xml_attribute(out, "failures", std::to_string(failures));
    out += ">\n";
    for (const Side& side : sides_) {
      const std::string name = side.name.empty() ? std::string(source_.choice().dialect->name) : "to " + side.name;
      out += "  <testsuite";
      append_xml_attribute(out, "name", name);
      append_xml_attribute(out, "tests", std::to_string(side.verdicts.size()));
      append_xml_attribute(out, "failures", std::to_string(side.failures()));
      out += ">\n";
      for (std::size_t i = 0; i < cases_.size(); ++i) {
        const source::Span span = cases_[i].name.span;
        out += "    <testcase";
        append_xml_attribute(out, "classname", name);
        append_xml_attribute(out, "name", cases_[i].name.text);
        append_xml_attribute(out, "file", source_.sources.name(span.file));
        append_xml_attribute(out, "line", std::to_string(source_.sources.position(span.file, span.begin).line));
        const Verdict& verdict = side.verdicts[i];
        if (verdict.holds) {
          out += "/>\n";
          continue;
        }
        out += ">\n      <failure";
        append_xml_attribute(out, "message", "expected " + verdict.expected);
        out += '>';
        diagnostics::append_xml_text(out, explanation(verdict, ""));
        out += "</failure>\n    </testcase>\n";
      }
      out += "  </testsuite>\n";
    }
    return out + "</testsuites>\n";
  }

  Env& env_;
  const Options& options_;
  Session source_;
  std::vector<InputFile> files_;
  std::vector<std::pair<InputFile, std::string>> texts_;
  std::vector<TestCase> cases_;
  std::vector<Side> sides_;
};

}  // namespace

ExitCode run_test(Env& env, Words words) {
  Options options;
  Arguments arguments(
      "test",
      "Holds cases against a config: who calls which model while which upstreams fail, and what answers. "
      "Nothing is asked of a gateway.");
  options.add_to(arguments);
  if (!arguments.parse(words)) {
    env.out.write(arguments.help());
    return ExitCode::Clean;
  }
  return Test(env, options).run();
}

}  // namespace gatec::driver
