#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using ir::Fate;
using ir::Origin;

namespace {

/// What a file of variables looks like: a mapping of capitals to text, and nothing that is a section of a config.
bool is_environment(const Input& input, const Node& root) {
  if (input.name.ends_with(".env")) return true;
  if (!root.is_mapping() || root.empty()) return false;
  return std::ranges::all_of(root.entries(), [](const Entry& e) {
    return e.key->is_scalar() && e.value->is_scalar() &&
           (variable(e.key->text()) != nullptr || is_process_variable(e.key->text()));
  });
}

constexpr ir::Enforcement kEnforcement[] = {
    {"key", "usd", ">=", "unlimited", "2.8"},
    {"key", "requests", ">", "refused", "2.7"},
    {"user", "requests", ">", "refused", "2.7"},
    {"provider", "concurrent", ">", "refused", "2.5"},
};

}  // namespace

std::span<const ir::Enforcement> enforcement() { return kEnforcement; }

void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  Reader(context, gateway).read(inputs);
}

Reader::Reader(ReadContext& context, ir::Gateway& gateway)
    : context_(context), kit_(context, kName, &parse_reference), gw_(gateway) {
  gw_.dialect = kName;
  gw_.version = context.version;
}

void Reader::read(std::span<const Input> inputs) {
  for (const Input& input : inputs) gather(input);
  if (root_ != nullptr) read_root(*root_);
  read_environment();
  if (root_ != nullptr) {
    build_routes();
    defaults();
  }
  gw_.enforcement.assign(std::begin(kEnforcement), std::end(kEnforcement));
}

void Reader::gather(const Input& input) {
  const Node* root = input.document->root();
  for (const Node* other : input.document->roots()) {
    if (other == root) continue;
    report(DiagId::SeveralDocuments, other->span(),
           "the gateway takes one document: it refuses a file with a second one");
    settle(*other, Fate::Skipped, DiagId::SeveralDocuments, "the gateway takes one document");
  }
  if (root == nullptr) return;
  if (is_environment(input, *root)) {
    settle_lost(*root);
    for (const Entry& e : root->entries()) env_.push_back(&e);
    if (root->leaf().valid()) settle(*root, Fate::Skipped, DiagId::InertKey, "no variable is set");
    return;
  }
  if (!root->is_mapping() || root->empty()) {
    report(DiagId::WrongType, root->span(), "a Ferro config is a mapping, not " + describe(*root));
    settle(*root, Fate::Skipped, DiagId::WrongType, "the document holds no config");
    return;
  }
  settle_lost(*root);
  if (root_ != nullptr) {
    report(DiagId::SeveralDocuments, root->span(), "the gateway takes one config; an earlier input is one already");
    settle(*root, Fate::Skipped, DiagId::SeveralDocuments, "an earlier input is the config");
    return;
  }
  root_ = root;
  json_ = input.document->format() == doc::Format::Json;
}

/// What duplicate keys and merges lost.
void Reader::settle_lost(const Node& node) {
  for (const Entry& e : node.written_entries()) {
    if (e.loss == doc::Loss::Duplicate) {
      settle(*e.value, Fate::Skipped, DiagId::DuplicateKey, "a later entry with the same key counts");
    } else if (e.loss == doc::Loss::MergeKey && e.value->leaf().valid()) {
      settle(*e.value, Fate::Skipped, DiagId::MergeOverridden, "nothing to merge");
    } else if (!e.aliased) {
      settle_lost(*e.value);
    }
  }
  for (const Entry& e : node.overridden())
    settle(*e.value, Fate::Skipped, DiagId::MergeOverridden, "a nearer entry with the same key counts");
  for (const Node* element : node.elements()) settle_lost(*element);
}

