#include "compiler/ir/describe.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"
#include "targets/portkey/writer.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;
using Names = std::map<std::string, std::string, std::less<>>;

Out named(const Out& object, std::string_view name) {
  Out out;
  out.add("name", name);
  for (const auto& [key, value] : std::get<Out::Mapping>(object.storage())) {
    if (key != "name") out.add(key, value);
  }
  return out;
}

/// The same of an object that nobody needs without its name.
Out named(Out&& object, std::string_view name) {
  auto& pairs = std::get<Out::Mapping>(object.storage());
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "name"; });
  pairs.emplace(pairs.begin(), "name", Out(name));
  return std::move(object);
}

bool same_out(const Out& a, const Out& b, bool top) {
  if (a.storage().index() != b.storage().index()) return false;
  if (const auto* x = std::get_if<Out::Mapping>(&a.storage())) {
    const auto& y = std::get<Out::Mapping>(b.storage());
    const auto skip = [top](const std::string& key) { return top && key == "name"; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < x->size() || j < y.size()) {
      if (i < x->size() && skip((*x)[i].first)) {
        ++i;
      } else if (j < y.size() && skip(y[j].first)) {
        ++j;
      } else if (i >= x->size() || j >= y.size() || (*x)[i].first != y[j].first ||
                 !same_out((*x)[i].second, y[j].second, false)) {
        return false;
      } else {
        ++i;
        ++j;
      }
    }
    return true;
  }
  if (const auto* x = std::get_if<Out::Sequence>(&a.storage())) {
    const auto& y = std::get<Out::Sequence>(b.storage());
    return std::equal(x->begin(), x->end(), y.begin(), y.end(),
                      [](const Out& p, const Out& q) { return same_out(p, q, false); });
  }
  if (const auto* x = std::get_if<Out::Number>(&a.storage())) return x->text == std::get<Out::Number>(b.storage()).text;
  if (const auto* x = std::get_if<std::string>(&a.storage())) return *x == std::get<std::string>(b.storage());
  if (const auto* x = std::get_if<bool>(&a.storage())) return *x == std::get<bool>(b.storage());
  return true;
}

constexpr std::string_view kUnlisted = "unlisted";

/// A target whose guardrail lets no model through.
Out refusal(const std::string& slug) {
  Out models = Out::sequence();
  models.push(kNoModel);
  Out list = Out::mapping();
  list.add("models", std::move(models));
  Out guard = Out::mapping();
  guard.add("default.modelwhitelist", std::move(list));
  guard.add("deny", true);
  guard.add("async", false);
  Out guards = Out::sequence();
  guards.push(std::move(guard));
  Out target = Out::mapping();
  target.add("name", kUnlisted);
  target.add("provider", "@" + slug);
  target.add("input_guardrails", std::move(guards));
  return target;
}

bool is_catch_all(const ir::Route& route) { return *route.name == "*"; }

}  // namespace

ConfigWriter::ConfigWriter(const ir::Gateway& gateway, WriteContext& context, World world)
    : gateway_(gateway),
      context_(context),
      world_(world),
      targets_(gateway.routes.size()),
      chains_(gateway.routes.size()) {
  speller_ = [this](const ir::Credential& c, const void* value, std::string_view hint) {
    return spell(c, value, hint);
  };
  for (std::size_t i = 0; i < gateway.routes.size(); ++i) route_index_.emplace(*gateway.routes[i].name, i);
  for (const ir::Alias& a : gateway.aliases) alias_index_.emplace(a.name, &a);
  for (const ir::Param& p : gateway.layout) {
    if (context.same_dialect && p.name == "unlisted" && !p.value.items.empty())
      refusing_target = open(p.value.items.front(), "");
    if (context.same_dialect && p.name == "objects") {
      for (const ir::Value& v : p.value.items) declared_.emplace(v.text.substr(v.text.find(':') + 1), nullptr);
    }
    if (!context.same_dialect || (p.name != "virtual_key" && p.name != "model")) continue;
    for (const ir::Value& slug : p.value.items) spelt_.emplace(slug.text, p.name);
  }
  // objects are read before the configs that name them
  for (const ir::Provider& p : gateway.providers) {
    const auto found = p.name.given() ? declared_.find(*p.name) : declared_.end();
    if (found != declared_.end() && found->second == nullptr) found->second = &p;
  }
}

