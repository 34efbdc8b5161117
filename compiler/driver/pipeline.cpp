#include "compiler/driver/pipeline.h"

#include "compiler/base/aside.h"
#include "compiler/base/json_writer.h"
#include "compiler/base/sha256.h"
#include "compiler/driver/arguments.h"
#include "compiler/driver/guide.h"
#include "compiler/driver/sidecar.h"
#include "compiler/ir/walk.h"
#include "compiler/prove/caps.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using ir::Fate;
using ledger::Entry;
using targets::Artifact;
using targets::Role;

constexpr std::size_t kBugsNamed = 20;

/// Whether the source is of the target's dialect, or a text of Gate that says it stands for such a config.
bool speaks_for(const Session& source, const targets::Dialect& to) {
  const targets::Dialect* const spoken = targets::find_dialect(source.gateway.dialect);
  return source.meaning().dialect->read == to.read || (spoken != nullptr && spoken->read == to.read);
}

/// Names that the config uses already must not be given to secrets.
void reserve_names(const ir::Gateway& gateway, targets::SecretNames& names) {
  bool literal = false;
  ir::each_credential(gateway, [&](const ir::Credential& c, const ir::Origin&) {
    literal = literal || c.kind == ir::Credential::Kind::Literal;
  });
  if (!literal) return;
  ir::each_credential(gateway, [&](const ir::Credential& c, const ir::Origin&) {
    if (c.kind == ir::Credential::Kind::Env) names.reserve(c.name);
  });
}

bool is_read_back(const Artifact& artifact) { return artifact.role == Role::Config || artifact.role == Role::Payload; }

void append_position(std::string& out, const source::SourceManager& sources, source::Span span) {
  const source::Position at = sources.position(span.file, span.begin);
  (out += sources.name(span.file)) += ':';
  base::append_integer(out, at.line);
  out += ':';
  base::append_integer(out, at.column);
}

/// Places of output leaves, made for those that are asked for.
class Places final : public doc::LeafVisitor {
 public:
  Places(const Session& target, std::deque<std::string>& texts) : target_(target), texts_(texts) {}

  void want(ir::LeafId leaf) {
    if (!leaf.valid() || leaf.value >= target_.leaf_count()) return;
    if (wanted_.empty()) wanted_.resize(target_.leaf_count(), kNone);
    wanted_[leaf.value] = kWanted;
  }
  void find() {
    if (wanted_.empty()) return;
    for (const doc::Document& document : target_.documents()) doc::visit_leaves(document, *this);
  }
  bool wants(const doc::Node& node) override { return wanted_[node.leaf().value] == kWanted; }
  void leaf(const doc::Node& node, std::string_view path) override {
    wanted_[node.leaf().value] = static_cast<std::uint32_t>(texts_.size());
    std::string& text = texts_.emplace_back();
    append_position(text, target_.sources, node.span());
    (text += ' ') += path;
  }
  [[nodiscard]] std::string_view text(ir::LeafId leaf) const {
    if (!leaf.valid() || leaf.value >= wanted_.size() || wanted_[leaf.value] >= kWanted) return {};
    return texts_[wanted_[leaf.value]];
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kWanted = kNone - 1;
  const Session& target_;
  std::vector<std::uint32_t> wanted_;
  std::deque<std::string>& texts_;
};

void count(ledger::Report& report, const std::vector<ledger::LeafRecord>& leaves) {
  report.leaves = static_cast<std::int64_t>(leaves.size());
  for (const ledger::LeafRecord& leaf : leaves) {
    switch (leaf.fate) {
      case Fate::Open: break;
      case Fate::Mapped: ++report.mapped; break;
      case Fate::Approximated: ++report.approximated; break;
      case Fate::Manual: ++report.manual; break;
      case Fate::Skipped: ++report.skipped; break;
    }
  }
}

/// Entries of the leaves that the report lists, from one leaf to another, without the places of the output.
class Entries final : public doc::LeafVisitor {
 public:
  struct Range {
    std::uint32_t begin, end;  // leaves
    std::size_t entry;         // the first that is filled
  };
  Entries(ledger::Report& report, const Session& source, const std::vector<ledger::LeafRecord>& leaves, Range range)
      : report_(report), source_(source), leaves_(leaves), range_(range) {}

