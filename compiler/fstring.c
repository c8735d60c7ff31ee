/* f-strings. */
#include "compiler/compile.h"

#include "objects/str.h"

enum { MOST_AT_ONCE = 60, CONVERSION_STR = 1, CONVERSION_REPR, CONVERSION_ASCII };

static u32 conversion_number(i32 conversion) {
    switch (conversion) {
    case 's': return CONVERSION_STR;
    case 'r': return CONVERSION_REPR;
    case 'a': return CONVERSION_ASCII;
    default: return 0;
    }
}

/* `is_piece`: the result goes into STRING. */
static void compile_format(Unit *u, const FormattedValueNode *node, Place place, bool is_piece) {
    u32 conversion = conversion_number(node->conversion);
    const Node *spec = node->format_spec;
    Operand value = compile_operand(u, node->value, spec, NULL);
    if (conversion) {
        u->at = node->node.at;
        consume(u, value);
        emit_result(u, OP_CONVERT, first(value), TEMPORARY, value.reg, conversion);
        value = (Operand){temporary(u->depth - 1), true};
    }
    if (!spec) {
        consume(u, value);
        emit_result(u, OP_FORMAT, first(value), place, value.reg, is_piece);
        return;
    }
    Operand text = compile_operand(u, spec, NULL, NULL);
    u->at = node->node.at;
    consume(u, text);
    consume(u, value);
    emit_result(u, OP_FORMATSPEC, first(value) | second(text), place, value.reg, text.reg);
}

void compile_formatted(Unit *u, const FormattedValueNode *node, Place place) {
    compile_format(u, node, place, false);
}

/* So many pieces that they are joined in between. */
static void join_pieces(Unit *u, u16 start, Place place) {
    u32 count = u->depth - (start - TEMPORARY_BASE);
    pop(u, count);
    emit_result(u, OP_STRING, 0, place, start, count);
}

void compile_joined(Unit *u, const JoinedStrNode *node, Place place) {
    NodeList values = node->values;
    if (values.count == 0) {
        emit_load(u, u->c->vm->empty_str, place);
        return;
    }
    if (values.count == 1 && values.items[0]->kind == NODE_FormattedValue) {
        compile_expr(u, values.items[0], place);
        return;
    }
    u16 start = next_temporary(u);
    for (u32 i = 0; i < values.count && !u->c->failed; i++) {
        if (u->depth - (start - TEMPORARY_BASE) == MOST_AT_ONCE)
            join_pieces(u, start, TEMPORARY);
        if (values.items[i]->kind == NODE_FormattedValue)
            compile_format(u, as_FormattedValue(values.items[i]), TEMPORARY, true);
        else
            compile_expr(u, values.items[i], TEMPORARY);
    }
    if (u->c->failed) return;
    join_pieces(u, start, place);
}

/* ---- '...' % (a, b) ---- */


static bool is_simple_format(Span format, u32 wanted) {
    u32 count = 0;
    for (usize i = 0; i < format.length; i++) {
        if (format.data[i] != '%') continue;
        if (++i == format.length) return false;
        char code = format.data[i];
        if (code == '%') continue;
        if (code != 's' && code != 'r' && code != 'a') return false;
        count++;
    }
    return count == wanted;
}

static void push_text(Unit *u, Span text) {
    if (!text.length) return;
    Value value = compiler_keep(u->c, str_from_span(u->c->vm, text));
    if (value != EMPTY) emit_load(u, value, TEMPORARY);
}

/* Text up to the next value or doubled percent sign; gives the code behind it, 0 at the end.
 * Of a doubled one the first sign belongs to the text. */
static char next_piece(Span *rest, Span *text) {
    const char *sign = memchr(rest->data, '%', rest->length);
    if (!sign) {
        *text = *rest;
        *rest = (Span){rest->data + rest->length, 0};
        return 0;
    }
    usize before = (usize)(sign - rest->data);
    *text = (Span){rest->data, before + (sign[1] == '%')};
    *rest = (Span){sign + 2, rest->length - before - 2};
    return sign[1];
}

static void push_converted(Unit *u, const Node *value, char code) {
    u->at = value->at;
    Operand operand = compile_operand(u, value, NULL, NULL);
    consume(u, operand);
    emit_result(u, OP_CONVERT, first(operand), TEMPORARY, operand.reg,
                conversion_number(code));
    pop(u, 1);
    u16 reg = next_temporary(u);
    emit_result(u, OP_FORMAT, F_FIRST, TEMPORARY, reg, 0);
}

bool compile_percent(Unit *u, const BinOpNode *node, Place place) {
    if (node->op != OPERATOR_MOD || node->left->kind != NODE_Constant ||
        node->right->kind != NODE_Tuple)
        return false;
    const Constant *constant = &as_Constant(node->left)->value;
    NodeList values = as_Tuple(node->right)->elts;
    if (constant->kind != CONSTANT_STR || !values.count || has_starred(values) ||
        values.count > MOST_AT_ONCE / 2 || !is_simple_format(constant->text, values.count))
        return false;
    u16 start = next_temporary(u);
    Span rest = constant->text, text;
    u32 used = 0;
    for (;;) {
        char code = next_piece(&rest, &text);
        push_text(u, text);
        if (!code) break;
        if (code != '%') push_converted(u, values.items[used++], code);
    }
    if (u->c->failed) return true;
    u->at = node->node.at;
    if (next_temporary(u) == start) emit_load(u, u->c->vm->empty_str, TEMPORARY);
    join_pieces(u, start, place);
    return true;
}
