#pragma once

#include "compiler/base/pointer_map.h"
#include "compiler/base/text.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/gateway.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::ledger {

using diagnostics::DiagId;
using ir::Fate;
using ir::LeafId;

/// What a writer could not say, or says otherwise. Given by the address of the IR value that it concerns: a Field, a
/// Value, a list element or a whole entity (then all fields below it share the loss, each leaf with its own entry).
struct Loss {
  Fate fate = Fate::Skipped;  // Approximated, Manual or Skipped
  DiagId code = DiagId::NotExpressible;
  base::Text reason;    // why, for people: "the gateway retries the same target only"
  std::string written;  // canonical text (ir::show) of what is found there on reading back; empty = nothing is found
                        // there, or the target's default. The proof holds the target to it; of what is lost whole,
                        // nothing else may be found.
  base::Text advice;    // Manual: what a person must do and where
  bool gone = false;    // a member of a plan that is not written at all: what stands in its place is another
  bool shape =
      false;  // of a plan: its form is lost, what its deployments hold must be found again, perhaps in another place
  bool partly = false;  // missing only below what is lost itself; everywhere else it arrives, as it is or as `written`
};

/// A fact that follows from a default of a gateway and not from a source leaf.
struct Assumption {
  std::string field;  // IR path or words; of several places the first
  std::string_view rule;
  std::string text;
  std::int64_t places = 1;
};

/// What a leaf came to, one row a leaf; made by the proof from the comparison and the losses.
struct LeafRecord {
  Fate fate = Fate::Open;
  bool has_code = false;
  DiagId code{};
  LeafId target;                    // first leaf of the outputs that it became
  std::string_view reason, advice;  // of the ledger's losses and settlements, which live longer
  struct Texts {
    std::string field;  // IR path
    std::string wanted, written;
  };
  std::unique_ptr<Texts> texts;  // of what differs; most leaves are mapped and have none
};

class Ledger {
 public:
  /// Reader's word on a leaf that becomes no IR value (a duplicate that lost, a read-only field), or that the source
  /// gateway refuses although it becomes one. Said twice, the worse fate stays.
  void settle(LeafId leaf, Fate fate, DiagId code, std::string reason);
  /// Every leaf below a node (aliases followed) at once.
  void settle(const doc::Node& node, Fate fate, DiagId code, const std::string& reason);

  /// Said twice of one value, the later word counts.
  void lose(const void* ir_value, Loss loss) { lose(losses_, ir_value, std::move(loss)); }
  /// A field is told from the entity that begins at the same address.
  template <class T>
  void lose(const ir::Field<T>* field, Loss loss) {
    lose(fields_, field, std::move(loss));
  }
  /// The same of a field whose type the writer no longer knows.
  void lose_field(const void* field, Loss loss) { lose(fields_, field, std::move(loss)); }
  /// Whether a member of a plan is left out.
  [[nodiscard]] bool gone(const void* ir_value) const {
    const Loss* known = any_gone_ ? loss(ir_value) : nullptr;
    return known != nullptr && known->gone;
  }
  struct Added {
    std::string field;    // an IR path or one within a deployment ("provider.api_key"), or its beginning
    std::string reason;   // for people
    std::string written;  // canonical text of the only value that may be found; empty = any
  };
  /// The target says more than the source under this IR path prefix, as explained. Of several rows for one prefix any
  /// may fit.
  void admit_added(std::string path_prefix, std::string reason, std::string written = {}) {
    added_.push_back({std::move(path_prefix), std::move(reason), std::move(written)});
  }
  /// The same below a deployment, wherever it stands.
  void admit_within(const void* deployment, std::string field, std::string reason, std::string written = {}) {
    within_[deployment].push_back({std::move(field), std::move(reason), std::move(written)});
  }
  [[nodiscard]] const std::vector<Added>* added_within(const void* deployment) const {
    const auto found = within_.find(deployment);
    return found == within_.end() ? nullptr : &found->second;
  }
  void assume(std::string field, std::string_view rule, std::string text);

  /// What was lost as a whole: an entity, a list, open data.
  [[nodiscard]] const Loss* loss(const void* ir_value) const { return find(losses_, ir_value); }
  /// What was lost of a value itself.
  [[nodiscard]] const Loss* loss_of_value(const void* ir_value) const {
    const Loss* field = find(fields_, ir_value);
    return field != nullptr ? field : find(losses_, ir_value);
  }
  /// What is found as announced in one place and missing in another can be promised no more.
  void soften(const void* ir_value);
  [[nodiscard]] const std::vector<Added>& added() const { return added_; }
  [[nodiscard]] const std::vector<Assumption>& assumptions() const { return assumptions_; }

  struct Settlement {
    LeafId leaf;
    Fate fate;
    DiagId code;
    std::string reason;
  };
  [[nodiscard]] const std::vector<Settlement>& settlements() const { return settlements_; }

 private:
  struct Losses {
    base::PointerMap places;
    std::deque<Loss> rows;
  };
  static const Loss* find(const Losses& losses, const void* ir_value) {
    const std::uint32_t found = losses.places.find(ir_value);
    return found == base::PointerMap::kNone ? nullptr : &losses.rows[found];
  }
  void lose(Losses& losses, const void* ir_value, Loss loss);

  std::vector<Settlement> settlements_;
  Losses losses_, fields_;
  std::vector<Added> added_;
  std::unordered_map<const void*, std::vector<Added>> within_;
  bool any_gone_ = false;
  std::vector<Assumption> assumptions_;
};

}  // namespace gatec::ledger
