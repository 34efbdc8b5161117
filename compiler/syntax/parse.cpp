#include "compiler/syntax/parse.h"

#include "compiler/doc/text_check.h"
#include "compiler/syntax/evaluator.h"
#include "grammar/messages.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gatec::syntax {
namespace {

namespace g = grammar;
namespace p = tao::pegtl;
using diagnostics::DiagId;

/// What actions append to. Stacks are cut back to the statement's mark when it fails.
class State {
 public:
  State(std::string_view text, source::FileId file, Module& module, diagnostics::Sink& sink)
      : text_(text), file_(file), module_(module), sink_(sink) {}

  // --- for the grammar

  class Level {
   public:
    Level(int& depth, int levels) : depth_(depth), levels_(levels) { depth_ += levels_; }
    ~Level() { depth_ -= levels_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    int& depth_;
    int levels_;
  };
  [[nodiscard]] Level enter(const char* at, int levels) {
    if (depth_ + levels > 2 * kMaxDepth) {
      tell_too_deep(offset(at), "this nests more than " + std::to_string(kMaxDepth) + " levels deep");
      failed_at_ = text_.size();
      throw g::Failure{};
    }
    return {depth_, levels};
  }

  /// Bytes from `from` to where the next statement may begin: behind the failure, past its line, but inside the
  /// brackets that are open there.
  [[nodiscard]] std::size_t resume(const char* from, const char* end) {
    restore();
    const std::size_t begin = offset(from);
    const std::size_t last = begin + static_cast<std::size_t>(end - from);
    std::size_t at = std::max<std::size_t>(failed_at_, begin);
    if (at == begin && at < last && (text_[at] == '}' || text_[at] == ']' || text_[at] == ')')) return 1;
    int depth = 0;
    while (at < last) {
      const char c = text_[at];
      if (c == '#') {
        while (at < last && text_[at] != '\n') ++at;
        continue;
      }
      if (c == '"') {
        at = skip_string(at, last);
        continue;
      }
      if (c == '{' || c == '[' || c == '(') ++depth;
      if (c == '}' && depth == 0) break;
      if ((c == '}' || c == ']' || c == ')') && depth > 0) --depth;
      if ((c == '\n' || c == ';') && depth == 0) break;
      ++at;
    }
    return std::max<std::size_t>(at - begin, begin < last ? 1 : 0);
  }

  void syntax_error(const char* at, const char* message) {
    failed_at_ = offset(at);
    // what is missing at the end of a line is not found on the next one
    std::size_t last = failed_at_;
    while (last > 0 &&
           (text_[last - 1] == ' ' || text_[last - 1] == '\t' || text_[last - 1] == '\n' || text_[last - 1] == '\r'))
      --last;
    const bool statement = std::string_view(message) == "expected a statement";
    const bool next_line = !statement && text_.substr(last, failed_at_ - last).find('\n') != std::string_view::npos;
    if (next_line && failed_at_ < text_.size()) failed_at_ = last;
    // one end of the file is one mistake, whatever is open there
    if (too_deep_ || (failed_at_ >= text_.size() && std::exchange(ended_, true))) return;
    if (++mistakes_ > kMostMistakes) return;
    std::size_t begin = failed_at_;
    std::size_t end = begin;
    const auto wordy = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
    };
    while (end < text_.size() && wordy(text_[end])) ++end;
    if (end == begin && end < text_.size() && text_[end] != '\n' && text_[end] != '\r') ++end;
    std::string words(message);
    if (end > begin && text_[begin] != ' ' && text_[begin] != '\t') {
      (words += ", not `") += text_.substr(begin, std::min<std::size_t>(end - begin, 40));
      words += '`';
    } else if (begin >= text_.size()) {
      words += ", not the end of the file";
    } else if (text_[begin] == '\n' || text_[begin] == '\r') {
      words += ", not the end of the line";
    }
    sink_.report(DiagId::GateSyntax, span(begin, end), std::move(words));
  }

  // --- for the actions

