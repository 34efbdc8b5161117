#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// A list of codes (`GW0104`), beginnings of codes (`GW1`) and slugs (`duplicate-key`).
class CodeList {
 public:
  CodeList() = default;
  /// Throws UsageError for a word that means no diagnostic.
  explicit CodeList(const std::vector<std::string>& words);
  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] bool contains(const diagnostics::DiagInfo& row) const;

 private:
  std::vector<std::string> words_;
};

/// `# gatec: ignore[CODE, ...] reason` in the comments of a document: for its own line, and if it has that to itself,
/// for the next line that is no comment.
class InlineIgnores {
 public:
  void add(const doc::Document& document, const source::SourceManager& sources);
  [[nodiscard]] bool empty() const { return ignores_.empty() && malformed_.empty(); }
  /// Notes which words were of use.
  [[nodiscard]] bool covers(const diagnostics::Diagnostic& diagnostic, const source::SourceManager& sources);
  /// Words that mean no diagnostic, or that nothing was found for; `shown` says whether a code is shown at all. After
  /// the last `covers`.
  void report_unused(diagnostics::Sink& sink, const source::SourceManager& sources,
                     const std::function<bool(const diagnostics::DiagInfo&)>& shown) const;

 private:
  struct Word {
    std::string text;
    source::Span span;
    bool known = false, used = false;
  };
  struct Ignore {
    source::FileId file;
    std::uint32_t first_line, last_line;
    source::Span comment, list;  // the list without its brackets
    bool own_line = false;
    std::vector<Word> words;
  };
  [[nodiscard]] bool parse(source::Span comment, std::string_view text, Ignore& ignore);
  void report_unused(const Ignore& ignore, diagnostics::Sink& sink, const source::SourceManager& sources,
                     const std::function<bool(const diagnostics::DiagInfo&)>& shown) const;

  std::vector<Ignore> ignores_;
  std::vector<source::Span> malformed_;
};

}  // namespace gatec::driver
