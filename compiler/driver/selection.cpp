#include "compiler/driver/selection.h"

#include "compiler/base/nearest.h"
#include "compiler/driver/arguments.h"

#include <algorithm>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
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

}  // namespace

CodeList::CodeList(const std::vector<std::string>& words) : words_(words) {
  for (const std::string& word : words_) check_word(word);
}

bool CodeList::contains(const DiagInfo& row) const {
  return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) { return matches(row, word); });
}

/// False for comments that say something else; of a mistaken one the place is kept.
bool InlineIgnores::parse(source::Span comment, std::string_view text, Ignore& ignore) {
  static constexpr std::string_view kBlanks = " \t";
  std::size_t at = 0;
  const auto skip = [&](std::string_view what) {
    at = std::min(text.find_first_not_of(kBlanks, at), text.size());
    if (!text.substr(at).starts_with(what)) return false;
    at += what.size();
    return true;
  };
  if (!skip("#") || !skip("gatec:")) return false;
  const bool opened = skip("ignore") && skip("[");
  const std::size_t end = opened ? text.find(']', at) : std::string_view::npos;
  if (end == std::string_view::npos) {
    malformed_.push_back(comment);
    return false;
  }
  const auto span = [&](std::size_t begin, std::size_t until) {
    return source::Span{comment.file, comment.begin + static_cast<std::uint32_t>(begin),
                        comment.begin + static_cast<std::uint32_t>(until)};
  };
  ignore.comment = comment;
  ignore.list = span(at, end);
  while (at < end) {
    const std::size_t begin = std::min(text.find_first_not_of(", \t", at), end);
    const std::size_t stop = std::min(text.find_first_of(", \t", begin), end);
    if (begin < stop) {
      std::string word(text.substr(begin, stop - begin));
      const auto rows = diagnostics::catalog();
      const bool known = std::any_of(rows.begin(), rows.end(), [&](const DiagInfo& row) { return matches(row, word); });
      ignore.words.push_back({std::move(word), span(begin, stop), known, false});
    }
    at = std::max(stop, begin + 1);
  }
  if (ignore.words.empty()) malformed_.push_back(comment);
  return !ignore.words.empty();
}

void InlineIgnores::add(const doc::Document& document, const source::SourceManager& sources) {
  if (sources.text(document.file()).find("gatec:") == std::string_view::npos) return;
  const std::vector<doc::Comment> comments = document.comments(sources);
  for (std::size_t i = 0; i < comments.size(); ++i) {
    Ignore ignore;
    if (!parse(comments[i].span, sources.text(comments[i].span), ignore)) continue;
    const std::uint32_t line = sources.position(document.file(), comments[i].span.begin).line;
    std::uint32_t last = line;
    if (comments[i].own_line) {
      ++last;
      for (std::size_t next = i + 1; next < comments.size() && comments[next].own_line; ++next) {
        if (sources.position(document.file(), comments[next].span.begin).line != last) break;
        ++last;
      }
    }
    ignore.file = document.file();
    ignore.first_line = line;
    ignore.last_line = last;
    ignore.own_line = comments[i].own_line;
    ignores_.push_back(std::move(ignore));
  }
}

bool InlineIgnores::covers(const diagnostics::Diagnostic& diagnostic, const source::SourceManager& sources) {
  if (ignores_.empty() || !diagnostic.span.valid()) return false;
  const std::uint32_t line = sources.position(diagnostic.span.file, diagnostic.span.begin).line;
  const DiagInfo& row = diagnostics::info(diagnostic.id);
  bool covered = false;
  for (Ignore& ignore : ignores_) {
    if (ignore.file != diagnostic.span.file || line < ignore.first_line || ignore.last_line < line) continue;
    for (Word& word : ignore.words) {
      if (!matches(row, word.text)) continue;
      word.used = true;
      covered = true;
    }
  }
  return covered;
}

void InlineIgnores::report_unused(diagnostics::Sink& sink, const source::SourceManager& sources,
                                  const std::function<bool(const DiagInfo&)>& shown) const {
  for (const source::Span& span : malformed_) {
    sink.report(DiagId::BadIgnore, span, "this comment ignores nothing: it names no codes")
        .note("write `# gatec: ignore[CODE, CODE] reason`");
  }
  for (const Ignore& ignore : ignores_) report_unused(ignore, sink, sources, shown);
}

void InlineIgnores::report_unused(const Ignore& ignore, diagnostics::Sink& sink, const source::SourceManager& sources,
                                  const std::function<bool(const DiagInfo&)>& shown) const {
  const auto rows = diagnostics::catalog();
  const auto judged = [&](const Word& word) {
    return std::all_of(rows.begin(), rows.end(),
                       [&](const DiagInfo& row) { return !matches(row, word.text) || shown(row); });
  };
  std::string rest;
  for (const Word& word : ignore.words) {
    const bool idle = word.known && !word.used && judged(word);
    if (!idle) (rest += rest.empty() ? "" : ", ") += word.text;
  }
  std::vector<diagnostics::Edit> edits;
  if (!rest.empty()) {
    edits.push_back({ignore.list, rest});
  } else {
    const std::string_view text = sources.text(ignore.file);
    source::Span all = ignore.comment;
    while (all.begin > 0 && (text[all.begin - 1] == ' ' || text[all.begin - 1] == '\t')) --all.begin;
    if (ignore.own_line && all.end < text.size() && text[all.end] == '\r') ++all.end;
    if (ignore.own_line && all.end < text.size() && text[all.end] == '\n') ++all.end;
    edits.push_back({all, ""});
  }
  for (const Word& word : ignore.words) {
    if (!word.known) {
      std::vector<std::string_view> slugs;
      for (const DiagInfo& row : rows) slugs.push_back(row.slug);
      const auto near = base::nearest_word(word.text, slugs);
      std::string message = "`" + word.text + "` is no code, beginning of codes or name of a diagnostic";
      if (near) ((message += ", did you mean `") += *near) += "`?";
      auto told = sink.report(DiagId::BadIgnore, word.span, std::move(message));
      if (near)
        told.fix("write `" + std::string(*near) + "`", diagnostics::FixSafety::Safe, {{word.span, std::string(*near)}});
    } else if (!word.used && judged(word)) {
      sink.report(DiagId::UnusedIgnore, word.span, "nothing that `" + word.text + "` means is found here any more")
          .fix("take it out", diagnostics::FixSafety::Safe, edits);
    }
  }
}

}  // namespace gatec::driver
