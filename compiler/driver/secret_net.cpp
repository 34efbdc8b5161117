#include "compiler/driver/secret_net.h"

#include "compiler/facts/secrets.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace gatec::driver {
namespace {

constexpr std::size_t kHead = 6;  // bytes that are hashed, and the shortest secret looked for
constexpr std::size_t kHeadBits = 16;
constexpr std::size_t kNone = SIZE_MAX;

std::uint64_t head_of(const char* p) {
  std::uint64_t head = 0;
  std::memcpy(&head, p, kHead);
  return head;
}

std::size_t slot_of(std::uint64_t head) { return (head * 0x9E3779B97F4A7C15ULL) >> (64U - kHeadBits); }

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kAround = " \t\r\n\"'";
  const std::size_t begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) + 1 - begin);
}

/// A short word of small letters may stand in any config.
bool is_common_word(std::string_view text) {
  if (text.size() >= 12) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
}

}  // namespace

SecretNet SecretNet::strict(const std::vector<const source::SourceManager*>& sources) {
  SecretNet net;
  net.collect(sources);
  return net;
}

void SecretNet::collect(const std::vector<const source::SourceManager*>& sources) {
  for (const source::SourceManager* s : sources) add(*s);
  std::sort(patterns_.begin(), patterns_.end());
  patterns_.erase(std::unique(patterns_.begin(), patterns_.end()), patterns_.end());
  if (!patterns_.empty()) index();
}

SecretNet::SecretNet(std::vector<const source::SourceManager*> sources) {
  collect(sources);
  if (patterns_.empty()) return;
  std::vector<bool> common(patterns_.size());
  for (const source::SourceManager* s : sources) mark_common(*s, common);
  drop(common);
}

void SecretNet::add(const source::SourceManager& sources) {
  for (const source::Span& span : sources.secrets()) {
    std::string_view rest = sources.text(span);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      add(trimmed(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

void SecretNet::add(std::string_view text) {
  if (text.size() >= kHead && !facts::is_placeholder(text) && !is_common_word(text)) patterns_.emplace_back(text);
}

template <class Hit>
void SecretNet::search(std::string_view text, Hit hit) const {
  if (patterns_.empty() || text.size() < kHead) return;
  for (std::size_t at = 0; at + kHead <= text.size(); ++at) {
    if (!heads_[slot_of(head_of(text.data() + at))]) continue;
    const std::string_view rest = text.substr(at);
    // Whatever `rest` begins with is the last pattern not after it, or what that one begins with.
    const auto after = std::upper_bound(patterns_.begin(), patterns_.end(), rest);
    auto i = after == patterns_.begin() ? kNone : static_cast<std::size_t>(after - patterns_.begin()) - 1;
    for (; i != kNone; i = parents_[i]) {
      if (rest.starts_with(patterns_[i]) && !hit(at, i)) return;
    }
  }
}

/// What the inputs say outside of secrets is none.
void SecretNet::mark_common(const source::SourceManager& sources, std::vector<bool>& common) const {
  std::vector<source::Span> spans = sources.secrets();
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) {
    return std::pair(a.file.value, a.begin) < std::pair(b.file.value, b.begin);
  });
  for (std::uint32_t file = 0; file < sources.count(); ++file) {
    search(sources.text(source::FileId{file}), [&](std::size_t at, std::size_t pattern) {
      const auto after = std::upper_bound(spans.begin(), spans.end(), std::pair(file, at),
                                          [](const auto& place, const source::Span& s) {
                                            return place < std::pair(s.file.value, std::size_t{s.begin});
                                          });
      const bool marked = after != spans.begin() && (after - 1)->file.value == file && at < (after - 1)->end;
      if (!marked) common[pattern] = true;
      return true;
    });
  }
}

void SecretNet::drop(const std::vector<bool>& common) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if (!common[i]) kept.push_back(std::move(patterns_[i]));
  }
  patterns_ = std::move(kept);
  index();
}

void SecretNet::index() {
  heads_.assign(std::size_t{1} << kHeadBits, false);
  parents_.assign(patterns_.size(), kNone);
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    heads_[slot_of(head_of(patterns_[i].data()))] = true;
    std::size_t parent = i == 0 ? kNone : i - 1;
    while (parent != kNone && !patterns_[i].starts_with(patterns_[parent])) parent = parents_[parent];
    parents_[i] = parent;
  }
}

bool SecretNet::catches(std::string_view text) const {
  bool found = false;
  search(text, [&](std::size_t, std::size_t) {
    found = true;
    return false;
  });
  return found;
}

}  // namespace gatec::driver
