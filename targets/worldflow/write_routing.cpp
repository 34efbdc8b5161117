#include "compiler/passes/route_index.h"
#include "targets/worldflow/reader.h"
#include "targets/worldflow/writer.h"

#include <algorithm>
#include <numeric>

namespace gatec::targets::worldflow {
namespace {

using base::Decimal;

constexpr std::int64_t kPinned = 50;
constexpr std::int64_t kDrawn = 100;
constexpr std::int64_t kGlob = 40;
constexpr int kDeepest = 8;

bool is_equality(const ir::Condition& c) {
  const bool subject = c.subject.starts_with("headers.") || c.subject.starts_with("metadata.");
  if (c.op != ir::Condition::Op::Eq || !subject || c.operands.size() != 1) return false;
  const ir::Value& v = c.operands.front();
  return v.kind == ir::Value::Kind::String || v.kind == ir::Value::Kind::Number || v.kind == ir::Value::Kind::Bool;
}

std::int64_t gcd_of(const std::vector<std::int64_t>& numbers) {
  std::int64_t g = 0;
  for (const std::int64_t n : numbers) g = std::gcd(g, n);
  return g == 0 ? 1 : g;
}

}  // namespace

bool Writer::is_writable(const ir::Condition& c) const {
  if (is_equality(c)) return true;
  return c.op == ir::Condition::Op::And && !c.parts.empty() && std::ranges::all_of(c.parts, is_equality) &&
         std::ranges::is_sorted(c.parts, [](const ir::Condition& a, const ir::Condition& b) {
           return a.subject.starts_with("headers.") && !b.subject.starts_with("headers.");
         });
}

void Writer::collect_routes() {
  for (const ir::Route& route : gateway_.routes) {
    if (same() && route.name.from.rule() == &rules::kCatalogue) {
      // asked for by its own name, without a rule
      continue;
    }
    RouteOut out;
    path_ = "routes[" + *route.name + "].plan";
    if (collect(route, out))
      routes_.push_back(std::move(out));
    else
      lose_route(route);
  }
  collect_aliases();
}

bool Writer::collect(const ir::Route& route, RouteOut& out) {
  out.route = &route;
  out.name = *route.name;
  out.glob = route.kind != ir::RouteKind::Name;
  const bool stars = out.name.find('*') != std::string::npos;
  if (route.kind == ir::RouteKind::Catalogue || (out.glob && !stars && !same())) {
    return refuse(manual("the models of a provider are taken over one by one",
                         "register the models that clients ask for (POST /api/v1/model-catalog/models/sync)"));
  }
  if (out.name.empty() && !same())
    return refuse(manual("a pattern without a letter matches nothing", "name the model"));
  if (!out.glob && stars) return refuse(manual("a star in a name stands for anything", "rename the model"));
  const ir::PlanNode* node = &gateway_.at(route.plan);
  if (const auto* choice = std::get_if<ir::Switch>(&node->what)) {
    const std::size_t before = models_.size();
    if (flatten_switch(*node, *choice, out)) return true;
    for (std::size_t i = before; i < models_.size(); ++i)
      admit("routes[" + models_[i].id + "]", "a model of the catalogue can be asked for by its own id");
    // the default alone, or the first case where there is none
    lose(node,
         manual("a rule's conditions are equal headers and metadata; the default of this choice answers every request",
                "write rules for these conditions by hand"));
    admit(path_, "one target of a choice answers every request");
    out.steps.clear();
    Step& step = out.steps.emplace_back();
    const ir::NodeId rest = choice->otherwise.valid() ? choice->otherwise
                            : choice->cases.empty()   ? ir::NodeId{}
                                                      : choice->cases.front().node;
    return rest.valid()
               ? flatten(rest, step.members, step.drawn, 0)
               : refuse(manual("none of the conditions can be said", "write rules for these conditions by hand"));
  }
  Step& step = out.steps.emplace_back();
  return flatten(route.plan, step.members, step.drawn, 0);
}

bool Writer::flatten_switch(const ir::PlanNode& node, const ir::Switch& choice, RouteOut& out) {
  if (choice.cases.empty() && !same()) return false;
  for (const ir::SwitchCase& one : choice.cases) {
    if (!is_writable(one.condition)) return false;
  }
  for (std::size_t i = 0; i < choice.cases.size(); ++i) {
    const ir::SwitchCase& one = choice.cases[i];
    const PathStep at(path_, "case", i);
    Step step;
    step.condition = &one.condition;
    if (!flatten(one.node, step.members, step.drawn, 0) || step.members.size() != 1 || step.drawn) return false;
    out.steps.push_back(std::move(step));
    if (!same()) lose_if(one.label, skipped("a label without meaning"));
  }
  if (choice.otherwise.valid()) {
    const PathStep at(path_, "otherwise");
    Step step;
    if (!flatten(choice.otherwise, step.members, step.drawn, 0)) return false;
    const bool own_name = same() && step.members.size() == 1 &&
                          models_[step.members.front().model].id == *out.route->name && !step.drawn &&
                          layout("priority " + escape_glob(out.name, out.glob)) != nullptr &&
                          layout("priority " + escape_glob(out.name, out.glob))->items.size() == choice.cases.size();
    if (!own_name) out.steps.push_back(std::move(step));
  } else if (!same()) {
    admit(path_ + ".otherwise", "what no rule answers goes to the model of that name");
  }
  if (same()) return true;
  lose_if(choice.otherwise_label, skipped("a label without meaning"));
  for (const ir::Edge& e : choice.idle) lose(&e, skipped("nothing leads to this target"));
  lose_node(node);
  context_.ledger.assume(path_, "worldflow.metadata",
                         "clients send the metadata of a request in the header `X-Tenant-Metadata`, as JSON");
  return true;
}

bool Writer::flatten(ir::NodeId id, std::vector<Member>& members, bool& drawn, int depth) {
  const ir::PlanNode& node = gateway_.at(id);
  if (!same()) lose_node(node);
  if (const auto* use = std::get_if<ir::Use>(&node.what)) {
    const ir::Deployment& d = gateway_.at(use->deployment);
    const auto model = place(d, path_);
    if (!model) {
      take_over(d);
      return false;
    }
    Member& member = members.emplace_back();
    member.model = *model;
    member.deployment = &d;
    member.variant = slug(providers_.empty() ? std::string("x") : providers_[models_[*model].provider].name);
    return true;
  }
  if (const auto* balance = std::get_if<ir::Balance>(&node.what))
    return flatten_balance(node, *balance, members, drawn, depth);
  if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
    if (!same()) {
      lose_if(fallback->statuses, skipped("the gateway decides by itself when it fails over"));
      for (const ir::FallbackEdge& e : fallback->edges) {
        lose(&e,
             manual(
                 "no list of fallbacks is taken: the gateway fails over by provider health",
                 "see that the models to fall back to are in the catalogue, and try it out with a provider disabled"));
      }
    }
    // one without alternatives is no step of its own
    if (fallback->edges.empty()) return flatten(fallback->primary, members, drawn, depth);
    const PathStep at(path_, "primary");
    return flatten(fallback->primary, members, drawn, depth);
  }
  if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
    lose_if(mirror->shadow, skipped("no copy of the traffic is sent elsewhere"));
    return flatten(mirror->primary, members, drawn, depth);
  }
  if (const auto* to = std::get_if<ir::To>(&node.what)) return flatten_to(node, *to, members, drawn, depth);
  const auto& choice = std::get<ir::Switch>(node.what);
  lose(&node, manual("conditions stand at the root of a route; here the default answers",
                     "write rules for these conditions by hand"));
  admit(path_, "one target of a choice answers every request");
  const ir::NodeId rest = choice.otherwise.valid() ? choice.otherwise
                          : choice.cases.empty()   ? ir::NodeId{}
                                                   : choice.cases.front().node;
  return rest.valid() && depth < kDeepest
             ? flatten(rest, members, drawn, depth + 1)
             : refuse(manual("none of the conditions can be said", "write rules for these conditions by hand"));
}