std::string ConfigWriter::spell(const ir::Credential& credential, const void* ir_value, std::string_view hint) {
  if (credential.kind == ir::Credential::Kind::Manager && !same()) {
    const std::string name(hint);
    lose(ir_value, {Fate::Manual, DiagId::NotExpressible, "the gateway asks no secret manager", "",
                    "put the value into " + name});
    references_.insert(name);
    return "${" + name + "}";
  }
  if (credential.kind == ir::Credential::Kind::Template && !same()) {
    if (const auto reference = parse_reference(credential.name)) {
      lose(ir_value, {Fate::Approximated, DiagId::Approximated,
                      "the source gateway sends this text as it is, here it is filled in from the environment",
                      "env(" + reference->name + ")", ""});
    }
  }
  std::string text = spell_credential(credential, ir_value, hint, context_, "${", "}");
  if (const auto reference = parse_reference(text)) references_.insert(reference->name);
  return text;
}

Out ConfigWriter::open(const ir::Value& value, std::string_view key) {
  if (!same()) expand(value);
  return to_out(value, speller_, key, false);
}

/// Text that the source passes on and that here names a variable.
void ConfigWriter::expand(const ir::Value& value) {
  if (value.kind == ir::Value::Kind::String) {
    const auto reference = parse_reference(value.text);
    if (!reference) return;
    lose(&value, {Fate::Approximated, DiagId::Approximated,
                  "the source gateway takes this text as it is, here it is filled in from the environment",
                  ir::show(*reference), ""});
    references_.insert(reference->name);
  }
  for (const ir::Value& item : value.items) expand(item);
  for (const auto& pair : value.pairs) expand(pair.second);
}

/// The name alone tells whether a model's name stands for many.
void ConfigWriter::judge_kind(const ir::Route& route) {
  const bool pattern = route.name->find('*') != std::string::npos;
  if (pattern && route.kind == ir::RouteKind::Name) {
    lose(&route.kind,
         {Fate::Approximated, DiagId::Approximated, "a name with `*` stands for many models", "pattern", ""});
  }
}

void ConfigWriter::lose_route(const ir::Route& route) {
  Loss loss = why_;
  loss.code = DiagId::RouteLeftOut;
  loss.reason = "the route is left out: " + loss.reason;
  lose(&route, std::move(loss));
}

std::vector<ConfigWriter::Config> ConfigWriter::write() {
  lose_gateway();
  for (const ir::Route& route : gateway_.routes) judge_kind(route);
  std::vector<Config> configs = write_routes();
  soften_losses();
  return configs;
}

std::vector<ConfigWriter::Config> ConfigWriter::write_routes() {
  std::vector<Config> configs;
  if (gateway_.routes.empty()) {
    lose_all(gateway_.defaults);
    add_no_aliases();
    return configs;
  }
  const bool several_configs =
      same() && std::ranges::any_of(gateway_.layout, [](const ir::Param& p) { return p.name == "several"; });
  if (context_.option("portkey.split", context_.option("split")) == "route" || several_configs) {
    split_ = true;
    configs = split();
    split_ = false;
    // a saved config that is alone serves whatever is asked
    const bool misread = !oss() && !same() && configs.size() == 1 && configs.front().route != "*";
    if (!misread) return configs;
    configs.clear();
  }
  const bool lone = gateway_.routes.size() == 1 && is_catch_all(gateway_.routes.front()) && gateway_.aliases.empty();
  std::optional<Out> out = lone ? bare(gateway_.routes.front()) : conditional();
  if (!out) {
    add_no_aliases();
    return configs;
  }
  configs.push_back({"", *std::move(out)});
  return configs;
}

std::vector<ConfigWriter::Config> ConfigWriter::split() {
  std::vector<Config> configs;
  for (const ir::Alias& a : gateway_.aliases) {
    lose(&a, {Fate::Manual, DiagId::NotExpressible, "a config for each route has no place for aliases", "",
              "give clients of `" + a.name + "` the config of its route"});
  }
  for (const ir::Route& route : gateway_.routes) {
    auto out = bare(route);
    if (out) configs.push_back({*route.name, *std::move(out)});
  }
  return configs;
}

