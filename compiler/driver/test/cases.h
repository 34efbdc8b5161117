#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"
#include "compiler/limits/load.h"
#include "compiler/routing/conditions.h"
#include "compiler/routing/failing.h"
#include "compiler/routing/ratio.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatec::driver {

/// A word of a case and where it stands.
struct Named {
  std::string text;
  source::Span span;
};

enum class Refused : std::uint8_t { Access, Rate, Budget };
[[nodiscard]] std::string_view refused_name(Refused refused);

struct Expected {
  source::Span span;
  /// Upstreams: with shares what each answers, without any of them.
  std::vector<std::pair<Named, std::optional<routing::Ratio>>> answers;
  struct Attempts {
    std::int64_t number = 0;
    bool at_most = false;
  };
  std::optional<Attempts> attempts;
  std::optional<Refused> refused;
  std::optional<Named> by;  // of a refusal
  struct Error {
    std::optional<ir::Failure> failure;
    std::optional<std::int64_t> status;
  };
  std::optional<Error> error;
};

struct TestCase {
  Named name;
  std::optional<Named> caller;  // "key:alice"; nothing: whoever calls
  Named model;
  routing::Facts facts;
  std::vector<std::pair<Named, routing::Fault>> failing;
  std::vector<limits::Load> loads;
  Expected expected;
};

/// The cases of a document: under `cases` in YAML, blocks `test` in Gate. Every mistake is told at its place (GW0141).
[[nodiscard]] std::vector<TestCase> read_cases(const doc::Document& document, diagnostics::Sink& sink);

}  // namespace gatec::driver
