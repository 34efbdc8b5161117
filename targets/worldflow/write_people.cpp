#include "compiler/ir/describe.h"
#include "targets/worldflow/writer.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

using base::Decimal;
using ir::Fate;
using ir::PrincipalKind;

constexpr std::int64_t kDaySeconds = 86'400;

/// "2026-01-01…"
bool is_instant(std::string_view text) { return text.size() >= 10 && text[4] == '-' && text[7] == '-'; }

/// "30d", "1mo": a number and a unit.
bool is_span(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::string_view unit = text.substr(digits);
  return digits > 0 && digits < 10 &&
         (unit == "s" || unit == "m" || unit == "h" || unit == "d" || unit == "w" || unit == "mo");
}

bool is_team(const ir::Principal& p) { return p.kind == PrincipalKind::Team || p.kind == PrincipalKind::Organization; }

/// LiteLLM's roles in WorldFlow's words (page 10).
std::string_view role_of(std::string_view role) {
  if (role == "proxy_admin" || role == "org_admin" || role == "admin") return "admin";
  if (role.find("viewer") != std::string_view::npos || role == "readonly") return "viewer";
  return "operator";
}

const ir::Limit* rate(const std::vector<ir::Limit>& limits, ir::Counted counts, std::int64_t seconds) {
  for (const ir::Limit& l : limits) {
    const bool plain = l.counts == counts && l.amount.given() && l.window.given() &&
                       l.window->kind != ir::WindowKind::Calendar && l.window->seconds == seconds &&
                       l.scope.model.absent() && l.scope.per.absent() && l.scope.tag.absent() && !l.burst.given();
    if (plain) return &l;
  }
  return nullptr;
}

std::string_view word_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Member:
      return "a member of a team has no limits of its own; a team below it for each of them would have";
    case PrincipalKind::OrgMember: return "a member of an organisation has no limits of its own";
    case PrincipalKind::Project: return "there are no projects between teams and keys";
    case PrincipalKind::Customer: return "end customers are not known to the gateway";
    case PrincipalKind::Tag: return "tags are not known to the gateway";
    case PrincipalKind::BudgetRow: return "limits stand on the objects themselves";
    case PrincipalKind::AccessGroup: return "there are no groups of models that keys are bound to";
    default: return "there is no such object";
  }
}

/// The period of a day, a week or 30 days that is nearest in proportion, in days.
std::int64_t nearest_days(std::int64_t seconds) {
  // |ln(1/D)| < |ln(7/D)| while D² < 7, and so on
  const Decimal days_squared = Decimal(seconds).times(Decimal(seconds)).value_or(Decimal(INT64_MAX));
  const Decimal day_squared(kDaySeconds * kDaySeconds);
  if (days_squared <= *day_squared.times(Decimal(7))) return 1;
  return days_squared <= *day_squared.times(Decimal(210)) ? 7 : 30;
}

std::string_view period_name(std::int64_t days) { return days == 1 ? "daily" : days == 7 ? "weekly" : "monthly"; }

std::string path_of(const ir::Principal& p) { return "principals[" + ir::identity(p) + "]"; }

}  // namespace

const ir::Principal* Writer::principal(PrincipalKind kind, const ir::Field<std::string>& id) const {
  if (id.absent()) return nullptr;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind == kind && ((p.id.given() && *p.id == id.value) ||
                           (p.id.absent() && (p.alias.value == id.value || p.email.value == id.value))))
      return &p;
  }
  return nullptr;
}

std::string Writer::team_name(const ir::Principal& p) const {
  const auto known = team_names_.find(&p);
  return known != team_names_.end() ? known->second : p.alias.given() ? *p.alias : p.id.value;
}

/// `@team/research`; what is not among the teams stays as it is.
std::string Writer::team_reference(const ir::Field<std::string>& id, PrincipalKind kind) const {
  const ir::Principal* team = principal(kind, id);
  return team != nullptr ? reference(Entity::Team, team_name(*team)) : id.value;
}

