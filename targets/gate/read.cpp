#include "targets/gate/gate.h"
#include "targets/gate/members.h"

#include <algorithm>

namespace gatec::targets::gate {
namespace {

template <class F>
void each_of(const Node& root, std::string_view key, F f) {
  const Node* list = root.get(key);
  if (list == nullptr || !list->is_sequence()) return;
  for (const Node* body : list->elements()) {
    if (body->is_mapping()) f(*body);
  }
}

/// Of programs that stand for no gateway's config: a budget that is used up and a rate that is exceeded are refused.
constexpr ir::Enforcement row(std::string_view entity, std::string_view counts) {
  return {entity, counts, counts == "usd" ? ">=" : ">", "blocks", "docs/language/reference.md"};
}
constexpr ir::Enforcement kEnforcement[] = {
    row("key", "usd"),           row("key", "requests"),     row("key", "tokens"),
    row("team", "usd"),          row("team", "requests"),    row("team", "tokens"),
    row("user", "usd"),          row("user", "requests"),    row("user", "tokens"),
    row("member", "usd"),        row("organization", "usd"), row("organization", "requests"),
    row("project", "usd"),       row("customer", "usd"),     row("provider", "usd"),
    row("provider", "requests"), row("deployment", "usd"),   row("deployment", "requests"),
    row("deployment", "tokens"), row("gateway", "usd")};

}  // namespace

void Reader::read(const doc::Document& document) {
  first_ = document.first_leaf();
  taken_.assign(document.leaf_count(), false);
  const Node* root = document.root();
  if (root == nullptr || !root->is_mapping()) return;
  if (const Node* dialect = root->get("dialect")) {
    std::string said = text(*dialect);
    take(*dialect);
    const std::size_t at = said.find('@');
    spoken_ = find_dialect(said.substr(0, at));
    if (spoken_ == nullptr) {
      wrong(*dialect, "dialect", "the name of a gateway as `\"litellm@1.83\"`");
    } else {
      gateway_.dialect = spoken_->name;
      gateway_.version = at == std::string::npos ? std::string() : said.substr(at + 1);
    }
  }
  if (spoken_ == nullptr) {
    gateway_.enforcement.assign(std::begin(kEnforcement), std::end(kEnforcement));
  } else if (spoken_->enforcement != nullptr) {
    const auto table = spoken_->enforcement();
    gateway_.enforcement.assign(table.begin(), table.end());
  }
  if (const Node* node = root->get("routing")) {
    each_body(*node, [&](const Node& body) {
      if (const Node* n = body.get("on_failure")) any(*n, on_failure_, "on_failure");
    });
  }
  each_of(*root, "provider", [&](const Node& body) { provider(body); });
  each_of(*root, "deployment", [&](const Node& body) { declare_deployment(body); });
  each_of(*root, "default_fallback", [&](const Node& body) { default_fallback(body); });
  for (const doc::Entry& e : root->entries()) top(e);
  if (spoken_ == nullptr && gateway_.routing.policy.absent())
    gateway_.routing.policy = {ir::Policy::Weighted, Origin(kWeighted)};
}

void Reader::top(const doc::Entry& e) {
  const std::string_view key = e.key->text();
  const Node& node = *e.value;
  if (key == "dialect" || key == "provider" || key == "deployment" || key == "default_fallback") return;
  if (key == "credential_set") return each_body(node, [&](const Node& b) { credential_set(b); });
  if (key == "model") return each_body(node, [&](const Node& b) { route(b, ir::RouteKind::Name); });
  if (key == "pattern") return each_body(node, [&](const Node& b) { route(b, ir::RouteKind::Pattern); });
  if (key == "catalogue") return each_body(node, [&](const Node& b) { route(b, ir::RouteKind::Catalogue); });
  if (key == "defaults") {
    return each_body(node, [&](const Node& b) {
      if (b.empty()) take(b);
      for (const doc::Entry& inner : b.entries()) {
        if (setting(inner, gateway_.defaults)) continue;
        std::vector<std::string_view> known = {"params", "force_params", "drop_params", "drop_unsupported",
                                               "allow_params"};
        names_of<ir::Settings>(known);
        unknown(inner, std::move(known), key);
      }
    });
  }
  if (key == "routing") return routing(node);
  if (key == "orphan_fallback") {
    return each_body(node, [&](const Node& b) {
      ir::OrphanFallback& o = gateway_.orphan_fallbacks.emplace_back();
      for (const doc::Entry& inner : b.entries()) {
        if (inner.key->text() == "$") {
          o.source = text(*inner.value);
          take(*inner.value);
        } else if (inner.key->text() == "on") {
          if (!enumerated(*inner.value, o.on, kFailures, &ir::failure_name, "on")) continue;
          take(*inner.value);
        } else if (!member(inner, o)) {
          unknown(inner, {"on", "targets"}, key);
        }
      }
    });
  }
  for (const PrincipalWord& kind : kPrincipals) {
    if (kind.word == key) return each_body(node, [&](const Node& b) { principal(b, kind, nullptr); });
  }
  if (key == "principal_defaults") {
    return each_body(node, [&](const Node& b) {
      ir::PrincipalDefaults& d = gateway_.principal_defaults.emplace_back();
      for (const doc::Entry& inner : b.entries()) {
        if (inner.key->text() == "$") {
          d.kind = text(*inner.value);
          take(*inner.value);
        } else {
          d.values.push_back({std::string(inner.key->text()), value(*inner.value, inner.key->text())});
        }
      }
    });
  }
  if (key == "guardrail") return each_body(node, [&](const Node& b) { guardrail(b); });
  if (key == "observers" && node.is_mapping()) {
    if (node.empty()) take(node);
    for (const doc::Entry& inner : node.entries()) {
      ir::List<std::string> names;
      any(*inner.value, names, inner.key->text());
      for (const Field<std::string>& name : names.items)
        gateway_.observers.push_back({name, std::string(inner.key->text())});
      if (names.items.empty()) take_all(*inner.value);
    }
    return;
  }
  if (key == "environment" && node.is_mapping()) {
    if (node.empty()) take(node);
    for (const doc::Entry& inner : node.entries())
      gateway_.environment.push_back({std::string(inner.key->text()), value(*inner.value, inner.key->text())});
    return;
  }
  if (key == "layout") return any(node, gateway_.layout, key);
  if (limits(e, gateway_.limits, gateway_.budgets) || extras(e, gateway_.extras)) return;
  if (key != "routing" && key != "extras" && key != "principals" && key != "guardrails" && member(e, gateway_)) return;
  std::vector<std::string_view> known = {"provider",         "model",     "pattern", "catalogue", "defaults", "routing",
                                         "default_fallback", "team",      "key",     "user",      "org",      "member",
                                         "guardrail",        "observers", "limit",   "budget",    "dialect"};
  names_of<ir::Gateway>(known);
  unknown(e, std::move(known), "a program");
}

template <class Other>
void Reader::provider_members(const Node& body, ir::Provider& p, Other rest) {
  for (const doc::Entry& e : body.entries()) {
    if (rest(e) || limits(e, p.limits, p.budgets) || extras(e, p.extras) || member(e, p)) continue;
    std::vector<std::string_view> known = {"limit", "budget"};
    names_of<ir::Provider>(known);
    unknown(e, std::move(known), "provider");
  }
}

void Reader::provider(const Node& body) {
  ir::Provider p;
  std::string binding;
  const Node* label = nullptr;
  provider_members(body, p, [&](const doc::Entry& e) {
    if (e.key->text() == "$") {
      label = e.value;
      binding = text(*e.value);
      take(*e.value);
    } else if (e.key->text() == "$2") {
      any(*e.value, p.name, "provider");
    } else {
      return false;
    }
    return true;
  });
  if (label == nullptr) {
    wrong(body, "provider", "a name");
    return;
  }
  const ir::ProviderId id = gateway_.add(std::move(p));
  if (!providers_.emplace(binding, id).second && !context_.proving)
    context_.sink.report(DiagId::DuplicateEntity, label->span(), "there are two providers " + quoted(binding));
}

void Reader::credential_set(const Node& body) {
  ir::CredentialSet set;
  provider_members(body, set.values, [&](const doc::Entry& e) {
    if (e.key->text() == "$" || e.key->text() == "set_name") {
      any(*e.value, set.name, "credential_set");
      return true;
    }
    return false;
  });
  std::swap(set.extras, set.values.extras);
  gateway_.credential_sets.push_back(std::move(set));
}

void Reader::route(const Node& body, ir::RouteKind kind) {
  const auto is_name = [](const doc::Entry& e) { return e.key->text() == "$" || e.key->text() == "name"; };
  ir::Route r;
  r.kind = kind;
  for (const doc::Entry& e : body.entries()) {
    if (is_name(e)) any(*e.value, r.name, "model");
  }
  const auto rest = [&](const doc::Entry& e) { return is_name(e) || extras(e, r.extras); };
  const Plan p = plan(body, "model", rest, r.name.given() ? std::string_view(*r.name) : std::string_view());
  if (r.name.absent()) {
    wrong(body, "model", "a name");
    return;
  }
  r.plan = p.root;
  if (!names_.insert(*r.name).second && !context_.proving)
    context_.sink.report(DiagId::DuplicateEntity, body.span(), "there are two models " + quoted(*r.name));
  gateway_.routes.push_back(std::move(r));
}

void Reader::principal(const Node& body, const PrincipalWord& kind, const ir::Principal* around) {
  ir::Principal p;
  p.kind = kind.kind;
  std::vector<std::pair<const Node*, const PrincipalWord*>> inner;
  if (body.empty()) take(body);
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "$") {
      any(*e.value, kind.by_alias ? p.alias : p.id, kind.word);
      continue;
    }
    const auto word =
        std::find_if(kPrincipals.begin(), kPrincipals.end(), [&](const PrincipalWord& w) { return w.word == key; });
    if (word != kPrincipals.end() && is_blocks(*e.value)) {
      inner.emplace_back(e.value, &*word);
    } else if (!limits(e, p.limits, p.budgets) && !extras(e, p.extras) && !member(e, p)) {
      std::vector<std::string_view> known = {"limit", "budget", "key", "user", "member"};
      names_of<ir::Principal>(known);
      unknown(e, std::move(known), kind.word);
    }
  }
  if (around != nullptr) {
    Field<std::string>* const above = around->kind == ir::PrincipalKind::Team           ? &p.team
                                      : around->kind == ir::PrincipalKind::Organization ? &p.organization
                                      : around->kind == ir::PrincipalKind::User         ? &p.user
                                      : around->kind == ir::PrincipalKind::Project      ? &p.project
                                                                                        : nullptr;
    if (above != nullptr && above->absent()) *above = around->id;
  }
  gateway_.principals.push_back(p);
  for (const auto& [node, word] : inner) each_body(*node, [&, w = word](const Node& b) { principal(b, *w, &p); });
}

