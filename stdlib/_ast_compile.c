/* _ast.compile: objects of the module ast back to the compiler's tree, checked, and compiled. */
#include "compiler/compiler.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "stdlib/_ast_check.h"

enum { DEEPEST = 1000 };

typedef struct Reader {
    VM *vm;
    Arena *arena;
    u32 depth;
} Reader;

static bool read_node(Reader *reader, Value object, const char *group, Node **out);

static bool fail_value(VM *vm, const char *format, const char *a, const char *b) {
    raise_value(vm, format, a, b);
    return false;
}

/* ---- plain fields ---- */

static bool copy_text(Reader *reader, Value text, Span *out) {
    Span span = str_span(text);
    char *copy = arena_copy(reader->arena, span.data, span.length);
    *out = (Span){copy, span.length};
    if (!copy) raise_memory(reader->vm);
    return copy != NULL;
}

static bool read_identifier(Reader *reader, Value v, Span *out) {
    if (!is_str(v)) {
        raise_type(reader->vm, "AST identifier must be of type str");
        return false;
    }
    if (!copy_text(reader, v, out)) return false;
    static const char *const constants[] = {"None", "True", "False"};
    for (u32 i = 0; i < COUNT_OF(constants); i++) {
        if (str_equals_text(v, constants[i]))
            return fail_value(reader->vm, "identifier field can't represent '%s' constant%s",
                              constants[i], "");
    }
    return true;
}

static bool read_string(Reader *reader, Value v, Span *out) {
    if (is_str(v)) return copy_text(reader, v, out);
    raise_type(reader->vm, "AST string must be of type str");
    return false;
}

static bool read_int(Reader *reader, Value v, i32 *out) {
    i64 number;
    if (!is_small(v) && !is_bool(v)) {
        raise_value(reader->vm, "invalid integer value: %R", v);
        return false;
    }
    if (!object_to_i64(reader->vm, v, &number)) return false;
    *out = (i32)number;
    return true;
}

/* Which of the operators of its sort the object is: its class has _sort (the FieldType) and
 * _index. */
static bool read_operator(Reader *reader, Value v, const FieldInfo *field, u8 *out) {
    OWNED Value sort = object_getattr_text(reader->vm, v, "_sort");
    OWNED Value index = sort == FAIL ? FAIL : object_getattr_text(reader->vm, v, "_index");
    bool fits = index != FAIL && is_small(index) && is_str(sort) &&
                !strncmp(field->declared, str_span(sort).data, str_span(sort).length) &&
                to_small(index) >= 0 && to_small(index) < ast_operator_count(field->type);
    if (!fits) {
        exception_clear(reader->vm);
        raise_type(reader->vm, "expected some sort of %s, but got %R", field->declared, v);
        return false;
    }
    *out = (u8)to_small(index);
    return true;
}

/* ---- constants ---- */

static bool read_int_constant(Reader *reader, Value v, Constant *out) {
    OWNED Value text = str_format(reader->vm, "%R", v);
    if (text == FAIL) return false;
    out->kind = CONSTANT_INT;
    out->base = 10;
    return copy_text(reader, text, &out->text);
}

static bool read_complex_constant(Reader *reader, Value v, Constant *out) {
    Parts parts;
    if (!complex_parts(reader->vm, v, &parts)) return false;
    if (parts.real != 0) {
        raise_value(reader->vm, "complex constants with a real part cannot be compiled");
        return false;
    }
    *out = (Constant){.kind = CONSTANT_IMAGINARY, .number = parts.imaginary};
    return true;
}

static bool read_bytes_constant(Reader *reader, Value v, Constant *out) {
    Span span = bytes_span(v);
    char *copy = arena_copy(reader->arena, span.data, span.length);
    *out = (Constant){.kind = CONSTANT_BYTES, .text = {copy, span.length}};
    if (!copy) raise_memory(reader->vm);
    return copy != NULL;
}

