#include "compiler/compare/compare.h"

namespace gatec::compare {
namespace {

void append_segment(std::string& text, const Path::Segment& s) {
  if (!s.name.empty()) {
    if (!text.empty()) text += '.';
    text += s.name;
  }
  if (s.key != nullptr) {
    ((text += '[') += s.key(s.element)) += ']';
  } else if (s.element != nullptr) {
    ((text += '[') += std::to_string(s.index)) += ']';
  }
}

}  // namespace

std::string Path::text_from(std::size_t segment) const {
  std::string text;
  for (; segment < segments_.size(); ++segment) append_segment(text, segments_[segment]);
  return text;
}

const std::string& Path::text() const {
  text_.resize(spelled_ == 0 ? 0 : segments_[spelled_ - 1].end);
  for (; spelled_ < segments_.size(); ++spelled_) {
    append_segment(text_, segments_[spelled_]);
    segments_[spelled_].end = text_.size();
  }
  return text_;
}

}  // namespace gatec::compare
