#pragma once

#include "targets/read_kit.h"
#include "targets/write_kit.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::targets {

/// What writers of a management API's bodies share: texts and credentials as a body says them, and losses.
class BodyWriter {
 protected:
  BodyWriter(const ir::Gateway& gateway, WriteContext& context, ReadKit::ReferenceParser parse_reference);
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;
  virtual ~BodyWriter() = default;

  /// The variable that shall hold what a secret manager has.
  [[nodiscard]] virtual std::string manager_variable(std::string_view hint) const = 0;

  [[nodiscard]] bool same() const { return context_.same_dialect; }
  /// What the same dialect's reader laid out; null where there is nothing.
  [[nodiscard]] const ir::Value* layout(std::string_view name) const;
  /// A credential as a body says it: `${NAME}` where the value is not there.
  [[nodiscard]] std::string spell(const ir::Credential& credential, const void* ir_value, std::string_view hint);
  /// Text of a field as a body says it: a value from the environment becomes a reference.
  [[nodiscard]] std::string text(const ir::Field<std::string>& field);
  [[nodiscard]] doc::Out open(const ir::Value& value, std::string_view key);

  template <class T>
  void lose(const T* value, ledger::Loss loss) {
    if (!recording_) return;
    if (loss.fate == ir::Fate::Approximated && !loss.written.empty()) approximated_.push_back(value);
    context_.ledger.lose(value, std::move(loss));
  }
  template <class T>
  void lose_if(const ir::Field<T>& field, ledger::Loss loss) {
    if (!field.absent()) lose(&field, std::move(loss));
  }
  template <class T>
  void lose_if(const ir::List<T>& list, ledger::Loss loss) {
    if (!list.absent()) lose(&list, std::move(loss));
  }
  void admit(std::string path, std::string reason) {
    if (recording_) context_.ledger.admit_added(std::move(path), std::move(reason));
  }
  /// What reaches both a written and a left-out target is found as announced at one and missing at the other.
  void soften_losses();
  [[nodiscard]] bool refuse(ledger::Loss why) {
    why_ = std::move(why);
    return false;
  }

  const ir::Gateway& gateway_;
  WriteContext& context_;
  CredentialSpeller speller_;
  std::set<std::string> variables_;  // that the bodies name
  std::string path_;                 // of the IR value at hand, as compare/ spells it
  ledger::Loss why_;                 // of the last thing that could not be written
  bool left_out_ = false;
  bool recording_ = true;  // losses count

 private:
  ReadKit::ReferenceParser parse_reference_;
  std::vector<const void*> approximated_;
};

/// Puts a segment onto the path while it lives.
struct PathStep {
  PathStep(std::string& text, std::string_view segment) : path(text), size(text.size()) { (path += '.') += segment; }
  PathStep(std::string& text, std::string_view segment, std::size_t index) : PathStep(text, segment) {
    ((path += '[') += std::to_string(index)) += ']';
  }
  ~PathStep() { path.resize(size); }
  PathStep(const PathStep&) = delete;
  PathStep& operator=(const PathStep&) = delete;
  std::string& path;
  std::size_t size;
};

}  // namespace gatec::targets
