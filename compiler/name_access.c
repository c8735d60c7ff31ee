/* Loading, storing and deleting names, each in the way its symbol says. */
#include "compiler/compile.h"

#include "objects/tuple.h"

typedef enum AccessKind {
    ACCESS_LOCAL,
    ACCESS_CELL,
    ACCESS_FREE,
    ACCESS_GLOBAL,
    ACCESS_NAME,         /* in the namespace r[0], then global */
    ACCESS_CLASS_FREE,   /* in the namespace of a class, then the closure */
    ACCESS_CLASS_GLOBAL, /* in a scope that sees the class: its namespace, then global */
} AccessKind;

typedef struct Access {
    AccessKind kind;
    u16 reg; /* or the number of the closure's cell */
    Symbol *symbol;
} Access;

Name *name_meant(Unit *u, Span text) {
    return scope_mangle(u->c, u->here, name_get(u->c, text));
}

static Access in_namespace(const Unit *u) {
    bool is_class = u->scope->kind == SCOPE_CLASS;
    /* a comprehension in a class does not see the class's names */
    if (is_class && u->here != u->scope) return (Access){.kind = ACCESS_GLOBAL};
    return (Access){.kind = ACCESS_NAME};
}

static Access local_access(Unit *u, Symbol *symbol) {
    bool is_namespace = !scope_is_function(symbol->scope);
    bool is_implicit = symbol == symbol->scope->class_cell ||
                       symbol == symbol->scope->class_dict;
    if (is_namespace && !is_implicit) return in_namespace(u);
    AccessKind kind = symbol->meaning == MEANS_CELL ? ACCESS_CELL : ACCESS_LOCAL;
    return (Access){kind, unit_register(u, symbol), symbol};
}

static Access free_access(Unit *u, Symbol *symbol) {
    Symbol *definition = symbol->definition;
    if (definition->scope->owner == u->scope) return local_access(u, definition);
    u16 index = (u16)symbols_find(&u->scope->frees, definition);
    bool looks_first = u->here->sees_class || u->here->kind == SCOPE_CLASS;
    /* what passes the class's namespace on is not looked up in it */
    if (name_is(symbol->name, "__classdict__")) looks_first = false;
    return (Access){looks_first ? ACCESS_CLASS_FREE : ACCESS_FREE, index, symbol};
}

static Access access_of(Unit *u, const Name *name) {
    Symbol *symbol = scope_lookup(u->here, name);
    if (!symbol) return in_namespace(u);
    switch (symbol->meaning) {
    case MEANS_LOCAL:
    case MEANS_CELL: return local_access(u, symbol);
    case MEANS_FREE: return free_access(u, symbol);
    case MEANS_GLOBAL: return (Access){.kind = ACCESS_GLOBAL};
    default:
        if (u->here->sees_class) return (Access){.kind = ACCESS_CLASS_GLOBAL};
        if (scope_is_function(u->scope)) return (Access){.kind = ACCESS_GLOBAL};
        return in_namespace(u);
    }
}

/* ---- loading ---- */

u16 local_of_name(Unit *u, const Node *node, Symbol **symbol) {
    if (node->kind != NODE_Name) return NO_REGISTER;
    Access access = access_of(u, name_meant(u, as_Name(node)->id));
    if (access.kind != ACCESS_LOCAL) return NO_REGISTER;
    if (symbol) *symbol = access.symbol;
    return access.reg;
}

/* The namespace that ACCESS_CLASS_... looks into first. */
static Operand class_namespace(Unit *u) {
    if (u->here->kind == SCOPE_CLASS) return (Operand){0, false};
    load_name(u, name_text(u->c, "__classdict__"), TEMPORARY);
    return (Operand){temporary(u->depth - 1), true};
}

static void load_class_free(Unit *u, u16 index, Place place) {
    Operand namespace = class_namespace(u);
    consume(u, namespace);
    emit_result(u, OP_GETCLASSFREE, first(namespace), place, namespace.reg, index);
}

static void load_class_global(Unit *u, Name *name, Place place) {
    Operand namespace = class_namespace(u);
    consume(u, namespace);
    emit_result(u, OP_GETMAPGLOBAL, first(namespace), place, namespace.reg,
                name_number(u, name));
}

void load_name(Unit *u, Name *name, Place place) {
    Access access = access_of(u, name);
    switch (access.kind) {
    case ACCESS_LOCAL:
        emit_move(u, (Operand){access.reg, false}, place);
        unit_set_bound(u, access.reg);
        break;
    case ACCESS_CELL: emit_result(u, OP_GETCELL, 0, place, access.reg, 0); break;
    case ACCESS_FREE: emit_result(u, OP_GETFREE, 0, place, access.reg, 0); break;
    case ACCESS_CLASS_FREE: load_class_free(u, access.reg, place); break;
    case ACCESS_CLASS_GLOBAL: load_class_global(u, name, place); break;
    case ACCESS_GLOBAL: emit_result(u, OP_GLOBAL, 0, place, 0, name_number(u, name)); break;
    case ACCESS_NAME: emit_result(u, OP_GETNAME, 0, place, 0, name_number(u, name)); break;
    }
}

