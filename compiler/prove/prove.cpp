#include "compiler/prove/prove.h"

#include "compiler/base/pointer_map.h"
#include "compiler/prove/gate.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

namespace gatec::prove {
namespace {

using compare::Change;
using compare::Class;
using compare::Pair;
using diagnostics::DiagId;
using ir::Fate;
using ir::LeafId;
using ledger::LeafRecord;
using ledger::Loss;

/// What the writer announced as added, by prefix of the path.
class Announced {
 public:
  explicit Announced(const std::vector<ledger::Ledger::Added>& added) : added_(added), sorted_(added.size()) {
    for (std::size_t i = 0; i < sorted_.size(); ++i) sorted_[i] = i;
    const auto what = [&](std::size_t i) {
      return std::pair<std::string_view, std::string_view>(added[i].field, added[i].written);
    };
    std::sort(sorted_.begin(), sorted_.end(),
              [&](std::size_t a, std::size_t b) { return std::pair(what(a), a) < std::pair(what(b), b); });
    sorted_.erase(
        std::unique(sorted_.begin(), sorted_.end(), [&](std::size_t a, std::size_t b) { return what(a) == what(b); }),
        sorted_.end());
    shorter_.assign(sorted_.size(), kNone);
    for (std::size_t i = 1; i < sorted_.size(); ++i) {
      std::size_t at = i - 1;
      while (at != kNone && !prefix(i).starts_with(prefix(at))) at = shorter_[at];
      shorter_[i] = at;
    }
  }
  /// The reason of the first that fits.
  [[nodiscard]] const std::string* find(const Pair& pair) const {
    const std::string_view path = pair.path.text();
    // Whatever `path` begins with is the last prefix not after it, or what that one begins with.
    const auto after = std::upper_bound(sorted_.begin(), sorted_.end(), path,
                                        [&](std::string_view p, std::size_t i) { return p < added_[i].field; });
    std::size_t at = after == sorted_.begin() ? kNone : static_cast<std::size_t>(after - sorted_.begin()) - 1;
    std::size_t first = kNone;
    for (; at != kNone; at = shorter_[at]) {
      const ledger::Ledger::Added& row = added_[sorted_[at]];
      if (!path.starts_with(row.field) || sorted_[at] > first) continue;
      if (row.written.empty() || row.written == pair.show(pair.after)) first = sorted_[at];
    }
    return first == kNone ? nullptr : &added_[first].reason;
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  [[nodiscard]] std::string_view prefix(std::size_t at) const { return added_[sorted_[at]].field; }
  const std::vector<ledger::Ledger::Added>& added_;
  std::vector<std::size_t> sorted_;   // by prefix, each once for each text
  std::vector<std::size_t> shorter_;  // the longest other prefix that a prefix begins with
};

/// Holds every difference against the ledger while the comparison runs.
class Prover final : public compare::Listener {
 public:
  Prover(const Inputs& in, Outcome& out)
      : Prover(in, nullptr, &out, std::make_shared<const Announced>(in.ledger.added())) {
    reshaped_ = std::any_of(in.source.nodes.begin(), in.source.nodes.end(), [&](const ir::PlanNode& n) {
      const Loss* loss = in.ledger.loss(&n);
      return loss != nullptr && loss->shape;
    });
  }

  [[nodiscard]] std::unique_ptr<compare::Listener> beside() override;
  [[nodiscard]] bool take(compare::Listener& part) override;

  void enter(const void* before, const void* after) override { around_.push_back({before, after, nullptr}); }
  void enter_extra(const ir::Extra& before) override { around_.push_back({&before, nullptr, &before}); }
  void leave() override { around_.pop_back(); }
  [[nodiscard]] bool gone(const void* member) const override { return in_.ledger.gone(member); }

  void implied(const Pair& pair) override {
    if (pair.before_from->has_leaves()) {
      different(pair, Change::Removed);
    } else {
      same(pair);
    }
  }

  void same(const Pair& pair) override {
    const LeafId target = pair.after_from ? pair.after_from->first() : LeafId{};
    pair.before_from->each([&](LeafId leaf) {
      LeafRecord& record = out_.leaves[leaf.value];
      if (record.fate == Fate::Open) record.fate = Fate::Mapped;
      if (!record.target.valid()) record.target = target;
      if (log_ && !log_->same[leaf.value].valid()) log_->same[leaf.value] = target;
    });
  }

