#include "targets/litellm/model_string.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/rules.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Decimal;
using ir::Fate;
using ir::Field;
using ir::NodeId;
using ir::Origin;
using ir::PlanNode;

bool is_weighted(const ir::Gateway& gw) {
  return !gw.routing.policy.given() || *gw.routing.policy == ir::Policy::Weighted;
}

const ir::Limit* limit_of(const ir::Deployment& d, ir::Counted counts) {
  for (const ir::Limit& l : d.limits) {
    if (l.counts == counts && l.scope.per.absent()) return &l;
  }
  return nullptr;
}

/// The part of a requested name behind a provider's prefix; empty when there is none.
std::string_view stripped(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos || facts::provider_by_litellm_prefix(name.substr(0, slash)) == nullptr) return {};
  return name.substr(slash + 1);
}

}  // namespace

/// In place, as a node with its settings is large.
template <class What>
NodeId Reader::new_node(What what) {
  gw_.nodes.emplace_back().what = std::move(what);
  return NodeId{static_cast<std::uint32_t>(gw_.nodes.size() - 1)};
}

// ---- fallback lists
// ----------------------------------------------------------------------------------------------------

bool Reader::fallback_shape_is_right(const Node& list, std::string_view key) {
  const auto wrong = [&](const Node& at, std::string_view what) {
    if (!quiet()) {
      context_.sink.report(DiagId::LitellmFallbackShape, at.span(), "`" + std::string(key) + "` " + std::string(what))
          .note("each item is a mapping with one key: `- group: [first, second]`");
    }
    return false;
  };
  if (!list.is_sequence()) return wrong(list, "takes a list");
  for (const Node* item : list.elements()) {
    if (!item->is_mapping()) return wrong(*item, "takes mappings with one key, not " + describe(*item));
    if (item->entries().size() != 1) return wrong(*item, "takes mappings with exactly one key");
    const Node& targets = *item->entries().front().value;
    if (!targets.is_sequence()) return wrong(targets, "takes a list of model groups, not " + describe(targets));
    for (const Node* target : targets.elements()) {
      if (!target->is_string()) return wrong(*target, "takes the names of model groups, not " + describe(*target));
    }
  }
  return true;
}

void Reader::read_fallback_list(const Entry& e, FallbackList& list, const Place& place) {
  if (!fallback_shape_is_right(*e.value, e.key->text())) {
    keep(e, place, DiagId::LitellmFallbackShape, Fate::Manual, "correct the list, then convert again");
    return;
  }
  list.node = e.value;
  Field<bool>* exists = list.on == ir::Failure::ContextWindow   ? &gw_.context_list_exists
                        : list.on == ir::Failure::ContentPolicy ? &gw_.content_list_exists
                                                                : nullptr;
  if (e.value->empty()) {
    if (exists != nullptr) {
      *exists = {true, Origin(e.value->leaf(), rules::kListSet)};
    } else {
      keep_empty(e, place);
    }
    return;
  }
  if (exists != nullptr) *exists = {true, Origin(rules::kListSet)};
  for (const Node* item : e.value->elements()) {
    const Entry& pair = item->entries().front();
    const auto [found, fresh] = list.by_source.try_emplace(pair.key->text(), list.items.size());
    if (!fresh) {
      shadowed(pair, "the first list for this group");
      continue;
    }
    list.items.push_back({pair.key->text(), &pair, false});
  }
}

void Reader::read_default_fallbacks(const Entry& e, const Place& place) {
  if (!e.value->is_sequence() ||
      !std::ranges::all_of(e.value->elements(), [](const Node* n) { return n->is_string(); })) {
    if (!quiet())
      context_.sink.report(DiagId::LitellmFallbackShape, e.value->span(),
                           "`default_fallbacks` takes a list of model groups");
    keep(e, place, DiagId::LitellmFallbackShape, Fate::Manual, "correct the list, then convert again");
    return;
  }
  if (e.value->empty()) return keep_empty(e, place);
  default_entry_ = &e;
}

