#pragma once

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze.hpp>

/// The rules of Gate. They know nothing of trees or diagnostics: grammar/gate.ebnf is the same text for people, and a
/// test holds one against the other by name. A `must` stands only behind a token that commits, on a rule with a
/// message.
namespace gatec::grammar {

namespace p = tao::pegtl;

/// Thrown where a rule that must match does not; the nearest statement catches it.
struct Failure {};

// --- characters and blanks

struct word_start : p::ranges<'a', 'z', 'A', 'Z', '_', '_'> {};
struct word_rest : p::ranges<'a', 'z', 'A', 'Z', '0', '9', '_', '_'> {};
struct comment : p::seq<p::one<'#'>, p::until<p::at<p::eolf>>> {};
struct blank : p::one<' ', '\t'> {};
struct blanks : p::star<blank> {};
struct gap : p::star<p::sor<p::one<' ', '\t', '\r', '\n'>, comment>> {};
/// Between statements; commas and semicolons may stand there and mean nothing.
struct between : p::star<p::sor<p::one<' ', '\t', '\r', '\n', ',', ';'>, comment>> {};

template <char... C>
struct keyword : p::seq<p::string<C...>, p::not_at<word_rest>> {};
struct kw_import : keyword<'i', 'm', 'p', 'o', 'r', 't'> {};
struct kw_as : keyword<'a', 's'> {};
struct kw_param : keyword<'p', 'a', 'r', 'a', 'm'> {};
struct kw_let : keyword<'l', 'e', 't'> {};
struct kw_fn : keyword<'f', 'n'> {};
struct kw_check : keyword<'c', 'h', 'e', 'c', 'k'> {};
struct kw_for : keyword<'f', 'o', 'r'> {};
struct kw_in : keyword<'i', 'n'> {};
struct kw_if : keyword<'i', 'f'> {};
struct kw_then : keyword<'t', 'h', 'e', 'n'> {};
struct kw_else : keyword<'e', 'l', 's', 'e'> {};
struct kw_by : keyword<'b', 'y'> {};
struct kw_forall : keyword<'f', 'o', 'r', 'a', 'l', 'l'> {};
struct kw_exists : keyword<'e', 'x', 'i', 's', 't', 's'> {};
struct reserved : p::sor<kw_import, kw_param, kw_let, kw_fn, kw_check, kw_for, kw_in, kw_if, kw_then, kw_else, kw_by,
                         kw_forall, kw_exists, keyword<'a', 'n', 'd'>, keyword<'o', 'r'>, keyword<'n', 'o', 't'>> {};
struct identifier : p::seq<word_start, p::star<word_rest>> {};
/// A name that is bound or used in an expression.
struct name : p::seq<p::not_at<reserved>, identifier> {};

/// Goes deeper by `Levels`, a measure of the stack it takes; `state.enter()` refuses at the limit.
template <class Rule, int Levels = 1>
struct deeper {
  using rule_t = deeper;
  using subs_t = p::type_list<Rule>;

