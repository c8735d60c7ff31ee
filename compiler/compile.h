/* What the parts of the code generator offer each other. The rules are in unit.h. */
#ifndef APY_COMPILER_COMPILE_H
#define APY_COMPILER_COMPILE_H

#include "compiler/unit.h"

/* ---- expr.c ---- */

void compile_expr(Unit *u, const Node *node, Place place);
/* Its value at hand: a local in place when nothing evaluated later (`later`, `later_too`, may
 * be NULL) can change it meanwhile. */
Operand compile_operand(Unit *u, const Node *node, const Node *later,
                        const Node *later_too);
/* Evaluate for its effects. */
void compile_effect(Unit *u, const Node *node);
/* The chain a.b(c)[d] + e ... from its left end. */
void compile_chain(Unit *u, const Node *node, Place place);
Operand compile_exprs(Unit *u, NodeList nodes); /* consecutive temporaries; the first */
/* Wait for the awaitable on top of the stack; the result takes its place.
 * sort: AWAITABLE's C. */
void compile_await_top(Unit *u, u32 sort);
/* The next item of the async iterator in a register, awaited, on top. */
void compile_await_next(Unit *u, u16 iterator);
u32 handler_flag(const Unit *u);
u16 handler_register(const Unit *u);

/* ---- operator.c ---- */

/* left op right with left at hand. */
void compile_binary(Unit *u, const BinOpNode *node, Operand left, Place place);
void compile_binary_op(Unit *u, u8 op, Operand left, const Node *right, u32 flags,
                       Place place);
void compile_unary(Unit *u, const UnaryOpNode *node, Place place);
void compile_compare(Unit *u, const CompareNode *node, Place place);
void compile_bool_op(Unit *u, const BoolOpNode *node, Place place);

/* ---- condition.c ---- */

/* Jump if the truth of the expression is `when`, else go on. */
void compile_jump(Unit *u, const Node *test, Label target, bool when);
void check_compare(Unit *u, const CompareNode *node);
/* Locals that a true test has surely set by := count as bound from here on. */
void assume_test(Unit *u, const Node *test);

/* ---- fold.c ---- */

/* The value if the expression is constant (borrowed), else EMPTY. */
Value fold(Unit *u, const Node *node);
Value fold_binary(Unit *u, u8 op, Value left, Value right);
Value constant_value(Compiler *c, const Constant *constant);
/* 1, 0, or -1 if it is not known before the program runs. */
int constant_truth(Unit *u, const Node *node);

/* ---- name_access.c ---- */

/* The local register that a name is here; NO_REGISTER if it is anything else. */
u16 local_of_name(Unit *u, const Node *node, Symbol **symbol);
void load_name(Unit *u, Name *name, Place place);
/* A Name or identifier with the private form applied. */
Name *name_meant(Unit *u, Span text);
/* The operand is consumed. */
void store_name(Unit *u, Span text, Operand value);
void store_mangled(Unit *u, Name *name, Operand value);
void delete_name(Unit *u, Span text);
/* `x = None; del x`, at the end of except ... as. */
void clear_name(Unit *u, Name *mangled);
/* The closure of a code object with these free variables: pushes the tuple and gives 8, or
 * gives 0 (see FUNCTION). */
u32 push_closure(Unit *u, const SymbolList *frees);
/* If the name can be stored to directly, its Place; else a temporary's. */
Place place_of_name(Unit *u, Span text);
bool contains_walrus(const Node *node, const Name *name, Compiler *c);

/* ---- target.c ---- */

/* Store the value, which is consumed. */
void store_target(Unit *u, const Node *target, Operand value);
/* Where to evaluate a value that is then stored to the target. */
Place place_of_target(Unit *u, const Node *target);
void compile_assign(Unit *u, const AssignNode *node);
void compile_aug_assign(Unit *u, const AugAssignNode *node);
void compile_delete(Unit *u, NodeList targets);
/* SyntaxError if the name may not be assigned or deleted. */
bool check_name(Unit *u, Span name, SourceRange at, ExprContext context);
/* for: the next item of the iterator goes to the target, then jump to the body. */
void check_starred(Unit *u, const Node *node);

/* ---- display.c ---- */

void compile_tuple(Unit *u, NodeList elements, Place place);
void compile_list(Unit *u, const ListNode *node, Place place);
void compile_set(Unit *u, const SetNode *node, Place place);
void compile_dict(Unit *u, const DictNode *node, Place place);
/* The iterable, with a constant one made a tuple or frozenset. */
void compile_iterable(Unit *u, const Node *node, Place place);
/* As a constant, a list as a tuple and a set as a frozenset; or EMPTY. */
Value fold_iterable(Unit *u, const Node *node);
void compile_slice(Unit *u, const SliceNode *node, Place place);
void compile_subscript(Unit *u, const SubscriptNode *node, Operand value, Place place);
/* All elements, starred ones spread, as a new list on the stack. */
void push_spread_list(Unit *u, NodeList elements);
bool has_starred(NodeList elements);