/// The provider of a wildcard is there, and its models are taken over from it; the wildcard itself is not.
void Writer::take_over(const ir::Deployment& d) {
  if (same() || !d.provider.valid() || d.upstream_model.value.find('*') == std::string::npos) return;
  const Loss why = why_;
  if (const auto provider = place_provider(d)) {
    providers_[*provider].taken_over = true;
  }
  why_ = why;
}

bool Writer::flatten_balance(const ir::PlanNode& node, const ir::Balance& balance, std::vector<Member>& members,
                             bool& drawn, int depth) {
  if (balance.edges.size() == 1 && !(drawn && same()))
    return flatten(balance.edges.front().node, members, drawn, depth);
  const ir::Field<ir::Policy>& policy = balance.policy.absent() ? gateway_.routing.policy : balance.policy;
  if (same()) {
    drawn = !balance.policy.absent();
    for (const ir::Edge& edge : balance.edges) {
      std::vector<Member> one;
      bool inner = false;
      if (!flatten(edge.node, one, inner, depth + 1)) continue;
      // several models of one name: the rule names none of their providers
      Member member = one.front();
      if (one.size() > 1) member.deployment = nullptr;
      if (edge.weight.given()) member.weight = *edge.weight;
      member.variant = edge.label.given() ? *edge.label : std::string();
      members.push_back(std::move(member));
      if (!drawn && members.size() > 1) members.front().deployment = nullptr;
    }
    if (!drawn && members.size() > 1) {
      members.resize(1);
      members.front().deployment = nullptr;
    }
    return !members.empty();
  }
  if (policy.given() && *policy == ir::Policy::First) {
    Loss gone = nearly("the first target is always chosen");
    lose(&node, gone);
    gone.gone = true;
    for (std::size_t i = 1; i < balance.edges.size(); ++i) lose(&balance.edges[i], gone);
    admit(path_, "the first target is always chosen");
    return flatten(balance.edges.front().node, members, drawn, depth);
  }
  const bool outermost = members.empty() && !drawn;
  std::vector<Member> own;
  bool nested = false;
  std::size_t written = 0;
  bool rates = !(policy.given() && *policy == ir::Policy::Weighted);
  for (const ir::Edge& edge : balance.edges) rates = rates && edge.weight.absent();
  std::vector<Decimal> rpm;
  for (std::size_t i = 0; i < balance.edges.size(); ++i) {
    const ir::Edge& edge = balance.edges[i];
    const PathStep at(path_, "balance", i);
    std::vector<Member> inner;
    bool inner_drawn = true;
    const bool fine = flatten(edge.node, inner, inner_drawn, depth + 1);
    if (!fine || inner.empty()) {
      Loss loss = why_;
      loss.gone = true;
      lose(&edge, std::move(loss));
      left_out_ = true;
      continue;
    }
    ++written;
    nested = nested || inner.size() > 1;
    Decimal weight = edge.weight.given() ? *edge.weight : Decimal(1);
    if (weight.is_negative()) {
      weight = Decimal(0);
      lose(&edge.weight, nearly("a weight is not negative", "0"));
    }
    Decimal total(0);
    for (const Member& m : inner) total = total.plus(m.weight.value_or(Decimal(1))).value_or(total);
    for (Member& m : inner) {
      // shares of shares; what does not come out even is left as it is
      const auto scaled =
          inner.size() == 1 ? std::optional(weight) : weight.times(m.weight.value_or(Decimal(1)))->divided_by(total);
      m.weight = scaled.value_or(weight);
      if (edge.label.given()) m.variant = *edge.label;
      const auto limit = std::ranges::find_if(m.deployment->limits, [](const ir::Limit& l) {
        return l.counts == ir::Counted::Requests && l.amount.given() && l.scope.per.absent();
      });
      if (limit != m.deployment->limits.end()) rpm.push_back(*limit->amount);
      own.push_back(std::move(m));
    }
  }
  if (own.empty()) return false;
  if (rates && rpm.size() == own.size() && !nested) {
    for (std::size_t i = 0; i < own.size(); ++i) own[i].weight = rpm[i];
    for (std::size_t i = 0; i < balance.edges.size(); ++i) {
      admit(path_ + ".balance[" + std::to_string(i) + "].weight",
            "the share of a model is that of its requests a minute");
    }
  }
  const bool lone = own.size() == 1;
  if (nested || lone || !outermost) {
    Loss loss =
        manual(lone ? "only one member of the group can be written" : "one draw stands for several that are nested",
               "check the shares of this group");
    loss.shape = true;
    lose(&node, std::move(loss));
    for (const ir::Edge& edge : balance.edges) lose_if(edge.weight, skipped("the share is part of another draw now"));
    admit(path_, lone ? "only one member of the group can be written" : "one draw stands for several that are nested");
  } else if (policy.absent()) {
    admit(path_ + ".policy", "an experiment draws by weight");
  } else if (!(policy.given() && *policy == ir::Policy::Weighted)) {
    lose(&policy, nearly("rules of an experiment draw by weight; " +
                             (policy.given() ? std::string(ir::policy_name(*policy))
                                             : std::string("a policy from the environment")) +
                             " becomes a draw by the shares as written",
                         "weighted"));
  }
  lose_if(balance.on_failure, skipped("what happens after a failure is up to the gateway"));
  lose_if(balance.sticky.ttl, skipped("one tenant always gets the same variant"));
  lose_if(balance.sticky.per, skipped("one tenant always gets the same variant, not one user or session"));
  if (balance.sticky.enabled.given() && !*balance.sticky.enabled)
    lose(&balance.sticky.enabled, skipped("one tenant always gets the same variant"));
  drawn = drawn || !lone;
  for (Member& m : own) members.push_back(std::move(m));
  return written > 0;
}

