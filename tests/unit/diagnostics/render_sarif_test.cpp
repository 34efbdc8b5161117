#include "compiler/diagnostics/render_sarif.h"

#include <catch2/catch.hpp>

namespace gatec::diagnostics {

TEST_CASE("SARIF has rules, regions, related places and fixes") {
  source::SourceManager sources;
  const source::FileId file = sources.add("my configs/a.yaml", "rpm: 1\nrpm: 2\n");
  Sink sink;
  sink.report(DiagId::DuplicateKey, {file, 0, 3}, "twice")
      .label({file, 7, 10}, "this one counts")
      .fix("remove it", FixSafety::Safe, {{{file, 0, 7}, ""}});
  sink.report(DiagId::FileUnreadable, {}, "cannot read `x`");
  std::vector<Finding> findings;
  for (const Diagnostic& d : sink.all()) findings.push_back({&d, &sources});
  const std::string text = render_sarif(findings, "1.2.3");
  for (const char* part :
       {"\"version\": \"2.1.0\"", "\"uri\": \"my%20configs/a.yaml\"", "\"ruleId\": \"GW0104\"", "\"startColumn\": 1",
        "\"endColumn\": 4", "\"relatedLocations\"", "\"deletedRegion\"", "\"columnKind\": \"unicodeCodePoints\"",
        "\"id\": \"GW0101\"", "\"level\": \"error\"", "\"locations\": []"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace gatec::diagnostics
