/* The life of a unit, its name, its registers. */
#include "compiler/unit.h"

/* ---- qualified names ---- */

static bool is_declared_global(Unit *u, Scope *parent) {
    Scope *scope = u->scope;
    bool is_definition = scope->kind == SCOPE_CLASS ||
                         (scope->kind == SCOPE_FUNCTION && scope->node->kind != NODE_Lambda);
    if (!is_definition) return false;
    Symbol *symbol = scope_lookup(parent, scope_mangle(u->c, parent, scope->name));
    return symbol && symbol->meaning == MEANS_GLOBAL;
}

static Span join(Compiler *c, Span base, const char *middle, Span name) {
    usize between = strlen(middle), length = base.length + between + name.length;
    char *text = compiler_alloc(c, length + 1);
    if (!text) return name;
    memcpy(text, base.data, base.length);
    memcpy(text + base.length, middle, between);
    memcpy(text + base.length + between, name.data, name.length);
    return (Span){text, length};
}

static Span own_name(Unit *u) {
    Span name = u->scope->name->text;
    if (u->scope->kind != SCOPE_TYPE_PARAMETERS) return name;
    return join(u->c, join(u->c, SPAN("<generic parameters of "), "", name), "",
                SPAN(">"));
}

static Span make_qualname(Unit *u) {
    Unit *parent = u->outer;
    Span name = own_name(u);
    if (parent && parent->scope->kind == SCOPE_TYPE_PARAMETERS) parent = parent->outer;
    if (!parent || !parent->outer) return name;
    /* the scope that the name is stored in: type parameters lie between */
    if (is_declared_global(u, parent->scope)) return name;
    bool is_function = parent->scope->kind == SCOPE_FUNCTION;
    return join(u->c, parent->qualname, is_function ? ".<locals>." : ".", name);
}

/* ---- sets of bound locals ---- */

u64 *unit_save_bound(Unit *u) {
    u64 *copy = compiler_alloc(u->c, u->bound_words * sizeof(u64));
    if (!copy) return u->bound;
    memcpy(copy, u->bound, u->bound_words * sizeof(u64));
    return copy;
}

void unit_assume_bound(Unit *u, const u64 *bound) {
    for (u32 i = 0; i < u->bound_words; i++) u->bound[i] = bound[i] & ~u->deletable[i];
}

/* ---- registers ---- */

/* The register of the same name's symbol in a scope around, if that may be in use. */
static bool is_in_use(const Symbol *symbol, u16 reg) {
    for (Scope *at = symbol->scope; at != symbol->scope->owner;) {
        at = at->parent;
        Symbol *other = scope_lookup(at, symbol->name);
        if (other && other->reg == reg) return true;
    }
    return false;
}

/* Variables of comprehensions share the register of an earlier one of the same name. */
static u16 find_shared(const SymbolList *list, u16 base, const Symbol *symbol) {
    for (u32 i = 0; i < list->count; i++) {
        Symbol *other = list->items[i];
        if (other->name == symbol->name && other->scope->is_inlined &&
            !is_in_use(symbol, (u16)(base + i)))
            return (u16)(base + i);
    }
    return NO_REGISTER;
}

static u16 add_register(Unit *u, SymbolList *list, u16 base, Symbol *symbol) {
    u16 shared = NO_REGISTER;
    if (symbol->scope->is_inlined) shared = find_shared(list, base, symbol);
    if (shared != NO_REGISTER) return shared;
    if (list->count >= CELL_BASE - 1) {
        compiler_fail_limit(u->c, "too many local variables");
        return 0;
    }
    symbols_add(u->c, list, symbol);
    return (u16)(base + list->count - 1);
}

u16 unit_register(Unit *u, Symbol *symbol) {
    if (symbol->reg != NO_REGISTER) return symbol->reg;
    bool is_cell = symbol->meaning == MEANS_CELL && !(symbol->flags & SYMBOL_PARAMETER);
    symbol->reg = is_cell ? add_register(u, &u->cells, CELL_BASE, symbol)
                          : add_register(u, &u->locals, 0, symbol);
    if (!is_cell && symbol->flags & SYMBOL_DELETED)
        u->deletable[symbol->reg / 64] |= (u64)1 << symbol->reg % 64;
    return symbol->reg;
}

/* ---- the beginning ---- */

static void add_parameter(Unit *u, Span text) {
    Name *name = scope_mangle(u->c, u->scope, name_get(u->c, text));
    Symbol *symbol = scope_lookup(u->scope, name);
    if (!symbol) return;
    u16 reg = unit_register(u, symbol);
    unit_set_bound(u, reg);
    u->parameters++;
}

static u32 add_parameters(Unit *u, NodeList arguments) {
    for (u32 i = 0; i < arguments.count; i++)
        add_parameter(u, as_arg(arguments.items[i])->arg);
    return arguments.count;
}

static void add_arguments(Unit *u, const ArgumentsNode *arguments) {
    u->positional_only = (u16)add_parameters(u, arguments->posonlyargs);
    u->positional = (u16)(u->positional_only + add_parameters(u, arguments->args));
    u->keyword_only = (u16)add_parameters(u, arguments->kwonlyargs);
    if (arguments->vararg) {
        u->flags |= CODE_VARARGS;
        add_parameter(u, arguments->vararg->arg);
    }
    if (arguments->kwarg) {
        u->flags |= CODE_VARKEYWORDS;
        add_parameter(u, arguments->kwarg->arg);
    }
}

