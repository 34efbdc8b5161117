#include "targets/portkey/tables.h"

#include "targets/dialect.h"

#include <algorithm>
#include <array>

namespace gatec::targets::portkey {
namespace {

enum class Area : std::uint8_t {
#define GATEC_AREA(name, fate, advice) name,
#include "targets/portkey/areas.def"
#undef GATEC_AREA
};

constexpr bool Manual = true;
constexpr bool Skipped = false;
constexpr AreaRow kAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/portkey/areas.def"
#undef GATEC_AREA
};

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, world, source) \
  {path, KeyType::type, Handling::handling, #area, source, #world},
#include "targets/portkey/keys.def"
#undef GATEC_KEY
};

constexpr Area kRowAreas[] = {
#define GATEC_KEY(path, type, handling, area, world, source) Area::area,
#include "targets/portkey/keys.def"
#undef GATEC_KEY
};

struct Named {
  std::string_view key;
  Slot slot;
};

constexpr Named kSlotNames[] = {
    {"name", Slot::Name},
    {"weight", Slot::Weight},
    {"strategy", Slot::Strategy},
    {"targets", Slot::Targets},
    {"provider", Slot::Provider},
    {"virtual_key", Slot::VirtualKey},
    {"api_key", Slot::ApiKey},
    {"custom_host", Slot::CustomHost},
    {"resource_name", Slot::ResourceName},
    {"deployment_id", Slot::DeploymentId},
    {"api_version", Slot::ApiVersion},
    {"azure_model_name", Slot::BaseModel},
    {"openai_organization", Slot::Organization},
    {"override_params", Slot::OverrideParams},
    {"default_params", Slot::DefaultParams},
    {"drop_params", Slot::DropParams},
    {"forward_headers", Slot::ForwardHeaders},
    {"strict_open_ai_compliance", Slot::Strict},
    {"retry", Slot::Retry},
    {"cache", Slot::Cache},
    {"request_timeout", Slot::RequestTimeout},
    {"cb_config", Slot::Breaker},
    {"before_request_hooks", Slot::BeforeHooks},
    {"after_request_hooks", Slot::AfterHooks},
    {"input_guardrails", Slot::InputGuardrails},
    {"output_guardrails", Slot::OutputGuardrails},
};

constexpr std::string_view kConfigRoot = "$config.";

constexpr Slot slot_of_path(std::string_view path, Handling handling) {
  if (handling != Handling::Read || !path.starts_with(kConfigRoot)) return Slot::None;
  path.remove_prefix(kConfigRoot.size());
  if (path.starts_with("targets")) path = path.substr(0, 7);
  if (path.find('.') != std::string_view::npos || path.find('[') != std::string_view::npos) return Slot::None;
  for (const Named& n : kSlotNames) {
    if (n.key == path) return n.slot;
  }
  return Slot::Param;
}

constexpr auto kSlots = [] {
  std::array<Slot, std::size(kRows)> slots{};
  for (std::size_t i = 0; i < std::size(kRows); ++i) slots[i] = slot_of_path(kRows[i].path, kRows[i].handling);
  return slots;
}();

constexpr ParamName kParams[] = {
    {"azure_entra_tenant_id", Family::Azure, "tenant_id"},
    {"azure_entra_client_id", Family::Azure, "client_id"},
    {"azure_entra_client_secret", Family::Azure, "client_secret"},
    {"azure_entra_scope", Family::Azure, "azure_scope"},
    {"azure_entra_tenant_id", Family::AzureAi, "tenant_id"},
    {"azure_entra_client_id", Family::AzureAi, "client_id"},
    {"azure_entra_client_secret", Family::AzureAi, "client_secret"},
    {"azure_entra_scope", Family::AzureAi, "azure_scope"},
    {"azure_foundry_url", Family::AzureAi, "@base_url"},
    {"azure_api_version", Family::AzureAi, "@api_version"},
    {"aws_region", Family::Aws, "@region"},
    {"aws_role_arn", Family::Aws, "aws_role_name"},
    {"vertex_region", Family::Vertex, "@region"},
    {"vertex_project_id", Family::Vertex, "vertex_project"},
    {"vertex_service_account_json", Family::Vertex, "vertex_credentials"},
    {"workers_ai_account_id", Family::Cloudflare, "cloudflare_account_id"},
};

