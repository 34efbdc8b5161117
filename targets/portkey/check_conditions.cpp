#include "targets/portkey/checker.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using doc::Entry;

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_string() ? node->text() : std::string_view();
}

bool is_text(const Node& node) { return node.is_scalar() && (node.is_string() || node.is_null()); }

}  // namespace

void Checker::conditional(const Node& node, const Node& strategy) {
  if (strategy.get("default") == nullptr) {
    report(DiagId::PortkeyNoDefault, *strategy.get("mode"),
           dialect_ == "portkey-oss"
               ? "without `default` a request that no condition fits is refused with status 400"
               : "the hosted gateway asks for a `default`; without one a request that no condition fits is refused");
  }
  std::set<std::string_view> names;
  for (const Node* target : node.get("targets")->elements()) {
    const Node* name = target->is_mapping() ? target->get("name") : nullptr;
    if (name != nullptr && name->is_string() && !names.insert(name->text()).second) {
      report(DiagId::PortkeyDuplicateName, *name,
             "another target is named `" + std::string(name->text()) + "` too, the first one is taken");
    }
  }
  const Node* conditions = strategy.get("conditions");
  if (conditions == nullptr || !conditions->is_sequence()) return;
  for (const Node* c : conditions->elements()) {
    const Node* own = c->is_mapping() ? c->get("query") : nullptr;
    if (own != nullptr && own->is_mapping()) query(*own);
  }
}

void Checker::query(const Node& node) {
  for (const Entry& entry : node.entries()) {
    if (!entry.key->text().starts_with('$')) {
      field(entry);
      continue;
    }
    if (!entry.value->is_sequence()) continue;
    for (const Node* part : entry.value->elements()) {
      if (part->is_mapping()) query(*part);
    }
  }
}

void Checker::field(const Entry& entry) {
  const std::string_view path = entry.key->text();
  const std::size_t dots = static_cast<std::size_t>(std::ranges::count(path, '.'));
  const std::string_view root = path.substr(0, path.find('.'));
  const auto tell = [&](DiagId id, source::Span span, std::string message) {
    context_.sink.report(id, span, std::move(message));
  };
  if (dots > 1) {
    const std::size_t second = path.find('.', path.find('.') + 1);
    tell(DiagId::PortkeyConditionPath, entry.key->span(),
         "only two parts of a path count: this reads `" + std::string(path.substr(0, second)) + "`");
  } else if (dots == 0 || (root != "metadata" && root != "params" && root != "url")) {
    tell(DiagId::PortkeyConditionPath, entry.key->span(),
         "a condition reads `metadata.KEY`, `params.KEY` or `url.pathname`");
  }
  const bool metadata = root == "metadata";
  const auto odd_type = [&](const Node& value) {
    if (metadata && value.is_scalar() && !is_text(value)) {
      tell(DiagId::PortkeyConditionType, value.span(),
           "metadata is text: compare it with \"" + std::string(value.text()) + "\"");
    }
  };
  if (entry.value->is_scalar()) odd_type(*entry.value);
  if (!entry.value->is_mapping()) return;
  for (const Entry& test : entry.value->entries()) {
    const std::string_view op = test.key->text();
    if (op == "$eq" || op == "$ne") odd_type(*test.value);
    if ((op == "$in" || op == "$nin") && test.value->is_sequence()) {
      for (const Node* one : test.value->elements()) odd_type(*one);
    }
    if (metadata && (op == "$ne" || op == "$nin")) {
      tell(DiagId::PortkeyConditionMissing, test.key->span(), "this also holds for requests without this metadata");
    }
    const std::string_view regex = op == "$regex" ? text_of(test.value) : std::string_view();
    if (root == "url" && regex.starts_with("^/") && !regex.starts_with("^/v1") && !regex.starts_with("^/.*")) {
      tell(DiagId::PortkeyConditionPath, test.value->span(), "the path begins with `/v1`, so this never matches");
    }
  }
}

}  // namespace gatec::targets::portkey
