#include "compiler/facts/secrets.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace gatec::facts {
namespace {

#include "gatec/placeholders_table.inc"

constexpr std::size_t kMaxKey = 128;
constexpr std::size_t kMaxPlaceholder = 128;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_upper(c) || is_lower(c) || is_digit(c); }
bool is_word(char c) { return is_alnum(c) || c == '_' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool starts_with_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, to_lower, to_lower);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// `lower` is lower case.
bool is_filler(std::string_view lower) {
  if (!contains(lower, "://") && (contains(lower, "***") || contains(lower, "xxxxx"))) return true;
  if (lower.starts_with("sk-")) lower.remove_prefix(3);
  if (lower.size() < 3) return false;
  return std::ranges::all_of(lower, [](char c) { return c == 'x' || c == '*' || c == '.' || c == '-' || c == '_'; });
}

/// A reference to a secret that is kept elsewhere, in any dialect's form.
bool is_reference(std::string_view text) {
  return text.starts_with("${") || text.starts_with("$(") || text.starts_with("{{") || text.starts_with("<") ||
         text.starts_with("os.environ") || text.starts_with("env.") || text.starts_with("process.env.");
}

/// The words of an identifier in lower case, without memory of its own: at most the last kMax ones are kept.
class Words {
 public:
  explicit Words(std::string_view key) {
    key = key.substr(0, kMaxKey);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < key.size(); ++i) {
      const char c = key[i];
      letters_[i] = to_lower(c);
      const bool boundary = !is_alnum(c);
      const bool hump = i > begin && is_upper(c) &&
                        (is_lower(key[i - 1]) || (i + 1 < key.size() && is_lower(key[i + 1]) && is_upper(key[i - 1])));
      if (boundary || hump) {
        add(begin, i);
        begin = boundary ? i + 1 : i;
      }
    }
    add(begin, key.size());
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Counted from the end; empty beyond the first word.
  [[nodiscard]] std::string_view last(std::size_t back = 0) const {
    return back < size_ ? words_[size_ - 1 - back] : std::string_view{};
  }
  [[nodiscard]] std::string_view first() const { return size_ == 0 ? std::string_view{} : words_[0]; }
  [[nodiscard]] bool has(std::string_view word) const {
    return std::find(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(size_), word) !=
           words_.begin() + static_cast<std::ptrdiff_t>(size_);
  }

 private:
  static constexpr std::size_t kMax = 16;

  void add(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    if (size_ == kMax)
      std::shift_left(words_.begin(), words_.end(), 1);
    else
      ++size_;
    words_[size_ - 1] = std::string_view(letters_.data() + begin, end - begin);
  }

  std::array<char, kMaxKey> letters_{};
  std::array<std::string_view, kMax> words_{};
  std::size_t size_ = 0;
};

bool is_capitals(std::string_view key) {
  return std::ranges::any_of(key, is_upper) && std::ranges::none_of(key, is_lower);
}

/// Switches and names of things: `allow_client_side_credentials`, `use_x`, `existingSecret`.
bool is_about_a_credential(const Words& words) {
  return one_of(words.first(), {"allow",  "enable", "disable", "use",      "store", "require", "forward",
                                "redact", "hide",   "create",  "existing", "image", "pull",    "validate",
                                "check",  "skip",   "cors",    "is",       "has",   "no",      "dangerously"});
}

bool is_key_of_a_door(const Words& words, bool capitals) {
  const std::string_view kind = words.last(1);
  if (one_of(kind, {"api",         "access",      "private",      "master",  "salt",      "encryption", "license",
                    "signing",     "service",     "subscription", "auth",    "account",   "shared",     "app",
                    "application", "integration", "admin",        "server",  "space",     "hash",       "webhook",
                    "session",     "client",      "openai",       "azure",   "anthropic", "groq",       "cohere",
                    "replicate",   "huggingface", "openrouter",   "mistral", "gemini",    "databricks", "cloudflare",
                    "deepseek",    "provider",    "gateway",      "portkey", "litellm",   "ssh",        "deploy"})) {
    return true;
  }
  // the key of a Secret object, not a key
  if (kind == "secret") return words.size() == 2 || !contains(words.last(2), "key");
  return capitals &&
         !one_of(kind, {"public", "cache", "virtual", "partition", "sort", "object", "primary", "foreign", "bucket"});
}

