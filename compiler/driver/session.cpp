#include "compiler/driver/session.h"

#include "compiler/base/memory.h"
#include "compiler/base/nearest.h"
#include "compiler/driver/arguments.h"
#include "compiler/rules/rules.h"
#include "compiler/syntax/evaluate.h"
#include "compiler/syntax/parse.h"
#include "gatec/embedded/stdlib_modules.h"

#include <algorithm>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using targets::Dialect;

std::string dialect_names() {
  std::string names;
  for (const Dialect* d : targets::dialects()) {
    if (!names.empty()) names += ", ";
    names += d->name;
  }
  return names;
}

[[noreturn]] void no_such_dialect(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Dialect* d : targets::dialects()) known.push_back(d->name);
  std::string message = "there is no dialect `" + std::string(name) + "`";
  const auto nearest = base::nearest_word(name, known);
  message += nearest ? ", did you mean `" + std::string(*nearest) + "`?" : "; there are " + dialect_names();
  throw UsageError{message};
}

const Dialect& dialect_named(std::string_view name) {
  const Dialect* const dialect = targets::find_dialect(name);
  if (dialect == nullptr) no_such_dialect(name);
  return *dialect;
}

void check_version(const Dialect& dialect, std::string_view version) {
  std::string known;
  for (const targets::Version& v : dialect.versions) {
    if (v.name == version) return;
    if (!known.empty()) known += ", ";
    known += v.name;
  }
  throw UsageError{std::string(dialect.name) + " has no version `" + std::string(version) + "`; it has " +
                   (known.empty() ? "none" : known)};
}

/// Whether options of dialect `given` hold for dialect `name`.
bool covers(std::string_view given, std::string_view name) {
  return name == given || (name.size() > given.size() && name.starts_with(given) && name[given.size()] == '-');
}

bool has_option(std::string_view dialect, std::string_view key, std::vector<std::string_view>& known) {
  for (const Dialect* d : targets::dialects()) {
    if (!covers(dialect, d->name)) continue;
    for (const targets::OptionSpec& spec : d->options) {
      if (spec.key == key) return true;
      known.push_back(spec.key);
    }
  }
  return false;
}

void check_option(std::string_view dialect, std::string_view key) {
  std::vector<std::string_view> known;
  if (has_option(dialect, key, known)) return;
  std::string message = std::string(dialect) + " has no option `" + std::string(key) + "`";
  if (const auto nearest = base::nearest_word(key, known)) ((message += ", did you mean `") += *nearest) += "`?";
  throw UsageError{message};
}

struct Guess {
  std::vector<const Dialect*> best;
  int score = 0;
};

Guess guess(const doc::Document& document) {
  Guess g;
  for (const Dialect* d : targets::dialects()) {
    const int score = d->detect != nullptr && d->read != nullptr ? d->detect(document) : 0;
    if (score < 1 || score < g.score) continue;
    if (score > g.score) g.best.clear();
    g.score = score;
    g.best.push_back(d);
  }
  return g;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

}  // namespace

std::string default_version(const Dialect& dialect) {
  for (const targets::Version& v : dialect.versions) {
    if (v.is_default) return std::string(v.name);
  }
  return dialect.versions.empty() ? std::string() : std::string(dialect.versions.front().name);
}

DialectChoice parse_dialect(std::string_view text) {
  const std::size_t at = text.find('@');
  const Dialect& dialect = dialect_named(text.substr(0, at));
  if (at == std::string_view::npos) return {&dialect, default_version(dialect)};
  check_version(dialect, text.substr(at + 1));
  return {&dialect, std::string(text.substr(at + 1)), true};
}

DialectOptions::DialectOptions(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::size_t dot = text.find('.');
    if (equals == std::string::npos || dot == std::string::npos || dot > equals) {
      throw UsageError{"`--opt " + text + "` is not of the form DIALECT.KEY=VALUE"};
    }
    const std::string dialect = text.substr(0, dot);
    const std::string key = text.substr(dot + 1, equals - dot - 1);
    (void)dialect_named(dialect);
    check_option(dialect, key);
    given_.push_back({dialect, {key, text.substr(equals + 1)}});
  }
}