void Reader::read_root(const Node& root) {
  const Cursor at = keys().root();
  const Node* targets = nullptr;
  const Node* plugins = nullptr;
  const Entry* strategy = nullptr;
  const Entry* aliases = nullptr;
  read_guides(root);
  walk(root, at, top(), [&](const Entry& e, std::string_view key) {
    if (key == "targets") {
      if (is_list(e, key, top())) targets = e.value;
    } else if (key == "strategy") {
      if (is_map(e, key, top())) strategy = &e;
    } else if (key == "aliases") {
      if (is_map(e, key, top())) aliases = &e;
    } else if (key == "plugins") {
      if (is_list(e, key, top())) plugins = e.value;
    } else {
      read_rest(e, key);
    }
    return true;
  });
  if (targets != nullptr) read_targets(*targets);
  read_unused_guides();
  if (strategy != nullptr && targets_.empty()) {
    keep_row(*strategy, "strategy", at.child("strategy"), top());
  } else if (strategy != nullptr) {
    strategy_ = strategy->value;
    read_strategy();
  }
  if (aliases != nullptr && targets_.empty()) {
    keep_row(*aliases, "aliases", at.child("aliases"), top());
  } else if (aliases != nullptr) {
    read_aliases(*aliases);
  }
  ir::Value order;
  order.kind = ir::Value::Kind::Mapping;
  for (const AliasEntry& alias : aliases_)
    order.pairs.emplace_back(alias.name, ir::Value::string(std::string(alias.node->text())));
  if (!order.pairs.empty()) lay_out("aliases", std::move(order));
  if (plugins != nullptr) read_plugins(*plugins);
}

void Reader::read_rest(const Entry& e, std::string_view key) {
  const Cursor at = keys().root().child(key);
  const Place place = top();
  if (key == "request_timeout") {
    gw_.defaults.timeouts.total = duration(*e.value, key);
    if (!gw_.defaults.timeouts.total.given()) keep_wrong(e, key, place);
    return;
  }
  if (key == "compatibility") return read_compatibility(e);
  const bool guide = key == "providers" || key == "virtual_keys" || key == "server" || key == "listeners" ||
                     key == "routes" || key == "model_aliases" || key == "prompt_templates" || key == "debug";
  if (guide) return read_guide_block(e);
  keep_row(e, key, at, place);
}

void Reader::read_compatibility(const Entry& e) {
  const Place place = top();
  if (!is_map(e, "compatibility", place)) return;
  const Place inner = place.below("compatibility");
  walk(*e.value, keys().root().child("compatibility"), inner, [&](const Entry& one, std::string_view key) {
    const std::string_view word = one.value->is_string() ? one.value->text() : std::string_view{};
    if (word == "drop" || word == "reject") {
      gw_.defaults.params.drop_unsupported = {word == "drop", one.value->leaf()};
    } else {
      if (word != "warn")
        report(DiagId::FerroRange, one.value->span(), "`on_unsupported_param` is warn, drop or reject");
      keep(one, key, inner, DiagId::NotModelled, Fate::Manual,
           "decide what the target gateway does with parameters that a provider lacks");
    }
    return true;
  });
}

void Reader::read_aliases(const Entry& e) {
  const Place place = top("aliases");
  for (const Entry& one : e.value->entries()) {
    const std::string_view name = one.key->text();
    if (!one.key->is_scalar() || !one.value->is_scalar() || one.value->is_null()) {
      kit_.wrong_type(*one.value, name, "a model id");
      keep_wrong(one, name, place);
      continue;
    }
    const std::string_view target = one.value->text();
    const bool chained = e.value->get(target) != nullptr;
    if (name.empty() || target.empty() || name == target || chained) {
      report(DiagId::FerroAlias, one.value->span(),
             name.empty()     ? "the name of an alias is empty"
             : target.empty() ? "alias `" + std::string(name) + "` leads to nothing"
             : name == target ? "alias `" + std::string(name) + "` names itself"
                              : "alias `" + std::string(name) + "` names alias `" + std::string(target) +
                                    "`: one step is all there is",
             "the gateway refuses the config");
      keep(one, name, place, DiagId::FerroAlias, Fate::Manual, "name the model itself");
      continue;
    }
    aliases_.push_back({std::string(name), one.value, Origin(one.value->leaf())});
  }
}

void Reader::defaults() {
  ir::Settings& s = gw_.defaults;
  if (targets_.empty()) return;
  if (s.retry.attempts.absent()) s.retry.attempts = {0, Origin(rules::kRetries)};
  s.retry.redraw = {false, Origin(rules::kSameTarget)};
  s.retry.honour_retry_after = {true, Origin(rules::kRetryAfter)};
}

}  // namespace gatec::targets::ferro
