/* Python 3.13 as lemon reads it: LALR(1), no conflicts. The order is that of the
 * language reference: statements, expressions, arguments, strings, patterns. It is one
 * long file because a grammar is one idea, and lemon wants it in one piece.
 *
 * Where LALR(1) cannot know yet what it reads, the grammar takes more than Python does,
 * and the functions called in the actions check: targets are read as expressions
 * (targets.h), parameters and arguments as plain lists (arguments.h), `with (a as b):`
 * as an odd pair of parentheses (build_paren). A check that fails says only that it
 * failed (build_fail): what to tell the user is found by syntaxerror.c, from the
 * tokens.
 *
 * An expression's value is a Piece: the node and its first token, which a parenthesis
 * may put before the node's own start. A token's value is its index.
 */
%name parse_tokens_
%token_type {u32}
%token_prefix TOKEN_
%default_type {Piece}
%extra_argument {Builder *b}
%stack_size 0
%syntax_error { build_fail(b); }
%stack_overflow { b->arena->out_of_memory = true; build_fail(b); }
%start_symbol start

%include {
#include <stdlib.h>

#include "lexer/token.h"
#include "parser/arguments.h"
#include "parser/build.h"
#include "parser/patterns.h"
#include "parser/statements.h"
#include "parser/literals.h"
#include "parser/targets.h"

/* Lemon's code has one that it does not use. */
#pragma GCC diagnostic ignored "-Wunused-variable"

#undef TOKEN
#define TOKEN(name, text) LEXER_##name = TOKEN_##name,
enum {
#include "lexer/token.def"
};
#undef TOKEN
}
%code {
/* How many symbols the machine holds. */
u32 parse_tokens_depth(void *machine) {
    yyParser *parser = machine;
    return (u32)(parser->yytos - parser->yystack);
}

/* The lexer's numbers are ours. */
#undef TOKEN
#define TOKEN(name, text) _Static_assert(LEXER_##name == TOKEN_##name, "see token.def");
#include "lexer/token.def"
#undef TOKEN
_Static_assert(TOKEN_START_FILE == TOKEN_KIND_COUNT, "the START_ markers follow");
}

%token NAME INTEGER FLOAT IMAGINARY STRING BYTES FSTRING_START FSTRING_MIDDLE
    FSTRING_END NEWLINE INDENT DEDENT END LPAR RPAR LSQB RSQB LBRACE RBRACE COLON COMMA
    SEMI DOT ELLIPSIS RARROW COLONEQUAL EXCLAMATION EQUAL PLUS MINUS STAR SLASH
    DOUBLESLASH PERCENT AT DOUBLESTAR VBAR AMPER CIRCUMFLEX TILDE LEFTSHIFT RIGHTSHIFT
    LESS GREATER EQEQUAL NOTEQUAL LESSEQUAL GREATEREQUAL LESSGREATER PLUSEQUAL
    MINUSEQUAL STAREQUAL SLASHEQUAL DOUBLESLASHEQUAL PERCENTEQUAL ATEQUAL
    DOUBLESTAREQUAL VBAREQUAL AMPEREQUAL CIRCUMFLEXEQUAL LEFTSHIFTEQUAL RIGHTSHIFTEQUAL
    FALSE NONE TRUE AND AS ASSERT ASYNC AWAIT BREAK CLASS CONTINUE DEF DEL ELIF ELSE
    EXCEPT FINALLY FOR FROM GLOBAL IF IMPORT IN IS LAMBDA NONLOCAL NOT OR PASS RAISE
    RETURN TRY WHILE WITH YIELD MATCH CASE TYPE STRAY START_FILE START_INTERACTIVE
    START_EXPRESSION .

/* Whole inputs. */

start ::= START_FILE .                              { build_module(b, NULL); }
start ::= START_FILE statements(S) .                { build_module(b, S); }
start ::= START_INTERACTIVE NEWLINE .               { build_interactive(b, NULL); }
start ::= START_INTERACTIVE simple_line(S) NEWLINE . { build_interactive(b, S); }
start ::= START_INTERACTIVE compound(S) NEWLINE .
                                                { build_interactive(b, vector_of(b, S)); }
start ::= START_EXPRESSION expressions(E) .         { build_expression(b, E); }
start ::= START_EXPRESSION expressions(E) newlines . { build_expression(b, E); }

newlines ::= NEWLINE .
newlines ::= newlines NEWLINE .

/* Statements. */

%type statements {Vector *}
statements(A) ::= statement(S) .                    { A = S; }
statements(A) ::= statements(L) statement(S) .      { A = vector_join(b, L, S); }

%type statement {Vector *}
statement(A) ::= compound(S) .                      { A = vector_of(b, S); }
statement(A) ::= simple_line(S) NEWLINE .           { A = S; }

%type simple_line {Vector *}
simple_line(A) ::= simple_list(L) .                 { A = L; }
simple_line(A) ::= simple_list(L) SEMI .            { A = L; }

%type simple_list {Vector *}
simple_list(A) ::= simple(S) .                      { A = vector_of(b, S); }
simple_list(A) ::= simple_list(L) SEMI simple(S) .  { A = vector_add(b, L, S); }

%type block {Vector *}
block(A) ::= NEWLINE INDENT statements(L) DEDENT .  { A = L; }
block(A) ::= simple_line(L) NEWLINE .               { A = L; }

/* Simple statements. */

%type simple {Node *}
simple(A) ::= assignment(L) .                       { A = assign_statement(b, L); }
simple(A) ::= value(T) augmented(O) value(V) .  { A = augmented_statement(b, T, O, V); }
simple(A) ::= value(T) COLON expression(N) .  { A = annotated_statement(b, T, N, NULL); }
simple(A) ::= value(T) COLON expression(N) EQUAL value(V) .
  { A = annotated_statement(b, T, N, V.node); }