targets::Options DialectOptions::of(std::string_view dialect) const {
  targets::Options options;
  for (const auto& [given, option] : given_) {
    if (covers(given, dialect)) options.insert_or_assign(option.first, option.second);
  }
  return options;
}

Session::State Session::load(const std::vector<InputFile>& files) {
  std::vector<std::pair<InputFile, std::string>> texts;
  bool fine = true;
  for (const InputFile& file : files) {
    std::optional<std::string> text = read_file(env_, file, sink);
    if (text) {
      texts.emplace_back(file, std::move(*text));
    } else {
      fine = false;
    }
  }
  if (fine) return load_texts(std::move(texts), false);
  for (auto& [file, text] : texts) (void)add_document(std::move(file), std::move(text), false);
  return State::Unreadable;
}

Session::State Session::load_texts(std::vector<std::pair<InputFile, std::string>> texts, bool proving) {
  std::size_t bytes = 0;
  for (const auto& [file, text] : texts) bytes += text.size();
  base::expect_input(bytes);
  bool fine = true;
  for (auto& [file, text] : texts) fine = add_document(std::move(file), std::move(text), proving) != nullptr && fine;
  if (!fine) return State::Unreadable;
  if (!choose_dialect()) return State::Unrecognised;
  return understand(proving);
}

syntax::Inputs Session::program_inputs() {
  syntax::Inputs inputs;
  inputs.load = [this](source::FileId from, std::string_view path) {
    const std::string name(sources.name(from));
    return load_module(name == kStdinName ? std::string() : parent_of(name), path);
  };
  inputs.parameters = settings_.parameters;
  if (const auto chosen = inputs.parameters.find("gateway"); chosen != inputs.parameters.end()) {
    inputs.gateway = chosen->second;
    inputs.parameters.erase(chosen);
  }
  for (const auto& [name, document] : parameters_) {
    if (document.root() != nullptr) inputs.files.emplace(name, document.root());
  }
  return inputs;
}

/// False after telling of a file that cannot be read.
bool Session::read_parameters() {
  for (const auto& [name, path] : settings_.parameter_files) {
    if (parameters_.contains(name)) continue;
    std::optional<std::string> text = read_file(env_, {path, path, {}, {}}, sink);
    if (!text) return false;
    const source::FileId id = sources.add(path, *std::move(text));
    doc::ReadResult read = doc::read_any(sources, id, sink, {});
    if (!read) return false;
    parameters_.emplace(name, *std::move(read));
  }
  return true;
}

const doc::Document* Session::keep_cases(doc::ReadResult read) {
  return read ? &cases_.emplace_back(*std::move(read)) : nullptr;
}

const doc::Document* Session::load_cases(const InputFile& file) {
  std::optional<std::string> text = read_file(env_, file, sink);
  if (!text) return nullptr;
  const source::FileId id = sources.add(file.name, *std::move(text));
  if (!syntax::is_gate_name(file.name)) return keep_cases(doc::read_any(sources, id, sink, {}));
  syntax::Inputs inputs = program_inputs();
  inputs.parameters.clear();
  inputs.files.clear();
  inputs.gateway.clear();
  inputs.keep = syntax::Keep::All;
  return keep_cases(syntax::read_gate(sources, id, inputs, sink, {}));
}

const doc::Document* Session::load_cases(const doc::Document& program) {
  syntax::Inputs inputs = program_inputs();
  inputs.keep = syntax::Keep::Tests;
  return keep_cases(syntax::read_gate(sources, program.file(), inputs, sink, {}));
}

doc::ReadResult Session::read_document(const InputFile& file, source::FileId id, bool proving,
                                       const doc::ReadOptions& options) {
  const bool told = settings_.from && !settings_.from_if_recognised && settings_.from->dialect->name == "gate";
  if (syntax::is_gate_name(file.name) || told || (!proving && syntax::looks_like_gate(sources.text(id)))) {
    if (!read_parameters()) {
      const diagnostics::Diagnostic d = sink.all().back();  // what was told is enough: the same finding is kept once
      return sink.report(d.id, d.span, d.message).told();
    }
    syntax::Inputs inputs = program_inputs();
    return syntax::read_gate(sources, id, inputs, sink, options);
  }
  if (!proving) return doc::read_any(sources, id, sink, options);
  if (file.name.ends_with(".json")) return doc::read_json(sources, id, sink, options);
  if (doc::is_env_name(file.name)) return doc::read_env(sources, id, sink, options);
  return doc::read_yaml_second(sources, id, sink, options);
}

