#include "compiler/doc/yaml_scan.h"

#include <array>
#include <string>
#include <vector>

namespace gatec::doc {
namespace {

/// libyaml takes no longer key without a question mark.
constexpr std::ptrdiff_t kMaxKey = 1000;

constexpr std::array<bool, 256> characters(std::string_view some) {
  std::array<bool, 256> set{};
  for (const char c : some) set[static_cast<unsigned char>(c)] = true;
  return set;
}
constexpr std::string_view kWordCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr auto kWord = characters(kWordCharacters);
constexpr auto kOdd =
    characters(",[]{}#&*!|>'\"%@`?:-");  // what no plain scalar begins with; a dash may, before a word
constexpr auto kOddInFlow = characters(",[]{}#&*!|>'\"%@`?");

bool is(const std::array<bool, 256>& set, char c) { return set[static_cast<unsigned char>(c)]; }

/// Characters that libyaml refuses or takes for line breaks.
bool has_odd_characters(std::string_view text, bool ascii) {
  for (const char odd : {'\t', '\r', '\x7F'}) {
    if (text.find(odd) != std::string_view::npos) return true;
  }
  if (ascii) return false;
  for (std::size_t at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0U) return true;
  }
  for (const std::string_view odd : {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    if (text.find(odd) != std::string_view::npos) return true;
  }
  return false;
}

class Scanner {
 public:
  Scanner(std::string_view text, std::uint32_t begin, TreeBuilder& builder)
      : first_(text.data()),
        line_end_(text.data() + begin),
        end_(text.data() + text.size()),
        next_(line_end_),
        builder_(builder) {
    frames_.reserve(32);
  }

  bool document() {
    if (!next_line() || !document_mark() || !node() || frames_.empty()) return false;
    for (;;) {
      const bool more = next_line();
      if (!more) column_ = -1;
      const bool entry = more && at_entry();
      if (Frame& top = frames_.back(); top.pending) {
        top.pending = false;
        if (column_ > top.column) {
          if (!node()) return false;
          continue;
        }
        if (entry && !top.sequence && column_ == top.column) {  // a list may stand as far left as its key
          if (!open(true, true, at_) || !item()) return false;
          continue;
        }
        if (!empty(top.pending_at)) return false;
      }
      while (!frames_.empty() && ends(frames_.back(), entry)) {
        if (!builder_.end(0)) return false;
        frames_.pop_back();
      }
      if (!more) return true;
      if (frames_.empty() || frames_.back().column != column_ || frames_.back().sequence != entry) return false;
      if (!(entry ? item() : pair())) return false;
    }
  }

 private:
  struct Frame {
    std::ptrdiff_t column;
    bool sequence;
    bool beside;           // a list at the column of its key
    bool pending = false;  // a key or dash has ended its line: the value may follow below
    std::uint32_t pending_at = 0;
  };

  [[nodiscard]] std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - first_); }
  [[nodiscard]] bool blank_at(const char* p) const { return p == line_end_ || *p == ' '; }
  [[nodiscard]] bool at_entry() const { return at_ < line_end_ && *at_ == '-' && blank_at(at_ + 1); }
  [[nodiscard]] bool ends(const Frame& frame, bool entry) const {
    return frame.column > column_ || (frame.beside && (column_ > frame.column || !entry));
  }
  void blanks() {
    while (at_ < line_end_ && *at_ == ' ') ++at_;
  }
  /// Behind blanks: nothing more on this line.
  bool line_done() {
    const char* const before = at_;
    blanks();
    return at_ == line_end_ || (*at_ == '#' && at_ > before);
  }

  /// To what comes first on the next line that holds anything.
  bool next_line() {
    while (next_ < end_) {
      const char* const begin = next_;
      const char* const found = std::char_traits<char>::find(begin, static_cast<std::size_t>(end_ - begin), '\n');
      line_end_ = found != nullptr ? found : end_;
      next_ = line_end_ < end_ ? line_end_ + 1 : end_;
      at_ = line_begin_ = begin;
      blanks();
      if (at_ == line_end_ || *at_ == '#') continue;
      column_ = at_ - begin;
      return true;
    }
    return false;
  }

  /// One `---` may begin the document.
  bool document_mark() {
    if (column_ != 0 || !std::string_view(at_, static_cast<std::size_t>(line_end_ - at_)).starts_with("---"))
      return true;
    at_ += 3;
    return line_done() && next_line();
  }

  bool open(bool sequence, bool beside, const char* begin) {
    frames_.push_back({column_, sequence, beside});
    return builder_.start(sequence ? Kind::Sequence : Kind::Mapping, Style::Block, offset(begin), {});
  }

  bool empty(std::uint32_t at) {
    return builder_.scalar({std::string_view(first_ + at, 0), true, at, at, Style::Plain, resolve_plain({})}, {});
  }

  void wait() {
    frames_.back().pending = true;
    frames_.back().pending_at = offset(at_);
  }

  /// Where a list, a mapping or a scalar may begin.
  bool node() {
    if (at_entry()) return open(true, false, at_) && item();
    const char* const begin = at_;
    if (*begin == '[' || *begin == '{') return flow() && line_done();
    if (!scalar()) return false;
    if (!followed_by_value()) return put() && line_done();
    return open(false, false, begin) && put() && value();
  }

  bool item() {
    ++at_;
    const char* const behind = at_;
    if (line_done()) {
      at_ = behind;
      wait();
      return true;
    }
    column_ = at_ - line_begin_;
    return node();
  }

  bool pair() { return scalar() && followed_by_value() && put() && value(); }

