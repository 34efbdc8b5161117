#include "compiler/driver/dump.h"

#include "compiler/base/json_writer.h"
#include "compiler/ir/describe.h"

namespace gatec::driver {
namespace {

using base::JsonWriter;
using ir::Field;
using ir::List;
using ir::NodeId;
using ir::Origin;
using ir::Value;

std::string_view route_kind_name(ir::RouteKind kind) {
  switch (kind) {
    case ir::RouteKind::Name: return "name";
    case ir::RouteKind::Pattern: return "pattern";
    case ir::RouteKind::Catalogue: return "catalogue";
  }
  return "";
}

std::string_view op_name(ir::Condition::Op op) {
  using Op = ir::Condition::Op;
  switch (op) {
    case Op::Always: return "always";
    case Op::And: return "and";
    case Op::Or: return "or";
    case Op::Eq: return "eq";
    case Op::Ne: return "ne";
    case Op::Gt: return "gt";
    case Op::Gte: return "gte";
    case Op::Lt: return "lt";
    case Op::Lte: return "lte";
    case Op::In: return "in";
    case Op::Nin: return "nin";
    case Op::Regex: return "regex";
  }
  return "";
}

class Dumper {
 public:
  Dumper(Session& session, const DumpSettings& settings)
      : session_(session), gateway_(session.gateway), settings_(settings), json_(out_) {}

  std::string dump() {
    json_.begin_object();
    json_.member("dialect", gateway_.dialect);
    json_.member("version", gateway_.version);
    list("providers", gateway_.providers);
    list("deployments", gateway_.deployments);
    list("routes", gateway_.routes);
    default_fallbacks();
    nested("defaults", gateway_.defaults);
    members(gateway_);
    list("enforcement", gateway_.enforcement);
    json_.end_object();
    return std::move(out_);
  }

 private:
  // Scalars.
  void scalar(const std::string& v) { json_.string(v); }
  void scalar(bool v) { json_.boolean(v); }
  void scalar(std::int64_t v) { json_.integer(v); }
  void scalar(const ir::Decimal& v) { json_.number(v.text()); }
  void scalar(const ir::Window& v) { json_.string(ir::show(v)); }
  void scalar(const ir::Credential& v) { json_.string(ir::show(v)); }
  void scalar(ir::Policy v) { json_.string(ir::show(v)); }
  void scalar(ir::OnFailure v) { json_.string(ir::show(v)); }
  void scalar(ir::AuthMode v) { json_.string(ir::show(v)); }

  void origin(const Origin& from) {
    json_.key("from");
    json_.begin_array();
    from.each([this](ir::LeafId leaf) {
      const source::Span span = session_.span(leaf);
      if (!span.valid()) return;
      const source::Position at = session_.sources.position(span.file, span.begin);
      json_.begin_object();
      json_.member("file", session_.sources.name(span.file));
      json_.member("line", at.line);
      json_.member("column", at.column);
      json_.end_object();
    });
    json_.end_array();
    if (from.rule() != nullptr) json_.member("rule", from.rule()->id);
  }

  /// A value, wrapped with its origin if origins are asked for.
  template <class Write>
  void traced(const Origin& from, Write write) {
    if (!settings_.origins) {
      write();
      return;
    }
    json_.begin_object();
    json_.key("value");
    write();
    origin(from);
    json_.end_object();
  }

  void value(const Value& v) {
    switch (v.kind) {
      case Value::Kind::Sequence:
        if (v.items.empty()) break;
        json_.begin_array();
        for (const Value& item : v.items) value(item);
        json_.end_array();
        return;
      case Value::Kind::Mapping:
        if (v.pairs.empty()) break;
        json_.begin_object();
        for (const auto& [key, item] : v.pairs) {
          json_.key(key);
          value(item);
        }
        json_.end_object();
        return;
      default: break;
    }
    traced(v.from, [&] { plain(v); });
  }

  void plain(const Value& v) {
    switch (v.kind) {
      case Value::Kind::Null: json_.null(); break;
      case Value::Kind::Bool: json_.boolean(v.boolean); break;
      case Value::Kind::Number: number(v.text); break;
      case Value::Kind::String:
      case Value::Kind::Timestamp: json_.string(v.text); break;
      case Value::Kind::Secret: scalar(v.credential); break;
      case Value::Kind::Sequence: json_.begin_array(), json_.end_array(); break;
      case Value::Kind::Mapping: json_.begin_object(), json_.end_object(); break;
    }
  }

