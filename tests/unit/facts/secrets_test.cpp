#include "compiler/facts/secrets.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace gatec::facts {
namespace {

/// Put together at run time: a key shape that stands in a source file alarms every scanner of repositories.
std::string joined(std::string_view prefix, std::string_view rest) { return std::string(prefix) + std::string(rest); }

constexpr std::string_view kLetters = "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8i9J0";

}  // namespace

TEST_CASE("placeholders", "[secrets]") {
  for (const std::string_view value : {"",
                                       "  ",
                                       "dummy",
                                       "EMPTY",
                                       "None",
                                       "sk-none",
                                       "not-needed",
                                       "lm-studio",
                                       "my-fake-key",
                                       "your-api-key-here",
                                       "YOUR_API_KEY",
                                       "<your key>",
                                       "{{ litellm_api_key }}",
                                       "changeme123",
                                       "sk-xxxxxxx",
                                       "xxxx",
                                       "*****",
                                       "sk-***",
                                       "141a****",
                                       "...",
                                       "os.environ/X",
                                       "Bearer <token>",
                                       "sk-your-secret-key"}) {
    INFO(value);
    CHECK(is_placeholder(value));
  }
  for (const std::string_view value :
       {"sk-1234", "password", "test", "sk-hackathon-2026", "hunter2", "${OPENAI_API_KEY}", "${KEY:-real}",
        "postgresql://user:pxxxxxxw@host/db", "admin", "xx"}) {
    INFO(value);
    CHECK_FALSE(is_placeholder(value));
  }
}

TEST_CASE("keys that hold credentials", "[secrets]") {
  for (const std::string_view key : {"api_key",
                                     "apiKey",
                                     "apikey",
                                     "api-key",
                                     "X-API-Key",
                                     "x-api-key",
                                     "Authorization",
                                     "proxy-authorization",
                                     "master_key",
                                     "masterkey",
                                     "salt_key",
                                     "LITELLM_SALT_KEY",
                                     "client_secret",
                                     "langfuse_secret",
                                     "secret_key",
                                     "secretKey",
                                     "azure_ad_token",
                                     "aws_access_key_id",
                                     "aws_secret_access_key",
                                     "aws_session_token",
                                     "token",
                                     "access_token",
                                     "auth_value",
                                     "redis_password",
                                     "postgres-password",
                                     "UI_PASSWORD",
                                     "database_url",
                                     "DATABASE_URL",
                                     "redis_url",
                                     "connection_string",
                                     "dsn",
                                     "webhook_url",
                                     "SLACK_WEBHOOK_URL",
                                     "alert_to_webhook_url",
                                     "webhookURL",
                                     "private_key",
                                     "key_passphrase",
                                     "vertex_credentials",
                                     "GOOGLE_APPLICATION_CREDENTIALS",
                                     "vertex_service_account_json",
                                     "litellm_license",
                                     "encryption_key",
                                     "Helicone-Auth",
                                     "sentinel_password",
                                     "HF_TOKEN",
                                     "COMETAPI_KEY",
                                     "AWS_BEARER_TOKEN_BEDROCK",
                                     "OTEL_HEADERS",
                                     "X-Litellm-Key"}) {
    INFO(key);
    CHECK(is_credential_key(key));
  }
  for (const std::string_view key : {"",
                                     "key",
                                     "keys",
                                     "model",
                                     "max_tokens",
                                     "max_completion_tokens",
                                     "budget_tokens",
                                     "input_cost_per_token",
                                     "output_cost_per_reasoning_token",
                                     "cache_read_input_token_cost",
                                     "bos_token",
                                     "eos_token",
                                     "request_token",
                                     "tokenizer",
                                     "custom_tokenizer",
                                     "token_url",
                                     "authorization_url",
                                     "token_rate_limit_type",
                                     "virtual_key",
                                     "prompt_cache_key",
                                     "target_key",
                                     "key_alias",
                                     "litellm_credential_name",
                                     "credential_name",
                                     "custom_secret_manager",
                                     "primary_secret_name",
                                     "secret_path",
                                     "masterkeySecretName",
                                     "masterkeySecretKey",
                                     "passwordKey",
                                     "existingSecret",
                                     "hide_secrets",
                                     "allow_client_side_credentials",
                                     "enable_jwt_auth",
                                     "enable_azure_ad_token_refresh",
                                     "disable_master_key_return",
                                     "dangerously_permit_weak_or_unset_master_key",
                                     "s3_encryption_key_id",
                                     "api_base",
                                     "base_url",
                                     "logo_url",
                                     "US_DRIVER_LICENSE",
                                     "auth_type",
                                     "custom_auth",
                                     "default_api_key_rpm_limit",
                                     "user_api_key_cache_ttl",
                                     "aws_region_name",
                                     "langfuse_public_key",
                                     "litellm_key_header_name"}) {
    INFO(key);
    CHECK_FALSE(is_credential_key(key));
  }
}

