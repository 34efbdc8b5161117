#include "compiler/facts/providers.h"
#include "targets/llmgateway/reader.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

std::string without_v1(std::string url) {
  if (url.ends_with("/v1")) url.erase(url.size() - 3);
  return url;
}

std::string_view resource_of(std::string_view url) {
  constexpr std::string_view kHead = "https://";
  if (url.starts_with(kHead)) url.remove_prefix(kHead.size());
  return url.substr(0, url.find('.'));
}

}  // namespace

/// The keys as the source had them: the layout tells where each of the IR's providers stood.
void Writer::keep_keys() {
  const ir::Value* list = layout("keys");
  for (std::size_t i = 0; i < gateway_.providers.size(); ++i) {
    const ir::Provider& p = gateway_.providers[i];
    KeyOut& key = keys_.emplace_back();
    key.source = &p;
    std::string_view note = list != nullptr && i < list->items.size() ? std::string_view(list->items[i].text) : "made";
    const auto word = [&note] {
      const std::string_view first = note.substr(0, note.find(' '));
      note = first.size() < note.size() ? note.substr(first.size() + 1) : std::string_view();
      return first;
    };
    const std::string_view from = word();
    key.env = from == "env";
    key.made = from == "made";
    if (note.starts_with("custom ")) {
      key.custom = true;
      word();
    }
    key.provider = word();
    key.prefix = note;
    if (p.base_url.absent()) continue;
    const bool azure = key.provider == "azure" || key.provider == "azure-ai-foundry";
    if (azure) {
      key.resource = p.base_url.given() ? std::string(resource_of(*p.base_url)) : text(p.base_url);
    } else {
      const std::string kind = key.custom ? p.kind.value : kind_of(key.provider);
      key.url = p.base_url.given() && appends_v1(kind) ? without_v1(*p.base_url) : text(p.base_url);
    }
  }
}

/// The deployment that a plan leads to first.
const ir::Deployment* Writer::first_use(ir::NodeId id) const {
  while (id.valid()) {
    const ir::PlanNode& node = gateway_.at(id);
    if (const auto* use = std::get_if<ir::Use>(&node.what)) return &gateway_.at(use->deployment);
    if (const auto* balance = std::get_if<ir::Balance>(&node.what))
      id = balance->edges.empty() ? ir::NodeId{} : balance->edges.front().node;
    else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what))
      id = fallback->primary;
    else
      return nullptr;
  }
  return nullptr;
}

/// As the gateway is asked for it: without what it puts before the name itself.
std::string Writer::model_of(const ir::Deployment& d) const {
  const KeyOut& key = keys_[d.provider.value];
  std::string model = d.upstream_model.value;
  if (!key.prefix.empty() && model.starts_with(key.prefix)) model.erase(0, key.prefix.size());
  return model;
}

void Writer::keep_routes() {
  for (const ir::Route& route : gateway_.routes) {
    if (route.name.from.is_default()) continue;  // offered without being named
    const ir::Value* note = layout("entry " + *route.name);
    RouteOut out;
    out.route = &route;
    out.name = *route.name;
    out.header = false;
    std::vector<std::string_view> words;
    for (std::size_t i = 0; note != nullptr && i < note->items.size(); ++i) words.push_back(note->items[i].text);
    const auto says = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    const bool dynamic = !words.empty() && (words.front() == "dynamic" || words.front() == "own");
    if (dynamic) {
      out.form = Form::Dynamic;
      out.own = words.front() == "own";
      out.slug = words.size() > 1 ? words[1] : std::string_view();
      out.target = "dynamic/" + out.slug;
      Out nodes = Out::sequence();
      std::set<std::string> written;
      Out graph = Out::mapping();
      graph.add("entry", kept_node(route.plan, nodes, written));
      graph.add("nodes", std::move(nodes));
      out.graph = std::move(graph);
    } else if (const ir::Deployment* d = first_use(route.plan)) {
      const KeyOut& key = keys_[d->provider.value];
      out.form = says("root") ? Form::Root : Form::Pin;
      out.target = (says("root") ? std::string() : key.provider + "/") + model_of(*d);
      if (says("listed")) {
        const auto add = [&](ir::NodeId id) {
          const ir::Deployment* one = first_use(id);
          if (one != nullptr) out.providers.push_back(keys_[one->provider.value].provider);
        };
        const auto* balance = std::get_if<ir::Balance>(&gateway_.at(route.plan).what);
        const bool of_keys = balance != nullptr && balance->policy.from.rule() == &rules::kRoundRobin;
        if (balance != nullptr && !of_keys) {
          for (const ir::Edge& e : balance->edges) add(e.node);
        } else {
          add(route.plan);
        }
      }
    }
    out.header = says("header");
    routes_.push_back(std::move(out));
  }
  // roots for the rules of keys
  for (RouteOut& r : routes_) {
    const auto collect_roots = [&](auto&& self, ir::NodeId id) -> void {
      if (!id.valid()) return;
      const ir::PlanNode& node = gateway_.at(id);
      if (const auto* use = std::get_if<ir::Use>(&node.what)) {
        const std::string model = model_of(gateway_.at(use->deployment));
        if (model.find('*') == std::string::npos && std::ranges::find(r.roots, model) == r.roots.end())
          r.roots.push_back(model);
      } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
        for (const ir::Edge& e : balance->edges) self(self, e.node);
      } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
        self(self, fallback->primary);
        for (const ir::FallbackEdge& e : fallback->edges) self(self, e.node);
      } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
        for (const ir::SwitchCase& c : choice->cases) self(self, c.node);
        self(self, choice->otherwise);
      }
    };
    collect_roots(collect_roots, r.route->plan);
  }
}

