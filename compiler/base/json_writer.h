#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::base {

/// Appends JSON to a string as it goes, without a tree in between. The caller opens and closes in order; inside an
/// object every value follows a key. Bytes that are no UTF-8 become U+FFFD.
class JsonWriter {
 public:
  /// `indent` 0 writes one line.
  explicit JsonWriter(std::string& out, int indent = 2) : out_(out), indent_(indent) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  /// For an object that turns out empty: `mark` before its key, `take_back` instead of its end.
  struct Mark {
    std::size_t size;
    bool filled;
  };
  [[nodiscard]] Mark mark() const { return {out_.size(), !filled_.empty() && filled_.back()}; }
  void take_back(const Mark& mark);

  void string(std::string_view text);
  void integer(std::int64_t value);
  void boolean(bool value);
  void null();
  /// A number as its plain text.
  void number(std::string_view text);
  /// The text so far, for one value that the caller appends itself.
  [[nodiscard]] std::string& raw();

  void member(std::string_view name, std::string_view text) { key(name), string(text); }
  void member(std::string_view name, const char* text) { key(name), string(text); }
  template <std::integral T>
  void member(std::string_view name, T value) {
    key(name);
    if constexpr (std::same_as<T, bool>) {
      boolean(value);
    } else {
      integer(static_cast<std::int64_t>(value));
    }
  }
  /// Nothing when the text is empty.
  void member_if(std::string_view name, std::string_view text) {
    if (!text.empty()) member(name, text);
  }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void new_line();

  std::string& out_;
  int indent_;
  std::vector<bool> filled_;  // of each open container: has something
  bool after_key_ = false;
};

/// Where printable ASCII without quotes and backslashes ends, from `begin` on.
[[nodiscard]] std::size_t plain_end(std::string_view text, std::size_t begin);
/// Appends a quoted JSON string.
void append_json_quoted(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);

}  // namespace gatec::base