/// A module of Gate: `std/…` stands in the program, others beside the file that names them.
std::optional<source::FileId> Session::load_module(const std::string& folder, std::string_view path) {
  std::string full(path);
  std::string text;
  if (path.starts_with("std/")) {
    const std::string wanted = full.substr(4) + ".gate";
    const auto modules = embedded::stdlib_modules();
    const auto found = std::ranges::find(modules, wanted, &embedded::TextFile::name);
    if (found == modules.end()) return std::nullopt;
    text = found->text;
  } else {
    while (path.starts_with("./")) path.remove_prefix(2);
    full = path.starts_with('/') ? std::string(path) : folder + std::string(path);
  }
  if (const auto known = modules_.find(full); known != modules_.end()) return known->second;
  if (text.empty() && !full.starts_with("std/")) {
    if (env_.files.status(full).kind == FileKind::None) return std::nullopt;
    std::optional<std::string> read = read_file(env_, {full, full, {}, {}}, sink);
    if (!read) return std::nullopt;
    text = *std::move(read);
  }
  const source::FileId id = sources.add(full, std::move(text));
  modules_.emplace(std::move(full), id);
  return id;
}

const doc::Document* Session::add_document(InputFile file, std::string text, bool proving) {
  const source::FileId id = sources.add(file.name, std::move(text));
  doc::ReadOptions options;
  options.first_leaf = leaf_count_;
  options.report_duplicates = !proving;
  doc::ReadResult result = read_document(file, id, proving, options);
  if (!result) return nullptr;
  documents_.push_back(*std::move(result));
  const doc::Document& document = documents_.back();
  leaf_count_ = document.first_leaf() + document.leaf_count();
  if (!proving && file.path != "-") unresolved_.emplace_back(file.path, &document);
  if (!context_) {
    inputs_.push_back({file.name, &document, file.role, file.route});
    files_.push_back(std::move(file));
  }
  return &document;
}

const doc::Document* Session::load_further(const targets::Input& from, std::string_view path) {
  const std::string name(from.document != nullptr ? sources.name(from.document->file()) : std::string_view(from.name));
  const std::string folder = name == kStdinName ? std::string() : parent_of(name);
  const std::string full = path.starts_with('/') ? std::string(path) : folder + std::string(path);
  if (env_.files.status(full).kind == FileKind::None) return nullptr;
  for (const auto& [given, document] : unresolved_) by_path_.emplace(env_.files.real_path(given), document);
  unresolved_.clear();
  const auto known = by_path_.find(env_.files.real_path(full));
  if (known != by_path_.end()) return known->second;
  InputFile file{full, full, {}, {}};
  std::optional<std::string> text = read_file(env_, file, sink);
  const doc::Document* const document = text ? add_document(std::move(file), *std::move(text), false) : nullptr;
  include_failed_ = include_failed_ || document == nullptr;
  return document;
}

bool Session::recognised_by(const Dialect& dialect) const {
  return dialect.detect != nullptr &&
         std::ranges::any_of(inputs_, [&](const targets::Input& i) { return dialect.detect(*i.document) > 0; });
}

bool Session::choose_dialect() {
  if (settings_.from && (!settings_.from_if_recognised || recognised_by(*settings_.from->dialect))) {
    choice_ = *settings_.from;
    return true;
  }
  if (written_by_us()) return true;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Guess g = guess(*inputs_[i].document);
    if (g.best.empty()) continue;
    if (g.best.size() > 1) {
      std::string names;
      for (const Dialect* d : g.best) (names += names.empty() ? "" : ", ") += d->name;
      sink.report(DiagId::AmbiguousDialect, {inputs_[i].document->file(), 0, 0}, "this may be " + names)
          .note("say which with --from");
      return false;
    }
    choice_ = {g.best.front(), default_version(*g.best.front())};
    return check_kinship(i);
  }
  const source::Span place = inputs_.empty() ? source::Span{} : source::Span{inputs_.front().document->file(), 0, 0};
  sink.report(DiagId::UnknownDialect, place, "no dialect recognises this as its own")
      .note("looked for " + dialect_names() + "; say which it is with --from");
  return false;
}

