#include "compiler/ir/describe.h"
#include "compiler/passes/route_index.h"
#include "targets/llmgateway/reader.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

using base::Decimal;
using ir::Fate;

constexpr int kDeepest = 8;
constexpr std::size_t kMostSplits = 20;
constexpr std::size_t kMostNodes = 100;

std::string_view source_of(std::string_view subject) {
  if (subject.starts_with("headers.")) return "header";
  if (subject.starts_with("metadata.")) return "metadata";
  if (subject.starts_with("params.")) return "body";
  return {};
}

std::string_view word_of(ir::Condition::Op op) {
  using Op = ir::Condition::Op;
  switch (op) {
    case Op::Eq: return "eq";
    case Op::Ne: return "neq";
    case Op::Gt: return "gt";
    case Op::Lt: return "lt";
    case Op::In: return "in";
    default: return {};
  }
}

bool is_writable(const ir::Condition& c) {
  if (word_of(c.op).empty() || source_of(c.subject).empty() || c.operands.empty()) return false;
  if (c.op != ir::Condition::Op::In && c.operands.size() != 1) return false;
  return std::ranges::all_of(c.operands, [](const ir::Value& v) {
    return v.kind == ir::Value::Kind::String || v.kind == ir::Value::Kind::Number || v.kind == ir::Value::Kind::Bool;
  });
}

Loss other_models() {
  Loss loss = manual("a name of the map leads to one model, and the gateway never answers with another one",
                     "let the clients choose between the models, or write `llmgateway@N` with "
                     "`--opt llmgateway.edition=enterprise`, whose dynamic routes do");
  loss.code = DiagId::LlmgatewayClientPicks;
  return loss;
}

Loss gone(Loss loss) {
  loss.gone = true;
  return loss;
}

Loss fallback_lost() {
  Loss loss = manual("there is no edge for failures: only other providers of the same model answer when one fails",
                     "let the clients ask for the other model when one fails");
  loss.code = DiagId::LlmgatewayFallbackLost;
  return loss;
}

}  // namespace

void Writer::collect_routes() {
  for (const ir::Route& route : gateway_.routes) {
    RouteOut out;
    path_ = "routes[" + *route.name + "].plan";
    left_out_ = left_out_ && recording_;
    if (collect(route, out))
      routes_.push_back(std::move(out));
    else
      lose_route(route);
  }
}

std::string Writer::route_slug(std::string_view name) {
  std::string wanted = slug(name).substr(0, 60);
  while (wanted.ends_with('-')) wanted.pop_back();
  std::string free = wanted;
  for (int n = 2; !slugs_.insert(free).second; ++n) free = wanted + "-" + std::to_string(n);
  return free;
}

bool Writer::collect(const ir::Route& route, RouteOut& out) {
  out.route = &route;
  out.name = *route.name;
  out.grade = "exact";
  const bool stars = out.name.find('*') != std::string::npos;
  if (route.kind == ir::RouteKind::Catalogue || (route.kind == ir::RouteKind::Pattern && !stars) || out.name.empty())
    return refuse(manual("what a provider offers is asked for as PROVIDER/MODEL, there is nothing to write",
                         "let the clients ask for PROVIDER/MODEL"));
  if (route.kind == ir::RouteKind::Name && stars)
    return refuse(manual("a star in a name of the map stands for anything", "rename the model"));
  if (!route.plan.valid()) return refuse(manual("the route leads nowhere", "give it a model"));
  if (enterprise() && !stars) {
    const ir::PlanNode& root = gateway_.at(route.plan);
    if (const auto* choice = std::get_if<ir::Switch>(&root.what)) {
      if (collect_choice(route, root, *choice, out)) return true;
    }
  }
  std::vector<Member> members;
  bool nested = false;
  if (!members_of(route.plan, members, nested, 0)) return false;
  return settle_route(route, members, nested, out);
}

