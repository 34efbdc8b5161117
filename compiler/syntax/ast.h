#pragma once

#include "compiler/doc/arena.h"
#include "compiler/source/source_manager.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gatec::syntax {

struct Body;

enum class ExprKind : std::uint8_t {
  Number,      // text, with its unit
  Money,       // text behind the `$`
  Text,        // text between the quotes, without escapes
  Piece,       // part of a string, escapes as written
  Joined,      // kids: pieces and holes
  Name,        // text
  List,        // kids
  Map,         // body
  ListLoop,    // names; kids: source, [filter], item
  MapLoop,     // names; kids: source, [filter], key, value
  Unary,       // text: operator
  Binary,      // text: operator
  Member,      // kids[0], text
  Index,       // kids: what, which
  Call,        // kids: what, arguments…
  Choice,      // kids: condition, then, else
  Quantified,  // names; text: forall or exists; kids: source, condition
};

/// Places are bytes of the file that the tree was made of.
struct Expr {
  ExprKind kind = ExprKind::Name;
  bool filtered = false;     // of loops
  std::uint32_t levels = 1;  // of nodes down to a leaf
  std::uint32_t begin = 0, end = 0;
  std::string_view text;
  std::span<Expr* const> kids;
  std::span<const std::string_view> names;
  Body* body = nullptr;
};

enum class StmtKind : std::uint8_t {
  Set,     // name = value, name ?= value
  Block,   // name labels… { body }
  Call,    // name(kids…)
  Import,  // name (of the alias) and text (the path)
  Param,   // name, type, value
  Let,
  Fn,     // name, names (parameters), value or body
  Check,  // value: text, body-less condition
  For,    // names, value, body
  If,     // value, body, otherwise
  Spread  // ...value
};

struct Stmt {
  StmtKind kind = StmtKind::Set;
  bool soft = false;
  std::uint32_t begin = 0, end = 0;
  std::uint32_t name_begin = 0, name_end = 0;
  std::string_view name;
  std::string_view text;  // path of an import, type of a param, rule of an assignment
  Expr* value = nullptr;
  Expr* condition = nullptr;  // of a check
  std::span<Expr* const> labels;
  std::span<const std::string_view> names;
  Body* body = nullptr;
  Body* otherwise = nullptr;
};

struct Body {
  std::uint32_t begin = 0, end = 0;
  std::span<Stmt* const> items;
};

/// A file's tree; the text stays with the SourceManager.
struct Module {
  Module(source::FileId f, std::size_t bytes) : file(f), arena(bytes * 4) {}
  source::FileId file;
  doc::Arena arena;
  Body* body = nullptr;
  std::vector<std::string_view> lost;  // names of statements that are malformed
  bool lost_import = false;
};

}  // namespace gatec::syntax