/// Whether all inputs come from one folder of ours, which says for whom it was written.
bool Session::written_by_us() {
  if (files_.empty() || files_.front().dialect.empty()) return false;
  const std::string& dialect = files_.front().dialect;
  for (const InputFile& file : files_) {
    if (file.dialect != dialect) return false;
  }
  try {
    choice_ = parse_dialect(dialect);
  } catch (const UsageError&) {
    return false;  // of another gatec
  }
  return choice_.dialect->read != nullptr;
}

/// Inputs that surely belong to another dialect than the one chosen are refused, undecided ones are left to its reader.
bool Session::check_kinship(std::size_t recognised) {
  for (std::size_t i = recognised + 1; i < inputs_.size(); ++i) {
    if (choice_.dialect->detect(*inputs_[i].document) > 0) continue;
    const Guess other = guess(*inputs_[i].document);
    if (other.best.empty()) continue;
    sink.report(DiagId::MixedDialects, {inputs_[i].document->file(), 0, 0},
                "this is " + std::string(other.best.front()->name) + ", the inputs before it are " +
                    std::string(choice_.dialect->name))
        .note("inputs given together are one gateway's state; run gatec once for each gateway");
    return false;
  }
  return true;
}

targets::ReadContext& Session::context(bool proving) {
  if (!context_) {
    context_.emplace(targets::ReadContext{
        sources, sink, ledger, choice_.version, options_, [this](source::Span span) { sources.mark_secret(span); },
        [this](const targets::Input& from, std::string_view path) { return load_further(from, path); },
        settings_.honour_intent, proving});
  }
  return *context_;
}

Session::State Session::understand(bool proving) {
  if (choice_.dialect->read == nullptr)
    throw UsageError{std::string(choice_.dialect->name) + " can be written, not read"};
  options_ = settings_.options.of(choice_.dialect->name);
  choice_.dialect->read(inputs_, context(proving), gateway);
  if (include_failed_) return State::Unreadable;
  for (const doc::Document& document : documents_) understood_.push_back(document.file());
  for (const auto& [path, file] : modules_) understood_.push_back(file);
  for (const auto& [name, document] : parameters_) understood_.push_back(document.file());
  passes::Context passes = pass_context(proving);
  passes::run(gateway, passes);
  return State::Read;
}

passes::Context Session::pass_context(bool quiet) {
  return {sink, ledger, [this](ir::LeafId leaf) { return span(leaf); }, quiet};
}

void Session::check() {
  passes::Context passes = pass_context(false);
  rules::check(gateway, passes);
  if (choice_.dialect->check != nullptr) choice_.dialect->check(inputs_, gateway, context(false));
}

source::Span Session::span(ir::LeafId leaf) {
  if (!leaf.valid()) return {};
  if (leaf.value >= leaf_count_) return {};
  if (spans_.size() < leaf_count_) {
    spans_.assign(leaf_count_, {});
    for (const doc::Document& document : documents_) {
      each_leaf(document, [this](const doc::Node& node, std::string_view) { spans_[node.leaf().value] = node.span(); });
    }
  }
  return spans_[leaf.value];
}

std::string Session::place(source::Span span) const {
  if (!span.valid()) return {};
  return std::string(sources.name(span.file)) + ":" + std::to_string(sources.position(span.file, span.begin).line);
}

diagnostics::Mask Session::mask() const {
  diagnostics::Mask mask(sources);
  for (const source::FileId file : understood_) mask.understood(file);
  return mask;
}

void Session::forget() {
  context_.reset();
  inputs_.clear();
  by_path_.clear();
  unresolved_.clear();
  spans_.clear();
  gateway = {};
  ledger = {};
  documents_.clear();
}

}  // namespace gatec::driver