void Writer::add_people() {
  std::vector<const ir::Principal*> teams;
  std::set<std::string> names;
  for (const PrincipalKind kind : {PrincipalKind::Organization, PrincipalKind::Team}) {
    for (const ir::Principal& p : gateway_.principals) {
      if (p.kind != kind) continue;
      const std::string wanted = p.alias.given() ? *p.alias : p.id.value;
      const std::string name = same() ? wanted : free_name(wanted, names);
      team_names_.emplace(&p, name);
      teams.push_back(&p);
    }
  }
  // parents first, as a team names its parent by the id that making it gave
  std::vector<const ir::Principal*> sorted;
  const auto placed = [&](const ir::Principal* p) { return std::ranges::find(sorted, p) != sorted.end(); };
  while (sorted.size() < teams.size()) {
    const std::size_t before = sorted.size();
    for (const ir::Principal* p : teams) {
      const ir::Principal* parent = principal(PrincipalKind::Team, p->team);
      if (!placed(p) && (parent == nullptr || parent == p || placed(parent))) sorted.push_back(p);
    }
    if (sorted.size() > before) continue;
    for (const ir::Principal* p : teams) {
      if (!placed(p)) sorted.push_back(p);
    }
  }
  std::vector<Out> bodies;
  for (const ir::Principal* p : sorted) bodies.push_back(team_body(*p));
  put_file(Entity::Team, std::exchange(bodies, {}));
  std::vector<Out> grants;
  std::set<std::string> addresses;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != PrincipalKind::User) continue;
    if (!same() && p.email.given() && !addresses.insert(*p.email).second) {
      lose(&p, {Fate::Manual, DiagId::DroppedPrincipal, "another user has the same e-mail address", "",
                "add the user with an address of their own (POST /api/v1/users)"});
      continue;
    }
    auto body = user_body(p);
    if (!body) continue;
    bodies.push_back(*std::move(body));
    if (p.role.given()) grants.push_back(grant_body(p));
  }
  put_file(Entity::User, std::exchange(bodies, {}));
  put_file(Entity::Role, {});
  put_file(Entity::RoleGrant, std::move(grants));
  put_file(Entity::ApiKey, {});
  std::set<std::string> key_names;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind == PrincipalKind::Key) {
      if (!same() && p.blocked.given() && *p.blocked) {
        lose(&p, nearly("the key is blocked: it is not made"));
        continue;
      }
      bodies.push_back(key_body(p, key_names));
    } else if (!is_team(p) && p.kind != PrincipalKind::User) {
      lose(&p, {p.kind == PrincipalKind::BudgetRow ? Fate::Approximated : Fate::Manual, DiagId::DroppedPrincipal,
                std::string(word_of(p.kind)), "",
                p.kind == PrincipalKind::BudgetRow ? "" : "set it up by hand where it matters"});
    }
  }
  put_file(Entity::VirtualKey, std::move(bodies));
}

Out Writer::team_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string name = team_name(p);
  if (!same() || p.alias.given()) body.add("name", name);
  if (!same() && !p.alias.given()) admit(path_of(p) + ".alias", "a team has a name");
  std::string path = path_of(p);
  if (!same() && p.alias.given() && *p.alias != name) {
    lose(&p.alias, nearly("two teams cannot have nearly the same name", name));
    if (p.id.absent()) {
      lose(&p, nearly("two teams cannot have nearly the same name; it is made as `" + name + "`"));
      path = "principals[" + std::string(ir::principal_kind_name(p.kind)) + ":" + name + "]";
      admit(path, "a team has a name");
    }
  }
  if (p.team.given())
    body.add("parentTeamId", team_reference(p.team, PrincipalKind::Team));
  else if (p.organization.given() && p.kind == PrincipalKind::Team) {
    if (principal(PrincipalKind::Organization, p.organization) != nullptr || same())
      body.add("parentTeamId", team_reference(p.organization, PrincipalKind::Organization));
    else
      lose(&p.organization, manual("the organisation is not among the inputs",
                                   "make a team for the organisation and set it as the parent"));
  }
  put_budget(body, p);
  put(body, p.extras, Entity::Team);
  body.at("_id") = Out("team/" + slug(name));
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  if (p.kind == PrincipalKind::Organization) body.at("_kind") = Out("organization");
  if (!same()) lose_rest(p);
  return body;
}

