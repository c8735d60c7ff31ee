/* Tables of scopes and symbols. */
#include "compiler/scope.h"

/* ---- symbols ---- */

void symbols_add(Compiler *c, SymbolList *list, Symbol *symbol) {
    if (list->count == list->capacity) {
        u32 capacity = list->capacity ? list->capacity * 2 : 8;
        Symbol **items =
            compiler_grow(c, list->items, list->count, capacity, sizeof *items);
        if (!items) return;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = symbol;
}

i32 symbols_find(const SymbolList *list, const Symbol *symbol) {
    for (u32 i = 0; i < list->count; i++)
        if (list->items[i] == symbol) return (i32)i;
    return -1;
}

static Symbol **find_slot(Symbol **slots, u32 count, const Name *name) {
    for (u32 i = name->hash & (count - 1);; i = (i + 1) & (count - 1))
        if (!slots[i] || slots[i]->name == name) return &slots[i];
}

Symbol *scope_lookup(const Scope *scope, const Name *name) {
    return scope->slot_count ? *find_slot(scope->slots, scope->slot_count, name) : NULL;
}

static bool grow_slots(Compiler *c, Scope *scope) {
    u32 count = scope->slot_count ? scope->slot_count * 2 : 8;
    Symbol **slots = compiler_alloc(c, count * sizeof *slots);
    if (!slots) return false;
    for (u32 i = 0; i < scope->symbols.count; i++) {
        Symbol *symbol = scope->symbols.items[i];
        *find_slot(slots, count, symbol->name) = symbol;
    }
    scope->slots = slots;
    scope->slot_count = count;
    return true;
}

Symbol *scope_new_symbol(Compiler *c, Scope *scope, Name *name) {
    Symbol *symbol = COMPILER_NEW(c, Symbol);
    if (!symbol) return NULL;
    *symbol = (Symbol){.name = name, .scope = scope, .reg = NO_REGISTER};
    return symbol;
}

/* The symbol, made if there is none. */
static Symbol *intern_symbol(Compiler *c, Scope *scope, Name *name) {
    Symbol *known = scope_lookup(scope, name);
    if (known) return known;
    if (scope->symbols.count * 4 >= scope->slot_count * 3 && !grow_slots(c, scope))
        return NULL;
    Symbol *symbol = scope_new_symbol(c, scope, name);
    if (!symbol) return NULL;
    symbols_add(c, &scope->symbols, symbol);
    return *find_slot(scope->slots, scope->slot_count, name) = symbol;
}

static bool has_name(const SymbolList *list, const Name *name) {
    for (u32 i = 0; i < list->count; i++)
        if (list->items[i]->name == name) return true;
    return false;
}

Name *scope_mangle(Compiler *c, const Scope *scope, Name *name) {
    if (!scope->class_name) return name;
    if (!scope->mangled_only) return name_mangle(c, scope->class_name, name);
    Name *mangled = name_mangle(c, scope->class_name, name);
    return has_name(scope->mangled_only, mangled) ? mangled : name;
}

/* What may not be combined. */
static void check_flags(Compiler *c, const Scope *scope, const Symbol *symbol, u32 flags,
                        SourceRange at) {
    u32 both = symbol->flags & flags;
    if (both & SYMBOL_PARAMETER)
        compiler_fail_scope(c, at, "duplicate argument '%.*s' in function definition",
                            NAME_ARGUMENT(symbol->name));
    if (both & SYMBOL_TYPE_PARAMETER)
        compiler_fail_scope(c, at, "duplicate type parameter '%.*s'",
                            NAME_ARGUMENT(symbol->name));
    if (scope->in_iteration_target && symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL))
        compiler_fail_scope(c, at,
                            "comprehension inner loop cannot rebind assignment "
                            "expression target '%.*s'",
                            NAME_ARGUMENT(symbol->name));
}

static void note_mangled(Compiler *c, Scope *scope, Symbol *symbol, u32 flags) {
    if (scope->mangled_only && flags & SYMBOL_TYPE_PARAMETER)
        symbols_add(c, scope->mangled_only, symbol);
}

