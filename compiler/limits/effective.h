#pragma once

#include "compiler/ir/gateway.h"
#include "compiler/limits/algebra.h"

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

/// By principal (as declared), route (as declared), counted thing and window. Whoever calls a gateway that declares
/// nobody is "*". A pair of which nobody counts requests, tokens or money has an entry that says so, without window.
/// Who is above whom, and who is asked at all, is the gateway's `enforcement` table and the belongings of its
/// principals:
///   organisation → team, and the teams above it → project → user, member → key → tags → route → global
[[nodiscard]] std::vector<EffectiveCap> effective_caps(const ir::Gateway& gateway, const Query& query);

/// The name that people know a principal by: "key:alice", alias before id.
[[nodiscard]] std::string principal_name(const ir::Gateway& gateway, const ir::Principal& principal);

/// What a cap counts to as its gateway counts: a bucket what it lets through in 60 s, anything else its amount.
[[nodiscard]] Decimal as_counted(const Cap& cap);
/// "60s", "30d", "calendar month", "lifetime"; of a bucket "60s".
[[nodiscard]] std::string window_label(const ir::Window& window);

}  // namespace gatec::limits
