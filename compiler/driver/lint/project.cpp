#include "compiler/driver/lint/project.h"

#include "compiler/base/nearest.h"
#include "compiler/driver/arguments.h"
#include "compiler/driver/lint/glob.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <span>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using doc::Entry;
using doc::Node;

constexpr std::string_view kKeys[] = {"from", "opt", "select", "ignore", "severity", "exclude", "accept"};
constexpr std::string_view kAcceptKeys[] = {"codes", "files", "finding", "times", "reason", "owner", "until"};

/// Reads one project file. Every mistake is told at its place; what is wrong is left out.
class ProjectReader {
 public:
  ProjectReader(Project& project, std::string_view today) : project_(project), today_(today) {}

  void read(const Node& root) {
    if (root.is_null()) return;
    if (!root.is_mapping()) {
      wrong(root, "a project file is a mapping");
      return;
    }
    for (const Entry& e : root.entries()) {
      const std::string_view key = e.key->text();
      if (key == "from") {
        from(*e.value);
      } else if (key == "opt") {
        options(*e.value);
      } else if (key == "select") {
        project_.select = codes(*e.value);
      } else if (key == "ignore") {
        project_.ignore = codes(*e.value);
      } else if (key == "severity") {
        severities(*e.value);
      } else if (key == "exclude") {
        for (auto& [text, node] : words(*e.value)) project_.exclude.push_back(std::move(text));
      } else if (key == "accept") {
        accept(*e.value);
      } else {
        unknown(e, kKeys);
      }
    }
  }

 private:
  diagnostics::Sink::Builder wrong(const Node& node, std::string message) {
    return project_.sink.report(DiagId::ProjectSetting, node.span(), std::move(message));
  }

  void unknown(const Entry& e, std::span<const std::string_view> known) {
    std::string message = "there is no setting `" + std::string(e.key->text()) + "` here";
    if (const auto near = base::nearest_word(e.key->text(), known)) ((message += ", did you mean `") += *near) += "`?";
    wrong(*e.key, std::move(message));
  }

  /// One word or a list of them.
  std::vector<std::pair<std::string, const Node*>> words(const Node& node) {
    std::vector<std::pair<std::string, const Node*>> found;
    const auto add = [&](const Node& one) {
      if (one.is_scalar() && !one.is_null()) {
        found.emplace_back(one.text(), &one);
      } else {
        wrong(one, "a word or a list of words is taken here");
      }
    };
    if (!node.is_sequence()) {
      add(node);
    } else {
      for (const Node* element : node.elements()) add(*element);
    }
    return found;
  }

  CodeList codes(const Node& node) {
    std::vector<std::string> good;
    for (const auto& [text, at] : words(node)) {
      try {
        (void)CodeList({text});
        good.push_back(text);
      } catch (const UsageError& error) {
        wrong(*at, error.message);
      }
    }
    return CodeList(good);
  }

  void from(const Node& node) {
    if (!node.is_string()) {
      wrong(node, "`from` takes a dialect");
      return;
    }
    try {
      project_.from = parse_dialect(node.text());
    } catch (const UsageError& error) {
      wrong(node, error.message);
    }
  }

  void options(const Node& node) {
    if (!node.is_mapping()) {
      wrong(node, "`opt` takes a mapping of `DIALECT.KEY` to values");
      return;
    }
    for (const Entry& e : node.entries()) {
      std::string option = std::string(e.key->text()) + "=" + std::string(e.value->text());
      try {
        (void)DialectOptions({option});
        project_.options.push_back(std::move(option));
      } catch (const UsageError& error) {
        wrong(*e.key, error.message);
      }
    }
    project_.dialect_options_ = DialectOptions(project_.options);
  }

  void severities(const Node& node) {
    if (!node.is_mapping()) {
      wrong(node, "`severity` takes a mapping of codes to error, warning or info");
      return;
    }
    for (const Entry& e : node.entries()) {
      const auto severity = severity_named(e.value->text());
      if (!severity) wrong(*e.value, "a severity is error, warning or info");
      CodeList list = codes(*e.key);
      if (severity && !list.empty()) project_.severities.emplace_back(std::move(list), *severity);
    }
  }

  void accept(const Node& node) {
    const bool lines = node.is_sequence() && node.style() == doc::Style::Block && !node.empty();
    project_.accept_open = lines;
    if (lines) project_.accept_list = node.span();
    if (!node.is_sequence()) {
      if (!node.is_null()) wrong(node, "`accept` takes a list of entries");
      return;
    }
    for (const Node* element : node.elements()) entry(*element);
  }

