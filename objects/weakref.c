/* The side table of weak references, and the types ReferenceType, ProxyType,
 * CallableProxyType.
 *
 * The references to one object form a list: the shared reference, the shared proxy, then
 * the others, newest first. That is the order of callbacks and of getweakrefs().
 */
#include "objects/weakref.h"

#include <stdlib.h>

#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/type.h"

/* ---- the table ---- */

typedef struct WeakEntry {
    Obj *referent; /* NULL: free */
    WeakRef *first;
} WeakEntry;

typedef struct WeakTable {
    WeakEntry *entries;
    usize count, mask;
} WeakTable;

static usize home(const WeakTable *table, const Obj *referent) {
    return ((usize)referent >> 4) * 0x9E3779B97F4A7C15u >> 20 & table->mask;
}

/* The entry of the object, or the free one where it belongs. */
static WeakEntry *find(const WeakTable *table, const Obj *referent) {
    usize at = home(table, referent);
    while (table->entries[at].referent && table->entries[at].referent != referent)
        at = (at + 1) & table->mask;
    return &table->entries[at];
}

static bool resize(WeakTable *table, usize size) {
    WeakTable larger = {calloc(size, sizeof(WeakEntry)), table->count, size - 1};
    if (!larger.entries) return false;
    for (usize i = 0; table->entries && i <= table->mask; i++)
        if (table->entries[i].referent)
            *find(&larger, table->entries[i].referent) = table->entries[i];
    free(table->entries);
    *table = larger;
    return true;
}

/* With room for one more; NULL: MemoryError. */
static WeakTable *table_for_adding(VM *vm) {
    WeakTable *table = vm->weak_references;
    if (!table) table = vm->weak_references = calloc(1, sizeof *table);
    bool is_full = table && (!table->entries || table->count * 2 >= table->mask);
    if (!table ||
        (is_full && !resize(table, table->entries ? (table->mask + 1) * 2 : 64))) {
        raise_memory(vm);
        return NULL;
    }
    return table;
}

/* Close the gap, so that there are no tombstones. */
static void remove_entry(WeakTable *table, WeakEntry *entry) {
    usize gap = (usize)(entry - table->entries), at = gap;
    for (;;) {
        at = (at + 1) & table->mask;
        if (!table->entries[at].referent) break;
        usize wanted = home(table, table->entries[at].referent);
        if (((at - wanted) & table->mask) < ((at - gap) & table->mask)) continue;
        table->entries[gap] = table->entries[at];
        gap = at;
    }
    table->entries[gap] = (WeakEntry){0};
    table->count--;
}

static bool has_callback(const WeakRef *reference) {
    while (reference && reference->callback == EMPTY) reference = reference->next;
    return reference != NULL;
}

bool weakref_any_callback(VM *vm) {
    const WeakTable *table = vm->weak_references;
    for (usize i = 0; table && i <= table->mask; i++)
        if (table->entries[i].referent && has_callback(table->entries[i].first)) return true;
    return false;
}

void weakref_close(VM *vm) {
    WeakTable *table = vm->weak_references;
    if (!table) return;
    free(table->entries);
    free(table);
    vm->weak_references = NULL;
}

static WeakRef *first_of(VM *vm, Value referent) {
    if (!is_object(referent) || !(to_object(referent)->flags & OBJECT_WEAKLY_REFERENCED))
        return NULL;
    return find(vm->weak_references, to_object(referent))->first;
}

/* ---- lists ---- */

static bool is_shared(const WeakRef *reference, Type *type) {
    return reference && reference->callback == EMPTY && reference->h.shape->type == type;
}

static WeakRef *shared_reference(VM *vm, WeakRef *first) {
    return is_shared(first, vm->types[TYPE_ReferenceType]) ? first : NULL;
}

static bool is_proxy_type(VM *vm, const Type *type) {
    return type == vm->types[TYPE_ProxyType] || type == vm->types[TYPE_CallableProxyType];
}

static WeakRef *shared_proxy(VM *vm, WeakRef *first) {
    WeakRef *reference = shared_reference(vm, first);
    WeakRef *proxy = reference ? reference->next : first;
    bool is_one =
        proxy && proxy->callback == EMPTY && is_proxy_type(vm, proxy->h.shape->type);
    return is_one ? proxy : NULL;
}

static void insert_behind(WeakEntry *entry, WeakRef *reference, WeakRef *before) {
    reference->previous = before;
    reference->next = before ? before->next : entry->first;
    if (reference->next) reference->next->previous = reference;
    if (before)
        before->next = reference;
    else
        entry->first = reference;
}

