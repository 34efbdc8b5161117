#include "compiler/source/source_manager.h"

#include <catch2/catch.hpp>

using namespace gatec::source;

TEST_CASE("lines and columns count characters from one") {
  SourceManager sources;
  const FileId file = sources.add("a.yaml", "key: 가나x\r\nnext\n");
  CHECK(sources.position(file, 0) == Position{1, 1});
  CHECK(sources.position(file, 11) == Position{1, 8});
  CHECK(sources.position(file, 14) == Position{2, 1});
  CHECK(sources.position(file, 19) == Position{3, 1});
  CHECK(sources.line(file, 1) == "key: 가나x");
  CHECK(sources.line(file, 2) == "next");
  CHECK(sources.line(file, 3).empty());
  CHECK(sources.line_begin(file, 2) == 14);
}

TEST_CASE("a byte-order mark takes no column") {
  SourceManager sources;
  const FileId file = sources.add("b.yaml", "\xEF\xBB\xBFkey: 1");
  CHECK(sources.position(file, 3) == Position{1, 1});
  CHECK(sources.position(file, 8) == Position{1, 6});
}

TEST_CASE("texts keep their address when more files come") {
  SourceManager sources;
  const FileId first = sources.add("a", "one");
  const std::string_view text = sources.text(first);
  for (int i = 0; i < 1000; ++i) sources.add("b", std::string(100, 'x'));
  CHECK(text.data() == sources.text(first).data());
}
