#pragma once

#include "compiler/driver/pipeline.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

inline constexpr std::string_view kSourceMapName = "source-map.json";

/// What came of each leaf of the source, and where each leaf of the outputs comes from (docs/source-map.schema.json).
struct SourceMap {
  struct Place {
    std::string file;
    std::int64_t line = 0, column = 0;
    std::string path;  // of keys: "targets[0].weight"
  };
  struct Link {
    Place source;
    std::string fate, code, reason;
    std::vector<std::size_t> outputs;  // by place in `outputs`
  };
  struct Output {
    Place place;
    std::vector<std::size_t> sources;  // by place in `links`; none: nobody wrote it
    std::string rule, text;            // by which the value came about, where one made it
  };
  std::vector<Link> links;
  std::vector<Output> outputs;
};

[[nodiscard]] SourceMap source_map(const Session& source, const Compiled& compiled);
[[nodiscard]] std::string as_json(const SourceMap& map);
/// Nothing when the text is no source map.
[[nodiscard]] std::optional<SourceMap> parse_source_map(std::string_view text);

}  // namespace gatec::driver