static bool attach(VM *vm, WeakRef *reference, Obj *referent) {
    WeakTable *table = table_for_adding(vm);
    if (!table) return false;
    WeakEntry *entry = find(table, referent);
    if (!entry->referent) {
        entry->referent = referent;
        table->count++;
        referent->flags |= OBJECT_WEAKLY_REFERENCED;
    }
    Type *type = reference->h.shape->type;
    WeakRef *shared = shared_reference(vm, entry->first);
    WeakRef *proxy = shared_proxy(vm, entry->first);
    if (is_shared(reference, vm->types[TYPE_ReferenceType]))
        shared = proxy = NULL;
    else if (reference->callback == EMPTY && is_proxy_type(vm, type))
        proxy = NULL;
    insert_behind(entry, reference, proxy ? proxy : shared);
    reference->referent = from_object(referent);
    return true;
}

static void detach(VM *vm, WeakRef *reference) {
    if (reference->referent == EMPTY) return;
    WeakTable *table = vm->weak_references;
    WeakEntry *entry = find(table, to_object(reference->referent));
    if (reference->next) reference->next->previous = reference->previous;
    if (reference->previous)
        reference->previous->next = reference->next;
    else
        entry->first = reference->next;
    if (!entry->first) {
        entry->referent->flags &= (u8)~OBJECT_WEAKLY_REFERENCED;
        remove_entry(table, entry);
    }
    reference->referent = EMPTY;
    reference->previous = reference->next = NULL;
}

/* ---- making ---- */

static bool can_refer(VM *vm, Value referent) {
    if (is_object(referent) && type_of(vm, referent)->flags & TYPE_WEAKREFS) return true;
    raise_type(vm, "cannot create weak reference to '%T' object", referent);
    return false;
}

static Value make(VM *vm, Type *type, Value referent, Value callback) {
    WeakRef *reference = (WeakRef *)object_new(vm, type);
    if (!reference) return FAIL;
    reference->referent = EMPTY;
    reference->callback = incref(callback);
    OWNED Value made = from_object(reference);
    if (!attach(vm, reference, to_object(referent))) return FAIL;
    return TAKE(made);
}

static Value make_or_share(VM *vm, Type *type, Value referent, Value callback) {
    if (!can_refer(vm, referent)) return FAIL;
    if (callback == NONE) callback = EMPTY;
    if (callback == EMPTY && type == vm->types[TYPE_ReferenceType]) {
        WeakRef *known = shared_reference(vm, first_of(vm, referent));
        if (known) return incref(from_object(known));
    }
    return make(vm, type, referent, callback);
}

Value weakref_new(VM *vm, Value referent, Value callback) {
    return make_or_share(vm, vm->types[TYPE_ReferenceType], referent, callback);
}

Value weakref_proxy(VM *vm, Value referent, Value callback) {
    if (!can_refer(vm, referent)) return FAIL;
    if (callback == NONE) callback = EMPTY;
    WeakRef *known = callback == EMPTY ? shared_proxy(vm, first_of(vm, referent)) : NULL;
    if (known) return incref(from_object(known));
    bool callable = is_callable(vm, referent);
    return make(vm, vm->types[callable ? TYPE_CallableProxyType : TYPE_ProxyType],
                referent, callback);
}

u32 weakref_count(VM *vm, Value referent) {
    u32 count = 0;
    for (WeakRef *at = first_of(vm, referent); at; at = at->next) count++;
    return count;
}

Value weakref_list(VM *vm, Value referent) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (WeakRef *at = first_of(vm, referent); at; at = at->next)
        if (at->h.rc) CHECK(list_push(vm, to_list(list), from_object(at)));
    return TAKE(list);
}

/* ---- death of the referent ---- */

/* Take the list out of the table and mark its references dead. Those with a callback that
 * live stay in the list, held by one count; the others leave it. */
static WeakRef *take_list(VM *vm, Obj *referent) {
    WeakTable *table = vm->weak_references;
    WeakEntry *entry = find(table, referent);
    WeakRef *first = NULL, **link = &first;
    for (WeakRef *at = entry->first, *next; at; at = next) {
        next = at->next;
        at->referent = EMPTY;
        at->previous = at->next = NULL;
        if (at->callback == EMPTY || !at->h.rc) continue;
        at->h.rc++;
        *link = at;
        link = &at->next;
    }
    referent->flags &= (u8)~OBJECT_WEAKLY_REFERENCED;
    remove_entry(table, entry);
    return first;
}

