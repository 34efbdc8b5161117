#include "targets/toy/toy.h"

namespace gatec::targets::toy {
namespace {

using diagnostics::DiagId;
using doc::Node;

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, source) {path, KeyType::type, Handling::handling, #area, source, {}},
#include "targets/toy/keys.def"
#undef GATEC_KEY
};

constexpr std::string_view kAdvice = "see whether it is needed";

class Reader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway)
      : context_(context), gateway_(gateway), kit_(context, kName, &parse_reference) {}

  void document(const Node& root) {
    for (const doc::Entry& entry : root.entries()) {
      const std::string_view key = entry.key->text();
      if (key == "models" && entry.value->is_mapping()) {
        for (const doc::Entry& model : entry.value->entries()) route(model);
      } else {
        keep(gateway_.extras, entry, keys().root().child(key).known());
      }
    }
  }

 private:
  void keep(std::vector<ir::Extra>& extras, const doc::Entry& entry, bool known) {
    if (!known) {
      context_.sink.report(DiagId::ToyUnknownKey, entry.key->span(),
                           "`" + std::string(entry.key->text()) + "` is not read");
    }
    extras.push_back(
        kit_.extra("", entry.key->text(), *entry.value, DiagId::ToyUnknownKey, ir::Fate::Skipped, kAdvice));
  }

  void route(const doc::Entry& model) {
    ir::Provider provider;
    ir::Deployment deployment;
    ir::Route route;
    route.name = kit_.string(*model.key, "models");
    if (!model.value->is_mapping()) {
      kit_.wrong_type(*model.value, "models", "a mapping");
      keep(gateway_.extras, model, true);
      return;
    }
    for (const doc::Entry& entry : model.value->entries()) {
      const std::string_view key = entry.key->text();
      if (key == "provider")
        provider.kind = kit_.string(*entry.value, key);
      else if (key == "model")
        deployment.upstream_model = kit_.string(*entry.value, key);
      else if (key == "key")
        provider.api_key = kit_.credential(*entry.value, key);
      else if (key == "url")
        provider.base_url = kit_.string(*entry.value, key);
      else
        keep(deployment.extras, entry, false);
    }
    deployment.provider = gateway_.add(std::move(provider));
    ir::PlanNode node;
    node.what = ir::Use{gateway_.add(std::move(deployment))};
    route.plan = gateway_.add(std::move(node));
    gateway_.routes.push_back(std::move(route));
  }

  ReadContext& context_;
  ir::Gateway& gateway_;
  ReadKit kit_;
};

}  // namespace

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (text.size() < 2 || text.front() != '$') return std::nullopt;
  return ir::Credential::env(std::string(text.substr(1)));
}

const KeyTable& keys() {
  static const KeyTable table(kRows);
  return table;
}

int detect(const doc::Document& document) {
  const Node* root = document.root();
  return root != nullptr && root->is_mapping() && root->get("toy") != nullptr ? 100 : 0;
}

void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  Reader reader(context, gateway);
  for (const Input& input : inputs) {
    for (const Node* root : input.document->roots()) {
      if (root->is_mapping()) reader.document(*root);
    }
  }
}

}  // namespace gatec::targets::toy