simple(A) ::= TYPE(T) NAME(N) type_params(P) EQUAL expression(E) .
                                                    { A = type_statement(b, T, N, P, E); }
simple(A) ::= RETURN(T) .                           { A = return_statement(b, T, NULL); }
simple(A) ::= RETURN(T) star_expressions(E) .  { A = return_statement(b, T, E.node); }
simple(A) ::= IMPORT(T) dotted_aliases(L) .         { A = import_statement(b, T, L); }
simple(A) ::= FROM(T) import_from(M) IMPORT imported(L) .
  { A = import_from_statement(b, T, M, L); }
simple(A) ::= RAISE(T) .  { A = raise_statement(b, T, NULL, NULL); }
simple(A) ::= RAISE(T) expression(E) .  { A = raise_statement(b, T, E.node, NULL); }
simple(A) ::= RAISE(T) expression(E) FROM expression(C) .
  { A = raise_statement(b, T, E.node, C.node); }
simple(A) ::= PASS(T) .  { A = ast_Pass(b->arena, range_from(b, T)); }
simple(A) ::= BREAK(T) .  { A = ast_Break(b->arena, range_from(b, T)); }
simple(A) ::= CONTINUE(T) .  { A = ast_Continue(b->arena, range_from(b, T)); }
simple(A) ::= DEL(T) targets(L) .                   { A = delete_statement(b, T, L); }
simple(A) ::= ASSERT(T) expression(E) .  { A = assert_statement(b, T, E.node, NULL); }
simple(A) ::= ASSERT(T) expression(E) COMMA expression(M) .
  { A = assert_statement(b, T, E.node, M.node); }
simple(A) ::= GLOBAL(T) names(L) .  { A = ast_Global(b->arena, range_from(b, T), L); }
simple(A) ::= NONLOCAL(T) names(L) .  { A = ast_Nonlocal(b->arena, range_from(b, T), L); }

value(A) ::= star_expressions(E) .                  { A = E; }
value(A) ::= yield_expression(E) .                  { A = E; }

%type assignment {Vector *}
assignment(A) ::= value(V) .                        { A = vector_of_piece(b, V); }
assignment(A) ::= assignment(L) EQUAL value(V) .    { A = vector_add(b, L, V.node); }

%type augmented {u8}
augmented(A) ::= PLUSEQUAL .                        { A = OPERATOR_ADD; }
augmented(A) ::= MINUSEQUAL .                       { A = OPERATOR_SUB; }
augmented(A) ::= STAREQUAL .                        { A = OPERATOR_MULT; }
augmented(A) ::= ATEQUAL .                          { A = OPERATOR_MAT_MULT; }
augmented(A) ::= SLASHEQUAL .                       { A = OPERATOR_DIV; }
augmented(A) ::= PERCENTEQUAL .                     { A = OPERATOR_MOD; }
augmented(A) ::= AMPEREQUAL .                       { A = OPERATOR_BIT_AND; }
augmented(A) ::= VBAREQUAL .                        { A = OPERATOR_BIT_OR; }
augmented(A) ::= CIRCUMFLEXEQUAL .                  { A = OPERATOR_BIT_XOR; }
augmented(A) ::= LEFTSHIFTEQUAL .                   { A = OPERATOR_L_SHIFT; }
augmented(A) ::= RIGHTSHIFTEQUAL .                  { A = OPERATOR_R_SHIFT; }
augmented(A) ::= DOUBLESTAREQUAL .                  { A = OPERATOR_POW; }
augmented(A) ::= DOUBLESLASHEQUAL .                 { A = OPERATOR_FLOOR_DIV; }

%type names {SpanList}
names(A) ::= NAME(N) .  { A = names_add(b, (SpanList){0}, N); }
names(A) ::= names(L) COMMA NAME(N) .               { A = names_add(b, L, N); }

/* Imports. */

%type dotted_name {DottedName}
dotted_name(A) ::= NAME(N) .                        { A = dotted_start(b, N); }
dotted_name(A) ::= dotted_name(L) DOT NAME(N) .     { A = dotted_add(b, L, N); }

%type dotted_aliases {Vector *}
dotted_aliases(A) ::= dotted_alias(X) .             { A = vector_of(b, X); }
dotted_aliases(A) ::= dotted_aliases(L) COMMA dotted_alias(X) .
                                                    { A = vector_add(b, L, X); }

%type dotted_alias {Node *}
dotted_alias(A) ::= dotted_name(D) .                { A = alias_node(b, D, 0); }
dotted_alias(A) ::= dotted_name(D) AS NAME(N) .     { A = alias_node(b, D, N); }

%type import_from {DottedName}
import_from(A) ::= dotted_name(D) .                 { A = D; }
import_from(A) ::= dots(N) .                        { A = (DottedName){.level = N}; }
import_from(A) ::= dots(N) dotted_name(D) .         { A = D; A.level = N; }

%type dots {i32}
dots(A) ::= DOT .                                   { A = 1; }
dots(A) ::= ELLIPSIS .                              { A = 3; }
dots(A) ::= dots(N) DOT .                           { A = N + 1; }
dots(A) ::= dots(N) ELLIPSIS .                      { A = N + 3; }

%type imported {Vector *}
imported(A) ::= STAR(T) .  { A = vector_of(b, alias_star(b, T)); }
imported(A) ::= aliases(L) .                        { A = L; }
imported(A) ::= LPAR aliases(L) RPAR .              { A = L; }
imported(A) ::= LPAR aliases(L) COMMA RPAR .        { A = L; }

%type aliases {Vector *}
aliases(A) ::= alias(X) .                           { A = vector_of(b, X); }
aliases(A) ::= aliases(L) COMMA alias(X) .          { A = vector_add(b, L, X); }