/// Of several budgets the one that can be said as it is; the first if there is none.
template <class Exact>
const ir::Budget* first_choice(const std::vector<ir::Budget>& budgets, Exact&& exact) {
  const auto found = std::ranges::find_if(budgets, exact);
  return found != budgets.end() ? &*found : nullptr;
}

/// One budget of a day, a week, a month or for good; other periods become the nearest one, in proportion (page 10.1).
void Writer::put_budget(Out& body, const ir::Principal& p) {
  bool written = false;
  const auto is_plain = [](const ir::Budget& b) {
    return b.amount.given() && b.counts == ir::Counted::Usd && b.scope.model.absent() && b.scope.provider.absent() &&
           b.scope.tag.absent() && b.scope.per.absent() && !b.amount->is_negative();
  };
  const ir::Budget* const exact_one = first_choice(
      p.budgets, [&](const ir::Budget& b) { return is_plain(b) && b.window.given() && !period_of(*b.window).empty(); });
  for (const ir::Budget& b : p.budgets) {
    const bool plain = is_plain(b);
    const bool other = exact_one != nullptr && exact_one != &b;
    if (written || other || !plain) {
      lose(&b, dropped(plain ? "a team has one budget" : "a team's budget is a sum of dollars for all that it does",
                       "set a second team below this one with this budget"));
      continue;
    }
    const ir::Window* w = b.window.given() ? &*b.window : nullptr;
    const bool lifetime = w == nullptr || w->kind == ir::WindowKind::Lifetime;
    const std::string_view period = w != nullptr ? period_of(*w) : std::string_view();
    if (b.window.state == ir::State::Unknown || (w != nullptr && w->kind == ir::WindowKind::Invalid)) {
      lose(&b, dropped("when the budget starts anew is not known", "set the budget by hand"));
      continue;
    }
    std::optional<std::int64_t> cents;
    std::string how;
    std::string_view written_period = period;
    const auto exact = cents_of(*b.amount);
    if (lifetime || !period.empty()) {
      if (exact) cents = exact->amount;
      if (exact && !exact->exact)
        how = "$" + b.amount->text() + " × 100, rounded down to " + std::to_string(exact->amount) + " cents";
    } else {
      std::int64_t seconds = w->seconds;
      if (w->kind == ir::WindowKind::Calendar && w->unit == ir::CalendarUnit::Month)
        seconds = w->count * 30 * kDaySeconds;
      const std::int64_t days = seconds > 0 ? nearest_days(seconds) : 30;
      const auto product = b.amount->times(Decimal(100))->times(Decimal(days * kDaySeconds));
      const auto whole = product ? product->floor() : std::nullopt;
      if (whole && seconds > 0) cents = *whole / seconds;
      written_period = period_name(days);
      if (cents)
        how = "$" + b.amount->text() + " × 100 × " + std::to_string(days) + " / " +
              (seconds % kDaySeconds == 0 ? std::to_string(seconds / kDaySeconds) + " days"
                                          : std::to_string(seconds) + " s") +
              " = " + std::to_string(*cents) + " cents, " + std::string(written_period);
    }
    if (!cents) {
      lose(&b, dropped("the budget cannot be counted in cents", "set the budget by hand"));
      continue;
    }
    if (*cents == 0 && !b.amount->is_zero()) {
      lose(&b, {Fate::Manual, DiagId::WorldflowSubCent, "the budget is less than a cent", "",
                "block the team, or give it a cent at least"});
      continue;
    }
    written = true;
    body.add("maxBudgetCents", Out::integer(*cents));
    if (!lifetime) body.add("budgetPeriod", written_period);
    if (same()) continue;
    if (!lifetime && period.empty()) {
      lose(&b, nearly(how + ", which starts anew when the gateway says"));
      admit(path_of(p) + ".budgets[", how);
    } else {
      if (!how.empty()) lose(&b.amount, nearly(how, usd_of(*cents).text()));
      if (w == nullptr) admit(path_of(p) + ".budgets[", "a budget without a period never starts anew");
      lose_if(b.soft, skipped("a team has no soft budget"));
      lose_if(b.id, skipped("the budget stands on the team itself"));
    }
  }
}