  void fill() {
    for (const doc::Document& document : source_.documents()) doc::visit_leaves(document, *this);
  }
  static bool lists(const ledger::Report& report, const ledger::LeafRecord& leaf) {
    return report.all_entries || leaf.fate != Fate::Mapped;
  }
  bool wants(const doc::Node& node) override {
    const std::uint32_t number = node.leaf().value;
    return number >= range_.begin && number < range_.end && lists(report_, leaves_[number]);
  }
  void leaf(const doc::Node& node, std::string_view path) override {
    const ledger::LeafRecord& leaf = leaves_[node.leaf().value];
    const source::Span span = node.span();
    const source::Position at = source_.sources.position(span.file, span.begin);
    Entry& entry = report_.entries[range_.entry++];
    entry.file = source_.sources.name(span.file);
    entry.line = at.line;
    entry.column = at.column;
    entry.path = path;
    entry.fate = leaf.fate;
    if (leaf.texts) {
      entry.field = leaf.texts->field;
      entry.wanted = leaf.texts->wanted;
      entry.written = leaf.texts->written;
    }
    entry.reason = leaf.reason;
    entry.advice = leaf.advice;
    if (leaf.has_code) entry.code = diagnostics::info(leaf.code).code;
  }

 private:
  ledger::Report& report_;
  const Session& source_;
  const std::vector<ledger::LeafRecord>& leaves_;
  Range range_;
};

void count_lines(const Session& session) {
  for (const doc::Document& document : session.documents())
    static_cast<void>(session.sources.position(document.file(), 0));
}

void fill_entries(ledger::Report& report, const Session& source, const Session& target,
                  const std::vector<ledger::LeafRecord>& leaves) {
  Places places(target, report.places);
  std::vector<std::uint32_t> listed;
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    if (!Entries::lists(report, leaves[i])) continue;
    places.want(leaves[i].target);
    listed.push_back(i);
  }
  report.entries.resize(listed.size());
  // Lines are counted when first asked for, which two threads must not do at once.
  count_lines(source);
  count_lines(target);
  // The places take about as long as a fifth of the entries.
  const bool large = listed.size() > 1000;
  const std::size_t cut = large ? listed.size() * 3 / 5 : listed.size();
  const auto end = static_cast<std::uint32_t>(leaves.size());
  const std::uint32_t middle = cut < listed.size() ? listed[cut] : end;
  base::Aside second(large, [&] {
    places.find();
    if (middle < end) Entries(report, source, leaves, {middle, end, cut}).fill();
  });
  Entries(report, source, leaves, {0, middle, 0}).fill();
  second.wait();
  for (std::size_t i = 0; i < listed.size(); ++i) report.entries[i].where = places.text(leaves[listed[i]].target);
}

void keep_worst(ledger::LeafRecord& kept, ledger::LeafRecord& other) {
  if (kept.fate < other.fate) kept = std::move(other);
}

/// What became of a restored value is told of the leaf of the inputs that said it. Else it is what became of an edit,
/// or follows from what the inputs were written from.
void fold(prove::Outcome& outcome, Session::Restored& restored, std::uint32_t own) {
  for (std::size_t i = own; i < outcome.leaves.size(); ++i) {
    const ir::LeafId leaf = restored.written_as[i - own];
    if (leaf.valid()) keep_worst(outcome.leaves[leaf.value], outcome.leaves[i]);
  }
  outcome.leaves.resize(own);
  for (std::size_t i = 0; i < own; ++i) {
    if (i < restored.edits.size()) keep_worst(outcome.leaves[i], restored.edits[i]);
    if (outcome.leaves[i].fate == Fate::Open) outcome.leaves[i].fate = Fate::Mapped;
  }
  // Of an original that edits took parts of, what is left of those parts is nobody's; else each of its leaves counts.
  std::erase_if(outcome.open, [&](ir::LeafId leaf) { return leaf.value < own || !restored.edited.empty(); });
  std::ranges::move(restored.gate, std::back_inserter(outcome.gate));
}

void name_bugs(Compiled& result, Session& source, const prove::Outcome& outcome) {
  std::size_t named = 0;
  for (const ir::LeafId leaf : outcome.open) {
    if (++named > kBugsNamed) break;
    std::string message = "neither used nor explained: ";
    const source::Span span = source.span(leaf);
    if (span.valid()) append_position(message, source.sources, span);
    result.bugs.push_back({DiagId::OpenLeaf, std::move(message)});
  }
  named = 0;
  for (const std::string& path : outcome.figures.unadmitted_paths) {
    if (++named > kBugsNamed) break;
    result.bugs.push_back({DiagId::Unproved, "not explained: " + path});
  }
  if (outcome.figures.unadmitted > 0 && outcome.figures.unadmitted_paths.empty()) {
    result.bugs.push_back(
        {DiagId::Unproved, std::to_string(outcome.figures.unadmitted) + " differences are not explained"});
  }
}