%type alias {Node *}
alias(A) ::= NAME(N) .  { A = alias_node(b, dotted_start(b, N), 0); }
alias(A) ::= NAME(N) AS NAME(M) .  { A = alias_node(b, dotted_start(b, N), M); }

/* Compound statements. */

%type compound {Node *}
compound(A) ::= function(F) .                       { A = F; }
compound(A) ::= class(C) .                          { A = C; }
compound(A) ::= decorators(D) function(F) .         { A = decorate(b, D, F); }
compound(A) ::= decorators(D) class(C) .            { A = decorate(b, D, C); }
compound(A) ::= IF(T) named_expression(E) COLON block(B) if_rest(R) .
                                                    { A = if_statement(b, T, E, B, R); }
compound(A) ::= WHILE(T) named_expression(E) COLON block(B) else_block(R) .
  { A = while_statement(b, T, E, B, R); }
compound(A) ::= FOR(T) for_targets(X) IN star_expressions(E) COLON block(B)
                else_block(R) .
  { A = for_statement(b, T, X, E, B, R); }
compound(A) ::= ASYNC(T) FOR for_targets(X) IN star_expressions(E) COLON block(B)
                else_block(R) .  { A = for_statement(b, T, X, E, B, R); }
compound(A) ::= WITH(T) with_header(L) block(B) .   { A = with_statement(b, T, L, B); }
compound(A) ::= ASYNC(T) WITH with_header(L) block(B) .
                                                    { A = with_statement(b, T, L, B); }
compound(A) ::= TRY(T) COLON block(B) FINALLY COLON block(F) .
  { A = try_statement(b, T, B, (Handlers){0}, NULL, F); }
compound(A) ::= TRY(T) COLON block(B) handlers(H) else_block(E) finally_block(F) .
  { A = try_statement(b, T, B, H, E, F); }
compound(A) ::= MATCH(T) subject(E) COLON NEWLINE INDENT cases(L) DEDENT .
                                                    { A = match_statement(b, T, E, L); }

%type if_rest {Vector *}
if_rest(A) ::= else_block(B) .                      { A = B; }
if_rest(A) ::= ELIF(T) named_expression(E) COLON block(B) if_rest(R) .
                                    { A = vector_of(b, if_statement(b, T, E, B, R)); }

%type else_block {Vector *}
else_block(A) ::= .                                 { A = NULL; }
else_block(A) ::= ELSE COLON block(B) .             { A = B; }

%type finally_block {Vector *}
finally_block(A) ::= .                              { A = NULL; }
finally_block(A) ::= FINALLY COLON block(B) .       { A = B; }

%type handlers {Handlers}
handlers(A) ::= handler(H) .  { A = handlers_add(b, (Handlers){0}, H); }
handlers(A) ::= handlers(L) handler(H) .            { A = handlers_add(b, L, H); }

%type handler {Handler}
handler(A) ::= EXCEPT(T) COLON block(B) .  { A = handler_make(b, T, NULL, 0, B, false); }
handler(A) ::= EXCEPT(T) expression(E) COLON block(B) .
  { A = handler_make(b, T, E.node, 0, B, false); }
handler(A) ::= EXCEPT(T) expression(E) AS NAME(N) COLON block(B) .
  { A = handler_make(b, T, E.node, N, B, false); }
handler(A) ::= EXCEPT(T) STAR expression(E) COLON block(B) .
  { A = handler_make(b, T, E.node, 0, B, true); }
handler(A) ::= EXCEPT(T) STAR expression(E) AS NAME(N) COLON block(B) .
  { A = handler_make(b, T, E.node, N, B, true); }

%type with_header {Vector *}
with_header(A) ::= with_items(L) COLON .            { A = with_header(b, L); }

%type with_items {Vector *}
with_items(A) ::= with_item(X) .                    { A = vector_of(b, X); }
with_items(A) ::= with_items(L) COMMA with_item(X) . { A = vector_add(b, L, X); }

%type with_item {Node *}
with_item(A) ::= expression(E) .                    { A = with_item_node(b, E, NULL); }
with_item(A) ::= expression(E) AS target(X) .       { A = with_item_node(b, E, X.node); }

/* Functions and classes. */

%type decorators {Vector *}
decorators(A) ::= AT named_expression(E) NEWLINE .  { A = vector_of_piece(b, E); }
decorators(A) ::= decorators(L) AT named_expression(E) NEWLINE .
                                                    { A = vector_add(b, L, E.node); }

%type function {Node *}
function(A) ::= DEF(T) NAME(N) type_params(P) LPAR parameters(R) RPAR returns(X)
                COLON block(B) .
  { A = function_node(b, T, N, P, R, X, B); }
function(A) ::= ASYNC(T) DEF NAME(N) type_params(P) LPAR parameters(R) RPAR
                returns(X) COLON
                block(B) .  { A = function_node(b, T, N, P, R, X, B); }

%type returns {Node *}
returns(A) ::= .                                    { A = NULL; }
returns(A) ::= RARROW expression(E) .               { A = E.node; }

%type class {Node *}
class(A) ::= CLASS(T) NAME(N) type_params(P) COLON block(B) .
  { A = class_node(b, T, N, P, NULL, B); }
class(A) ::= CLASS(T) NAME(N) type_params(P) LPAR arguments(R) RPAR COLON block(B) .
                                                    { A = class_node(b, T, N, P, R, B); }

%type parameters {ParameterList *}
parameters(A) ::= .                                 { A = NULL; }
parameters(A) ::= parameter_list(L) .               { A = L; }
parameters(A) ::= parameter_list(L) COMMA .         { A = L; }

%type parameter_list {ParameterList *}
parameter_list(A) ::= parameter(P) .                { A = parameters_add(b, NULL, P); }
parameter_list(A) ::= parameter_list(L) COMMA parameter(P) .
                                                    { A = parameters_add(b, L, P); }