  bool value() {
    ++at_;
    const char* const behind = at_;
    if (line_done()) {
      at_ = behind;
      wait();
      return true;
    }
    if (*at_ == '[' || *at_ == '{') return flow() && line_done();
    return scalar() && !followed_by_value() && put() && line_done();
  }

  /// Behind a scalar; moves to the colon.
  bool followed_by_value() {
    const char* const before = at_;
    blanks();
    if (at_ < line_end_ && *at_ == ':' && blank_at(at_ + 1) && at_ - (first_ + scalar_.begin) < kMaxKey) return true;
    at_ = before;
    return false;
  }

  /// Reads a scalar, for `put` to hand on once it is known what it belongs to.
  bool scalar() {
    if (*at_ == '"' || *at_ == '\'') return quoted();
    const char* const begin = at_;
    if (!begins_plain()) return false;
    if (begin == line_begin_ && std::string_view(begin, static_cast<std::size_t>(line_end_ - begin)).starts_with("..."))
      return false;
    const char* last = begin;  // that is no blank
    for (++at_; at_ < line_end_; ++at_) {
      if (*at_ == ' ') continue;
      if (*at_ == ':' && blank_at(at_ + 1)) break;
      if (*at_ == '#' && at_[-1] == ' ') break;
      last = at_;
    }
    plain(begin, last + 1);
    return true;
  }

  [[nodiscard]] bool begins_plain() const {
    return !is(kOdd, *at_) || (*at_ == '-' && at_ + 1 < line_end_ && is(kWord, at_[1]));
  }

  void plain(const char* begin, const char* end) {
    at_ = end;
    const std::string_view text(begin, static_cast<std::size_t>(end - begin));
    scalar_ = {text, true, offset(begin), offset(end), Style::Plain, resolve_plain(text)};
  }

  bool quoted() {
    const char quote = *at_;
    const char* const begin = at_++;
    const char* from = at_;
    bool verbatim = true;
    decoded_.clear();
    for (;; ++at_) {
      if (at_ == line_end_) return false;
      if (quote == '"' && *at_ == '\\') {
        decoded_.append(from, at_);
        verbatim = false;
        if (!escape()) return false;
        from = at_ + 1;
      } else if (*at_ == quote) {
        if (quote == '"' || at_ + 1 == line_end_ || at_[1] != quote) break;
        decoded_.append(from, ++at_);
        verbatim = false;
        from = at_ + 1;
      }
    }
    std::string_view text(from, static_cast<std::size_t>(at_ - from));
    if (!verbatim) text = decoded_.append(from, at_);
    ++at_;
    scalar_ = {
        text,        verbatim, offset(begin), offset(at_), quote == '"' ? Style::DoubleQuoted : Style::SingleQuoted,
        Type::String};
    return true;
  }

  /// Moves to the last character of the escape.
  bool escape() {
    if (++at_ == line_end_) return false;
    switch (*at_) {
      case '"':
      case '\\':
      case '/': decoded_ += *at_; return true;
      case 'n': decoded_ += '\n'; return true;
      case 't': decoded_ += '\t'; return true;
      default: return false;
    }
  }

  bool put() { return builder_.scalar(scalar_, {}); }

  bool flow() {
    const bool sequence = *at_ == '[';
    if (!builder_.start(sequence ? Kind::Sequence : Kind::Mapping, Style::Flow, offset(at_), {})) return false;
    const char close = sequence ? ']' : '}';
    ++at_;
    blanks();
    if (at_ < line_end_ && *at_ == close) return builder_.end(offset(++at_));
    for (;;) {
      if (!(sequence ? flow_value() : flow_pair())) return false;
      blanks();
      if (at_ == line_end_) return false;
      const char next = *at_++;
      if (next == close) return builder_.end(offset(at_));
      if (next != ',' || at_ == line_end_ || *at_ != ' ') return false;
      blanks();
    }
  }

  bool flow_pair() {
    if (!flow_scalar() || !followed_by_value() || !put()) return false;
    ++at_;
    blanks();
    return flow_value();
  }

  bool flow_value() {
    if (at_ == line_end_) return false;
    if (*at_ == '[' || *at_ == '{') return flow();
    return flow_scalar() && put();
  }

  bool flow_scalar() {
    if (at_ == line_end_) return false;
    if (*at_ == '"' || *at_ == '\'') return quoted();
    if (!begins_plain()) return false;
    const char* const begin = at_;
    const char* last = begin;
    for (++at_; at_ < line_end_; ++at_) {
      if (*at_ == ' ') continue;
      if (*at_ == ',' || *at_ == ']' || *at_ == '}') break;
      if (*at_ == ':' && blank_at(at_ + 1)) break;
      if (is(kOddInFlow, *at_) || (*at_ == ':' && !is(kWord, at_[1]) && at_[1] != '/')) return false;
      last = at_;
    }
    plain(begin, last + 1);
    return true;
  }

  const char* first_;
  const char* line_begin_ = nullptr;
  const char* line_end_;
  const char* end_;
  const char* next_;
  const char* at_ = nullptr;
  std::ptrdiff_t column_ = 0;
  TreeBuilder& builder_;
  TreeBuilder::Scalar scalar_;
  std::vector<Frame> frames_;
  std::string decoded_;
};

}  // namespace

bool scan_yaml(std::string_view text, const TextFacts& facts, TreeBuilder& builder) {
  if (has_odd_characters(text.substr(facts.begin), facts.ascii)) return false;
  builder.document_start();
  return Scanner(text, facts.begin, builder).document();
}

}  // namespace gatec::doc
