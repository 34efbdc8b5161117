#include "compiler/driver/output_dir.h"

#include "compiler/base/sha256.h"
#include "tests/unit/driver/support.h"

#include <catch2/catch.hpp>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;

struct Writing : World {
  Folder folder;
  diagnostics::Sink sink;

  bool put(const std::string& name, const std::vector<OutputText>& texts, bool force = false) {
    Manifest manifest{"1", "toy", "2", {}};
    for (const OutputText& t : texts) manifest.files.push_back({t.path, base::sha256_hex(t.text), "config", {}});
    sink = {};
    return write_output(env, folder / name, texts, manifest, force, sink);
  }
  [[nodiscard]] bool told(DiagId id) const { return !sink.all().empty() && sink.all().front().id == id; }
};

}  // namespace

TEST_CASE("a new folder appears with all files and its parents") {
  Writing w;
  REQUIRE(w.put("a/b/out", {{"config.json", "{}", false}, {"payloads/01.json", "[]", false}, {"run.sh", "#!", true}}));
  CHECK(w.names(w.folder / "a/b") == "out");
  CHECK(w.names(w.folder / "a/b/out") == "config.json gatec.json payloads run.sh");
  CHECK(w.read(w.folder / "a/b/out/payloads/01.json") == "[]");
  CHECK(::access((w.folder / "a/b/out/run.sh").c_str(), X_OK) == 0);
}

TEST_CASE("a failure midway leaves nothing behind") {
  Writing w;
  w.files.writes_left = 1;
  CHECK_FALSE(w.put("a/out", {{"config.json", "{}", false}, {"more.json", "{}", false}}));
  CHECK(w.told(DiagId::WriteFailed));
  CHECK(w.names(w.folder.path()).empty());
}

TEST_CASE("a folder of ours is swapped in whole") {
  Writing w;
  REQUIRE(w.put("out", {{"a.json", "1", false}, {"old.json", "1", false}}));
  REQUIRE(w.put("out", {{"a.json", "2", false}}));
  CHECK(w.names(w.folder / "out") == "a.json gatec.json");
  CHECK(w.read(w.folder / "out/a.json") == "2");
  CHECK(w.names(w.folder.path()) == "out");
}

TEST_CASE("a failure while a folder of ours is written anew leaves the old one") {
  Writing w;
  REQUIRE(w.put("out", {{"a.json", "1", false}}));
  w.files.writes_left = 0;
  CHECK_FALSE(w.put("out", {{"a.json", "2", false}}));
  CHECK(w.read(w.folder / "out/a.json") == "1");
  CHECK(w.names(w.folder.path()) == "out");
}

TEST_CASE("where folders cannot be swapped the files are moved in") {
  Writing w;
  REQUIRE(w.put("out", {{"a.json", "1", false}, {"old.json", "1", false}}));
  w.files.can_exchange = false;
  REQUIRE(w.put("out", {{"a.json", "2", false}, {"sub/b.json", "2", false}}));
  CHECK(w.names(w.folder / "out") == "a.json gatec.json sub");
  CHECK(w.read(w.folder / "out/a.json") == "2");
}

TEST_CASE("edited files are kept unless forced") {
  Writing w;
  REQUIRE(w.put("out", {{"a.json", "1", false}}));
  w.write(w.folder / "out/a.json", "mine");
  CHECK_FALSE(w.put("out", {{"a.json", "2", false}}));
  CHECK(w.told(DiagId::OutputChanged));
  CHECK(w.read(w.folder / "out/a.json") == "mine");
  CHECK(w.put("out", {{"a.json", "2", false}}, true));
  CHECK(w.read(w.folder / "out/a.json") == "2");
}

TEST_CASE("foreign files stay, and are replaced only when forced") {
  Writing w;
  REQUIRE(w.files.make_directory(w.folder / "out") == 0);
  w.write(w.folder / "out/notes.txt", "mine");
  w.write(w.folder / "out/a.json", "mine");
  CHECK_FALSE(w.put("out", {{"a.json", "1", false}}));
  CHECK(w.told(DiagId::OutputChanged));
  CHECK(w.names(w.folder / "out") == "a.json notes.txt");
  REQUIRE(w.put("out", {{"a.json", "1", false}}, true));
  REQUIRE(w.put("out", {{"a.json", "2", false}}));
  CHECK(w.read(w.folder / "out/notes.txt") == "mine");
  CHECK(w.read(w.folder / "out/a.json") == "2");
}

TEST_CASE("moving in that fails midway is undone") {
  Writing w;
  REQUIRE(w.put("out", {{"a.json", "1", false}, {"b.json", "1", false}}));
  w.write(w.folder / "out/notes.txt", "mine");
  for (int n = 0; n < 6; ++n) {
    INFO("rename " << n);
    w.files.renames_left = n;
    CHECK_FALSE(w.put("out", {{"a.json", "2", false}, {"b.json", "2", false}, {"sub/c.json", "2", false}}));
    w.files.renames_left = -1;
    CHECK(w.names(w.folder / "out") == "a.json b.json gatec.json notes.txt");
    CHECK(w.read(w.folder / "out/a.json") == "1");
    CHECK(w.read(w.folder / "out/b.json") == "1");
  }
}

TEST_CASE("a file in the folder's place is an error") {
  Writing w;
  w.write(w.folder / "out", "mine");
  CHECK_FALSE(w.put("out", {{"a.json", "1", false}}));
  CHECK(w.told(DiagId::WriteFailed));
  CHECK(w.read(w.folder / "out") == "mine");
}

TEST_CASE("one file is replaced through a neighbour") {
  Writing w;
  w.write(w.folder / "a.yaml", "old");
  w.files.writes_left = 0;
  CHECK(replace_file(w.files, w.folder / "a.yaml", "new") == ENOSPC);
  CHECK(w.read(w.folder / "a.yaml") == "old");
  CHECK(replace_file(w.files, w.folder / "a.yaml", "new") == 0);
  CHECK(w.read(w.folder / "a.yaml") == "new");
  CHECK(w.names(w.folder.path()) == "a.yaml");
}

}  // namespace gatec::driver