/// The deployments that a node leads to at once; alternatives are told to the ledger.
bool Writer::members_of(ir::NodeId id, std::vector<Member>& members, bool& nested, int depth) {
  const ir::PlanNode& node = gateway_.at(id);
  lose_if(node.name, skipped("a label without meaning"));
  if (const auto* use = std::get_if<ir::Use>(&node.what)) {
    const ir::Deployment& d = gateway_.at(use->deployment);
    auto address = address_of(d);
    if (!address) return false;
    Member& member = members.emplace_back();
    member.deployment = &d;
    member.node = &node;
    member.address = *std::move(address);
    member.path = path_;
    return true;
  }
  if (const auto* balance = std::get_if<ir::Balance>(&node.what))
    return members_of_balance(node, *balance, members, nested, depth);
  if (const auto* fallback = std::get_if<ir::Fallback>(&node.what))
    return members_of_fallback(*fallback, members, nested, depth);
  if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
    lose_if(mirror->shadow, skipped("no copy of the traffic is sent elsewhere"));
    return members_of(mirror->primary, members, nested, depth);
  }
  if (const auto* to = std::get_if<ir::To>(&node.what)) {
    const passes::RouteIndex index(gateway_);
    const auto found = index.find(to->route.value);
    if (found.route == nullptr || depth >= kDeepest || !found.route->plan.valid())
      return refuse({Fate::Skipped, DiagId::UnknownModel, "no route is named `" + to->route.value + "`", "", ""});
    lose(&node, nearly("a copy of what `" + to->route.value + "` leads to"));
    admit(path_, "a copy of what another route leads to");
    return members_of(found.route->plan, members, nested, depth + 1);
  }
  const auto& choice = std::get<ir::Switch>(node.what);
  const Loss one_answers =
      manual("conditions on the request are those of dynamic routes; here one target answers every request",
             "let the clients choose, or write `llmgateway@N` with `--opt llmgateway.edition=enterprise`");
  lose(&node, one_answers);
  admit(path_, "one target of a choice answers every request");
  const ir::NodeId rest = choice.otherwise.valid() ? choice.otherwise
                          : choice.cases.empty()   ? ir::NodeId{}
                                                   : choice.cases.front().node;
  for (const ir::Edge& e : choice.idle) lose(&e, gone(skipped("nothing leads to this target")));
  for (const ir::SwitchCase& c : choice.cases) {
    const bool taken = !choice.otherwise.valid() && &c == &choice.cases.front();
    if (!taken) lose(&c, gone(one_answers));
  }
  return rest.valid() && depth < kDeepest
             ? members_of(rest, members, nested, depth + 1)
             : refuse(manual("none of the conditions can be said", "let the clients choose"));
}

bool Writer::members_of_balance(const ir::PlanNode& node, const ir::Balance& balance, std::vector<Member>& members,
                                bool& nested, int depth) {
  lose_if(balance.on_failure, skipped("what happens after a failure is up to the gateway"));
  lose_if(balance.sticky.enabled, skipped("the gateway keeps to a provider by itself"));
  lose_if(balance.sticky.per, skipped("the gateway keeps to a provider by itself"));
  lose_if(balance.sticky.ttl, skipped("the gateway keeps to a provider by itself"));
  static_cast<void>(node);
  const ir::Field<ir::Policy>& policy = balance.policy.absent() ? gateway_.routing.policy : balance.policy;
  const bool first_only = policy.given() && *policy == ir::Policy::First;
  bool any = false;
  for (std::size_t i = 0; i < balance.edges.size(); ++i) {
    const ir::Edge& edge = balance.edges[i];
    lose_if(edge.label, skipped("a label without meaning"));
    std::vector<Member> inner;
    bool fine = false;
    {
      const bool lone = balance.edges.size() == 1;
      const std::string before = path_;
      if (!lone) path_ += ".balance[" + std::to_string(i) + "]";
      fine = edge.node.valid() && !(first_only && any) && members_of(edge.node, inner, nested, depth + 1);
      if (first_only && any) why_ = skipped("the first target is always chosen");
      path_ = before;
    }
    if (!fine || inner.empty()) {
      Loss loss = why_;
      loss.gone = true;
      lose(&edge, std::move(loss));
      if (recording_) left_out_ = true;
      continue;
    }
    any = true;
    nested = nested || inner.size() > 1 || depth > 0;
    for (Member& m : inner) {
      if (m.edge == nullptr) m.edge = &edge;
      if (!m.weight) m.weight = edge.weight.given() ? *edge.weight : Decimal(1);
      members.push_back(std::move(m));
    }
  }
  return any;
}