static bool read_constant(Reader *reader, Value v, Constant *out) {
    *out = (Constant){0};
    if (v == NONE) out->kind = CONSTANT_NONE;
    else if (v == TRUE) out->kind = CONSTANT_TRUE;
    else if (v == FALSE) out->kind = CONSTANT_FALSE;
    else if (v == ELLIPSIS) out->kind = CONSTANT_ELLIPSIS;
    else if (is_int(v)) return read_int_constant(reader, v, out);
    else if (is_float(v)) *out = (Constant){.kind = CONSTANT_FLOAT, .number = to_double(v)};
    else if (is_complex(v)) return read_complex_constant(reader, v, out);
    else if (has_kind(v, KIND_BYTES)) return read_bytes_constant(reader, v, out);
    else if (is_str(v)) {
        out->kind = CONSTANT_STR;
        return copy_text(reader, v, &out->text);
    } else {
        raise_type(reader->vm, "got an invalid type in Constant: %T", v);
        return false;
    }
    return true;
}

/* A negative number as the parser would give it: a sign in front of a positive one. */
static Node *negated(Reader *reader, Node *node) {
    if (node->kind != NODE_Constant) return node;
    Constant *constant = &as_Constant(node)->value;
    bool is_negative_int = constant->kind == CONSTANT_INT && constant->text.length &&
                           constant->text.data[0] == '-';
    if (!is_negative_int) return node;
    constant->text.data++;
    constant->text.length--;
    return ast_UnaryOp(reader->arena, node->at, UNARY_OP_SUB, node);
}

/* ---- lists ---- */

static bool want_list(Reader *reader, Value v, const char *name) {
    if (has_kind(v, KIND_LIST)) return true;
    raise_type(reader->vm, "%s field \"%s\" must be a list, not a %T", "AST", name, v);
    return false;
}

static bool read_nodes(Reader *reader, Value v, const FieldInfo *field, const char *group,
                       NodeList *out) {
    if (!want_list(reader, v, field->name)) return false;
    OWNED Value items = tuple_from(reader->vm, to_list(v)->items, to_list(v)->count);
    if (items == FAIL) return false;
    usize count = to_tuple(items)->count;
    out->items = ARENA_ARRAY(reader->arena, Node *, count + 1);
    out->count = (u32)count;
    for (usize i = 0; out->items && i < count; i++) {
        Value item = to_tuple(items)->items[i];
        if (item == NONE && field->optional) continue;
        if (item == NONE) {
            raise_value(reader->vm, "None disallowed in %s list", *group == 's' ? "statement" : "expression");
            return false;
        }
        if (!read_node(reader, item, group, &out->items[i])) return false;
    }
    if (!out->items) raise_memory(reader->vm);
    return out->items != NULL;
}

static bool read_names(Reader *reader, Value v, const FieldInfo *field, SpanList *out) {
    if (!want_list(reader, v, field->name)) return false;
    usize count = to_list(v)->count;
    out->items = ARENA_ARRAY(reader->arena, Span, count + 1);
    out->count = (u32)count;
    for (usize i = 0; out->items && i < count; i++)
        if (!read_identifier(reader, to_list(v)->items[i], &out->items[i])) return false;
    if (!out->items) raise_memory(reader->vm);
    return out->items != NULL;
}

static bool read_compares(Reader *reader, Value v, const FieldInfo *field, ByteList *out) {
    if (!want_list(reader, v, field->name)) return false;
    OWNED Value items = tuple_from(reader->vm, to_list(v)->items, to_list(v)->count);
    if (items == FAIL) return false;
    usize count = to_tuple(items)->count;
    out->items = ARENA_ARRAY(reader->arena, u8, count + 1);
    out->count = (u32)count;
    for (usize i = 0; out->items && i < count; i++)
        if (!read_operator(reader, to_tuple(items)->items[i], field, &out->items[i])) return false;
    if (!out->items) raise_memory(reader->vm);
    return out->items != NULL;
}

/* ---- nodes ---- */

/* The group of a child: the declared type without its marks. */
static void group_of(const FieldInfo *field, char *group, usize size) {
    usize i = 0;
    for (; i + 1 < size && field->declared[i] && !strchr("?*", field->declared[i]); i++)
        group[i] = field->declared[i];
    group[i] = '\0';
}

