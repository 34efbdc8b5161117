#pragma once

#include <istream>
#include <streambuf>
#include <string_view>

namespace gatec::doc {

/// A text as a stream, without a copy.
class MemoryStream {
 public:
  explicit MemoryStream(std::string_view text) : buffer_(text), in_(&buffer_) {}
  [[nodiscard]] std::istream& in() { return in_; }

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(std::string_view text) {
      char* const begin = const_cast<char*>(text.data());
      setg(begin, begin, begin + text.size());
    }
  };

  Buffer buffer_;
  std::istream in_;
};

}  // namespace gatec::doc
