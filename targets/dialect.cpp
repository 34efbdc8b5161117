#include "targets/dialect.h"

#include <algorithm>

namespace gatec::targets {
namespace {

/// An environment variable's name made of any words.
std::string variable_name(std::string_view words) {
  std::string name;
  for (const char c : words) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      name += lower ? static_cast<char>(c - 'a' + 'A') : c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(0, "SECRET_");
  return name;
}

}  // namespace

bool is_variable_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && std::ranges::all_of(name, plain);
}

std::string quoted(std::string_view text) {
  std::string out = "`";
  (out += text) += '`';
  return out;
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "x" : out;
}

std::string_view role_name(Role role) {
  switch (role) {
    case Role::Config: return "config";
    case Role::Payload: return "payload";
    case Role::Aid: return "aid";
    case Role::Sidecar: return "sidecar";
  }
  return "";
}

const std::string& SecretNames::name(const ir::Credential& literal, std::string_view hint) {
  const auto known = by_text_.find(literal.literal.reveal());
  if (known != by_text_.end()) return known->second;
  std::string name = fresh(variable_name(hint));
  hints_.emplace(name, std::string(hint));
  return by_text_.emplace(literal.literal.reveal(), std::move(name)).first->second;
}

const std::string& SecretNames::settable(std::string_view variable) {
  const auto known = settable_.find(variable);
  if (known != settable_.end()) return known->second;
  return settable_.emplace(std::string(variable), fresh(variable_name(variable))).first->second;
}

std::string SecretNames::fresh(std::string wanted) {
  std::string name = wanted;
  for (int n = 2; taken_.contains(name); ++n) name = wanted + "_" + std::to_string(n);
  taken_.emplace(name, std::string{});
  return name;
}

}  // namespace gatec::targets