  void moot(const Pair& pair, std::string_view why) override {
    pair.before_from->each([&](LeafId leaf) { moot_[leaf.value] = why; });
  }

  void different(const Pair& pair, Change change) override {
    const void* const where = pair.before ? pair.before : pair.after;
    const bool first = seen_.insert(where);
    if (log_ && first) log_->seen.push_back(where);
    if (pair.before != nullptr) {
      lost(pair, change, first);
    } else {
      added(pair, first);
    }
    if (!first) return;
    Gate::Place place;
    if (!around_.empty()) place = {around_.back().before, around_.back().after, nullptr, nullptr};
    if (around_.size() > 1) place.list_before = around_[around_.size() - 2].before;
    if (around_.size() > 1) place.list_after = around_[around_.size() - 2].after;
    const std::size_t rows = gate_.size();
    gate_.difference(pair, change, place);
    if (log_ && gate_.size() > rows) log_->rows.push_back({where, rows});
  }

  void finish() {
    find_moved();
    out_.figures.differences = static_cast<std::int64_t>(seen_.size());
    out_.figures.unadmitted = static_cast<std::int64_t>(refused_.size());
    out_.figures.admitted = out_.figures.differences - out_.figures.unadmitted;
    settle();
    for (std::uint32_t i = 0; i < out_.leaves.size(); ++i) {
      LeafRecord& record = out_.leaves[i];
      if (record.fate == Fate::Open && !moot_[i].empty()) {
        record.fate = Fate::Skipped;
        record.code = DiagId::ShadowedSetting;
        record.has_code = true;
        record.reason = moot_[i];
      }
      if (record.fate == Fate::Open) out_.open.push_back(LeafId{i});
    }
    out_.gate = std::move(gate_).rows();
  }

 private:
  struct Around {
    const void* before;
    const void* after;
    const ir::Extra* extra;
    const Loss* loss = nullptr;
    bool asked = false;
  };

  struct Sought {
    std::string key, or_key;
    const void* value;
    std::string text;
  };

  void lost(const Pair& pair, Change change, bool first) {
    if (change == Change::Changed) find(pair);
    const Loss* own = in_.ledger.loss_of_value(pair.before);
    const bool partly = own != nullptr && own->partly && change == Change::Removed;
    if (own != nullptr && !partly && as_announced(pair, change, *own, true)) {
      admit(pair, change, first, *own, true);
      return;
    }
    bool of_deployment = false;
    for (std::size_t i = around_.size(); i-- > 0;) {
      if (around_[i].extra != nullptr && !same_dialect_) {
        foreign(pair, *around_[i].extra);
        return;
      }
      Around& around = around_[i];
      if (around.before == nullptr) continue;
      of_deployment = of_deployment || is_deployment(around.before);
      if (!around.asked) {
        around.loss = in_.ledger.loss(around.before);
        around.asked = true;
      }
      const Loss* const loss = around.loss;
      if (loss == nullptr) continue;
      // what is lost in part may be lost whole with what surrounds it, but not become another
      if (own != nullptr && change == Change::Changed && !loss->shape) break;
      if (loss->shape && (of_deployment || (own == nullptr && name_of(pair) == "weight"))) {
        if (pair.before_from->has_leaves())
          moved(pair, change, *loss, own);
        else if (first && change == Change::Removed)
          assume(pair, loss->reason, pair.before_from->rule() ? pair.before_from->rule()->id : "");
      } else {
        admit(pair, change, first, partly ? *own : *loss, false);
      }
      return;
    }
    if ((own == nullptr || partly) && pair.before_from->is_default() && change == Change::Removed) {
      if (first)
        assume(pair, std::string(pair.before_from->rule()->text) + "; the target does not",
               pair.before_from->rule()->id);
      return;
    }
    refuse(pair, own != nullptr ? own->written : "");
  }

  bool is_deployment(const void* entity) const {
    const auto& all = in_.source.deployments;
    const auto* d = static_cast<const ir::Deployment*>(entity);
    return !all.empty() && !std::less<>{}(d, all.data()) && std::less<>{}(d, all.data() + all.size());
  }

