#pragma once

#include "grammar/gate.h"

namespace gatec::grammar {

/// What is missing where a rule must match, in words for people. Null: the rule matches always.
template <class Rule>
inline constexpr const char* message = nullptr;

template <>
inline constexpr const char* message<amount> = "expected an amount after `$`";
template <>
inline constexpr const char* message<code_point> = "expected up to six hexadecimal digits";
template <>
inline constexpr const char* message<code_close> = "expected `}` behind the code point";
template <>
inline constexpr const char* message<escaped> =
    "there is no such escape; there are \\n \\t \\r \\\\ \\\" \\$ and \\u{…}";
template <>
inline constexpr const char* message<string_close> = "the text is not closed: expected `\"` before the end of the line";
template <>
inline constexpr const char* message<hole_close> = "expected `}` behind the expression in a text";
template <>
inline constexpr const char* message<expression> = "expected a value";
template <>
inline constexpr const char* message<operand> = "expected a value behind the operator";
template <>
inline constexpr const char* message<loop_names> = "expected a name to count with";
template <>
inline constexpr const char* message<bound_name> = "expected a name";
template <>
inline constexpr const char* message<loop_in> = "expected `in`";
template <>
inline constexpr const char* message<list_close> = "the list is not closed: expected `,` or `]`";
template <>
inline constexpr const char* message<body_close> = "the block is not closed: expected `}`";
template <>
inline constexpr const char* message<colon> = "expected `:`";
template <>
inline constexpr const char* message<arrow> = "expected `=>` between key and value";
template <>
inline constexpr const char* message<parens_close> = "expected `)`";
template <>
inline constexpr const char* message<index_close> = "expected `]`";
template <>
inline constexpr const char* message<member_name> = "expected a name after `.`";
template <>
inline constexpr const char* message<choice_then> = "expected `then`";
template <>
inline constexpr const char* message<choice_else> = "expected `else`: both sides have a value";
template <>
inline constexpr const char* message<needed_body> = "expected `{`";
template <>
inline constexpr const char* message<import_path> = "expected the path of a module in quotes";
template <>
inline constexpr const char* message<import_name> = "expected a name after `as`";
template <>
inline constexpr const char* message<param_name> = "expected the name of a parameter";
template <>
inline constexpr const char* message<type_name> = "expected a type";
template <>
inline constexpr const char* message<let_name> = "expected a name after `let`";
template <>
inline constexpr const char* message<let_sign> = "expected `=`";
template <>
inline constexpr const char* message<fn_name> = "expected the name of a function";
template <>
inline constexpr const char* message<fn_parens> = "expected `(`";
template <>
inline constexpr const char* message<fn_meaning> = "expected `=` and a value, or `{` and statements";
template <>
inline constexpr const char* message<check_text> = "expected what the check says, in quotes";
template <>
inline constexpr const char* message<check_brace> = "expected `{`";
template <>
inline constexpr const char* message<rule_id> = "expected the name of a rule in quotes";
template <>
inline constexpr const char* message<entry_tail> = "expected `=`, a label or `{`";
template <>
inline constexpr const char* message<nothing_known> = "expected a statement";
template <>
inline constexpr const char* message<file_end> = "expected a statement";
template <>
inline constexpr const char* message<p::sor<else_if, needed_body>> = "expected `if` or `{` after `else`";

}  // namespace gatec::grammar
