#include "compiler/driver/guide.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace gatec::driver {
namespace {

using ledger::Section;
using targets::Guide;

/// A model that a client may ask for; the word MODEL where the config names none plainly.
std::string some_model(const ir::Gateway& gateway) {
  for (const ir::Route& route : gateway.routes) {
    const std::string& name = route.name.value;
    const bool plain = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
             c == '.' || c == '/' || c == ':';
    });
    if (plain) return name;
  }
  return "MODEL";
}

std::string filled(std::string_view text, const std::string& model) {
  std::string out(text);
  for (std::size_t at = out.find("MODEL"); at != std::string::npos; at = out.find("MODEL", at + model.size()))
    out.replace(at, 5, model);
  return out;
}

std::string code(std::string_view text) { return text.empty() ? "none" : '`' + std::string(text) + '`'; }

void row(std::string& out, std::string_view what, const std::string& before, const std::string& after) {
  (((((out += "| ") += what) += " | ") += before) += " | ") += after;
  out += " |\n";
}

void append_sdk(std::string& out, const Guide& to, const std::string& model) {
  out +=
      "\nOpenAI SDK (Python; the other SDKs take the same three settings):\n\n```python\nclient = OpenAI(base_url=\"";
  ((out += to.base_url) += "\", api_key=os.environ[\"GATEWAY_KEY\"]");
  if (!to.headers.empty()) out += ", default_headers=GATEWAY_HEADERS";
  out += ")\nclient.chat.completions.create(model=\"" + model +
         "\", messages=[{\"role\": \"user\", \"content\": \"ping\"}])\n```\n";
}

void append_agents(std::string& out, const Guide& to) {
  if (to.anthropic_url.empty()) {
    out +=
        "\nAgents that speak Anthropic's API (`ANTHROPIC_BASE_URL`) stay where they are: this gateway does not serve "
        "`/v1/messages`.\n";
  } else {
    out += "\nAgents that speak Anthropic's API (Claude Code among them):\n\n```sh\nexport ANTHROPIC_BASE_URL=";
    (out += to.anthropic_url) += "\nexport ANTHROPIC_AUTH_TOKEN=$GATEWAY_KEY\n";
    if (!to.headers.empty()) out += "export ANTHROPIC_CUSTOM_HEADERS=\"$GATEWAY_HEADERS\"   # one header a line\n";
    out += "```\n";
  }
  if (to.responses_url.empty()) {
    out +=
        "\nCodex and others that need the Responses API stay where they are: this gateway does not serve "
        "`/v1/responses`.\n";
    return;
  }
  out +=
      "\nCodex (`~/.codex/config.toml`):\n\n```toml\nmodel_provider = \"gateway\"\n\n[model_providers.gateway]\nname = "
      "\"gateway\"\nbase_url = \"";
  (out += to.responses_url) += "\"\nenv_key = \"GATEWAY_KEY\"\nwire_api = \"responses\"\n```\n";
}

Section clients(const Guide& from, const Guide& to, const std::string& model) {
  std::string out = "| Setting | Before | After |\n|---|---|---|\n";
  row(out, "base URL", code(from.base_url), code(to.base_url));
  row(out, "key", std::string(from.key), std::string(to.key));
  row(out, "further headers", code(from.headers), code(to.headers));
  row(out, "model names", "as the config has them", std::string(to.models));
  append_sdk(out, to, model);
  append_agents(out, to);
  return {"Client code", std::move(out)};
}

std::string numbered(std::span<const std::string_view> steps, const std::string& model, int first = 1) {
  std::string out;
  for (const std::string_view step : steps) out += std::to_string(first++) + ". " + filled(step, model) + '\n';
  return out;
}

Section confirm(const Guide& to, const std::string& model) {
  std::string out = "Each call must succeed before clients are moved.\n\n```sh\n";
  for (const std::string_view command : to.confirm) out += filled(command, model) + '\n';
  out += "```\n";
  return {"Calls that confirm the result", std::move(out)};
}

Section cut_over(const targets::Dialect& from, const targets::Dialect& to, const std::string& model) {
  std::string out =
      "- [ ] Everything under *To do by hand* is done, and each *weaker* row of the caps table is accepted by whoever "
      "owns the budget.\n";
  for (const std::string_view step : to.guide->go_live) out += "- [ ] " + filled(step, model) + '\n';
  out += "- [ ] " + std::string(to.title) + " runs beside " + std::string(from.title) +
         ", with the provider's limits shared between both: their counters do not know of each other.\n"
         "- [ ] The calls below succeed for each route, and a request over a limit is refused.\n"
         "- [ ] One client is moved and watched for a day: errors, latency, spend against the old gateway's.\n"
         "- [ ] The other clients are moved; new keys have reached every one of them.\n"
         "- [ ] Once nothing arrives any more, keys of " +
         std::string(from.title) + " are revoked and it is switched off.\n";
  return {"Cut-over", std::move(out)};
}

Section roll_back(const targets::Dialect& from, const targets::Dialect& to, const std::string& model) {
  std::string out = "1. Set the clients' base URL back to " + code(from.guide->base_url) +
                    " and their key to the old one (" + std::string(from.guide->key) + "); keep " +
                    std::string(from.title) + " and its keys until the cut-over is closed.\n";
  out += numbered(to.guide->roll_back, model, 2);
  return {"Roll back", std::move(out)};
}

}  // namespace

std::vector<Section> migration_guide(const targets::Dialect& from, const targets::Dialect& to,
                                     const ir::Gateway& gateway) {
  if (from.read == to.read || from.guide == nullptr || to.guide == nullptr) return {};
  const std::string model = some_model(gateway);
  return {clients(*from.guide, *to.guide, model), cut_over(from, to, model), confirm(*to.guide, model),
          roll_back(from, to, model)};
}

}  // namespace gatec::driver