  /// Whether the target says what the loss announced. What is lost for a person to mend may also be absent from one
  /// place and stand in another as announced, or give way to the target's default.
  static bool as_announced(const Pair& pair, Change change, const Loss& loss, bool exact) {
    if (loss.shape && !exact) return true;
    const bool approximated = loss.fate == Fate::Approximated;
    if (change == Change::Removed) return !approximated || !exact || loss.written.empty();
    const bool by_default = pair.after_from != nullptr && pair.after_from->is_default();
    return pair.show(pair.after) == loss.written || (!approximated && by_default);
  }

  /// `exact`: the loss names this very value, not something around it.
  void admit(const Pair& pair, Change change, bool first, const Loss& loss, bool exact) {
    if (!as_announced(pair, change, loss, exact)) {
      refuse(pair, loss.written);
      return;
    }
    if (!pair.before_from->has_leaves()) {
      // What surrounds a default and is lost as a whole is told by its leaves.
      if (first && exact) assume(pair, loss.reason, pair.before_from->rule() ? pair.before_from->rule()->id : "");
      return;
    }
    record(pair, loss.fate, loss.code, loss.reason, loss.advice, change == Change::Removed);
  }

  /// A value of a deployment below a plan that has another form now: it must stand somewhere else.
  void moved(const Pair& pair, Change change, const Loss& loss, const Loss* own) {
    const std::string name = name_of(pair);
    const bool partly = own != nullptr && own->partly;
    const bool optional = own != nullptr && own->fate != Fate::Approximated && !partly;
    if (!optional) {
      const std::string itself = name + "=" + pair.show(pair.before);
      const bool other = own != nullptr && !(partly && own->written.empty());
      sought_.push_back({other ? name + "=" + own->written : itself, partly ? itself : std::string(), pair.before,
                         pair.path.text() + ": " + pair.show(pair.before) + " → another place"});
    }
    const Loss& told = partly ? *own : loss;
    record(pair, told.fate, told.code, told.reason, told.advice, change == Change::Removed);
  }

  /// The name that a value has within its deployment.
  static std::string name_of(const Pair& pair) {
    static constexpr std::array<std::string_view, 7> kPlan = {"plan", "balance",   "fallback", "primary",
                                                              "case", "otherwise", "idle"};
    const auto& segments = pair.path.segments();
    for (std::size_t i = segments.size(); i-- > 0;) {
      if (std::find(kPlan.begin(), kPlan.end(), segments[i].name) == kPlan.end()) continue;
      return pair.path.text_from(i + 1);
    }
    return pair.path.text();
  }

  void find(const Pair& pair) {
    if (reshaped_) ++found_[name_of(pair) + "=" + pair.show(pair.after)];
  }

  /// Each of the moved values stands in as many places as before, at least.
  void find_moved() {
    for (const Sought& s : sought_) {
      auto found = found_.find(s.key);
      if (found == found_.end() || found->second == 0) found = found_.find(s.or_key);
      if (found != found_.end() && found->second > 0) {
        --found->second;
      } else if (refused_.insert(s.value)) {
        unproved(s.text);
      }
    }
  }

  void foreign(const Pair& pair, const ir::Extra& extra) {
    const DiagId code = extra.code == DiagId::NotModelled ? DiagId::ForeignSetting : extra.code;
    record(pair, extra.elsewhere, code, extra.elsewhere == Fate::Manual ? kForeignManual : kForeignSkipped,
           extra.advice, true);
  }

  void record(const Pair& pair, Fate fate, DiagId code, std::string_view reason, std::string_view advice,
              bool removed) {
    const LeafId target = pair.after_from && !removed ? pair.after_from->first() : LeafId{};
    pair.before_from->each([&](LeafId leaf) {
      LeafRecord& r = out_.leaves[leaf.value];
      if (r.fate >= fate) return;
      r.fate = fate;
      r.code = code;
      r.has_code = true;
      r.reason = reason;
      r.advice = advice;
      if (!r.texts) r.texts = std::make_unique<LeafRecord::Texts>();
      r.texts->field = pair.path.text();
      r.texts->wanted = pair.show(pair.before);
      r.texts->written = removed ? std::string() : pair.show(pair.after);
      if (target.valid()) r.target = target;
      if (log_ && target.valid()) log_->targets.push_back({leaf, fate, target});
    });
  }

