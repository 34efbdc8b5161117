#include "compiler/ir/describe.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

constexpr std::string_view kEnvHeader =
    "# Read by the gateway and api processes. What stands in ${…} comes from your own environment or secret store; "
    "nothing secret\n# stands here.\n";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:@,+=%${}*").find(c) != std::string_view::npos;
}

std::string env_value(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\' || c == '`') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context) {
  return Writer(gateway, context).write();
}

Writer::Writer(const ir::Gateway& gateway, WriteContext& context) : BodyWriter(gateway, context, &parse_reference) {
  const auto told = [&](std::string_view name) -> std::string_view {
    const ir::Value* value = context_.same_dialect ? layout(name) : nullptr;
    return value != nullptr ? std::string_view(value->text) : std::string_view();
  };
  if (context_.version == "N" || told("snapshot") == "N") snapshot_ = Snapshot::N;
  enterprise_ = context_.option("edition", told("edition")) == "enterprise";
  env_keys_ = context_.option("keys") == "env";
  plan_.snapshot = snapshot_;
}

std::string Writer::manager_variable(std::string_view hint) const { return variable_for(hint, "SECRET"); }

void Writer::put_one(Out& body, std::string_view section, const ir::Extra& extra) {
  Out* at = &body;
  while (!section.empty()) {
    const std::size_t dot = section.find('.');
    if (at->is_null()) *at = Out::mapping();
    at = &at->at(section.substr(0, dot));
    section = dot == std::string_view::npos ? std::string_view() : section.substr(dot + 1);
  }
  if (at->is_null()) *at = Out::mapping();
  at->at(extra.key) = open(extra.value, extra.key);
}

/// Extras of one section; those of `section.inner` stand in a mapping `inner`.
void Writer::put(Out& body, const std::vector<ir::Extra>& extras, std::string_view section) {
  if (!same()) return;
  for (const ir::Extra& e : extras) {
    if (e.key.starts_with('#')) continue;
    if (e.section == section) {
      put_one(body, "", e);
    } else if (section.empty() ? e.section == "options" : e.section.starts_with(std::string(section) + ".")) {
      put_one(body,
              section.empty() ? std::string_view(e.section) : std::string_view(e.section).substr(section.size() + 1),
              e);
    }
  }
}

/// Whole bodies that were kept as they stood.
std::vector<Out> Writer::kept(std::string_view stem) {
  std::vector<Out> bodies;
  if (!same()) return bodies;
  for (const ir::Extra& e : gateway_.extras) {
    if (e.section == stem && e.key.starts_with('#')) bodies.push_back(open(e.value, ""));
  }
  return bodies;
}

void Writer::put_file(Entity entity, std::vector<Out> bodies) {
  const EntityFacts& facts = facts_of(entity);
  for (Out& body : kept(facts.stem)) bodies.push_back(std::move(body));
  if (bodies.empty()) return;
  plan_.files.insert(entity);
  const bool alone = entity == Entity::Organization && bodies.size() == 1;
  Artifact made;
  made.path = "payloads/" + std::string(facts.stem) + ".json";
  made.role = Role::Payload;
  made.text = doc::write_json(alone ? bodies.front() : Out(Out::Sequence(std::move(bodies))));
  artifacts_.push_back(std::move(made));
}

/// For which gateway the bundle is.
Out Writer::manifest() {
  Out body = Out::mapping();
  body.add("gatec", "llmgateway-bundle");
  body.add("version", Out::integer(1));
  Out target = Out::mapping();
  if (!same() || layout("snapshot") != nullptr || is_new()) target.add("snapshot", is_new() ? "N" : "U26");
  if (same() && layout("snapshot") == nullptr && is_new())
    context_.ledger.admit_added("layout[snapshot]", "the version that is asked for", "N");
  if (!same() || layout("edition") != nullptr) target.add("edition", enterprise_ ? "enterprise" : "oss");
  if (same()) {
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section == "bundle.target") put_one(target, "", e);
    }
  }
  if (!target.empty()) body.add("target", std::move(target));
  if (same()) {
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section == "bundle") put_one(body, "", e);
    }
    for (const ir::Param& p : gateway_.layout) {
      const bool changed = (p.name == "snapshot" && p.value.text != (is_new() ? "N" : "U26")) ||
                           (p.name == "edition" && p.value.text != (enterprise_ ? "enterprise" : "oss"));
      if (changed) lose(&p, nearly("written for another version", is_new() ? "N" : "U26"));
    }
  }
  return body;
}

Out Writer::model_map() {
  Out map = Out::mapping();
  const auto entry = [&](const RouteOut& r) {
    Out body = Out::mapping();
    body.add("target", r.target);
    if (!r.providers.empty()) {
      Out list = Out::sequence();
      for (const std::string& p : r.providers) list.push(p);
      body.add("providers", std::move(list));
    }
    if (r.header && (r.form == Form::Pin || same())) {
      Out headers = Out::mapping();
      headers.add("X-No-Fallback", "true");
      body.add("headers", std::move(headers));
    }
    return body;
  };
  for (const RouteOut& r : routes_) {
    if (r.own) continue;
    Out body = entry(r);
    if (same())
      put(body, r.route->extras);
    else
      body.add("grade", r.grade);
    if (!same()) admit("routes[" + r.name + "].extras[grade]", "how near the entry comes to the source");
    map.add(r.name, std::move(body));
  }
  for (const auto& [alias, at] : aliases_) {
    RouteOut copy = routes_[at];
    const ir::Value* header = same() ? layout("alias " + alias->name) : nullptr;
    copy.header = header == nullptr ? copy.header : header->boolean;
    Out body = entry(copy);
    body.add("aliasOf", alias->target.value);
    if (const ir::Value* grade = same() ? layout("grade " + alias->name) : nullptr) body.add("grade", grade->text);
    map.add(alias->name, std::move(body));
  }
  if (same()) {
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section == "models" && e.key.starts_with('.')) map.at(e.key.substr(1)) = open(e.value, "");
    }
  }
  return map;
}

void Writer::set_variable(std::string_view name, std::string value) {
  for (const auto& [known, text] : env_) {
    if (known == name) return;
  }
  env_.emplace_back(std::string(name), std::move(value));
}

std::string Writer::environment_text() const {
  std::string text(kEnvHeader);
  for (const auto& [name, value] : env_) (((text += name) += '=') += env_value(value)) += '\n';
  return text;
}

std::vector<Artifact> Writer::write() {
  if (same()) {
    keep_keys();
    keep_routes();
  } else {
    const ir::Field<ir::Policy>& policy = gateway_.routing.policy;
    strategy_written_ = is_new() && policy.given() && (*policy == ir::Policy::Cost || *policy == ir::Policy::Latency);
    recording_ = false;
    collect_routes();
    recording_ = true;
    routes_.clear();
    slugs_.clear();
    collect_routes();
  }
  collect_aliases();
  put_timeouts();
  put_environment();
  std::vector<Out> bodies;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind == ir::PrincipalKind::Organization && bodies.empty()) bodies.push_back(organization_body(p));
  }
  if (bodies.empty()) {
    Out settings = Out::mapping();
    put(settings, gateway_.extras, "organization");
    if (!settings.empty()) bodies.push_back(std::move(settings));
  }
  put_file(Entity::Organization, std::exchange(bodies, {}));
  key_bodies(bodies);
  put_file(Entity::ProviderKey, std::exchange(bodies, {}));
  put_file(Entity::CustomModel, custom_models());
  add_people();
  put_file(Entity::RateLimit, rate_limits());
  put_file(Entity::Guardrails, {});
  Out map = model_map();
  if (!map.empty()) artifacts_.push_back({"models.map.json", doc::write_json(map), Role::Payload, false, {}});
  if (!env_.empty()) artifacts_.push_back({"llmgateway.env", environment_text(), Role::Payload, false, {}});
  lose_gateway();
  soften_losses();
  const bool kept_notes = same() && (layout("snapshot") != nullptr || layout("edition") != nullptr ||
                                     std::ranges::any_of(gateway_.extras, [](const ir::Extra& e) {
                                       return e.section == "bundle" || e.section == "bundle.target";
                                     }));
  if (artifacts_.empty() && !kept_notes) return {};
  if (!same() || kept_notes)
    artifacts_.insert(artifacts_.begin(), {"llmgateway.json", doc::write_json(manifest()), Role::Config, false, {}});
  if (!plan_.files.empty()) {
    // the environment's are not sent
    std::erase_if(variables_, [&](const std::string& name) {
      return std::ranges::none_of(artifacts_, [&](const Artifact& a) {
        return a.path.starts_with("payloads/") && a.text.find("${" + name + "}") != std::string::npos;
      });
    });
    artifacts_.push_back({"apply.sh", apply_script(plan_, variables_), Role::Aid, true, {}});
  }
  return std::move(artifacts_);
}

}  // namespace gatec::targets::llmgateway