void Reader::guardrail(const Node& body) {
  ir::Guardrail g;
  if (body.empty()) take(body);
  for (const doc::Entry& e : body.entries()) {
    if (e.key->text() == "$") {
      any(*e.value, g.name, "guardrail");
    } else if (!extras(e, g.extras) && !member(e, g)) {
      std::vector<std::string_view> known;
      names_of<ir::Guardrail>(known);
      unknown(e, std::move(known), "guardrail");
    }
  }
  gateway_.guardrails.push_back(std::move(g));
}

void Reader::routing(const Node& node) {
  each_body(node, [&](const Node& body) {
    if (body.empty()) take(body);
    for (const doc::Entry& e : body.entries()) {
      if (e.key->text() == "on_failure") continue;
      if (e.key->text() == "policy") {
        any(*e.value, gateway_.routing.policy, "policy");
      } else if (!member(e, gateway_.routing)) {
        std::vector<std::string_view> known = {"policy", "on_failure"};
        names_of<ir::RoutingOptions>(known);
        unknown(e, std::move(known), "routing");
      }
    }
  });
}

/// What only gives the program its form: names of blocks, empty bodies.
void Reader::settle_rest(const doc::Document& document) {
  struct Visitor : doc::LeafVisitor {
    explicit Visitor(Reader& r) : reader(r) {}
    bool wants(const Node& node) override {
      return !node.is_scalar() && !reader.taken_[node.leaf().value - reader.first_];
    }
    void leaf(const Node& node, std::string_view) override { reader.take(node); }
    Reader& reader;
  } visitor(*this);
  doc::visit_leaves(document, visitor);
}

void read_gate(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  gateway.dialect = "gate";
  gateway.version = context.version;
  for (const Input& input : inputs) {
    Reader reader(context, gateway);
    reader.read(*input.document);
    reader.settle_rest(*input.document);
  }
}

}  // namespace gatec::targets::gate
