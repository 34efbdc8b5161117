#include "targets/llmgateway/reader.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

struct Piece {
  std::string_view text;
  ir::Origin from;
  source::Span span;
};

/// The parts of a variable: cut at commas, or the elements of the bundle's own list form.
std::vector<Piece> pieces_of(const Node& node) {
  std::vector<Piece> pieces;
  const auto add = [&](const Node& scalar) {
    for (const std::string_view part : split_list(scalar.text()))
      pieces.push_back({part, ir::Origin(scalar.leaf()), scalar.span()});
  };
  if (node.is_scalar() && !node.is_null()) add(node);
  for (const Node* element : node.elements()) {
    if (element->is_scalar() && !element->is_null()) add(*element);
  }
  return pieces;
}

bool is_plain(const Node& node) {
  if (node.is_scalar()) return !node.is_null();
  return node.is_sequence() && !node.empty() &&
         std::ranges::all_of(node.elements(), [](const Node* e) { return e->is_scalar() && !e->is_null(); });
}

/// The variable under which the process would find it today; nothing for what is no provider's.
const Variable* known(std::string_view name, const std::vector<const Entry*>& env) {
  if (const Variable* v = variable(name)) return v;
  const Variable* today = legacy_variable(name);
  if (today == nullptr) return nullptr;
  const bool both = std::ranges::any_of(env, [&](const Entry* e) { return e->key->text() == today->name; });
  return both ? nullptr : today;
}

}  // namespace

void Reader::read_environment() {
  for (const Entry* e : env_) {
    const std::string_view name = e->key->text();
    const Node& node = *e->value;
    const Variable* v = known(name, env_);
    if (!is_plain(node)) {
      settle(node, ir::Fate::Skipped, DiagId::InertKey, "a variable holds text");
      continue;
    }
    if (v != nullptr && v->says == Said::Key) {
      std::vector<Piece> pieces = pieces_of(node);
      const bool blank = pieces.empty();
      if (blank) pieces.push_back({"", {}, node.span()});
      if (blank) add_leaves(pieces.front().from, node);
      for (Piece& piece : pieces) {
        ir::Provider& provider = gateway_.providers.emplace_back();
        provider.kind = {kind_of(v->provider), piece.from};
        provider.api_key = {blank ? ir::Credential::env(std::string(name)) : kit_.credential_of(piece.text, piece.span),
                            std::move(piece.from)};
        Key& key = keys_.emplace_back();
        key.provider = v->provider;
        key.from = From::Env;
      }
    } else if (v == nullptr) {
      if (name == "AI_TIMEOUT_MS" || name == "GATEWAY_TIMEOUT_MS") {
        read_milliseconds(node, name);
        continue;
      }
      ir::EnvironmentVariable& kept = gateway_.environment.emplace_back();
      kept.name = name;
      if (node.is_scalar()) {
        kept.value = kit_.value(node, name);
        continue;
      }
      std::string joined;
      for (const Node* element : node.elements()) (joined += joined.empty() ? "" : ",") += element->text();
      kept.value = ir::Value::string(joined);
      add_leaves(kept.value.from, node);
    }
  }
  read_pools();
}

/// What else the variables say of a provider: the same place of each list belongs together, the last one repeats.
void Reader::read_pools() {
  for (const Entry* e : env_) {
    const Variable* v = variable(e->key->text());
    if (v == nullptr || v->says == Said::Key || !is_plain(*e->value)) continue;
    const std::vector<Piece> pieces = pieces_of(*e->value);
    const bool for_rows = v->says == Said::Project || v->says == Said::Region;
    std::size_t n = 0;
    bool taken = false;
    for (std::size_t i = 0; i < keys_.size() && !pieces.empty(); ++i) {
      Key& key = keys_[i];
      if (key.custom || key.provider != v->provider) continue;
      if (key.from != From::Env && !for_rows) continue;
      const Piece& piece = pieces[std::min(key.from == From::Env ? n++ : 0, pieces.size() - 1)];
      ir::Provider& p = gateway_.providers[i];
      taken = true;
      switch (v->says) {
        case Said::Url: set_url(piece.text, piece.from, kind_of(key.provider), p); break;
        case Said::Region:
        case Said::Version: {
          ir::Field<std::string>& field = v->says == Said::Region ? p.region : p.api_version;
          field = {std::string(piece.text), piece.from};
          if (const auto reference = parse_reference(piece.text)) {
            field.state = ir::State::Unknown;
            field.value = "env(" + reference->name + ")";
          }
          break;
        }
        case Said::Project: {
          ir::Value value = ir::Value::string(std::string(piece.text), piece.from);
          if (const auto reference = parse_reference(piece.text)) {
            value.kind = ir::Value::Kind::Secret;
            value.credential = *reference;
            value.text.clear();
          }
          p.params.push_back({"vertex_project", std::move(value)});
          break;
        }
        case Said::Resource: set_resource(p, piece.text, piece.from); break;
        case Said::DeploymentType:
          if (piece.text != "openai") p.kind.value = "azure_ai";
          p.kind.from.add(piece.from);
          break;
        case Said::Prefix:
          key.prefix = piece.text;
          p.kind.from.add(piece.from);
          break;
        case Said::Key: break;
      }
    }
    if (taken) {
      // more parts than keys: the rest is never used
      if (pieces.size() > std::max<std::size_t>(n, 1) && !e->value->is_scalar())
        settle(*e->value, ir::Fate::Skipped, DiagId::InertKey, "a list is used as far as there are keys");
      continue;
    }
    ir::EnvironmentVariable& kept = gateway_.environment.emplace_back();
    kept.name = e->key->text();
    if (e->value->is_scalar()) {
      kept.value = kit_.value(*e->value, kept.name);
    } else {
      std::string joined;
      for (const Piece& piece : pieces) (joined += joined.empty() ? "" : ",") += piece.text;
      kept.value = ir::Value::string(joined);
      add_leaves(kept.value.from, *e->value);
    }
  }
}

void Reader::read_milliseconds(const Node& node, std::string_view name) {
  const auto number = node.is_scalar() ? base::Decimal::parse(node.text()) : std::nullopt;
  const auto seconds = number && !number->is_negative() ? number->divided_by(base::Decimal(1000)) : std::nullopt;
  ir::Timeouts& timeouts = gateway_.defaults.timeouts;
  ir::Field<base::Decimal>& field = name == "AI_TIMEOUT_MS" ? timeouts.attempt : timeouts.total;
  if (seconds && field.absent()) {
    field = {*seconds, ir::Origin(node.leaf())};
    return;
  }
  ir::EnvironmentVariable& kept = gateway_.environment.emplace_back();
  kept.name = name;
  kept.value = node.is_scalar() ? kit_.value(node, name) : ir::Value::string("");
  if (!node.is_scalar()) add_leaves(kept.value.from, node);
}

}  // namespace gatec::targets::llmgateway
