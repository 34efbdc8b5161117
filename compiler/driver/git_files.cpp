#include "compiler/driver/git_files.h"

#include "compiler/driver/process.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace gatec::driver {
namespace {

constexpr std::string_view kPrefix = "git:";

bool is_git(const std::string& path) { return path.starts_with(kPrefix); }

/// What `git WORDS...` prints.
int run_git(std::vector<std::string> words, std::uint64_t limit, std::string& text) {
  words.insert(words.begin(), "git");
  return run_program(std::move(words), {}, limit, text);
}

}  // namespace

/// A path is looked at from its own folder, so that it may lie in another repository.
struct GitFiles::Place {
  std::string folder, object;  // "HEAD~1:./proxy.yaml"
};

GitFiles::Place GitFiles::place(const std::string& path) {
  const std::string rest = path.substr(kPrefix.size());
  const std::size_t colon = rest.find(':');
  const std::string ref = rest.substr(0, colon);
  std::string file = colon == std::string::npos ? "." : rest.substr(colon + 1);
  if (file.empty()) file = ".";
  while (file.size() > 1 && file.ends_with('/')) file.pop_back();
  const std::size_t slash = file.rfind('/');
  if (slash != std::string::npos) {
    const std::string folder = slash == 0 ? "/" : file.substr(0, slash);
    if (others_.status(folder).kind == FileKind::Directory) return {folder, ref + ":./" + file.substr(slash + 1)};
  }
  return {".", ref + ":./" + (file == "." ? "" : file)};
}

FileStatus GitFiles::status(const std::string& path) {
  if (!is_git(path)) return others_.status(path);
  const Place at = place(path);
  std::string type;
  constexpr std::uint64_t kWord = 100;
  if (const int error = run_git({"-C", at.folder, "cat-file", "-t", at.object}, kWord, type); error != 0)
    return {FileKind::None, 0, error};
  return {type.starts_with("tree") ? FileKind::Directory : FileKind::File, 0, 0};
}

int GitFiles::read(const std::string& path, std::uint64_t limit, std::string& text) {
  if (!is_git(path)) return others_.read(path, limit, text);
  const Place at = place(path);
  text.clear();
  return run_git({"-C", at.folder, "cat-file", "blob", at.object}, limit, text);
}

int GitFiles::list(const std::string& path, std::vector<DirectoryEntry>& entries) {
  if (!is_git(path)) return others_.list(path, entries);
  const Place at = place(path);
  std::string text;
  constexpr std::uint64_t kMost = 1U << 26U;
  if (const int error = run_git({"-C", at.folder, "cat-file", "-p", at.object}, kMost, text); error != 0) return error;
  // each line: mode, type, hash, a tab and the name
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    const bool tree = line.find(" tree ") < tab;
    entries.push_back(
        {std::string(line.substr(tab + 1)), tree ? FileKind::Directory : FileKind::File, line.starts_with("120000")});
  }
  return 0;
}

int GitFiles::write(const std::string& path, std::string_view text, bool executable) {
  return is_git(path) ? EROFS : others_.write(path, text, executable);
}
int GitFiles::make_directory(const std::string& path) { return is_git(path) ? EROFS : others_.make_directory(path); }
int GitFiles::rename(const std::string& from, const std::string& to) {
  return is_git(from) || is_git(to) ? EROFS : others_.rename(from, to);
}
int GitFiles::exchange(const std::string& a, const std::string& b) {
  return is_git(a) || is_git(b) ? EROFS : others_.exchange(a, b);
}
int GitFiles::remove(const std::string& path) { return is_git(path) ? EROFS : others_.remove(path); }
void GitFiles::remove_tree(const std::string& path) {
  if (!is_git(path)) others_.remove_tree(path);
}
std::string GitFiles::real_path(const std::string& path) { return is_git(path) ? path : others_.real_path(path); }

}  // namespace gatec::driver
