#include "compiler/driver/selection.h"

#include "compiler/base/nearest.h"
#include "compiler/driver/arguments.h"

#include <algorithm>

namespace gatec::driver {
namespace {

using diagnostics::DiagInfo;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

/// Beginnings of codes need their letters and a digit.
bool matches(const DiagInfo& row, std::string_view word) {
  return row.slug == word || (word.size() >= 3 && starts_with_ignoring_case(row.code, word));
}

void check_word(const std::string& word) {
  const auto rows = diagnostics::catalog();
  if (std::any_of(rows.begin(), rows.end(), [&](const DiagInfo& row) { return matches(row, word); })) return;
  std::vector<std::string_view> slugs;
  for (const DiagInfo& row : rows) slugs.push_back(row.slug);
  std::string message = "`" + word + "` is no code, beginning of codes or name of a diagnostic";
  if (const auto nearest = base::nearest_word(word, slugs)) ((message += ", did you mean `") += *nearest) += "`?";
  throw UsageError{message};
}

/// The words between the brackets of `# gatec: ignore[a, b]`; none when the comment says something else.
std::vector<std::string> ignored_words(std::string_view comment) {
  static constexpr std::string_view kBlanks = " \t";
  const auto skip = [&](std::string_view what) {
    comment.remove_prefix(std::min(comment.find_first_not_of(kBlanks), comment.size()));
    if (!comment.starts_with(what)) return false;
    comment.remove_prefix(what.size());
    return true;
  };
  if (!skip("#") || !skip("gatec:") || !skip("ignore") || !skip("[")) return {};
  const std::size_t end = comment.find(']');
  if (end == std::string_view::npos) return {};
  std::vector<std::string> words;
  std::string word;
  for (const char c : comment.substr(0, end)) {
    if (c != ',' && c != ' ' && c != '\t') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace

CodeList::CodeList(const std::vector<std::string>& words) : words_(words) {
  for (const std::string& word : words_) check_word(word);
}

bool CodeList::contains(const DiagInfo& row) const {
  return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) { return matches(row, word); });
}

void InlineIgnores::add(const doc::Document& document, const source::SourceManager& sources) {
  if (sources.text(document.file()).find("gatec:") == std::string_view::npos) return;
  const std::vector<doc::Comment> comments = document.comments(sources);
  for (std::size_t i = 0; i < comments.size(); ++i) {
    std::vector<std::string> words = ignored_words(sources.text(comments[i].span));
    if (words.empty()) continue;
    const std::uint32_t line = sources.position(document.file(), comments[i].span.begin).line;
    std::uint32_t last = line;
    if (comments[i].own_line) {
      ++last;
      for (std::size_t next = i + 1; next < comments.size() && comments[next].own_line; ++next) {
        if (sources.position(document.file(), comments[next].span.begin).line != last) break;
        ++last;
      }
    }
    ignores_.push_back({document.file(), line, last, std::move(words)});
  }
}

bool InlineIgnores::covers(const diagnostics::Diagnostic& diagnostic, const source::SourceManager& sources) const {
  if (ignores_.empty() || !diagnostic.span.valid()) return false;
  const std::uint32_t line = sources.position(diagnostic.span.file, diagnostic.span.begin).line;
  return std::any_of(ignores_.begin(), ignores_.end(), [&](const Ignore& ignore) {
    const DiagInfo& row = diagnostics::info(diagnostic.id);
    return ignore.file == diagnostic.span.file && ignore.first_line <= line && line <= ignore.last_line &&
           std::any_of(ignore.words.begin(), ignore.words.end(),
                       [&](const std::string& word) { return matches(row, word); });
  });
}

}  // namespace gatec::driver