  void number(const std::string& text) {
    const std::optional<ir::Decimal> exact = ir::Decimal::parse(text);
    if (exact) {
      json_.number(exact->text());
    } else {
      json_.string(text);
    }
  }

  template <class T>
  void field_value(const Field<T>& field) {
    traced(field.from, [&] {
      if (field.state == ir::State::Given) {
        scalar(field.value);
        return;
      }
      json_.begin_object();
      json_.member("state", field.state == ir::State::Unlimited ? "unlimited" : "unknown");
      if constexpr (std::is_same_v<T, std::string>) json_.member_if("text", field.value);
      json_.end_object();
    });
  }

  // Members: each writes its key and value, or nothing.
  template <class T>
  void member(std::string_view name, const Field<T>& field) {
    if (field.absent() || (field.from.is_default() && !settings_.defaults)) return;
    json_.key(name);
    field_value(field);
  }
  template <class T>
  void member(std::string_view name, const List<T>& list) {
    if (list.absent() || (list.items.empty() && list.from.is_default() && !settings_.defaults)) return;
    json_.key(name);
    if (list.items.empty()) {
      traced(list.from, [&] { json_.begin_array(), json_.end_array(); });
      return;
    }
    json_.begin_array();
    for (const Field<T>& item : list.items) field_value(item);
    json_.end_array();
  }
  void member(std::string_view name, const Value& v) {
    json_.key(name);
    value(v);
  }
  template <class T>
  void member(std::string_view name, const std::vector<T>& items) {
    list(name, items);
  }
  template <ir::Described T>
  void member(std::string_view name, const T& nested_value) {
    nested(name, nested_value);
  }

  template <class T>
  void members(const T& entity) {
    ir::for_each_member<T>([&](const auto& m) { member(m.name, entity.*m.pointer); });
  }

  /// Left out when it holds nothing.
  template <class T>
  void nested(std::string_view name, const T& entity) {
    const JsonWriter::Mark mark = json_.mark();
    json_.key(name);
    json_.begin_object();
    const std::size_t opened = out_.size();
    members(entity);
    if (out_.size() == opened) {
      json_.take_back(mark);
    } else {
      json_.end_object();
    }
  }

  template <class T>
  void list(std::string_view name, const std::vector<T>& items) {
    if (items.empty()) return;
    json_.key(name);
    json_.begin_array();
    for (const T& item : items) element(item);
    json_.end_array();
  }

  void element(const Value& v) { value(v); }
  template <class T>
  void element(const T& entity) {
    json_.begin_object();
    identify(entity);
    if constexpr (ir::Described<T>) members(entity);
    complete(entity);
    json_.end_object();
  }

  // What tells an element from others and is no member, before the members.
  template <class T>
  void identify(const T&) {}
  void identify(const ir::Limit& v) { json_.member("counts", ir::counted_name(v.counts)); }
  void identify(const ir::Budget& v) { json_.member("counts", ir::counted_name(v.counts)); }
  void identify(const ir::FailureCount& v) { json_.member("failure", ir::failure_name(v.failure)); }
  void identify(const ir::Param& v) { json_.member("name", v.name); }
  void identify(const ir::ProviderParam& v) { json_.member("name", v.name); }
  void identify(const ir::EnvironmentVariable& v) { json_.member("name", v.name); }
  void identify(const ir::PrincipalDefaults& v) { json_.member("kind", v.kind); }
  void identify(const ir::Observer& v) { json_.member("event", v.event); }
  void identify(const ir::Principal& v) { json_.member("kind", ir::principal_kind_name(v.kind)); }
  void identify(const ir::Extra& v) {
    json_.member_if("section", v.section);
    json_.member("key", v.key);
    json_.member("dialect", v.dialect);
    json_.member("code", diagnostics::info(v.code).code);
    json_.member("elsewhere", ir::fate_name(v.elsewhere));
  }
  void identify(const ir::Price& v) {
    json_.member("unit", v.unit);
    json_.member_if("tier", v.tier);
  }
  void identify(const ir::Alias& v) {
    json_.key("name");
    traced(v.name_from, [&] { json_.string(v.name); });
  }
  void identify(const ir::OrphanFallback& v) {
    json_.member("source", v.source);
    json_.member("on", ir::failure_name(v.on));
  }
  void identify(const ir::Enforcement& v) {
    json_.member("entity", v.entity);
    json_.member("counts", v.counts);
    json_.member("blocks", v.blocks);
    json_.member("zero", v.zero);
    json_.member("source", v.source);
  }