bool Writer::flatten_to(const ir::PlanNode& node, const ir::To& to, std::vector<Member>& members, bool& drawn,
                        int depth) {
  const passes::RouteIndex index(gateway_);
  const auto found = index.find(to.route.value);
  if (found.route == nullptr || depth >= kDeepest) {
    return refuse({ir::Fate::Skipped, DiagId::UnknownModel, "no route is named `" + to.route.value + "`", "", ""});
  }
  lose(&node, nearly("a copy of what `" + to.route.value + "` leads to"));
  admit(path_, "a copy of what another route leads to");
  return flatten(found.route->plan, members, drawn, depth + 1);
}

/// An alias is a copy of the rules for its name.
void Writer::collect_aliases() {
  for (const ir::Alias& alias : gateway_.aliases) {
    const auto target = std::ranges::find_if(
        routes_, [&](const RouteOut& r) { return r.name == alias.target.value && r.alias_of.empty() && !r.glob; });
    const bool taken = gateway_.route(alias.name) != nullptr || alias.name.find('*') != std::string::npos;
    const bool plain = target != routes_.end() &&
                       std::ranges::none_of(target->steps, [](const Step& s) { return s.condition != nullptr; });
    if (taken || !plain) {
      lose(&alias,
           manual(taken ? "a model has this name already" : "what the alias stands for cannot be written as rules",
                  "let the clients ask for `" + alias.target.value + "`"));
      continue;
    }
    RouteOut copy = *target;
    copy.name = alias.name;
    copy.alias_of = alias.target.value;
    routes_.push_back(std::move(copy));
    if (!same()) lose_if(alias.hidden, skipped("names of models are not listed or hidden"));
  }
}

