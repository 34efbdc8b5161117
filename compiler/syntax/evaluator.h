#pragma once

#include "compiler/syntax/evaluate.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::syntax {

/// Names that are bound, with the scope around them. A function sees what was bound before it, so nothing can call
/// itself.
struct Scope {
  const Scope* around = nullptr;
  std::vector<std::pair<std::string, Value>> names;
  std::size_t visible = SIZE_MAX;  // of `around`: how many of its names are seen

  [[nodiscard]] const Value* find(std::string_view name) const {
    std::size_t limit = SIZE_MAX;
    for (const Scope* s = this; s != nullptr; limit = s->visible, s = s->around) {
      for (std::size_t i = std::min(limit, s->names.size()); i-- > 0;) {
        if (s->names[i].first == name) return &s->names[i].second;
      }
    }
    return nullptr;
  }
};

struct Function {
  const Stmt* stmt;
  source::FileId file;
  const Scope* scope;
  std::size_t visible;  // names of the scope that were bound before it
};

/// Thrown when a program does too much; told already.
struct Exhausted {};

class Evaluator {
 public:
  Evaluator(const source::SourceManager& sources, Inputs& inputs, diagnostics::Sink& sink)
      : sources_(sources), inputs_(inputs), sink_(sink) {}

  std::unique_ptr<Block> program(const Module& module);

 private:
  using DiagId = diagnostics::DiagId;
  struct Frame {  // where statements are run
    Scope* scope;
    std::vector<Item>* items;
    bool top;
  };

  struct Call;

  // statements
  void run(const Body& body, Frame frame);
  void statement(const Stmt& s, Frame frame);
  void set(const Stmt& s, Frame frame);
  void block(const Stmt& s, Frame frame);
  void call_block(const Stmt& s, Frame frame);
  void import(const Stmt& s, Frame frame);
  void param(const Stmt& s, Frame frame);
  void loop(const Stmt& s, Frame frame);
  void spread(const Stmt& s, Frame frame);
  void bind(Scope& scope, const Stmt& s, Value value);
  void overlay(const Module& module, Block& root, Scope& scope);
  void checks(const Block& root);
  Value parameter(const Stmt& s, const std::string& text, const Value* otherwise);
  Value parameter(const Stmt& s, const doc::Node& node, const Value* otherwise);

  // expressions
  Value eval(const Expr& e, const Scope& scope, bool words = false);
  Value number_of(const Expr& e);
  Value money_of(const Expr& e);
  Value name_of(const Expr& e, const Scope& scope, bool words);
  Value map_of(const Expr& e, const Scope& scope);
  Value loop_of(const Expr& e, const Scope& scope);
  Value member_of(const Expr& e, const Scope& scope);
  Value index_of(const Expr& e, const Scope& scope);
  Value call_of(const Expr& e, const Scope& scope);
  Value quantified(const Expr& e, const Scope& scope);
  Value unary_of(const Expr& e, const Scope& scope);
  Value binary_of(const Expr& e, const Scope& scope);
  Value arithmetic(std::string_view op, const Value& a, const Value& b, Span span);
  Value compared(std::string_view op, const Value& a, const Value& b, Span span);
  Value joined(const Expr& e, const Scope& scope);
  Value builtin(std::string_view name, std::vector<Value>& arguments, const Expr& e);
  std::vector<Value> label_values(const Expr& e, const Scope& scope);
  template <class F>
  void each(const Value& source, std::span<const std::string_view> names, const Scope& scope, F f);
  bool truth(const Value& v, std::string_view what);

  [[nodiscard]] bool is_lost(std::string_view name) const { return lost_import_ || lost_.contains(name); }
  void take_losses(const Module& module) {
    lost_.insert(module.lost.begin(), module.lost.end());
    lost_import_ = lost_import_ || module.lost_import;
  }

  // telling
  Value wrong(Span span, std::string message, std::string note = {});
  void step(std::uint64_t cost = 1);
  [[nodiscard]] Span span(const Expr& e) const { return {file_, e.begin, e.end}; }
  [[nodiscard]] Span span(const Stmt& s) const { return {file_, s.name_begin, s.name_end}; }
  Value made(ValueKind kind, const Expr& e) const {
    Value v;
    v.kind = kind;
    v.span = span(e);
    return v;
  }

  const source::SourceManager& sources_;
  Inputs& inputs_;
  diagnostics::Sink& sink_;
  source::FileId file_;
  std::uint64_t steps_ = 0, most_ = 0;
  std::vector<std::unique_ptr<Module>> modules_;
  std::vector<std::unique_ptr<Scope>> scopes_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::unordered_map<std::uint32_t, const Scope*> imported_;
  std::vector<std::uint32_t> importing_;
  std::unordered_set<std::string> parameters_used_;
  struct Check {
    const Stmt* stmt;
    source::FileId file;
    const Scope* scope;
  };
  std::vector<Check> checks_;
  struct Overlay {
    const Stmt* stmt;
    source::FileId file;
    std::string name, base;
  };
  std::vector<Overlay> overlays_;
  bool failed_ = false;
  int mistakes_ = 0;
  std::unordered_set<std::string_view> lost_;  // names that malformed statements would bind: nobody misses them
  bool lost_import_ = false;
};

/// Decodes the escapes of a piece of a string.
[[nodiscard]] std::string unescaped(std::string_view piece);
/// The seconds or months of a window as it is spelled, for comparing rates; nothing where it has no length.
struct Length {
  bool months = false;
  Decimal count;
};
[[nodiscard]] std::optional<Length> length_of(std::string_view window);
[[nodiscard]] std::optional<std::string> window_constant(std::string_view name);

}  // namespace gatec::syntax
