#include "compiler/facts/providers.h"
#include "compiler/facts/retired.h"
#include "compiler/ir/resolved.h"
#include "compiler/rules/rules.h"

#include <algorithm>
#include <string>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;

/// Whose models a name stands for, where that is one company alone.
std::string_view maker_of(std::string_view model) {
  struct Family {
    std::string_view start, maker;
  };
  static constexpr Family kFamilies[] = {{"claude-", "anthropic"},
                                         {"gemini-", "google"},
                                         {"gpt-4", "openai"},
                                         {"gpt-3.5", "openai"},
                                         {"gpt-5", "openai"},
                                         {"o1-", "openai"},
                                         {"o3-", "openai"},
                                         {"o4-", "openai"},
                                         {"dall-e", "openai"},
                                         {"text-embedding-3", "openai"},
                                         {"text-embedding-ada", "openai"}};
  for (const Family& family : kFamilies) {
    if (model.starts_with(family.start)) return family.maker;
  }
  return {};
}

std::string_view title_of(std::string_view kind) {
  const facts::ProviderFacts* const facts = facts::provider_by_kind(kind);
  return facts != nullptr ? facts->title : kind;
}

/// Whether calls go to the provider's own address.
bool at_home(const ir::ResolvedProvider& p) {
  return p.base_url->absent() && std::ranges::none_of(p.params, [](const ir::ProviderParam* param) {
           return param->name == "custom_llm_provider";
         });
}

class ModelChecks {
 public:
  ModelChecks(const ir::Gateway& gateway, passes::Context& context) : gateway_(gateway), context_(context) {}

  void run() {
    for (const ir::Deployment& d : gateway_.deployments) {
      if (!d.provider.valid()) continue;
      const ir::ResolvedProvider p = ir::resolved(gateway_, gateway_.at(d.provider));
      if (!p.kind->given() || !at_home(p)) continue;
      foreign_variable(p);
      if (!d.upstream_model.given()) continue;
      foreign_model(d, p);
      retired(d, p);
    }
  }

 private:
  void foreign_variable(const ir::ResolvedProvider& p) {
    if (!p.api_key->given() || (*p.api_key)->kind != ir::Credential::Kind::Env || !p.api_key->written()) return;
    const std::string& name = (*p.api_key)->name;
    const facts::ProviderFacts* const owner = facts::provider_by_key_env(name);
    const facts::ProviderFacts* const own = facts::provider_by_kind(**p.kind);
    if (owner == nullptr || own == nullptr || own == owner || own->key_env.empty()) return;
    if (std::ranges::find(own->key_env, name) != own->key_env.end() || related(own->kind, owner->kind)) return;
    context_.sink.report(DiagId::ForeignVariable, span_of(p.api_key->from, context_),
                         "`" + name + "` holds the key of " + std::string(owner->title) + ", and this is sent to " +
                             std::string(own->title));
  }

  /// Kinds of one company, whose keys may be the same.
  static bool related(std::string_view a, std::string_view b) {
    const auto company = [](std::string_view kind) {
      if (kind.starts_with("azure")) return std::string_view("azure");
      if (kind == "google" || kind == "vertex_ai" || kind == "palm") return std::string_view("google");
      if (kind == "codestral") return std::string_view("mistral");
      if (kind.starts_with("ollama")) return std::string_view("ollama");
      if (kind == "openai_like") return std::string_view("openai");
      return kind;
    };
    return company(a) == company(b);
  }

  void foreign_model(const ir::Deployment& d, const ir::ResolvedProvider& p) {
    const std::string& kind = **p.kind;
    if (kind != "openai" && kind != "anthropic" && kind != "google") return;
    const std::string_view maker = maker_of(*d.upstream_model);
    if (maker.empty() || maker == kind) return;
    context_.sink.report(DiagId::ForeignModel, span_of(d.upstream_model.from, context_),
                         "`" + *d.upstream_model + "` is a model of " + std::string(title_of(maker)) +
                             ", and this asks " + std::string(title_of(kind)) + " for it");
  }

  void retired(const ir::Deployment& d, const ir::ResolvedProvider& p) {
    const std::string_view day = facts::retired(**p.kind, *d.upstream_model);
    if (day.empty()) return;
    context_.sink.report(
        DiagId::RetiredModel, span_of(d.upstream_model.from, context_),
        std::string(title_of(**p.kind)) + " switched `" + *d.upstream_model + "` off on " + std::string(day));
  }

  const ir::Gateway& gateway_;
  passes::Context& context_;
};

}  // namespace

void check_models(const ir::Gateway& gateway, passes::Context& context) { ModelChecks(gateway, context).run(); }

}  // namespace gatec::rules