  template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename Input, typename State>
  [[nodiscard]] static bool match(Input& in, State& state) {
    const auto level = state.enter(in.current(), Levels);
    return Control<Rule>::template match<A, M, Action, Control>(in, state);
  }
};

// --- literals

struct digits : p::seq<p::digit, p::star<p::sor<p::digit, p::seq<p::one<'_'>, p::at<p::digit>>>>> {};
struct exponent : p::seq<p::one<'e', 'E'>, p::opt<p::one<'+', '-'>>, digits> {};
struct decimal : p::seq<digits, p::opt<p::one<'.'>, digits>, p::opt<exponent>> {};
struct magnitude : p::seq<p::one<'k', 'K', 'M', 'G'>, p::not_at<word_rest>> {};
struct status_class : p::seq<p::string<'x', 'x'>, p::not_at<word_rest>> {};
struct duration_unit : p::seq<p::sor<p::string<'m', 's'>, p::one<'s', 'm', 'h', 'd', 'w'>>, p::not_at<word_rest>> {};
struct noun
    : p::seq<
          p::sor<p::string<'r', 'p', 's'>, p::string<'r', 'p', 'm'>, p::string<'r', 'p', 'h'>, p::string<'r', 'p', 'd'>,
                 p::string<'t', 'p', 's'>, p::string<'t', 'p', 'm'>, p::string<'t', 'p', 'h'>, p::string<'t', 'p', 'd'>,
                 p::string<'i', 't', 'p', 'm'>, p::string<'o', 't', 'p', 'm'>, TAO_PEGTL_STRING("requests"),
                 TAO_PEGTL_STRING("tokens"), TAO_PEGTL_STRING("input_tokens"), TAO_PEGTL_STRING("output_tokens"),
                 TAO_PEGTL_STRING("concurrent")>,
          p::not_at<word_rest>> {};
struct number : p::seq<decimal, p::opt<p::sor<status_class, duration_unit, magnitude>>, p::opt<p::seq<blanks, noun>>> {
};
struct amount : p::seq<decimal, p::opt<magnitude>> {};
struct money : p::if_must<p::one<'$'>, amount> {};

struct escape_char : p::one<'n', 't', 'r', '\\', '"', '$'> {};
struct code_point : p::seq<p::rep_min_max<1, 6, p::xdigit>> {};
struct code_close : p::one<'}'> {};
struct unicode : p::if_must<p::string<'u', '{'>, code_point, code_close> {};
struct escaped : p::sor<escape_char, unicode> {};
struct escape : p::if_must<p::one<'\\'>, escaped> {};
struct string_char : p::not_one<'"', '\\', '\n', '\r'> {};
struct simple_char : p::not_one<'"', '\\', '\n', '\r', '$'> {};
struct string_open : p::one<'"'> {};
struct string_close : p::one<'"'> {};
struct expression;
struct hole_open : p::string<'$', '{'> {};
struct hole_close : p::one<'}'> {};
struct hole : p::if_must<hole_open, gap, expression, gap, hole_close> {};
struct piece : p::plus<p::sor<p::seq<p::not_at<hole_open>, string_char>, escape>> {};
/// Without holes and escapes, which is what nearly all are.
struct simple_string : p::seq<p::one<'"'>, p::star<simple_char>, p::one<'"'>> {};
struct text_string : p::if_must<string_open, p::star<p::sor<hole, piece>>, string_close> {};
struct plain_string : simple_string {};
struct string : p::sor<plain_string, text_string> {};

// --- expressions

struct bound_name : name {};
struct comma : p::one<','> {};
struct colon : p::one<':'> {};
struct arrow : p::string<'=', '>'> {};
struct loop_names : p::seq<bound_name, p::opt<p::seq<gap, comma, gap, bound_name>>> {};
struct loop_in : kw_in {};
struct loop_head : p::seq<p::must<loop_names>, gap, p::must<loop_in>, gap, p::must<expression>> {};
struct loop_filter : p::if_must<kw_if, gap, expression> {};
struct loop_open : kw_for {};

struct list_open : p::one<'['> {};
struct list_close : p::one<']'> {};
struct list_loop
    : p::seq<loop_open, gap, loop_head, gap, p::opt<loop_filter, gap>, p::must<colon>, gap, p::must<expression>> {};
struct list_items
    : p::seq<expression, p::star<p::seq<gap, comma, gap, p::not_at<p::one<']', ')'>>>, p::must<expression>>,
             p::opt<gap, comma>> {};
struct list : p::if_must<list_open, gap, p::opt<p::sor<list_loop, list_items>>, gap, list_close> {};

struct body_open : p::one<'{'> {};
struct body_close : p::one<'}'> {};
struct statements;
struct map_loop : p::seq<loop_open, gap, loop_head, gap, p::opt<loop_filter, gap>, p::must<colon>, gap,
                         p::must<expression>, gap, p::must<arrow>, gap, p::must<expression>> {};
struct map_open : body_open {};
struct map_inside : p::sor<map_loop, statements> {};
struct map : p::if_must<map_open, between, map_inside, between, body_close> {};

struct parens_close : p::one<')'> {};
struct parens : p::if_must<p::one<'('>, gap, expression, gap, parens_close> {};
struct name_ref : name {};
struct primary : p::sor<string, number, money, list, map, parens, name_ref> {};
struct call_open : p::one<'('> {};
struct call : p::if_must<call_open, gap, p::opt<list_items>, gap, parens_close> {};
struct index_close : p::one<']'> {};
struct index : p::if_must<p::one<'['>, gap, expression, gap, index_close> {};
struct member_name : identifier {};
struct member : p::seq<p::one<'.'>, p::not_at<p::one<'.'>>, p::must<member_name>> {};
struct postfix : p::seq<primary, p::star<p::sor<call, index, member>>> {};
struct operand;
struct unary_op : p::sor<p::one<'-'>, p::seq<p::one<'!'>, p::not_at<p::one<'='>>>, keyword<'n', 'o', 't'>> {};
struct unary : p::if_must<unary_op, gap, operand> {};
struct operand : deeper<p::sor<unary, postfix>> {};
struct binary_op : p::sor<p::string<'=', '='>, p::string<'!', '='>, p::string<'<', '='>, p::string<'>', '='>,
                          p::one<'<', '>', '+', '*', '/', '%'>, p::seq<p::one<'-'>, p::not_at<p::one<'>'>>>,
                          p::string<'&', '&'>, p::string<'|', '|'>, keyword<'a', 'n', 'd'>, keyword<'o', 'r'>, kw_in> {
};
struct binary_tail : p::if_must<binary_op, gap, operand> {};
struct chain_begin : p::success {};
/// Only what surely follows may begin: a mark that is set stays.
struct operations : p::seq<p::at<gap, binary_op>, chain_begin, p::plus<gap, binary_tail>> {};
struct chain : p::seq<operand, p::opt<operations>> {};
struct choice_then : kw_then {};
struct choice_else : kw_else {};
struct choice
    : p::if_must<kw_if, gap, expression, gap, choice_then, gap, expression, gap, choice_else, gap, expression> {};
struct quantifier : p::sor<kw_forall, kw_exists> {};
struct quantified
    : p::if_must<quantifier, gap, loop_names, gap, loop_in, gap, expression, gap, colon, gap, expression> {};
struct expression : deeper<p::sor<choice, quantified, chain>> {};

// --- statements

struct body : p::if_must<body_open, between, statements, between, body_close> {};
struct needed_body : body {};

struct import_path : simple_string {};
struct import_name : name {};
struct import_as : p::if_must<p::seq<blanks, kw_as, blanks>, import_name> {};
struct import_open : kw_import {};
struct import_statement : p::if_must<import_open, gap, import_path, p::opt<import_as>> {};

struct param_name : name {};
struct type_name : identifier {};
struct param_type : p::if_must<p::seq<blanks, p::one<':'>>, blanks, type_name> {};
struct is_sign : p::seq<p::one<'='>, p::not_at<p::one<'=', '>'>>> {};
struct param_default : p::if_must<p::seq<blanks, is_sign>, gap, expression> {};
struct param_open : kw_param {};
struct param_statement : p::if_must<param_open, gap, param_name, p::opt<param_type>, p::opt<param_default>> {};

struct let_name : name {};
struct let_sign : is_sign {};
struct let_open : kw_let {};
struct let_statement : p::if_must<let_open, gap, let_name, gap, let_sign, gap, expression> {};

struct fn_name : name {};
struct fn_param : name {};
struct fn_params : p::opt<fn_param, p::star<p::seq<gap, comma, gap, fn_param>>> {};
struct fn_open : kw_fn {};
struct fn_parens : p::one<'('> {};
struct fn_value : p::if_must<is_sign, gap, expression> {};
struct fn_meaning : p::sor<fn_value, body> {};
struct fn_statement : p::if_must<fn_open, gap, fn_name, fn_parens, gap, fn_params, gap, parens_close, gap, fn_meaning> {
};

struct check_text : string {};
struct check_open : kw_check {};
struct check_brace : p::one<'{'> {};
struct check_statement : p::if_must<check_open, gap, check_text, gap, check_brace, gap, expression, gap, body_close> {};

struct for_open : kw_for {};
struct for_statement : p::if_must<for_open, gap, loop_names, gap, loop_in, gap, expression, gap, needed_body> {};

struct if_open : kw_if {};
struct if_statement;
struct statement_begin : p::success {};
struct else_if;
struct else_part : p::if_must<p::seq<gap, kw_else>, gap, p::sor<else_if, needed_body>> {};
struct if_statement : p::if_must<if_open, gap, expression, gap, needed_body, p::opt<else_part>> {};
struct else_if : p::seq<p::at<kw_if>, statement_begin, if_statement> {};

struct spread_open : p::string<'.', '.', '.'> {};
struct spread_statement : p::if_must<spread_open, expression> {};

struct soft_sign : p::string<'?', '='> {};
struct assign : p::sor<soft_sign, is_sign> {};
struct name_piece : p::plus<p::sor<p::seq<p::not_at<hole_open>, string_char>, escape>> {};
struct quoted_name : p::if_must<p::one<'"'>, p::opt<name_piece>, string_close> {};
struct entry_name : p::sor<name, quoted_name> {};
struct rule_id : simple_string {};
struct by_clause : p::if_must<p::seq<blanks, kw_by, blanks>, rule_id> {};
struct assignment : p::if_must<p::seq<blanks, assign>, gap, expression, p::opt<by_clause>> {};
struct label_word : p::seq<p::not_at<p::seq<name, blanks, assign>>, name_ref, p::star<p::sor<index, member>>> {};
struct label : p::sor<string, number, list, parens, label_word> {};
struct labels : p::plus<p::seq<p::plus<blank>, label>> {};
struct block_body : p::seq<blanks, body> {};
struct called : p::if_must<call_open, gap, p::opt<list_items>, gap, parens_close> {};
struct entry_tail : p::sor<called, assignment, block_body, p::seq<labels, p::opt<block_body>>> {};
struct entry : p::seq<entry_name, p::must<entry_tail>> {};

struct nothing_known : p::failure {};
struct any_statement : p::sor<import_statement, param_statement, let_statement, fn_statement, check_statement,
                              for_statement, if_statement, spread_statement, entry> {};
struct statement : p::seq<statement_begin, p::sor<any_statement, p::must<nothing_known>>> {};
/// Behind a failure: goes on where the next statement may begin. `state.resume` says where that is.
struct resync {
  using rule_t = resync;
  using subs_t = p::empty_list;
  template <p::apply_mode, p::rewind_mode, template <typename...> class, template <typename...> class, typename Input,
            typename State>
  [[nodiscard]] static bool match(Input& in, State& state) {
    in.bump(state.resume(in.current(), in.end()));
    return true;
  }
};
struct recovered : p::sor<p::try_catch_type<Failure, statement>, resync> {};
struct statements : deeper<p::star<between, p::not_at<body_close>, p::not_at<p::eof>, recovered>, 2> {};

struct stray_close : p::one<'}', ']', ')'> {};
struct stray : p::sor<p::try_catch_type<Failure, p::seq<p::at<stray_close>, p::must<nothing_known>>>, resync> {};
struct file_end : p::eof {};
struct file : p::seq<p::opt<p::utf8::bom>, statements, p::star<p::seq<between, p::not_at<p::eof>, stray, statements>>,
                     between, p::must<file_end>> {};

}  // namespace gatec::grammar

namespace TAO_PEGTL_NAMESPACE {

template <typename Name, typename Rule, int Levels>
struct analyze_traits<Name, gatec::grammar::deeper<Rule, Levels>> : analyze_seq_traits<Rule> {};
template <typename Name>
struct analyze_traits<Name, gatec::grammar::resync> : analyze_any_traits<> {};

}  // namespace TAO_PEGTL_NAMESPACE