  [[nodiscard]] std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - text_.data()); }
  template <class Input>
  [[nodiscard]] std::string_view view(const Input& in) const {
    return text_.substr(offset(in.begin()), in.size());
  }

  template <class Input>
  Expr& push(const Input& in, ExprKind kind) {
    Expr* e = module_.arena.make<Expr>();
    e->kind = kind;
    e->begin = offset(in.begin());
    e->end = offset(in.end());
    e->text = view(in);
    exprs.push_back(e);
    return *e;
  }
  /// How far the walk through an expression goes down: operators of one chain stand in each other.
  void count_levels(Expr& e) {
    for (const Expr* kid : e.kids) e.levels = std::max(e.levels, kid->levels + 1);
    if (e.levels <= kMaxLevels) return;
    tell_too_deep(e.begin, "this expression has more than " + std::to_string(kMaxLevels) + " operators in each other");
    e.kind = ExprKind::Number;
    e.text = "0";
    e.kids = {};
    e.levels = 1;
  }
  Expr* pop() {
    Expr* e = exprs.back();
    exprs.pop_back();
    return e;
  }
  /// A new node around the topmost `count`.
  Expr& wrap(ExprKind kind, std::size_t count, std::uint32_t end) {
    Expr* e = module_.arena.make<Expr>();
    e->kind = kind;
    e->kids = take(exprs, exprs.size() - count);
    e->begin = e->kids.empty() ? end : e->kids.front()->begin;
    e->end = end;
    count_levels(*e);
    exprs.push_back(e);
    return *e;
  }
  template <class T>
  std::span<T const> take(std::vector<T>& stack, std::size_t from) {
    const std::size_t count = stack.size() - from;
    if (count == 0) return {};
    T* const first = module_.arena.array<T>(count);
    std::copy(stack.begin() + static_cast<std::ptrdiff_t>(from), stack.end(), first);
    stack.resize(from);
    return {first, count};
  }
  Body* make_body(std::uint32_t begin, std::uint32_t end) {
    Body* b = module_.arena.make<Body>();
    b->begin = begin;
    b->end = end;
    b->items = take(stmts, pop_mark());
    return b;
  }
  void mark(std::size_t size) { marks.push_back(size); }
  std::size_t pop_mark() {
    const std::size_t m = marks.back();
    marks.pop_back();
    return m;
  }

  struct Loop {
    std::size_t names;
    bool filtered = false;
  };
  struct Open {
    Stmt* stmt;
    std::size_t exprs, stmts, bodies, names, ops, unary, marks, loops;
  };
  void begin_statement(const char* at) {
    Stmt* s = module_.arena.make<Stmt>();
    s->begin = offset(at);
    open.push_back({s, exprs.size(), stmts.size(), bodies.size(), names.size(), ops.size(), unary.size(), marks.size(),
                    loops.size()});
  }
  Stmt& top() { return *open.back().stmt; }
  Stmt* end_statement(const char* at) {
    Stmt* s = open.back().stmt;
    s->end = offset(at);
    open.pop_back();
    return s;
  }
  template <class Input>
  void name_statement(const Input& in, std::string_view text) {
    top().name = text;
    top().name_begin = offset(in.begin());
    top().name_end = offset(in.end());
  }
  Body* pop_body() {
    Body* b = bodies.back();
    bodies.pop_back();
    return b;
  }
  std::span<const std::string_view> loop_names() {
    const Loop loop = loops.back();
    loops.pop_back();
    last_filtered = loop.filtered;
    return take(names, loop.names);
  }

  void resolve_chain();
  [[nodiscard]] Module& module() { return module_; }

  std::vector<Expr*> exprs;
  std::vector<Stmt*> stmts;
  std::vector<Body*> bodies;
  std::vector<std::string_view> names, ops, unary;
  std::vector<std::size_t> marks;
  std::vector<Loop> loops;
  std::vector<Open> open;
  bool last_filtered = false;

 private:
  [[nodiscard]] source::Span span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }
  void tell_too_deep(std::uint32_t at, std::string message) {
    if (!std::exchange(too_deep_, true)) sink_.report(DiagId::GateTooDeep, {file_, at, at}, std::move(message));
  }
  [[nodiscard]] std::size_t skip_string(std::size_t at, std::size_t last) const {
    for (++at; at < last && text_[at] != '"' && text_[at] != '\n'; ++at) {
      if (text_[at] == '\\' && at + 1 < last && text_[at + 1] != '\n') ++at;
    }
    return at < last && text_[at] == '"' ? at + 1 : at;
  }
  void restore() {
    if (open.empty()) return;
    const Open o = open.back();
    open.pop_back();
    // what it would have bound is missed by nobody
    if (!o.stmt->name.empty()) module_.lost.push_back(o.stmt->name);
    module_.lost.insert(module_.lost.end(), names.begin() + static_cast<std::ptrdiff_t>(o.names), names.end());
    if (text_.substr(o.stmt->begin).starts_with("import")) module_.lost_import = true;
    exprs.resize(o.exprs);
    stmts.resize(o.stmts);
    bodies.resize(o.bodies);
    names.resize(o.names);
    ops.resize(o.ops);
    unary.resize(o.unary);
    marks.resize(o.marks);
    loops.resize(o.loops);
  }

  std::string_view text_;
  source::FileId file_;
  Module& module_;
  diagnostics::Sink& sink_;
  int depth_ = 0, mistakes_ = 0;
  bool too_deep_ = false, ended_ = false;
  std::size_t failed_at_ = 0;
};

