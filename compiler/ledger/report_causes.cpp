#include "compiler/ledger/report_causes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>

namespace gatec::ledger {
namespace {

int rank(Fate fate) {
  switch (fate) {
    case Fate::Open: return 0;
    case Fate::Manual: return 1;
    case Fate::Approximated: return 2;
    case Fate::Skipped: return 3;
    case Fate::Mapped: return 4;
  }
  return 4;
}

/// Rows of causes by where their texts stand, so that few are compared: thousands of leaves share a reason.
class KnownTexts {
 public:
  /// Of an entry with the same fate and the very same texts; null when none was noted, or another has its slot.
  [[nodiscard]] const std::size_t* find(const Entry& entry) const {
    const Slot& slot = slots_[place(entry)];
    return slot.entry != nullptr && slot.entry->fate == entry.fate && same(slot.entry->reason, entry.reason) &&
                   same(slot.entry->code, entry.code)
               ? &slot.row
               : nullptr;
  }
  void note(const Entry& entry, std::size_t row) { slots_[place(entry)] = {&entry, row}; }

 private:
  struct Slot {
    const Entry* entry = nullptr;
    std::size_t row = 0;
  };
  static constexpr std::size_t kSlots = 256;

  static bool same(std::string_view a, std::string_view b) { return a.data() == b.data() && a.size() == b.size(); }
  static std::size_t place(const Entry& entry) {
    const std::uint64_t at =
        std::uint64_t{reinterpret_cast<std::uintptr_t>(entry.reason.data())} * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(at >> 32U) % kSlots;
  }

  std::array<Slot, kSlots> slots_{};
};

}  // namespace

std::vector<Cause> causes(const Report& report) {
  std::map<std::tuple<Fate, std::string_view, std::string_view>, std::size_t> known;
  KnownTexts texts;
  std::vector<Cause> list;
  for (const Entry& entry : report.entries) {
    if (entry.fate == Fate::Mapped) continue;
    if (const std::size_t* const row = texts.find(entry); row != nullptr) {
      ++list[*row].count;
      continue;
    }
    const auto [at, fresh] = known.try_emplace({entry.fate, entry.code, entry.reason}, list.size());
    if (fresh) list.push_back({entry.fate, entry.code, entry.reason, 0, &entry});
    ++list[at->second].count;
    texts.note(entry, at->second);
  }
  std::stable_sort(list.begin(), list.end(), [](const Cause& a, const Cause& b) {
    return std::pair(rank(a.fate), -a.count) < std::pair(rank(b.fate), -b.count);
  });
  return list;
}

std::vector<Task> tasks(const Report& report) {
  std::map<std::string_view, std::size_t> known;
  std::vector<Task> list;
  for (const Entry& entry : report.entries) {
    if (entry.fate != Fate::Manual) continue;
    const std::string_view text = entry.advice.empty() ? entry.reason : entry.advice;
    const auto [at, fresh] = known.try_emplace(text, list.size());
    if (fresh) list.push_back({text, 0, &entry});
    ++list[at->second].count;
  }
  return list;
}

std::string side(const std::string& dialect, const std::string& version) {
  return version.empty() ? dialect : dialect + "@" + version;
}

std::string share(const Report& report, std::int64_t part) {
  const std::int64_t all = report.leaves;
  const std::int64_t tenths = all == 0 ? 0 : (part * 2000 + all) / (2 * all);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

std::string place(const Entry& entry) {
  return std::string(entry.file) + ":" + std::to_string(entry.line) + ":" + std::to_string(entry.column);
}

std::string restored_text(const Report& report) {
  std::string text = "what the inputs cannot say comes from the sidecar beside them";
  for (std::size_t i = 0; i < report.edited.size(); ++i)
    (text += i == 0 ? ", but for what was edited since: " : ", ") += report.edited[i];
  return text + ".";
}

}  // namespace gatec::ledger