  // What refers to other tables, after the members.
  template <class T>
  void complete(const T&) {}
  void complete(const ir::Deployment& v) {
    if (v.provider.valid()) json_.member("provider", v.provider.value);
    nested("settings", v.settings);
  }
  void complete(const ir::Route& v) {
    member("name", v.name);
    json_.member("kind", route_kind_name(v.kind));
    plan("plan", v.plan);
    list("extras", v.extras);
  }

  // Plans.
  void plan(std::string_view key, NodeId id) {
    if (!id.valid()) return;
    json_.key(key);
    json_.begin_object();
    const ir::PlanNode& node = gateway_.at(id);
    member("name", node.name);
    std::visit([this](const auto& what) { write(what); }, node.what);
    nested("settings", node.settings);
    list("extras", node.extras);
    json_.end_object();
  }

  void write(const ir::Use& use) { json_.member("use", use.deployment.value); }
  void write(const ir::To& to) {
    member("to", to.route);
    member("chained", to.chained);
  }
  void write(const ir::Balance& balance) {
    json_.key("balance");
    json_.begin_object();
    member("policy", balance.policy);
    member("on_failure", balance.on_failure);
    nested("sticky", balance.sticky);
    edges("edges", balance.edges);
    json_.end_object();
  }
  void edges(std::string_view key, const std::vector<ir::Edge>& edges) {
    if (edges.empty()) return;
    json_.key(key);
    json_.begin_array();
    for (const ir::Edge& edge : edges) {
      json_.begin_object();
      member("label", edge.label);
      member("weight", edge.weight);
      member("order", edge.order);
      plan("plan", edge.node);
      json_.end_object();
    }
    json_.end_array();
  }
  void write(const ir::Fallback& fallback) {
    json_.key("fallback");
    json_.begin_object();
    member("primary_label", fallback.primary_label);
    plan("primary", fallback.primary);
    member("statuses", fallback.statuses);
    fallback_edges("edges", fallback.edges);
    json_.end_object();
  }
  void fallback_edges(std::string_view key, const std::vector<ir::FallbackEdge>& edges) {
    json_.key(key);
    json_.begin_array();
    for (const ir::FallbackEdge& edge : edges) {
      json_.begin_object();
      member("label", edge.label);
      json_.member("on", ir::failure_name(edge.on));
      if (edge.inherited) json_.member("inherited", true);
      plan("plan", edge.node);
      json_.end_object();
    }
    json_.end_array();
  }
  void default_fallbacks() {
    if (!gateway_.default_fallbacks.empty()) fallback_edges("default_fallbacks", gateway_.default_fallbacks);
  }
  void write(const ir::Switch& choice) {
    json_.key("switch");
    json_.begin_object();
    json_.key("cases");
    json_.begin_array();
    for (const ir::SwitchCase& c : choice.cases) {
      json_.begin_object();
      member("label", c.label);
      json_.key("condition");
      traced(c.condition_from, [&] { condition(c.condition); });
      plan("plan", c.node);
      json_.end_object();
    }
    json_.end_array();
    member("otherwise_label", choice.otherwise_label);
    plan("otherwise", choice.otherwise);
    edges("idle", choice.idle);
    json_.end_object();
  }
  void condition(const ir::Condition& c) {
    json_.begin_object();
    json_.member("op", op_name(c.op));
    json_.member_if("subject", c.subject);
    list("operands", c.operands);
    if (!c.parts.empty()) {
      json_.key("parts");
      json_.begin_array();
      for (const ir::Condition& part : c.parts) condition(part);
      json_.end_array();
    }
    json_.end_object();
  }
  void write(const ir::Mirror& mirror) {
    json_.key("mirror");
    json_.begin_object();
    plan("primary", mirror.primary);
    member("shadow", mirror.shadow);
    json_.end_object();
  }

  Session& session_;
  const ir::Gateway& gateway_;
  DumpSettings settings_;
  std::string out_;
  JsonWriter json_;
};

}  // namespace

std::string dump_json(Session& session, const DumpSettings& settings) { return Dumper(session, settings).dump(); }

}  // namespace gatec::driver
