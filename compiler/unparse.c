/* The text of an expression, for annotations that are kept as text: CPython's own way of
 * writing it (which is not quite that of ast.unparse). */
#include "compiler/compile.h"

#include "base/buffer.h"
#include "objects/str.h"

/* How tightly an operator binds; an expression in a tighter place gets parentheses. */
typedef enum Level {
    LEVEL_TUPLE,
    LEVEL_TEST, /* if-else, lambda */
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_EXPR,
    LEVEL_BIT_OR = LEVEL_EXPR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_SHIFT,
    LEVEL_ARITHMETIC,
    LEVEL_TERM,
    LEVEL_FACTOR,
    LEVEL_POWER,
    LEVEL_AWAIT,
    LEVEL_ATOM,
} Level;

typedef struct Writer {
    Compiler *c;
    Buffer *out;
} Writer;

static void write_expr(Writer *w, const Node *node, Level level);

static void add(Writer *w, const char *text) {
    buffer_add_text(w->out, text);
}

static void open_if(Writer *w, bool condition) {
    if (condition) buffer_add_char(w->out, '(');
}
static void close_if(Writer *w, bool condition) {
    if (condition) buffer_add_char(w->out, ')');
}

static void write_list(Writer *w, NodeList nodes, Level level) {
    for (u32 i = 0; i < nodes.count; i++) {
        if (i) add(w, ", ");
        write_expr(w, nodes.items[i], level);
    }
}

/* ---- constants ---- */

/* inf cannot be written: 1e309 is as large. */
static void add_number(Writer *w, Span text) {
    const char *inf = memmem(text.data, text.length, "inf", 3);
    if (!inf) {
        buffer_add_span(w->out, text);
        return;
    }
    buffer_add(w->out, text.data, (usize)(inf - text.data));
    add(w, "1e309");
    add_number(w, (Span){inf + 3, text.length - (usize)(inf - text.data) - 3});
}

static void write_value(Writer *w, const Constant *constant) {
    Value value = constant_value(w->c, constant);
    if (w->c->failed) return;
    OWNED Value text = object_repr(w->c->vm, value);
    if (text == FAIL) {
        compiler_fail_raised(w->c);
        return;
    }
    bool is_number =
        constant->kind == CONSTANT_FLOAT || constant->kind == CONSTANT_IMAGINARY;
    if (is_number)
        add_number(w, str_span(text));
    else
        buffer_add_span(w->out, str_span(text));
}

static void write_constant(Writer *w, const ConstantNode *node) {
    if (node->value.kind == CONSTANT_ELLIPSIS) {
        add(w, "...");
        return;
    }
    if (node->kind.data) buffer_add_span(w->out, node->kind);
    write_value(w, &node->value);
}

/* ---- f-strings ---- */

static void write_field(Writer *w, const FormattedValueNode *node);

static void write_escaped(Writer *w, Span text) {
    for (usize i = 0; i < text.length; i++) {
        char x = text.data[i];
        buffer_add_char(w->out, x);
        if (x == '{' || x == '}') buffer_add_char(w->out, x);
    }
}

static void write_pieces(Writer *w, const JoinedStrNode *node) {
    for (u32 i = 0; i < node->values.count; i++) {
        const Node *value = node->values.items[i];
        if (value->kind == NODE_Constant)
            write_escaped(w, as_Constant(value)->value.text);
        else if (value->kind == NODE_FormattedValue)
            write_field(w, as_FormattedValue(value));
        else if (value->kind == NODE_JoinedStr)
            write_pieces(w, as_JoinedStr(value));
    }
}

