/* _ast: the compiler's syntax trees as objects, for the module ast (which has the classes). */
#include "compiler/compiler.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

MODULE(_ast, "Syntax trees.")

enum { DEEPEST = 5000 }; /* trees are walked by recursion */

/* ---- the table of nodes ---- */

static Value describe_field(VM *vm, const FieldInfo *field) {
    OWNED Value name = TRY(str_intern_text(vm, field->name));
    OWNED Value type = TRY(str_from_text(vm, field->declared));
    return tuple_of(vm, 2, name, type);
}

static Value describe_fields(VM *vm, const NodeInfo *info) {
    OWNED Value fields = TRY(list_new(vm, info->field_count));
    for (u32 i = 0; i < info->field_count; i++) {
        OWNED Value field = TRY(describe_field(vm, &info->fields[i]));
        CHECK(list_push(vm, to_list(fields), field));
    }
    return TAKE(fields);
}

static Value describe_node(VM *vm, const NodeInfo *info) {
    OWNED Value group = TRY(str_intern_text(vm, info->group));
    OWNED Value name = TRY(str_intern_text(vm, info->name));
    OWNED Value fields = TRY(describe_fields(vm, info));
    return tuple_of(vm, 4, group, name, from_bool(info->has_range), fields);
}

/* Return (group, name, whether it has a place, [(field, type), ...]) of every node. */
FUNCTION(_ast, nodes, "()") {
    OWNED Value all = TRY(list_new(vm, NODE_KIND_COUNT));
    for (u32 kind = 0; kind < NODE_KIND_COUNT; kind++) {
        OWNED Value node = TRY(describe_node(vm, &node_infos[kind]));
        CHECK(list_push(vm, to_list(all), node));
    }
    return TAKE(all);
}

/* ---- from nodes to objects ---- */

typedef struct Maker {
    VM *vm;
    Dict *classes; /* name: class; for operators and contexts their one instance */
} Maker;

static Value make_node(Maker *maker, const Node *node);

static Value text_or_none(VM *vm, Span text) {
    return text.data ? str_from_span(vm, text) : NONE;
}

static Value make_operator(Maker *maker, u8 type, u8 op) {
    Value found = dict_get_text(maker->vm, maker->classes, ast_operator_name(type, op));
    return found == EMPTY ? NONE : incref(found);
}

static Value make_nodes(Maker *maker, const NodeList *nodes) {
    OWNED Value list = TRY(list_new(maker->vm, nodes->count));
    for (u32 i = 0; i < nodes->count; i++) {
        OWNED Value item = TRY(nodes->items[i] ? make_node(maker, nodes->items[i]) : NONE);
        CHECK(list_push(maker->vm, to_list(list), item));
    }
    return TAKE(list);
}

static Value make_names(Maker *maker, const SpanList *names) {
    OWNED Value list = TRY(list_new(maker->vm, names->count));
    for (u32 i = 0; i < names->count; i++) {
        OWNED Value name = TRY(str_intern_span(maker->vm, names->items[i]));
        CHECK(list_push(maker->vm, to_list(list), name));
    }
    return TAKE(list);
}

static Value make_compares(Maker *maker, const ByteList *operators) {
    OWNED Value list = TRY(list_new(maker->vm, operators->count));
    for (u32 i = 0; i < operators->count; i++) {
        OWNED Value op =
            TRY(make_operator(maker, FIELD_COMPARE_OPERATORS, operators->items[i]));
        CHECK(list_push(maker->vm, to_list(list), op));
    }
    return TAKE(list);
}

static Value make_field(Maker *maker, const FieldInfo *field, const void *place) {
    switch (field->type) {
    case FIELD_NODE: {
        const Node *child = *(const Node *const *)place;
        return child ? make_node(maker, child) : NONE;
    }
    case FIELD_NODES: return make_nodes(maker, place);
    case FIELD_IDENTIFIER: {
        Span text = *(const Span *)place;
        return text.data ? str_intern_span(maker->vm, text) : NONE;
    }
    case FIELD_IDENTIFIERS: return make_names(maker, place);
    case FIELD_STRING: return text_or_none(maker->vm, *(const Span *)place);
    case FIELD_INT: return from_small(*(const i32 *)place);
    case FIELD_CONSTANT: return compile_constant(maker->vm, place);
    case FIELD_COMPARE_OPERATORS: return make_compares(maker, place);
    default: return make_operator(maker, field->type, *(const u8 *)place);
    }
}

static bool set_number(VM *vm, Value object, const char *name, u32 number) {
    OWNED Value key = str_intern_text(vm, name);
    return key != FAIL && object_setattr(vm, object, key, from_small(number));
}

static bool set_place(VM *vm, Value object, SourceRange at) {
    return set_number(vm, object, "lineno", at.line) &&
           set_number(vm, object, "col_offset", at.column) &&
           set_number(vm, object, "end_lineno", at.end_line) &&
           set_number(vm, object, "end_col_offset", at.end_column);
}

static Value make_node(Maker *maker, const Node *node) {
    VM *vm = maker->vm;
    const NodeInfo *info = &node_infos[node->kind];
    Value class = dict_get_text(vm, maker->classes, info->name);
    if (class == EMPTY || !is_type(class)) return raise_type(vm, "no class %s", info->name);
    OWNED Value object =
        TRY(vm->types[TYPE_object]->slots.new(vm, to_type(class), NULL, 0, EMPTY));
    for (u32 i = 0; i < info->field_count; i++) {
        const FieldInfo *field = &info->fields[i];
        OWNED Value value = TRY(make_field(maker, field, (const char *)node + field->offset));
        OWNED Value name = TRY(str_intern_text(vm, field->name));
        CHECK(object_setattr(vm, object, name, value));
    }
    if (info->has_range) CHECK(set_place(vm, object, node->at));
    return TAKE(object);
}

static Value parse(VM *vm, Arena *arena, Value *args) {
    bool is_text = is_str(args[0]);
    Span source = is_text ? str_span(args[0]) : bytes_span(args[0]);
    i64 flags;
    if (!object_to_i64(vm, args[3], &flags)) return FAIL;
    char mode = str_span(args[2]).data[0];
    u32 decode = is_text ? 0 : COMPILE_DECODE;
    const Node *tree =
        compile_parse(vm, arena, source, str_span(args[1]), mode, (u32)flags | decode);
    if (!tree) return FAIL;
    if (tree->height > DEEPEST) {
        return raise_format(vm, EXC(RecursionError),
                            "maximum recursion depth exceeded during ast construction");
    }
    Maker maker = {vm, to_dict(args[4])};
    return make_node(&maker, tree);
}

/* Parse source (str or bytes) in mode 'e' (a file), 'v' (an expression) or 's' (a statement). */
FUNCTION(_ast, parse, "(source, filename, mode, flags, classes, /)") {
    if ((!is_str(args[0]) && !has_kind(args[0], KIND_BYTES)) || !is_str(args[1]) ||
        !is_str(args[2]) || !str_span(args[2]).length || !has_kind(args[4], KIND_DICT)) {
        return raise_type(vm, "parse(source, filename, mode, flags, classes)");
    }
    Arena arena;
    arena_init(&arena);
    Value tree = parse(vm, &arena, args);
    arena_free(&arena);
    return tree;
}