  void entry(const Node& node) {
    if (!node.is_mapping()) {
      wrong(node, "an entry of `accept` is a mapping with `codes`");
      return;
    }
    if (node.get("codes") == nullptr) wrong(node, "this entry has no `codes`, so it accepts nothing");
    Accepted& accepted = project_.accepted.emplace_back();
    accepted.span = node.span();
    for (const Entry& e : node.entries()) {
      const std::string_view key = e.key->text();
      if (key == "codes") {
        accepted.codes = codes(*e.value);
      } else if (key == "files") {
        for (auto& [text, at] : words(*e.value)) accepted.files.push_back(std::move(text));
      } else if (key == "finding") {
        accepted.finding = e.value->text();
      } else if (key == "times") {
        times(*e.value, accepted);
      } else if (key == "until") {
        until(*e.value, accepted);
      } else if (key == "reason" || key == "owner") {
        if (!e.value->is_scalar()) wrong(*e.value, "`" + std::string(key) + "` takes text");
      } else {
        unknown(e, kAcceptKeys);
      }
    }
  }

  void times(const Node& node, Accepted& accepted) {
    const auto number = node.number();
    const auto value = number ? base::Decimal::parse(*number) : std::nullopt;
    const auto count = value ? value->as_int64() : std::nullopt;
    if (!count || *count < 1) {
      wrong(node, "`times` takes a whole number from 1 on");
    } else {
      accepted.times = static_cast<std::size_t>(*count);
    }
  }

  void until(const Node& node, Accepted& accepted) {
    if (!node.is_scalar() || !is_date(node.text())) {
      wrong(node, "`until` takes a day as YYYY-MM-DD");
      return;
    }
    accepted.until = node.text();
    accepted.expired = accepted.until < today_;
    if (!accepted.expired) return;
    project_.sink.report(DiagId::WaiverExpired, node.span(),
                         "this entry held until " + accepted.until + " and accepts nothing any more");
  }

  Project& project_;
  std::string_view today_;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

bool Accepted::holds_for(std::string_view path) const {
  return files.empty() ||
         std::any_of(files.begin(), files.end(), [&](const std::string& p) { return glob_matches(p, path); });
}

const std::string& Projects::real_folder(const std::string& path) {
  const std::string folder = path == "-" || path == kStdinName ? "." : folder_of(path);
  const auto [known, fresh] = real_.try_emplace(folder);
  if (fresh) known->second = env_.files.real_path(folder);
  return known->second;
}

const Project& Projects::of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (nothing_ == nullptr) {
    nothing_ = &projects_.emplace_back();
    nothing_->folder = env_.files.real_path(".");
    here_ = nothing_->folder;
    if (!where_.given.empty()) nothing_ = &read(env_.files.real_path(folder_of(where_.given)), where_.given);
  }
  if (where_.none || !where_.given.empty()) return *nothing_;
  Project* const found = search(real_folder(path));
  return found == nullptr ? *nothing_ : *found;
}

Project* Projects::search(const std::string& folder) {
  if (folder.empty()) return nullptr;
  const auto known = by_folder_.find(folder);
  if (known != by_folder_.end()) return known->second;
  const std::string path = path_in(folder, kProjectName);
  Project* found = nullptr;
  if (env_.files.status(path).kind == FileKind::File) {
    found = &read(folder, path);
  } else if (folder != "/") {
    found = search(folder_of(folder));
  }
  by_folder_.emplace(folder, found);
  return found;
}

Project& Projects::read(const std::string& folder, const std::string& path) {
  Project& project = projects_.emplace_back();
  project.folder = folder;
  project.path = path;
  if (where_.to_make && env_.files.status(path).kind == FileKind::None) return project;
  std::optional<std::string> text = read_file(env_, {shown(path), path, {}, {}}, project.sink);
  if (text) {
    const source::FileId file = project.sources.add(shown(path), *std::move(text));
    const doc::ReadResult document = doc::read_yaml(project.sources, file, project.sink, {});
    if (document && document->root() != nullptr) ProjectReader(project, today_).read(*document->root());
  }
  // A file that is empty but for comments is a project without settings.
  std::erase_if(project.sink.all(), [](const diagnostics::Diagnostic& d) { return d.id == DiagId::EmptyDocument; });
  project.broken = project.sink.has_errors();
  return project;
}

std::string Projects::shown(const std::string& path) {
  const bool below = path.size() > here_.size() && path.starts_with(here_) && path[here_.size()] == '/';
  return below ? path.substr(here_.size() + 1) : path;
}

std::string Projects::relative(const Project& project, const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string& folder = real_folder(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (folder == project.folder) return name;
  const bool below =
      folder.starts_with(project.folder) && (project.folder == "/" || folder[project.folder.size()] == '/');
  if (!below) return path;
  return folder.substr(project.folder == "/" ? 1 : project.folder.size() + 1) + "/" + name;
}

std::string today() {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  char text[16];
  (void)std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                      static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t begin, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(begin, size))
      value = c >= '0' && c <= '9' && value >= 0 ? value * 10 + (c - '0') : -1;
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 1 || day < 1) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

std::optional<diagnostics::Severity> severity_named(std::string_view name) {
  using diagnostics::Severity;
  for (const Severity severity : {Severity::Info, Severity::Warning, Severity::Error}) {
    if (diagnostics::severity_name(severity) == name) return severity;
  }
  return std::nullopt;
}

}  // namespace gatec::driver
