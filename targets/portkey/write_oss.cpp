#include "compiler/base/aside.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/writer.h"

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

/// Node's limit for all headers is 16 KiB; what is left is for the others (page 1.7).
constexpr std::size_t kHeaderBudget = 15'000;
constexpr std::size_t kWorthAThread = 256 * 1024;

Loss dropped(DiagId code, base::Text reason, base::Text advice) {
  return {Fate::Manual, code, std::move(reason), "", std::move(advice)};
}

/// The open-source gateway has no objects but the config itself.
void lose_control_plane(const ir::Gateway& gateway, WriteContext& context) {
  ledger::Ledger& ledger = context.ledger;
  const auto limits = [&](const std::vector<ir::Limit>& all, std::string_view of) {
    for (const ir::Limit& l : all) {
      ledger.lose(&l, dropped(DiagId::DroppedLimit, "the open-source gateway enforces no rate limits",
                              "limit " + std::string(of) + " before the gateway"));
    }
  };
  const auto budgets = [&](const std::vector<ir::Budget>& all, std::string_view of) {
    for (const ir::Budget& b : all) {
      ledger.lose(&b, dropped(DiagId::DroppedLimit, "the open-source gateway enforces no budgets",
                              "cap the spend of " + std::string(of) + " with the provider"));
    }
  };
  limits(gateway.limits, "requests");
  budgets(gateway.budgets, "the gateway");
  std::set<const ir::Provider*> used;
  for (const ir::Deployment& d : gateway.deployments) used.insert(&gateway.at(d.provider));
  for (const ir::Provider& p : gateway.providers) {
    if (!used.contains(&p))
      ledger.lose(
          &p, dropped(DiagId::NotExpressible, "the open-source gateway has no providers beside those of its targets",
                      "use it in a target"));
    limits(p.limits, "the provider");
    budgets(p.budgets, "the provider");
    if (!p.models.absent())
      ledger.lose(&p.models, dropped(DiagId::DroppedLimit, "the open-source gateway has no lists of models",
                                     "restrict models with the provider"));
    if (!p.owner.absent())
      ledger.lose(&p.owner, dropped(DiagId::DroppedPrincipal, "the open-source gateway has no workspaces",
                                    "give the team a config of its own"));
  }
  for (const ir::Principal& p : gateway.principals) {
    Loss loss = dropped(DiagId::DroppedPrincipal, "the open-source gateway has no keys, users, teams or budgets",
                        "keep them in a gateway or proxy before it");
    ledger.lose(&p, std::move(loss));
  }
  for (const ir::Guardrail& g : gateway.guardrails) {
    ledger.lose(&g,
                dropped(DiagId::NotExpressible, "guardrails of this kind are not set up by a config",
                        "write it as checks in `input_guardrails` or `output_guardrails`, or requests pass unguarded"));
  }
  if (!gateway.server.master_key.absent()) {
    ledger.lose(&gateway.server.master_key,
                dropped(DiagId::DroppedPrincipal, "the open-source gateway asks callers for no key of its own",
                        "let nobody but trusted clients reach the gateway"));
  }
  if (gateway.server.auth.given() && *gateway.server.auth != ir::AuthMode::Open) {
    ledger.lose(&gateway.server.auth,
                {Fate::Manual, DiagId::DroppedPrincipal, "whoever reaches the open-source gateway may use it", "open",
                 "let nobody but trusted clients reach the gateway"});
  }
}

std::string render_script(const std::set<std::string>& names, const std::vector<Artifact>& configs) {
  std::string list;
  std::string pattern;
  for (const std::string& name : names) {
    if (!list.empty()) list += ' ';
    list += name;
    (pattern += "${") += name + "}";
  }
  const std::string first = configs.size() == 1 ? configs.front().path : std::string();
  std::string script =
      "#!/bin/sh\n"
      "# Fills in the references of a config from the environment and prints the config, or writes it to a file.\n";
  script += first.empty() ? "# usage: render.sh CONFIG [FILE]\n" : "# usage: render.sh [FILE]\n";
  script += "set -eu\n";
  script += first.empty() ? "config=$1\nshift\n"
                          : "config=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd)/" + first + "\n";
  script += "for name in " + list + "; do\n";
  script +=
      "  value=''\n"
      "  eval \"value=\\${$name-}\"\n"
      "  case $value in\n"
      "    '') echo \"render.sh: $name is not set\" >&2; exit 1 ;;\n"
      "    *[\\\"\\\\]*) echo \"render.sh: $name holds a quote or a backslash, write it into the config by hand\" >&2; "
      "exit 1 ;;\n"
      "  esac\n"
      "  export \"${name?}\"\n"
      "done\n"
      "umask 077\n"
      "if [ $# -gt 0 ]; then exec >\"$1\"; fi\n";
  script += "# shellcheck disable=SC2016\nenvsubst '" + pattern + "' <\"$config\"\n";
  return script;
}

/// Private addresses are taken where the gateway's environment lists them; its list replaces the one built in.
std::string environment(const std::set<std::string>& hosts) {
  std::string text =
      "# What the gateway's environment holds so that it takes the addresses of this config.\n"
      "TRUSTED_CUSTOM_HOSTS=localhost,127.0.0.1,::1,host.docker.internal";
  for (const std::string& host : hosts) (text += ',') += host;
  return text + "\n";
}

std::string file_name(std::string_view route) {
  std::string name;
  for (const char c : route) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  return name.empty() || name.front() == '.' ? "route" + name : name;
}

}  // namespace

std::vector<Artifact> write_oss(const ir::Gateway& gateway, WriteContext& context) {
  ConfigWriter writer(gateway, context, World::Oss);
  lose_control_plane(gateway, context);
  std::vector<Artifact> artifacts;
  std::set<std::string> taken;
  std::vector<ConfigWriter::Config> written = writer.write();
  for (ConfigWriter::Config& config : written) {
    Artifact artifact;
    std::string name = config.route.empty() ? "config" : file_name(config.route);
    for (int n = 2; !taken.insert(name).second; ++n) name = file_name(config.route) + "-" + std::to_string(n);
    artifact.path = config.route.empty() ? "config.json" : "configs/" + name + ".json";
    artifact.text = doc::write_json(config.value, {2, true});
    artifact.route = config.route;
    std::size_t compact = 0;
    base::Aside measuring(artifact.text.size() > kWorthAThread, [&] { compact = doc::one_line_size(artifact.text); });
    config.value = Out();  // a large tree takes a while to go
    measuring.wait();
    if (compact > kHeaderBudget) {
      context.ledger.assume(artifact.path, "portkey.header-size",
                            "the config takes " + std::to_string(compact) +
                                " bytes of a request header, of which the gateway takes 16 KiB in all: "
                                "split it (`--opt portkey-oss.split=route`) or start the gateway with a higher limit");
    }
    artifacts.push_back(std::move(artifact));
  }
  if (!artifacts.empty() && !writer.references().empty()) {
    Artifact script;
    script.path = "render.sh";
    script.text = render_script(writer.references(), artifacts);
    script.role = Role::Aid;
    script.executable = true;
    artifacts.push_back(std::move(script));
  }
  if (!artifacts.empty() && !writer.trusted_hosts().empty()) {
    Artifact variables;
    variables.path = "portkey.env";
    variables.text = environment(writer.trusted_hosts());
    variables.role = Role::Aid;
    artifacts.push_back(std::move(variables));
  }
  return artifacts;
}

}  // namespace gatec::targets::portkey