/// Without an address there is no user.
std::optional<Out> Writer::user_body(const ir::Principal& p) {
  if (!same() && !p.email.given()) {
    lose(&p, {Fate::Manual, DiagId::DroppedPrincipal, "a user needs an e-mail address", "",
              "add the user with an address (POST /api/v1/users)"});
    return std::nullopt;
  }
  Out body = Out::mapping();
  if (p.email.given()) body.add("email", *p.email);
  if (p.alias.given()) body.add("name", *p.alias);
  if (p.id.given()) body.add("external_id", *p.id);
  Out metadata = Out::mapping();
  for (const ir::Param& m : p.metadata) metadata.add(m.name, open(m.value, m.name));
  if (!metadata.empty()) body.add("metadata", std::move(metadata));
  put(body, p.extras, Entity::User);
  body.at("_id") = Out("user/" + slug(p.email.given() ? *p.email : p.id.value));
  if (!same()) lose_rest(p);
  return body;
}

Out Writer::grant_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string role(same() ? std::string_view(*p.role) : role_of(*p.role));
  if (!same() && role != *p.role) lose(&p.role, nearly("the nearest role; the rights differ", role));
  body.add("user_id", reference(Entity::User, p.email.given() ? *p.email : p.id.value));
  body.add(spec() ? "roleId" : "role", spec() ? "@role/" + role : role);
  return body;
}

/// The stricter of a key's own rate and its team's, as teams have none.
std::optional<Decimal> Writer::key_rate(const ir::Principal& key, const ir::Principal* team, ir::Counted counts,
                                        std::int64_t seconds, std::string_view path) {
  const ir::Limit* own = rate(key.limits, counts, seconds);
  const ir::Limit* above = team != nullptr && !same() ? rate(team->limits, counts, seconds) : nullptr;
  if (own == nullptr && above == nullptr) return std::nullopt;
  const bool from_team = own == nullptr || (above != nullptr && *above->amount < *own->amount);
  const Decimal exact = from_team ? *above->amount : *own->amount;
  const std::int64_t whole = exact.floor().value_or(0);
  if (own != nullptr && Decimal(whole) != *own->amount && !same()) {
    lose(&own->amount, nearly(from_team ? "the team's rate is lower, and stands on each of its keys"
                                        : "a rate is a whole number, rounded down",
                              std::to_string(whole)));
  }
  if (own == nullptr) {
    admit(std::string(path) + ".limits[", "the team's rate stands on each of its keys");
    // it stands where a limit of the key with another window would
    for (const ir::Limit& l : key.limits) {
      if (l.counts != counts || l.amount.absent() || context_.ledger.loss_of_value(&l.amount) != nullptr) continue;
      lose(&l.amount, nearly("the team's rate stands on each of its keys", std::to_string(whole)));
      ir::Window window;
      window.seconds = seconds;
      lose_if(l.window, nearly("the team's rate stands on each of its keys", ir::show(window)));
    }
  }
  if (own != nullptr && !same()) {
    lose_if(own->hint, skipped("it rejects what is above it"));
    lose_if(own->guarantee, skipped("a limit is a cap, it guarantees nothing"));
  }
  return Decimal(whole);
}

