#pragma once

#include <yaml.h>

#include <string_view>

namespace gatec::doc {

/// libyaml's parser over UTF-8 text without a byte-order mark.
class LibyamlParser {
 public:
  explicit LibyamlParser(std::string_view input) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(input.data()), input.size());
  }
  ~LibyamlParser() { yaml_parser_delete(&parser_); }
  LibyamlParser(const LibyamlParser&) = delete;
  LibyamlParser& operator=(const LibyamlParser&) = delete;

  yaml_parser_t* get() { return &parser_; }
  yaml_parser_t* operator->() { return &parser_; }

 private:
  yaml_parser_t parser_{};
};

}  // namespace gatec::doc
