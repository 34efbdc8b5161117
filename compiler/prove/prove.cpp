#include "compiler/prove/prove.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compiler/prove/gate.h"

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

/// Holds every difference against the ledger while the comparison runs.
class Prover final : public compare::Listener {
 public:
  Prover(const Inputs& in, Outcome& out) : in_(in), out_(out), same_dialect_(in.source.dialect == in.target.dialect), moot_(in.leaf_count) {
    out_.leaves.resize(in.leaf_count);
  }

  void enter(const void* before, const void* after) override {
    around_.push_back({before, after, nullptr});
  }
  void enter_extra(const ir::Extra& before) override { around_.push_back({&before, nullptr, &before}); }
  void leave() override { around_.pop_back(); }

  void same(const Pair& pair) override {
    const LeafId target = pair.after_from ? pair.after_from->first() : LeafId{};
    pair.before_from->each([&](LeafId leaf) {
      LeafRecord& record = out_.leaves[leaf.value];
      if (record.fate == Fate::Open) record.fate = Fate::Mapped;
      if (!record.target.valid()) record.target = target;
    });
  }

  void moot(const Pair& pair, std::string_view why) override {
    pair.before_from->each([&](LeafId leaf) { moot_[leaf.value] = why; });
  }

  void different(const Pair& pair, Change change) override {
    const void* const where = pair.before ? pair.before : pair.after;
    const bool first = seen_.insert(where).second;
    if (pair.before != nullptr) {
      lost(pair, change, first);
    } else if (first) {
      added(pair);
    }
    if (first) gate_.difference(pair, change, !around_.empty() && around_.back().after != nullptr);
  }

  void finish() {
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
    out_.weaker = gate_.weaker();
    out_.gate = std::move(gate_).rows();
  }

 private:
  struct Around {
    const void* before;
    const void* after;
    const ir::Extra* extra;
  };

  void lost(const Pair& pair, Change change, bool first) {
    if (const Loss* loss = in_.ledger.loss(pair.before)) {
      admit(pair, change, first, *loss, true);
      return;
    }
    for (std::size_t i = around_.size(); i-- > 0;) {
      if (around_[i].extra != nullptr && !same_dialect_) {
        foreign(pair, *around_[i].extra);
        return;
      }
      if (around_[i].before == nullptr) continue;
      if (const Loss* loss = in_.ledger.loss(around_[i].before)) {
        admit(pair, change, first, *loss, false);
        return;
      }
    }
    if (pair.before_from->is_default() && change == Change::Removed) {
      if (first) assume(pair, std::string(pair.before_from->rule()->text) + "; the target does not", pair.before_from->rule()->id);
      return;
    }
    refuse(pair, "");
  }

  /// `exact`: the loss names this very value, not something around it.
  void admit(const Pair& pair, Change change, bool first, const Loss& loss, bool exact) {
    if (loss.fate == Fate::Approximated && (exact || change != Change::Removed)) {
      const std::string found = change == Change::Removed ? std::string() : pair.show(pair.after);
      if (found != loss.written) {
        refuse(pair, loss.written);
        return;
      }
    }
    if (!pair.before_from->has_leaves()) {
      // What surrounds a default and is lost as a whole is told by its leaves.
      if (first && exact) assume(pair, loss.reason, pair.before_from->rule() ? pair.before_from->rule()->id : "");
      return;
    }
    record(pair, loss.fate, loss.code, loss.reason, loss.advice, change == Change::Removed);
  }

  void foreign(const Pair& pair, const ir::Extra& extra) {
    const DiagId code = extra.code == DiagId::NotModelled ? DiagId::ForeignSetting : extra.code;
    record(pair, extra.elsewhere, code, extra.elsewhere == Fate::Manual ? kForeignManual : kForeignSkipped, extra.advice, true);
  }

  void record(const Pair& pair, Fate fate, DiagId code, std::string_view reason, std::string_view advice, bool removed) {
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
    });
  }

  void added(const Pair& pair) {
    if (pair.after_from && pair.after_from->is_default()) {
      assume(pair, pair.after_from->rule()->text, pair.after_from->rule()->id);
      return;
    }
    const std::string path = pair.path.text();
    for (const auto& [prefix, reason] : in_.ledger.added()) {
      if (!path.starts_with(prefix)) continue;
      assume(pair, reason, "added");
      return;
    }
    refused_.insert(pair.after);
    unproved(path + ": nothing → " + pair.show(pair.after));
  }

  /// The same assumption in several places is told once.
  void assume(const Pair& pair, std::string_view text, std::string_view rule) {
    std::string key(rule);
    (key += ' ') += text;
    const auto [known, fresh] = assumed_.emplace(std::move(key), out_.assumptions.size());
    if (fresh) {
      out_.assumptions.push_back({pair.path.text(), rule, std::string(text), 1});
    } else {
      ++out_.assumptions[known->second].places;
    }
  }

  /// The same value may be lost in one place as explained and in another without explanation.
  void refuse(const Pair& pair, std::string_view promised) {
    record(pair, Fate::Skipped, DiagId::Unproved, "what was written does not say this, and nothing explains why", "", pair.after == nullptr);
    if (!refused_.insert(pair.before).second) return;
    std::string text = pair.path.text() + ": " + pair.show(pair.before) + " → " + (pair.after ? pair.show(pair.after) : "nothing");
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

  const Inputs& in_;
  Outcome& out_;
  bool same_dialect_;
  std::vector<Around> around_;
  std::vector<std::string_view> moot_;
  std::unordered_set<const void*> seen_, refused_;
  std::unordered_map<std::string, std::size_t> assumed_;
  Gate gate_;
};

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
