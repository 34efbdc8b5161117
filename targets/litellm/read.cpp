#include "targets/litellm/read.h"

#include "targets/litellm/admin.h"
#include "targets/litellm/detect.h"
#include "targets/litellm/reader.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;

/// A fragment that is one entry of model_list and nothing else. Guardrails have parameters of the same name.
bool is_lone_entry(const Node& root) {
  const Node* params = root.is_mapping() ? root.get("litellm_params") : nullptr;
  if (params == nullptr || (params->is_mapping() && params->get("guardrail") != nullptr)) return false;
  return std::ranges::all_of(root.entries(), [](const Entry& e) {
    const std::string_view key = e.key->text();
    return key == "model_name" || key == "litellm_params" || key == "model_info" || key == "rpm" || key == "tpm";
  });
}

}  // namespace

void read_litellm(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  Reader(context, gateway).read(inputs);
}

Reader::Reader(ReadContext& context, ir::Gateway& gateway)
    : context_(context), kit_(context, "litellm", &parse_reference), gw_(gateway) {
  gw_.dialect = "litellm";
  gw_.version = context.version;
}

void Reader::read(std::span<const Input> inputs) {
  std::vector<std::pair<const Node*, std::string_view>> admin;
  for (const Input& input : inputs) {
    const Node* root = only_root(*input.document);
    if (root == nullptr) continue;
    payload_ = input.role == "payload";
    survey(*root, "", false);
    payload_ = false;
    const bool ours = input.role == "payload" && root->is_sequence() && is_payload_file(input.name);
    if (ours || (!is_lone_entry(*root) && detect_admin(*root) > detect_config(*root))) {
      admin.emplace_back(root, ours ? std::string_view(input.name) : std::string_view());
    } else {
      read_root(input, *root);
    }
  }
  ConfigBodies bodies;
  for (const auto& [root, file] : admin) read_admin(*root, kit_, gw_, bodies, file);
  lone_entries_.insert(lone_entries_.end(), bodies.models.begin(), bodies.models.end());
  read_sections();
  for (const Node* credential : bodies.credentials) read_credential(*credential);
  fill_enforcement(gw_);
}

/// The proxy loads one document (page §1.2).
const Node* Reader::only_root(const doc::Document& document) {
  const Node* root = document.root();
  for (const Node* other : document.roots()) {
    if (other == root) continue;
    if (!other->is_null())
      context_.sink.report(DiagId::SeveralDocuments, other->span(),
                           "LiteLLM reads one document a file; this one is left out");
    context_.ledger.settle(*other, Fate::Skipped, DiagId::SeveralDocuments, "LiteLLM reads one document a file");
  }
  return root;
}

void Reader::read_root(const Input& input, const Node& root) {
  if (root.leaf().valid()) {
    context_.ledger.settle(root.leaf(), Fate::Skipped, DiagId::LitellmNoValue, "the document says nothing");
    return;
  }
  if (root.is_sequence()) {
    model_lists_.push_back(&root);
    return;
  }
  if (is_lone_entry(root)) {
    lone_entries_.push_back(&root);
    return;
  }
  std::vector<const Entry*> pending;
  for (const Entry& e : root.entries()) {
    if (e.key->text() == "include" && e.key->is_scalar()) {
      pending.push_back(&e);
    } else {
      add_section(e, false);
    }
  }
  // paths are relative to the first file, also those that an included file names (page §1.3)
  for (std::size_t i = 0; i < pending.size(); ++i) read_include(input, *pending[i], pending);
}

void Reader::read_include(const Input& input, const Entry& include, std::vector<const Entry*>& pending) {
  if (!is_list(include, top())) return;
  for (const Node* path : include.value->elements()) {
    const doc::Document* document = path->is_string() && included_.size() < kMaxIncludes && context_.load
                                        ? context_.load(input, path->text())
                                        : nullptr;
    if (document == nullptr || std::ranges::find(included_, document) != included_.end()) {
      const bool again = document != nullptr;
      if (!quiet()) {
        context_.sink.report(
            DiagId::LitellmIncludeFailed, path->span(),
            again ? "the file is included already" : "the included file cannot be read: LiteLLM does not start");
      }
      context_.ledger.settle(*path, again ? Fate::Skipped : Fate::Manual, DiagId::LitellmIncludeFailed,
                             "the included file was not read");
      continue;
    }
    included_.push_back(document);
    context_.ledger.settle(*path, Fate::Mapped, DiagId::NotModelled, "the included file was read in its place");
    const Node* root = only_root(*document);
    if (root == nullptr) continue;
    survey(*root, "", false);
    if (!root->is_mapping() || root->empty()) {
      context_.ledger.settle(*root, Fate::Skipped, DiagId::LitellmNoValue, "the included file holds no sections");
      continue;
    }
    for (const Entry& e : root->entries()) {
      if (e.key->text() == "include") {
        pending.push_back(&e);
      } else {
        add_section(e, true);
      }
    }
  }
}