u16 unit_add_hidden_parameter(Unit *u, const char *name) {
    Symbol *symbol = scope_new_symbol(u->c, u->scope, name_text(u->c, name));
    if (!symbol) return 0;
    symbol->reg = (u16)u->locals.count;
    symbol->flags = SYMBOL_PARAMETER;
    symbols_add(u->c, &u->locals, symbol);
    unit_set_bound(u, symbol->reg);
    u->parameters++;
    return symbol->reg;
}

static int order_names(Span x, Span y) {
    usize shorter = x.length < y.length ? x.length : y.length;
    int order = memcmp(x.data, y.data, shorter);
    return order ? order : (x.length > y.length) - (x.length < y.length);
}

/* Cells that are no parameters, by name, as CPython orders them. */
static void add_cells(Unit *u) {
    SymbolList *all = &u->scope->symbols;
    SymbolList cells = {0};
    for (u32 i = 0; i < all->count; i++) {
        Symbol *symbol = all->items[i];
        if (symbol->meaning != MEANS_CELL || symbol->flags & SYMBOL_PARAMETER) continue;
        symbols_add(u->c, &cells, symbol);
        u32 at = cells.count ? cells.count - 1 : 0;
        for (; at && order_names(cells.items[at - 1]->name->text, symbol->name->text) > 0;
             at--)
            cells.items[at] = cells.items[at - 1];
        if (cells.count) cells.items[at] = symbol;
    }
    for (u32 i = 0; i < cells.count; i++) unit_register(u, cells.items[i]);
    if (u->scope->class_cell) unit_register(u, u->scope->class_cell);
    if (u->scope->class_dict) unit_register(u, u->scope->class_dict);
}

static void make_cells(Unit *u) {
    for (u32 i = 0; i < u->locals.count; i++)
        if (u->locals.items[i]->meaning == MEANS_CELL) emit(u, OP_MAKECELL, 0, i, 0, 0);
    for (u32 i = 0; i < u->cells.count; i++)
        emit(u, OP_MAKECELL, 0, CELL_BASE + i, 0, 0);
}

void unit_begin(Unit *u, const ArgumentsNode *arguments) {
    Scope *scope = u->scope;
    /* r[0] of code whose names live in a mapping */
    if (!scope_is_function(scope)) {
        unit_add_hidden_parameter(u, ".namespace");
        u->positional = 1;
    }
    if (arguments) add_arguments(u, arguments);
    if (scope->kind == SCOPE_COMPREHENSION) {
        add_parameter(u, SPAN(".0"));
        u->positional = 1;
    }
    add_cells(u);
    SourceRange at = u->at;
    u->at.end_line = 0; /* the line is told by the call */
    if (u->suspends) emit(u, OP_START, 0, 0, 0, 0);
    make_cells(u);
    u->at = at;
}

/* ---- life ---- */

static u32 code_flags(const Compiler *c, const Scope *scope) {
    u32 flags = c->flags & CODE_FUTURE_ANNOTATIONS;
    if (scope_is_function(scope)) {
        flags |= CODE_OPTIMIZED | CODE_NEWLOCALS;
        if (scope->is_nested) flags |= CODE_NESTED;
        if (scope->is_generator && scope->is_coroutine)
            return flags | CODE_ASYNC_GENERATOR;
        if (scope->is_generator) return flags | CODE_GENERATOR;
    }
    bool may_await = scope_is_function(scope) ||
                     (scope->kind == SCOPE_MODULE && c->flags & COMPILE_TOP_LEVEL_AWAIT);
    if (scope->is_coroutine && may_await) flags |= CODE_COROUTINE;
    return flags;
}

/* The code of a scope may be made more than once (in `finally`): registers are new. */
static void forget_registers(Scope *scope) {
    for (u32 i = 0; i < scope->symbols.count; i++)
        scope->symbols.items[i]->reg = NO_REGISTER;
    if (scope->class_cell) scope->class_cell->reg = NO_REGISTER;
    if (scope->class_dict) scope->class_dict->reg = NO_REGISTER;
}

Unit *unit_enter(Compiler *c, Scope *scope, i32 first_line) {
    Unit *u = scope ? COMPILER_NEW(c, Unit) : NULL;
    if (!u) return NULL;
    u->c = c;
    u->outer = c->unit;
    u->scope = u->here = scope;
    u->first_line = first_line;
    u->flags = code_flags(c, scope);
    u->suspends = u->flags & CODE_SUSPENDS;
    u->reachable = true;
    u->bound_words = (scope->local_capacity + 4) / 64 + 1;
    u->bound = compiler_alloc(c, u->bound_words * sizeof(u64));
    u->deletable = compiler_alloc(c, u->bound_words * sizeof(u64));
    u->at = (SourceRange){(u32)first_line, 0, (u32)first_line, 0};
    u->qualname = make_qualname(u);
    if (c->failed) return NULL;
    forget_registers(scope);
    for (Scope *at = scope->inlined; at; at = at->next_inlined) forget_registers(at);
    return c->unit = u;
}

Value unit_leave(Unit *u) {
    Compiler *c = u->c;
    c->unit = u->outer;
    return c->failed ? EMPTY : compiler_keep(c, assemble(u));
}