constexpr std::string_view kModeNames[] = {"single", "fallback", "loadbalance", "conditional"};

bool is_regex_letter(char c) { return std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos; }

}  // namespace

const KeyTable& keys() {
  static const KeyTable table{kRows};
  return table;
}

const AreaRow& area_of(const KeyRow& row) { return kAreas[static_cast<std::size_t>(kRowAreas[&row - kRows])]; }

Slot slot_of(const KeyRow& row) { return kSlots[static_cast<std::size_t>(&row - kRows)]; }

bool in_family(Family family, std::string_view kind) {
  switch (family) {
    case Family::Any: return true;
    case Family::Azure: return kind == "azure_openai";
    case Family::AzureAi: return kind == "azure_ai";
    case Family::Aws: return kind == "bedrock" || kind == "sagemaker";
    case Family::Vertex: return kind == "vertex_ai";
    case Family::Cloudflare: return kind == "cloudflare";
  }
  return false;
}

std::span<const ParamName> param_names() { return kParams; }

const ParamName* param_by_key(std::string_view key, std::string_view kind) {
  for (const ParamName& p : kParams) {
    if (p.key == key && in_family(p.family, kind)) return &p;
  }
  return nullptr;
}

const ParamName* param_by_canonical(std::string_view canonical, std::string_view kind) {
  for (const ParamName& p : kParams) {
    if (p.canonical == canonical && in_family(p.family, kind)) return &p;
  }
  return nullptr;
}

bool is_provider_key(std::string_view key) {
  const KeyRow* row = keys().root("$config").child(key).row();
  return row != nullptr && slot_of(*row) == Slot::Param;
}

std::optional<Mode> mode_of(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kModeNames); ++i) {
    if (kModeNames[i] == text) return static_cast<Mode>(i);
  }
  return std::nullopt;
}

std::optional<Mode> nearest_mode(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '-' || c == '_' || c == ' ') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return mode_of(plain);
}

std::string_view mode_name(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(2, text.size() - 3);
  if (!is_variable_name(name)) return std::nullopt;
  return ir::Credential::env(std::string(name));
}

std::optional<std::string> snake_case(std::string_view key) {
  std::string snake;
  bool capital = false;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      capital = true;
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  if (!capital || snake.starts_with('_')) return std::nullopt;
  return snake;
}

std::optional<std::string> pattern_of_regex(std::string_view regex) {
  if (!regex.starts_with('^')) return std::nullopt;
  regex.remove_prefix(1);
  std::string pattern;
  while (!regex.empty()) {
    if (regex == "$") return pattern.find('*') == std::string::npos ? std::nullopt : std::optional(pattern);
    if (regex.starts_with(".*")) {
      pattern += '*';
      regex.remove_prefix(2);
      continue;
    }
    char c = regex.front();
    if (c == '\\') {
      if (regex.size() < 2 || !(is_regex_letter(regex[1]) || regex[1] == '/')) return std::nullopt;
      regex.remove_prefix(1);
      c = regex.front();
      if (c == '*') return std::nullopt;
    } else if (is_regex_letter(c)) {
      return std::nullopt;
    }
    pattern += c;
    regex.remove_prefix(1);
  }
  if (!pattern.ends_with('*')) pattern += '*';
  return pattern;
}

std::string regex_of_pattern(std::string_view pattern) {
  const bool open = pattern.ends_with('*');
  std::string_view body = open ? pattern.substr(0, pattern.size() - 1) : pattern;
  std::string regex = "^";
  for (const char c : body) {
    if (c == '*') {
      regex += ".*";
      continue;
    }
    if (is_regex_letter(c)) regex += '\\';
    regex += c;
  }
  if (!open) {
    regex += '$';
  } else if (body.ends_with('*')) {
    regex += ".*";
  }
  return regex;
}

std::string_view host_suffix(std::string_view kind) {
  if (kind == "anthropic") return "/v1";
  if (kind == "azure_openai") return "/openai";
  return {};
}

}  // namespace gatec::targets::portkey
