#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"

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
  [[nodiscard]] bool covers(const diagnostics::Diagnostic& diagnostic, const source::SourceManager& sources) const;

 private:
  struct Ignore {
    source::FileId file;
    std::uint32_t first_line, last_line;
    std::vector<std::string> words;
  };
  std::vector<Ignore> ignores_;
};

}  // namespace gatec::driver
