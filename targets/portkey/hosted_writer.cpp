#include "targets/portkey/hosted_writer.h"

#include "targets/portkey/portkey.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

/// In the order of creation (page 3.1).
constexpr std::string_view kOrder[] = {"secret-references",
                                       "workspaces",
                                       "integrations",
                                       "integration-models",
                                       "integration-workspaces",
                                       "providers",
                                       "virtual-keys",
                                       "guardrails",
                                       "configs",
                                       "api-keys",
                                       "usage-policies",
                                       "rate-policies",
                                       "objects"};

std::string two_digits(std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

/// One body a line, so that the script needs no JSON parser.
std::string payload_text(const std::vector<Out>& bodies) {
  std::string text = "[\n";
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    std::string body = doc::write_json(bodies[i], {0, true});
    while (!body.empty() && body.back() == '\n') body.pop_back();
    text += "  " + body + (i + 1 < bodies.size() ? ",\n" : "\n");
  }
  return text + "]\n";
}

std::string file_name(std::string_view route) {
  std::string name;
  for (const char c : route) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  return name.empty() ? "route" : name;
}

}  // namespace

HostedWriter::HostedWriter(const ir::Gateway& gateway, WriteContext& context)
    : gateway_(gateway), context_(context), configs_(gateway, context, World::Hosted) {}

PayloadFile& HostedWriter::file(std::string_view name, std::string_view method, std::string_view path,
                                std::string_view word) {
  for (PayloadFile& f : files_) {
    if (f.name == name) return f;
  }
  PayloadFile& made = files_.emplace_back();
  made.name = name;
  made.method = method;
  made.path = path;
  made.word = word;
  return made;
}

/// Whether there is anything but configs to write.
bool HostedWriter::needs_objects() const {
  if (!same()) return true;
  const auto laid_out = [&](std::string_view name) {
    return std::ranges::any_of(gateway_.layout, [&](const ir::Param& p) { return p.name == name; });
  };
  return !gateway_.principals.empty() || !gateway_.credential_sets.empty() || !gateway_.guardrails.empty() ||
         !gateway_.budgets.empty() || !gateway_.limits.empty() || laid_out("objects") ||
         std::ranges::any_of(gateway_.extras, [](const ir::Extra& e) { return e.section == "objects"; });
}