std::optional<Out> ConfigWriter::bare(const ir::Route& route) {
  chain_ = {&gateway_.defaults};
  emitted_ = 0;
  path_ = "routes[" + *route.name + "].plan";
  requested_ = *route.name;
  auto out = write_node(route.plan, nullptr);
  if (!out) lose_route(route);
  if (out) put_config_extras(*out);
  return out;
}

/// What stands on the config itself, not what belongs to other objects of the control plane.
void ConfigWriter::put_config_extras(Out& config) {
  std::vector<ir::Extra> own;
  for (const ir::Extra& e : gateway_.extras) {
    const bool elsewhere =
        e.section == "objects" || e.section.starts_with("usage_policies.") || e.section.starts_with("rate_policies.");
    if (!elsewhere) own.push_back(e);
  }
  put_extras(config, own);
}

/// A route's own target, without a name; made once, as others hold copies of it.
const std::optional<Out>& ConfigWriter::route_target(std::size_t index) {
  std::optional<std::optional<Out>>& place = targets_[index];
  if (place) return *place;
  const ir::Route& route = gateway_.routes[index];
  const std::vector<const ir::Settings*> chain = std::exchange(chain_, {&gateway_.defaults});
  const std::size_t emitted = std::exchange(emitted_, 1);
  const std::string path = std::exchange(path_, "routes[" + *route.name + "].plan");
  const std::string_view requested = std::exchange(requested_, std::string_view(*route.name));
  auto out = write_node(route.plan, nullptr);
  requested_ = requested;
  path_ = path;
  emitted_ = emitted;
  chain_ = chain;
  place = std::move(out);
  return *place;
}

/// Names of routes that others may hold copies of.
std::unordered_set<std::string_view> ConfigWriter::copied_routes() const {
  std::unordered_set<std::string_view> names;
  for (const ir::PlanNode& node : gateway_.nodes) {
    const auto* to = std::get_if<ir::To>(&node.what);
    if (to == nullptr) continue;
    names.insert(*to->route);
    if (const auto alias = alias_index_.find(*to->route); alias != alias_index_.end())
      names.insert(*alias->second->target);
  }
  return names;
}

std::string ConfigWriter::target_name(const ir::Route& route) {
  const ir::PlanNode& plan = gateway_.at(route.plan);
  return same() && plan.name.given() ? *plan.name : *route.name;
}

void ConfigWriter::add_condition(Out& conditions, std::string_view op, std::string_view text, std::string_view then) {
  Out test = Out::mapping();
  test.add(std::string(op), text);
  Out query = Out::mapping();
  query.add("params.model", std::move(test));
  Out condition = Out::mapping();
  condition.add("query", std::move(query));
  condition.add("then", then);
  conditions.push(std::move(condition));
}

void ConfigWriter::add_no_aliases() {
  for (const ir::Alias& alias : gateway_.aliases) {
    lose(&alias, {Fate::Skipped, DiagId::AliasUnknownModel, "its target is no route that can be written", "", ""});
  }
}

void ConfigWriter::add_aliases(const Names& names, Out& conditions) {
  for (const ir::Alias& alias : gateway_.aliases) {
    const auto name = alias.target.given() ? names.find(*alias.target) : names.end();
    if (name == names.end() || route_index_.contains(alias.name)) {
      const bool hidden = route_index_.contains(alias.name);
      lose(&alias, {Fate::Skipped, hidden ? DiagId::AliasShadows : DiagId::AliasUnknownModel,
                    hidden ? "a route has the same name" : "its target is no route that can be written", "", ""});
      continue;
    }
    if (alias.name.find('*') != std::string::npos) {
      lose(&alias, {Fate::Skipped, DiagId::NotExpressible, "a name with `*` stands for many models", "", ""});
      continue;
    }
    lose_if(alias.hidden, {Fate::Skipped, DiagId::NotExpressible, "the gateway lists no models", "", ""});
    add_condition(conditions, "$eq", alias.name, name->second);
  }
}

