#pragma once

#include "targets/ferro/ferro.h"
#include "targets/ferro/tables.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::ferro {

using diagnostics::DiagId;
using doc::Entry;
using doc::Node;

/// What the gateway does with a config that nobody expects of it (page 7), as far as the files alone show it.
class Checker {
 public:
  Checker(const Node* root, std::vector<const Entry*> environment, const ir::Gateway& gateway, ReadContext& context)
      : root_(root), environment_(std::move(environment)), gw_(gateway), context_(context) {}
  void run();

 private:
  struct Target {
    const Node* node;
    std::string_view key;
  };

  // check.cpp
  void check_targets();
  void check_version();
  void check_weights();
  void check_variants();
  void check_conditions();
  void check_leaks();
  void check_failover();
  void check_amplification();
  void check_references();
  void check_references(const Node& node, std::string_view key, bool expanded);
  void check_target_names();
  void check_mcp();
  void check_environment();

  // check_plugins.cpp
  void check_plugins();
  void check_stages(std::string_view name, const std::vector<const Node*>& entries);
  void check_budget(const Node& entry);
  void check_rate_limit(const Node& entry);
  void check_words(const Node& entry);
  [[nodiscard]] bool is_open() const;

  [[nodiscard]] const Node* variable_value(std::string_view name) const;
  [[nodiscard]] Mode mode() const;
  [[nodiscard]] bool declares(const Node& target, std::string_view model) const;
  void report(DiagId code, source::Span span, std::string message, std::string_view note = {}) {
    auto told = context_.sink.report(code, span, std::move(message));
    if (!note.empty()) told.note(std::string(note));
  }

  const Node* root_;
  std::vector<const Entry*> environment_;
  const ir::Gateway& gw_;
  ReadContext& context_;
  std::vector<Target> targets_;
};

/// The text of a scalar, else nothing.
[[nodiscard]] inline std::string_view scalar_text(const Node* node) {
  return node != nullptr && node->is_scalar() && !node->is_null() ? node->text() : std::string_view{};
}

}  // namespace gatec::targets::ferro
