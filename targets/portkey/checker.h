#pragma once

#include "targets/dialect.h"
#include "targets/portkey/reader.h"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::portkey {

/// Findings on Portkey's own habits that the documents alone show (docs/dialects/portkey.md); what cannot be read at
/// all is told by the reader.
class Checker {
 public:
  Checker(ReadContext& context, std::string_view dialect) : context_(context), dialect_(dialect) {}
  void run(std::span<const Input> inputs);

 private:
  /// What stands around a config object.
  struct Around {
    const Node* retry = nullptr;
    const Node* cache = nullptr;
    bool model = false;
    bool fallback = false;  // some strategy above tries another target
    bool guarded = false;   // input guardrails or hooks
    int depth = 0;
  };
  enum class World : std::uint8_t { Unknown, Oss, Hosted };

  // check.cpp
  void learn(const Node& config);
  void config(const Node& node, const Around& around);
  void strategy(const Node& node, const Node& strategy, const Around& around);
  void leaf(const Node& node, const Around& around);
  void settings(const Node& node, const Around& around);
  void retry(const Node& node, const Around& around);
  void replaced(const Node& node, const Node* above, std::string_view key);
  void cache(const Node& node, const Around& around);
  void custom_host(const Node& node);
  void api_key(const Node& node);
  void forwarded(const Node& node);
  void fallback(const Node& node, const Node& strategy, const Around& around);
  void balance(const Node& node, const Node& strategy, const Around& around);
  void models(const Node& node, const Around& around);
  void fan_out(const Node& targets, std::string_view mode, int depth);
  void hosted_only(const Node& node);
  void header(const Input& input);

  // check_conditions.cpp
  void conditional(const Node& node, const Node& strategy);
  void query(const Node& query);
  void field(const doc::Entry& entry);

  // check_admin.cpp
  void object(const Node& node, Object object);
  void required(const Node& node, Object object);
  void usage(const Node& list, Object owner);
  void budget(const Node& node, Object owner);
  void rates(const Node& list, Object owner);
  void rate(const Node& node, Object owner);
  void integration(const Node& node);
  void scopes(const Node& node);
  void prices(const Node& node);
  void references(const Node& config);

  void report(DiagId id, const Node& at, std::string message, std::string note = {});
  void report_key(DiagId id, const Node& mapping, std::string_view key, std::string message, std::string note = {});
  [[nodiscard]] bool oss() const { return dialect_ == "portkey-oss" || world_ == World::Oss; }

  ReadContext& context_;
  std::string_view dialect_;
  World world_ = World::Unknown;
  bool bundle_ = false;
  std::set<std::string, std::less<>> slugs_, integrations_;
  bool weekly_policy_ = false;
  std::vector<const Node*> weekly_elsewhere_;
};

}  // namespace gatec::targets::portkey
