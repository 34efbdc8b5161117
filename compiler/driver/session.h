#pragma once

#include "compiler/diagnostics/render_mask.h"
#include "compiler/doc/reader.h"
#include "compiler/driver/env.h"
#include "compiler/driver/inputs.h"
#include "compiler/ledger/ledger.h"
#include "compiler/ledger/report.h"
#include "compiler/passes/passes.h"
#include "targets/dialect.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::syntax {
struct Inputs;
}

namespace gatec::driver {

/// A dialect at one of its versions.
struct DialectChoice {
  const targets::Dialect* dialect = nullptr;
  std::string version;
  bool version_named = false;  // not the default
};

/// `D` or `D@V`; throws UsageError for names that do not exist.
[[nodiscard]] DialectChoice parse_dialect(std::string_view text);
[[nodiscard]] std::string default_version(const targets::Dialect& dialect);

/// Values of `--opt`, by dialect; those of `portkey` hold for `portkey-oss` too.
class DialectOptions {
 public:
  DialectOptions() = default;
  /// Each is `D.key=value`; throws UsageError for dialects and keys that do not exist.
  explicit DialectOptions(const std::vector<std::string>& texts);
  [[nodiscard]] targets::Options of(std::string_view dialect) const;
  /// Those of `other` hold where these say nothing.
  void add_behind(const DialectOptions& other) {
    given_.insert(given_.begin(), other.given_.begin(), other.given_.end());
  }

 private:
  std::vector<std::pair<std::string, std::pair<std::string, std::string>>> given_;
};

struct ReadSettings {
  std::optional<DialectChoice> from;  // absent: told by content
  DialectOptions options;
  bool honour_intent = false;       // see targets::ReadContext
  std::uint32_t first_leaf = 0;     // number of the first leaf that is read
  bool from_if_recognised = false;  // `from` holds only for what that dialect knows as its own
  std::map<std::string, std::string, std::less<>> parameters = {};       // of programs in Gate
  std::map<std::string, std::string, std::less<>> parameter_files = {};  // paths of files with their values
};

/// Calls `each(leaf, node, path)` for every leaf of a document in the order written.
template <class F>
void each_leaf(const doc::Document& document, F each) {
  struct Visitor : doc::LeafVisitor {
    explicit Visitor(F& f) : each(f) {}
    void leaf(const doc::Node& node, std::string_view path) override { each(node, path); }
    F& each;
  } visitor(each);
  doc::visit_leaves(document, visitor);
}

/// One set of inputs, read. Nodes, values and diagnostics refer to each other, so it stays where it is.
class Session {
 public:
  Session(Env& env, ReadSettings settings)
      : env_(env), settings_(std::move(settings)), leaf_count_(settings_.first_leaf) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class State : std::uint8_t {
    Read,
    Unreadable,    // told
    Unrecognised,  // told: no dialect, or several
  };
  /// Files to gateway, passes included.
  State load(const std::vector<InputFile>& files);
  /// Texts to gateway: our own artefacts for the proof, or a config after its fixes. YAML is read by the second reader
  /// if `proving`.
  State load_texts(std::vector<std::pair<InputFile, std::string>> texts, bool proving);

  /// Findings of the rules and of the dialect itself, beside what reading told.
  void check();

  /// A file of cases, or those that stand in a program which was read; null after telling why not.
  const doc::Document* load_cases(const InputFile& file);
  const doc::Document* load_cases(const doc::Document& program);

  source::SourceManager sources;
  diagnostics::Sink sink;
  ledger::Ledger ledger;
  ir::Gateway gateway;

  [[nodiscard]] const std::deque<doc::Document>& documents() const { return documents_; }
  /// As given; the first documents, in this order.
  [[nodiscard]] const std::vector<InputFile>& files() const { return files_; }
  [[nodiscard]] const DialectChoice& choice() const { return choice_; }
  [[nodiscard]] const targets::Options& options() const { return options_; }
  /// One more than the number of the last leaf.
  [[nodiscard]] std::uint32_t leaf_count() const { return leaf_count_; }
  /// Where a leaf stands; nowhere for an invalid id.
  [[nodiscard]] source::Span span(ir::LeafId leaf);
  /// `file:line` of a leaf or a span, empty for nowhere.
  [[nodiscard]] std::string place(ir::LeafId leaf) { return place(span(leaf)); }
  [[nodiscard]] std::string place(source::Span span) const;
  [[nodiscard]] diagnostics::Mask mask() const;

  /// What these inputs were written from, as the sidecar beside them keeps it. `gateway` is then that one's, with what
  /// was edited since.
  struct Restored {
    DialectChoice choice;
    /// Leaves of `gateway` are numbered behind those of the inputs; by number from there on the leaf of the inputs.
    std::vector<ir::LeafId> written_as;
    std::vector<std::string> edited;             // names of what was taken from the inputs
    std::vector<ledger::LeafRecord> edits;       // by leaf of the inputs: what an edit comes to; Open of all others
    std::vector<ledger::GateRow> gate;           // what edits weaken on the way back
    std::vector<std::unique_ptr<Session>> kept;  // that records refer to
  };
  std::optional<Restored> restored;
  /// The dialect that `gateway` speaks for: that of the inputs, or of what they were written from.
  [[nodiscard]] const DialectChoice& meaning() const { return restored ? restored->choice : choice_; }

  /// Lets go of trees and values; sources and diagnostics stay.
  void forget();

 private:
  [[nodiscard]] syntax::Inputs program_inputs();
  bool read_parameters();
  const doc::Document* keep_cases(doc::ReadResult read);
  doc::ReadResult read_document(const InputFile& file, source::FileId id, bool proving,
                                const doc::ReadOptions& options);
  std::optional<source::FileId> load_module(const std::string& folder, std::string_view path);
  const doc::Document* add_document(InputFile file, std::string text, bool proving);
  const doc::Document* load_further(const targets::Input& from, std::string_view path);
  bool choose_dialect();
  [[nodiscard]] bool recognised_by(const targets::Dialect& dialect) const;
  [[nodiscard]] bool written_by_us();
  bool check_kinship(std::size_t recognised);
  State understand(bool proving);
  targets::ReadContext& context(bool proving);
  passes::Context pass_context(bool quiet);

  Env& env_;
  ReadSettings settings_;
  DialectChoice choice_;
  targets::Options options_;
  std::deque<doc::Document> documents_;
  std::vector<targets::Input> inputs_;
  std::vector<InputFile> files_;                                   // beside inputs_, both in the order of documents_
  std::unordered_map<std::string, const doc::Document*> by_path_;  // by real path, made when first asked
  std::vector<std::pair<std::string, const doc::Document*>> unresolved_;  // not in by_path_ yet
  std::optional<targets::ReadContext> context_;
  std::vector<source::Span> spans_;  // by leaf, made when first asked
  std::uint32_t leaf_count_ = 0;
  std::vector<source::FileId> understood_;  // their secrets are marked
  bool include_failed_ = false;
  std::deque<doc::Document> cases_;
  std::map<std::string, doc::Document, std::less<>> parameters_;  // that stand in files
  std::map<std::string, source::FileId, std::less<>> modules_;    // of Gate, by path
};

}  // namespace gatec::driver
