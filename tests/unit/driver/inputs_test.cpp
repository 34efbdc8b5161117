#include "compiler/driver/inputs.h"

#include "tests/unit/driver/support.h"

#include <catch2/catch.hpp>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;

struct Inputs : World {
  Folder folder;
  diagnostics::Sink sink;
  std::vector<InputFile> state;
  std::vector<InputGroup> groups;

  [[nodiscard]] std::string shown(const std::vector<InputFile>& list) const {
    std::string text;
    for (const InputFile& f : list) {
      (text += text.empty() ? "" : " ") +=
          f.name.starts_with(folder.path()) ? f.name.substr(folder.path().size() + 1) : f.name;
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a folder gives the configs directly in it, by name") {
  Inputs i;
  for (const char* name : {"b.json", "a.yml", "c.txt", ".hidden.yaml"}) i.write(i.folder / name, "{}");
  REQUIRE(i.files.make_directory(i.folder / "sub") == 0);
  i.write(i.folder / "sub/d.yaml", "{}");
  REQUIRE(expand_state(i.env, {i.folder.path(), "-"}, i.sink, i.state));
  CHECK(i.shown(i.state) == "a.yml b.json <stdin>");
  REQUIRE(expand_each(i.env, {i.folder.path()}, i.sink, i.groups));
  CHECK(i.groups.size() == 3);
  CHECK(i.groups.back().found);
  CHECK(i.shown(i.groups.back().files) == "sub/d.yaml");
}

TEST_CASE("a folder of ours gives its configs and payloads with their roles") {
  Inputs i;
  i.write(i.folder / "gatec.json", manifest_text({"1",
                                                  "toy",
                                                  "2",
                                                  {{"config.json", "00", "config", "gpt-4o"},
                                                   {"payloads/01.json", "00", "payload", ""},
                                                   {"report.json", "00", "aid", ""},
                                                   {"../x.json", "00", "config", ""}}}));
  REQUIRE(expand_state(i.env, {i.folder.path()}, i.sink, i.state));
  CHECK(i.shown(i.state) == "config.json payloads/01.json");
  CHECK(i.state.front().route == "gpt-4o");
  CHECK(i.state.back().role == "payload");
  REQUIRE(expand_each(i.env, {i.folder.path()}, i.sink, i.groups));
  REQUIRE(i.groups.size() == 1);
  CHECK(i.groups.front().files.size() == 2);
  CHECK_FALSE(i.groups.front().found);
}

TEST_CASE("a folder without a config is told") {
  Inputs i;
  CHECK_FALSE(expand_state(i.env, {i.folder.path()}, i.sink, i.state));
  CHECK(i.sink.all().front().id == DiagId::NoInput);
}

TEST_CASE("files that are missing or too large are told") {
  Inputs i;
  CHECK_FALSE(read_file(i.env, {"x", i.folder / "x", {}, {}}, i.sink));
  CHECK(i.sink.all().back().id == DiagId::FileUnreadable);
  CHECK(i.sink.all().back().message == "cannot read `x`: there is no such file or folder");
  REQUIRE(::truncate((i.write(i.folder / "big", ""), i.folder / "big").c_str(), source::kMaxBytes + 1) == 0);
  CHECK_FALSE(read_file(i.env, {"big", i.folder / "big", {}, {}}, i.sink));
  CHECK(i.sink.all().back().id == DiagId::TooLarge);
  CHECK(read_file(i.env, {"zero", "/dev/null", {}, {}}, i.sink) == "");
}

TEST_CASE("a manifest says what it was given") {
  const Manifest manifest{
      "1.0", "toy", "2", {{"a.json", "ab", "config", "gpt \"4\""}, {"b.json", "cd", "payload", ""}}};
  const auto read = parse_manifest(manifest_text(manifest));
  REQUIRE(read);
  CHECK(read->dialect == "toy");
  REQUIRE(read->files.size() == 2);
  CHECK(read->files[0].route == "gpt \"4\"");
  CHECK(read->files[1].sha256 == "cd");
  CHECK_FALSE(parse_manifest("{}"));
  CHECK_FALSE(parse_manifest("not json"));
}

}  // namespace gatec::driver
