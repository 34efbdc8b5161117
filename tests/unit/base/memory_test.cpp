#include "compiler/base/memory.h"

#include "compiler/base/json_writer.h"
#include "compiler/base/pointer_map.h"
#include "compiler/base/text.h"

#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace gatec::base {
namespace {

struct Block {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;
  char mark = 0;
  [[nodiscard]] bool intact() const {
    for (std::size_t i = 0; i < size; ++i) {
      if (bytes[i] != mark) return false;
    }
    return reinterpret_cast<std::uintptr_t>(bytes.get()) % 16 == 0;
  }
};

/// Blocks of all sizes that come and go keep what is theirs.
bool churn(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Block> blocks(500);
  bool good = true;
  for (int i = 0; i < 20000; ++i) {
    Block& b = blocks[random() % blocks.size()];
    good = good && b.intact();
    b.size = random() % (random() % 50 == 0 ? 100'000 : random() % 8 == 0 ? 5000 : 200);
    b.mark = static_cast<char>(random());
    b.bytes = std::make_unique<char[]>(b.size);
    if (b.size > 0) std::memset(b.bytes.get(), b.mark, b.size);
  }
  return good;
}

TEST_CASE("blocks of the heap do not overlap") {
  CHECK(churn(1));
  expect_input(1'000'000);
  CHECK(churn(2));
}

TEST_CASE("threads have blocks of their own and may free each other's") {
  bool first = false;
  std::vector<std::unique_ptr<std::vector<int>>> made;
  std::thread other([&] {
    first = churn(3);
    for (int i = 0; i < 1000; ++i) made.push_back(std::make_unique<std::vector<int>>(static_cast<std::size_t>(i), i));
  });
  const bool second = churn(4);
  other.join();
  CHECK(first);
  CHECK(second);
  for (int i = 0; i < 1000; ++i) CHECK(made[static_cast<std::size_t>(i)]->size() == static_cast<std::size_t>(i));
  made.clear();
  CHECK(churn(5));
}

TEST_CASE("a map by address keeps the first number of each") {
  std::vector<int> values(5000);
  PointerMap map;
  CHECK(map.find(values.data()) == PointerMap::kNone);
  for (std::uint32_t i = 0; i < values.size(); ++i) CHECK(map.insert(&values[i], i));
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    CHECK_FALSE(map.insert(&values[i], 1));
    CHECK(map.find(&values[i]) == i);
  }
  CHECK(map.size() == values.size());
  CHECK_FALSE(map.contains(&map));
}

TEST_CASE("a text points to its literal or owns its words") {
  static const char* const literal = "a literal";
  const Text pointed = literal;
  CHECK(pointed.view().data() == literal);
  std::string words = "words made on the way, too long to stand in the string itself";
  Text owned = words;
  const Text copy = owned;
  words.assign(words.size(), '?');
  CHECK(owned == copy.view());
  CHECK(owned.view().data() != copy.view().data());
  const Text moved = std::move(owned);
  CHECK(moved == "words made on the way, too long to stand in the string itself");
  CHECK("left out: " + pointed == "left out: a literal");
  CHECK(Text().empty());
}

TEST_CASE("plain text ends at the first byte that JSON escapes") {
  for (std::size_t before = 0; before < 20; ++before) {
    for (const char mark : {'"', '\\', '\n', '\x1f', '\x7f', '\x80', '\xff', '\0'}) {
      const std::string text = std::string(before, ' ') + mark + std::string(12, '~');
      CHECK(plain_end(text, 0) == before);
      CHECK(plain_end(text, before + 1) == text.size());
    }
  }
}

}  // namespace
}  // namespace gatec::base
