#pragma once

#include "compiler/base/ids.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::source {

using FileId = base::Id<struct FileTag>;

/// Half-open byte range of one file. A default span points nowhere.
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool valid() const { return file.valid(); }
  friend bool operator==(const Span&, const Span&) = default;
};

/// One-based; the column counts characters (code points), not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// Largest input that is read.
inline constexpr std::size_t kMaxBytes = std::size_t{64} * 1024 * 1024;

/// Owns every byte that was read, at stable addresses for the whole run. Lines are counted once, when first asked for.
class SourceManager {
 public:
  SourceManager();
  ~SourceManager();
  SourceManager(SourceManager&&) noexcept;
  SourceManager& operator=(SourceManager&&) noexcept;

  /// `name` is shown in diagnostics and reports as given; a leading byte-order mark stays part of the text.
  FileId add(std::string name, std::string text);

  [[nodiscard]] std::string_view text(FileId file) const;
  [[nodiscard]] std::string_view text(Span span) const;
  [[nodiscard]] std::string_view name(FileId file) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] Position position(FileId file, std::uint32_t offset) const;
  /// Text of the one-based line, without its line break.
  [[nodiscard]] std::string_view line(FileId file, std::uint32_t line) const;
  /// Offset of the first byte of the one-based line.
  [[nodiscard]] std::uint32_t line_begin(FileId file, std::uint32_t line) const;

  /// Bytes that hold a secret: whoever shows source text masks them.
  void mark_secret(Span span);
  [[nodiscard]] const std::vector<Span>& secrets() const { return secrets_; }

 private:
  struct File;
  std::vector<std::unique_ptr<File>> files_;
  std::vector<Span> secrets_;
};

}  // namespace gatec::source
