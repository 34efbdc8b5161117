#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// A command line that cannot be understood: exit 2 and a pointer to the verb's help.
struct UsageError {
  std::string message;
};

/// The options of one verb and their help. Only its source file knows CLI11, which is costly to compile.
class Arguments {
 public:
  Arguments(std::string_view verb, std::string_view summary);
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  ~Arguments();

  /// At least `min` words, at most `max`.
  void positional(std::string_view name, std::vector<std::string>& values, std::string_view text, std::size_t min,
                  std::size_t max);
  /// `names` as "-o,--out"; `form` is what stands for the value in the help.
  void option(std::string_view names, std::string& value, std::string_view form, std::string_view text);
  /// May be repeated; values are split at commas if `split`.
  void option(std::string_view names, std::vector<std::string>& values, std::string_view form, std::string_view text,
              bool split);
  void flag(std::string_view names, bool& value, std::string_view text);

  /// False when help was asked for. Throws UsageError.
  [[nodiscard]] bool parse(std::span<const std::string> words);
  [[nodiscard]] std::string help() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gatec::driver
