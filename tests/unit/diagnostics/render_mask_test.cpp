#include "compiler/diagnostics/render_mask.h"

#include <catch2/catch.hpp>

namespace gatec::diagnostics {
namespace {

std::string masked(const std::string& text, std::string_view secret = {}, bool understood = false) {
  source::SourceManager sources;
  const source::FileId file = sources.add("a.yaml", text);
  if (!secret.empty()) {
    const auto at = static_cast<std::uint32_t>(text.find(secret));
    sources.mark_secret({file, at, at + static_cast<std::uint32_t>(secret.size())});
  }
  Mask mask(sources);
  if (understood) mask.understood(file);
  return mask.masked_text(file);
}

}  // namespace

TEST_CASE("marked bytes are hidden") {
  CHECK(masked("api_key: hunter2\nmodel: x\n", "hunter2", true) == "api_key: ••••\nmodel: x\n");
}

TEST_CASE("a file that was understood shows references") {
  CHECK(masked("api_key: os.environ/OPENAI_API_KEY\n", {}, true) == "api_key: os.environ/OPENAI_API_KEY\n");
}

TEST_CASE("in a file that was not understood whatever follows a credential key is hidden") {
  CHECK(masked("  api_key: hunter2 # mine\n") == "  api_key: ••••\n");
  CHECK(masked("{\"model\": \"x\", \"api_key\": \"hunter2\"}") == "{\"model\": \"x\", \"api_key\": ••••");
  CHECK(masked("OPENAI_API_KEY=hunter2") == "OPENAI_API_KEY=••••");
}

TEST_CASE("the lines below a credential key are hidden with it") {
  CHECK(masked("params:\n  api_key: |\n    line one\n    line two\n  model: x\n") ==
        "params:\n  api_key: ••••\n    ••••\n    ••••\n  model: x\n");
}

TEST_CASE("well-known shapes are hidden wherever they stand") {
  const std::string key = "sk-proj-abcDEF0123456789abcDEF0123456789abcDEF0123456789";
  CHECK(masked("# old key: " + key + "\n", {}, true) == "# old key: ••••\n");
  CHECK(masked("args: [--key=" + key + "]\n", {}, true) == "args: [••••]\n");
}

TEST_CASE("a part of a line hides what is cut off") {
  source::SourceManager sources;
  const source::FileId file = sources.add("a.json", "{\"note\": \"" + std::string(40, 'x') + "\"}");
  const Mask mask(sources);
  CHECK_FALSE(mask.hidden(file, 20, 40).empty());
}

}  // namespace gatec::diagnostics
