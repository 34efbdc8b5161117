#pragma once

#include <string_view>

namespace gatec::facts {

/// Whether a value of a credential field stands for "no secret": it is listed in stdlib/data/placeholders.txt, is
/// filler
/// (`sk-xxxx`, `***`), or is empty. References (`${NAME}`) are not placeholders.
[[nodiscard]] bool is_placeholder(std::string_view value);

/// Whether a key, an HTTP header or an environment variable of this name holds a credential: something that opens a
/// door by itself (keys, passwords, tokens, connection strings, webhook addresses), not names, files' places or counts.
/// `key` is one segment, in any of snake_case, kebab-case, camelCase and CAPITALS.
[[nodiscard]] bool is_credential_key(std::string_view key);

/// Whether a text shows a secret wherever it stands, by well-known shapes: prefixed keys, JWTs, private keys, passwords
/// in URLs and connection strings, secret webhook addresses. Model names, ids and plain URLs are none.
[[nodiscard]] bool looks_like_secret(std::string_view value);

/// Whether a value of a credential field is the place of a file that holds the credential.
[[nodiscard]] bool names_a_file(std::string_view value);

}  // namespace gatec::facts
