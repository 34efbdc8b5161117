#include "compiler/driver/sidecar.h"

#include "compiler/base/json_writer.h"
#include "compiler/base/sha256.h"
#include "compiler/compare/take_over.h"
#include "compiler/doc/reader.h"
#include "compiler/driver/arguments.h"

#include <algorithm>
#include <unordered_map>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using targets::Artifact;
using targets::Role;

constexpr std::string_view kFormat = "gatec sidecar 1";

struct Anchor {
  std::string path, sha256;
};
struct Sidecar {
  std::string from, to;  // D@V
  std::vector<std::string> options;
  std::vector<Anchor> anchors;  // files that were written
  std::vector<Artifact> files;  // the source's state
};

bool is_data(const Artifact& a) { return a.role == Role::Config || a.role == Role::Payload; }

std::string choice_text(const DialectChoice& choice) {
  return std::string(choice.dialect->name) + (choice.version.empty() ? "" : "@" + choice.version);
}

void write_options(base::JsonWriter& json, std::string_view dialect, const targets::Options& options) {
  for (const auto& [key, value] : options) json.string(std::string(dialect) + "." + key + "=" + value);
}

std::string text_of(const doc::Node& object, std::string_view key) {
  const doc::Node* const value = object.get(key);
  return value != nullptr && value->is_string() ? std::string(value->text()) : std::string();
}

template <class F>
bool each_of(const doc::Node& root, std::string_view key, F f) {
  const doc::Node* const list = root.get(key);
  if (list == nullptr || !list->is_sequence()) return false;
  for (const doc::Node* item : list->elements()) f(*item);
  return true;
}

std::optional<Sidecar> parse(std::string text) {
  source::SourceManager sources;
  diagnostics::Sink sink;
  const source::FileId file = sources.add(std::string(kSidecarName), std::move(text));
  const doc::ReadResult document = doc::read_json(sources, file, sink, {});
  if (!document || document->root() == nullptr || !document->root()->is_mapping()) return std::nullopt;
  const doc::Node& root = *document->root();
  if (text_of(root, "format") != kFormat) return std::nullopt;
  Sidecar sidecar{text_of(root, "from"), text_of(root, "to"), {}, {}, {}};
  const bool whole = each_of(root, "options", [&](const doc::Node& o) { sidecar.options.emplace_back(o.text()); }) &&
                     each_of(root, "anchors",
                             [&](const doc::Node& a) {
                               sidecar.anchors.push_back({text_of(a, "path"), text_of(a, "sha256")});
                             }) &&
                     each_of(root, "source", [&](const doc::Node& f) {
                       sidecar.files.push_back({text_of(f, "path"), text_of(f, "text"),
                                                text_of(f, "role") == "config" ? Role::Config : Role::Payload, false,
                                                text_of(f, "route")});
                     });
  if (!whole) return std::nullopt;
  return sidecar;
}

Session::State load(Session& session, const std::vector<Artifact>& files, bool written_now) {
  std::vector<std::pair<InputFile, std::string>> texts;
  for (const Artifact& f : files) {
    if (is_data(f)) texts.push_back({{f.path, f.path, std::string(targets::role_name(f.role)), f.route}, f.text});
  }
  return session.load_texts(std::move(texts), written_now);
}

/// Leaves by document and path, so that those of two readings of nearly the same files find each other.
class LeafNames {
 public:
  void add(const doc::Document& document, const std::string& path) {
    each_leaf(document, [&](const doc::Node& node, std::string_view place) {
      leaves_.try_emplace(path + '\n' + std::string(place), node.leaf());
    });
  }
  [[nodiscard]] ir::LeafId find(const std::string& name) const {
    const auto found = leaves_.find(name);
    return found == leaves_.end() ? ir::LeafId{} : found->second;
  }
  [[nodiscard]] const std::unordered_map<std::string, ir::LeafId>& all() const { return leaves_; }

 private:
  std::unordered_map<std::string, ir::LeafId> leaves_;
};

/// One way back. Edits are told in the words of the dialect that is gone back to: what the folder comes to in it now is
/// held against what it came to when it was written.
class Restoration {
 public:
  Restoration(Env& env, Session& session, const std::string& folder, Sidecar sidecar)
      : env_(env), session_(session), folder_(folder), sidecar_(std::move(sidecar)), options_(sidecar_.options) {
    from_ = parse_dialect(sidecar_.from);
    to_ = parse_dialect(sidecar_.to);
  }

