#include "compiler/doc/json_errors.h"
#include "compiler/doc/json_scan.h"
#include "compiler/doc/reader.h"
#include "compiler/doc/text_check.h"
#include "compiler/doc/tree_builder.h"

#include <nlohmann/json.hpp>

#include <iterator>

namespace gatec::doc {
namespace {

/// Tells the handler how far the lexer has read; that is where its token ends.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** shared) : at_(at), shared_(shared) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *shared_ = at_;
    return *this;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** shared_;
};

/// nlohmann's events. The grammar is checked before an event comes, so between two tokens there are only blanks, commas
/// and colons.
class JsonHandler {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  JsonHandler(std::string_view text, std::uint32_t begin, TreeBuilder& builder)
      : text_(text), builder_(builder), read_(text.data() + begin), token_end_(begin) {}

  [[nodiscard]] CountingIterator begin() { return {read_, &read_}; }
  [[nodiscard]] CountingIterator end() { return {text_.data() + text_.size(), &read_}; }

  bool null() { return literal(Type::Null); }
  bool boolean(bool /*value*/) { return literal(Type::Bool); }
  bool number_integer(number_integer_t /*value*/) { return number(Type::Int); }
  bool number_unsigned(number_unsigned_t /*value*/) { return number(Type::Int); }
  bool number_float(number_float_t /*value*/, const string_t& written) {
    // A whole number beyond 64 bits comes as a float.
    return number(written.find_first_of(".eE") == string_t::npos ? Type::Int : Type::Float);
  }
  bool string(string_t& value) { return scalar(Type::String, value, after_value()); }
  bool key(string_t& value) { return scalar(Type::String, value, JsonState::AfterKey); }
  bool binary(binary_t& /*value*/) { return false; }

  bool start_object(std::size_t /*size*/) { return open(Kind::Mapping, JsonState::ObjectStart); }
  bool start_array(std::size_t /*size*/) { return open(Kind::Sequence, JsonState::ArrayStart); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  template <class Exception>
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Exception& /*why*/) {
    const std::uint32_t opened = open_.empty() ? 0 : open_.back().begin;
    const JsonProblem problem{state_, token_end_, opened};
    return builder_.refuse(report_json_problem(builder_.sink(), builder_.span(0, 0).file, text_, problem));
  }

 private:
  struct Open {
    std::uint32_t begin;
    JsonState after;  // a value in it
  };

  [[nodiscard]] JsonState after_value() const { return open_.empty() ? JsonState::End : open_.back().after; }

  std::uint32_t token_begin() {
    std::uint32_t at = token_end_;
    while (text_[at] == ' ' || text_[at] == '\n' || text_[at] == ',' || text_[at] == ':' || text_[at] == '\r' ||
           text_[at] == '\t')
      ++at;
    return at;
  }

  [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(read_ - text_.data()); }

  bool literal(Type type) { return plain(type, position()); }

  bool number(Type type) {
    // The lexer had to look at the character behind it, unless there was none.
    const std::uint32_t end = position();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::uint32_t begin = token_begin();
    const std::uint32_t zero = begin + (text_[begin] == '-' ? 1 : 0);
    if (text_[zero] == '0' && zero + 1 < end && is_digit(text_[zero + 1])) return plain(type, zero + 1);
    return plain(type, is_digit(text_[end - 1]) ? end : end - 1);
  }

  bool plain(Type type, std::uint32_t end) {
    const std::uint32_t begin = token_begin();
    return put({text_.substr(begin, end - begin), true, begin, end, Style::Plain, type}, after_value());
  }

  bool scalar(Type type, std::string_view value, JsonState next) {
    const std::uint32_t begin = token_begin();
    const std::uint32_t end = position();
    // Every escape is longer than what it stands for.
    const bool verbatim = value.size() == end - begin - 2;
    return put(
        {verbatim ? text_.substr(begin + 1, value.size()) : value, verbatim, begin, end, Style::DoubleQuoted, type},
        next);
  }

  bool put(const TreeBuilder::Scalar& scalar, JsonState next) {
    token_end_ = scalar.end;
    state_ = next;
    return builder_.scalar(scalar, {});
  }

  bool open(Kind kind, JsonState state) {
    const std::uint32_t begin = token_begin();
    token_end_ = position();
    state_ = state;
    open_.push_back({begin, kind == Kind::Mapping ? JsonState::AfterMember : JsonState::AfterElement});
    return builder_.start(kind, Style::Flow, begin, {});
  }

  bool close() {
    token_end_ = position();
    open_.pop_back();
    state_ = after_value();
    return builder_.end(token_end_);
  }

  std::string_view text_;
  TreeBuilder& builder_;
  const char* read_;
  std::uint32_t token_end_;
  JsonState state_ = JsonState::Top;
  std::vector<Open> open_;
};

}  // namespace

ReadResult parse_json(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                      const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Json);
  if (!facts) return facts.error();
  TreeBuilder builder(sources, file, sink, options, Format::Json);
  const std::string_view text = sources.text(file);
  if (text.find_first_not_of(" \t\r\n", facts->begin) != std::string_view::npos) {
    JsonHandler handler(text, facts->begin, builder);
    nlohmann::json::sax_parse(handler.begin(), handler.end(), &handler);
  }
  return builder.finish();
}

ReadResult read_json(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                     const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Json);
  if (!facts) return facts.error();
  TreeBuilder builder(sources, file, sink, options, Format::Json);
  if (scan_json(sources.text(file), facts->begin, builder)) return builder.finish();
  // What the scanner told already is the same finding, which a sink keeps once.
  return parse_json(sources, file, sink, options);
}

}  // namespace gatec::doc
