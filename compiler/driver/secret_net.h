#pragma once

#include "compiler/source/source_manager.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// The last line against leaks: looks for the bytes of the inputs' secrets in text that is about to leave. Texts that
/// are too common to tell (short words, what the inputs also say elsewhere) are not looked for; the writers keep those
/// out by themselves.
class SecretNet {
 public:
  explicit SecretNet(std::vector<const source::SourceManager*> sources);
  /// Looks for all of them, also for what the inputs say elsewhere: cheaper to make, and who catches nothing is fine.
  [[nodiscard]] static SecretNet strict(const std::vector<const source::SourceManager*>& sources);
  explicit SecretNet(const source::SourceManager& sources) : SecretNet(std::vector{&sources}) {}

  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  /// Whether the text holds one of the secrets.
  [[nodiscard]] bool catches(std::string_view text) const;

 private:
  SecretNet() = default;
  void collect(const std::vector<const source::SourceManager*>& sources);
  void add(const source::SourceManager& sources);
  void add(std::string_view text);
  void index();
  void mark_common(const source::SourceManager& sources, std::vector<bool>& common) const;
  void drop(const std::vector<bool>& common);
  template <class Hit>
  void search(std::string_view text, Hit hit) const;

  std::vector<std::string> patterns_;  // sorted
  std::vector<std::size_t> parents_;   // of each the longest other one that it begins with
  std::vector<bool> heads_;            // by hash of the first bytes, so that most places need one look
};

}  // namespace gatec::driver
