#include "compiler/doc/libyaml_parser.h"
#include "compiler/doc/memory_stream.h"
#include "compiler/doc/reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <string>
#include <unordered_map>

namespace gatec::doc {
namespace {

using What = Event::What;

std::string_view without_bom(std::string_view text) { return text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0); }

std::string string_of(const yaml_char_t* text) { return text != nullptr ? reinterpret_cast<const char*>(text) : ""; }

std::string full_tag(const yaml_char_t* tag) {
  std::string out = string_of(tag);
  return out == "!" ? std::string() : out;
}

class LibyamlEvents {
 public:
  explicit LibyamlEvents(std::string_view text) : parser_(text) {}

  std::optional<std::vector<Event>> read() {
    for (bool more = true; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(parser_.get(), &event) == 0) return std::nullopt;
      more = event.type != YAML_STREAM_END_EVENT;
      const bool good = take(event);
      yaml_event_delete(&event);
      if (!good || depth_ > kMaxDepth) return std::nullopt;
    }
    return std::move(events_);
  }

 private:
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        anchors_.clear();
        events_.push_back({What::DocumentStart, {}, {}, {}});
        return true;
      case YAML_DOCUMENT_END_EVENT: events_.push_back({What::DocumentEnd, {}, {}, {}}); return true;
      case YAML_SEQUENCE_END_EVENT: return end(What::SequenceEnd);
      case YAML_MAPPING_END_EVENT: return end(What::MappingEnd);
      case YAML_SEQUENCE_START_EVENT:
        return start(What::SequenceStart, event.data.sequence_start.tag, event.data.sequence_start.anchor);
      case YAML_MAPPING_START_EVENT:
        return start(What::MappingStart, event.data.mapping_start.tag, event.data.mapping_start.anchor);
      case YAML_SCALAR_EVENT: return scalar(event.data.scalar);
      case YAML_ALIAS_EVENT: {
        const auto found = anchors_.find(string_of(event.data.alias.anchor));
        if (found == anchors_.end()) return false;
        events_.push_back({What::Alias, {}, {}, std::to_string(found->second)});
        return true;
      }
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_STREAM_END_EVENT: break;
    }
    return true;
  }

  std::string anchor(const yaml_char_t* name) {
    if (name == nullptr) return {};
    const std::size_t number = ++defined_;
    anchors_[string_of(name)] = number;
    return std::to_string(number);
  }

  bool start(What what, const yaml_char_t* tag, const yaml_char_t* name) {
    ++depth_;
    events_.push_back({what, {}, full_tag(tag), anchor(name)});
    return true;
  }

  bool end(What what) {
    --depth_;
    events_.push_back({what, {}, {}, {}});
    return true;
  }

  template <class Scalar>
  bool scalar(const Scalar& data) {
    Event event{What::Scalar, std::string(reinterpret_cast<const char*>(data.value), data.length), full_tag(data.tag),
                anchor(data.anchor)};
    // To yaml-cpp the tag `!` and the mark of quoted text are the same.
    const bool plain = data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nullptr;
    event.quoted = !plain && event.tag.empty();
    if (plain && resolve_plain(event.text) == Type::Null) event.text.clear();
    events_.push_back(std::move(event));
    return true;
  }

  LibyamlParser parser_;
  std::vector<Event> events_;
  std::unordered_map<std::string, std::size_t> anchors_;
  std::size_t defined_ = 0;
  int depth_ = 0;
};

class YamlcppEvents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    // Before a stray bracket or comma, yaml-cpp gives one empty document after the other and never moves on.
    if (mark.pos <= last_document_) throw YAML::ParserException(mark, "no value can begin here");
    last_document_ = mark.pos;
    anchors_.clear();
    events_.push_back({What::DocumentStart, {}, {}, {}});
  }
  void OnDocumentEnd() override { events_.push_back({What::DocumentEnd, {}, {}, {}}); }
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
    events_.push_back({What::Scalar, {}, {}, number(anchor)});
  }
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
    events_.push_back({What::Alias, {}, {}, anchors_[anchor]});
  }
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    events_.push_back({What::Scalar, value, full(tag), number(anchor), tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    events_.push_back({What::SequenceStart, {}, full(tag), number(anchor)});
  }
  void OnSequenceEnd() override { events_.push_back({What::SequenceEnd, {}, {}, {}}); }
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    events_.push_back({What::MappingStart, {}, full(tag), number(anchor)});
  }
  void OnMapEnd() override { events_.push_back({What::MappingEnd, {}, {}, {}}); }

  [[nodiscard]] std::vector<Event> take() { return std::move(events_); }

 private:
  static std::string full(const std::string& tag) { return tag == "?" || tag == "!" ? std::string() : tag; }

  std::string number(YAML::anchor_t anchor) {
    if (anchor == 0) return {};
    return anchors_[anchor] = std::to_string(++defined_);
  }

  std::vector<Event> events_;
  int last_document_ = -1;
  std::unordered_map<YAML::anchor_t, std::string> anchors_;
  std::size_t defined_ = 0;
};

}  // namespace

std::optional<std::vector<Event>> yaml_events_libyaml(std::string_view text) {
  return LibyamlEvents(without_bom(text)).read();
}

std::optional<std::vector<Event>> yaml_events_yamlcpp(std::string_view text) {
  YamlcppEvents handler;
  try {
    MemoryStream stream(without_bom(text));
    YAML::Parser parser(stream.in());
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return handler.take();
}

}  // namespace gatec::doc