/// Whole numbers in the same proportion; as they are where that takes too many digits.
std::vector<std::string> Writer::whole_weights(const std::vector<Member>& members) const {
  std::vector<std::string> as_written;
  std::vector<Decimal> scaled;
  for (const Member& m : members) {
    scaled.push_back(m.weight.value_or(Decimal(1)));
    as_written.push_back(scaled.back().text());
  }
  while (!std::ranges::all_of(scaled, [](const Decimal& d) { return d.is_integer(); })) {
    for (Decimal& d : scaled) {
      const auto more = d.times(Decimal(10));
      if (!more) return as_written;
      d = *more;
    }
  }
  std::vector<std::int64_t> whole;
  for (const Decimal& d : scaled) {
    const auto number = d.as_int64();
    if (!number) return as_written;
    whole.push_back(*number);
  }
  const std::int64_t g = gcd_of(whole);
  std::vector<std::string> texts;
  for (const std::int64_t n : whole) texts.push_back(std::to_string(n / g));
  return texts;
}

Out Writer::rules_out() {
  Out rules = Out::sequence();
  for (const ModelOut& m : models_) ++served_[m.id];
  // of patterns the longer one answers first
  std::vector<const RouteOut*> globs;
  for (const RouteOut& r : routes_) {
    if (r.glob) globs.push_back(&r);
  }
  std::ranges::stable_sort(globs, [](const RouteOut* a, const RouteOut* b) { return a->name.size() > b->name.size(); });
  std::map<const RouteOut*, std::size_t> ranks;
  for (const RouteOut* glob : globs) ranks.emplace(glob, ranks.size());
  for (const RouteOut& r : routes_) {
    const auto found = ranks.find(&r);
    const std::size_t rank = found == ranks.end() ? 0 : found->second;
    add_rules(r, rank, rules);
    std::vector<std::string> models;
    for (const Step& step : r.steps) {
      if (step.condition != nullptr) continue;
      for (const Member& m : step.members) models.push_back(models_[m.model].id);
    }
    if (!r.glob && !models.empty()) plan_.simulated.emplace_back(r.name, std::move(models));
  }
  return rules;
}