%type parameter {Parameter}
parameter(A) ::= SLASH .  { A = (Parameter){.kind = PARAMETER_SLASH}; }
parameter(A) ::= STAR .  { A = (Parameter){.kind = PARAMETER_BARE_STAR}; }
parameter(A) ::= annotated(X) .  { A = (Parameter){PARAMETER_PLAIN, X, NULL}; }
parameter(A) ::= annotated(X) EQUAL expression(D) .
  { A = (Parameter){PARAMETER_PLAIN, X, D.node}; }
parameter(A) ::= STAR annotated(X) .         { A = (Parameter){PARAMETER_STAR, X, NULL}; }
parameter(A) ::= STAR NAME(N) COLON starred(E) .
  { A = (Parameter){PARAMETER_STAR, arg_node(b, N, E.node), NULL}; }
parameter(A) ::= DOUBLESTAR annotated(X) .
                                       { A = (Parameter){PARAMETER_DOUBLESTAR, X, NULL}; }

%type annotated {Node *}
annotated(A) ::= NAME(N) .                          { A = arg_node(b, N, NULL); }
annotated(A) ::= NAME(N) COLON expression(E) .      { A = arg_node(b, N, E.node); }

%type lambda_parameters {ParameterList *}
lambda_parameters(A) ::= .                          { A = NULL; }
lambda_parameters(A) ::= lambda_list(L) .           { A = L; }
lambda_parameters(A) ::= lambda_list(L) COMMA .     { A = L; }

%type lambda_list {ParameterList *}
lambda_list(A) ::= lambda_parameter(P) .            { A = parameters_add(b, NULL, P); }
lambda_list(A) ::= lambda_list(L) COMMA lambda_parameter(P) .
                                                    { A = parameters_add(b, L, P); }

%type lambda_parameter {Parameter}
lambda_parameter(A) ::= SLASH .              { A = (Parameter){.kind = PARAMETER_SLASH}; }
lambda_parameter(A) ::= STAR .  { A = (Parameter){.kind = PARAMETER_BARE_STAR}; }
lambda_parameter(A) ::= NAME(N) .
                      { A = (Parameter){PARAMETER_PLAIN, arg_node(b, N, NULL), NULL}; }
lambda_parameter(A) ::= lambda_name(X) EQUAL expression(D) .
                      { A = (Parameter){PARAMETER_PLAIN, X, D.node}; }
lambda_parameter(A) ::= STAR NAME(N) .
                      { A = (Parameter){PARAMETER_STAR, arg_node(b, N, NULL), NULL}; }
lambda_parameter(A) ::= DOUBLESTAR NAME(N) .
  { A = (Parameter){PARAMETER_DOUBLESTAR, arg_node(b, N, NULL), NULL}; }

%type lambda_name {Node *}
lambda_name(A) ::= NAME(N) .                        { A = arg_node(b, N, NULL); }

%type type_params {Vector *}
type_params(A) ::= .                                { A = NULL; }
type_params(A) ::= LSQB type_param_list(L) RSQB .   { A = L; }
type_params(A) ::= LSQB type_param_list(L) COMMA RSQB . { A = L; }

%type type_param_list {Vector *}
type_param_list(A) ::= type_param(P) .              { A = vector_of(b, P); }
type_param_list(A) ::= type_param_list(L) COMMA type_param(P) .
                                                    { A = vector_add(b, L, P); }

%type type_param {Node *}
type_param(A) ::= NAME(N) type_default(D) .
                { A = ast_TypeVar(b->arena, range_from(b, N), name_of(b, N), NULL, D); }
type_param(A) ::= NAME(N) COLON expression(E) type_default(D) .
                { A = ast_TypeVar(b->arena, range_from(b, N), name_of(b, N), E.node, D); }
type_param(A) ::= STAR(T) NAME(N) .
                { A = ast_TypeVarTuple(b->arena, range_from(b, T), name_of(b, N), NULL); }
type_param(A) ::= STAR(T) NAME(N) EQUAL star_expression(E) .
  { A = ast_TypeVarTuple(b->arena, range_from(b, T), name_of(b, N), E.node); }
type_param(A) ::= DOUBLESTAR(T) NAME(N) type_default(D) .
                { A = ast_ParamSpec(b->arena, range_from(b, T), name_of(b, N), D); }

%type type_default {Node *}
type_default(A) ::= .                               { A = NULL; }
type_default(A) ::= EQUAL expression(E) .           { A = E.node; }

/* Lists of expressions, and targets, which are read as such. */

%type expression_list {Vector *}
expressions(A) ::= expression_list(L) .             { A = build_row(b, L, false); }
expressions(A) ::= expression_list(L) COMMA .       { A = build_row(b, L, true); }
expression_list(A) ::= expression(E) .              { A = vector_of_piece(b, E); }
expression_list(A) ::= expression_list(L) COMMA expression(E) .
                                                    { A = vector_add(b, L, E.node); }

%type star_list {Vector *}
star_expressions(A) ::= star_list(L) .              { A = build_row(b, L, false); }
star_expressions(A) ::= star_list(L) COMMA .        { A = build_row(b, L, true); }
star_list(A) ::= star_expression(E) .               { A = vector_of_piece(b, E); }
star_list(A) ::= star_list(L) COMMA star_expression(E) . { A = vector_add(b, L, E.node); }

star_expression(A) ::= expression(E) .              { A = E; }
star_expression(A) ::= STAR(T) bit_or(E) .          { A = build_starred(b, T, E); }

starred(A) ::= STAR(T) expression(E) .              { A = build_starred(b, T, E); }

%type star_named_list {Vector *}
star_named_list(A) ::= star_named(E) .              { A = vector_of_piece(b, E); }
star_named_list(A) ::= star_named_list(L) COMMA star_named(E) .
                                                    { A = vector_add(b, L, E.node); }

