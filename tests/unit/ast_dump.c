/* Prints the syntax tree of each file named in the standard input, for
 * ast_against_cpython.py:
 *
 *     = PATH
 *     (Module (body [...]) ...)        or        ! kind line column end_line end_column
 * message
 *
 * Texts are written in hexadecimal, floats as their bits. The walk keeps its own stack.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "parser/parser.h"

typedef struct Place {
    const Node *node;
    u8 field;
    u32 item;
} Place;

typedef struct Dump {
    Buffer out;
    Place *stack;
    usize count, capacity;
} Dump;

static void enter(Dump *dump, const Node *node) {
    if (!node) {
        buffer_add_text(&dump->out, " None");
        return;
    }
    buffer_printf(&dump->out, " (%s", node_infos[node->kind].name);
    if (node_infos[node->kind].has_range) {
        buffer_printf(&dump->out, " %u:%u-%u:%u", node->at.line, node->at.column,
                      node->at.end_line, node->at.end_column);
    }
    if (dump->count == dump->capacity) {
        dump->capacity = dump->capacity ? dump->capacity * 2 : 64;
        dump->stack = realloc(dump->stack, dump->capacity * sizeof(Place));
        if (!dump->stack) abort();
    }
    dump->stack[dump->count++] = (Place){node, 0, 0};
}

static void add_text(Buffer *out, Span text) {
    if (!text.data) {
        buffer_add_text(out, " None");
        return;
    }
    buffer_add_char(out, ' ');
    buffer_add_char(out, '"');
    for (usize i = 0; i < text.length; i++) buffer_printf(out, "%02x", (u8)text.data[i]);
    buffer_add_char(out, '"');
}

static void add_integer(Buffer *out, Span digits, int base) {
    static const char *const prefixes[] = {
        [2] = "0b", [8] = "0o", [10] = "", [16] = "0x"};
    buffer_printf(out, " int:%s", prefixes[base]);
    buffer_add_span(out, digits);
}

static void add_constant(Buffer *out, const Constant *value) {
    static const char *const names[] = {"None",  "True",      "False", "Ellipsis", "int",
                                        "float", "imaginary", "str",   "bytes"};
    if (value->kind == CONSTANT_INT) {
        add_integer(out, value->text, value->base);
        return;
    }
    buffer_printf(out, " %s", names[value->kind]);
    if (value->kind == CONSTANT_STR || value->kind == CONSTANT_BYTES) {
        add_text(out, value->text);
    } else if (value->kind == CONSTANT_FLOAT || value->kind == CONSTANT_IMAGINARY) {
        u64 bits;
        memcpy(&bits, &value->number, sizeof bits);
        buffer_printf(out, " %016llx", (unsigned long long)bits);
    }
}

static void add_names(Buffer *out, const SpanList *names) {
    buffer_add_text(out, " [");
    for (u32 i = 0; i < names->count; i++) add_text(out, names->items[i]);
    buffer_add_char(out, ']');
}

static void add_compares(Buffer *out, const ByteList *operators) {
    buffer_add_text(out, " [");
    for (u32 i = 0; i < operators->count; i++) {
        buffer_printf(out, " %s",
                      ast_operator_name(FIELD_COMPARE_OPERATORS, operators->items[i]));
    }
    buffer_add_char(out, ']');
}

static void add_plain(Buffer *out, const FieldInfo *field, const void *at) {
    switch ((FieldType)field->type) {
    case FIELD_INT: buffer_printf(out, " %d", *(const i32 *)at); break;
    case FIELD_CONSTANT: add_constant(out, at); break;
    case FIELD_IDENTIFIERS: add_names(out, at); break;
    case FIELD_COMPARE_OPERATORS: add_compares(out, at); break;
    case FIELD_IDENTIFIER:
    case FIELD_STRING: add_text(out, *(const Span *)at); break;
    default: buffer_printf(out, " %s", ast_operator_name(field->type, *(const u8 *)at));
    }
}

/* One step of the node on top: the next field, the next item of a list, or its end. */
static void step(Dump *dump) {
    Place *place = &dump->stack[dump->count - 1];
    const NodeInfo *info = &node_infos[place->node->kind];
    if (place->field == info->field_count) {
        buffer_add_char(&dump->out, ')');
        dump->count--;
        return;
    }
    const FieldInfo *field = &info->fields[place->field];
    const void *at = (const char *)place->node + field->offset;
    if (field->type == FIELD_NODES) {
        const NodeList *list = at;
        if (place->item == 0) buffer_add_text(&dump->out, " [");
        if (place->item < list->count) {
            enter(dump, list->items[place->item++]);
            return;
        }
        buffer_add_char(&dump->out, ']');
    }
    place->field++;
    place->item = 0;
    if (field->type == FIELD_NODE) {
        enter(dump, *(Node *const *)at);
    } else if (field->type != FIELD_NODES) {
        add_plain(&dump->out, field, at);
    }
}

static void add_tree(Dump *dump, const Node *tree) {
    enter(dump, tree);
    while (dump->count) step(dump);
    buffer_add_char(&dump->out, '\n');
}

static bool read_file(const char *path, Buffer *text) {
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char block[65536];
    for (usize got; (got = fread(block, 1, sizeof block, file)) > 0;)
        buffer_add(text, block, got);
    fclose(file);
    return true;
}

static void add_problem(Buffer *out, const SyntaxProblem *problem) {
    buffer_printf(out, "! %d %u %d %d %d ", (int)problem->kind, problem->line,
                  problem->column, problem->end_line, problem->end_column);
    add_text(out, problem->message);
    add_text(out, problem->text);
    buffer_add_char(out, '\n');
}

static void dump_file(Dump *dump, const char *path) {
    Buffer text = {0};
    printf("= %s\n", path);
    if (!read_file(path, &text)) return;
    Arena arena;
    arena_init(&arena);
    ParseOptions options = {.filename = span_of(path), .flags = PARSE_DECODE};
    ParseResult result;
    buffer_clear(&dump->out);
    if (parse_source(&arena, buffer_span(&text), &options, &result)) {
        add_tree(dump, result.tree);
    } else {
        add_problem(&dump->out, &result.problem);
    }
    fwrite(dump->out.data, 1, dump->out.length, stdout);
    fflush(stdout);
    arena_free(&arena);
    buffer_free(&text);
}

int main(void) {
    Dump dump = {0};
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = '\0';
        dump_file(&dump, path);
    }
    buffer_free(&dump.out);
    free(dump.stack);
    return 0;
}