void Writer::add_rules(const RouteOut& r, std::size_t rank, Out& rules) {
  const std::string pattern = escape_glob(r.name, r.glob);
  const ir::Value* priorities = same() ? layout("priority " + pattern) : nullptr;
  const ir::Value* experiments = same() ? layout("experiment " + pattern) : nullptr;
  const bool free = context_.option("optimizer") == "free" && !same();
  const auto several = [&](std::size_t model) { return served_.at(models_[model].id) > 1; };
  for (std::size_t s = 0; s < r.steps.size(); ++s) {
    const Step& step = r.steps[s];
    const bool drawn = step.drawn;
    if (free && !drawn && step.condition == nullptr && r.steps.size() == 1 &&
        models_[step.members.front().model].id == r.name && r.alias_of.empty()) {
      if (!several(step.members.front().model)) continue;
    }
    std::string priority = std::to_string(r.glob ? kGlob - static_cast<std::int64_t>(rank) : drawn ? kDrawn : kPinned);
    if (step.condition != nullptr) priority = std::to_string(kDrawn + static_cast<std::int64_t>(r.steps.size() - s));
    if (priorities != nullptr && s < priorities->items.size()) priority = priorities->items[s].text;
    const std::vector<std::string> weights = whole_weights(step.members);
    std::set<std::string> variants;
    for (std::size_t i = 0; i < step.members.size(); ++i) {
      const Member& m = step.members[i];
      Out rule = Out::mapping();
      if (step.condition != nullptr) {
        std::vector<const ir::Condition*> parts;
        if (step.condition->op == ir::Condition::Op::And) {
          for (const ir::Condition& part : step.condition->parts) parts.push_back(&part);
        } else {
          parts.push_back(step.condition);
        }
        for (const ir::Condition* part : parts) {
          const bool header = part->subject.starts_with("headers.");
          rule.at(header ? "headerMatch" : "metadataMatch")
              .add(part->subject.substr(header ? 8 : 9), open(part->operands.front(), ""));
        }
      }
      rule.add("modelPattern", pattern);
      rule.add("routeTo", models_[m.model].id);
      if (drawn) {
        std::string id = "lb-" + slug(r.name);
        if (experiments != nullptr && s < experiments->items.size()) id = experiments->items[s].text;
        rule.add("experimentId", id);
        std::string variant = m.variant;
        if (!same()) {
          for (int n = 2; !variants.insert(variant).second; ++n) variant = m.variant + "-" + std::to_string(n);
        }
        if (!variant.empty()) rule.add("variant", variant);
        if (!same() || m.weight) rule.add("weight", Out::number(same() ? m.weight->text() : weights[i]));
      }
      rule.add("priority", Out::number(priority));
      if (m.deployment != nullptr && several(m.model))
        rule.add("_provider", provider_reference(models_[m.model].provider));
      if (!r.alias_of.empty()) rule.add("_alias", r.alias_of);
      rules.push(std::move(rule));
    }
  }
}

void Writer::lose_route(const ir::Route& route) {
  Loss loss = why_;
  if (loss.code == DiagId::NotExpressible) loss.code = DiagId::RouteLeftOut;
  if (loss.fate == ir::Fate::Open || loss.reason.empty())
    loss = manual("the route cannot be written", "write its rules by hand");
  lose(&route, std::move(loss));
  left_out_ = true;
}

}  // namespace gatec::targets::worldflow