star_named(A) ::= named_expression(E) .             { A = E; }
star_named(A) ::= STAR(T) bit_or(E) .               { A = build_starred(b, T, E); }

for_targets(A) ::= target_list(L) .                 { A = targets_row(b, L, false); }
for_targets(A) ::= target_list(L) COMMA .           { A = targets_row(b, L, true); }

%type targets {Vector *}
targets(A) ::= target_list(L) .                     { A = L; }
targets(A) ::= target_list(L) COMMA .               { A = L; }

%type target_list {Vector *}
target_list(A) ::= target(E) .                      { A = vector_of_piece(b, E); }
target_list(A) ::= target_list(L) COMMA target(E) . { A = vector_add(b, L, E.node); }

target(A) ::= bit_or(E) .                           { A = E; }
target(A) ::= STAR(T) bit_or(E) .                   { A = build_starred(b, T, E); }

/* Expressions, loosest first. */

yield_expression(A) ::= YIELD(T) .                  { A = build_yield(b, T, NULL); }
yield_expression(A) ::= YIELD(T) star_expressions(E) . { A = build_yield(b, T, E.node); }
yield_expression(A) ::= YIELD(T) FROM expression(E) . { A = build_yield_from(b, T, E); }

named_expression(A) ::= expression(E) .             { A = E; }
named_expression(A) ::= expression(X) COLONEQUAL expression(E) .
                                                    { A = build_named(b, X, E); }

expression(A) ::= disjunction(E) .                  { A = E; }
expression(A) ::= disjunction(E) IF disjunction(T) ELSE expression(O) .
                                                    { A = build_conditional(b, E, T, O); }
expression(A) ::= LAMBDA(T) lambda_parameters(P) COLON expression(E) .
                                                    { A = build_lambda(b, T, P, E); }

%type or_list {Vector *}
disjunction(A) ::= conjunction(E) .                 { A = E; }
disjunction(A) ::= or_list(L) .                     { A = build_bool(b, BOOL_OR, L); }
or_list(A) ::= conjunction(X) OR conjunction(Y) .   { A = vector_of_two(b, X, Y); }
or_list(A) ::= or_list(L) OR conjunction(Y) .       { A = vector_add(b, L, Y.node); }

%type and_list {Vector *}
conjunction(A) ::= inversion(E) .                   { A = E; }
conjunction(A) ::= and_list(L) .                    { A = build_bool(b, BOOL_AND, L); }
and_list(A) ::= inversion(X) AND inversion(Y) .     { A = vector_of_two(b, X, Y); }
and_list(A) ::= and_list(L) AND inversion(Y) .      { A = vector_add(b, L, Y.node); }

inversion(A) ::= comparison(E) .                    { A = E; }
inversion(A) ::= NOT(T) inversion(E) .  { A = build_unary(b, T, UNARY_OP_NOT, E); }

%type compare_list {Comparison *}
comparison(A) ::= bit_or(E) .                       { A = E; }
comparison(A) ::= compare_list(L) .                 { A = build_comparison(b, L); }
compare_list(A) ::= bit_or(X) compare(O) bit_or(Y) . { A = comparison_start(b, X, O, Y); }
compare_list(A) ::= compare_list(L) compare(O) bit_or(Y) .
                                                    { A = comparison_add(b, L, O, Y); }

%type compare {u8}
compare(A) ::= EQEQUAL .                            { A = COMPARE_EQ; }
compare(A) ::= NOTEQUAL .                           { A = COMPARE_NOT_EQ; }
compare(A) ::= LESS .                               { A = COMPARE_LT; }
compare(A) ::= LESSEQUAL .                          { A = COMPARE_LT_E; }
compare(A) ::= GREATER .                            { A = COMPARE_GT; }
compare(A) ::= GREATEREQUAL .                       { A = COMPARE_GT_E; }
compare(A) ::= IS .                                 { A = COMPARE_IS; }
compare(A) ::= IS NOT .                             { A = COMPARE_IS_NOT; }
compare(A) ::= IN .                                 { A = COMPARE_IN; }
compare(A) ::= NOT IN .                             { A = COMPARE_NOT_IN; }

bit_or(A) ::= bit_xor(E) .                          { A = E; }
bit_or(A) ::= bit_or(X) VBAR bit_xor(Y) .  { A = build_binary(b, X, OPERATOR_BIT_OR, Y); }

bit_xor(A) ::= bit_and(E) .                         { A = E; }
bit_xor(A) ::= bit_xor(X) CIRCUMFLEX bit_and(Y) .
                                          { A = build_binary(b, X, OPERATOR_BIT_XOR, Y); }

bit_and(A) ::= shift(E) .                           { A = E; }
bit_and(A) ::= bit_and(X) AMPER shift(Y) .
                                          { A = build_binary(b, X, OPERATOR_BIT_AND, Y); }

shift(A) ::= sum(E) .                               { A = E; }
shift(A) ::= shift(X) LEFTSHIFT sum(Y) .  { A = build_binary(b, X, OPERATOR_L_SHIFT, Y); }
shift(A) ::= shift(X) RIGHTSHIFT sum(Y) .
                                          { A = build_binary(b, X, OPERATOR_R_SHIFT, Y); }

sum(A) ::= term(E) .                                { A = E; }
sum(A) ::= sum(X) PLUS term(Y) .  { A = build_binary(b, X, OPERATOR_ADD, Y); }
sum(A) ::= sum(X) MINUS term(Y) .  { A = build_binary(b, X, OPERATOR_SUB, Y); }

term(A) ::= factor(E) .                             { A = E; }
term(A) ::= term(X) STAR factor(Y) .  { A = build_binary(b, X, OPERATOR_MULT, Y); }
term(A) ::= term(X) SLASH factor(Y) .  { A = build_binary(b, X, OPERATOR_DIV, Y); }
term(A) ::= term(X) DOUBLESLASH factor(Y) .
                                        { A = build_binary(b, X, OPERATOR_FLOOR_DIV, Y); }
