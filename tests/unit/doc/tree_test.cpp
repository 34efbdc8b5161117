#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

std::string values(std::span<const Entry> entries) {
  std::string out;
  for (const Entry& entry : entries) {
    if (!out.empty()) out += ' ';
    out += std::string(entry.key->text()) + '=' + std::string(entry.value->text());
  }
  return out;
}

std::vector<std::string> leaf_paths(const Document& document) {
  struct Visitor : LeafVisitor {
    std::vector<std::string> out;
    std::uint32_t next = 0;
    void leaf(const Node& node, std::string_view path) override {
      CHECK(node.leaf().value == next++);
      out.emplace_back(path);
    }
  } visitor;
  visitor.next = document.first_leaf();
  visit_leaves(document, visitor);
  CHECK(visitor.out.size() == document.leaf_count());
  return visitor.out;
}

void both(const std::string& text, void (*check)(const Reading&)) {
  check(yaml(text));
  check(second(text));
  CHECK(describe(yaml(text).document()) == describe(second(text).document()));
}

using Paths = std::vector<std::string>;

TEST_CASE("leaves are scalar values and empty containers, in the order written") {
  both("a: 1\nb: [x, [], {}]\nc:\nd:\n  e.f: {g: ''}\n", [](const Reading& in) {
    CHECK(leaf_paths(in.document()) == Paths{"a", "b[0]", "b[1]", "b[2]", "c", "d[\"e.f\"].g"});
    CHECK_FALSE(in.root().leaf().valid());
    CHECK_FALSE(in.root().entries()[0].key->leaf().valid());
  });
}

TEST_CASE("leaves go on from where the last file ended") {
  const Reading in(read_yaml, "[a, b]\n", "in.yaml", {.first_leaf = 7});
  CHECK(in.document().first_leaf() == 7);
  CHECK(in.root().elements()[1]->leaf() == LeafId{8});
}

TEST_CASE("an alias is the anchored node and adds no leaf") {
  both("a: &x [1, 2]\nb: *x\nc: [*x, 3]\n", [](const Reading& in) {
    CHECK(&in.at("a") == &in.at("b"));
    CHECK(in.root().entry("b")->aliased);
    CHECK(in.at("c").elements()[0] == &in.at("a"));
    CHECK(leaf_paths(in.document()) == Paths{"a[0]", "a[1]", "c[1]"});
    CHECK(in.root().expanded_size() == 1 + 3 + 3 + 3 + 5);
  });
}

TEST_CASE("an anchor may be given again") {
  both("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", [](const Reading& in) {
    CHECK(in.at("b").text() == "1");
    CHECK(in.at("d").text() == "2");
  });
}

TEST_CASE("content of a key becomes a leaf with the first alias that is a value") {
  both("&k name: *k\n? [&e x, y]\n: *e\nz: *k\n", [](const Reading& in) {
    CHECK(leaf_paths(in.document()) == Paths{"name", "[?]"});
  });
  both("? &a {p: [1, 2], q: &b 3}\n: *a\n? x\n: [*a, *b, 4]\n", [](const Reading& in) {
    CHECK(leaf_paths(in.document()) == Paths{"[?].p[0]", "[?].p[1]", "[?].q", "x[2]"});
  });
}

TEST_CASE("of a repeated key the last one wins") {
  both("a: 1\nb: 2\na: 3\nc: 4\na: 5\n", [](const Reading& in) {
    CHECK(values(in.root().entries()) == "b=2 c=4 a=5");
    CHECK(in.root().written_entries()[0].loss == Loss::Duplicate);
    CHECK(in.root().written_entries()[2].loss == Loss::Duplicate);
    CHECK(in.root().size() == 3);
    CHECK(in.findings() == Paths{"GW0104 1:1", "GW0104 3:1"});
    CHECK(in.place(in.finding().labels.at(0).span) == "5:1");
    CHECK(in.finding().message.find("`a`") != std::string::npos);
    CHECK(in.document().leaf_count() == 5);
  });
}

TEST_CASE("repeated keys among many") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += 'k' + std::to_string(i % 90) + ": " + std::to_string(i) + '\n';
  both(text, [](const Reading& in) {
    CHECK(in.root().size() == 90);
    CHECK(in.at("k5").text() == "95");
    CHECK(in.at("k50").text() == "50");
    CHECK(in.root().get("k90") == nullptr);
    CHECK(in.finding_count() == 10);
  });
}

TEST_CASE("duplicates can go unreported") {
  const Reading in(read_yaml, "a: 1\na: 2\n", "in.yaml", {.report_duplicates = false});
  CHECK(in.finding_count() == 0);
  CHECK(in.at("a").text() == "2");
}

TEST_CASE("keys that differ in text are different, even if their values are equal") {
  const Reading in = yaml("yes: 1\ntrue: 2\n1: 3\n0x1: 4\n");
  CHECK(in.root().size() == 4);
  CHECK(in.finding_count() == 0);
}

