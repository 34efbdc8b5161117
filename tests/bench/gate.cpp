#include "grammar/gate.h"

#include "compiler/syntax/parse.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

// What the tree of a program costs against the bare match of its grammar, both lazily tracked, in one run: the medians
// and their ratio.
namespace {

namespace p = tao::pegtl;
using namespace gatec;

/// What the grammar itself asks of its state.
struct Bare {
  struct Level {
    ~Level() {}
  };
  [[nodiscard]] Level enter(const char*, int) { return {}; }
  [[nodiscard]] std::size_t resume(const char* from, const char* end) { return static_cast<std::size_t>(end - from); }
};

std::string program(std::size_t bytes) {
  std::string text = "provider openai { kind = openai, api_key = env(\"OPENAI_API_KEY\") }\n";
  for (int i = 0; text.size() < bytes; ++i) {
    const std::string n = std::to_string(i);
    text += "model \"m-" + n + "\" {\n  use openai[\"gpt-" + n + "\"] { weight = " + std::to_string(i % 9 + 1) +
            ", limit = [600 rpm, 2M tpm], timeout = 20s }\n  fallback { to \"m-0\" }  # the first\n}\n";
  }
  return text;
}

template <class F>
double median_ms(F f) {
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main() {
  source::SourceManager sources;
  const source::FileId file = sources.add("main.gate", program(1'000'000));
  const std::string_view text = sources.text(file);
  bool fine = true;
  const double bare = median_ms([&] {
    p::memory_input<p::tracking_mode::lazy> in(text.data(), text.data() + text.size(), "");
    Bare state;
    fine = p::parse<grammar::file>(in, state) && fine;
  });
  const double tree = median_ms([&] {
    diagnostics::Sink sink;
    fine = syntax::parse(sources, file, sink) != nullptr && sink.all().empty() && fine;
  });
  std::printf("bare match %.1f ms, tree %.1f ms, ratio %.2f\n", bare, tree, tree / bare);
  return fine ? 0 : 1;
}