bool is_token_of_a_door(const Words& words) {
  if (words.size() == 1) return true;
  if (words.has("per") || words.has("cost") || words.has("price") || words.has("count")) return false;
  return !one_of(words.last(1),
                 {"bos",       "eos",    "pad",     "unk",      "sep",     "cls",          "mask",  "stop",
                  "start",     "end",    "first",   "next",     "page",    "continuation", "max",   "min",
                  "input",     "output", "request", "response", "prompt",  "completion",   "cache", "cached",
                  "reasoning", "audio",  "image",   "text",     "special", "pagination",   "per"});
}

bool is_database(std::string_view word) {
  return one_of(
      word, {"database", "db", "redis", "mongo", "mongodb", "postgres", "postgresql", "pg", "mysql", "mariadb", "amqp",
             "rabbitmq", "broker", "neo4j", "valkey", "clickhouse", "memcached", "direct", "shadow"});
}

bool is_password(std::string_view word) {
  return contains(word, "password") || contains(word, "passwd") || contains(word, "passphrase") || word == "pwd";
}

}  // namespace

bool is_placeholder(std::string_view value) {
  value = trimmed(value);
  if (value.empty()) return true;
  if (value.size() > kMaxPlaceholder) return false;
  std::array<char, kMaxPlaceholder> buffer{};
  std::ranges::transform(value, buffer.begin(), to_lower);
  const std::string_view lower(buffer.data(), value.size());
  if (std::ranges::binary_search(kPlaceholders, lower) || is_filler(lower)) return true;
  return std::ranges::any_of(kPlaceholderPatterns, [&](std::string_view pattern) { return matches(pattern, lower); });
}

bool is_credential_key(std::string_view key) {
  const Words words(key);
  if (words.size() == 0 || is_about_a_credential(words)) return false;
  const bool capitals = is_capitals(key);
  const bool header = contains(key, "-");
  const std::string_view last = words.last();
  const std::string_view before = words.last(1);

  if (is_password(last)) return true;
  if (one_of(last, {"masterkey", "apikey", "secretkey", "accesskey", "privatekey", "clientsecret", "authtoken",
                    "bearertoken"})) {
    return true;
  }
  if (last == "key") return is_key_of_a_door(words, capitals) || (header && words.first() == "x");
  // `masterSecret` in a chart is the name of a Secret
  if (last == "secret") return contains(key, "_") || capitals || !one_of(before, {"master", "password", "tls", "db"});
  if (last == "token") return is_token_of_a_door(words);
  if (one_of(last, {"credential", "credentials"})) return true;
  if (one_of(last, {"authorization", "cookie", "dsn", "jwt"})) return words.size() > 1 || last != "jwt";
  if (last == "license") return one_of(before, {"litellm", "enterprise", "gateway"});
  if (last == "auth") return header && words.size() > 1;
  if (one_of(last, {"pem", "pat"})) return capitals || words.size() > 1;
  if (last == "value") return before == "auth";
  if (last == "json") return before == "account";
  if (last == "id")
    return (before == "key" && words.last(2) == "access") || (before == "access" && words.last(2) == "secret");
  if (last == "b64") return before == "key";
  if (last == "bedrock") return before == "token";
  if (last == "string") return one_of(before, {"connection", "conn"});
  if (last == "str") return before == "conn" || before == "connection";
  if (last == "webhook") return words.size() > 1 && !one_of(before, {"alerting", "type", "default"});
  if (one_of(last, {"url", "uri"})) return is_database(before) || before == "webhook" || before == "sas";
  if (last == "headers") return words.has("otel") || words.has("otlp");
  return false;
}