/* ---- fstring.c ---- */

void compile_joined(Unit *u, const JoinedStrNode *node, Place place);
void compile_formatted(Unit *u, const FormattedValueNode *node, Place place);
/* '...' % (a, b) as an f-string, if it can be one. */
bool compile_percent(Unit *u, const BinOpNode *node, Place place);

/* ---- call.c ---- */

/* The callee, or the object whose method is called, is at hand. */
void compile_call(Unit *u, const CallNode *node, Operand callee, Place place);
void compile_method_call(Unit *u, const CallNode *node, Operand object, Place place);
/* The window is open and has `given` arguments; the rest follow, and the call. */
void compile_arguments(Unit *u, u16 window, u32 given, NodeList arguments,
                       NodeList keywords, u32 flags, Place place);

/* ---- function.c ---- */

void compile_function(Unit *u, const FunctionDefNode *node, bool is_async);
void compile_lambda(Unit *u, const LambdaNode *node, Place place);
/* FUNCTION of the code; the parts named by `parts` (FUNCTION's C) are on the stack. */
void make_function(Unit *u, Value code, const Scope *scope, u32 parts, Place place);
/* The code is called without arguments but those in `given` temporaries, once. */
void call_made_function(Unit *u, u16 window, u32 given, Place place);
/* RETURN of the value on top of the stack. */
void emit_return_top(Unit *u);
/* Return None if the end is reached. */
void finish_unit(Unit *u);

/* Decorators, from the first to the last, each in a call window of its own. */
typedef struct Decorators {
    NodeList nodes;
    u16 *windows;
} Decorators;
Decorators push_decorators(Unit *u, NodeList nodes);
/* Call them with what is on top of the stack. */
void apply_decorators(Unit *u, const Decorators *decorators);
i32 first_line_of(const Node *node, NodeList decorators);

/* ---- docstring.c ---- */

/* The docstring of a body, without its indentation; EMPTY: none. `count` gets how many
 * statements it takes. */
Value docstring_of(Unit *u, NodeList body, u32 *count);

/* ---- class.c ---- */

void compile_class(Unit *u, const ClassDefNode *node);
/* self.NAME = ... in a method: for __static_attributes__. */
void note_attribute(Unit *u, const AttributeNode *node);

/* ---- typeparam.c ---- */

/* Make the type parameters and store each to its name. */
void define_type_parameters(Unit *u, NodeList parameters);
/* The tuple of them, from their names. */
void push_type_parameters(Unit *u, NodeList parameters);
void compile_type_alias(Unit *u, const TypeAliasNode *node);
/* INTRINSIC with the topmost `count` temporaries. */
void emit_intrinsic(Unit *u, u32 intrinsic, u32 count, Place place);

/* ---- annotation.c ---- */

/* The value of an annotation, or its text. */
void compile_annotation(Unit *u, const Node *annotation, Place place);
/* Pushes the dict of a function's annotations; gives 4, or 0 if there are none. */
u32 push_annotations(Unit *u, const ArgumentsNode *arguments, const Node *returns);
void compile_ann_assign(Unit *u, const AnnAssignNode *node);
bool has_annotations(NodeList body);

/* ---- unparse.c ---- */

/* CPython's text of an expression. */
void unparse(Compiler *c, const Node *node, Buffer *out);

/* ---- comprehension.c ---- */

void compile_comprehension(Unit *u, const Node *node, Place place);
void emit_cold_paths(Unit *u);

/* ---- stmt.c ---- */

void compile_statements(Unit *u, NodeList statements);

/* ---- loop.c ---- */

void compile_for(Unit *u, const ForNode *node);
void compile_async_for(Unit *u, const AsyncForNode *node);
void compile_while(Unit *u, const WhileNode *node);

/* ---- flow.c ---- */

/* The block begins at the present depth; what it covers, if it has a handler, begins too. */
void block_enter(Unit *u, Block *block, BlockKind kind, Label handler);
void block_leave(Unit *u, Block *block);
/* The code that an exception in the body of a handler leads to. */
void emit_leave_handler(Unit *u, Label cleanup, u32 depth, Name *name);
void compile_return(Unit *u, const ReturnNode *node);
void compile_break(Unit *u, const Node *node);
void compile_continue(Unit *u, const Node *node);

/* ---- try.c ---- */

void compile_try(Unit *u, const TryNode *node);
void compile_try_star(Unit *u, const TryStarNode *node);

/* ---- with.c ---- */

void compile_with(Unit *u, const WithNode *node, bool is_async);
/* Leave a with block by a jump. The bound exit stays if a value lies above it. */
void emit_with_exit(Unit *u, const Block *block, bool has_value);

/* ---- match.c, pattern.c ---- */

void compile_match(Unit *u, const MatchNode *node);

/* ---- import.c ---- */

void compile_import(Unit *u, const ImportNode *node);
void compile_import_from(Unit *u, const ImportFromNode *node);
void check_future(Compiler *c, const Node *tree);

#endif