/// `default_fallbacks` is appended as `"*"`, and of several `"*"` the last counts (page §5.6).
void Reader::settle_default_fallbacks() {
  const auto star = general_.by_source.find("*");
  if (star != general_.by_source.end() && !general_.items[star->second].targets->value->empty()) {
    FallbackItem& item = general_.items[star->second];
    item.used = true;
    if (default_entry_ != nullptr) {
      shadowed(*item.targets, "`default_fallbacks`");
    } else {
      default_entry_ = item.targets;
      lay_out("default_fallbacks.form", "*");
    }
  }
  if (default_entry_ == nullptr) return;
  for (const Node* target : default_entry_->value->elements()) {
    gw_.default_fallbacks.push_back({to_node(*target, nullptr), ir::Failure::Any, {}, false});
  }
}

NodeId Reader::to_node(const Node& target, const ir::Rule* rule) {
  ir::To to;
  to.route = {std::string(target.text()), rule != nullptr ? Origin(target.leaf(), *rule) : Origin(target.leaf())};
  to.chained = {true, Origin(rules::kChained)};
  return new_node(std::move(to));
}

// ---- groups
// ------------------------------------------------------------------------------------------------------------

void Reader::build_routes() {
  std::size_t targets = gw_.deployments.size() + 2 * groups_.size();
  for (const FallbackList* list : {&general_, &context_list_, &content_list_}) {
    for (const FallbackItem& item : list->items) targets += item.targets->value->elements().size();
  }
  gw_.nodes.reserve(gw_.nodes.size() + targets);
  settle_default_fallbacks();
  gw_.routes.reserve(groups_.size());
  for (Group& group : groups_) {
    ir::Route route;
    NodeId plan = group_plan(group);
    const std::string& name = group.name.value;
    std::vector<ir::FallbackEdge> edges = std::move(tier_edges_);
    tier_edges_.clear();
    if (!own_edges(name, general_, edges)) inherited_edges(name, edges);
    own_edges(name, context_list_, edges);
    own_edges(name, content_list_, edges);
    if (!edges.empty()) {
      ir::Fallback fallback;
      fallback.primary = plan;
      fallback.edges = std::move(edges);
      plan = new_node(std::move(fallback));
    }
    gw_.at(plan).settings.retry.by_failure = std::move(group.retry_by_failure);
    route.kind = name.find('*') != std::string::npos ? ir::RouteKind::Pattern : ir::RouteKind::Name;
    route.name = std::move(group.name);
    route.plan = plan;
    route.extras = std::move(group.extras);
    gw_.routes.push_back(std::move(route));
  }
  for (FallbackList* list : {&general_, &context_list_, &content_list_}) orphan_fallbacks(*list);
  mark_hints();
}

/// The primary of a group; further tiers of `order` are left in tier_edges_.
NodeId Reader::group_plan(Group& group) {
  const bool ordered = std::ranges::any_of(group.members, [](const Member& m) { return m.order.given(); });
  if (!ordered) {
    std::vector<Member*> all;
    all.reserve(group.members.size());
    for (Member& m : group.members) all.push_back(&m);
    return tier_plan(all);
  }
  std::vector<Member*> sorted;
  for (Member& m : group.members) sorted.push_back(&m);
  // entries without an order come after all that have one (page §5.6)
  std::ranges::stable_sort(sorted, [](const Member* a, const Member* b) {
    if (a->order.given() != b->order.given()) return a->order.given();
    return a->order.given() && *a->order < *b->order;
  });
  NodeId primary;
  for (std::size_t i = 0; i < sorted.size();) {
    std::vector<Member*> tier;
    const Member& first = *sorted[i];
    for (; i < sorted.size() && sorted[i]->order.given() == first.order.given() &&
           (!first.order.given() || *sorted[i]->order == *first.order);
         ++i) {
      tier.push_back(sorted[i]);
    }
    const NodeId node = tier_plan(tier);
    if (!primary.valid()) {
      primary = node;
    } else {
      tier_edges_.push_back({node, ir::Failure::Any, {}, false});
    }
  }
  return primary;
}

NodeId Reader::tier_plan(std::vector<Member*>& tier) {
  weigh(tier);
  if (tier.size() == 1 && tier[0]->weight.absent() && tier[0]->order.absent()) return member_node(*tier[0]);
  ir::Balance balance;
  balance.on_failure = {ir::OnFailure::Redraw, Origin(rules::kRedraw)};
  balance.edges.reserve(tier.size());
  for (Member* m : tier) {
    ir::Edge edge;
    edge.node = member_node(*m);
    edge.weight = std::move(m->weight);
    edge.order = std::move(m->order);
    balance.edges.push_back(std::move(edge));
  }
  return new_node(std::move(balance));
}

