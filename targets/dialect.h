#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"
#include "compiler/ir/gateway.h"
#include "compiler/ledger/ledger.h"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets {

/// One document of the inputs. For an artefact of our own, role and route come from the manifest beside it.
struct Input {
  std::string name;  // as given on the command line, or relative to its directory
  const doc::Document* document = nullptr;
  std::string role;   // "", "config", "payload"
  std::string route;  // of a config that serves one route
};

struct Version {
  std::string_view name;
  std::string_view note;
  bool is_default = false;
};

/// `--opt DIALECT.key=value`; a dialect lists the keys it knows.
struct OptionSpec {
  std::string_view key, values, text;
};
using Options = std::map<std::string, std::string, std::less<>>;

struct ReadContext {
  const source::SourceManager& sources;
  diagnostics::Sink& sink;
  ledger::Ledger& ledger;
  std::string version;
  Options options;
  /// Marks bytes that hold a secret, so that nobody shows them.
  std::function<void(source::Span)> mark_secret;
  /// Reads a further file (LiteLLM's `include`), relative to the directory of the input; null when it cannot be had.
  /// The document is part of the inputs from then on: its leaves count.
  std::function<const doc::Document*(const Input& from, std::string_view path)> load;
  /// Keys that the gateway ignores get the meaning that whoever wrote them expects, where there is one.
  bool honour_intent = false;
  /// Reading back what was written: no diagnostics are wanted.
  bool proving = false;
};

enum class Role : std::uint8_t { Config, Payload, Aid, Sidecar };
[[nodiscard]] std::string_view role_name(Role role);

/// One file that is written. A single Config artefact may go to stdout.
struct Artifact {
  std::string path;  // relative, with `/`
  std::string text;
  Role role = Role::Config;
  bool executable = false;
  std::string route;  // of a config that serves one route
};

enum class Secrets : std::uint8_t { Reference, Inline };

/// What a shell can set: letters, digits and `_`, no digit first.
[[nodiscard]] bool is_variable_name(std::string_view name);

/// Names for the secrets that stand literally in a config, given on demand and the same for equal secrets.
class SecretNames {
 public:
  /// `hint` is an environment variable's name that suits ("OPENAI_API_KEY"); a number is added when it is taken.
  const std::string& name(const ir::Credential& literal, std::string_view hint);
  /// A variable that a shell can set, for one whose name it cannot have ("MY-KEY").
  const std::string& settable(std::string_view variable);
  /// A name that the config uses already for something else.
  void reserve(std::string name) { taken_.emplace(std::move(name), std::string{}); }
  [[nodiscard]] const std::map<std::string, std::string>& made() const { return hints_; }  // name → what it is for

 private:
  std::string fresh(std::string wanted);
  std::map<std::string, std::string> by_text_, taken_, hints_;
  std::map<std::string, std::string, std::less<>> settable_;
};

struct WriteContext {
  ledger::Ledger& ledger;
  std::string version;
  Options options;
  Secrets secrets = Secrets::Reference;
  SecretNames names;
  bool same_dialect = false;       // the source is of this dialect: extras and layout are ours
  std::vector<std::string> steps;  // what a person does with the artefacts, in order, in words of the report
  bool version_named = false;      // whoever asks named the version: it goes before the source's own

  [[nodiscard]] std::string_view option(std::string_view key, std::string_view otherwise = {}) const {
    const auto found = options.find(key);
    return found == options.end() ? otherwise : std::string_view(found->second);
  }
};

/// Fidelity with which a dialect holds an IR feature, for `gatec targets`.
struct Capability {
  std::string_view feature;   // "weights", "key budgets"
  std::string_view fidelity;  // "exact", "approximated", "manual", "none"
  std::string_view note;
};

/// What whoever runs or calls a gateway must know to move to it, or back to it: texts of the report. `$KEY` stands for
/// the caller's key, HOST for where the gateway runs, MODEL for a route of the config.
struct Guide {
  std::string_view base_url;                    // of clients that speak OpenAI's API
  std::string_view key;                         // what clients authenticate with
  std::string_view models;                      // what becomes of the model names in client code
  std::string_view headers;                     // sent with each request besides the key, lines; empty: none
  std::string_view anthropic_url;               // of clients that speak Anthropic's API; empty: there is none
  std::string_view responses_url;               // of clients that speak OpenAI's Responses API; empty: there is none
  std::span<const std::string_view> go_live;    // steps in order, after those that the report lists
  std::span<const std::string_view> confirm;    // shell commands
  std::span<const std::string_view> roll_back;  // steps, besides setting clients back
  std::string_view report_name = {};  // the report's name in this gateway's own migration tool; empty: report.md alone
};

/// What one gateway accepts and how. Plain data; a dialect that cannot be read or written leaves the pointer null.
struct Dialect {
  std::string_view name, title;
  std::span<const Version> versions;
  std::span<const OptionSpec> options;
  std::span<const Capability> capabilities;
  /// 0 = surely not, 100 = surely. By content alone.
  int (*detect)(const doc::Document& document);
  /// Fills the gateway from all inputs together, with the gateway's own defaults; tells of what it cannot read.
  void (*read)(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);
  /// Everything the target cannot say is given to the ledger by the address of the IR value.
  std::vector<Artifact> (*write)(const ir::Gateway& gateway, WriteContext& context);
  /// Findings about this gateway's own habits, beside what reading told and the rules on the IR tell.
  void (*check)(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context);
  const Guide* guide = nullptr;  // of dialects that are written
  /// Rules by which its writer tells what its own reader filled in: a config in Gate names them.
  std::span<const ir::Rule* const> rules = {};
  /// Who applies limits there, for a config in Gate that stands for one of its own.
  std::span<const ir::Enforcement> (*enforcement)() = nullptr;
};

/// `text` in backquotes, as messages show what a config says.
[[nodiscard]] std::string quoted(std::string_view text);
/// "OpenAI (EU)" → "openai-eu": what addresses and references are made of; "x" where nothing is left.
[[nodiscard]] std::string slug(std::string_view text);

/// All dialects, in the order of registry.def. A folder `x` of the registry defines `std::span<const Dialect>
/// x_dialects()` in gatec::targets: mostly one, two where one format has two worlds.
[[nodiscard]] std::span<const Dialect* const> dialects();
[[nodiscard]] const Dialect* find_dialect(std::string_view name);

}  // namespace gatec::targets
