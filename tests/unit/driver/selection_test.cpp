#include "compiler/driver/selection.h"

#include "compiler/doc/reader.h"
#include "compiler/driver/arguments.h"

#include <catch2/catch.hpp>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;

struct Ignoring {
  source::SourceManager sources;
  diagnostics::Sink sink;
  source::FileId file;
  InlineIgnores ignores;

  explicit Ignoring(std::string text) : file(sources.add("a.yaml", std::move(text))) {
    const doc::ReadResult document = doc::read_yaml(sources, file, sink, {});
    REQUIRE(document);
    ignores.add(*document, sources);
  }
  bool covers(std::string_view word, DiagId id) {
    const auto at = static_cast<std::uint32_t>(sources.text(file).find(word));
    diagnostics::Diagnostic d;
    d.id = id;
    d.span = {file, at, at + 1};
    return ignores.covers(d, sources);
  }
};

}  // namespace

TEST_CASE("codes are chosen by code, beginning and slug") {
  const auto& row = diagnostics::info(DiagId::DuplicateKey);
  CHECK(CodeList({"GW0104"}).contains(row));
  CHECK(CodeList({"gw01"}).contains(row));
  CHECK(CodeList({"duplicate-key"}).contains(row));
  CHECK_FALSE(CodeList({"GW08", "GW0301"}).contains(row));
  CHECK_THROWS_AS(CodeList({"duplicate-kye"}), UsageError);
  CHECK_THROWS_AS(CodeList({"GW"}), UsageError);
}

TEST_CASE("a comment ignores codes on its line") {
  Ignoring i("rpm: 1 # gatec: ignore[GW0801, duplicate-key] it is fine\ntpm: 2\n");
  CHECK(i.covers("rpm", DiagId::UnknownKey));
  CHECK(i.covers("rpm", DiagId::DuplicateKey));
  CHECK_FALSE(i.covers("rpm", DiagId::WrongType));
  CHECK_FALSE(i.covers("tpm", DiagId::UnknownKey));
}

TEST_CASE("a comment of its own line ignores codes on the next line that is none") {
  Ignoring i("# gatec: ignore[GW08] all of them\n# and a remark\nrpm: 1\ntpm: 2\n");
  CHECK(i.covers("rpm", DiagId::UnknownKey));
  CHECK_FALSE(i.covers("tpm", DiagId::UnknownKey));
}

TEST_CASE("other comments and text in quotes ignore nothing") {
  Ignoring i("# gatec: ignore everything\nrpm: \"# gatec: ignore[GW0801]\"\n");
  CHECK_FALSE(i.covers("rpm", DiagId::UnknownKey));
}

}  // namespace gatec::driver