term(A) ::= term(X) PERCENT factor(Y) .  { A = build_binary(b, X, OPERATOR_MOD, Y); }
term(A) ::= term(X) AT factor(Y) .  { A = build_binary(b, X, OPERATOR_MAT_MULT, Y); }

factor(A) ::= power(E) .                            { A = E; }
factor(A) ::= PLUS(T) factor(E) .  { A = build_unary(b, T, UNARY_OP_ADD, E); }
factor(A) ::= MINUS(T) factor(E) .  { A = build_unary(b, T, UNARY_OP_SUB, E); }
factor(A) ::= TILDE(T) factor(E) .  { A = build_unary(b, T, UNARY_OP_INVERT, E); }

power(A) ::= awaited(E) .                           { A = E; }
power(A) ::= awaited(X) DOUBLESTAR factor(Y) .
                                              { A = build_binary(b, X, OPERATOR_POW, Y); }

awaited(A) ::= primary(E) .                         { A = E; }
awaited(A) ::= AWAIT(T) primary(E) .                { A = build_await(b, T, E); }

primary(A) ::= atom(E) .                            { A = E; }
primary(A) ::= primary(E) DOT NAME(N) .             { A = build_attribute(b, E, N); }
primary(A) ::= primary(E) LPAR(L) arguments(R) RPAR(Z) .
                                                    { A = build_call(b, E, L, R, Z); }
primary(A) ::= primary(E) LSQB slices(S) RSQB .     { A = build_subscript(b, E, S); }

/* Atoms. */

atom(A) ::= NAME(T) .                               { A = build_name(b, T); }
atom(A) ::= NONE(T) .  { A = build_singleton(b, T, CONSTANT_NONE); }
atom(A) ::= TRUE(T) .  { A = build_singleton(b, T, CONSTANT_TRUE); }
atom(A) ::= FALSE(T) .  { A = build_singleton(b, T, CONSTANT_FALSE); }
atom(A) ::= ELLIPSIS(T) .  { A = build_singleton(b, T, CONSTANT_ELLIPSIS); }
atom(A) ::= INTEGER(T) .                            { A = build_number(b, T); }
atom(A) ::= FLOAT(T) .                              { A = build_number(b, T); }
atom(A) ::= IMAGINARY(T) .                          { A = build_number(b, T); }
atom(A) ::= strings(L) .                            { A = strings_build(b, L); }

atom(A) ::= LPAR(T) RPAR .                          { A = build_tuple(b, T, NULL); }
atom(A) ::= LPAR(T) yield_expression(E) RPAR .      { A = build_group(b, T, E); }
atom(A) ::= LPAR(T) paren_list(L) RPAR .            { A = build_paren(b, T, L, false); }
atom(A) ::= LPAR(T) paren_list(L) COMMA RPAR .      { A = build_paren(b, T, L, true); }
atom(A) ::= LPAR(T) named_expression(E) comprehensions(C) RPAR .
                    { A = build_comprehension(b, T, NODE_GeneratorExp, E, C); }

atom(A) ::= LSQB(T) RSQB .                          { A = build_list(b, T, NULL); }
atom(A) ::= LSQB(T) star_named_list(L) RSQB .       { A = build_list(b, T, L); }
atom(A) ::= LSQB(T) star_named_list(L) COMMA RSQB . { A = build_list(b, T, L); }
atom(A) ::= LSQB(T) named_expression(E) comprehensions(C) RSQB .
                    { A = build_comprehension(b, T, NODE_ListComp, E, C); }

atom(A) ::= LBRACE(T) star_named_list(L) RBRACE .   { A = build_set(b, T, L); }
atom(A) ::= LBRACE(T) star_named_list(L) COMMA RBRACE . { A = build_set(b, T, L); }
atom(A) ::= LBRACE(T) named_expression(E) comprehensions(C) RBRACE .
                    { A = build_comprehension(b, T, NODE_SetComp, E, C); }

atom(A) ::= LBRACE(T) RBRACE .                      { A = build_dict(b, T, NULL); }
atom(A) ::= LBRACE(T) pairs(L) RBRACE .             { A = build_dict(b, T, L); }
atom(A) ::= LBRACE(T) pairs(L) COMMA RBRACE .       { A = build_dict(b, T, L); }
atom(A) ::= LBRACE(T) expression(K) COLON expression(V) comprehensions(C) RBRACE .
                    { A = build_dict_comprehension(b, T, K, V, C); }

/* `expression AS target` belongs to `with (a as b, c as d):` and is refused elsewhere. */
%type paren_list {Vector *}
paren_list(A) ::= paren_item(E) .                   { A = vector_of_piece(b, E); }
paren_list(A) ::= paren_list(L) COMMA paren_item(E) . { A = vector_add(b, L, E.node); }
paren_item(A) ::= star_named(E) .                   { A = E; }
paren_item(A) ::= expression(E) AS target(X) .      { A = build_as_item(b, E, X); }

/* Keys and values in turn; `**mapping` has the key NULL. */
%type pairs {Vector *}
pairs(A) ::= expression(K) COLON expression(V) .    { A = vector_of_two(b, K, V); }
pairs(A) ::= DOUBLESTAR bit_or(V) .  { A = vector_of_two(b, (Piece){0}, V); }
pairs(A) ::= pairs(L) COMMA expression(K) COLON expression(V) .
  { A = vector_add(b, vector_add(b, L, K.node), V.node); }
pairs(A) ::= pairs(L) COMMA DOUBLESTAR bit_or(V) .
                                    { A = vector_add(b, vector_add(b, L, NULL), V.node); }