static void write_field(Writer *w, const FormattedValueNode *node) {
    Buffer text = {0};
    Writer inner = {w->c, &text};
    write_expr(&inner, node->value, LEVEL_TEST + 1);
    bool is_brace = text.length && text.data[0] == '{';
    add(w, is_brace ? "{ " : "{");
    buffer_add_span(w->out, buffer_span(&text));
    w->out->failed |= text.failed;
    buffer_free(&text);
    if (node->conversion > 0) {
        buffer_add_char(w->out, '!');
        buffer_add_char(w->out, (char)node->conversion);
    }
    if (node->format_spec) {
        buffer_add_char(w->out, ':');
        write_pieces(w, as_JoinedStr(node->format_spec));
    }
    buffer_add_char(w->out, '}');
}

static void write_joined(Writer *w, const JoinedStrNode *node) {
    Buffer body = {0};
    Writer inner = {w->c, &body};
    write_pieces(&inner, node);
    OWNED Value text = str_from_buffer(w->c->vm, &body);
    OWNED Value shown = text == FAIL ? FAIL : object_repr(w->c->vm, text);
    if (shown == FAIL) {
        compiler_fail_raised(w->c);
        return;
    }
    buffer_add_char(w->out, 'f');
    buffer_add_span(w->out, str_span(shown));
}

/* ---- operators ---- */

typedef struct OperatorText {
    const char *text;
    Level level;
} OperatorText;

static void write_binary(Writer *w, const BinOpNode *node, Level level) {
    static const OperatorText texts[] = {
        [OPERATOR_ADD] = {" + ", LEVEL_ARITHMETIC},
        [OPERATOR_SUB] = {" - ", LEVEL_ARITHMETIC},
        [OPERATOR_MULT] = {" * ", LEVEL_TERM},
        [OPERATOR_MAT_MULT] = {" @ ", LEVEL_TERM},
        [OPERATOR_DIV] = {" / ", LEVEL_TERM},
        [OPERATOR_MOD] = {" % ", LEVEL_TERM},
        [OPERATOR_POW] = {" ** ", LEVEL_POWER},
        [OPERATOR_L_SHIFT] = {" << ", LEVEL_SHIFT},
        [OPERATOR_R_SHIFT] = {" >> ", LEVEL_SHIFT},
        [OPERATOR_BIT_OR] = {" | ", LEVEL_BIT_OR},
        [OPERATOR_BIT_XOR] = {" ^ ", LEVEL_BIT_XOR},
        [OPERATOR_BIT_AND] = {" & ", LEVEL_BIT_AND},
        [OPERATOR_FLOOR_DIV] = {" // ", LEVEL_TERM},
    };
    Level own = texts[node->op].level;
    bool to_right = node->op == OPERATOR_POW;
    open_if(w, level > own);
    write_expr(w, node->left, own + to_right);
    add(w, texts[node->op].text);
    write_expr(w, node->right, own + !to_right);
    close_if(w, level > own);
}

static void write_unary(Writer *w, const UnaryOpNode *node, Level level) {
    static const char *const texts[] = {
        [UNARY_OP_INVERT] = "~", [UNARY_OP_NOT] = "not ",
        [UNARY_OP_ADD] = "+", [UNARY_OP_SUB] = "-",
    };
    Level own = node->op == UNARY_OP_NOT ? LEVEL_NOT : LEVEL_FACTOR;
    open_if(w, level > own);
    add(w, texts[node->op]);
    write_expr(w, node->operand, own);
    close_if(w, level > own);
}

static void write_bool(Writer *w, const BoolOpNode *node, Level level) {
    Level own = node->op == BOOL_AND ? LEVEL_AND : LEVEL_OR;
    open_if(w, level > own);
    for (u32 i = 0; i < node->values.count; i++) {
        if (i) add(w, node->op == BOOL_AND ? " and " : " or ");
        write_expr(w, node->values.items[i], own + 1);
    }
    close_if(w, level > own);
}

