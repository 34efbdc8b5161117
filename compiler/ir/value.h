#pragma once

#include "compiler/base/decimal.h"
#include "compiler/base/secret.h"
#include "compiler/ir/origin.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::ir {

/// Where a credential comes from. A literal is held as a Secret and never shown.
struct Credential {
  enum class Kind : std::uint8_t {
    Env,          // name = variable
    Literal,      // literal
    Placeholder,  // name = the text, known to be no secret (`dummy`)
    Template,     // name = text with a reference that the source gateway does not expand (`${X}`, `{{ x }}`)
    Manager,      // name = reference into a secret manager or token service, as written there (`oidc/google/aud`)
  };
  Kind kind = Kind::Env;
  std::string name;
  base::Secret literal;

  static Credential env(std::string variable) { return {Kind::Env, std::move(variable), {}}; }
  static Credential secret(std::string text) { return {Kind::Literal, {}, base::Secret(std::move(text))}; }
  friend bool operator==(const Credential&, const Credential&) = default;
};

/// Open data that gatec carries without modelling it: request parameters, metadata, settings of one gateway alone.
struct Value {
  enum class Kind : std::uint8_t { Null, Bool, Number, String, Timestamp, Secret, Sequence, Mapping };
  Kind kind = Kind::Null;
  bool boolean = false;
  std::string
      text;  // String and Timestamp as is; Number as exact plain decimal text where it is one, else as written (.inf)
  Credential credential;
  std::vector<Value> items;
  std::vector<std::pair<std::string, Value>> pairs;
  Origin from;  // of scalars and empty containers

  static Value string(std::string text, Origin from = {});
  static Value number(std::string text, Origin from = {});
  static Value of_bool(bool value, Origin from = {});
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] bool is_container() const { return kind == Kind::Sequence || kind == Kind::Mapping; }
};

/// Same meaning: numbers by value, mappings regardless of order, secrets by reference or text.
[[nodiscard]] bool same_meaning(const Value& a, const Value& b);

/// What shall become of an unmodelled setting when the target is another dialect.
enum class Fate : std::uint8_t { Open, Mapped, Approximated, Manual, Skipped };
[[nodiscard]] std::string_view fate_name(Fate fate);

}  // namespace gatec::ir
