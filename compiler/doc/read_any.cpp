#include "compiler/doc/reader.h"

namespace gatec::doc {
namespace {

using diagnostics::Reported;
using diagnostics::Sink;

bool is_json_name(std::string_view name) {
  constexpr std::string_view kEnding = ".json";
  if (name.size() < kEnding.size()) return false;
  name.remove_prefix(name.size() - kEnding.size());
  for (std::size_t i = 0; i < kEnding.size(); ++i) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kEnding[i]) return false;
  }
  return true;
}

bool looks_like_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && std::string_view("{[\"").find(text[first]) != std::string_view::npos;
}

void hand_on(const Sink& from, Sink& to) {
  for (const diagnostics::Diagnostic& found : from.all()) {
    auto told = to.report(found.id, found.span, found.message);
    for (const auto& label : found.labels) told.label(label.span, label.text);
    for (const auto& note : found.notes) told.note(note);
  }
}

}  // namespace

ReadResult read_any(const source::SourceManager& sources, source::FileId file, Sink& sink, const ReadOptions& options) {
  if (is_env_name(sources.name(file))) return read_env(sources, file, sink, options);
  if (is_json_name(sources.name(file))) return read_json(sources, file, sink, options);
  const std::string_view text = sources.text(file);
  if (text.size() > source::kMaxBytes || !looks_like_json(text)) return read_yaml(sources, file, sink, options);
  Sink attempt;
  ReadResult json = read_json(sources, file, attempt, options);
  if (!json) return read_yaml(sources, file, sink, options);
  hand_on(attempt, sink);
  return json;
}

}  // namespace gatec::doc