  void added(const Pair& pair, bool first) {
    find(pair);
    if (!first) return;
    if (pair.after_from && pair.after_from->is_default()) {
      assume(pair, pair.after_from->rule()->text, pair.after_from->rule()->id);
      return;
    }
    for (std::size_t i = around_.size(); i-- > 0;) {
      const auto* rows = around_[i].before != nullptr ? in_.ledger.added_within(around_[i].before) : nullptr;
      if (rows == nullptr) continue;
      const std::string name = name_of(pair);
      for (const auto& [field, reason, written] : *rows) {
        if (!name.starts_with(field) || (!written.empty() && written != pair.show(pair.after))) continue;
        assume(pair, reason, "added");
        return;
      }
    }
    const std::string& path = pair.path.text();
    if (const std::string* reason = announced_->find(pair)) {
      assume(pair, *reason, "added");
      return;
    }
    refused_.insert(pair.after);
    unproved(path + ": nothing → " + pair.show(pair.after));
  }

  /// The same assumption in several places is told once.
  void assume(const Pair& pair, std::string_view text, std::string_view rule) {
    const auto [known, fresh] = assumed_.emplace(key_of(rule, text), out_.assumptions.size());
    if (log_) log_->assumed.push_back({pair.before ? pair.before : pair.after, known->second});
    if (fresh) {
      out_.assumptions.push_back({pair.path.text(), rule, std::string(text), 1});
    } else {
      ++out_.assumptions[known->second].places;
    }
  }

  /// The same value may be lost in one place as explained and in another without explanation.
  void refuse(const Pair& pair, std::string_view promised) {
    record(pair, Fate::Skipped, DiagId::Unproved, "what was written does not say this, and nothing explains why", "",
           pair.after == nullptr);
    if (!refused_.insert(pair.before)) return;
    std::string text =
        pair.path.text() + ": " + pair.show(pair.before) + " → " + (pair.after ? pair.show(pair.after) : "nothing");
    if (!promised.empty()) (text += ", announced as ") += promised;
    unproved(std::move(text));
  }

  void unproved(std::string text) {
    constexpr std::size_t kEnough = 100;
    if (out_.figures.unadmitted_paths.size() < kEnough) out_.figures.unadmitted_paths.push_back(std::move(text));
  }

  /// What the reader said of leaves: a merged value that was overridden gives way to its use elsewhere.
  void settle() {
    for (const ledger::Ledger::Settlement& s : in_.ledger.settlements()) {
      if (s.leaf.value >= out_.leaves.size()) continue;
      LeafRecord& record = out_.leaves[s.leaf.value];
      const bool gives_way = s.code == DiagId::MergeOverridden && record.fate != Fate::Open;
      if (gives_way || record.fate >= s.fate) continue;
      record.fate = s.fate;
      record.code = s.code;
      record.has_code = true;
      record.reason = s.reason;
      record.advice = {};
    }
  }

  static constexpr std::string_view kForeignManual = "only the source gateway knows this setting";
  static constexpr std::string_view kForeignSkipped = "means nothing outside the source gateway";

  /// What a part tells beside its outcome, so that another can take it up.
  struct Log {
    explicit Log(std::uint32_t leaf_count) : same(leaf_count) {}

    struct Told {  // because this value was met for the first time
      const void* where;
      std::size_t index;
    };
    struct Target {
      LeafId leaf;
      Fate fate;
      LeafId target;
    };
    Outcome outcome;
    std::vector<const void*> seen;
    std::vector<Told> assumed, rows;
    std::vector<LeafId> same;     // by leaf: where it was found first
    std::vector<Target> targets;  // of leaves that became something else, as told
  };
  static std::string key_of(std::string_view rule, std::string_view text) {
    std::string key(rule);
    return (key += ' ') += text;
  }
  Prover(const Inputs& in, std::unique_ptr<Log> log, Outcome* out, std::shared_ptr<const Announced> announced)
      : in_(in),
        log_(std::move(log)),
        out_(log_ ? log_->outcome : *out),
        same_dialect_(in.source.dialect == in.target.dialect),
        moot_(in.leaf_count),
        announced_(std::move(announced)) {
    out_.leaves.resize(in.leaf_count);
  }

