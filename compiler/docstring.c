/* Docstrings lose the indentation that all their lines have in common. */
#include "compiler/compile.h"

#include "base/buffer.h"
#include "objects/str.h"

enum { TAB_WIDTH = 8 };

static void expand_tabs(Span text, Buffer *out) {
    u32 column = 0;
    for (usize i = 0; i < text.length; i++) {
        char x = text.data[i];
        if (x == '\t') {
            u32 spaces = TAB_WIDTH - column % TAB_WIDTH;
            buffer_add_repeated(out, ' ', spaces);
            column += spaces;
            continue;
        }
        buffer_add_char(out, x);
        if (x == '\n' || x == '\r')
            column = 0;
        else if (((u8)x & 0xC0) != 0x80) /* not the middle of a character */
            column++;
    }
}

static const char *skip_spaces(const char *at, const char *end, usize most) {
    for (; at < end && most && *at == ' '; most--) at++;
    return at;
}

static const char *next_line(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (usize)(end - at));
    return newline ? newline + 1 : end;
}

/* The smallest indentation of the lines behind the first that are not blank. */
static usize find_margin(const char *at, const char *end) {
    usize margin = SIZE_MAX;
    while ((at = next_line(at, end)) < end) {
        const char *text = skip_spaces(at, end, SIZE_MAX);
        if (text < end && *text != '\n' && (usize)(text - at) < margin)
            margin = (usize)(text - at);
    }
    return margin == SIZE_MAX ? 0 : margin;
}

static Value clean(VM *vm, Span text) {
    Buffer expanded = {0}, result = {0};
    expand_tabs(text, &expanded);
    Span span = buffer_span(&expanded);
    const char *at = span.data, *end = at + span.length;
    usize margin = find_margin(at, end);
    for (usize skip = SIZE_MAX; at < end; skip = margin) {
        const char *next = next_line(at, end);
        at = skip_spaces(at, next, skip);
        buffer_add(&result, at, (usize)(next - at));
        at = next;
    }
    result.failed |= expanded.failed;
    buffer_free(&expanded);
    return str_from_buffer(vm, &result);
}

Value docstring_of(Unit *u, NodeList body, u32 *count) {
    *count = 0;
    if (!body.count || body.items[0]->kind != NODE_Expr) return EMPTY;
    const Node *value = as_Expr(body.items[0])->value;
    if (value->kind != NODE_Constant) return EMPTY;
    const Constant *constant = &as_Constant(value)->value;
    if (constant->kind != CONSTANT_STR) return EMPTY;
    *count = 1;
    if (u->c->flags & COMPILE_NO_DOCSTRINGS) return EMPTY;
    return compiler_keep(u->c, clean(u->c->vm, constant->text));
}
