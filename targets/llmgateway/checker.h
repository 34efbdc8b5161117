#pragma once

#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/objects.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::llmgateway {

using diagnostics::DiagId;

[[nodiscard]] std::string_view text_of(const Node* node);

/// Findings on LLM Gateway's own habits that the bodies and variables alone show.
class Checker {
 public:
  explicit Checker(ReadContext& context) : context_(context) {}
  void run(std::span<const Input> inputs);

 private:
  void report(DiagId id, const Node& at, std::string message, std::string note = {});
  [[nodiscard]] std::vector<const Object*> all(Entity entity) const;
  void environment();
  void project(const Node& node);
  void provider_keys();
  void model(const Object& o);
  void dynamic_route(const Node& node);
  void money(const Node& node);
  void rules(const Node& node);
  void key_count();

  ReadContext& context_;
  std::vector<Object> objects_;
  std::vector<const doc::Entry*> env_;
  bool is_new_ = false, open_source_ = false, has_env_keys_ = false;
};

}  // namespace gatec::targets::llmgateway