  [[nodiscard]] bool fits(const Prover& part) const;
  void take_leaves(Prover& part);
  void take_assumptions(const Prover& part);

  const Inputs& in_;
  std::unique_ptr<Log> log_;  // of a part only
  Outcome& out_;
  bool same_dialect_;
  bool reshaped_ = false;  // the form of some plan is lost
  std::vector<Around> around_;
  std::vector<std::string_view> moot_;
  std::shared_ptr<const Announced> announced_;
  base::PointerMap seen_, refused_;
  std::unordered_map<std::string, std::size_t> assumed_;
  std::vector<Sought> sought_;                          // values that left their place with the form of a plan
  std::unordered_map<std::string, std::size_t> found_;  // values that are found where the source has nothing or another
  Gate gate_;
};

/// Where the form of a plan is lost, values are looked for across all routes: then there are no parts.
std::unique_ptr<compare::Listener> Prover::beside() {
  if (reshaped_ || log_) return nullptr;
  return std::unique_ptr<Prover>(new Prover(in_, std::make_unique<Log>(in_.leaf_count), nullptr, announced_));
}

/// What is refused is told in full by the one who compares all, and an assumption by the first place that makes it.
bool Prover::fits(const Prover& part) const {
  if (part.refused_.size() > 0) return false;
  std::size_t fresh = 0;
  for (const Log::Told& told : part.log_->assumed) {
    if (told.index < fresh) continue;
    fresh = told.index + 1;
    const ledger::Assumption& assumption = part.out_.assumptions[told.index];
    if (seen_.contains(told.where) && !assumed_.contains(key_of(assumption.rule, assumption.text))) return false;
  }
  return true;
}

/// Values that were met here already are told once.
bool Prover::take(compare::Listener& other) {
  auto& part = static_cast<Prover&>(other);
  if (!fits(part)) return false;
  take_assumptions(part);
  for (const Log::Told& told : part.log_->rows) {
    if (!seen_.contains(told.where)) gate_.take(part.gate_, told.index);
  }
  for (const void* where : part.log_->seen) seen_.insert(where);
  take_leaves(part);
  return true;
}

void Prover::take_assumptions(const Prover& part) {
  std::vector<std::size_t> places(part.out_.assumptions.size(), SIZE_MAX);  // here, by number there
  for (const Log::Told& told : part.log_->assumed) {
    if (seen_.contains(told.where)) continue;
    std::size_t& place = places[told.index];
    if (place == SIZE_MAX) {
      ledger::Assumption assumption = part.out_.assumptions[told.index];
      assumption.places = 0;
      const auto [known, fresh] = assumed_.emplace(key_of(assumption.rule, assumption.text), out_.assumptions.size());
      if (fresh) out_.assumptions.push_back(std::move(assumption));
      place = known->second;
    }
    ++out_.assumptions[place].places;
  }
}

void Prover::take_leaves(Prover& part) {
  for (std::size_t i = 0; i < out_.leaves.size(); ++i) {
    LeafId& target = out_.leaves[i].target;
    if (!target.valid()) target = part.log_->same[i];
    if (!part.moot_[i].empty()) moot_[i] = part.moot_[i];
  }
  for (const Log::Target& told : part.log_->targets) {
    LeafRecord& record = out_.leaves[told.leaf.value];
    if (told.fate > record.fate) record.target = told.target;
  }
  for (std::size_t i = 0; i < out_.leaves.size(); ++i) {
    LeafRecord& record = out_.leaves[i];
    LeafRecord& other = part.out_.leaves[i];
    if (other.fate <= record.fate) continue;
    const LeafId target = record.target;
    record = std::move(other);
    record.target = target;
  }
}

}  // namespace

Outcome prove(const Inputs& inputs) {
  Outcome outcome;
  for (const ledger::Assumption& a : inputs.ledger.assumptions()) outcome.assumptions.push_back(a);
  Prover prover(inputs, outcome);
  compare::compare(inputs.source, inputs.target, prover);
  prover.finish();
  return outcome;
}

}  // namespace gatec::prove
