#pragma once

#include "compiler/ir/gateway.h"
#include "compiler/limits/algebra.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::limits {

/// One counter that has a say, as its gateway counts it (`as_counted`).
struct Link {
  std::string at;                // "team:research", "route:gpt-4o", "provider:openai", "global"
  std::optional<Decimal> limit;  // nothing: not known here
  ir::LeafId from;               // where the amount is written; invalid for a default
  std::string_view blocks;       // ">" or ">=": what the counter is held against it by; empty where nobody says
  std::vector<Link> sum_of;      // of a route: what its members allow, added up
  std::optional<Cap> cap = {};   // the counter; nothing: not known here
};

/// What one caller may do on one route in one window, all levels together: the least of them binds.
struct EffectiveCap {
  std::string principal;  // "key:alice"; "*" is whoever calls
  std::string route;      // as requested
  ir::Counted counts = ir::Counted::Requests;
  std::string window;            // "60s", "30d", "calendar month", "lifetime"; empty where nothing is counted
  std::optional<Decimal> limit;  // nothing: unlimited, or unknown
  std::string binding;           // the link that it comes from; the one nearest to the caller of several
  bool hint = false;             // steers routing, refuses nothing
  bool unknown = false;          // a level that is not known here may allow less
  std::vector<Link> chain;       // organisation first, global last
  std::optional<Cap> cap;        // the binding counter, for comparisons; nothing if none is known
};

/// Empty: all.
struct Query {
  std::string_view key = {}, team = {}, model = {};
  bool anybody = false;  // "*" alone, whoever is declared
};

/// One of them without its chain.
struct PlainCap {
  ir::Counted counts = ir::Counted::Requests;
  std::string_view window;
  bool hint = false;
  const Decimal* limit = nullptr;  // null: not known here
  const Cap* cap = nullptr;
  ir::LeafId from;  // where the amount is written; invalid for a default
};

/// Reads a gateway once, then answers for one caller and route after another; quickest caller by caller. Holds views
/// into the gateway and the query, which must outlive it; not for several threads at once.
/// Who is above whom, and who is asked at all, is the gateway's `enforcement` table and the belongings of its
/// principals:
///   organisation → team, and the teams above it → project → user, member → key → tags → route → global
class Caps {
 public:
  explicit Caps(const ir::Gateway& gateway, const Query& query = {});
  ~Caps();
  Caps(const Caps&) = delete;
  Caps& operator=(const Caps&) = delete;

  /// As declared. Whoever calls a gateway that declares nobody is "*".
  [[nodiscard]] std::size_t callers() const;
  [[nodiscard]] const std::string& caller(std::size_t caller) const;
  /// Names that may be asked for: routes and aliases as declared, then what patterns answer and somebody's list names.
  [[nodiscard]] std::size_t routes() const;
  [[nodiscard]] std::string_view route(std::size_t route) const;
  /// Routes of one class may be used by the same callers, who have the same caps on each of them.
  [[nodiscard]] std::size_t class_of(std::size_t route) const;
  [[nodiscard]] bool may_use(std::size_t caller, std::size_t route) const;
  /// Who keeps a caller from a route: whoever of those above is blocked, or has a list without it.
  struct Barrier {
    std::string at;
    ir::LeafId from;  // invalid where nothing is written: the deployments belong to other teams
  };
  [[nodiscard]] std::optional<Barrier> barrier(std::size_t caller, std::size_t route) const;
  /// By counted thing, without what nobody counts.
  [[nodiscard]] std::vector<PlainCap> plain(std::size_t caller, std::size_t route) const;
  /// By counted thing; where nobody counts requests, tokens or money an entry says so, without window.
  void add(std::size_t caller, std::size_t route, std::vector<EffectiveCap>& to) const;

 private:
  class Worked;
  std::unique_ptr<Worked> worked_;
};

/// All of them: by caller, route, counted thing and window.
[[nodiscard]] std::vector<EffectiveCap> effective_caps(const ir::Gateway& gateway, const Query& query);

/// What a cap counts to as its gateway counts: a bucket what it lets through in 60 s, anything else its amount.
[[nodiscard]] Decimal as_counted(const Cap& cap);
/// "60s", "30d", "calendar month", "lifetime"; of a bucket "60s".
[[nodiscard]] std::string window_label(const ir::Window& window);

}  // namespace gatec::limits
