#include "compiler/driver/secret_net.h"

#include <catch2/catch.hpp>

namespace gatec::driver {
namespace {

SecretNet net_of(const std::string& text, std::initializer_list<std::string_view> secrets) {
  source::SourceManager sources;
  const source::FileId file = sources.add("a", text);
  for (const std::string_view secret : secrets) {
    const auto at = static_cast<std::uint32_t>(text.find(secret));
    sources.mark_secret({file, at, at + static_cast<std::uint32_t>(secret.size())});
  }
  return SecretNet(sources);
}

}  // namespace

TEST_CASE("a secret is caught wherever it stands") {
  const SecretNet net = net_of("api_key: \"s3cret-9x\"\n", {"\"s3cret-9x\""});
  CHECK(net.catches("s3cret-9x"));
  CHECK(net.catches(std::string(1000, 'x') + "s3cret-9x" + std::string(1000, 'y')));
  CHECK_FALSE(net.catches("s3cret-8x"));
  CHECK_FALSE(net.catches("s3cret"));
}

TEST_CASE("every line of a secret is looked for") {
  const SecretNet net = net_of("key: |\n  first-line-1\n  second-line-2\n", {"|\n  first-line-1\n  second-line-2\n"});
  CHECK(net.catches("x second-line-2"));
}

TEST_CASE("secrets that begin alike are told apart") {
  const SecretNet net = net_of("[token-1, token-12, token-13x, token-2]", {"token-12", "token-13x", "token-2"});
  CHECK(net.catches("token-12"));
  CHECK(net.catches("token-129"));
  CHECK(net.catches("token-13x"));
  CHECK_FALSE(net.catches("token-13"));
  CHECK_FALSE(net.catches("token-1 token-14"));
  const SecretNet nested = net_of("[\"token-1\", \"token-1234\"]", {"\"token-1\"", "\"token-1234\""});
  CHECK(nested.catches("token-1235"));
}

TEST_CASE("what the inputs say elsewhere, fillers and common words are no secrets") {
  CHECK_FALSE(net_of("model: azure-gpt4\napi_key: azure-gpt4 \n", {"azure-gpt4 "}).catches("k: azure-gpt4 "));
  CHECK_FALSE(net_of("api_key: sk-xxxx\n", {"sk-xxxx"}).catches("sk-xxxx"));
  CHECK_FALSE(net_of("api_key: openai\n", {"openai"}).catches("provider: openai"));
  CHECK(net_of("api_key: Abc\n", {"Abc"}).empty());
  CHECK_FALSE(net_of("api_key: Abc\n", {"Abc"}).catches("api_key: Abc"));
  CHECK_FALSE(SecretNet(std::vector<const source::SourceManager*>{}).catches("anything at all"));
}

}  // namespace gatec::driver