/* ---- storing ---- */

Place place_of_name(Unit *u, Span text) {
    Access access = access_of(u, name_meant(u, text));
    if (access.kind != ACCESS_LOCAL) return TEMPORARY;
    return (Place){true, access.reg};
}

void store_mangled(Unit *u, Name *name, Operand value) {
    Access access = access_of(u, name);
    switch (access.kind) {
    case ACCESS_LOCAL: emit_move(u, value, (Place){true, access.reg}); return;
    case ACCESS_CELL:
        consume(u, value);
        emit(u, OP_SETCELL, first(value), access.reg, value.reg, 0);
        return;
    case ACCESS_FREE:
    case ACCESS_CLASS_FREE:
        consume(u, value);
        emit(u, OP_SETFREE, first(value), access.reg, value.reg, 0);
        return;
    case ACCESS_GLOBAL:
        consume(u, value);
        emit(u, OP_SETGLOBAL, first(value), 0, value.reg, name_number(u, name));
        return;
    default:
        consume(u, value);
        emit(u, OP_SETNAME, first(value), 0, value.reg, name_number(u, name));
    }
}

void store_name(Unit *u, Span text, Operand value) {
    store_mangled(u, name_meant(u, text), value);
}

/* ---- deleting ---- */

static void delete_mangled(Unit *u, Name *name) {
    Access access = access_of(u, name);
    switch (access.kind) {
    case ACCESS_LOCAL:
        emit(u, OP_DELLOCAL, 0, access.reg, 0, 0);
        unit_set_unbound(u, access.reg);
        break;
    case ACCESS_CELL: emit(u, OP_DELCELL, 0, access.reg, 0, 0); break;
    case ACCESS_FREE:
    case ACCESS_CLASS_FREE: emit(u, OP_DELFREE, 0, access.reg, 0, 0); break;
    case ACCESS_GLOBAL: emit(u, OP_DELGLOBAL, 0, 0, 0, name_number(u, name)); break;
    default: emit(u, OP_DELNAME, 0, 0, 0, name_number(u, name));
    }
}

void delete_name(Unit *u, Span text) {
    delete_mangled(u, name_meant(u, text));
}

void clear_name(Unit *u, Name *mangled) {
    Access access = access_of(u, mangled);
    if (access.kind == ACCESS_LOCAL) {
        emit(u, OP_CLEARLOCAL, 0, access.reg, 0, 0);
        unit_set_unbound(u, access.reg);
        return;
    }
    emit_none(u, TEMPORARY);
    store_mangled(u, mangled, (Operand){temporary(u->depth - 1), true});
    delete_mangled(u, mangled);
}

/* ---- closures ---- */

static void push_cell(Unit *u, Symbol *definition) {
    if (definition->scope->owner == u->scope) {
        Operand cell = {unit_register(u, definition), false};
        emit_move(u, cell, TEMPORARY);
        return;
    }
    i32 index = symbols_find(&u->scope->frees, definition);
    emit_result(u, OP_FREECELL, 0, TEMPORARY, (u32)index, 0);
}

u32 push_closure(Unit *u, const SymbolList *frees) {
    if (!frees->count) return 0;
    u16 start = next_temporary(u);
    for (u32 i = 0; i < frees->count; i++) push_cell(u, frees->items[i]);
    pop(u, frees->count);
    emit_result(u, OP_TUPLE, 0, TEMPORARY, start, frees->count);
    return 8;
}

/* ---- := inside expressions ---- */

static bool search_walrus(const Node *node, const Name *name, Compiler *c, u32 *budget);

static bool search_list(NodeList list, const Name *name, Compiler *c, u32 *budget) {
    for (u32 i = 0; i < list.count; i++)
        if (list.items[i] && search_walrus(list.items[i], name, c, budget)) return true;
    return false;
}

static bool search_walrus(const Node *node, const Name *name, Compiler *c, u32 *budget) {
    if (*budget == 0) return true;
    --*budget;
    if (node->kind == NODE_NamedExpr &&
        span_equal(as_Name(as_NamedExpr(node)->target)->id, name->text))
        return true;
    const NodeInfo *info = &node_infos[node->kind];
    for (u32 i = 0; i < info->field_count; i++) {
        const char *place = (const char *)node + info->fields[i].offset;
        u8 type = info->fields[i].type;
        if (type == FIELD_NODES && search_list(*(const NodeList *)place, name, c, budget))
            return true;
        if (type != FIELD_NODE) continue;
        const Node *child = *(Node *const *)place;
        if (child && search_walrus(child, name, c, budget)) return true;
    }
    return false;
}

/* Gives up, with true, when the expression is large. Private names are not told apart. */
bool contains_walrus(const Node *node, const Name *name, Compiler *c) {
    u32 budget = 100;
    return search_walrus(node, name, c, &budget);
}
