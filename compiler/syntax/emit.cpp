#include "compiler/doc/tree_builder.h"
#include "compiler/syntax/evaluate.h"
#include "compiler/syntax/parse.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace gatec::syntax {
namespace {

using doc::Kind;
using doc::Style;
using doc::TreeBuilder;
using doc::Type;

constexpr std::array<std::string_view, 6> kPlan = {"use", "to", "balance", "group", "switch", "mirror"};

class Emitter {
 public:
  Emitter(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
          const doc::ReadOptions& options)
      : builder_(sources, file, sink, options, doc::Format::Gate), file_(file) {}

  doc::ReadResult run(const Block& root) {
    builder_.document_start();
    body(root, {});
    return builder_.finish();
  }

 private:
  struct Mark {
    bool soft = false;
    std::string_view rule;
  };

  void at(Span span) {
    if (span.valid()) builder_.in_file(span.file);
  }

  void key(std::string_view text, Span span) {
    at(span);
    builder_.scalar({text, false, span.begin, span.end, Style::Plain, Type::String}, {});
  }

  static std::string tag(std::string_view kind, const Mark& mark) {
    std::string t(kind);
    if (mark.soft) t += '?';
    if (!mark.rule.empty()) (t += '@') += mark.rule;
    return t;
  }

  /// The same text at the same place is the same leaf.
  bool scalar(std::string_view text, Span span, Type type, std::string_view kind, const Mark& mark) {
    const std::string t = tag(kind, mark);
    std::string id = std::to_string(span.file.value) + ":" + std::to_string(span.begin) + ":" +
                     std::to_string(span.end) + ":" + std::to_string(static_cast<int>(type)) + t + "\n" +
                     std::string(text);
    const auto known = made_.find(id);
    if (known != made_.end() && span.valid()) {
      builder_.repeat(*known->second, span.end);
      return true;
    }
    at(span);
    if (!builder_.scalar(
            {text, false, span.begin, span.end, type == Type::String ? Style::DoubleQuoted : Style::Plain, type},
            {t, {}}))
      return false;
    if (span.valid()) made_.emplace(std::move(id), builder_.last());
    return true;
  }

  bool value(const Value& v, const Mark& mark) {
    switch (v.kind) {
      case ValueKind::None: return scalar("null", v.span, Type::Null, "", mark);
      case ValueKind::Bool: return scalar(v.truth ? "true" : "false", v.span, Type::Bool, "", mark);
      case ValueKind::Number:
        return scalar(v.number.text(), v.span, v.number.is_integer() ? Type::Int : Type::Float, "", mark);
      case ValueKind::Text:
      case ValueKind::Word: return scalar(v.text, v.span, Type::String, "", mark);
      case ValueKind::Duration: return scalar(v.number.text(), v.span, Type::String, "duration", mark);
      case ValueKind::Window: return scalar(v.text, v.span, Type::String, "window", mark);
      case ValueKind::Amount: {
        std::string text = v.number.text() + " " + v.text;
        if (!v.items.empty()) (text += ' ') += v.items[0].text;
        return scalar(text, v.span, Type::String, "amount", mark);
      }
      case ValueKind::Special: {
        if (v.items.empty() || (v.text == "unknown" && v.items[0].kind == ValueKind::None))
          return scalar("", v.span, Type::String, v.text, mark);
        const Value& inner = v.items[0];
        if (inner.kind == ValueKind::Text || inner.kind == ValueKind::Word)
          return scalar(inner.text, v.span, Type::String, v.text, mark);
        if (inner.kind == ValueKind::Number) return scalar(inner.number.text(), v.span, Type::String, v.text, mark);
        return scalar(inner.kind == ValueKind::Bool && inner.truth ? "true" : "false", v.span, Type::String, v.text,
                      mark);
      }
      case ValueKind::List: {
        at(v.span);
        if (!builder_.start(Kind::Sequence, Style::Flow, v.span.begin, {tag("", mark), {}})) return false;
        for (const Value& item : v.items) {
          if (!value(item, v.items.empty() ? mark : Mark{mark.soft, mark.rule})) return false;
        }
        at(v.span);
        return builder_.end(v.span.end);
      }
      case ValueKind::Map: {
        at(v.span);
        if (!builder_.start(Kind::Mapping, Style::Flow, v.span.begin, {tag("", mark), {}})) return false;
        for (const Field& f : v.fields) {
          key(f.key, f.key_span);
          if (!value(*f.value, {f.soft || mark.soft, f.rule.empty() ? mark.rule : std::string_view(f.rule)}))
            return false;
        }
        at(v.span);
        return builder_.end(v.span.end);
      }
      case ValueKind::Poison:
      case ValueKind::Function:
      case ValueKind::Module: break;
    }
    return scalar("null", v.span, Type::Null, "", mark);
  }

  bool body(const Block& block, std::span<const Value> labels) {
    at(block.span);
    if (!builder_.start(Kind::Mapping, Style::Flow, block.span.begin, {})) return false;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      key(i == 0 ? "$" : "$" + std::to_string(i + 1), labels[i].span);
      if (!value(labels[i], {})) return false;
    }
    if (!items(block)) return false;
    at(block.span);
    return builder_.end(block.span.end);
  }

  static std::string_view group_of(const Item& item) {
    return std::find(kPlan.begin(), kPlan.end(), item.name) != kPlan.end() ? std::string_view("plan")
                                                                           : std::string_view(item.name);
  }

  bool items(const Block& block) {
    std::unordered_map<std::string_view, std::vector<const Item*>> members;
    for (const Item& item : block.items) {
      if (item.is_block) members[group_of(item)].push_back(&item);
    }
    for (const Item& item : block.items) {
      if (!item.is_block) {
        key(item.name, item.name_span);
        if (!value(item.value, {item.soft, item.rule})) return false;
        continue;
      }
      const std::string_view group = group_of(item);
      auto found = members.find(group);
      if (found->second.empty()) continue;
      key(group, item.name_span);
      if (!builder_.start(Kind::Sequence, Style::Flow, item.block->span.begin, {"blocks", {}})) return false;
      const std::vector<const Item*> all = std::move(found->second);
      found->second.clear();
      for (const Item* member : all) {
        at(member->block->span);
        if (group == "plan") {
          if (!builder_.start(Kind::Mapping, Style::Flow, member->block->span.begin, {})) return false;
          key(member->name, member->name_span);
        }
        if (!body(*member->block, member->labels)) return false;
        if (group == "plan" && !builder_.end(member->block->span.end)) return false;
      }
      at(item.block->span);
      if (!builder_.end(item.block->span.end)) return false;
    }
    return true;
  }

  TreeBuilder builder_;
  source::FileId file_;
  std::unordered_map<std::string, const doc::Node*> made_;
};

}  // namespace

doc::ReadResult emit(const source::SourceManager& sources, source::FileId file, const Block& block,
                     diagnostics::Sink& sink, const doc::ReadOptions& options) {
  return Emitter(sources, file, sink, options).run(block);
}

}  // namespace gatec::syntax