void ConfigWriter::add_default(const ir::Route& route, Out& targets, Out& strategy, const Names& names) {
  const std::optional<Out>& target = route_target(route_index_.at(*route.name));
  if (!target) {
    lose_route(route);
    return;
  }
  for (const Out& other : std::get<Out::Sequence>(targets.storage())) {
    if (!same_out(other, *target, true)) continue;
    strategy.add("default", *other.find("name"));
    return;
  }
  std::string name = target_name(route);
  if (name == "*") name = "default";
  const auto taken = [&](const std::string& text) {
    return std::ranges::any_of(names, [&](const auto& pair) { return pair.second == text; });
  };
  while (taken(name)) name += "-any";
  targets.push(named(*target, name));
  strategy.add("default", name);
}

std::optional<Out> ConfigWriter::conditional() {
  chain_ = {&gateway_.defaults};
  emitted_ = 0;
  Out root = Out::mapping();
  write_settings(root);
  Out conditions = Out::sequence();
  Out targets = Out::sequence();
  Names names;  // route → target
  std::map<std::string, std::size_t, std::less<>> place;
  std::vector<const ir::Route*> patterns;
  const ir::Route* catch_all = nullptr;
  const std::unordered_set<std::string_view> copied = copied_routes();
  const bool all_once = route_index_.size() == gateway_.routes.size();
  const auto add_target = [&](const ir::Route& route) -> const std::string* {
    const std::size_t index = route_index_.at(*route.name);
    const std::optional<Out>& target = route_target(index);
    if (!target) {
      lose_route(route);
      return nullptr;
    }
    std::string name = target_name(route);
    auto& all = std::get<Out::Sequence>(targets.storage());
    if (const auto known = place.find(name); known != place.end() && !same_out(all[known->second], *target, true))
      name = *route.name;
    for (int n = 2; place.contains(name) && !same_out(all[place.find(name)->second], *target, true); ++n)
      name = *route.name + "-" + std::to_string(n);
    if (!place.contains(name)) {
      place.emplace(name, all.size());
      const bool needed_again = !all_once || copied.contains(*route.name);
      targets.push(needed_again ? named(*target, name) : named(*std::move(*targets_[index]), name));
    }
    return &names.insert_or_assign(*route.name, name).first->second;
  };
  for (const ir::Route& route : gateway_.routes) {
    if (is_catch_all(route)) {
      catch_all = &route;
    } else if (route.kind == ir::RouteKind::Pattern) {
      patterns.push_back(&route);
    } else if (const std::string* name = add_target(route)) {
      add_condition(conditions, "$eq", *route.name, *name);
    }
  }
  add_aliases(names, conditions);
  // the longer pattern is the closer one
  std::ranges::stable_sort(patterns,
                           [](const ir::Route* a, const ir::Route* b) { return a->name->size() > b->name->size(); });
  for (const ir::Route* route : patterns) {
    if (const std::string* name = add_target(*route))
      add_condition(conditions, "$regex", regex_of_pattern(*route->name), *name);
  }
  if (catch_all != nullptr && !same()) {
    context_.ledger.assume("routes[*].name", "portkey.any-name",
                           "any further name that is asked for goes to the provider, which refuses those that it does "
                           "not have");
  }
  const bool nothing_asked = std::get<Out::Sequence>(conditions.storage()).empty();
  if (catch_all != nullptr && nothing_asked && !same()) return bare(*catch_all);
  if (std::get<Out::Sequence>(targets.storage()).empty() && catch_all == nullptr) return std::nullopt;
  Out strategy;
  strategy.add("mode", mode_name(Mode::Conditional));
  strategy.add("conditions", std::move(conditions));
  if (catch_all != nullptr) {
    add_default(*catch_all, targets, strategy, names);
  } else if (const std::string slug = refusing_slug ? refusing_slug() : std::string(); !slug.empty()) {
    targets.push(refusal(slug));
    strategy.add("default", kUnlisted);
    context_.ledger.assume("config", "portkey.unlisted",
                           "a conditional strategy must have a default there: unlisted model names lead to a target "
                           "whose guardrail refuses them with status 446");
  } else if (refusing_target) {
    targets.push(*refusing_target);
    strategy.add("default", *refusing_target->find("name"));
  }
  if (std::get<Out::Sequence>(targets.storage()).empty()) return std::nullopt;
  Out config = Out::mapping();
  config.add("strategy", std::move(strategy));
  for (auto& [key, value] : std::get<Out::Mapping>(root.storage())) config.add(key, std::move(value));
  config.add("targets", std::move(targets));
  put_config_extras(config);
  return config;
}

}  // namespace gatec::targets::portkey