int precedence(std::string_view op) {
  if (op == "or" || op == "||") return 1;
  if (op == "and" || op == "&&") return 2;
  if (op == "+" || op == "-") return 4;
  if (op == "*" || op == "/" || op == "%") return 5;
  return 3;
}

/// Operands and operators stand in the order written; the tighter ones are joined first, equals from the left.
void State::resolve_chain() {
  const std::size_t first_op = pop_mark();
  const std::size_t first = pop_mark();
  std::vector<Expr*> done;
  std::vector<std::string_view> waiting;
  const auto join = [&] {
    Expr* e = module_.arena.make<Expr>();
    Expr** const kids = module_.arena.array<Expr*>(2);
    kids[1] = done.back();
    done.pop_back();
    kids[0] = done.back();
    e->kind = ExprKind::Binary;
    e->text = waiting.back();
    waiting.pop_back();
    e->kids = {kids, 2};
    e->begin = kids[0]->begin;
    e->end = kids[1]->end;
    count_levels(*e);
    done.back() = e;
  };
  done.push_back(exprs[first]);
  for (std::size_t i = first_op; i < ops.size(); ++i) {
    while (!waiting.empty() && precedence(waiting.back()) >= precedence(ops[i])) join();
    waiting.push_back(ops[i]);
    done.push_back(exprs[first + 1 + (i - first_op)]);
  }
  while (!waiting.empty()) join();
  ops.resize(first_op);
  exprs.resize(first);
  exprs.push_back(done.front());
}

template <class Rule>
struct Action : p::nothing<Rule> {};

#define GATEC_ON(rule)                         \
  template <>                                  \
  struct Action<g::rule> {                     \
    template <class In>                        \
    static void apply(const In& in, State& s); \
  };                                           \
  template <class In>                          \
  void Action<g::rule>::apply([[maybe_unused]] const In& in, State& s)

std::string_view inside(std::string_view quoted) { return quoted.substr(1, quoted.size() - 2); }