static bool read_child(Reader *reader, Value v, const FieldInfo *field, void *place) {
    char group[32];
    group_of(field, group, sizeof group);
    return field->type == FIELD_NODE ? read_node(reader, v, group, place)
                                     : read_nodes(reader, v, field, group, place);
}

static bool read_field(Reader *reader, Value v, const FieldInfo *field, void *place) {
    switch (field->type) {
    case FIELD_NODE:
    case FIELD_NODES: return read_child(reader, v, field, place);
    case FIELD_IDENTIFIER: return read_identifier(reader, v, place);
    case FIELD_IDENTIFIERS: return read_names(reader, v, field, place);
    case FIELD_STRING: return read_string(reader, v, place);
    case FIELD_INT: return read_int(reader, v, place);
    case FIELD_CONSTANT: return read_constant(reader, v, place);
    case FIELD_COMPARE_OPERATORS: return read_compares(reader, v, field, place);
    default: return read_operator(reader, v, field, place);
    }
}

static bool is_list_field(const FieldInfo *field) {
    return strchr(field->declared, '*') != NULL;
}

/* A field that the object does not have, or that is None. */
static bool read_absent(Reader *reader, const NodeInfo *info, const FieldInfo *field, Value v) {
    if (v == EMPTY && (is_list_field(field) || field->optional)) return true;
    if (v == NONE && field->optional) return true;
    if (v == EMPTY && field->type == FIELD_CONTEXT) return true;
    if (v == EMPTY) {
        raise_type(reader->vm, "required field \"%s\" missing from %s", field->name, info->name);
        return false;
    }
    return fail_value(reader->vm, "field '%s' is required for %s", field->name, info->name);
}

static bool read_fields(Reader *reader, Value object, const NodeInfo *info, Node *node) {
    for (u32 i = 0; i < info->field_count; i++) {
        const FieldInfo *field = &info->fields[i];
        OWNED Value name = str_intern_text(reader->vm, field->name);
        OWNED Value v = name == FAIL ? FAIL : object_find_attr(reader->vm, object, name);
        if (v == FAIL) return false;
        void *place = (char *)node + field->offset;
        bool is_none = v == NONE && field->type != FIELD_CONSTANT;
        bool done = v == EMPTY || is_none ? read_absent(reader, info, field, v)
                                          : read_field(reader, v, field, place);
        if (!done) return false;
    }
    return true;
}

static bool read_number(Reader *reader, Value object, const NodeInfo *info, const char *name,
                        bool is_required, u32 *out) {
    OWNED Value key = str_intern_text(reader->vm, name);
    OWNED Value v = key == FAIL ? FAIL : object_find_attr(reader->vm, object, key);
    i64 number = *out;
    if (v == FAIL) return false;
    if (v == EMPTY && is_required) {
        raise_type(reader->vm, "required field \"%s\" missing from %s", name, info->group);
        return false;
    }
    if (v != EMPTY && v != NONE && !object_to_i64(reader->vm, v, &number)) return false;
    *out = number < 0 ? 0 : (u32)number;
    return true;
}

static bool read_place(Reader *reader, Value object, const NodeInfo *info, SourceRange *at) {
    if (!info->has_range) return true;
    if (!read_number(reader, object, info, "lineno", true, &at->line) ||
        !read_number(reader, object, info, "col_offset", true, &at->column))
        return false;
    at->end_line = at->line;
    at->end_column = at->column;
    return read_number(reader, object, info, "end_lineno", false, &at->end_line) &&
           read_number(reader, object, info, "end_col_offset", false, &at->end_column);
}

/* The kind of an object of one of our classes; -1 for others. */
static i64 kind_of(Reader *reader, Value object) {
    OWNED Value kind = object_getattr_text(reader->vm, object, "_kind");
    if (kind == FAIL) exception_clear(reader->vm);
    bool is_known = kind != FAIL && is_small(kind) && to_small(kind) >= 0 &&
                    to_small(kind) < NODE_KIND_COUNT;
    return is_known ? to_small(kind) : -1;
}

