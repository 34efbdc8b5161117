#include "targets/body_writer.h"

#include "compiler/ir/describe.h"

#include <algorithm>

namespace gatec::targets {
namespace {

/// The variable of a text that is unknown here: "env(NAME)".
std::string_view env_name(std::string_view text) {
  const bool reference = text.starts_with("env(") && text.ends_with(')');
  return reference ? text.substr(4, text.size() - 5) : std::string_view();
}

}  // namespace

BodyWriter::BodyWriter(const ir::Gateway& gateway, WriteContext& context, ReadKit::ReferenceParser parse_reference)
    : gateway_(gateway), context_(context), parse_reference_(parse_reference) {
  speller_ = [this](const ir::Credential& credential, const void* value, std::string_view hint) {
    return spell(credential, value, hint);
  };
}

const ir::Value* BodyWriter::layout(std::string_view name) const {
  const auto found = std::ranges::find(gateway_.layout, name, &ir::Param::name);
  return found == gateway_.layout.end() ? nullptr : &found->value;
}

std::string BodyWriter::spell(const ir::Credential& credential, const void* ir_value, std::string_view hint) {
  using Kind = ir::Credential::Kind;
  if (credential.kind == Kind::Template) {
    if (const auto read = parse_reference_(credential.name)) {
      lose(ir_value, nearly("the payload takes it for a reference, the source for plain text", ir::show(*read)));
      variables_.insert(read->name);
    }
    return credential.name;
  }
  if (credential.kind == Kind::Manager) {
    const std::string name = manager_variable(hint);
    ledger::Loss loss =
        manual("a payload cannot name a secret manager", "set " + name + " to what the secret manager holds");
    loss.written = ir::show(ir::Credential::env(name));
    lose(ir_value, std::move(loss));
    variables_.insert(name);
    return "${" + name + "}";
  }
  std::string text = spell_credential(credential, ir_value, hint, context_, "${", "}");
  if (credential.kind == Kind::Literal && context_.secrets == Secrets::Reference) approximated_.push_back(ir_value);
  if (const auto reference = parse_reference_(text); reference && credential.kind != Kind::Placeholder)
    variables_.insert(reference->name);
  return text;
}

std::string BodyWriter::text(const ir::Field<std::string>& field) {
  std::string_view variable = field.state == ir::State::Unknown ? env_name(field.value) : std::string_view();
  if (!variable.empty()) {
    variable = settable_variable(variable, &field, false, context_);
    variables_.insert(std::string(variable));
    return "${" + std::string(variable) + "}";
  }
  if (const auto reference = parse_reference_(field.value)) {
    if (!same())
      lose(&field, nearly("the payload takes it for a reference, the source for plain text", "unknown here"));
    variables_.insert(reference->name);
  }
  return field.value;
}

doc::Out BodyWriter::open(const ir::Value& value, std::string_view key) { return to_out(value, speller_, key, false); }

void BodyWriter::soften_losses() {
  if (!left_out_) return;
  for (const void* value : approximated_) context_.ledger.soften(value);
}

}  // namespace gatec::targets
