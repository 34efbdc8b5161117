// The test of the proof: of the scalars that mapped leaves became in written files, each is altered and each is
// dropped, one at a time, and the proof has to notice.
//
//   proof_mutation --to DIALECT [--at-least PERCENT] [--most N] [--verbose] FILE...
//
// --most: mutations tried a file, spread evenly. Closes with the share that was noticed; exit 1 below --at-least.

#include "compiler/doc/value.h"
#include "compiler/driver/dump.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/system.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace {

using namespace gatec;

enum class Mutation { Alter, Drop };

/// A document as an output tree with one scalar changed or left out.
class Mutator {
 public:
  Mutator(const doc::Node* victim, Mutation how) : victim_(victim), how_(how) {}

  doc::Out copy(const doc::Node& node) const {
    if (node.is_mapping()) {
      doc::Out out = doc::Out::mapping();
      for (const doc::Entry& e : node.entries()) {
        if (!dropped(*e.value)) out.add(std::string(e.key->text()), copy(*e.value));
      }
      return out;
    }
    if (node.is_sequence()) {
      doc::Out out = doc::Out::sequence();
      for (const doc::Node* element : node.elements()) {
        if (!dropped(*element)) out.push(copy(*element));
      }
      return out;
    }
    return scalar(node, &node == victim_);
  }

 private:
  bool dropped(const doc::Node& node) const { return how_ == Mutation::Drop && &node == victim_; }

  static std::string altered_number(std::string_view text, bool alter) {
    if (!alter) return std::string(text);
    return text == "0" ? "7" : std::string(text) + "7";
  }

  static doc::Out scalar(const doc::Node& node, bool alter) {
    switch (node.type()) {
      case doc::Type::Null: return alter ? doc::Out("altered") : doc::Out();
      case doc::Type::Bool: return doc::Out(node.as_bool().value_or(false) != alter);
      case doc::Type::Int:
      case doc::Type::Float: return doc::Out::number(altered_number(node.text(), alter));
      case doc::Type::Timestamp: return alter ? doc::Out("altered") : doc::Out::number(std::string(node.text()));
      case doc::Type::Binary:
      case doc::Type::String: break;
    }
    return doc::Out(alter ? std::string(node.text()) + "x" : std::string(node.text()));
  }

  const doc::Node* victim_;
  Mutation how_;
};

using Texts = std::vector<std::pair<driver::InputFile, std::string>>;

struct Tally {
  long tried = 0, noticed = 0;
};

class Bench {
 public:
  Bench(driver::Env& env, driver::DialectChoice to, long most, bool verbose)
      : env_(env), to_(std::move(to)), most_(most), verbose_(verbose) {}

  void file(const std::string& path) {
    driver::Session source(env_, {});
    if (source.load({{path, path, "", ""}}) != driver::Session::State::Read) return;
    const Texts texts = write(source);
    driver::Session target(env_, {to_, {}});
    if (texts.empty() || target.load_texts(texts, true) != driver::Session::State::Read) return;
    const auto whole = prove::prove({source.gateway, target.gateway, source.ledger, source.leaf_count()});
    if (whole.figures.unadmitted > 0) return;  // the corpus run tells of it
    std::unordered_set<std::uint32_t> produced;
    for (const ledger::LeafRecord& leaf : whole.leaves) {
      if (leaf.fate == ir::Fate::Mapped && leaf.target.valid()) produced.insert(leaf.target.value);
    }
    std::vector<const doc::Node*> victims;
    for (const doc::Document& document : target.documents()) {
      driver::each_leaf(document, [&](const doc::Node& node, std::string_view) {
        if (produced.contains(node.leaf().value) && !node.is_mapping() && !node.is_sequence()) victims.push_back(&node);
      });
    }
    same_ = same(source);
    meaning_ = meaning(target);
    const std::size_t stride = most_ > 0 ? victims.size() / static_cast<std::size_t>(most_) + 1 : 1;
    for (std::size_t i = 0; i < victims.size(); i += stride) {
      for (const Mutation how : {Mutation::Alter, Mutation::Drop}) mutate(source, target, texts, *victims[i], how);
    }
  }

  Tally tally;

