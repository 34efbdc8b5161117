#include "targets/read_kit.h"

#include "compiler/doc/scalar_types.h"
#include "compiler/facts/secrets.h"

namespace gatec::targets {
namespace {

using base::Decimal;
using diagnostics::DiagId;
using doc::Node;
using doc::Type;
using ir::Credential;
using ir::Field;
using ir::Value;

std::optional<Decimal> decimal_of(const Node& node) {
  if (!node.is_scalar()) return std::nullopt;
  if (node.type() == Type::Int && doc::is_plain_integer(node.text())) return Decimal::parse(node.text());
  if (const auto text = node.number()) return Decimal::parse(*text);
  return node.is_string() ? Decimal::parse(node.text()) : std::nullopt;
}

bool is_template(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos ||
         text.find("os.environ") != std::string_view::npos || text.find("os.getenv") != std::string_view::npos;
}

}  // namespace

Field<std::string> ReadKit::string(const Node& node, std::string_view what, bool numbers_too) {
  const bool fits = node.is_scalar() && (node.is_string() || (numbers_too && node.is_number()));
  if (!fits) {
    wrong_type(node, what, "a string");
    return {};
  }
  return {std::string(node.text()), node.leaf()};
}

Field<std::int64_t> ReadKit::integer(const Node& node, std::string_view what) {
  const auto value = decimal_of(node);
  const auto whole = value ? value->as_int64() : std::nullopt;
  if (!whole) {
    wrong_type(node, what, "an integer");
    return {};
  }
  return {*whole, node.leaf()};
}

Field<Decimal> ReadKit::decimal(const Node& node, std::string_view what) {
  const auto value = decimal_of(node);
  if (!value) {
    wrong_type(node, what, "a number");
    return {};
  }
  return {*value, node.leaf()};
}

Field<bool> ReadKit::boolean(const Node& node, std::string_view what) {
  const auto value = node.is_scalar() ? node.as_bool() : std::nullopt;
  if (!value) {
    wrong_type(node, what, "true or false");
    return {};
  }
  return {*value, node.leaf()};
}

ir::List<std::string> ReadKit::strings(const Node& node, std::string_view what, bool scalar_too) {
  ir::List<std::string> list;
  if (node.is_scalar() && node.is_string() && scalar_too) {
    list.push(std::string(node.text()), node.leaf());
    return list;
  }
  if (!node.is_sequence()) {
    wrong_type(node, what, "a list of strings");
    return list;
  }
  for (const Node* element : node.elements()) {
    if (!element->is_scalar() || element->is_null()) {
      wrong_type(*element, what, "a string in the list");
      return {};
    }
  }
  list.state = ir::State::Given;
  if (node.empty()) list.from = node.leaf();
  for (const Node* element : node.elements()) list.items.emplace_back(std::string(element->text()), element->leaf());
  return list;
}

Field<Credential> ReadKit::credential(const Node& node, std::string_view what) {
  if (!node.is_scalar() || node.is_null() || node.type() == Type::Bool) {
    wrong_type(node, what, "a string");
    return {};
  }
  return {credential_of(node.text(), node.span()), node.leaf()};
}

Credential ReadKit::credential_of(std::string_view text, source::Span span) {
  if (auto reference = parse_reference_(text)) return *std::move(reference);
  if (is_template(text)) return {Credential::Kind::Template, std::string(text), {}};
  if (text.empty() || facts::is_placeholder(text)) return {Credential::Kind::Placeholder, std::string(text), {}};
  if (context_.mark_secret) context_.mark_secret(span);
  return Credential::secret(std::string(text));
}

Value ReadKit::value(const Node& node, std::string_view key) {
  Value v;
  v.from = node.leaf().valid() ? ir::Origin(node.leaf()) : ir::Origin();
  if (node.is_sequence()) {
    v.kind = Value::Kind::Sequence;
    v.items.reserve(node.size());
    for (const Node* element : node.elements()) v.items.push_back(value(*element, key));
    return v;
  }
  if (node.is_mapping()) {
    v.kind = Value::Kind::Mapping;
    v.pairs.reserve(node.size());
    for (const doc::Entry& entry : node.entries())
      v.pairs.emplace_back(std::string(entry.key->text()), value(*entry.value, entry.key->text()));
    return v;
  }
  switch (node.type()) {
    case Type::Null: v.kind = Value::Kind::Null; return v;
    case Type::Bool:
      v.kind = Value::Kind::Bool;
      v.boolean = node.as_bool().value_or(false);
      return v;
    case Type::Int:
    case Type::Float: {
      v.kind = Value::Kind::Number;
      const auto number = node.number();
      v.text = number ? *number : std::string(node.text());
      return v;
    }
    case Type::Timestamp:
      v.kind = Value::Kind::Timestamp;
      v.text = node.text();
      return v;
    case Type::Binary:
    case Type::String: break;
  }
  const std::string_view text = node.text();
  if (auto reference = parse_reference_(text)) {
    v.kind = Value::Kind::Secret;
    v.credential = *std::move(reference);
    return v;
  }
  const bool credential = facts::is_credential_key(key) && !text.empty();
  if ((credential || facts::looks_like_secret(text)) && !is_template(text) && !facts::is_placeholder(text)) {
    v.kind = Value::Kind::Secret;
    v.credential = credential_of(text, node.span());
    return v;
  }
  v.kind = Value::Kind::String;
  v.text = text;
  return v;
}

ir::Extra ReadKit::extra(std::string section, std::string_view key, const Node& node, DiagId code, ir::Fate elsewhere,
                         std::string_view advice) {
  ir::Extra e;
  e.section = std::move(section);
  e.key = key;
  e.value = value(node, key);
  e.dialect = dialect_;
  e.code = code;
  e.elsewhere = elsewhere;
  e.advice = advice;
  return e;
}

void ReadKit::wrong_type(const Node& node, std::string_view what, std::string_view expected) {
  if (context_.proving) return;
  std::string message = "`";
  (message += what) += "` takes ";
  (message += expected) += ", not ";
  message += facts::is_credential_key(what) && node.is_string() ? "this string" : describe(node);
  context_.sink.report(DiagId::WrongType, node.span(), std::move(message));
}

std::string describe(const Node& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  switch (node.type()) {
    case Type::Null: return "null";
    case Type::Bool: return "`" + std::string(node.text()) + "`";
    case Type::Int:
    case Type::Float: return "the number `" + std::string(node.text()) + "`";
    case Type::Timestamp: return "a date";
    case Type::Binary: return "binary data";
    case Type::String: break;
  }
  const std::string_view text = node.text();
  if (facts::looks_like_secret(text)) return "this string";
  if (text.size() > 40) return "a string of " + std::to_string(text.size()) + " bytes";
  return "the string `" + std::string(text) + "`";
}

void settle_duplicates(ledger::Ledger& ledger, const Node& node) {
  for (const doc::Entry& entry : node.written_entries()) {
    if (entry.loss == doc::Loss::Duplicate) {
      ledger.settle(*entry.value, ir::Fate::Skipped, DiagId::DuplicateKey, "a later entry with the same key counts");
    } else if (!entry.aliased) {
      settle_duplicates(ledger, *entry.value);
    }
  }
  for (const doc::Entry& entry : node.overridden()) {
    ledger.settle(*entry.value, ir::Fate::Skipped, DiagId::MergeOverridden, "a nearer entry with the same key counts");
  }
  for (const Node* element : node.elements()) settle_duplicates(ledger, *element);
}

void add_leaves(ir::Origin& origin, const Node& node) {
  if (node.leaf().valid()) {
    origin.add(node.leaf());
    return;
  }
  for (const Node* element : node.elements()) add_leaves(origin, *element);
  for (const doc::Entry& entry : node.entries()) add_leaves(origin, *entry.value);
}

}  // namespace gatec::targets
