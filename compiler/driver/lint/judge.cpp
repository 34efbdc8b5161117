#include "compiler/driver/lint/judge.h"

#include "compiler/base/memory.h"
#include "compiler/driver/fixes.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <thread>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using diagnostics::DiagInfo;
using diagnostics::Diagnostic;
using diagnostics::Severity;

constexpr int kFixRounds = 8;  // a fix may uncover another finding
constexpr std::size_t kGroupsForAThread = 32;
constexpr std::size_t kMostThreads = 8;

class Judge {
 public:
  Judge(Env& env, const JudgeSettings& settings, Projects& projects, const InputGroup& group, Judged& result)
      : env_(env), settings_(settings), projects_(projects), group_(group), result_(result) {}

  void run() {
    Texts texts;
    std::vector<std::string> before;  // masked, for --diff
    for (int round = 0;; ++round) {
      result_.session = std::make_unique<Session>(env_, reading());
      Session& session = *result_.session;
      const Session::State state = round == 0 ? session.load(group_.files) : session.load_texts(texts, false);
      if (state == Session::State::Read) session.check();
      choose(state);
      if (settings_.fix && round == 0) {
        texts = texts_of(session);
        if (settings_.diff) before = masked_texts();
      }
      const bool mended = state == Session::State::Read && settings_.fix && round < kFixRounds && fix_once(texts);
      if (!mended) return conclude(state, texts, before);
    }
  }

 private:
  using Texts = std::vector<std::pair<InputFile, std::string>>;

  [[nodiscard]] ReadSettings reading() const {
    ReadSettings reading = settings_.reading;
    const Project& project = *result_.project;
    if (!reading.from && project.from) {
      reading.from = project.from;
      reading.from_if_recognised = group_.found;
    }
    if (!project.options.empty()) reading.options.add_behind(project.dialect_options());
    return reading;
  }

  Texts texts_of(const Session& session) const {
    Texts texts;
    for (std::size_t i = 0; i < session.files().size(); ++i)
      texts.emplace_back(session.files()[i], session.sources.text(session.documents()[i].file()));
    return texts;
  }

  [[nodiscard]] std::vector<std::string> masked_texts() const {
    const diagnostics::Mask mask = result_.session->mask();
    std::vector<std::string> texts;
    for (const doc::Document& document : result_.session->documents())
      texts.push_back(mask.masked_text(document.file()));
    return texts;
  }

  /// Leaves in the sink what is to be shown.
  void choose(Session::State state) {
    Session& session = *result_.session;
    InlineIgnores ignores;
    for (const doc::Document& document : session.documents()) ignores.add(document, session.sources);
    result_.accepted = 0;
    counts_.clear();
    std::vector<Diagnostic>& all = session.sink.all();
    std::erase_if(all, [&](Diagnostic& d) { return !is_kept(d, ignores); });
    if (!ignores.empty() && state == Session::State::Read) tell_unused(ignores);
    session.sink.sort();
  }

  bool is_kept(Diagnostic& d, InlineIgnores& ignores) {
    const DiagInfo& row = diagnostics::info(d.id);
    if (blocks_reading(d.id)) return true;
    if (!is_shown(row, settings_, *result_.project)) return false;
    if (ignores.covers(d, result_.session->sources) || is_accepted(d)) {
      ++result_.accepted;
      return false;
    }
    for (const auto& [codes, severity] : result_.project->severities) {
      if (codes.contains(row)) d.severity = severity;
    }
    for (const auto& [codes, severity] : settings_.severities) {
      if (codes.contains(row)) d.severity = severity;
    }
    return d.severity >= settings_.least;
  }

  bool is_accepted(const Diagnostic& d) {
    const Project& project = *result_.project;
    if (project.accepted.empty()) return false;
    const std::string& path = path_of(d.span);
    for (const Accepted& one : project.accepted) {
      const bool meant = !one.expired && one.codes.contains(diagnostics::info(d.id)) &&
                         (one.finding.empty() || one.finding == d.message) && one.holds_for(path);
      if (!meant || (one.times > 0 && counts_[{&one, path}]++ >= one.times)) continue;
      one.used = true;
      return true;
    }
    return false;
  }

  /// Relative to the project.
  const std::string& path_of(source::Span span) {
    const std::string name(span.valid() ? result_.session->sources.name(span.file) : group_.files.front().path);
    const auto [known, fresh] = paths_.try_emplace(name);
    if (fresh) known->second = projects_.relative(*result_.project, name);
    return known->second;
  }