Out Writer::key_body(const ir::Principal& p, std::set<std::string>& names) {
  Out body = Out::mapping();
  std::string name = p.alias.given() ? *p.alias : p.id.given() ? *p.id : "key";
  if (!same()) name = free_name(name, names);
  std::string path = path_of(p);
  if (!same() && !p.alias.given()) {
    if (p.id.given()) {
      admit(path + ".alias", "a key has a name");
    } else {
      admit(path + ".alias", "the key has no name in the source; it is made as `" + name + "`");
    }
  } else if (!same() && *p.alias != name) {
    lose(&p.alias, nearly("two keys cannot have nearly the same name", name));
    if (p.id.absent()) {
      lose(&p, nearly("two keys cannot have nearly the same name; it is made as `" + name + "`"));
      path = "principals[key:" + name + "]";
      admit(path, "a key has a name");
    }
  }
  if (!same() || p.alias.given()) body.add("name", name);
  const ir::Principal* team = principal(PrincipalKind::Team, p.team);
  if (const auto rpm = key_rate(p, team, ir::Counted::Requests, 60, path))
    body.add("rateLimitRpm", Out::number(rpm->text()));
  const bool described = spec() || (same() && !other_shape());
  if (described) {
    if (const auto tpm = key_rate(p, team, ir::Counted::Tokens, 60, path))
      body.add("rateLimitTpm", Out::number(tpm->text()));
    if (const auto rpd = key_rate(p, team, ir::Counted::Requests, kDaySeconds, path))
      body.add("rateLimitRpd", Out::number(rpd->text()));
  }
  put_models(body, p, team, path);
  if (!p.allowed_ips.absent() && described) body.add("allowedIps", to_out(p.allowed_ips));
  if (same() && !described) {
    for (const ir::Limit& l : p.limits) {
      if (&l != rate(p.limits, ir::Counted::Requests, 60))
        lose(&l, dropped("a virtual key has one rate in the guides' form of the API, on requests of a minute",
                         "write `worldflow@spec`, which has a place for it"));
    }
    lose_if(p.allowed_ips, manual("addresses are allowed on keys, in the API description's form",
                                  "write `worldflow@spec`, or allow the addresses in the network"));
  }
  if (p.expires.given()) {
    if (same() || is_instant(*p.expires))
      body.add("expiresAt", same() && is_span(*p.expires) ? "@now+" + *p.expires : *p.expires);
    else if (is_span(*p.expires))
      body.add("expiresAt", "@now+" + *p.expires);
    else
      lose(&p.expires, manual("when the key expires cannot be told", "set `expiresAt` when the key is made"));
  }
  put_key_budget(body, p, path);
  put(body, p.extras, Entity::VirtualKey);
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  if (p.team.given()) {
    body.at("_team") = Out(team_reference(p.team, PrincipalKind::Team));
    if (!same())
      context_.steps.push_back("Assign the key `" + name + "` to the team `" +
                               (team != nullptr ? team_name(*team) : *p.team) +
                               "` in the dashboard: no field of the API links them.");
  }
  if (p.user.given()) {
    const ir::Principal* user = principal(PrincipalKind::User, p.user);
    // of several users with one address the first is made
    const auto made = std::ranges::find_if(gateway_.principals, [&](const ir::Principal& q) {
      return user != nullptr && q.kind == PrincipalKind::User && q.email.given() && q.email.value == user->email.value;
    });
    const bool known = made != gateway_.principals.end() && (same() || &*made == user);
    body.at("_user") = Out(known ? reference(Entity::User, *user->email) : *p.user);
  }
  if (!same()) lose_rest(p);
  return body;
}

