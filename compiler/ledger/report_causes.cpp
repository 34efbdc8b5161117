#include "compiler/ledger/report_causes.h"

#include <algorithm>
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

}  // namespace

std::vector<Cause> causes(const Report& report) {
  std::map<std::tuple<Fate, std::string_view, std::string_view>, std::size_t> known;
  std::vector<Cause> list;
  for (const Entry& entry : report.entries) {
    if (entry.fate == Fate::Mapped) continue;
    const auto [at, fresh] = known.try_emplace({entry.fate, entry.code, entry.reason}, list.size());
    if (fresh) list.push_back({entry.fate, entry.code, entry.reason, 0, &entry});
    ++list[at->second].count;
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

}  // namespace gatec::ledger