static void write_compare(Writer *w, const CompareNode *node, Level level) {
    static const char *const texts[] = {
        [COMPARE_EQ] = " == ",     [COMPARE_NOT_EQ] = " != ", [COMPARE_LT] = " < ",
        [COMPARE_LT_E] = " <= ",   [COMPARE_GT] = " > ",      [COMPARE_GT_E] = " >= ",
        [COMPARE_IS] = " is ",     [COMPARE_IS_NOT] = " is not ",
        [COMPARE_IN] = " in ",     [COMPARE_NOT_IN] = " not in ",
    };
    open_if(w, level > LEVEL_COMPARE);
    write_expr(w, node->left, LEVEL_COMPARE + 1);
    for (u32 i = 0; i < node->ops.count; i++) {
        add(w, texts[node->ops.items[i]]);
        write_expr(w, node->comparators.items[i], LEVEL_COMPARE + 1);
    }
    close_if(w, level > LEVEL_COMPARE);
}

static void write_if_exp(Writer *w, const IfExpNode *node, Level level) {
    open_if(w, level > LEVEL_TEST);
    write_expr(w, node->body, LEVEL_TEST + 1);
    add(w, " if ");
    write_expr(w, node->test, LEVEL_TEST + 1);
    add(w, " else ");
    write_expr(w, node->orelse, LEVEL_TEST);
    close_if(w, level > LEVEL_TEST);
}

/* ---- lambda ---- */

static void separate(Writer *w, bool *is_first) {
    if (!*is_first) add(w, ", ");
    *is_first = false;
}

static void write_argument(Writer *w, const Node *node, const Node *default_value) {
    buffer_add_span(w->out, as_arg(node)->arg);
    if (!default_value) return;
    buffer_add_char(w->out, '=');
    write_expr(w, default_value, LEVEL_TEST);
}

static void write_positional(Writer *w, const ArgumentsNode *self, bool *is_first) {
    u32 only = self->posonlyargs.count, count = only + self->args.count;
    u32 without = count - self->defaults.count;
    for (u32 i = 0; i < count; i++) {
        const Node *node =
            i < only ? self->posonlyargs.items[i] : self->args.items[i - only];
        separate(w, is_first);
        write_argument(w, node, i >= without ? self->defaults.items[i - without] : NULL);
        if (i + 1 == only) add(w, ", /");
    }
}

static void write_arguments(Writer *w, const ArgumentsNode *self) {
    bool is_first = true;
    write_positional(w, self, &is_first);
    if (self->vararg || self->kwonlyargs.count) {
        separate(w, &is_first);
        buffer_add_char(w->out, '*');
        if (self->vararg) buffer_add_span(w->out, self->vararg->arg);
    }
    for (u32 i = 0; i < self->kwonlyargs.count; i++) {
        separate(w, &is_first);
        write_argument(w, self->kwonlyargs.items[i], self->kw_defaults.items[i]);
    }
    if (!self->kwarg) return;
    separate(w, &is_first);
    add(w, "**");
    buffer_add_span(w->out, self->kwarg->arg);
}

static void write_lambda(Writer *w, const LambdaNode *node, Level level) {
    bool has_positional = node->args->args.count || node->args->posonlyargs.count;
    open_if(w, level > LEVEL_TEST);
    add(w, has_positional ? "lambda " : "lambda");
    write_arguments(w, node->args);
    add(w, ": ");
    write_expr(w, node->body, LEVEL_TEST);
    close_if(w, level > LEVEL_TEST);
}

/* ---- displays and comprehensions ---- */

static void write_tuple(Writer *w, NodeList elements, Level level) {
    if (!elements.count) {
        add(w, "()");
        return;
    }
    open_if(w, level > LEVEL_TUPLE);
    write_list(w, elements, LEVEL_TEST);
    if (elements.count == 1) buffer_add_char(w->out, ',');
    close_if(w, level > LEVEL_TUPLE);
}