  /// Why not, or nothing.
  std::string run(const DialectChoice& to) {
    if (to.dialect != from_.dialect || session_.choice().dialect->read != to_.dialect->read) return {};
    const bool untouched = is_untouched();
    Session plain(env_, ReadSettings{from_, options_});
    if (load(plain, sidecar_.files, false) != Session::State::Read) return kUnreadable;
    const Compiled then = compile_once(env_, plain, {to_, options_});
    if (!then.bugs.empty() || (!untouched && !is_as_then(then))) return kUntold;

    Session original(env_, ReadSettings{from_, options_, false, session_.leaf_count()});
    if (load(original, sidecar_.files, false) != Session::State::Read) return kUnreadable;
    restored_.choice = from_;
    restored_.written_as = written_as(plain, then);
    if (!untouched && !take_edits(then, original)) return kUntold;
    for (const ledger::Ledger::Settlement& s : original.ledger.settlements())
      session_.ledger.settle(s.leaf, s.fate, s.code, s.reason);
    session_.gateway = std::move(original.gateway);
    session_.restored = std::move(restored_);
    return {};
  }

 private:
  static constexpr const char* kUnreadable = "what it keeps cannot be read";
  static constexpr const char* kUntold = "the edits that were made to the folder cannot be told from the rest";

  [[nodiscard]] std::string path_of(const doc::Document& document) const {
    const std::string name(session_.sources.name(document.file()));
    for (const Anchor& a : sidecar_.anchors) {
      if (path_in(folder_, a.path) == name) return a.path;
    }
    return {};
  }

  [[nodiscard]] bool is_untouched() const {
    for (const doc::Document& document : session_.documents()) {
      const auto anchor = std::ranges::find(sidecar_.anchors, path_of(document), &Anchor::path);
      if (anchor == sidecar_.anchors.end()) return false;
      if (base::sha256_hex(session_.sources.text(document.file())) != anchor->sha256) return false;
    }
    return session_.documents().size() == sidecar_.anchors.size();
  }

  [[nodiscard]] bool is_as_then(const Compiled& then) const {
    std::size_t same = 0;
    for (const Artifact& a : then.artifacts) {
      if (!is_data(a)) continue;
      const auto anchor = std::ranges::find(sidecar_.anchors, a.path, &Anchor::path);
      if (anchor == sidecar_.anchors.end() || base::sha256_hex(a.text) != anchor->sha256) return false;
      ++same;
    }
    return same == sidecar_.anchors.size();
  }

  /// By leaf of the original the leaf that says it in the folder now.
  [[nodiscard]] std::vector<ir::LeafId> written_as(const Session& plain, const Compiled& then) const {
    LeafNames now;
    for (const doc::Document& document : session_.documents()) now.add(document, path_of(document));
    std::unordered_map<std::uint32_t, ir::LeafId> becomes;
    for (const doc::Document& document : then.target->documents()) {
      LeafNames names;
      names.add(document, std::string(then.target->sources.name(document.file())));
      for (const auto& [name, leaf] : names.all()) becomes.emplace(leaf.value, now.find(name));
    }
    std::vector<ir::LeafId> result(plain.leaf_count());
    for (std::size_t i = 0; i < result.size() && i < then.leaves.size(); ++i) {
      const auto found = becomes.find(then.leaves[i].target.value);
      if (found != becomes.end()) result[i] = found->second;
    }
    return result;
  }

  /// False when the edits cannot be told from the rest.
  bool take_edits(const Compiled& then, Session& original) {
    const Compiled before = compile_once(env_, *then.target, {from_, options_});
    auto edited = std::make_unique<Session>(env_, ReadSettings{session_.choice(), options_});
    if (edited->load_texts(texts_of_session(), false) != Session::State::Read) return false;
    Compiled after = compile_once(env_, *edited, {from_, options_});
    if (!before.bugs.empty() || !after.bugs.empty()) return false;
    auto now = std::make_unique<Session>(env_, ReadSettings{from_, options_, false, original.leaf_count()});
    if (load(*now, after.artifacts, true) != Session::State::Read) return false;
    std::optional<std::vector<std::string>> names =
        compare::take_over(before.target->gateway, now->gateway, original.gateway);
    if (!names) return false;

    restored_.edited = *std::move(names);
    number_leaves(after, now->leaf_count() - original.leaf_count());
    keep_losses(then, after);
    for (ledger::GateRow& row : after.report.gate) {
      if (row.verdict == "weaker" && !among(before.report.gate, row)) restored_.gate.push_back(std::move(row));
    }
    restored_.kept.push_back(std::move(edited));
    restored_.kept.push_back(std::move(now));
    return true;
  }

  static bool among(const std::vector<ledger::GateRow>& rows, const ledger::GateRow& row) {
    return std::ranges::any_of(rows, [&](const ledger::GateRow& r) {
      return r.what == row.what && r.before == row.before && r.after == row.after;
    });
  }