  void tell_unused(const InlineIgnores& ignores) {
    Session& session = *result_.session;
    const auto shown = [&](const DiagInfo& row) { return is_shown(row, settings_, *result_.project); };
    const std::size_t before = session.sink.all().size();
    ignores.report_unused(session.sink, session.sources, shown);
    std::vector<Diagnostic>& all = session.sink.all();
    InlineIgnores none;
    all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(before), all.end(),
                             [&](Diagnostic& d) { return !is_kept(d, none); }),
              all.end());
  }

  /// True when a text changed.
  bool fix_once(Texts& texts) {
    const Session& session = *result_.session;
    std::vector<const diagnostics::Fix*> fixes;
    for (const Diagnostic& d : session.sink.all()) {
      if (d.fix && (d.fix->safety == diagnostics::FixSafety::Safe || settings_.unsafe_fixes)) fixes.push_back(&*d.fix);
    }
    bool changed = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      // a literal of a program may stand for many values, so people mend it
      if (session.documents()[i].format() == doc::Format::Gate) continue;
      Fixed fixed = apply_fixes(session.sources, session.documents()[i].file(), fixes);
      if (fixed.made == 0 || fixed.text == texts[i].second) continue;
      changed = true;
      result_.fixed += fixed.made;
      texts[i].second = std::move(fixed.text);
    }
    return changed;
  }

  void conclude(Session::State state, const Texts& texts, const std::vector<std::string>& before) {
    mark_asked();
    if (state != Session::State::Read && group_.found) {
      result_.session.reset();
      return;
    }
    result_.state = state == Session::State::Read ? Judged::State::Read : Judged::State::Unreadable;
    if (settings_.diff) {
      const std::vector<std::string> after = masked_texts();
      for (std::size_t i = 0; i < std::min(texts.size(), before.size()); ++i)
        result_.diff += unified_diff(texts[i].first.name, before[i], after[i]);
    } else if (settings_.fix && texts.size() == group_.files.size()) {
      for (const auto& [file, text] : texts) {
        const bool wanted = result_.fixed > 0 || file.path == "-";
        result_.texts.push_back(wanted ? std::optional(text) : std::nullopt);
      }
    }
    if (result_.session->sink.all().empty()) {
      result_.session.reset();
    } else {
      result_.session->forget();
    }
  }

  void mark_asked() {
    for (const Accepted& one : result_.project->accepted) {
      if (one.files.empty() || !std::ranges::all_of(one.files, is_plain_path)) continue;
      for (const InputFile& file : group_.files) {
        if (one.holds_for(path_of_file(file))) one.asked = true;
      }
    }
  }
  const std::string& path_of_file(const InputFile& file) {
    const auto [known, fresh] = paths_.try_emplace(file.name);
    if (fresh) known->second = projects_.relative(*result_.project, file.path);
    return known->second;
  }

  Env& env_;
  const JudgeSettings& settings_;
  Projects& projects_;
  const InputGroup& group_;
  Judged& result_;
  std::map<std::pair<const Accepted*, std::string>, std::size_t> counts_;
  std::map<std::string, std::string> paths_;
};

}  // namespace

std::vector<Judged> judge_all(Env& env, const JudgeSettings& settings, Projects& projects,
                              const std::vector<InputGroup>& groups) {
  std::vector<Judged> results(groups.size());
  // Asked for here, so that the projects stand in the order of the inputs.
  for (std::size_t i = 0; i < groups.size(); ++i) results[i].project = &projects.of(groups[i].files.front().path);
  std::atomic<std::size_t> next = 0;
  std::exception_ptr thrown;
  std::mutex thrown_mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < groups.size(); i = next++)
        Judge(env, settings, projects, groups[i], results[i]).run();
    } catch (...) {
      next = groups.size();
      const std::lock_guard lock(thrown_mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  const std::size_t wanted = std::min({groups.size() / kGroupsForAThread + 1,
                                       std::size_t{std::max(std::thread::hardware_concurrency(), 1U)}, kMostThreads});
  if (groups.size() > 1) base::expect_many_inputs();
  std::vector<std::thread> threads;
  try {
    while (threads.size() + 1 < wanted) {
      threads.emplace_back([&work] {
        const base::ThreadHeap heap;
        work();
      });
    }
  } catch (const std::system_error&) {
    // those that there are will do
  }
  work();
  for (std::thread& thread : threads) thread.join();
  if (thrown) std::rethrow_exception(thrown);
  return results;
}

bool blocks_reading(DiagId id) {
  const std::string_view family = diagnostics::info(id).family;
  return (family == "documents" || family == "syntax") && diagnostics::info(id).severity == Severity::Error;
}

bool is_shown(const DiagInfo& row, const JudgeSettings& settings, const Project& project) {
  const CodeList& select = settings.select.empty() ? project.select : settings.select;
  if (!select.empty() && !select.contains(row)) return false;
  return !settings.ignore.contains(row) && !project.ignore.contains(row);
}

}  // namespace gatec::driver