static void note_heights(Node *node, const NodeInfo *info) {
    node->height = 1;
    for (u32 i = 0; i < info->field_count; i++) {
        const void *place = (const char *)node + info->fields[i].offset;
        if (info->fields[i].type == FIELD_NODE) {
            const Node *child = *(const Node *const *)place;
            if (child) ast_raise_height(node, child);
        } else if (info->fields[i].type == FIELD_NODES) {
            const NodeList *list = place;
            for (u32 j = 0; j < list->count; j++)
                if (list->items[j]) ast_raise_height(node, list->items[j]);
        }
    }
}

static bool read_known(Reader *reader, Value object, u8 kind, Node **out) {
    const NodeInfo *info = &node_infos[kind];
    Node *node = arena_alloc(reader->arena, info->size);
    if (!node) {
        raise_memory(reader->vm);
        return false;
    }
    node->kind = kind;
    if (!read_fields(reader, object, info, node)) return false;
    if (!read_place(reader, object, info, &node->at)) return false;
    note_heights(node, info);
    if (!ast_check_node(reader->vm, node)) return false;
    *out = negated(reader, node);
    return *out != NULL;
}

/* Where a node is looked for first, then which it is. */
static bool refuse_node(VM *vm, Value object, const char *group) {
    static const char *const placed[] = {"stmt", "expr", "excepthandler", "pattern", "type_param"};
    OWNED Value line = object_find_attr(vm, object, NAME(lineno));
    if (line == FAIL) return false;
    for (u32 i = 0; line == EMPTY && i < COUNT_OF(placed); i++)
        if (!strcmp(group, placed[i])) {
            raise_type(vm, "required field \"lineno\" missing from %s", group);
            return false;
        }
    raise_type(vm, "expected some sort of %s, but got %R", group, object);
    return false;
}

static bool read_node(Reader *reader, Value object, const char *group, Node **out) {
    VM *vm = reader->vm;
    i64 kind = kind_of(reader, object);
    if (kind < 0 || strcmp(node_infos[kind].group, group)) return refuse_node(vm, object, group);
    if (reader->depth >= DEEPEST) {
        raise_format(vm, EXC(RecursionError),
                     "maximum recursion depth exceeded during compilation");
        return false;
    }
    reader->depth++;
    bool done = read_known(reader, object, (u8)kind, out);
    reader->depth--;
    return done;
}

static bool has_kind_for(Reader *reader, Value tree, char mode) {
    u8 wanted = mode == 'e' ? NODE_Module : mode == 'v' ? NODE_Expression : NODE_Interactive;
    i64 kind = kind_of(reader, tree);
    if (kind == wanted) return true;
    const char *name = node_infos[wanted].name;
    if (kind < 0) raise_type(reader->vm, "expected %s node, got %T", name, tree);
    else raise_type(reader->vm, "expected %s node, got %s", name, node_infos[kind].name);
    return false;
}

static Value compile_object(VM *vm, Arena *arena, Value *args) {
    Reader reader = {.vm = vm, .arena = arena};
    Node *tree = NULL;
    i64 flags;
    if (!object_to_i64(vm, args[3], &flags)) return FAIL;
    if (!has_kind_for(&reader, args[0], str_span(args[2]).data[0])) return FAIL;
    if (!read_node(&reader, args[0], "mod", &tree)) return FAIL;
    return compile_tree(vm, arena, tree, SPAN(""), str_span(args[1]), (u32)flags);
}

/* Compile a tree of objects to code; mode as for parse. */
FUNCTION(_ast, compile, "(tree, filename, mode, flags, /)") {
    if (!is_str(args[1]) || !is_str(args[2]) || !str_span(args[2]).length)
        return raise_type(vm, "compile(tree, filename, mode, flags)");
    Arena arena;
    arena_init(&arena);
    Value code = compile_object(vm, &arena, args);
    arena_free(&arena);
    return code;
}