TEST_CASE("shapes of secrets", "[secrets]") {
  for (const std::string_view prefix :
       {"sk-", "sk-ant-api03-", "sk-proj-", "ghp_", "gsk_", "hf_", "xai-", "nvapi-", "AIza", "xoxb-12345-",
        "github_pat_", "glpat-", "r8_", "Bearer ", "--api-key=sk-"}) {
    INFO(prefix);
    CHECK(looks_like_secret(joined(prefix, kLetters)));
  }
  CHECK(looks_like_secret(joined("AKIA", "ABCDEFGHIJ234567")));
  CHECK(looks_like_secret(joined("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLWhlcmU")));
  CHECK(looks_like_secret(joined("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE")));
  CHECK(looks_like_secret("postgresql://litellm:hunter2@db:5432/litellm"));
  CHECK(looks_like_secret("redis://:hunter2@cache:6379/0"));
  CHECK(looks_like_secret("host=db user=me password=hunter2"));
  CHECK(looks_like_secret(joined("https://hooks.slack.com/services/", "T00000000/B00000000/abcdefgh12345678")));
  CHECK(looks_like_secret(joined("https://discord.com/api/webhooks/", "123456789012345678/abcdefgh12345678")));
  CHECK(looks_like_secret(joined("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", kLetters)));
}

TEST_CASE("what only resembles a secret", "[secrets]") {
  for (const std::string_view value : {"gpt-4o",
                                       "openai/gpt-4o-mini-2024-07-18",
                                       "anthropic.claude-opus-4-5-20251101-v1:0",
                                       "claude-3-5-sonnet-20241022",
                                       "bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0",
                                       "sk-1234",
                                       "pplx-70b-online",
                                       "xai-grok-4",
                                       "123e4567-e89b-12d3-a456-426614174000",
                                       "d41d8cd98f00b204e9800998ecf8427e",
                                       "os.environ/OPENAI_API_KEY",
                                       "${OPENAI_API_KEY}",
                                       "Bearer ${OPENAI_API_KEY}",
                                       "bearer os.environ/COHERE_API_KEY",
                                       "Bearer <token>",
                                       "https://api.openai.com/v1",
                                       "http://localhost:11434",
                                       "https://user@example.com/path",
                                       "postgresql://$(USER):$(PASSWORD)@db/litellm",
                                       "postgresql://<user>:<password>@<host>/<db>",
                                       "postgresql://${USER}:${PASSWORD}@db/litellm",
                                       "https://hooks.slack.com/services/...",
                                       "https://hooks.slack.com/services/XXX/YYY/ZZZZZZZZZZZZ",
                                       "arn:aws:iam::888602223428:role/SomeRoleWithALongName",
                                       "projects/p/secrets/s/versions/1",
                                       "litellm_deployment_success_responses",
                                       "token budget for the whole team",
                                       "basic authentication is used here",
                                       "sk-your-key-goes-here-please",
                                       "password"}) {
    INFO(value);
    CHECK_FALSE(looks_like_secret(value));
  }
}

TEST_CASE("places of credential files", "[secrets]") {
  for (const std::string_view value :
       {"/path/to/service_account.json", "C:/Users/me/creds.json", "./key.pem", "~/.aws/key", "adroit-crow.json",
        "/etc/secrets/gcp", "path/to/service-account.json"}) {
    INFO(value);
    CHECK(names_a_file(value));
  }
  for (const std::string_view value : {"", "{\"type\": \"service_account\"}", "https://x.example/key.json", "sk-1234",
                                       "/aB3+x9/Zk2==", "os.environ/GCP"}) {
    INFO(value);
    CHECK_FALSE(names_a_file(value));
  }
}

}  // namespace gatec::facts
