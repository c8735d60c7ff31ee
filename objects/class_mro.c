/* The method resolution order: C3. */
#include <stdlib.h>

#include "objects/class.h"
#include "objects/descriptor.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* One of the orders to be merged. */
typedef struct Row {
    const Value *items;
    usize count, at;
} Row;

static bool is_in_tail(const Row *row, Value class) {
    for (usize i = row->at + 1; i < row->count; i++)
        if (row->items[i] == class) return true;
    return false;
}

/* The first head that stands in no tail; EMPTY: there is none. `*left`: is anything to
 * do? */
static Value choose(const Row *rows, usize count, bool *left) {
    *left = false;
    for (usize i = 0; i < count; i++) {
        if (rows[i].at == rows[i].count) continue;
        *left = true;
        Value head = rows[i].items[rows[i].at];
        usize other = 0;
        while (other < count && !is_in_tail(&rows[other], head)) other++;
        if (other == count) return head;
    }
    return EMPTY;
}

/* Name the heads that block each other. */
static bool raise_inconsistent(VM *vm, const Row *rows, usize count) {
    Buffer text = {0};
    Value shown[64];
    usize shown_count = 0;
    for (usize i = 0; i < count; i++) {
        if (rows[i].at == rows[i].count) continue;
        Value head = rows[i].items[rows[i].at];
        usize known = 0;
        while (known < shown_count && shown[known] != head) known++;
        if (known < shown_count || shown_count == COUNT_OF(shown)) continue;
        shown[shown_count++] = head;
        if (shown_count > 1) buffer_add_text(&text, ", ");
        buffer_add_text(&text, type_name(to_type(head)));
    }
    raise_type(vm,
               "Cannot create a consistent method resolution order (MRO) for bases %s",
               text.data);
    buffer_free(&text);
    return false;
}

static bool merge(VM *vm, List *out, Row *rows, usize count) {
    for (;;) {
        bool left;
        Value next = choose(rows, count, &left);
        if (!left) return true;
        if (next == EMPTY) return raise_inconsistent(vm, rows, count);
        if (!list_push(vm, out, next)) return false;
        for (usize i = 0; i < count; i++)
            if (rows[i].at < rows[i].count && rows[i].items[rows[i].at] == next)
                rows[i].at++;
    }
}

static bool check_duplicates(VM *vm, const Tuple *bases) {
    for (usize i = 0; i < bases->count; i++)
        for (usize j = 0; j < i; j++)
            if (bases->items[i] == bases->items[j]) {
                raise_type(vm, "duplicate base class %s",
                           type_name(to_type(bases->items[i])));
                return false;
            }
    return true;
}

static bool merge_bases(VM *vm, List *out, const Tuple *bases) {
    Row *rows = calloc(bases->count + 1, sizeof(Row));
    if (!rows) {
        raise_memory(vm);
        return false;
    }
    bool ok = true;
    for (usize i = 0; ok && i < bases->count; i++) {
        Value mro = type_mro(vm, to_type(bases->items[i]));
        ok = mro != FAIL;
        if (ok) rows[i] = (Row){to_tuple(mro)->items, to_tuple(mro)->count, 0};
    }
    rows[bases->count] = (Row){bases->items, bases->count, 0};
    ok = ok && merge(vm, out, rows, bases->count + 1);
    free(rows);
    return ok;
}

/* A list; owned. */
static Value linearize(VM *vm, Type *type) {
    OWNED Value list = TRY(list_new(vm, 8));
    CHECK(list_push(vm, to_list(list), from_object(type)));
    const Tuple *bases = to_tuple(TRY(type_bases(vm, type)));
    if (bases->count == 1) {
        const Tuple *mro = to_tuple(TRY(type_mro(vm, to_type(bases->items[0]))));
        for (usize i = 0; i < mro->count; i++)
            CHECK(list_push(vm, to_list(list), mro->items[i]));
        return TAKE(list);
    }
    CHECK(check_duplicates(vm, bases) && merge_bases(vm, to_list(list), bases));
    return TAKE(list);
}

Value class_mro_default(VM *vm, Type *type) {
    OWNED Value list = TRY(linearize(vm, type));
    return object_to_tuple(vm, list);
}

/* ---- metatypes with an mro method of their own ---- */

static bool check_mro(VM *vm, const Type *type, const Tuple *mro) {
    if (!mro->count) return raise_type(vm, "type MRO must not be empty"), false;
    for (usize i = 0; i < mro->count; i++) {
        Value class = mro->items[i];
        if (!is_type(class)) {
            raise_type(vm, "mro() returned a non-class ('%T')", class);
            return false;
        }
        if (!type_is_subtype(type->solid, to_type(class)->solid)) {
            raise_type(vm, "mro() returned base with unsuitable layout ('%s')",
                       type_name(to_type(class)));
            return false;
        }
    }
    return true;
}

Value class_mro(VM *vm, Type *type) {
    Type *metatype = type->h.shape->type;
    Value method = type_lookup(vm, metatype, NAME(mro));
    if (metatype == vm->types[TYPE_type] || has_exact_kind(method, KIND_NATIVE))
        return class_mro_default(vm, type);
    OWNED Value result = TRY(call_method_0(vm, from_object(type), NAME(mro)));
    OWNED Value mro = TRY(object_to_tuple(vm, result));
    CHECK(check_mro(vm, type, to_tuple(mro)));
    return TAKE(mro);
}