/// Lists grow. An included section of another kind replaces the whole (page §1.3); sections of several inputs are
/// joined.
void Reader::add_section(const Entry& entry, bool from_include) {
  const std::string_view key = entry.key->text();
  const auto found = std::ranges::find(sections_, key, &Section::key);
  if (found == sections_.end()) {
    sections_.push_back({key, {&entry}});
    return;
  }
  const bool lists = entry.value->is_sequence() && found->entries.front()->value->is_sequence();
  const bool maps = entry.value->is_mapping() && found->entries.front()->value->is_mapping();
  if (lists || (maps && !from_include)) {
    found->entries.push_back(&entry);
    return;
  }
  const DiagId code = from_include ? DiagId::LitellmIncludeReplaces : DiagId::LitellmInputsConflict;
  if (!quiet()) {
    context_.sink.report(code, entry.key->span(), "`" + std::string(key) + "` replaces the one above as a whole")
        .label(found->entries.front()->key->span(), "this one is lost");
  }
  for (const Entry* old : found->entries)
    context_.ledger.settle(*old->value, Fate::Skipped, code, "a later file replaces the section");
  found->entries = {&entry};
}

Entries Reader::entries_of(const Section& section) {
  Entries all;
  const bool several = section.entries.size() > 1;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (const Entry* part : section.entries) {
    if (!is_map(*part, top())) continue;
    for (const Entry& e : part->value->entries()) {
      if (several) {
        const auto [known, fresh] = seen.try_emplace(e.key->text(), all.size());
        if (!fresh) {
          if (!quiet())
            context_.sink.report(DiagId::LitellmInputsConflict, e.key->span(),
                                 "`" + std::string(e.key->text()) + "` is set by an earlier input already");
          context_.ledger.settle(*e.value, Fate::Skipped, DiagId::LitellmInputsConflict,
                                 "an earlier input sets the same key");
          continue;
        }
      }
      all.push_back(&e);
    }
  }
  return all;
}

const Reader::Section* Reader::section(std::string_view key) const {
  const auto found = std::ranges::find(sections_, key, &Section::key);
  return found == sections_.end() ? nullptr : &*found;
}

/// Names that `custom_provider_map` declares may stand as prefixes of models.
void Reader::find_custom_providers() {
  const Section* settings = section("litellm_settings");
  if (settings == nullptr) return;
  for (const Entry* part : settings->entries) {
    const Node* map = part->value->is_mapping() ? part->value->get("custom_provider_map") : nullptr;
    if (map == nullptr) continue;
    for (const Node* element : map->elements()) {
      const Node* name = element->is_mapping() ? element->get("provider") : nullptr;
      if (name != nullptr && name->is_string()) custom_providers_.push_back(name->text());
    }
  }
}

void Reader::read_sections() {
  find_custom_providers();
  if (const Section* models = section("model_list")) {
    for (const Entry* e : models->entries) {
      if (is_list(*e, top())) model_lists_.push_back(e->value);
    }
  }
  read_models(model_lists_);
  for (const Node* entry : lone_entries_) read_entry(*entry);
  // the router's settings overrule those of litellm_settings
  for (const std::string_view key : {"router_settings", "litellm_settings", "general_settings"}) {
    if (const Section* s = section(key)) read_settings(*s);
  }
  for (const Section& s : sections_) read_section(s);
  router_defaults();
  finish_cache();
  finish_global_budget();
  finish_auth();
  build_routes();
}

void Reader::read_settings(const Section& section) {
  const Cursor at = keys().root().child(section.key);
  const Entries entries = entries_of(section);
  const Place place = top(section.key);
  if (section.key == "router_settings") {
    walk(entries, at, place,
         [this](const Entry& e, const KeyRow& row, Cursor inside) { return read_router(e, row, inside); });
  } else if (section.key == "litellm_settings") {
    walk(entries, at, place,
         [this](const Entry& e, const KeyRow& row, Cursor inside) { return read_litellm_setting(e, row, inside); });
  } else {
    walk(entries, at, place,
         [this](const Entry& e, const KeyRow& row, Cursor inside) { return read_general(e, row, inside); });
  }
}

void Reader::read_section(const Section& section) {
  const std::string_view key = section.key;
  if (key == "model_list" || key == "router_settings" || key == "litellm_settings" || key == "general_settings") return;
  if (key == "environment_variables") return read_environment(entries_of(section));
  if (key == "credential_list" || key == "guardrails") {
    for (const Entry* e : section.entries) {
      if (!is_list(*e, top())) continue;
      if (key == "guardrails") {
        read_guardrails(*e->value);
      } else {
        for (const Node* element : e->value->elements()) read_credential(*element);
      }
    }
    return;
  }
  for (const Entry* e : section.entries) {
    step(*e, keys().root(), top(), [&](const Entry& entry, const KeyRow& row, Cursor) {
      keep_row(entry, row, top());
      return true;
    });
  }
}

void Reader::lay_out(std::string name, std::string_view value) {
  gw_.layout.push_back({std::move(name), ir::Value::string(std::string(value))});
}

}  // namespace gatec::targets::litellm