 private:
  bool same(const driver::Session& source) const { return source.choice().dialect->read == to_.dialect->read; }

  Texts write(driver::Session& source) {
    targets::WriteContext context{source.ledger, to_.version, {}, targets::Secrets::Reference, {}, same(source)};
    Texts texts;
    for (targets::Artifact& a : to_.dialect->write(source.gateway, context)) {
      if (a.role != targets::Role::Config && a.role != targets::Role::Payload) continue;
      texts.emplace_back(driver::InputFile{a.path, a.path, std::string(targets::role_name(a.role)), a.route},
                         std::move(a.text));
    }
    return texts;
  }

  void mutate(driver::Session& source, const driver::Session& target, const Texts& texts, const doc::Node& victim,
              Mutation how) {
    Texts mutated = texts;
    for (std::size_t i = 0; i < target.documents().size(); ++i) {
      const doc::Document& document = target.documents()[i];
      if (document.file() != victim.span().file) continue;
      const doc::Out out = Mutator(&victim, how).copy(*document.root());
      mutated[i].second = document.format() == doc::Format::Json ? doc::write_json(out) : doc::write_yaml(out);
    }
    driver::Session again(env_, {to_, {}});
    bool noticed = again.load_texts(std::move(mutated), true) != driver::Session::State::Read;
    if (!noticed && meaning(again) == meaning_) return;
    if (!noticed) {
      const auto outcome = prove::prove({source.gateway, again.gateway, source.ledger, source.leaf_count()});
      noticed = outcome.figures.unadmitted > 0;
    }
    ++tally.tried;
    tally.noticed += noticed ? 1 : 0;
    if (!noticed && verbose_) report(target, victim, how);
  }

  /// The whole IR as text, defaults included: what the gateway makes of the files. Two files of one meaning (a key that
  /// is dropped and taken from the environment all the same) are no mutation; the layout is for the same dialect only.
  std::string meaning(driver::Session& session) const {
    if (same_) return driver::dump_json(session, {.origins = false, .defaults = true});
    const auto layout = std::exchange(session.gateway.layout, {});
    std::string text = driver::dump_json(session, {.origins = false, .defaults = true});
    session.gateway.layout = layout;
    return text;
  }

  static void report(const driver::Session& target, const doc::Node& victim, Mutation how) {
    const auto at = target.sources.position(victim.span().file, victim.span().begin);
    const std::string text(victim.text().substr(0, 40));
    std::printf("not noticed: %s %s:%u:%u `%s`\n", how == Mutation::Drop ? "drop" : "alter",
                std::string(target.sources.name(victim.span().file)).c_str(), at.line, at.column, text.c_str());
  }

  driver::Env& env_;
  driver::DialectChoice to_;
  std::string meaning_;
  long most_;
  bool verbose_;
  bool same_ = false;  // source and target are of one dialect
};

}  // namespace

int main(int argc, char** argv) {
  std::string to = "litellm";
  double at_least = 0;
  long most = 0;
  bool verbose = false;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--to") {
      to = next();
    } else if (word == "--at-least") {
      at_least = std::atof(next());
    } else if (word == "--most") {
      most = std::atol(next());
    } else if (word == "--verbose") {
      verbose = true;
    } else {
      files.emplace_back(word);
    }
  }
  driver::DescriptorInput in(STDIN_FILENO);
  driver::DescriptorOutput out(STDOUT_FILENO);
  driver::DescriptorOutput err(STDERR_FILENO);
  driver::SystemFiles system_files;
  driver::Env env{in, out, err, system_files};
  Bench bench(env, driver::parse_dialect(to), most, verbose);
  for (const std::string& file : files) {
    if (verbose) std::printf("%s\n", file.c_str());
    bench.file(file);
  }
  const double share = bench.tally.tried == 0
                           ? 0
                           : 100.0 * static_cast<double>(bench.tally.noticed) / static_cast<double>(bench.tally.tried);
  std::printf("%ld mutations to %s, %ld noticed: %.2f %%\n", bench.tally.tried, to.c_str(), bench.tally.noticed, share);
  return bench.tally.tried > 0 && share >= at_least ? 0 : 1;
}