std::vector<std::string> next_steps(const Compiled& result, std::vector<std::string> of_writer) {
  std::vector<std::string> steps;
  const std::size_t secrets = result.report.secrets.size();
  if (secrets > 0)
    steps.push_back("Set the " + std::to_string(secrets) + " variable" + (secrets == 1 ? "" : "s") +
                    " of secrets.env.example.");
  for (const Artifact& artifact : result.artifacts) {
    if (artifact.executable) steps.push_back("Run `" + artifact.path + "`.");
  }
  std::ranges::move(of_writer, std::back_inserter(steps));
  return steps;
}

void fill_head(ledger::Report& report, const Session& source, const CompileSettings& settings) {
  report.from = source.choice().dialect->name;
  report.from_version = source.choice().version;
  report.to = settings.to.dialect->name;
  report.to_version = settings.to.version;
  report.all_entries = settings.source_map;
  if (source.restored) {
    report.restored = true;
    report.edited = source.restored->edited;
  }
  for (const doc::Document& document : source.documents())
    report.inputs.emplace_back(source.sources.name(document.file()));
}

std::vector<std::string> hashes_of(const std::vector<Artifact>& artifacts) {
  std::vector<std::string> hashes;
  for (const Artifact& artifact : artifacts) hashes.push_back(base::sha256_hex(artifact.text));
  return hashes;
}

/// False after noting a bug.
bool read_back(Compiled& result, Session& target) {
  std::vector<std::pair<InputFile, std::string>> texts;
  for (const Artifact& artifact : result.artifacts) {
    if (is_read_back(artifact))
      texts.push_back({{artifact.path, artifact.path, std::string(targets::role_name(artifact.role)), artifact.route},
                       artifact.text});
  }
  if (target.load_texts(std::move(texts), true) == Session::State::Read) return true;
  for (const diagnostics::Diagnostic& d : target.sink.all()) {
    std::string message = d.message;
    if (d.span.valid()) append_position(message += " at ", target.sources, d.span);
    result.bugs.push_back({DiagId::ReadBackFailed, std::move(message)});
  }
  return false;
}

void prove_it(Compiled& result, Session& source, const Session& target) {
  const std::size_t restored = source.restored ? source.restored->written_as.size() : 0;
  const std::uint32_t leaves = source.leaf_count() + static_cast<std::uint32_t>(restored);
  prove::Outcome outcome = prove::prove({source.gateway, target.gateway, source.ledger, leaves});
  if (source.restored) fold(outcome, *source.restored, source.leaf_count());
  name_bugs(result, source, outcome);
  count(result.report, outcome.leaves);
  result.report.proof = std::move(outcome.figures);
  result.report.assumptions = std::move(outcome.assumptions);
  result.report.gate = prove::compare_caps(source.gateway, target.gateway, std::move(outcome.gate));
  result.weaker = prove::is_weaker(result.report.gate);
  result.leaves = std::move(outcome.leaves);
  fill_entries(result.report, source, target, result.leaves);
}

}  // namespace

Compiled compile_once(Env& env, Session& source, const CompileSettings& settings) {
  const targets::Dialect& to = *settings.to.dialect;
  if (to.write == nullptr) throw UsageError{std::string(to.name) + " can be read, not written"};
  Compiled result;
  fill_head(result.report, source, settings);

  targets::WriteContext context{source.ledger,
                                settings.to.version,
                                settings.options.of(to.name),
                                settings.secrets,
                                {},
                                speaks_for(source, to),
                                {}};
  context.version_named = settings.to.version_named;
  reserve_names(source.gateway, context.names);
  result.artifacts = to.write(source.gateway, context);
  const targets::SecretNames names = context.names;
  for (const auto& [name, purpose] : context.names.made()) result.report.secrets.emplace_back(name, purpose);
  result.report.notes = next_steps(result, std::move(context.steps));
  result.report.guide = migration_guide(*source.choice().dialect, to, source.gateway);

  constexpr std::size_t kWorthAThread = 256 * 1024;
  std::size_t bytes = 0;
  for (const Artifact& artifact : result.artifacts) bytes += artifact.text.size();
  const bool large = bytes > kWorthAThread;
  const auto make_sidecar = [&] {
    return settings.sidecar ? sidecar_text(source, settings, names, result.artifacts) : std::string();
  };
  std::string sidecar;
  base::Aside beside(large, [&] {
    if (!large) return;
    result.hashes = hashes_of(result.artifacts);
    sidecar = make_sidecar();
  });
  result.target = std::make_unique<Session>(env, ReadSettings{settings.to, settings.options});
  if (read_back(result, *result.target)) prove_it(result, source, *result.target);
  beside.wait();
  if (settings.sidecar && result.bugs.empty() && result.report.proof.differences > 0) {
    if (!large) sidecar = make_sidecar();
    if (!sidecar.empty())
      result.artifacts.push_back({std::string(kSidecarName), std::move(sidecar), Role::Sidecar, false, {}});
  }
  return result;
}

}  // namespace gatec::driver
