#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

std::vector<std::string> comments(const std::string& text) {
  const Reading in = yaml(text);
  REQUIRE(in.good());
  std::vector<std::string> out;
  for (const Comment& comment : in.document().comments(in.sources())) {
    out.push_back((comment.own_line ? "" : "+") + in.written(comment.span));
  }
  return out;
}

using Comments = std::vector<std::string>;

TEST_CASE("comments are what stands between the values") {
  CHECK(comments("# one\na: 1 # two\n  # three\nb: x#y\nc: \"# no\" # four\nd: '# no'\n#five") ==
        Comments{"# one", "+# two", "# three", "+# four", "#five"});
  CHECK(comments("a: | # head\n  # text\n  more\n# after\nb: >- #h\n  # t\n") == Comments{"+# head", "# after", "+#h"});
  CHECK(comments("a: [1, # in\n  2,#tight\n  {x: y} # end\n] # out\n") ==
        Comments{"+# in", "+#tight", "+# end", "+# out"});
  CHECK(comments("a: &x !t 1 # c\nb: *x # d\n? k # e\n: v\n") == Comments{"+# c", "+# d", "+# e"});
  CHECK(comments("a:  # é ü\n  - one two # ж\n  - \"multi\n    # no\n    line\" # yes\n") ==
        Comments{"+# é ü", "+# ж", "+# yes"});
}

TEST_CASE("comments with CR LF, a byte-order mark and several documents") {
  CHECK(comments("\xEF\xBB\xBF# one\r\na: \"x\r\n  y\" # two\r\nb: >\r\n  f\r\n\r\n# three\r\n") ==
        Comments{"# one", "+# two", "# three"});
  CHECK(comments("a: 1\n# x\n--- # y\nb: 2\n... # z\n# end\n") == Comments{"# x", "+# y", "+# z", "# end"});
  CHECK(comments("%YAML 1.1 # d\n---\na: 1\n") == Comments{"+# d"});
  CHECK(comments("ﻯ: 1 # c\n") == Comments{"+# c"});
}

}  // namespace
}  // namespace gatec::doc