bool Writer::members_of_fallback(const ir::Fallback& fallback, std::vector<Member>& members, bool& nested, int depth) {
  lose_if(fallback.statuses, skipped("the gateway decides by itself when it tries another provider"));
  lose_if(fallback.primary_label, skipped("a label without meaning"));
  const auto lose_edges = [&](const ir::FallbackEdge* kept) {
    for (const ir::FallbackEdge& e : fallback.edges) {
      lose_if(e.label, skipped("a label without meaning"));
      Loss loss = fallback_lost();
      loss.gone = true;
      if (&e != kept) lose(&e, std::move(loss));
    }
  };
  const std::string before = path_;
  if (!fallback.edges.empty()) path_ += ".primary";
  const bool fine = members_of(fallback.primary, members, nested, depth);
  path_ = before;
  if (fine) {
    lose_edges(nullptr);
    return true;
  }
  // the first alternative that can be written takes the place
  Loss gone = why_;
  for (std::size_t i = 0; i < fallback.edges.size(); ++i) {
    const ir::FallbackEdge& e = fallback.edges[i];
    if (e.on != ir::Failure::Any || !e.node.valid()) continue;
    const PathStep at(path_, "fallback", i);
    if (!members_of(e.node, members, nested, depth + 1)) continue;
    gone.gone = true;
    lose(&gateway_.at(fallback.primary), gone);
    admit(path_, "the next in line answers");
    nested = true;
    lose_edges(&e);
    return true;
  }
  lose_edges(nullptr);
  why_ = std::move(gone);
  return false;
}

/// Claims keys for those members that one name can lead to; the others are gone.
void Writer::select(std::vector<Member>& members, bool dynamic) {
  std::vector<Member> chosen;
  const auto leave_out = [&](const Member& m, Loss loss) {
    why_ = loss;
    loss.gone = true;
    if (m.edge != nullptr) lose(m.edge, std::move(loss));
    if (recording_) left_out_ = true;
  };
  for (Member& m : members) {
    const auto same_call = [&](const Member& c) {
      return c.address.custom == m.address.custom && c.address.provider == m.address.provider &&
             c.address.model == m.address.model;
    };
    if (!chosen.empty() && !dynamic) {
      const Member& first = chosen.front();
      const bool root = !m.address.custom && !first.address.custom && m.address.model == first.address.model;
      if (m.address.model.find('*') != std::string::npos && !same_call(first)) {
        leave_out(m, other_models());
        continue;
      }
      if (!root && !(same_call(first) && m.address.identity == first.address.identity)) {
        leave_out(m, other_models());
        continue;
      }
    }
    const bool again = dynamic && std::ranges::any_of(chosen, [&](const Member& c) {
                         return same_call(c) && c.address.identity != m.address.identity;
                       });
    if (again) {
      Loss loss = manual("a node of a dynamic route names a provider and a model, not one of several keys",
                         "add this key to the provider by hand, where it is used when the first fails");
      loss.code = DiagId::LlmgatewayOneKey;
      leave_out(m, std::move(loss));
      continue;
    }
    const auto key = claim(*m.deployment, m.address);
    if (!key) {
      leave_out(m, why_);
      continue;
    }
    m.key = *key;
    const auto twin = std::ranges::find_if(chosen, [&](const Member& c) { return c.key == m.key && same_call(c); });
    if (twin != chosen.end() && !dynamic) {
      leave_out(m, nearly("another member of the group is the same to the gateway"));
      continue;
    }
    chosen.push_back(std::move(m));
  }
  members = std::move(chosen);
}