std::vector<Artifact> HostedWriter::plain_configs(std::vector<ConfigWriter::Config> configs) const {
  std::vector<Artifact> artifacts;
  std::set<std::string> taken;
  for (ConfigWriter::Config& config : configs) {
    Artifact artifact;
    std::string name = file_name(config.route);
    for (int n = 2; !config.route.empty() && !taken.insert(name).second; ++n)
      name = file_name(config.route) + "-" + std::to_string(n);
    artifact.path = config.route.empty() ? "config.json" : "configs/" + name + ".json";
    artifact.text = doc::write_json(config.value, {2, true});
    artifact.route = config.route;
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}

/// Configs as they are saved: under a name. A wrapper's other fields are extras of its first route.
void HostedWriter::add_configs(std::vector<ConfigWriter::Config> configs) {
  PayloadFile& target = file("configs", "POST", "/configs", "config");
  target.per_workspace = !same();
  for (ConfigWriter::Config& config : configs) {
    const ir::Route* route = config.route.empty() ? &gateway_.routes.front() : gateway_.route(config.route);
    Out body = Out::mapping();
    const bool has_name =
        same() && std::ranges::any_of(route->extras, [](const ir::Extra& e) { return e.key == "name"; });
    // an extra takes the place that is kept for it
    const std::string name = config.route.empty() ? "routes" : config.route;
    body.add("name", has_name ? Out() : Out(name));
    if (!same()) admit_name(name, config.route.empty(), *route);
    body.add("config", std::move(config.value));
    if (same()) put(body, route->extras);
    target.bodies.push_back(std::move(body));
  }
}

/// Everybody needs a key of the control plane's own there.
void HostedWriter::lose_server(bool any_config) {
  const ir::Server& server = gateway_.server;
  lose_if(server.master_key, {Fate::Manual, DiagId::DroppedPrincipal, "the control plane has admin keys of its own", "",
                              "use an admin key of the control plane"});
  if (!server.auth.absent() && !(server.auth.given() && *server.auth == ir::AuthMode::Key)) {
    lose(&server.auth, {any_config ? Fate::Approximated : Fate::Skipped, DiagId::Approximated,
                        "callers need a key of the control plane", "key", ""});
  }
  if (same()) return;
  for (const ir::Provider& p : gateway_.providers) {
    const bool used = std::ranges::any_of(gateway_.nodes, [&](const ir::PlanNode& n) {
      const auto* use = std::get_if<ir::Use>(&n.what);
      if (use == nullptr || !use->deployment.valid()) return false;
      const ir::ProviderId provider = gateway_.at(use->deployment).provider;
      return provider.valid() && &gateway_.at(provider) == &p;
    });
    if (!used)
      lose(&p, {Fate::Manual, DiagId::NotExpressible, "no route uses this provider", "",
                "add it to the model catalog if it shall be there"});
  }
}

/// The name of a saved config is read back with the first route that it serves.
void HostedWriter::admit_name(const std::string& name, bool serves_all, const ir::Route& route) {
  constexpr std::string_view reason = "a saved config has a name";
  context_.ledger.admit_added("routes[" + *route.name + "].extras[name]", std::string(reason), name);
  if (!serves_all) return;
  for (const ir::Route& other : gateway_.routes)
    context_.ledger.admit_added("routes[" + *other.name + "].extras[name]", std::string(reason), name);
}

std::vector<Artifact> HostedWriter::write() {
  if (!same()) {
    configs_.slug_of = [this](const ir::Deployment& d) { return slug_of(d); };
    if (context_.option("portkey.unlisted", context_.option("unlisted")) != "none") {
      configs_.refusing_slug = [this] { return integrations_.empty() ? std::string() : integrations_.front().slug; };
    }
  }
  std::vector<ConfigWriter::Config> configs = configs_.write();
  if (!same()) lose_server(!configs.empty());
  const bool saved =
      same() && std::ranges::any_of(gateway_.routes, [](const ir::Route& r) { return !r.extras.empty(); });
  if (!needs_objects() && !saved) return plain_configs(std::move(configs));
  add_principals();
  if (same())
    add_kept_providers();
  else
    add_integrations();
  add_guardrails();
  std::vector<Artifact> artifacts;
  if (!configs.empty() && (saved || !same())) {
    add_configs(std::move(configs));
  } else {
    artifacts = plain_configs(std::move(configs));
  }
  add_policies();
  if (same()) add_kept_objects();
  std::erase_if(files_, [](const PayloadFile& f) { return f.bodies.empty(); });
  const auto rank = [](const PayloadFile& f) {
    const std::string_view stem = std::string_view(f.name).substr(0, f.name.find('.'));
    return std::ranges::find(kOrder, stem) - std::begin(kOrder);
  };
  std::ranges::stable_sort(files_, [&](const PayloadFile& a, const PayloadFile& b) { return rank(a) < rank(b); });
  for (PayloadFile& f : files_) {
    f.name = two_digits(static_cast<std::size_t>(rank(f)) + 1) + "-" + f.name + ".json";
    artifacts.push_back({"payloads/" + f.name, payload_text(f.bodies), Role::Payload, false, {}});
  }
  if (!files_.empty()) {
    std::set<std::string> secrets = configs_.references();
    for (const std::string& w : workspaces_) secrets.erase(w);
    artifacts.push_back({"apply.sh", apply_script(files_, secrets, workspaces_), Role::Aid, true, {}});
  }
  return artifacts;
}

std::vector<Artifact> write_hosted(const ir::Gateway& gateway, WriteContext& context) {
  return HostedWriter(gateway, context).write();
}

}  // namespace gatec::targets::portkey