NodeId Reader::member_node(Member& member) {
  const NodeId id = new_node(ir::Use{member.deployment});
  return member.shadow.absent() ? id : new_node(ir::Mirror{id, std::move(member.shadow)});
}

/// The arithmetic of simple-shuffle (page §5.4): the first member decides which field is the weight.
void Reader::weigh(std::vector<Member*>& tier) {
  const auto forget = [&](Member& m) {
    if (m.weight_entry != nullptr && m.weight.given()) {
      keep_inert(*m.weight_entry, {&gw_.at(m.deployment).extras, "litellm_params"});
      m.weight = {};
    }
  };
  if (!is_weighted(gw_) || tier.size() == 1) return;
  if (!tier[0]->weight.absent()) {
    for (Member* m : tier) {
      if (m->weight.absent()) m->weight = {Decimal(0), Origin(rules::kWeightOfGroup)};
    }
    return;
  }
  const ir::Deployment& first = gw_.at(tier[0]->deployment);
  for (Member* m : tier) forget(*m);
  const ir::Counted counts =
      limit_of(first, ir::Counted::Requests) != nullptr ? ir::Counted::Requests : ir::Counted::Tokens;
  if (limit_of(first, counts) == nullptr) return;
  for (Member* m : tier) {
    const ir::Limit* limit = limit_of(gw_.at(m->deployment), counts);
    if (limit == nullptr) {
      m->weight = {Decimal(0), Origin(rules::kWeightOfGroup)};
    } else {
      m->weight = limit->amount;
      m->weight.from.set_rule(rules::kWeightOfGroup);
    }
  }
}

/// rpm and tpm reject nothing unless the strategy or a check counts them (page §9.1).
void Reader::mark_hints() {
  const auto& policy = gw_.routing.policy;
  if (policy.given() && (*policy == ir::Policy::Usage || *policy == ir::Policy::Cost)) return;
  for (const auto& check : gw_.routing.optional_prechecks.items) {
    if (*check == "enforce_model_rate_limits") return;
  }
  const bool counts_requests = gw_.routing.prechecks.given() && *gw_.routing.prechecks;
  for (ir::Deployment& d : gw_.deployments) {
    for (ir::Limit& limit : d.limits) {
      const bool steers = limit.counts != ir::Counted::Concurrent && limit.scope.per.absent();
      if (steers && !(counts_requests && limit.counts == ir::Counted::Requests))
        limit.hint = {true, Origin(rules::kHint)};
    }
  }
}

// ---- fallback edges
// ----------------------------------------------------------------------------------------------------

/// False when the list has nothing for the group, so that the default applies.
bool Reader::own_edges(std::string_view name, FallbackList& list, std::vector<ir::FallbackEdge>& edges) {
  auto found = list.by_source.find(name);
  if (found == list.by_source.end()) found = list.by_source.find(stripped(name));
  if (found == list.by_source.end() || found->first.empty()) return false;
  FallbackItem& item = list.items[found->second];
  if (item.targets->value->empty()) return true;
  item.used = true;
  for (const Node* target : item.targets->value->elements())
    edges.push_back({to_node(*target, nullptr), list.on, {}, false});
  return true;
}

void Reader::inherited_edges(std::string_view name, std::vector<ir::FallbackEdge>& edges) {
  if (default_entry_ == nullptr) return;
  for (const Node* target : default_entry_->value->elements()) {
    if (target->text() != name) edges.push_back({to_node(*target, &rules::kInherited), ir::Failure::Any, {}, true});
  }
}

/// Lists whose group is not in this file. An empty list is one too: it keeps the default fallbacks away from its group.
void Reader::orphan_fallbacks(FallbackList& list) {
  for (const FallbackItem& item : list.items) {
    if (item.used) continue;
    ir::OrphanFallback orphan;
    orphan.source = item.source;
    orphan.on = list.on;
    const Node& targets = *item.targets->value;
    orphan.targets.state = ir::State::Given;
    if (targets.empty()) orphan.targets.from = targets.leaf();
    for (const Node* target : targets.elements()) orphan.targets.push(std::string(target->text()), target->leaf());
    gw_.orphan_fallbacks.push_back(std::move(orphan));
  }
}

}  // namespace gatec::targets::litellm