void Writer::lose_policy(const ir::Balance& balance, std::string_view written) {
  const ir::Field<ir::Policy>& policy = balance.policy.absent() ? gateway_.routing.policy : balance.policy;
  if (policy.absent() || (policy.given() && ir::show(*policy) == written)) return;
  if (written.empty() && context_.ledger.loss_of_value(&policy) != nullptr) return;
  Loss loss = skipped("the gateway scores providers by price, uptime and speed, and takes several keys in turn");
  if (!written.empty()) {
    loss = manual("the choice is made otherwise: " + std::string(written), "check how this group shares its traffic");
    loss.written = written;
  }
  lose(&policy, std::move(loss));
}

/// A node of a dynamic route has a name.
void Writer::rename(const ir::PlanNode& node, const std::string& path, std::string_view id) {
  if (node.name.absent())
    admit(path + ".name", "nodes of a dynamic route have names");
  else if (*node.name != id)
    lose(&node.name, nearly("nodes of a dynamic route have names of their own", std::string(id)));
}

bool Writer::settle_route(const ir::Route& route, std::vector<Member>& members, bool nested, RouteOut& out) {
  const std::string plan = "routes[" + *route.name + "].plan";
  const ir::PlanNode& root = gateway_.at(route.plan);
  const std::size_t before = members.size();
  const bool wild =
      std::ranges::any_of(members, [](const Member& m) { return m.address.model.find('*') != std::string::npos; });
  std::set<std::string> calls;
  for (const Member& m : members) calls.insert(m.address.provider + "/" + m.address.model);
  const bool dynamic = enterprise() && before > 1 && before <= kMostSplits && calls.size() > 1 && !wild &&
                       route.kind == ir::RouteKind::Name;
  select(members, dynamic);
  if (members.empty()) return false;
  if (members.size() < before) nested = nested && members.size() > 1;
  for (const Member& m : members) {
    if (recording_) keys_[m.key].users.push_back(m.deployment);
  }
  for (const Member& m : members) lose_deployment(*m.deployment, keys_[m.key], m.address);
  const std::string_view strategy = strategy_written_ && gateway_.routing.policy.given()
                                        ? ir::policy_name(*gateway_.routing.policy)
                                        : std::string_view();
  // what the nodes on the way down say of choosing
  const auto each_balance = [&](auto&& self, ir::NodeId id, auto&& f, int depth) -> void {
    if (!id.valid() || depth > 30) return;
    const ir::PlanNode& node = gateway_.at(id);
    if (const auto* b = std::get_if<ir::Balance>(&node.what)) {
      f(*b);
      for (const ir::Edge& e : b->edges) self(self, e.node, f, depth + 1);
    } else if (const auto* fb = std::get_if<ir::Fallback>(&node.what)) {
      self(self, fb->primary, f, depth + 1);
      for (const ir::FallbackEdge& e : fb->edges) self(self, e.node, f, depth + 1);
    } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
      self(self, mirror->primary, f, depth + 1);
    }
  };
  const auto shape = [&](std::string reason) {
    Loss loss = manual(std::move(reason), "check how this group shares its traffic");
    loss.shape = true;
    lose(&root, std::move(loss));
    admit(plan, "the choice has another form");
    out.grade = "approximate";
  };
  if (dynamic && members.size() > 1) {
    out.form = Form::Dynamic;
    out.slug = route_slug(*route.name);
    out.target = "dynamic/" + out.slug;
    Out nodes = Out::sequence();
    Out graph = Out::mapping();
    const std::string entry = add_plan(members, nodes, out);
    graph.add("entry", entry);
    graph.add("nodes", std::move(nodes));
    out.graph = std::move(graph);
    const auto name_draw = [&](auto&& self, ir::NodeId id, const std::string& path, int depth) -> void {
      if (!id.valid() || depth > 30) return;
      const ir::PlanNode& node = gateway_.at(id);
      if (std::get_if<ir::Balance>(&node.what) != nullptr) {
        rename(node, path, entry);
      } else if (const auto* fb = std::get_if<ir::Fallback>(&node.what)) {
        self(self, fb->primary, path + (fb->edges.empty() ? "" : ".primary"), depth + 1);
      } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
        self(self, mirror->primary, path, depth + 1);
      }
    };
    name_draw(name_draw, route.plan, plan, 0);
    each_balance(
        each_balance, route.plan,
        [&](const ir::Balance& b) {
          lose_policy(b, "weighted");
          if (b.policy.absent() && gateway_.routing.policy.absent()) admit(plan, "a dynamic route draws by weight");
          for (const ir::Edge& e : b.edges) {
            if (!e.weight.given() && e.weight.state != ir::State::Absent)
              lose(&e.weight, skipped("every member has the same share"));
            if (e.weight.given() && (e.weight->is_negative() || e.weight->is_zero()))
              lose(&e.weight, nearly("a share is above zero", "0.001"));
            if (e.weight.absent()) admit(plan, "a dynamic route draws by weight");
          }
          if (!b.edges.empty() && std::ranges::any_of(b.edges, [](const ir::Edge& e) { return !e.order.absent(); })) {
            for (const ir::Edge& e : b.edges) lose_if(e.order, skipped("all members of a split share the traffic"));
          }
        },
        0);
    bool several = false;
    for (const Member& m : members) several = several || keys_for(m.key, m.address.model).size() > 1;
    if (nested || several) shape("a draw stands for a choice of another form");
    return true;
  }
  // a lone model, or one model at several providers
  const Member& first = members.front();
  const bool one_provider = std::ranges::all_of(members, [&](const Member& m) {
    return keys_[m.key].provider == keys_[first.key].provider && m.address.custom == first.address.custom;
  });
  out.roots = {first.address.model};
  if (wild) out.roots.clear();
  each_balance(
      each_balance, route.plan,
      [&](const ir::Balance& b) {
        for (const ir::Edge& e : b.edges) {
          lose_if(e.weight, nearly("the gateway does not draw by shares"));
          lose_if(e.order, skipped("the gateway orders providers by itself"));
        }
      },
      0);
  const std::vector<std::size_t> serving = keys_for(first.key, first.address.model);
  if (one_provider) {
    out.form = Form::Pin;
    out.target = keys_[first.key].provider + "/" + first.address.model;
    const bool in_turn = serving.size() > 1 && keys_[serving.front()].env;
    each_balance(
        each_balance, route.plan, [&](const ir::Balance& b) { lose_policy(b, {}); }, 0);
    if (serving.size() == 1) {
      if (nested) shape("one key stands for a choice of another form");
      if (before > 1) out.grade = "approximate";
      return true;
    }
    std::vector<std::size_t> own;
    for (const Member& m : members) own.push_back(m.key);
    const bool fits = in_turn && !nested && own == serving && std::get_if<ir::Balance>(&root.what) != nullptr;
    if (!fits)
      shape(in_turn ? "every key of the provider is used in turn, for all of its models"
                    : "keys of one provider are used one after the other, not side by side");
    out.grade = "approximate";
    return true;
  }
  out.form = Form::Root;
  out.target = first.address.model;
  out.grade = "approximate";
  bool several = false;
  std::set<std::string> providers;
  for (const Member& m : members) {
    if (!providers.insert(keys_[m.key].provider).second) {
      several = true;
      continue;
    }
    out.providers.push_back(keys_[m.key].provider);
    several = several || keys_for(m.key, m.address.model).size() > 1;
  }
  each_balance(
      each_balance, route.plan,
      [&](const ir::Balance& b) {
        lose_policy(b, strategy);
        if (b.policy.absent() && gateway_.routing.policy.absent())
          admit(plan + ".policy", "the gateway scores providers");
      },
      0);
  const bool direct =
      std::get_if<ir::Balance>(&root.what) != nullptr || (std::get_if<ir::Fallback>(&root.what) != nullptr && !nested);
  if (nested || several || !direct) shape("the gateway chooses between providers of the model, whatever the form was");
  return true;
}