/// What the key and its team both allow.
void Writer::put_models(Out& body, const ir::Principal& p, const ir::Principal* team, const std::string& path) {
  if (same()) {
    if (!p.models.absent()) body.add("allowedModels", to_out(p.models));
    return;
  }
  const auto special = [](const std::string& name) { return name == "all-team-models" || name == "all-proxy-models"; };
  const bool own = std::ranges::any_of(p.models.items, [&](const auto& m) { return !special(*m); });
  const bool above = team != nullptr && !team->models.items.empty() &&
                     std::ranges::none_of(team->models.items, [](const auto& m) { return *m == "all-proxy-models"; });
  const bool none = std::ranges::any_of(p.models.items, [](const auto& m) { return *m == "no-default-models"; });
  std::vector<std::string> names;
  const ir::List<std::string>* source = own ? &p.models : above ? &team->models : nullptr;
  for (std::size_t i = 0; source != nullptr && i < source->items.size(); ++i) {
    const ir::Field<std::string>& m = source->items[i];
    const bool allowed =
        !own || !above || std::ranges::any_of(team->models.items, [&](const auto& t) { return *t == *m; });
    if (allowed && !special(*m))
      names.push_back(*m);
    else if (own && !allowed)
      lose(&m, nearly("the key's team does not allow it"));
  }
  if (!own && !p.models.absent()) {
    std::string list;
    for (const std::string& n : names) (list += list.empty() ? "" : ", ") += n;
    if (above)
      lose(&p.models, nearly("the models of its team", p.models.items.empty() ? "[" + list + "]" : std::string()));
    else
      lose(&p.models, nearly("a key without a list may use every model"));
  } else if (own) {
    for (const auto& m : p.models.items) {
      if (special(*m)) lose(&m, nearly("a key's list names models"));
    }
  }
  if (names.empty() && !own && !above) return;
  if (!own) admit(path + ".models", "the models of its team stand on each of its keys");
  Out list = Out::sequence();
  for (const std::string& n : names) list.push(n);
  if (names.empty() && !none) {
    Loss loss = manual("the key and its team allow no model in common", "do not make this key");
    loss.written = "[]";
    lose(&p.models, std::move(loss));
  }
  body.add("allowedModels", std::move(list));
  if (names.empty()) admit(path + ".models", "no model is allowed");
}

void Writer::put_key_budget(Out& body, const ir::Principal& p, const std::string& path) {
  bool written = false;
  const auto is_plain = [](const ir::Budget& b) {
    return b.scope.model.absent() && b.scope.provider.absent() && b.scope.tag.absent() && b.scope.per.absent();
  };
  const ir::Budget* const exact_one = first_choice(p.budgets, [&](const ir::Budget& b) {
    std::string how;
    return is_plain(b) && month_cents(b, how).has_value() && b.window->kind == ir::WindowKind::Calendar &&
           b.window->unit == ir::CalendarUnit::Month && b.window->count == 1;
  });
  for (const ir::Budget& b : p.budgets) {
    const bool plain = is_plain(b);
    std::string how;
    const auto cents = plain ? month_cents(b, how) : std::nullopt;
    if (spec()) {
      lose(&b, dropped("a virtual key has no budget in the API description",
                       cents ? "give it a team of its own with this budget (" + how + "), or watch its usage"
                             : "give it a team of its own with this budget, or watch its usage"));
      continue;
    }
    const bool other = cents && exact_one != nullptr && exact_one != &b;
    if (written || other || !cents) {
      lose(&b, dropped(written || other ? "a key has one budget"
                       : !plain         ? "a key's budget is for all models"
                                        : "a key's budget starts anew each month; one for good would come back",
                       "give it a team of its own with this budget"));
      continue;
    }
    if (*cents == 0 && !b.amount->is_zero()) {
      lose(&b, {Fate::Manual, DiagId::WorldflowSubCent, "the budget is less than a cent a month", "",
                "do not make this key, or give it a cent at least"});
      continue;
    }
    written = true;
    body.add("monthlyBudgetCents", Out::integer(*cents));
    if (same()) continue;
    const bool exact =
        b.window->kind == ir::WindowKind::Calendar && b.window->unit == ir::CalendarUnit::Month && b.window->count == 1;
    if (!exact) {
      lose(&b, nearly(how + "; a month's worth may be spent in one day"));
      admit(path + ".budgets[", how);
      continue;
    }
    if (usd_of(*cents) != *b.amount) lose(&b.amount, nearly(how, usd_of(*cents).text()));
    lose_if(b.soft, skipped("a key has no soft budget; the gateway prefers cheaper models from half-spent on"));
    lose_if(b.id, skipped("the budget stands on the key itself"));
  }
}

