#include "targets/portkey/writer.h"

#include <algorithm>
#include <charconv>

namespace gatec::targets::portkey {
namespace {

std::optional<std::size_t> index_of(std::string_view segment) {
  if (segment.size() < 3 || segment.front() != '[' || segment.back() != ']') return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(segment.data() + 1, segment.data() + segment.size() - 1, index);
  if (error != std::errc() || end != segment.data() + segment.size() - 1) return std::nullopt;
  return index;
}

Out* step(Out& at, std::string_view segment) {
  const auto index = index_of(segment);
  if (!index || at.is_mapping()) return &at.at(segment);
  if (!at.is_sequence()) at = Out::sequence();
  auto& elements = std::get<Out::Sequence>(at.storage());
  if (*index == elements.size()) elements.push_back(Out::mapping());
  return *index < elements.size() ? &elements[*index] : nullptr;
}

}  // namespace

/// Back to where they stood: `section` leads to the object, a key in brackets is a place in a list.
void ConfigWriter::put_extras(Out& object, const std::vector<ir::Extra>& extras) {
  if (same()) place_extras(object, extras);
}

void ConfigWriter::place_extras(Out& object, const std::vector<ir::Extra>& extras) {
  for (const ir::Extra& e : extras) {
    Out* at = &object;
    std::string_view section = e.section;
    while (!section.empty() && at != nullptr) {
      const std::size_t dot = section.find('.');
      at = step(*at, section.substr(0, dot));
      section.remove_prefix(dot == std::string_view::npos ? section.size() : dot + 1);
    }
    if (at == nullptr) continue;
    const auto index = index_of(e.key);
    if (index && !at->is_mapping()) {
      if (!at->is_sequence()) *at = Out::sequence();
      auto& elements = std::get<Out::Sequence>(at->storage());
      elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(std::min(*index, elements.size())),
                      open(e.value, e.key));
    } else {
      at->at(e.key) = open(e.value, e.key);
    }
  }
}

}  // namespace gatec::targets::portkey