%type comprehensions {Vector *}
comprehensions(A) ::= comprehension(C) .            { A = vector_of(b, C); }
comprehensions(A) ::= comprehensions(L) comprehension(C) . { A = vector_add(b, L, C); }

%type comprehension {Node *}
comprehension(A) ::= FOR(T) for_targets(X) IN disjunction(E) filters(F) .
  { A = comprehension_node(b, T, X, E, F); }
comprehension(A) ::= ASYNC(T) FOR for_targets(X) IN disjunction(E) filters(F) .
  { A = comprehension_node(b, T, X, E, F); }

%type filters {Vector *}
filters(A) ::= .                                    { A = NULL; }
filters(A) ::= filters(L) IF disjunction(E) .       { A = vector_add(b, L, E.node); }

/* Subscripts. */

slices(A) ::= slice_list(L) .                       { A = build_slices(b, L, false); }
slices(A) ::= slice_list(L) COMMA .                 { A = build_slices(b, L, true); }

%type slice_list {Vector *}
slice_list(A) ::= slice(S) .                        { A = vector_of_piece(b, S); }
slice_list(A) ::= slice_list(L) COMMA slice(S) .    { A = vector_add(b, L, S.node); }

slice(A) ::= named_expression(E) .                  { A = E; }
slice(A) ::= starred(E) .                           { A = E; }
slice(A) ::= bound(X) COLON(T) bound(Y) .           { A = build_slice(b, T, X, Y, NULL); }
slice(A) ::= bound(X) COLON(T) bound(Y) COLON bound(Z) .
  { A = build_slice(b, T, X, Y, Z.node); }

bound(A) ::= .                                      { A = (Piece){0}; }
bound(A) ::= expression(E) .                        { A = E; }

/* Arguments of calls and classes. */

%type arguments {ArgumentList *}
arguments(A) ::= .                                  { A = NULL; }
arguments(A) ::= argument_list(L) .                 { A = L; }
arguments(A) ::= argument_list(L) COMMA .           { A = arguments_end_comma(L); }

%type argument_list {ArgumentList *}
argument_list(A) ::= argument(X) .                  { A = arguments_add(b, NULL, X); }
argument_list(A) ::= argument_list(L) COMMA argument(X) . { A = arguments_add(b, L, X); }

%type argument {Argument}
argument(A) ::= named_expression(E) .  { A = (Argument){ARGUMENT_PLAIN, E.node}; }
argument(A) ::= starred(E) .  { A = (Argument){ARGUMENT_STAR, E.node}; }
argument(A) ::= expression(N) EQUAL expression(E) . { A = keyword_argument(b, N, E); }
argument(A) ::= DOUBLESTAR(T) expression(E) .       { A = mapping_argument(b, T, E); }
argument(A) ::= named_expression(E) comprehensions(C) .
                                                    { A = generator_argument(b, E, C); }

/* Strings. */

%type strings {Vector *}
strings(A) ::= string(S) .                          { A = vector_of_piece(b, S); }
strings(A) ::= strings(L) string(S) .               { A = vector_add(b, L, S.node); }

string(A) ::= STRING(T) .  { A = strings_literal(b, T, CONSTANT_STR); }
string(A) ::= BYTES(T) .  { A = strings_literal(b, T, CONSTANT_BYTES); }
string(A) ::= FSTRING_START(T) fstring_parts(L) FSTRING_END .
                                                    { A = fstring_build(b, T, L); }

%type fstring_parts {Vector *}
fstring_parts(A) ::= .                              { A = NULL; }
fstring_parts(A) ::= fstring_parts(L) FSTRING_MIDDLE(T) .
                                                    { A = fstring_add_text(b, L, T); }
fstring_parts(A) ::= fstring_parts(L) fstring_field(F) .
                                                    { A = fstring_add_field(b, L, F); }

%type fstring_field {FstringField}
fstring_field(A) ::= LBRACE(T) value(E) fstring_debug(D) fstring_conversion(C)
                     fstring_format(S) RBRACE(Z) .
                                               { A = fstring_field(b, T, E, D, C, S, Z); }

%type fstring_debug {bool}
fstring_debug(A) ::= .                              { A = false; }
fstring_debug(A) ::= EQUAL .                        { A = true; }

/* The token of `!` and of `:`, 0 where there is none. */
%type fstring_conversion {u32}
fstring_conversion(A) ::= .                         { A = 0; }
fstring_conversion(A) ::= EXCLAMATION(T) NAME(N) .  { A = fstring_conversion(b, T, N); }

%type fstring_format {FstringFormat}
fstring_format(A) ::= .                             { A = (FstringFormat){0}; }
fstring_format(A) ::= COLON(T) fstring_parts(L) .   { A = fstring_format(b, T, L); }

/* Pattern matching. */

subject(A) ::= named_expression(E) .                { A = E; }
subject(A) ::= star_named_list(L) COMMA .           { A = build_row(b, L, true); }
subject(A) ::= star_named_list(L) COMMA star_named(E) .
                                    { A = build_row(b, vector_add(b, L, E.node), true); }

%type cases {Vector *}
cases(A) ::= case(C) .                              { A = vector_of(b, C); }
cases(A) ::= cases(L) case(C) .                     { A = vector_add(b, L, C); }

%type case {Node *}
case(A) ::= CASE patterns(P) guard(G) COLON block(B) . { A = case_node(b, P, G, B); }

%type guard {Node *}
guard(A) ::= .                                      { A = NULL; }
guard(A) ::= IF named_expression(E) .               { A = E.node; }

patterns(A) ::= pattern_list(L) .                   { A = pattern_row(b, L, false); }
patterns(A) ::= pattern_list(L) COMMA .             { A = pattern_row(b, L, true); }

%type pattern_list {Vector *}
pattern_list(A) ::= maybe_star_pattern(P) .         { A = vector_of_piece(b, P); }
pattern_list(A) ::= pattern_list(L) COMMA maybe_star_pattern(P) .
                                                    { A = vector_add(b, L, P.node); }