TEST_CASE("a merge brings what the mapping does not have") {
  both("d: &d {p: 1, q: 2, r: 3}\nm:\n  q: 9\n  <<: *d\n  s: 4\n", [](const Reading& in) {
    const Node& m = in.at("m");
    CHECK(values(m.entries()) == "q=9 s=4 p=1 r=3");
    CHECK(values(m.overridden()) == "q=2");
    CHECK(m.written_entries().size() == 3);
    CHECK(m.written_entries()[1].loss == Loss::MergeKey);
    CHECK(m.get("p") == in.at("d").get("p"));
    CHECK(m.get("<<") == nullptr);
    CHECK(in.document().leaf_count() == 5);
    CHECK(in.finding_count() == 0);
  });
}

TEST_CASE("merges of several mappings: in a list the earlier, of several keys the later wins") {
  both("a: &a {k: 1, x: 1}\nb: &b {k: 2, y: 2}\nl: {<<: [*a, *b]}\nt: {<<: *a, <<: *b}\ni: {<<: {k: 5, z: 6}, k: 7}\n",
       [](const Reading& in) {
         CHECK(in.at("l").get("k")->text() == "1");
         CHECK(values(in.at("l").overridden()) == "k=2");
         CHECK(in.at("l").size() == 3);
         CHECK(in.at("t").get("k")->text() == "2");
         CHECK(values(in.at("i").entries()) == "k=7 z=6");
         CHECK(in.finding_count() == 0);
       });
}

TEST_CASE("merges of merges, and of repeated keys") {
  both("a: &a {k: 1, x: 1, x: 2}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, y: 3}\n", [](const Reading& in) {
    CHECK(values(in.at("c").entries()) == "y=3 k=1 x=2");
    CHECK(values(in.at("c").overridden()) == "y=2");
  });
}

TEST_CASE("a quoted or tagged << is a key like others") {
  both("a: {\"<<\": 1}\nb: {!!str <<: 2}\n", [](const Reading& in) {
    CHECK(in.at("a").get("<<")->text() == "1");
    CHECK(in.at("b").get("<<")->text() == "2");
  });
  CHECK(json("{\"<<\": {\"a\": 1}}").at("<<").size() == 1);
}

TEST_CASE("a merge of something else is refused") {
  CHECK(yaml("a: 1\n<<: 5\n").findings() == Paths{"GW0114 2:5"});
  CHECK(yaml("<<:\n").findings() == Paths{"GW0114 1:4"});
  CHECK(yaml("x: &x 1\na:\n  <<: [{}, *x]\n").findings() == Paths{"GW0114 3:3"});
  CHECK(yaml("x: &x [{}]\na:\n  <<: *x\n").good());
  CHECK(yaml("a:\n  <<: [{}, [1]]\n").findings() == Paths{"GW0114 2:12"});
}

TEST_CASE("complex keys are kept out of look-ups") {
  both("? [a, b]\n: 1\n? {c: 2}\n: 3\n'': 4\n", [](const Reading& in) {
    CHECK(in.findings() == Paths{"GW0116 1:3", "GW0116 3:3"});
    CHECK(in.at("").text() == "4");
    CHECK(in.document().leaf_count() == 3);
    CHECK(in.root().size() == 3);
  });
}

TEST_CASE("all documents are read") {
  both("a: 1\n---\n# nothing\n---\nb: 2\n...\n---\n~\n", [](const Reading& in) {
    REQUIRE(in.document().roots().size() == 4);
    CHECK(in.document().roots()[1]->is_null());
    CHECK(in.document().roots()[1]->leaf() == LeafId{1});
    CHECK(in.document().roots()[2]->get("b")->leaf() == LeafId{2});
    CHECK(in.document().roots()[3]->text() == "~");
    CHECK(in.document().leaf_count() == 4);
  });
  CHECK(yaml("---\n---\na: 1\n").root().is_mapping());
}

TEST_CASE("nulls keep their text in both readers") {
  both("- ~\n-\n- null\n- {a: , null: , ~: Null}\n- a:\n  null: x\n-\n  - b:\n- NULL\n", [](const Reading& in) {
    CHECK(in.root().elements()[0]->text() == "~");
    CHECK(in.root().elements()[1]->text().empty());
    CHECK(in.root().elements()[2]->text() == "null");
    CHECK(in.root().elements()[6]->text() == "NULL");
  });
}

TEST_CASE("paths") {
  std::string path;
  append_key(path, "model_list");
  append_index(path, 3);
  append_key(path, "x-y");
  append_key(path, "gpt-3.5");
  append_key(path, "q\"\n");
  append_key(path, "");
  CHECK(path == "model_list[3].x-y[\"gpt-3.5\"][\"q\\\"\\n\"][\"\"]");
}

}  // namespace
}  // namespace gatec::doc
