#include "compiler/diagnostics/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace gatec::diagnostics {
namespace {

constexpr DiagInfo kCatalog[] = {
#define GATEC_DIAG(code, name, slug, severity, family, title) \
  DiagInfo{DiagId::name, #code, slug, Severity::severity, family, title},
#define GATEC_DIAG_RETIRED(code, slug)
#include "gatec/diagnostics_catalog.def"
#undef GATEC_DIAG
#undef GATEC_DIAG_RETIRED
};

constexpr bool ascending() {
  for (std::size_t i = 1; i < std::size(kCatalog); ++i) {
    if (kCatalog[i - 1].code >= kCatalog[i].code) return false;
  }
  return true;
}
static_assert(ascending(), "codes of the catalogue ascend");

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::size_t fingerprint(DiagId id, const source::Span& span, std::string_view message) {
  std::size_t h = std::hash<std::string_view>{}(message);
  for (std::size_t part : {static_cast<std::size_t>(id), static_cast<std::size_t>(span.file.value),
                           static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end)}) {
    h = h * 1099511628211ULL ^ part;
  }
  return h;
}

}  // namespace

std::span<const DiagInfo> catalog() { return kCatalog; }

const DiagInfo& info(DiagId id) { return kCatalog[static_cast<std::size_t>(id)]; }

const DiagInfo* find_diagnostic(std::string_view code_or_slug) {
  for (const DiagInfo& row : kCatalog) {
    if (same_ignoring_case(row.code, code_or_slug) || row.slug == code_or_slug) return &row;
  }
  return nullptr;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "";
}

Sink::Builder& Sink::Builder::label(source::Span span, std::string text) {
  if (diagnostic_ != nullptr) diagnostic_->labels.push_back({span, std::move(text)});
  return *this;
}

Sink::Builder& Sink::Builder::note(std::string text) {
  if (diagnostic_ != nullptr) diagnostic_->notes.push_back(std::move(text));
  return *this;
}

Sink::Builder& Sink::Builder::fix(std::string title, FixSafety safety, std::vector<Edit> edits) {
  if (diagnostic_ != nullptr) diagnostic_->fix = Fix{std::move(title), safety, std::move(edits)};
  return *this;
}

Sink::Builder Sink::report(DiagId id, source::Span span, std::string message) {
  if (!seen_.insert(fingerprint(id, span, message)).second) return {nullptr, Reported{}};
  Diagnostic& d = all_.emplace_back();
  d.id = id;
  d.severity = info(id).severity;
  d.span = span;
  d.message = std::move(message);
  return {&d, Reported{}};
}

bool Sink::has_errors() const {
  return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

void Sink::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(a.span.file.value, a.span.begin, a.id) < std::tuple(b.span.file.value, b.span.begin, b.id);
  });
}

}  // namespace gatec::diagnostics