namespace {

struct Shape {
  std::string_view prefix;
  std::size_t least;  // characters behind the prefix
  bool plain = true;  // letters and digits only, otherwise `-` and `_` too
};

constexpr Shape kShapes[] = {
    {"sk-", 16, false},
    {"sk_live_", 16},
    {"sk_test_", 16},
    {"rk_live_", 16},
    {"rk_test_", 16},
    {"whsec_", 20},
    {"ghp_", 20},
    {"gho_", 20},
    {"ghu_", 20},
    {"ghs_", 20},
    {"ghr_", 20},
    {"github_pat_", 20, false},
    {"glpat-", 16, false},
    {"gsk_", 20},
    {"hf_", 30},
    {"AIza", 30, false},
    {"xai-", 20},
    {"nvapi-", 20, false},
    {"pplx-", 30},
    {"csk-", 20},
    {"r8_", 30},
    {"fw_", 20},
    {"tgp_v1_", 20, false},
    {"dapi", 32},
    {"jina_", 30},
    {"tvly-", 20, false},
    {"lsv2_pt_", 20, false},
    {"lsv2_sk_", 20, false},
    {"ABSK", 40},
    {"vck_", 20},
    {"xoxb-", 12, false},
    {"xoxp-", 12, false},
    {"xoxa-", 12, false},
    {"xoxr-", 12, false},
    {"xoxs-", 12, false},
    {"xapp-", 12, false},
    {"npm_", 30},
    {"dop_v1_", 30},
    {"shpat_", 30},
    {"pypi-", 40, false},
    {"ya29.", 20, false},
    {"hvs.", 20, false},
    {"SG.", 20, false},
    {"dp.st.", 20, false},
    {"lin_api_", 20},
    {"r2_", 40},
    {"AGE-SECRET-KEY-", 40},
    {"sntrys_", 20, false},
    {"phc_", 30},
    {"phx_", 30},
};

/// By the first character, which second ones begin a shape: most words are none at a glance.
constexpr std::array<std::uint64_t, 128> shape_heads() {
  std::array<std::uint64_t, 128> heads{};
  const auto add = [&](std::string_view prefix) {
    heads[static_cast<unsigned char>(prefix[0])] |= std::uint64_t{1} << (static_cast<unsigned char>(prefix[1]) & 63U);
  };
  for (const Shape& shape : kShapes) add(shape.prefix);
  for (const std::string_view prefix : {"AKIA", "ASIA", "eyJ"}) add(prefix);
  return heads;
}
constexpr std::array<std::uint64_t, 128> kShapeHeads = shape_heads();

bool may_be_key_shape(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  return text.size() > 1 && first < kShapeHeads.size() &&
         ((kShapeHeads[first] >> (static_cast<unsigned char>(text[1]) & 63U)) & 1U) != 0;
}

std::size_t run(std::string_view text, bool plain) {
  const auto end = plain ? std::ranges::find_if_not(text, is_alnum) : std::ranges::find_if_not(text, is_word);
  return static_cast<std::size_t>(end - text.begin());
}

bool has_digit_or_case_mix(std::string_view text) {
  return std::ranges::any_of(text, is_digit) ||
         (std::ranges::any_of(text, is_lower) && std::ranges::any_of(text, is_upper));
}

bool is_aws_key_id(std::string_view text) {
  if (!text.starts_with("AKIA") && !text.starts_with("ASIA")) return false;
  return run(text, true) == 20 && std::ranges::none_of(text.substr(0, 20), is_lower);
}

bool is_jwt(std::string_view text) {
  if (!text.starts_with("eyJ")) return false;
  for (int part = 0; part < 2; ++part) {
    const std::size_t size = run(text, false);
    if (size < 8 || size == text.size() || text[size] != '.') return false;
    text.remove_prefix(size + 1);
  }
  return run(text, false) >= 8;
}

bool is_key_shape(std::string_view text) {
  if (!may_be_key_shape(text)) return false;
  if (is_aws_key_id(text) || is_jwt(text)) return true;
  return std::ranges::any_of(kShapes, [&](const Shape& shape) {
    if (!text.starts_with(shape.prefix)) return false;
    const std::string_view rest = text.substr(shape.prefix.size());
    const std::size_t size = run(rest, shape.plain);
    return size >= shape.least && has_digit_or_case_mix(rest.substr(0, size)) &&
           !is_placeholder(text.substr(0, shape.prefix.size() + size));
  });
}

/// Tries each place where a word begins.
bool holds_key_shape(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if ((i == 0 || !is_word(value[i - 1])) && is_alnum(value[i]) && is_key_shape(value.substr(i))) return true;
  }
  return false;
}

bool is_bearer(std::string_view value) {
  for (const std::string_view scheme : {"bearer ", "basic ", "token "}) {
    if (!starts_with_no_case(value, scheme)) continue;
    const std::string_view rest = trimmed(value.substr(scheme.size()));
    // prose has blanks
    return rest.size() >= 16 && std::ranges::none_of(rest, is_blank) && !is_reference(rest) && !is_placeholder(rest);
  }
  return false;
}