maybe_star_pattern(A) ::= pattern(P) .              { A = P; }
maybe_star_pattern(A) ::= STAR(T) NAME(N) .         { A = pattern_star(b, T, N); }

pattern(A) ::= or_pattern(P) .                      { A = P; }
pattern(A) ::= or_pattern(P) AS NAME(N) .           { A = pattern_as(b, P, N); }

or_pattern(A) ::= pattern_bars(L) .                 { A = pattern_or(b, L); }

%type pattern_bars {Vector *}
pattern_bars(A) ::= closed_pattern(P) .             { A = vector_of_piece(b, P); }
pattern_bars(A) ::= pattern_bars(L) VBAR closed_pattern(P) .
                                                    { A = vector_add(b, L, P.node); }

closed_pattern(A) ::= pattern_number(E) .           { A = pattern_value(b, E); }
closed_pattern(A) ::= strings(L) .  { A = pattern_value(b, strings_build(b, L)); }
closed_pattern(A) ::= NONE(T) .  { A = pattern_singleton(b, T, CONSTANT_NONE); }
closed_pattern(A) ::= TRUE(T) .  { A = pattern_singleton(b, T, CONSTANT_TRUE); }
closed_pattern(A) ::= FALSE(T) .  { A = pattern_singleton(b, T, CONSTANT_FALSE); }
closed_pattern(A) ::= pattern_name(E) .             { A = pattern_of_name(b, E); }
closed_pattern(A) ::= LPAR(T) RPAR .                { A = pattern_sequence(b, T, NULL); }
closed_pattern(A) ::= LPAR(T) pattern_list(L) RPAR . { A = pattern_paren(b, T, L); }
closed_pattern(A) ::= LPAR(T) pattern_list(L) COMMA RPAR .
                                                    { A = pattern_sequence(b, T, L); }
closed_pattern(A) ::= LSQB(T) RSQB .                { A = pattern_sequence(b, T, NULL); }
closed_pattern(A) ::= LSQB(T) pattern_list(L) RSQB . { A = pattern_sequence(b, T, L); }
closed_pattern(A) ::= LSQB(T) pattern_list(L) COMMA RSQB .
                                                    { A = pattern_sequence(b, T, L); }
closed_pattern(A) ::= LBRACE(T) RBRACE .            { A = pattern_mapping(b, T, NULL); }
closed_pattern(A) ::= LBRACE(T) mapping_items(L) RBRACE .
                                                    { A = pattern_mapping(b, T, L); }
closed_pattern(A) ::= LBRACE(T) mapping_items(L) COMMA RBRACE .
                                                    { A = pattern_mapping(b, T, L); }
closed_pattern(A) ::= pattern_name(E) LPAR class_items(L) RPAR .
                                                    { A = pattern_class(b, E, L); }

pattern_name(A) ::= NAME(N) .                       { A = build_name(b, N); }
pattern_name(A) ::= pattern_name(E) DOT NAME(N) .   { A = build_attribute(b, E, N); }

pattern_number(A) ::= signed_number(E) .            { A = E; }
pattern_number(A) ::= signed_number(X) PLUS IMAGINARY(T) .
                        { A = pattern_complex(b, X, OPERATOR_ADD, build_number(b, T)); }
pattern_number(A) ::= signed_number(X) MINUS IMAGINARY(T) .
                        { A = pattern_complex(b, X, OPERATOR_SUB, build_number(b, T)); }
signed_number(A) ::= number(E) .                    { A = E; }
signed_number(A) ::= MINUS(T) number(E) .  { A = build_unary(b, T, UNARY_OP_SUB, E); }
number(A) ::= INTEGER(T) .                          { A = build_number(b, T); }
number(A) ::= FLOAT(T) .                            { A = build_number(b, T); }
number(A) ::= IMAGINARY(T) .                        { A = build_number(b, T); }

%type mapping_items {MappingItems *}
mapping_items(A) ::= mapping_item(X) .              { A = mapping_add(b, NULL, X); }
mapping_items(A) ::= mapping_items(L) COMMA mapping_item(X) .
                                                    { A = mapping_add(b, L, X); }

%type mapping_item {MappingItem}
mapping_item(A) ::= mapping_key(K) COLON pattern(P) .
                                                 { A = (MappingItem){K.node, P.node, 0}; }
mapping_item(A) ::= DOUBLESTAR NAME(N) .            { A = (MappingItem){NULL, NULL, N}; }

mapping_key(A) ::= pattern_number(E) .              { A = E; }
mapping_key(A) ::= strings(L) .                     { A = strings_build(b, L); }
mapping_key(A) ::= NONE(T) .  { A = build_singleton(b, T, CONSTANT_NONE); }
mapping_key(A) ::= TRUE(T) .  { A = build_singleton(b, T, CONSTANT_TRUE); }
mapping_key(A) ::= FALSE(T) .  { A = build_singleton(b, T, CONSTANT_FALSE); }
mapping_key(A) ::= pattern_name(E) .                { A = pattern_key(b, E); }

%type class_items {ClassItems *}
class_items(A) ::= .                                { A = NULL; }
class_items(A) ::= class_item_list(L) .             { A = L; }
class_items(A) ::= class_item_list(L) COMMA .       { A = L; }

%type class_item_list {ClassItems *}
class_item_list(A) ::= class_item(X) .              { A = class_items_add(b, NULL, X); }
class_item_list(A) ::= class_item_list(L) COMMA class_item(X) .
                                                    { A = class_items_add(b, L, X); }

%type class_item {ClassItem}
class_item(A) ::= pattern(P) .                      { A = (ClassItem){0, P.node}; }
class_item(A) ::= NAME(N) EQUAL pattern(P) .        { A = (ClassItem){N, P.node}; }
