#include "compiler/driver/lint/glob.h"

#include <algorithm>
#include <string>

namespace gatec::driver {
namespace {

/// One name of a path; each `*` is tried from short to long, the last one alone being taken back.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*'))) {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

std::string_view first_name(std::string_view path) { return path.substr(0, path.find('/')); }
std::string_view behind_first(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

bool path_matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    if (first_name(pattern) == "**") {
      const std::string_view rest = behind_first(pattern);
      if (rest.empty()) return true;
      for (; !path.empty(); path = behind_first(path)) {
        if (path_matches(rest, path)) return true;
      }
      return false;
    }
    if (!name_matches(first_name(pattern), first_name(path))) return false;
    pattern = behind_first(pattern);
    path = behind_first(path);
  }
  return pattern.empty() && path.empty();
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  if (pattern.ends_with('/')) return path_matches(std::string(pattern) + "**", path);
  if (pattern.find('/') != std::string_view::npos) return path_matches(pattern, path);
  return name_matches(pattern, path.substr(path.rfind('/') + 1));
}

bool is_plain_path(std::string_view pattern) {
  return pattern.find_first_of("*?") == std::string_view::npos && !pattern.ends_with('/');
}

}  // namespace gatec::driver
