#pragma once

#include <string_view>

namespace gatec::facts {

/// The day on which a provider switched a model of its own off (stdlib/data/retired.tsv); empty for all others.
[[nodiscard]] std::string_view retired(std::string_view kind, std::string_view upstream);

}  // namespace gatec::facts