Symbol *scope_add(Compiler *c, Scope *scope, Name *name, u32 flags, SourceRange at) {
    bool is_parameter = flags & SYMBOL_TYPE_PARAMETER;
    Name *mangled = is_parameter ? name_mangle(c, scope->class_name, name)
                                 : scope_mangle(c, scope, name);
    Symbol *symbol = intern_symbol(c, scope, mangled);
    if (!symbol) return NULL;
    check_flags(c, scope, symbol, flags, at);
    note_mangled(c, scope, symbol, flags);
    if (scope->in_iteration_target) flags |= SYMBOL_ITERATION;
    bool is_first = !(symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL));
    if (is_first && flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL)) symbol->at = at;
    symbol->flags |= flags;
    return symbol;
}

void scope_bind(Compiler *c, Span name, u32 flags, SourceRange at) {
    scope_add(c, c->scope, name_get(c, name), SYMBOL_LOCAL | SYMBOL_ASSIGNED | flags, at);
}

/* ---- scopes ---- */

static u32 hash_node(const Node *node, u32 role) {
    u64 hash = ((u64)(usize)node >> 4) * 0x9E3779B97F4A7C15u;
    return (u32)(hash >> 32) + role;
}

static Scope **find_scope_slot(const ScopeTable *table, const Node *node, u32 role) {
    u32 mask = table->capacity - 1;
    for (u32 i = hash_node(node, role) & mask;; i = (i + 1) & mask) {
        Scope *scope = table->slots[i];
        if (!scope || (scope->node == node && scope->role == role))
            return &table->slots[i];
    }
}

Scope *scope_find(Compiler *c, const Node *node, ScopeRole role) {
    Scope *scope = *find_scope_slot(&c->scopes, node, role);
    assert(scope || c->failed);
    return scope;
}

static bool grow_scopes(Compiler *c) {
    ScopeTable old = c->scopes;
    u32 capacity = old.capacity ? old.capacity * 2 : 32;
    Scope **slots = compiler_alloc(c, capacity * sizeof *slots);
    if (!slots) return false;
    c->scopes = (ScopeTable){slots, old.count, capacity};
    for (u32 i = 0; i < old.capacity; i++) {
        Scope *scope = old.slots[i];
        if (scope) *find_scope_slot(&c->scopes, scope->node, scope->role) = scope;
    }
    return true;
}

static void register_scope(Compiler *c, Scope *scope) {
    if (c->scopes.count * 4 >= c->scopes.capacity * 3 && !grow_scopes(c)) return;
    *find_scope_slot(&c->scopes, scope->node, scope->role) = scope;
    c->scopes.count++;
    if (c->scope_count == c->scope_capacity) {
        u32 capacity = c->scope_capacity ? c->scope_capacity * 2 : 32;
        Scope **all = compiler_grow(c, c->all_scopes, c->scope_count, capacity,
                                    sizeof *all);
        if (!all) return;
        c->all_scopes = all;
        c->scope_capacity = capacity;
    }
    c->all_scopes[c->scope_count++] = scope;
}

/* A comprehension runs inside its surroundings, but for generators, and but for annotation
 * scopes in a class, which look names up in their own way. */
static bool can_inline(const Scope *scope) {
    return scope->kind == SCOPE_COMPREHENSION &&
           scope->comprehension != NODE_GeneratorExp && !scope->parent->sees_class;
}

Scope *scope_enter(Compiler *c, ScopeKind kind, ScopeRole role, const Node *node,
                   Name *name) {
    Scope *scope = COMPILER_NEW(c, Scope);
    if (!scope) return NULL;
    Scope *parent = c->scope;
    *scope = (Scope){.kind = (u8)kind, .role = (u8)role, .node = node, .name = name};
    scope->parent = parent;
    scope->owner = scope;
    if (kind == SCOPE_COMPREHENSION) scope->comprehension = node->kind;
    if (parent) {
        scope->is_nested = parent->is_nested || scope_is_function(parent);
        scope->iterable_depth = parent->iterable_depth;
        scope->class_name = parent->class_name;
        scope->mangled_only = parent->mangled_only;
        scope->is_inlined = can_inline(scope);
        if (scope->is_inlined) {
            scope->owner = parent->owner;
            scope->next_inlined = scope->owner->inlined;
            scope->owner->inlined = scope;
        }
    }
    register_scope(c, scope);
    return c->scope = scope;
}

void scope_leave(Compiler *c) {
    if (c->scope) c->scope = c->scope->parent;
}