bool shows(std::string_view secret, std::size_t least) {
  return secret.size() >= least && !is_reference(secret) && !is_placeholder(secret);
}

bool holds_password_in_url(std::string_view value) {
  for (auto at = value.find("://"); at != std::string_view::npos; at = value.find("://", at + 3)) {
    const std::string_view rest = value.substr(at + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?# \t\n\"'"));
    const auto host = authority.rfind('@');
    if (host == std::string_view::npos) continue;
    const std::string_view user = authority.substr(0, host);
    const auto colon = user.find(':');
    if (colon != std::string_view::npos && shows(user.substr(colon + 1), 1)) return true;
  }
  return false;
}

/// `name=value` where the name itself says that the value is secret.
bool holds_secret_parameter(std::string_view value) {
  struct Parameter {
    std::string_view name;
    std::size_t least;
  };
  for (const Parameter parameter : {Parameter{"accountkey=", 16},
                                    {"sharedaccesskey=", 16},
                                    {"password=", 1},
                                    {"pwd=", 1},
                                    {"api_key=", 16},
                                    {"apikey=", 16},
                                    {"api-key=", 16},
                                    {"access_token=", 16},
                                    {"client_secret=", 8},
                                    {"sig=", 16}}) {
    for (std::size_t i = 0; i + parameter.name.size() < value.size(); ++i) {
      if ((i > 0 && is_word(value[i - 1])) || !starts_with_no_case(value.substr(i), parameter.name)) continue;
      const std::string_view rest = value.substr(i + parameter.name.size());
      if (shows(rest.substr(0, rest.find_first_of("&; \t\n\"'")), parameter.least)) return true;
    }
  }
  return false;
}

bool is_secret_webhook(std::string_view value) {
  for (const std::string_view place :
       {"hooks.slack.com/services/", "hooks.slack.com/workflows/", "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/", "webhook.office.com/webhookb2/", "outlook.office.com/webhook/",
        "hooks.zapier.com/hooks/catch/"}) {
    const auto at = value.find(place);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = value.substr(at + place.size());
    const auto end = std::ranges::find_if_not(rest, [](char c) { return is_word(c) || c == '/' || c == '@'; });
    if (end - rest.begin() >= 16 && !is_filler(rest) && !contains(rest, "xxx") && !contains(rest, "XXX")) return true;
  }
  return false;
}

}  // namespace

namespace {

bool has_shape_of_secret(std::string_view value) {
  if (contains(value, "PRIVATE KEY-----")) return true;
  if (is_bearer(value) || holds_key_shape(value)) return true;
  if (contains(value, "://") && (holds_password_in_url(value) || is_secret_webhook(value))) return true;
  return contains(value, "=") && holds_secret_parameter(value);
}

}  // namespace

bool looks_like_secret(std::string_view value) {
  value = trimmed(value);
  return value.size() >= 8 && has_shape_of_secret(value) && !is_placeholder(value);
}

bool names_a_file(std::string_view value) {
  value = trimmed(value);
  if (value.empty() || value.size() > 1024 || contains(value, "://")) return false;
  if (std::ranges::any_of(value, [](char c) { return c == '\n' || c == '{' || c == '"' || c == '<'; })) return false;
  const bool drive = value.size() > 3 && is_alnum(value[0]) && value[1] == ':' && (value[2] == '/' || value[2] == '\\');
  if (drive || value.starts_with("./") || value.starts_with("../") || value.starts_with("~/")) return true;
  const auto dot = value.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? std::string_view{} : value.substr(dot + 1);
  if (one_of(extension,
             {"json", "pem", "key", "crt", "cer", "p12", "pfx", "jks", "toml", "yaml", "yml", "txt", "token"}))
    return true;
  // base64 has slashes too, though it hardly begins with one and has none of the usual directories
  return one_of(value.substr(0, value.find('/', 1)),
                {"/etc", "/run", "/var", "/secrets", "/app", "/home", "/root", "/mnt", "/opt", "/tmp", "/Users", "/usr",
                 "/path", "/config", "/data"});
}

}  // namespace gatec::facts