GATEC_ON(number) { s.push(in, ExprKind::Number); }
GATEC_ON(money) {
  Expr& e = s.push(in, ExprKind::Money);
  e.text.remove_prefix(1);
}
GATEC_ON(plain_string) {
  Expr& e = s.push(in, ExprKind::Text);
  e.text = inside(e.text);
}
GATEC_ON(piece) { s.push(in, ExprKind::Piece); }
GATEC_ON(string_open) { s.mark(s.exprs.size()); }
GATEC_ON(text_string) {
  const std::size_t from = s.pop_mark();
  Expr& e = s.wrap(ExprKind::Joined, s.exprs.size() - from, s.offset(in.end()));
  e.begin = s.offset(in.begin());
}
GATEC_ON(name_ref) { s.push(in, ExprKind::Name); }
GATEC_ON(list_open) { s.mark(s.exprs.size()); }
GATEC_ON(list_loop) {
  const auto names = s.loop_names();
  Expr& e = s.wrap(ExprKind::ListLoop, s.last_filtered ? 3 : 2, s.offset(in.end()));
  e.names = names;
  e.filtered = s.last_filtered;
}
GATEC_ON(list) {
  const std::size_t from = s.pop_mark();
  if (s.exprs.size() == from + 1 && s.exprs.back()->kind == ExprKind::ListLoop && s.exprs.back()->text.empty()) {
    s.exprs.back()->begin = s.offset(in.begin());
    s.exprs.back()->end = s.offset(in.end());
    s.exprs.back()->text = "[";
    return;
  }
  Expr& e = s.wrap(ExprKind::List, s.exprs.size() - from, s.offset(in.end()));
  e.begin = s.offset(in.begin());
}
GATEC_ON(loop_open) { s.loops.push_back({s.names.size()}); }
GATEC_ON(bound_name) { s.names.push_back(s.view(in)); }
GATEC_ON(loop_filter) { s.loops.back().filtered = true; }
GATEC_ON(map_open) { s.mark(s.stmts.size()); }
GATEC_ON(map_loop) {
  const auto names = s.loop_names();
  Expr& e = s.wrap(ExprKind::MapLoop, s.last_filtered ? 4 : 3, s.offset(in.end()));
  e.names = names;
  e.filtered = s.last_filtered;
}
GATEC_ON(map) {
  const std::uint32_t begin = s.offset(in.begin());
  Body* const body = s.make_body(begin, s.offset(in.end()));
  if (body->items.empty() && !s.exprs.empty() && s.exprs.back()->kind == ExprKind::MapLoop &&
      s.exprs.back()->text.empty() && s.exprs.back()->end > begin) {
    s.exprs.back()->text = "{";
    s.exprs.back()->begin = begin;
    s.exprs.back()->end = s.offset(in.end());
    return;
  }
  s.push(in, ExprKind::Map).body = body;
}
GATEC_ON(call_open) { s.mark(s.exprs.size()); }
GATEC_ON(call) {
  const std::size_t from = s.pop_mark();
  s.wrap(ExprKind::Call, s.exprs.size() - from + 1, s.offset(in.end()));
}
GATEC_ON(index) { s.wrap(ExprKind::Index, 2, s.offset(in.end())); }
GATEC_ON(member_name) {
  const std::string_view name = s.view(in);
  s.wrap(ExprKind::Member, 1, s.offset(in.end())).text = name;
}
GATEC_ON(unary_op) {
  s.unary.push_back(s.view(in));
  s.mark(s.offset(in.begin()));
}
GATEC_ON(unary) {
  Expr& e = s.wrap(ExprKind::Unary, 1, s.offset(in.end()));
  e.begin = static_cast<std::uint32_t>(s.pop_mark());
  e.text = s.unary.back();
  s.unary.pop_back();
}
GATEC_ON(binary_op) { s.ops.push_back(s.view(in)); }
GATEC_ON(chain_begin) {
  s.mark(s.exprs.size() - 1);
  s.mark(s.ops.size());
}
GATEC_ON(operations) { s.resolve_chain(); }
GATEC_ON(choice) {
  Expr& e = s.wrap(ExprKind::Choice, 3, s.offset(in.end()));
  e.begin = s.offset(in.begin());
}
GATEC_ON(quantifier) {
  s.loops.push_back({s.names.size()});
  s.unary.push_back(s.view(in));
}
GATEC_ON(quantified) {
  const auto names = s.loop_names();
  Expr& e = s.wrap(ExprKind::Quantified, 2, s.offset(in.end()));
  e.begin = s.offset(in.begin());
  e.names = names;
  e.text = s.unary.back();
  s.unary.pop_back();
}

GATEC_ON(body_open) { s.mark(s.stmts.size()); }
GATEC_ON(body) { s.bodies.push_back(s.make_body(s.offset(in.begin()), s.offset(in.end()))); }
GATEC_ON(needed_body) { s.bodies.push_back(s.make_body(s.offset(in.begin()), s.offset(in.end()))); }