  [[nodiscard]] std::vector<std::pair<InputFile, std::string>> texts_of_session() const {
    std::vector<std::pair<InputFile, std::string>> texts;
    for (std::size_t i = 0; i < session_.files().size(); ++i)
      texts.emplace_back(session_.files()[i], std::string(session_.sources.text(session_.documents()[i].file())));
    return texts;
  }

  /// Behind the leaves of the original come those of what the edited folder comes to.
  void number_leaves(const Compiled& after, std::uint32_t count) {
    const std::size_t first = restored_.written_as.size();
    restored_.written_as.resize(first + count);
    for (std::uint32_t i = 0; i < after.leaves.size(); ++i) {
      const ir::LeafId target = after.leaves[i].target;
      if (target.valid() && target.value < count) restored_.written_as[first + target.value] = ir::LeafId{i};
    }
  }

  /// What became of leaves that are new or say something else than when they were written.
  void keep_losses(const Compiled& then, Compiled& after) {
    std::unordered_map<std::string, std::string> old;
    for (const doc::Document& document : then.target->documents()) {
      const std::string path(then.target->sources.name(document.file()));
      each_leaf(document, [&](const doc::Node& node, std::string_view place) {
        old.try_emplace(path + '\n' + std::string(place), node.text());
      });
    }
    restored_.edits.resize(session_.leaf_count());
    for (const doc::Document& document : session_.documents()) {
      const std::string path = path_of(document);
      each_leaf(document, [&](const doc::Node& node, std::string_view place) {
        const auto known = old.find(path + '\n' + std::string(place));
        const std::uint32_t leaf = node.leaf().value;
        if ((known == old.end() || known->second != node.text()) && leaf < after.leaves.size())
          restored_.edits[leaf] = std::move(after.leaves[leaf]);
      });
    }
  }

  Env& env_;
  Session& session_;
  const std::string& folder_;
  Sidecar sidecar_;
  DialectOptions options_;
  DialectChoice from_, to_;
  Session::Restored restored_;
};

}  // namespace

std::string sidecar_text(Session& source, const CompileSettings& settings, targets::SecretNames names,
                         const std::vector<Artifact>& artifacts) {
  const DialectChoice& from = source.meaning();
  if (from.dialect->write == nullptr || from.dialect->read == settings.to.dialect->read) return {};
  ledger::Ledger scratch;
  targets::WriteContext context{
      scratch, from.version, source.options(), targets::Secrets::Reference, std::move(names), true, {}};
  const std::vector<Artifact> state = from.dialect->write(source.gateway, context);

  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("format", kFormat);
  json.member("from", choice_text(from));
  json.member("to", choice_text(settings.to));
  json.key("options");
  json.begin_array();
  write_options(json, from.dialect->name, source.options());
  write_options(json, settings.to.dialect->name, settings.options.of(settings.to.dialect->name));
  json.end_array();
  json.key("anchors");
  json.begin_array();
  for (const Artifact& a : artifacts) {
    if (!is_data(a)) continue;
    json.begin_object();
    json.member("path", a.path);
    json.member("sha256", base::sha256_hex(a.text));
    json.end_object();
  }
  json.end_array();
  json.key("source");
  json.begin_array();
  for (const Artifact& a : state) {
    if (!is_data(a)) continue;
    json.begin_object();
    json.member("path", a.path);
    json.member("role", targets::role_name(a.role));
    json.member_if("route", a.route);
    json.member("text", a.text);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

void restore(Env& env, Session& session, const std::string& folder, const DialectChoice& to, diagnostics::Sink& sink) {
  const std::optional<Manifest> manifest = manifest_of(env, folder);
  if (!manifest) return;
  const auto file = std::ranges::find(manifest->files, "sidecar", &ManifestFile::role);
  if (file == manifest->files.end()) return;
  const std::string path = path_in(folder, file->path);
  std::string text;
  std::string why;
  if (env.files.read(path, source::kMaxBytes, text) != 0) {
    why = "it cannot be read";
  } else if (std::optional<Sidecar> sidecar = parse(std::move(text)); !sidecar) {
    why = "it is not what gatec wrote";
  } else {
    try {
      why = Restoration(env, session, folder, *std::move(sidecar)).run(to);
    } catch (const UsageError&) {
      why = "this gatec does not know the dialect, version or option that it names";
    }
  }
  if (why.empty()) return;
  sink.report(DiagId::SidecarUnused, {}, "`" + path + "` is not used: " + why)
      .note("what the target could not say when this folder was written is lost on the way back");
}

}  // namespace gatec::driver
