#include "compiler/driver/fixes.h"

#include <catch2/catch.hpp>

namespace gatec::driver {

using diagnostics::Fix;
using diagnostics::FixSafety;

TEST_CASE("fixes are made in place and overlapping ones left out") {
  source::SourceManager sources;
  const source::FileId file = sources.add("a", "one two three # kept\n");
  const Fix first{"", FixSafety::Safe, {{{file, 0, 3}, "1"}, {{file, 8, 13}, "3"}}};
  const Fix clash{"", FixSafety::Safe, {{{file, 2, 5}, "x"}}};
  const Fix second{"", FixSafety::Safe, {{{file, 4, 7}, "2"}}};
  const Fix elsewhere{"", FixSafety::Safe, {{{source::FileId{7}, 0, 1}, "x"}}};
  const Fixed fixed = apply_fixes(sources, file, {&first, &clash, &second, &elsewhere});
  CHECK(fixed.text == "1 2 3 # kept\n");
  CHECK(fixed.made == 2);
}

TEST_CASE("equal edits of two fixes are made once") {
  source::SourceManager sources;
  const source::FileId file = sources.add("a", "ab");
  const Fix a{"", FixSafety::Safe, {{{file, 1, 1}, "-"}}};
  const Fixed fixed = apply_fixes(sources, file, {&a, &a});
  CHECK(fixed.text == "a-b");
}

TEST_CASE("a unified diff shows the changed lines with three around them") {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const std::string after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
  CHECK(unified_diff("f", before, after) == "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  CHECK(unified_diff("f", before, before).empty());
}

TEST_CASE("a unified diff of lines taken out, put in and without a last line break") {
  CHECK(unified_diff("f", "a\nb\nc\n", "a\nc\n") == "--- f\n+++ f\n@@ -1,3 +1,2 @@\n a\n-b\n c\n");
  CHECK(unified_diff("f", "a\n", "a\nb") == "--- f\n+++ f\n@@ -1 +1,2 @@\n a\n+b\n\\ No newline at end of file\n");
}

TEST_CASE("changes far apart are hunks of their own") {
  std::string before;
  for (int i = 0; i < 30; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("2\n"), 1, "two");
  after.replace(after.find("25\n"), 2, "tf");
  const std::string diff = unified_diff("f", before, after);
  CHECK(diff.find("@@ -1,6 +1,6 @@") != std::string::npos);
  CHECK(diff.find("@@ -23,7 +23,7 @@") != std::string::npos);
}

}  // namespace gatec::driver
