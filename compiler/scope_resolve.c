/* What each symbol means, once all scopes are known. */
#include <stdlib.h>

#include "compiler/scope.h"

/* The __class__ or __classdict__ of a class, made when something inside asks for it. */
static Symbol *implicit_cell(Compiler *c, Scope *class_scope, Name *name) {
    Symbol **slot = name_is(name, "__class__")       ? &class_scope->class_cell
                    : name_is(name, "__classdict__") ? &class_scope->class_dict
                                                     : NULL;
    if (!slot) return NULL;
    if (!*slot) {
        *slot = scope_new_symbol(c, class_scope, name);
        if (*slot) (*slot)->meaning = MEANS_CELL, (*slot)->flags = SYMBOL_LOCAL;
    }
    return *slot;
}

/* The definition that the name has outside `scope`; NULL: global. */
static Symbol *find_outside(Compiler *c, Scope *scope, Name *name) {
    for (Scope *at = scope->parent; at && at->kind != SCOPE_MODULE; at = at->parent) {
        if (at->kind == SCOPE_CLASS) {
            /* a comprehension right in the class is code of the class */
            if (scope->owner == at && name_is(name, "__class__")) continue;
            Symbol *implicit = implicit_cell(c, at, name);
            if (implicit) return implicit;
            continue;
        }
        Symbol *symbol = scope_lookup(at, name);
        if (!symbol || symbol->flags & SYMBOL_NONLOCAL) continue;
        if (symbol->flags & SYMBOL_GLOBAL) return NULL;
        if (symbol->flags & SYMBOL_BOUND) return symbol;
    }
    return NULL;
}

/* All code between the use and the definition must pass the cell on. */
static void make_free(Compiler *c, Symbol *symbol, Symbol *definition) {
    symbol->meaning = MEANS_FREE;
    symbol->definition = definition;
    Scope *home = definition->scope->owner;
    for (Scope *at = symbol->scope->owner; at != home; at = at->parent->owner) {
        definition->meaning = MEANS_CELL;
        if (symbols_find(&at->frees, definition) < 0)
            symbols_add(c, &at->frees, definition);
    }
}

static void resolve_nonlocal(Compiler *c, Symbol *symbol) {
    Scope *scope = symbol->scope;
    if (scope->kind == SCOPE_MODULE) {
        compiler_fail_scope(c, symbol->at,
                            "nonlocal declaration not allowed at module level");
        return;
    }
    Symbol *definition = find_outside(c, scope, symbol->name);
    if (!definition)
        compiler_fail_scope(c, symbol->at, "no binding for nonlocal '%.*s' found",
                            NAME_ARGUMENT(symbol->name));
    else if (definition->flags & SYMBOL_TYPE_PARAMETER)
        compiler_fail_scope(c, symbol->at,
                            "nonlocal binding not allowed for type parameter '%.*s'",
                            NAME_ARGUMENT(symbol->name));
    else
        make_free(c, symbol, definition);
}

/* In a scope that looks into the class: what the class itself makes of the name. */
static Meaning meaning_in_class(const Scope *scope, const Name *name) {
    const Scope *at = scope;
    while (at->kind != SCOPE_CLASS) at = at->parent;
    Symbol *symbol = scope_lookup(at, name);
    if (!symbol) return MEANS_UNKNOWN;
    if (symbol->flags & SYMBOL_GLOBAL) return MEANS_GLOBAL;
    bool is_bound = symbol->flags & SYMBOL_BOUND && !(symbol->flags & SYMBOL_NONLOCAL);
    return is_bound ? MEANS_IMPLICIT : MEANS_UNKNOWN;
}

static void resolve_use(Compiler *c, Symbol *symbol) {
    Scope *scope = symbol->scope;
    if (scope->sees_class) {
        symbol->meaning = (u8)meaning_in_class(scope, symbol->name);
        if (symbol->meaning != MEANS_UNKNOWN) return;
    }
    Symbol *definition = find_outside(c, scope, symbol->name);
    if (definition)
        make_free(c, symbol, definition);
    else
        symbol->meaning = MEANS_IMPLICIT;
}

static void resolve_symbol(Compiler *c, Symbol *symbol) {
    u32 flags = symbol->flags;
    if (flags & SYMBOL_GLOBAL) {
        if (flags & SYMBOL_NONLOCAL)
            compiler_fail_scope(c, symbol->at, "name '%.*s' is nonlocal and global",
                                NAME_ARGUMENT(symbol->name));
        symbol->meaning = MEANS_GLOBAL;
    } else if (flags & SYMBOL_NONLOCAL) {
        resolve_nonlocal(c, symbol);
    } else if (flags & SYMBOL_BOUND) {
        if (symbol->meaning == MEANS_UNKNOWN) symbol->meaning = MEANS_LOCAL;
    } else {
        resolve_use(c, symbol);
    }
}

static int compare_names(const void *a, const void *b) {
    const Span x = (*(Symbol *const *)a)->name->text, y = (*(Symbol *const *)b)->name->text;
    usize shorter = x.length < y.length ? x.length : y.length;
    int order = memcmp(x.data, y.data, shorter);
    return order ? order : (x.length > y.length) - (x.length < y.length);
}

/* `global x` anywhere in a module makes x global in the module's own code as well: that is seen
 * where the code runs with locals of its own (exec). */
static void declare_in_module(Compiler *c, const Scope *scope) {
    for (u32 i = 0; i < scope->symbols.count; i++) {
        const Symbol *symbol = scope->symbols.items[i];
        if (!(symbol->flags & SYMBOL_GLOBAL)) continue;
        Symbol *outer = scope_lookup(c->all_scopes[0], symbol->name);
        if (outer) outer->flags |= SYMBOL_GLOBAL;
    }
}

void scope_resolve(Compiler *c) {
    for (u32 i = 1; i < c->scope_count; i++) declare_in_module(c, c->all_scopes[i]);
    for (u32 i = 0; i < c->scope_count && !c->failed; i++) {
        Scope *scope = c->all_scopes[i];
        if (scope->kind == SCOPE_ANNOTATION) continue;
        scope->owner->local_capacity += scope->symbols.count;
        for (u32 j = 0; j < scope->symbols.count && !c->failed; j++)
            resolve_symbol(c, scope->symbols.items[j]);
    }
    for (u32 i = 0; i < c->scope_count; i++) {
        SymbolList *frees = &c->all_scopes[i]->frees;
        if (frees->count > 1)
            qsort(frees->items, frees->count, sizeof *frees->items, compare_names);
    }
}
