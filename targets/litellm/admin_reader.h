#pragma once

#include "targets/litellm/admin.h"
#include "targets/litellm/admin_fields.h"
#include "targets/litellm/tables.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::litellm {

using diagnostics::DiagId;

/// Reads bodies and exports of the management API, split over admin_read*.cpp by what the fields are about.
class AdminReader {
 public:
  AdminReader(ReadKit& kit, ir::Gateway& gateway, ConfigBodies& bodies);
  /// A list, a wrapper or an object; `hint` where the place tells the kind.
  void read(const doc::Node& node, AdminKind hint);

 private:
  /// One object while it is read.
  struct Draft {
    AdminKind kind = AdminKind::None;
    KeyTable::Cursor at;
    ir::Principal principal;
    ir::Field<ir::Decimal> amount, soft, member_amount;
    ir::Field<ir::Window> window, member_window;
    ir::Field<std::string> rpm_type, tpm_type;
    // read when the object's own id is known
    const doc::Node* budget_table = nullptr;
    const doc::Node* metadata = nullptr;
    const doc::Node* model_table = nullptr;
    std::vector<std::pair<AdminField, const doc::Node*>> members;
  };

  // admin_read.cpp: objects and their fields
  void read_wrapper(const doc::Node& wrapper);
  void read_object(const doc::Node& object, AdminKind hint);
  void read_principal(const doc::Node& object, AdminKind kind);
  void read_fields(const doc::Node& object, Draft& draft);
  void read_entry(const doc::Entry& entry, Draft& draft);
  bool take(const doc::Entry& entry, AdminField field, Draft& draft);
  bool take_name(const doc::Entry& entry, AdminField field, Draft& draft);
  bool take_secret(const doc::Node& node, ir::Principal& principal);
  bool take_expiry(const doc::Entry& entry, ir::Principal& principal);
  bool take_aliases(const doc::Node& node, Draft& draft);
  bool take_tags(const doc::Node& node, Draft& draft);
  void read_metadata(const doc::Node& metadata, Draft& draft);
  void read_model_table(const doc::Node& table, Draft& draft);
  void finish(const doc::Node& object, Draft& draft);
  [[nodiscard]] bool stated_before(const doc::Node& object, const ir::Principal& principal);

  // admin_read_limits.cpp: what is counted
  bool take_amount(const doc::Entry& entry, AdminField field, Draft& draft);
  bool take_limit(const doc::Entry& entry, AdminField field, Draft& draft);
  bool take_model_limits(const doc::Entry& entry, ir::Counted counts, Draft& draft);
  bool take_model_budgets(const doc::Node& node, Draft& draft);
  bool take_model_budget(const doc::Entry& entry, Draft& draft);
  bool take_budget_limits(const doc::Node& list, Draft& draft);
  [[nodiscard]] ir::Field<ir::Window> reset(const doc::Node& node, std::string_view what);
  void add_limit(Draft& draft, ir::Limit limit);
  void finish_budgets(Draft& draft);
  void read_budget_table(const doc::Node& table, Draft& draft);
  void read_row_inline(const doc::Node& table, Draft& draft);

  // admin_read_members.cpp: who belongs where
  void read_membership(const doc::Node& object, AdminKind kind);
  void read_members(AdminField field, const doc::Node& list, Draft& owner);
  void read_team_member(const doc::Node& element, Draft& team);
  void read_user_team(const doc::Node& element, Draft& user);
  void read_user_organization(const doc::Node& element, Draft& user);
  void add_person(const doc::Node& person, Draft& draft, KeyTable::Cursor at);
  void add_member(ir::Principal member);
  void merge(ir::Principal& into, ir::Principal from);
  template <class T>
  void merge(ir::Field<T>& into, ir::Field<T>& from);

  // admin_read_rest.cpp: what is not modelled
  void unmodelled(const doc::Entry& entry, Draft& draft, const std::string& section, KeyTable::Cursor parent);
  void keep(const doc::Entry& entry, ir::Principal& principal, std::string section, DiagId code, ir::Fate elsewhere,
            std::string_view advice);
  void keep_wrong(const doc::Entry& entry, ir::Principal& principal, std::string section = {});
  void tell_unknown(const doc::Entry& entry, KeyTable::Cursor parent, const std::string& where);
  void check_kept(const doc::Node& node, KeyTable::Cursor at, std::string_view under);
  void settle_unset(const doc::Node& node);
  void settle_read_only(const doc::Node& node);
  void hide_secrets(const doc::Node& node, const KeyRow* row);
  void shadowed(const doc::Node& node, std::string_view winner);

  [[nodiscard]] bool quiet() { return kit_.context().proving; }
  [[nodiscard]] ledger::Ledger& ledger() { return kit_.context().ledger; }

  ReadKit& kit_;
  ir::Gateway& gateway_;
  ConfigBodies& bodies_;
  std::unordered_map<std::string, std::size_t> members_;  // where in gateway_.principals
  std::unordered_set<std::string> stated_;                // kinds and ids
};

/// `${NAME}` as the whole text, as payloads have it: the sender fills it in.
[[nodiscard]] std::optional<ir::Credential> payload_reference(std::string_view text);

/// Budgets and limits that a principal takes from the budget row that it names (§9.4).
void fill_from_budget_rows(ir::Gateway& gateway);

}  // namespace gatec::targets::litellm