std::string Writer::add_model_node(const Member& m, Out& nodes, RouteOut& out) {
  const std::size_t n = std::get<Out::Sequence>(nodes.storage()).size() + 1;
  const std::string id = "m" + std::to_string(n);
  const KeyOut& key = keys_[m.key];
  Out node = Out::mapping();
  node.add("id", id);
  node.add("type", "model");
  if (key.custom) {
    node.add("model", key.provider + "/" + m.address.model);
  } else {
    node.add("model", m.address.model);
    Out providers = Out::sequence();
    providers.push(key.provider);
    node.add("providers", std::move(providers));
  }
  if (std::ranges::find(out.roots, m.address.model) == out.roots.end()) out.roots.push_back(m.address.model);
  nodes.push(std::move(node));
  return id;
}

/// A model node, or a split between several; gives the id of the first node.
std::string Writer::add_plan(std::vector<Member>& members, Out& nodes, RouteOut& out) {
  if (members.size() == 1) return add_model_node(members.front(), nodes, out);
  const std::size_t n = std::get<Out::Sequence>(nodes.storage()).size() + 1;
  const std::string id = "split" + std::to_string(n);
  const std::size_t at = std::get<Out::Sequence>(nodes.storage()).size();
  nodes.push(Out::mapping());
  Out node = Out::mapping();
  node.add("id", id);
  node.add("type", "percentage");
  Out splits = Out::sequence();
  for (const Member& m : members) {
    Decimal weight = m.weight.value_or(Decimal(1));
    if (weight.is_negative() || weight.is_zero()) weight = *Decimal::parse("0.001");
    Out split = Out::mapping();
    split.add("weight", Out::number(weight.text()));
    const std::string next = add_model_node(m, nodes, out);
    rename(*m.node, m.path, next);
    split.add("next", next);
    splits.push(std::move(split));
  }
  node.add("splits", std::move(splits));
  std::get<Out::Sequence>(nodes.storage())[at] = std::move(node);
  return id;
}