GATEC_ON(statement_begin) { s.begin_statement(in.begin()); }
GATEC_ON(statement) { s.stmts.push_back(s.end_statement(in.end())); }
GATEC_ON(import_path) { s.top().text = inside(s.view(in)); }
GATEC_ON(import_name) { s.name_statement(in, s.view(in)); }
GATEC_ON(import_statement) { s.top().kind = StmtKind::Import; }
GATEC_ON(param_name) { s.name_statement(in, s.view(in)); }
GATEC_ON(type_name) { s.top().text = s.view(in); }
GATEC_ON(param_default) { s.top().value = s.pop(); }
GATEC_ON(param_statement) { s.top().kind = StmtKind::Param; }
GATEC_ON(let_name) { s.name_statement(in, s.view(in)); }
GATEC_ON(let_statement) {
  s.top().kind = StmtKind::Let;
  s.top().value = s.pop();
}
GATEC_ON(fn_name) { s.name_statement(in, s.view(in)); }
GATEC_ON(fn_open) { s.loops.push_back({s.names.size()}); }
GATEC_ON(fn_param) { s.names.push_back(s.view(in)); }
GATEC_ON(fn_value) { s.top().value = s.pop(); }
GATEC_ON(fn_statement) {
  s.top().kind = StmtKind::Fn;
  s.top().names = s.loop_names();
  if (s.top().value == nullptr) s.top().body = s.pop_body();
}
GATEC_ON(check_text) { s.top().value = s.pop(); }
GATEC_ON(check_statement) {
  s.top().kind = StmtKind::Check;
  s.top().condition = s.pop();
}
GATEC_ON(for_open) { s.loops.push_back({s.names.size()}); }
GATEC_ON(for_statement) {
  s.top().kind = StmtKind::For;
  s.top().names = s.loop_names();
  s.top().value = s.pop();
  s.top().body = s.pop_body();
}
GATEC_ON(else_if) {
  Stmt* const inner = s.end_statement(in.end());
  s.mark(s.stmts.size());
  s.stmts.push_back(inner);
  s.bodies.push_back(s.make_body(inner->begin, inner->end));
}
GATEC_ON(else_part) { s.top().otherwise = s.pop_body(); }
GATEC_ON(if_statement) {
  s.top().kind = StmtKind::If;
  s.top().body = s.pop_body();
  s.top().value = s.pop();
}
GATEC_ON(spread_statement) {
  s.top().kind = StmtKind::Spread;
  s.top().value = s.pop();
}
GATEC_ON(quoted_name) {
  std::string_view name = inside(s.view(in));
  if (name.find('\\') != std::string_view::npos) name = s.module().arena.copy(unescaped(name));
  s.name_statement(in, name);
}
GATEC_ON(entry_name) {
  if (s.top().name_end == 0) s.name_statement(in, s.view(in));
}
GATEC_ON(soft_sign) { s.top().soft = true; }
GATEC_ON(rule_id) { s.top().text = inside(s.view(in)); }
GATEC_ON(assignment) {
  s.top().kind = StmtKind::Set;
  s.top().value = s.pop();
}
GATEC_ON(called) {
  const std::size_t from = s.pop_mark();
  s.top().kind = StmtKind::Call;
  s.top().labels = s.take(s.exprs, from);
}
GATEC_ON(labels) {
  s.top().kind = StmtKind::Block;
  s.top().labels = s.take(s.exprs, s.open.back().exprs);
}
GATEC_ON(block_body) {
  s.top().kind = StmtKind::Block;
  s.top().body = s.pop_body();
}

#undef GATEC_ON

template <class Rule>
struct Control : p::normal<Rule> {
  template <class In, class... States>
  [[noreturn]] static void raise(const In& in, State& s) {
    s.syntax_error(in.current(), g::message<Rule> != nullptr ? g::message<Rule> : "this is not understood");
    throw g::Failure{};
  }
};

}  // namespace

std::unique_ptr<Module> parse(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink) {
  const std::string_view text = sources.text(file);
  if (!doc::check_text(sources, file, sink, doc::Format::Json)) return nullptr;
  auto module = std::make_unique<Module>(file, text.size());
  State state(text, file, *module, sink);
  state.mark(0);
  p::memory_input<p::tracking_mode::lazy> in(text.data(), text.data() + text.size(), "");
  try {
    static_cast<void>(p::parse<g::file, Action, Control>(in, state));
  } catch (const g::Failure&) {
    // told
  }
  state.marks.resize(1);
  module->body = state.make_body(0, static_cast<std::uint32_t>(text.size()));
  return module;
}

bool is_gate_name(std::string_view name) { return name.ends_with(".gate"); }

bool looks_like_gate(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    line.remove_prefix(first);
    // a word of a statement, and on the same line what no YAML has there
    struct Word {
      std::string_view word, needs;
    };
    static constexpr auto kWords =
        std::to_array<Word>({{"import", "\""}, {"param", ""},      {"let", "="},      {"fn", "("},
                             {"check", "\""},  {"gateway", "{"},   {"provider", "{"}, {"model", "{"},
                             {"pattern", "{"}, {"catalogue", "{"}, {"team", "{"},     {"key", "{"},
                             {"user", "{"},    {"member", "{"},    {"org", "{"},      {"defaults", "{"},
                             {"routing", "{"}, {"server", "{"},    {"cache", "{"},    {"guardrail", "{"},
                             {"dialect", "="}, {"for", "{"},       {"if", "{"},       {"credential_set", "{"}});
    for (const Word& w : kWords) {
      if (!line.starts_with(w.word) || line.size() == w.word.size()) continue;
      const std::string_view rest = line.substr(w.word.size());
      const std::size_t next = rest.find_first_not_of(" \t");
      const std::size_t sign = rest.find(w.needs);
      const std::size_t colon = rest.find(':');
      if (rest.front() == ' ' && next != std::string_view::npos && sign != std::string_view::npos &&
          (w.word == "param" ? next > 0 : sign < colon))
        return true;
    }
    return false;
  }
  return false;
}

}  // namespace gatec::syntax