static void write_dict(Writer *w, const DictNode *node) {
    buffer_add_char(w->out, '{');
    for (u32 i = 0; i < node->values.count; i++) {
        if (i) add(w, ", ");
        if (node->keys.items[i]) {
            write_expr(w, node->keys.items[i], LEVEL_TEST);
            add(w, ": ");
            write_expr(w, node->values.items[i], LEVEL_TEST);
        } else {
            add(w, "**");
            write_expr(w, node->values.items[i], LEVEL_EXPR);
        }
    }
    buffer_add_char(w->out, '}');
}

static void write_generators(Writer *w, NodeList generators) {
    for (u32 i = 0; i < generators.count; i++) {
        const ComprehensionNode *self = as_comprehension(generators.items[i]);
        add(w, self->is_async ? " async for " : " for ");
        write_expr(w, self->target, LEVEL_TUPLE);
        add(w, " in ");
        write_expr(w, self->iter, LEVEL_TEST + 1);
        for (u32 j = 0; j < self->ifs.count; j++) {
            add(w, " if ");
            write_expr(w, self->ifs.items[j], LEVEL_TEST + 1);
        }
    }
}

static void write_comprehension(Writer *w, const char *brackets, const Node *key,
                                const Node *element, NodeList generators) {
    buffer_add_char(w->out, brackets[0]);
    if (key) {
        write_expr(w, key, LEVEL_TEST);
        add(w, ": ");
    }
    write_expr(w, element, LEVEL_TEST);
    write_generators(w, generators);
    buffer_add_char(w->out, brackets[1]);
}

/* ---- trailers ---- */

static void write_call(Writer *w, const CallNode *node) {
    write_expr(w, node->func, LEVEL_ATOM);
    if (node->args.count == 1 && !node->keywords.count &&
        node->args.items[0]->kind == NODE_GeneratorExp) {
        write_expr(w, node->args.items[0], LEVEL_TEST);
        return;
    }
    buffer_add_char(w->out, '(');
    write_list(w, node->args, LEVEL_TEST);
    for (u32 i = 0; i < node->keywords.count; i++) {
        const KeywordNode *keyword = as_keyword(node->keywords.items[i]);
        if (i || node->args.count) add(w, ", ");
        if (keyword->arg.data)
            buffer_add_span(w->out, keyword->arg);
        add(w, keyword->arg.data ? "=" : "**");
        write_expr(w, keyword->value, LEVEL_TEST);
    }
    buffer_add_char(w->out, ')');
}

static void write_attribute(Writer *w, const AttributeNode *node) {
    write_expr(w, node->value, LEVEL_ATOM);
    bool is_int = node->value->kind == NODE_Constant &&
                  as_Constant(node->value)->value.kind == CONSTANT_INT;
    add(w, is_int ? " ." : ".");
    buffer_add_span(w->out, node->attr);
}

static void write_slice(Writer *w, const SliceNode *node) {
    if (node->lower) write_expr(w, node->lower, LEVEL_TEST);
    buffer_add_char(w->out, ':');
    if (node->upper) write_expr(w, node->upper, LEVEL_TEST);
    if (!node->step) return;
    buffer_add_char(w->out, ':');
    write_expr(w, node->step, LEVEL_TEST);
}

static void write_subscript(Writer *w, const SubscriptNode *node) {
    write_expr(w, node->value, LEVEL_ATOM);
    buffer_add_char(w->out, '[');
    write_expr(w, node->slice, LEVEL_TUPLE);
    buffer_add_char(w->out, ']');
}

static void write_named(Writer *w, const NamedExprNode *node, Level level) {
    open_if(w, level > LEVEL_TUPLE);
    write_expr(w, node->target, LEVEL_ATOM);
    add(w, " := ");
    write_expr(w, node->value, LEVEL_ATOM);
    close_if(w, level > LEVEL_TUPLE);
}

static void write_prefixed(Writer *w, const char *prefix, const Node *value, Level own,
                           Level level, Level inner) {
    open_if(w, level > own);
    add(w, prefix);
    if (value) write_expr(w, value, inner);
    close_if(w, level > own);
}

