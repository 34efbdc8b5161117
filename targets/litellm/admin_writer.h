#pragma once

#include "targets/litellm/admin.h"
#include "targets/litellm/admin_kinds.h"
#include "targets/litellm/tables.h"

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::litellm {

/// One file of payloads: bodies that go to one endpoint.
struct PayloadFile {
  std::string_view name;      // "03-teams.json"
  std::string_view endpoint;  // "/team/new"
  std::string_view word;      // "team"
  std::vector<doc::Out> bodies;
};

/// Writes principals as bodies of the management API, split over admin_write*.cpp. What the API has no field for is
/// given to the ledger.
class AdminWriter {
 public:
  AdminWriter(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] std::vector<Artifact> write();

 private:
  using Principal = ir::Principal;

  // admin_write.cpp: bodies
  void write_principal(const Principal& p);
  void write_member(const Principal& p);
  [[nodiscard]] doc::Out person(const Principal& p) const;
  [[nodiscard]] bool lacks_team(const ir::Principal& p) const;
  void names(const Principal& p, AdminKind kind, doc::Out& body);
  void key_fields(const Principal& p, doc::Out& body);
  void access(const Principal& p, AdminKind kind, doc::Out& body);
  void inline_members(const Principal& team, doc::Out& body);
  void metadata(const Principal& p, AdminKind kind, doc::Out& body);
  void extras(const Principal& p, AdminKind kind, doc::Out& body);
  void put(doc::Out& body, AdminKind kind, std::string_view key, const ir::Field<std::string>& field);
  void put(doc::Out& body, AdminKind kind, std::string_view key, const ir::List<std::string>& list);
  void put_role(doc::Out& body, std::string_view key, const ir::Field<std::string>& role,
                std::span<const std::string_view> known, std::string_view least);
  [[nodiscard]] std::string spell(const ir::Credential& credential, const void* ir_value, std::string_view hint,
                                  bool resolved_by_proxy);
  template <class T>
  void no_place(const T& value, std::string reason) {
    context_.ledger.lose(&value, {ir::Fate::Skipped, diagnostics::DiagId::NotExpressible, std::move(reason), {}, {}});
  }

  // admin_write_limits.cpp: budgets and limits
  void budgets(const Principal& p, AdminKind kind, doc::Out& body);
  void main_budget(const ir::Budget& budget, AdminKind kind, const ir::Budget* row, doc::Out& body);
  void model_budget(const ir::Budget& budget, doc::Out& models);
  void member_budget(const ir::Budget& budget, doc::Out& body);
  void membership_budget(const Principal& p, std::string_view key, doc::Out& body);
  [[nodiscard]] std::string reset_of(const ir::Budget& budget);
  void other_period(const ir::Budget& budget, const ir::Window& written, std::string reason);
  [[nodiscard]] const ir::Budget* find_main(const Principal& p) const;
  void limits(const Principal& p, AdminKind kind, doc::Out& body);
  void limit(const ir::Limit& limit, const std::vector<const ir::Limit*>& others, AdminKind kind, doc::Out& body);
  [[nodiscard]] static std::optional<std::int64_t> whole_amount(const ir::Limit& limit);
  void tell_rounding(const ir::Limit& limit, std::int64_t amount, bool of_several);
  void guarantee(const ir::Limit& limit, AdminKind kind, doc::Out& body);
  void drop(const ir::Limit& limit, std::string reason);
  void drop(const ir::Budget& budget, std::string reason);

  [[nodiscard]] bool takes(AdminKind kind, std::string_view key) const;
  [[nodiscard]] const Principal* row_of(const Principal& p) const;
  [[nodiscard]] bool in_row(const Principal& p, const ir::Limit& limit) const;
  [[nodiscard]] PayloadFile& file(AdminKind kind);
  [[nodiscard]] std::string script() const;

  const ir::Gateway& gateway_;
  WriteContext& context_;
  std::vector<PayloadFile> files_;
  std::set<std::string> secrets_;  // variables that the script fills in
  std::set<std::string> written_;  // kinds and names
  std::unordered_map<std::string_view, const Principal*> rows_;
  std::unordered_map<std::string_view, std::vector<const Principal*>>
      nameless_teams_;  // without an id: their members stand with them
};

/// The script that sends the payloads.
[[nodiscard]] std::string apply_script(const std::vector<PayloadFile>& files, const std::set<std::string>& secrets);

}  // namespace gatec::targets::litellm
