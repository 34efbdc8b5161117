#include "compiler/source/source_manager.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gatec::source {

struct SourceManager::File {
  std::string name;
  std::string text;
  mutable std::vector<std::uint32_t> lines;

  const std::vector<std::uint32_t>& line_starts() const {
    if (lines.empty()) {
      lines.push_back(0);
      const char* const begin = text.data();
      const char* const end = begin + text.size();
      for (const char* p = begin; p < end;) {
        p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
        if (p == nullptr) break;
        ++p;
        lines.push_back(static_cast<std::uint32_t>(p - begin));
      }
    }
    return lines;
  }
};

SourceManager::SourceManager() = default;
SourceManager::~SourceManager() = default;
SourceManager::SourceManager(SourceManager&&) noexcept = default;
SourceManager& SourceManager::operator=(SourceManager&&) noexcept = default;

FileId SourceManager::add(std::string name, std::string text) {
  auto file = std::make_unique<File>();
  file->name = std::move(name);
  file->text = std::move(text);
  files_.push_back(std::move(file));
  return FileId{static_cast<std::uint32_t>(files_.size() - 1)};
}

std::string_view SourceManager::text(FileId file) const { return files_[file.value]->text; }

std::string_view SourceManager::text(Span span) const {
  return text(span.file).substr(span.begin, span.end - span.begin);
}

std::string_view SourceManager::name(FileId file) const { return files_[file.value]->name; }

std::size_t SourceManager::count() const { return files_.size(); }

Position SourceManager::position(FileId file, std::uint32_t offset) const {
  const File& f = *files_[file.value];
  const auto& starts = f.line_starts();
  const auto next = std::upper_bound(starts.begin(), starts.end(), offset);
  const std::uint32_t begin = *(next - 1);
  std::uint32_t column = 1;
  const std::size_t stop = std::min<std::size_t>(offset, f.text.size());
  std::size_t i = begin;
  if (begin == 0 && f.text.starts_with("\xEF\xBB\xBF")) i = std::min<std::size_t>(3, stop);
  for (; i < stop; ++i) {
    if ((static_cast<unsigned char>(f.text[i]) & 0xC0U) != 0x80U) ++column;
  }
  return {static_cast<std::uint32_t>(next - starts.begin()), column};
}

std::string_view SourceManager::line(FileId file, std::uint32_t line) const {
  const File& f = *files_[file.value];
  const auto& starts = f.line_starts();
  if (line == 0 || line > starts.size()) return {};
  const std::size_t begin = starts[line - 1];
  std::size_t end = line < starts.size() ? starts[line] - 1 : f.text.size();
  if (end > begin && f.text[end - 1] == '\r') --end;
  return std::string_view(f.text).substr(begin, end - begin);
}

std::uint32_t SourceManager::line_begin(FileId file, std::uint32_t line) const {
  const auto& starts = files_[file.value]->line_starts();
  return line == 0 || line > starts.size() ? 0 : starts[line - 1];
}

void SourceManager::mark_secret(Span span) {
  if (span.valid() && span.end > span.begin) secrets_.push_back(span);
}

}  // namespace gatec::source