/* ---- all ---- */

static void write_display(Writer *w, const Node *node, Level level) {
    switch (node->kind) {
    case NODE_Tuple: write_tuple(w, as_Tuple(node)->elts, level); break;
    case NODE_Dict: write_dict(w, as_Dict(node)); break;
    case NODE_List:
        buffer_add_char(w->out, '[');
        write_list(w, as_List(node)->elts, LEVEL_TEST);
        buffer_add_char(w->out, ']');
        break;
    case NODE_Set:
        buffer_add_char(w->out, '{');
        write_list(w, as_Set(node)->elts, LEVEL_TEST);
        buffer_add_char(w->out, '}');
        break;
    case NODE_ListComp:
        write_comprehension(w, "[]", NULL, as_ListComp(node)->elt,
                            as_ListComp(node)->generators);
        break;
    case NODE_SetComp:
        write_comprehension(w, "{}", NULL, as_SetComp(node)->elt,
                            as_SetComp(node)->generators);
        break;
    case NODE_DictComp:
        write_comprehension(w, "{}", as_DictComp(node)->key, as_DictComp(node)->value,
                            as_DictComp(node)->generators);
        break;
    default:
        write_comprehension(w, "()", NULL, as_GeneratorExp(node)->elt,
                            as_GeneratorExp(node)->generators);
    }
}

static void write_expr_of(Writer *w, const Node *node, Level level) {
    switch (node->kind) {
    case NODE_BoolOp: write_bool(w, as_BoolOp(node), level); break;
    case NODE_NamedExpr: write_named(w, as_NamedExpr(node), level); break;
    case NODE_BinOp: write_binary(w, as_BinOp(node), level); break;
    case NODE_UnaryOp: write_unary(w, as_UnaryOp(node), level); break;
    case NODE_Lambda: write_lambda(w, as_Lambda(node), level); break;
    case NODE_IfExp: write_if_exp(w, as_IfExp(node), level); break;
    case NODE_Compare: write_compare(w, as_Compare(node), level); break;
    case NODE_Call: write_call(w, as_Call(node)); break;
    case NODE_JoinedStr: write_joined(w, as_JoinedStr(node)); break;
    case NODE_FormattedValue: write_field(w, as_FormattedValue(node)); break;
    case NODE_Constant: write_constant(w, as_Constant(node)); break;
    case NODE_Attribute: write_attribute(w, as_Attribute(node)); break;
    case NODE_Subscript: write_subscript(w, as_Subscript(node)); break;
    case NODE_Slice: write_slice(w, as_Slice(node)); break;
    case NODE_Name: buffer_add_span(w->out, as_Name(node)->id); break;
    case NODE_Starred:
        write_prefixed(w, "*", as_Starred(node)->value, LEVEL_ATOM, LEVEL_TUPLE,
                       LEVEL_EXPR);
        break;
    case NODE_Await:
        write_prefixed(w, "await ", as_Await(node)->value, LEVEL_AWAIT, level, LEVEL_ATOM);
        break;
    case NODE_Yield: {
        const Node *value = as_Yield(node)->value;
        write_prefixed(w, value ? "yield " : "yield", value, LEVEL_TUPLE, LEVEL_TEST,
                       LEVEL_TEST);
        break;
    }
    case NODE_YieldFrom:
        write_prefixed(w, "yield from ", as_YieldFrom(node)->value, LEVEL_TUPLE,
                       LEVEL_TEST, LEVEL_TEST);
        break;
    default: write_display(w, node, level);
    }
}

static void write_expr(Writer *w, const Node *node, Level level) {
    if (!compiler_enter(w->c)) return;
    write_expr_of(w, node, level);
    compiler_leave(w->c);
}

void unparse(Compiler *c, const Node *node, Buffer *out) {
    Writer w = {c, out};
    write_expr(&w, node, LEVEL_TEST);
}
