#include <yaml.h>

#include <cstdio>

// The floor of every ratio in the bench: libyaml's events of one file, nothing made of them.
int main(int argc, char** argv) {
  std::FILE* file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
  if (file == nullptr) return 2;
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return 2;
  yaml_parser_set_input_file(&parser, file);
  unsigned long events = 0;
  for (bool more = true; more; ++events) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) return 1;
    more = event.type != YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  std::fclose(file);
  std::printf("%lu\n", events);
}
