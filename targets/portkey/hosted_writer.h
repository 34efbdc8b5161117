#pragma once

#include "targets/portkey/writer.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::portkey {

/// One file of payloads: bodies that go to one address of the control plane.
struct PayloadFile {
  std::string name;    // "02-integrations.json"
  std::string method;  // POST or PUT
  std::string path;    // "/integrations"
  std::string word;    // "integration"
  std::vector<Out> bodies;
  std::vector<std::string> id_variables;  // variable for the id of each answer; empty = not asked for
  bool per_workspace = false;             // sent once for each workspace that was made
};

/// bash: sends the files in order, fills in secrets and the ids of earlier answers.
[[nodiscard]] std::string apply_script(const std::vector<PayloadFile>& files, const std::set<std::string>& secrets,
                                       const std::vector<std::string>& workspaces);

/// Writes configs and the objects of the control plane that they need.
class HostedWriter {
 public:
  HostedWriter(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] std::vector<Artifact> write();

 private:
  /// Deployments that reach the same provider with the same credentials.
  struct Integration {
    std::string slug, kind, native;
    const ir::Provider* provider = nullptr;
    std::vector<const ir::Provider*> others;  // equal to it
    bool as_openai = false;
    std::vector<std::string> models;
  };

  // hosted_writer.cpp
  [[nodiscard]] bool needs_objects() const;
  [[nodiscard]] std::vector<Artifact> plain_configs(std::vector<ConfigWriter::Config> configs) const;
  void lose_server(bool any_config);
  void admit_name(const std::string& name, bool serves_all, const ir::Route& route);
  void add_configs(std::vector<ConfigWriter::Config> configs);
  [[nodiscard]] PayloadFile& file(std::string_view name, std::string_view method, std::string_view path,
                                  std::string_view word);
  template <class T>
  void lose(const T* value, Loss loss) {
    context_.ledger.lose(value, std::move(loss));
  }
  [[nodiscard]] bool same() const { return context_.same_dialect; }
  void put(Out& body, const std::vector<ir::Extra>& extras) { configs_.place_extras(body, extras); }

  // hosted_providers.cpp
  void lose_named(const ir::Provider& provider, const std::string& slug);
  [[nodiscard]] std::string slug_of(const ir::Deployment& deployment);
  [[nodiscard]] Out integration_body(const Integration& integration);
  [[nodiscard]] Out configurations(const ir::ResolvedProvider& r, const Integration& integration);
  void add_required(Out& out, const ir::ResolvedProvider& r, const Integration& integration, bool custom_host);
  void add_integrations();
  void add_kept_providers();
  void add_kept_integration(const ir::CredentialSet& set);
  void add_grants(const ir::CredentialSet& set);
  void add_legacy_settings(Out& body, const ir::Provider& p);
  [[nodiscard]] std::string workspace_reference(const ir::Field<std::string>& id);

  // hosted_principals.cpp
  void add_principals();
  [[nodiscard]] std::string name_of(const ir::Principal& p);
  [[nodiscard]] Out workspace_body(const ir::Principal& p);
  [[nodiscard]] Out key_body(const ir::Principal& p);
  [[nodiscard]] Out metadata(const ir::Principal& p);
  void lose_principal_rest(const ir::Principal& p);
  [[nodiscard]] std::optional<Out> budget(const ir::Budget& budget, bool policy);
  [[nodiscard]] std::optional<Out> limit(const ir::Limit& limit);
  [[nodiscard]] Out budgets(const std::vector<ir::Budget>& all, std::size_t most);
  [[nodiscard]] Out limits(const std::vector<ir::Limit>& all);
  void add_policies();
  void add_guardrails();
  void add_kept_objects();
  [[nodiscard]] bool add_reset(const ir::Budget& budget, Out& out);
  [[nodiscard]] std::string raw_reference(const ir::Principal& p, const std::string& name) const;
  template <class T>
  void lose_if(const T& field, Loss loss) {
    if (!field.absent()) lose(&field, std::move(loss));
  }
  // hosted_policies.cpp
  [[nodiscard]] std::vector<ir::Extra> policy_extras(const std::string& section) const;
  [[nodiscard]] Out policy_body(const ir::Scope& scope, const Out& limit, const std::string& section);
  void admit_policy(const ir::Budget& b);
  [[nodiscard]] static Out scope_conditions(const ir::Scope& scope, Out& group_by);

  const ir::Gateway& gateway_;
  WriteContext& context_;
  ConfigWriter configs_;
  std::vector<Integration> integrations_;
  std::map<std::string, std::size_t> by_identity_;
  std::set<std::string> slugs_;
  std::vector<PayloadFile> files_;
  std::vector<std::string> workspaces_;
  std::map<std::string, std::string> workspace_of_team_;  // id or name of a team → how others refer to its workspace
};

}  // namespace gatec::targets::portkey
