#pragma once

#include "compiler/source/source_manager.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace gatec::diagnostics {

enum class Severity : std::uint8_t { Info, Warning, Error };

/// One name for each row of the catalogue (`catalog.def` and each dialect's `diagnostics.def`, joined by the build).
enum class DiagId : std::uint16_t {
#define GATEC_DIAG(code, name, slug, severity, family, title) name,
#define GATEC_DIAG_RETIRED(code, slug)
#include "gatec/diagnostics_catalog.def"
#undef GATEC_DIAG
#undef GATEC_DIAG_RETIRED
};

struct DiagInfo {
  DiagId id;
  std::string_view code;  // "GW0104"
  std::string_view slug;  // "duplicate-key"
  Severity severity;
  std::string_view family;
  std::string_view title;
};

/// All live rows, by ascending code.
[[nodiscard]] std::span<const DiagInfo> catalog();
[[nodiscard]] const DiagInfo& info(DiagId id);
/// By code (`GW0104`, any case) or slug.
[[nodiscard]] const DiagInfo* find_diagnostic(std::string_view code_or_slug);
[[nodiscard]] std::string_view severity_name(Severity severity);

/// Safe edits keep the meaning of the config or restore what the gateway evidently was to do.
enum class FixSafety : std::uint8_t { Safe, Unsafe };

struct Edit {
  source::Span span;
  std::string replacement;
};

struct Fix {
  std::string title;
  FixSafety safety = FixSafety::Unsafe;
  std::vector<Edit> edits;
};

struct Label {
  source::Span span;
  std::string text;
};

/// Data only; renderers live apart. Strings are owned. No field ever holds a secret.
struct Diagnostic {
  DiagId id{};
  Severity severity = Severity::Error;
  source::Span span;  // may point nowhere: then `file` of the nearest input or none is shown
  std::string message;
  std::vector<Label> labels;
  std::vector<std::string> notes;
  std::optional<Fix> fix;
};

/// Proof that somebody was told: only a sink makes one.
class Reported {
  friend class Sink;
  Reported() = default;
};

class Sink {
 public:
  /// Builds on a diagnostic that the sink already holds; valid until the next report.
  class Builder {
   public:
    Builder& label(source::Span span, std::string text);
    Builder& note(std::string text);
    Builder& fix(std::string title, FixSafety safety, std::vector<Edit> edits);
    [[nodiscard]] Reported told() const { return reported_; }
    operator Reported() const { return reported_; }  // NOLINT: an error value is made by telling the user

   private:
    friend class Sink;
    Builder(Diagnostic* diagnostic, Reported reported) : diagnostic_(diagnostic), reported_(reported) {}
    Diagnostic* diagnostic_;  // null when the same finding was there already
    Reported reported_;
  };

  /// The catalogue's severity is used. The same id at the same span with the same message is kept once.
  Builder report(DiagId id, source::Span span, std::string message);

  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  [[nodiscard]] std::vector<Diagnostic>& all() { return all_; }
  [[nodiscard]] bool has_errors() const;
  /// By file, place, code.
  void sort();

 private:
  std::vector<Diagnostic> all_;
  std::unordered_set<std::size_t> seen_;
};

}  // namespace gatec::diagnostics
