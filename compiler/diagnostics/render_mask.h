#pragma once

#include "compiler/source/source_manager.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gatec::diagnostics {

inline constexpr std::string_view kMasked = "••••";

/// Tells which bytes of a source line must not be shown. In a file that a dialect has read these are the marked
/// secrets; in any other (a syntax error came first) whatever follows a key that names a credential. Well-known shapes
/// of keys and tokens are hidden in both.
class Mask {
 public:
  explicit Mask(const source::SourceManager& sources) : sources_(&sources) {}

  /// From now on the marks of this file are complete.
  void understood(source::FileId file) { understood_.insert(file); }

  using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  /// Hidden parts of [begin, end), which lies in one line; offsets in the file, ascending, disjoint.
  [[nodiscard]] Ranges hidden(source::FileId file, std::uint32_t begin, std::uint32_t end) const;

  /// The whole text with `••••` for each hidden part.
  [[nodiscard]] std::string masked_text(source::FileId file) const;

  [[nodiscard]] const source::SourceManager& sources() const { return *sources_; }

 private:
  void add_marked(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const;
  void add_credential_values(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const;
  void add_by_shape(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const;

  const source::SourceManager* sources_;
  std::unordered_set<source::FileId> understood_;
};

}  // namespace gatec::diagnostics