/// A node of a dynamic route under the name that it had; gives the name.
std::string Writer::kept_node(ir::NodeId id, Out& nodes, std::set<std::string>& written) {
  const ir::PlanNode& plan = gateway_.at(id);
  const std::string name = plan.name.given() ? *plan.name : "node" + std::to_string(id.value);
  if (!written.insert(name).second) return name;
  const std::size_t at = std::get<Out::Sequence>(nodes.storage()).size();
  nodes.push(Out::mapping());
  Out node = Out::mapping();
  node.add("id", name);
  const auto model = [&](const ir::Deployment& d) {
    node.add("type", "model");
    const KeyOut& key = keys_[d.provider.value];
    node.add("model", key.custom ? key.provider + "/" + model_of(d) : model_of(d));
  };
  const auto providers_of = [&](ir::NodeId one, Out& list) {
    const ir::Deployment* d = first_use(one);
    if (d != nullptr) list.push(keys_[d->provider.value].provider);
  };
  const auto* balance = std::get_if<ir::Balance>(&plan.what);
  const auto* choice = std::get_if<ir::Switch>(&plan.what);
  const auto* fallback = std::get_if<ir::Fallback>(&plan.what);
  if (balance != nullptr && balance->policy.from.rule() == &rules::kShares) {
    node.add("type", "percentage");
    Out splits = Out::sequence();
    for (const ir::Edge& e : balance->edges) {
      Out split = Out::mapping();
      split.add("weight", e.weight.given() ? Out::number(e.weight->text()) : Out::integer(1));
      split.add("next", kept_node(e.node, nodes, written));
      splits.push(std::move(split));
    }
    node.add("splits", std::move(splits));
  } else if (choice != nullptr) {
    node.add("type", "conditional");
    Out list = Out::sequence();
    for (const ir::SwitchCase& c : choice->cases) {
      using Op = ir::Condition::Op;
      const std::string& subject = c.condition.subject;
      const std::size_t dot = subject.find('.');
      Out condition = Out::mapping();
      Out field = Out::mapping();
      field.add("source", subject.starts_with("headers.")  ? "header"
                          : subject.starts_with("params.") ? "body"
                                                           : "metadata");
      field.add("path", subject.substr(dot + 1));
      condition.add("field", std::move(field));
      condition.add("op", c.condition.op == Op::Eq   ? "eq"
                          : c.condition.op == Op::Ne ? "neq"
                          : c.condition.op == Op::Gt ? "gt"
                          : c.condition.op == Op::Lt ? "lt"
                                                     : "in");
      if (c.condition.op == Op::In) {
        Out values = Out::sequence();
        for (const ir::Value& v : c.condition.operands) values.push(open(v, ""));
        condition.add("value", std::move(values));
      } else {
        condition.add("value", open(c.condition.operands.front(), ""));
      }
      condition.add("next", kept_node(c.node, nodes, written));
      list.push(std::move(condition));
    }
    node.add("conditions", std::move(list));
    const std::string end = "end";
    node.add("else", choice->otherwise.valid() ? kept_node(choice->otherwise, nodes, written) : end);
    if (!choice->otherwise.valid() && written.insert(end).second) {
      Out last = Out::mapping();
      last.add("id", end);
      last.add("type", "end");
      nodes.push(std::move(last));
    }
  } else if (const ir::Deployment* d = first_use(id)) {
    model(*d);
    Out list = Out::sequence();
    bool custom = false;
    const bool of_keys = balance != nullptr && balance->policy.from.rule() == &rules::kRoundRobin;
    if (balance != nullptr && !of_keys) {
      // a model that any provider may serve
    } else if (fallback != nullptr) {
      providers_of(fallback->primary, list);
      for (const ir::FallbackEdge& e : fallback->edges) providers_of(e.node, list);
      // several keys of one provider
      auto& names = std::get<Out::Sequence>(list.storage());
      const auto again =
          std::ranges::unique(names, {}, [](const Out& o) { return std::get<std::string>(o.storage()); });
      names.erase(again.begin(), again.end());
    } else {
      custom = keys_[d->provider.value].custom;
      providers_of(id, list);
    }
    const bool unknown = keys_[d->provider.value].made && keys_[d->provider.value].provider.empty();
    if (!custom && !unknown && !list.empty()) node.add("providers", std::move(list));
  }
  std::get<Out::Sequence>(nodes.storage())[at] = std::move(node);
  return name;
}

/// The body of a dynamic route.
Out Writer::kept_route_body(const RouteOut& r) {
  Out body = Out::mapping();
  body.add("name", r.slug);
  body.add("enabled", true);
  body.add("graph", r.graph);
  if (same()) put(body, r.route->extras, "dynamic");
  return body;
}

}  // namespace gatec::targets::llmgateway
