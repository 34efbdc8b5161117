#include "reading.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace gatec::doc {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Published configs, kept outside this tree: $GATEC_CORPUS, else shared/corpus beside the root.
std::vector<fs::path> corpus() {
  const char* const given = std::getenv("GATEC_CORPUS");
  const fs::path root = given != nullptr ? fs::path(given) : fs::path(GATEC_SOURCE_ROOT) / ".." / "shared" / "corpus";
  std::vector<fs::path> out;
  if (!fs::is_directory(root)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto extension = entry.path().extension();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string shown(const Event& event) {
  return std::to_string(static_cast<int>(event.what)) + " `" + event.text + "` tag=" + event.tag +
         " anchor=" + event.anchor + (event.quoted ? " quoted" : "");
}

/// The first difference, or nothing.
std::string difference(const std::vector<Event>& a, const std::vector<Event>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] != b[i]) return shown(a[i]) + " | " + shown(b[i]);
  }
  return a.size() == b.size() ? "" : "one goes on";
}

TEST_CASE("both YAML parsers give the same events for every config that both accept") {
  for (const fs::path& path : corpus()) {
    const std::string text = text_of(path);
    const auto first = yaml_events_libyaml(text);
    const auto other = yaml_events_yamlcpp(text);
    if (!first || !other) continue;
    INFO(path.string());
    CHECK(difference(*first, *other) == "");
  }
}

TEST_CASE("both YAML readers build the same tree for every config that both accept") {
  std::size_t compared = 0;
  for (const fs::path& path : corpus()) {
    const std::string text = text_of(path);
    const Reading first = yaml(text);
    const Reading other = second(text);
    if (!first.good() || !other.good()) continue;
    INFO(path.string());
    CHECK(describe(first.document()) == describe(other.document()));
    ++compared;
  }
  CHECK((compared > 0 || corpus().empty()));
}

TEST_CASE("every config is read, or refused with one error that has a place") {
  for (const fs::path& path : corpus()) {
    const Reading in = any(text_of(path), path.string());
    INFO(path.string());
    std::size_t errors = 0;
    for (const auto& found : in.all()) errors += found.severity == diagnostics::Severity::Error ? 1U : 0U;
    CHECK(errors == (in.good() ? 0 : 1));
  }
}

TEST_CASE("events are compared in every detail") {
  constexpr std::string_view kText = "a: &x !t 'q'\nb: [*x, ~, \"\"]\nc: &y {k: !!str 1}\nd: *y\n---\ne: &x |\n  l\n";
  const auto first = yaml_events_libyaml(kText);
  REQUIRE(first);
  CHECK(difference(*first, *yaml_events_yamlcpp(kText)) == "");
  CHECK(first->at(3) == Event{Event::What::Scalar, "q", "!t", "1", false});
  CHECK(first->at(6) == Event{Event::What::Alias, "", "", "1", false});
  CHECK(yaml_events_libyaml("a: [") == std::nullopt);
  CHECK(yaml_events_yamlcpp("a: [") == std::nullopt);
  CHECK(yaml_events_libyaml("*x") == std::nullopt);
}

}  // namespace
}  // namespace gatec::doc