/// A choice by the request as a dynamic route with conditions.
bool Writer::collect_choice(const ir::Route& route, const ir::PlanNode& root, const ir::Switch& choice, RouteOut& out) {
  if (choice.cases.empty() || choice.cases.size() > kMostSplits) return false;
  if (!std::ranges::all_of(choice.cases, [](const ir::SwitchCase& c) { return is_writable(c.condition); }))
    return false;
  const std::string plan = path_;
  const bool was_recording = recording_;
  struct Branch {
    std::vector<Member> members;
    const ir::SwitchCase* one = nullptr;
    ir::NodeId node;
  };
  std::vector<Branch> branches;
  const auto gather = [&](ir::NodeId id, std::string step, const ir::SwitchCase* one) {
    path_ = plan + step;
    Branch& b = branches.emplace_back();
    b.one = one;
    b.node = id;
    bool nested = false;
    const bool fine = id.valid() && members_of(id, b.members, nested, 1) && b.members.size() == 1;
    path_ = plan;
    return fine;
  };
  // what is told of members counts only if all of them fit
  recording_ = false;
  bool fits = true;
  for (std::size_t i = 0; i < choice.cases.size() && fits; ++i)
    fits = gather(choice.cases[i].node, ".case[" + std::to_string(i) + "]", &choice.cases[i]);
  if (fits && choice.otherwise.valid()) fits = gather(choice.otherwise, ".otherwise", nullptr);
  fits = fits && branches.size() * 2 < kMostNodes;
  for (Branch& b : branches) {
    if (!fits) break;
    const auto key = claim(*b.members.front().deployment, b.members.front().address);
    fits = key.has_value();
    if (fits) b.members.front().key = *key;
  }
  for (Branch& b : branches) {
    if (!fits) break;
    fits = keys_for(b.members.front().key, b.members.front().address.model).size() == 1 || !was_recording;
  }
  recording_ = was_recording;
  if (!fits) return false;
  out.form = Form::Dynamic;
  out.slug = route_slug(*route.name);
  out.target = "dynamic/" + out.slug;
  Out nodes = Out::sequence();
  nodes.push(Out::mapping());
  Out list = Out::sequence();
  Out node = Out::mapping();
  node.add("id", "choice");
  node.add("type", "conditional");
  std::string otherwise = "end";
  for (Branch& b : branches) {
    // once more, for the ledger
    std::vector<Member> again;
    bool nested = false;
    path_ = b.members.front().path;
    if (recording_) {
      const std::string branch_path =
          plan + (b.one != nullptr ? ".case[" + std::to_string(b.one - choice.cases.data()) + "]" : ".otherwise");
      path_ = branch_path;
      static_cast<void>(members_of(b.node, again, nested, 1));
      keys_[b.members.front().key].users.push_back(b.members.front().deployment);
      lose_deployment(*b.members.front().deployment, keys_[b.members.front().key], b.members.front().address);
      if (!again.empty()) b.members.front().node = again.front().node;
    }
    path_ = plan;
    const std::string id = add_model_node(b.members.front(), nodes, out);
    rename(*b.members.front().node,
           plan + (b.one != nullptr ? ".case[" + std::to_string(b.one - choice.cases.data()) + "]" : ".otherwise"), id);
    if (b.one == nullptr) {
      otherwise = id;
      continue;
    }
    const ir::Condition& c = b.one->condition;
    const std::size_t dot = c.subject.find('.');
    Out condition = Out::mapping();
    Out field = Out::mapping();
    field.add("source", source_of(c.subject));
    field.add("path", c.subject.substr(dot + 1));
    condition.add("field", std::move(field));
    condition.add("op", word_of(c.op));
    if (c.op == ir::Condition::Op::In) {
      Out values = Out::sequence();
      for (const ir::Value& v : c.operands) values.push(open(v, ""));
      condition.add("value", std::move(values));
    } else {
      condition.add("value", open(c.operands.front(), ""));
    }
    condition.add("next", id);
    list.push(std::move(condition));
    lose_if(b.one->label, skipped("a label without meaning"));
  }
  node.add("conditions", std::move(list));
  node.add("else", otherwise);
  std::get<Out::Sequence>(nodes.storage()).front() = std::move(node);
  if (otherwise == "end") {
    Out end = Out::mapping();
    end.add("id", "end");
    end.add("type", "end");
    nodes.push(std::move(end));
  }
  Out graph = Out::mapping();
  graph.add("entry", "choice");
  graph.add("nodes", std::move(nodes));
  out.graph = std::move(graph);
  lose_if(choice.otherwise_label, skipped("a label without meaning"));
  for (const ir::Edge& e : choice.idle) lose(&e, skipped("nothing leads to this target"));
  rename(root, plan, "choice");
  return true;
}

void Writer::lose_route(const ir::Route& route) {
  Loss loss = why_;
  if (loss.code == DiagId::NotExpressible) loss.code = DiagId::RouteLeftOut;
  if (loss.fate == Fate::Open || loss.reason.empty())
    loss = manual("the route cannot be written", "add it to the clients by hand");
  lose(&route, std::move(loss));
  if (recording_) left_out_ = true;
}

/// A further name is a further entry of the map with the same target.
void Writer::collect_aliases() {
  for (const ir::Alias& alias : gateway_.aliases) {
    const auto found = std::ranges::find(routes_, alias.target.value, &RouteOut::name);
    const bool taken = gateway_.route(alias.name) != nullptr || alias.name.find('*') != std::string::npos;
    if (taken || found == routes_.end() || found->own || found->name.find('*') != std::string::npos) {
      lose(&alias, manual(taken ? "a model has this name already" : "what the alias stands for is not written",
                          "let the clients ask for `" + alias.target.value + "`"));
      continue;
    }
    aliases_.emplace_back(&alias, static_cast<std::size_t>(found - routes_.begin()));
    if (!same()) lose_if(alias.hidden, skipped("names of models are not listed or hidden"));
  }
}

}  // namespace gatec::targets::llmgateway
