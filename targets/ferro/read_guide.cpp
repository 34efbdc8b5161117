#include "compiler/facts/providers.h"
#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using ir::Fate;
using ir::Origin;

namespace {

constexpr std::string_view kRefused = "the gateway refuses a config with it since 1.1.22 and passed over it before";

std::string_view scalar(const Node* node) {
  return node != nullptr && node->is_scalar() && !node->is_null() ? node->text() : std::string_view{};
}

/// The gateway's id of what a guide calls a provider: an id, or another gateway's name.
std::string_view id_of_word(std::string_view word) {
  if (is_provider_id(word)) return word;
  for (const facts::ProviderFacts* known : {facts::provider_by_kind(word), facts::provider_by_litellm_prefix(word),
                                            facts::provider_by_portkey_slug(word)}) {
    if (known != nullptr && !known->ferro.empty()) return known->ferro;
  }
  return word;
}

}  // namespace

/// Blocks that only the guides know (page 1.11): `providers` says what targets mean, so it is read first.
void Reader::read_guides(const Node& root) {
  const Node* list = root.get("providers");
  if (list == nullptr || !list->is_sequence()) return;
  for (const Node* element : list->elements()) {
    if (!element->is_mapping()) continue;
    Guide guide;
    guide.node = element;
    guide.key = scalar(element->get("key"));
    if (guide.key.empty()) guide.key = scalar(element->get("name"));
    guide.provider = scalar(element->get("provider"));
    if (guide.provider.empty()) guide.provider = scalar(element->get("type"));
    guide.provider = id_of_word(guide.provider.empty() ? guide.key : guide.provider);
    guides_.push_back(guide);
  }
}

void Reader::read_guide_block(const Entry& e) {
  const std::string_view key = e.key->text();
  report(DiagId::FerroGuideForm, e.key->span(),
         "`" + std::string(key) + "` is a block of the guides: " + std::string(kRefused),
         key == "providers" ? "credentials are variables of the environment, one for each provider" : "leave it out");
  if (key == "providers" && e.value->is_sequence() && !e.value->empty()) {
    for (const Node* element : e.value->elements()) {
      if (!element->is_mapping()) settle(*element, Fate::Skipped, DiagId::FerroGuideForm, std::string(kRefused));
    }
    return;  // taken apart with the targets
  }
  if (key == "server" && e.value->is_mapping() && !e.value->empty()) return read_server(e);
  if (key == "model_aliases" && e.value->is_sequence() && !e.value->empty()) {
    for (const Node* element : e.value->elements()) {
      const Node* alias = element->is_mapping() ? element->get("alias") : nullptr;
      const Node* model = element->is_mapping() ? element->get("model") : nullptr;
      if (alias == nullptr || model == nullptr || !alias->is_scalar() || !model->is_scalar()) {
        settle(*element, Fate::Skipped, DiagId::FerroGuideForm, std::string(kRefused));
        continue;
      }
      Origin from(model->leaf());
      from.add(alias->leaf());
      aliases_.push_back({std::string(alias->text()), model, std::move(from)});
      for (const Entry& one : element->entries()) {
        if (one.value != alias && one.value != model)
          settle(*one.value, Fate::Manual, DiagId::FerroGuideForm, "an alias cannot name a target");
      }
    }
    return;
  }
  settle(*e.value, Fate::Manual, DiagId::FerroGuideForm, std::string(kRefused));
}

void Reader::read_server(const Entry& e) {
  for (const Entry& one : e.value->entries()) {
    const std::string_view key = one.key->text();
    if (key == "admin_api_key" && one.value->is_string()) {
      gw_.server.master_key = kit_.credential(*one.value, key);
    } else if (key == "port" && one.value->is_scalar()) {
      ir::Param& param = gw_.server.params.emplace_back();
      param.name = "PORT";
      param.value = ir::Value::string(std::string(one.value->text()), one.value->leaf());
    } else {
      settle(*one.value, Fate::Manual, DiagId::FerroGuideForm, std::string(kRefused));
    }
  }
}

/// A second provider of the same kind has nowhere to go: the first one's credential counts.
void Reader::use_guide(const Guide& guide, Target& target) {
  const auto index = static_cast<std::size_t>(&guide - guides_.data());
  if (guides_[index].used) return;
  guides_[index].used = true;
  ir::Provider& provider = gw_.providers[target.provider];
  const bool own = std::ranges::none_of(
      guides_, [&](const Guide& g) { return &g != &guide && g.used && g.provider == guide.provider; });
  const std::string conflict =
      "the gateway has one credential and address for each provider; an earlier entry's counts";
  for (const Entry& e : guide.node->entries()) {
    const std::string_view key = e.key->text();
    const bool scalar_value = e.value->is_scalar() && !e.value->is_null();
    if ((key == "key" || key == "name" || key == "provider" || key == "type") && scalar_value) {
      provider.kind.from.add(e.value->leaf());
    } else if (key == "api_key" && e.value->is_string()) {
      if (own)
        provider.api_key = kit_.credential(*e.value, key);
      else
        settle(*e.value, Fate::Manual, DiagId::FerroSlotConflict, conflict);
    } else if (key == "base_url" && scalar_value) {
      if (own)
        provider.base_url = text(*e.value, key);
      else
        settle(*e.value, Fate::Manual, DiagId::FerroSlotConflict, conflict);
    } else if (key == "models" && e.value->is_sequence() && !e.value->empty()) {
      read_models(e, target, {&provider.extras, ""});
    } else {
      settle(*e.value, Fate::Manual, DiagId::FerroGuideForm, std::string(kRefused));
    }
  }
}

/// Where a guide has no targets at all, its providers are them; else those that no target names serve nothing.
void Reader::read_unused_guides() {
  const bool none = targets_.empty();
  if (none) {
    targets_.reserve(guides_.size());
    gw_.providers.reserve(guides_.size());
  }
  for (Guide& guide : guides_) {
    if (guide.used) continue;
    if (!none || guide.provider.empty()) {
      settle(*guide.node, Fate::Skipped, DiagId::FerroGuideForm, "no target names this provider");
      continue;
    }
    Target* target = target_named(guide.provider);
    if (target == nullptr) {
      Target& made = targets_.emplace_back();
      made.key = guide.provider;
      made.node = guide.node;
      made.provider = gw_.providers.size();
      gw_.providers.emplace_back().kind = {std::string(kind_of_id(guide.provider)), Origin()};
      target = &made;
    }
    use_guide(guide, *target);
  }
  if (!none || targets_.empty()) return;
  mode_ = Mode::Fallback;  // each model has its provider
  ir::Value order;
  order.kind = ir::Value::Kind::Sequence;
  for (const Target& t : targets_) {
    order.items.push_back(ir::Value::string(t.key));
    if (t.models.empty()) continue;
    ir::Value models;
    models.kind = ir::Value::Kind::Sequence;
    for (const Model& m : t.models) models.items.push_back(ir::Value::string(m.id));
    lay_out("models." + t.key, std::move(models));
  }
  std::erase_if(gw_.layout, [](const ir::Param& p) { return p.name == "targets"; });
  lay_out("targets", std::move(order));
}

}  // namespace gatec::targets::ferro
