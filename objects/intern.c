/* The table of interned strings: one string of each content, found by content.
 *
 * Open addressing with linear probing. The table does not own its strings: when one is
 * destroyed, str_forget takes it out and closes the gap, so that there are no tombstones.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "objects/str_make.h"

struct InternTable {
    Str **slots; /* NULL: free */
    usize count, mask;
};

enum { FIRST_SLOTS = 2048 }; /* a start makes some 600 */

bool intern_open(VM *vm) {
    InternTable *table = calloc(1, sizeof *table);
    if (table) table->slots = calloc(FIRST_SLOTS, sizeof *table->slots);
    if (!table || !table->slots) {
        free(table);
        return false;
    }
    table->mask = FIRST_SLOTS - 1;
    vm->interned = table;
    return true;
}

void intern_close(VM *vm) {
    if (!vm->interned) return;
    free(vm->interned->slots);
    free(vm->interned);
    vm->interned = NULL;
}

/* The slot that holds this content or, if none does, where it belongs. */
static Str **find(InternTable *table, const char *data, usize size, u64 hash) {
    for (usize at = hash & table->mask;; at = (at + 1) & table->mask) {
        Str *s = table->slots[at];
        if (!s) return &table->slots[at];
        if (s->hash == hash && s->size == size && !memcmp(s->data, data, size))
            return &table->slots[at];
    }
}

static bool grow(InternTable *table) {
    usize old = table->mask + 1;
    Str **slots = calloc(old * 2, sizeof *slots);
    if (!slots) return false;
    Str **before = table->slots;
    table->slots = slots;
    table->mask = old * 2 - 1;
    for (usize i = 0; i < old; i++) {
        Str *s = before[i];
        if (s) *find(table, s->data, s->size, s->hash) = s;
    }
    free(before);
    return true;
}

static Value add(VM *vm, Str **slot, Value s) {
    InternTable *table = vm->interned;
    *slot = to_str(s);
    to_object(s)->aux |= STR_INTERNED;
    if (++table->count * 2 > table->mask) grow(table);
    return s;
}

Value str_intern(VM *vm, Value s) {
    if (UNLIKELY(s == FAIL) || str_is_interned(s)) return s;
    if (to_object(s)->kind != KIND_STR) {
        Value exact = str_exact(vm, s);
        decref(s);
        if (exact == FAIL || str_is_interned(exact)) return exact;
        s = exact;
    }
    u64 hash = str_hash(vm, s);
    Str **slot = find(vm->interned, to_str(s)->data, to_str(s)->size, hash);
    if (!*slot) return add(vm, slot, s);
    Value known = incref(from_object(*slot));
    decref(s);
    return known;
}

Value str_intern_span(VM *vm, Span text) {
    u64 hash = str_hash_span(vm, text);
    Str **slot = find(vm->interned, text.data, text.length, hash);
    if (*slot) return incref(from_object(*slot));
    Value s = TRY(str_from_span(vm, text));
    if (str_is_interned(s)) return s;
    to_str(s)->hash = hash;
    return add(vm, slot, s);
}

Value str_intern_text(VM *vm, const char *text) {
    return str_intern_span(vm, span_of(text));
}

Value str_find_interned(VM *vm, Value s) {
    if (str_is_interned(s)) return s;
    Str *known = *find(vm->interned, to_str(s)->data, to_str(s)->size, str_hash(vm, s));
    return known ? from_object(known) : EMPTY;
}

/* Free the slot at `gap`: later strings of the same run move up as far as they belong. */
static void close_gap(InternTable *table, usize gap) {
    for (usize at = (gap + 1) & table->mask; table->slots[at];
         at = (at + 1) & table->mask) {
        usize home = table->slots[at]->hash & table->mask;
        if (((at - home) & table->mask) < ((at - gap) & table->mask)) continue;
        table->slots[gap] = table->slots[at];
        gap = at;
    }
    table->slots[gap] = NULL;
}

void str_forget(VM *vm, Value v) {
    InternTable *table = vm->interned;
    if (!table) return;
    Str *s = to_str(v);
    for (usize at = s->hash & table->mask; table->slots[at];
         at = (at + 1) & table->mask) {
        if (table->slots[at] != s) continue;
        close_gap(table, at);
        table->count--;
        return;
    }
}
