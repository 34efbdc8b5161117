#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gatec::doc {

/// An output tree to be written as YAML or JSON; order is kept. Made by writers, never read from.
class Out {
 public:
  struct Null {};
  struct Number {
    std::string text;  // plain decimal, as both formats take it
  };
  using Sequence = std::vector<Out>;
  using Mapping = std::vector<std::pair<std::string, Out>>;

  Out() = default;
  Out(bool value) : v_(value) {}                           // NOLINT: literals read best unwrapped
  Out(std::string value) : v_(std::move(value)) {}         // NOLINT
  Out(std::string_view value) : v_(std::string(value)) {}  // NOLINT
  Out(const char* value) : v_(std::string(value)) {}       // NOLINT
  Out(Sequence value) : v_(std::move(value)) {}            // NOLINT
  Out(Mapping value) : v_(std::move(value)) {}             // NOLINT
  [[nodiscard]] static Out number(std::string text) { return Out(Number{std::move(text)}); }
  [[nodiscard]] static Out integer(std::int64_t value) { return Out(Number{std::to_string(value)}); }
  [[nodiscard]] static Out mapping() { return Out(Mapping{}); }
  [[nodiscard]] static Out sequence() { return Out(Sequence{}); }

  [[nodiscard]] bool is_null() const { return v_.index() == 0; }
  [[nodiscard]] bool is_mapping() const { return std::holds_alternative<Mapping>(v_); }
  [[nodiscard]] bool is_sequence() const { return std::holds_alternative<Sequence>(v_); }
  [[nodiscard]] bool empty() const;

  /// Appends; a mapping is made of a null first. Keys are not looked up: writers add each once.
  Out& add(std::string key, Out value);
  Out& push(Out value);
  /// The value of a key, made (null) when absent.
  Out& at(std::string_view key);
  [[nodiscard]] const Out* find(std::string_view key) const;

  using Storage = std::variant<Null, bool, Number, std::string, Sequence, Mapping>;
  [[nodiscard]] const Storage& storage() const { return v_; }
  [[nodiscard]] Storage& storage() { return v_; }

 private:
  explicit Out(Number value) : v_(std::move(value)) {}
  Storage v_;
};

struct YamlStyle {
  /// Lines put above the document as comments.
  std::vector<std::string> header;
};

/// Block style, two spaces, lists indented under their key; strings are quoted where YAML 1.1 or 1.2 would retype or
/// misread them, long multi-line text becomes a literal block. Ends with a line break.
[[nodiscard]] std::string write_yaml(const Out& value, const YamlStyle& style = {});
struct JsonStyle {
  int indent = 2;           // 0 = one line
  bool ascii_only = false;  // other characters as \uXXXX
};
/// Bytes that written JSON would take with all of it on one line.
[[nodiscard]] std::size_t one_line_size(std::string_view json);
/// Ends with a line break.
[[nodiscard]] std::string write_json(const Out& value, const JsonStyle& style = {});

/// Whether a plain scalar of this text is read as this very string by YAML 1.1 and 1.2 in block context.
[[nodiscard]] bool yaml_plain_is_safe(std::string_view text);
void append_json_string(std::string& out, std::string_view text, bool ascii_only);

}  // namespace gatec::doc