static void call_back(VM *vm, WeakRef *reference) {
    OWNED Value callback = TAKE(reference->callback);
    if (callback == EMPTY) return;
    Value result = call_1(vm, callback, from_object(reference));
    if (result == FAIL)
        vm->hooks.unraisable(vm, NULL, callback);
    else
        decref(result);
}

void weakref_clear(VM *vm, Obj *referent) {
    WeakRef *at = take_list(vm, referent);
    if (!at) return;
    Value exception = exception_take(vm), returned = take(&vm->return_value);
    while (at) {
        WeakRef *next = at->next;
        at->next = NULL;
        call_back(vm, at);
        decref(from_object(at));
        at = next;
    }
    exception_restore(vm, exception);
    replace(&vm->return_value, returned);
}

bool weakref_clear_collecting(VM *vm, Obj *referent, List *with_callback) {
    bool ok = true;
    if (!(referent->flags & OBJECT_WEAKLY_REFERENCED)) return true;
    for (WeakRef *at = take_list(vm, referent), *next; at; at = next) {
        next = at->next;
        at->next = NULL;
        if (!list_push_owned(vm, with_callback, from_object(at))) ok = false;
    }
    return ok;
}

/* ---- ReferenceType ---- */

static Value new_reference(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    if (nargs < 1 || nargs > 2)
        return raise_type(vm, "__new__ expected at %s argument%s, got %u",
                          nargs ? "most 2" : "least 1", nargs ? "s" : "", nargs);
    return make_or_share(vm, type, args[0], nargs == 2 ? args[1] : EMPTY);
}

static bool init_reference(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (!arguments_no_keywords(vm, "ref", kwnames)) return false;
    if (nargs >= 1 && nargs <= 2) return true;
    raise_type(vm, "__init__ expected at %s argument%s, got %u", nargs ? "most 2" : "least 1",
               nargs ? "s" : "", nargs);
    return false;
}

static void free_reference(VM *vm, Obj *self) {
    detach(vm, (WeakRef *)self);
    decref(((WeakRef *)self)->callback);
}

static void visit_reference(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((WeakRef *)self)->callback);
}

static void clear_reference(VM *vm, Obj *self) {
    detach(vm, (WeakRef *)self);
    replace(&((WeakRef *)self)->callback, EMPTY);
}

static Value call_reference(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (!arguments_no_keywords(vm, "weakref", kwnames)) return FAIL;
    if (nargs) return raise_type(vm, "weakref expected 0 arguments, got %u", nargs);
    Value referent = weakref_get(self);
    return referent == EMPTY ? NONE : referent;
}

static Value repr_reference(VM *vm, Value self) {
    OWNED Value referent = weakref_get(self);
    if (referent == EMPTY) return str_format(vm, "<weakref at 0x%lx; dead>", (u64)self);
    OWNED Value name = TRY(object_find_special(vm, referent, NAME(__name__)));
    if (name == EMPTY || !is_str(name))
        return str_format(vm, "<weakref at 0x%lx; to '%T' at 0x%lx>", (u64)self, referent,
                          (u64)referent);
    return str_format(vm, "<weakref at 0x%lx; to '%T' at 0x%lx (%S)>", (u64)self,
                      referent, (u64)referent, name);
}

static bool hash_reference(VM *vm, Value self, u64 *hash) {
    WeakRef *reference = (WeakRef *)self;
    if (!reference->has_hash) {
        OWNED Value referent = weakref_get(self);
        if (referent == EMPTY) {
            raise_type(vm, "weak object has gone away");
            return false;
        }
        if (!object_hash(vm, referent, &reference->hash)) return false;
        reference->has_hash = true;
    }
    *hash = reference->hash;
    return true;
}

static Value compare_references(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != EQ && op != NE) || !is_instance(vm, other, vm->types[TYPE_ReferenceType]))
        return NOT_IMPLEMENTED;
    OWNED Value a = weakref_get(self), b = weakref_get(other);
    if (a == EMPTY || b == EMPTY) return from_bool((self == other) == (op == EQ));
    return object_compare(vm, a, b, op);
}

TYPE(ReferenceType, .name = "weakref.ReferenceType", .size = sizeof(WeakRef),
     .kind = KIND_OTHER,
     .slots = {.new = new_reference,
               .init = init_reference,
               .free = free_reference,
               .visit = visit_reference,
               .clear = clear_reference,
               .repr = repr_reference,
               .hash = hash_reference,
               .compare = compare_references,
               .call = call_reference})

MEMBER(ReferenceType, __callback__) {
    Value callback = ((WeakRef *)self)->callback;
    return callback == EMPTY ? NONE : incref(callback);
}

/* See PEP 585 */
CLASS_METHOD(ReferenceType, __class_getitem__, "($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}
