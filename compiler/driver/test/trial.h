#pragma once

#include "compiler/driver/session.h"
#include "compiler/driver/test/cases.h"
#include "compiler/limits/levels.h"
#include "compiler/routing/outcomes.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatec::driver {

/// What becomes of a case on one gateway, in words.
struct Verdict {
  struct Step {
    std::string upstream;
    std::int64_t calls = 1;
    std::string failed;  // empty: it answered
    std::string place;
  };
  struct Path {
    std::string share;
    std::vector<Step> steps;
    std::string answers, error;  // one of them
    std::string decided;         // file and line of the last choice
  };
  struct Stop {
    Refused what = Refused::Access;
    std::string by, why, place;
  };
  bool holds = false;
  std::string expected, happens;
  std::vector<Path> paths;  // the largest share first
  std::optional<Stop> refused;
  std::vector<std::string> notes;
  std::string problem;  // why it cannot be worked out
};

/// Runs cases on what a session read. Names of upstreams are those of `source`, whose cases they are.
class Trials {
 public:
  Trials(Session& on, Session& source);
  /// Whether the source has what a case names; tells what it lacks (GW0142).
  [[nodiscard]] bool check(const TestCase& test, diagnostics::Sink& sink);
  [[nodiscard]] Verdict run(const TestCase& test);

 private:
  using Ids = std::vector<ir::DeploymentId>;
  struct Asked {
    std::unique_ptr<limits::Caps> caps;
    std::map<std::string, std::size_t> callers;
    std::size_t route = 0;
  };

  [[nodiscard]] const ir::Principal* caller(const std::string& text) const;
  [[nodiscard]] std::string known_callers_nearest(const std::string& text) const;
  [[nodiscard]] Asked& asked(const std::string& model, bool anybody);
  bool stopped(const TestCase& test, const ir::Principal* who, Verdict& verdict);
  void judge_stop(const TestCase& test, Verdict& verdict) const;
  void route(const TestCase& test, const ir::Principal* who, Verdict& verdict);
  void judge(const TestCase& test, const routing::Outcomes& found, Verdict& verdict);
  [[nodiscard]] Verdict::Path path_of(const routing::Outcome& outcome);
  [[nodiscard]] Ids upstreams(const std::string& text) const;
  [[nodiscard]] std::string label(ir::DeploymentId id) const;

  Session& on_;
  Session& source_;
  passes::RouteIndex index_;
  limits::Levels levels_;
  std::map<std::pair<std::string, bool>, Asked> asked_;
};

}  // namespace gatec::driver