/// What no body of this kind has a place for.
void Writer::lose_rest(const ir::Principal& p) {
  const bool key = p.kind == PrincipalKind::Key;
  const bool user = p.kind == PrincipalKind::User;
  const bool team = is_team(p);
  lose_if(p.secret, manual("the gateway mints new keys", "give the clients the new key of `" +
                                                             (p.alias.given() ? *p.alias : p.id.value) +
                                                             "`, which apply.sh writes to secrets.out"));
  if (!user) lose_if(p.email, skipped("the object has no address"));
  if (key || user) lose_if(p.organization, skipped("it belongs to the organisation through its team"));
  if (team && p.kind == PrincipalKind::Organization) lose_if(p.organization, skipped("an organisation is in no other"));
  if (user)
    lose_if(p.team, manual("users are not put into teams by the API", "add the user to the team in the dashboard"));
  if (!key) lose_if(p.user, skipped("it belongs to nobody in particular"));
  lose_if(p.project, skipped("there are no projects"));
  lose_if(p.budget_id, nearly("the limits of the budget row stand on the object itself"));
  if (!user) lose_if(p.role, manual("only users have roles", "give the role to a user"));
  if (user && p.role.state == ir::State::Unknown)
    lose(&p.role, manual("the role comes from the environment", "give the user a role by hand"));
  if (!key)
    lose_if(p.models, team ? nearly("it stands on each of the team's keys")
                           : manual("a user has no list of models", "list them in `allowedModels` of the user's keys"));
  for (const ir::Alias& a : p.aliases)
    lose(&a, manual("aliases of one key or team have no place", "let these clients ask for `" + a.target.value + "`"));
  for (const ir::Limit& l : p.limits) {
    const bool rpm = l.counts == ir::Counted::Requests && &l == rate(p.limits, ir::Counted::Requests, 60);
    const bool tpm = &l == rate(p.limits, ir::Counted::Tokens, 60);
    const bool rpd = &l == rate(p.limits, ir::Counted::Requests, kDaySeconds);
    if (key && (rpm || (spec() && (tpm || rpd)))) continue;
    if (key && tpm)
      lose(&l, dropped("a virtual key has no limit on tokens in the guides' form of the API",
                       "write `worldflow@spec`, which has a place for it"));
    else if (team && (rpm || (spec() && tpm)))
      lose(&l, dropped("a team has no rate; it stands on each of its keys, which together may ask for more",
                       "watch the team's rate, or share it out among its keys"));
    else
      lose(&l, dropped(l.counts == ir::Counted::Concurrent ? "parallel requests are limited for the whole gateway only"
                       : team || user                      ? "only keys, providers and tenants have rates"
                                                           : "a key's rates count requests or tokens of a minute",
                       "set the nearest limit on its keys"));
  }
  if (user) {
    for (const ir::Budget& b : p.budgets)
      lose(&b, dropped("a user has no budget", "give the user a team of their own with this budget"));
  }
  if (!(p.blocked.given() && *p.blocked))
    lose_if(p.blocked, skipped("it is not blocked"));
  else
    lose_if(p.blocked, manual("it cannot be blocked when it is made",
                              user ? "set the user's status to SUSPENDED" : "make no keys for it"));
  if (!key) lose_if(p.expires, manual("only keys expire", "let its keys expire"));
  if (!(key && spec()))
    lose_if(p.allowed_ips, manual("addresses are allowed on keys, in the API description's form",
                                  "write `worldflow@spec`, or allow the addresses in the network"));
  lose_if(p.allowed_routes, manual("API paths are not restricted", "restrict them in a proxy before the gateway"));
  lose_if(p.tags, skipped("it has no tags"));
  if (!user) {
    for (const ir::Param& m : p.metadata) lose(&m, skipped("it has no metadata"));
  }
}

}  // namespace gatec::targets::worldflow
