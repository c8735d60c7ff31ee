/* The constants and names of a unit, each once.
 *
 * Constants are one when they cannot be told apart: type and value, for tuples item by item.
 * So 1, 1.0 and True are three, 0.0 and -0.0 two.
 */
#include "compiler/unit.h"

#include "base/buffer.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- what makes a constant what it is, as bytes ---- */

static void add_bytes(Buffer *key, const void *data, usize size) {
    buffer_add(key, (const char *)&size, sizeof size);
    buffer_add(key, data, size);
}

static void add_word(Buffer *key, char tag, u64 word) {
    buffer_add_char(key, tag);
    buffer_add(key, (const char *)&word, sizeof word);
}

static void write_key(VM *vm, Value v, Buffer *key) {
    if (is_float(v)) {
        add_word(key, 'f', double_bits(to_double(v)));
        return;
    }
    switch (object_kind(v)) {
    case KIND_INT:
        buffer_add_char(key, 'i');
        int_write(vm, v, 16, key);
        buffer_add_char(key, '.');
        break;
    case KIND_COMPLEX:
        add_word(key, 'c', double_bits(((Complex *)v)->real));
        add_word(key, 'j', double_bits(((Complex *)v)->imaginary));
        break;
    case KIND_STR:
        buffer_add_char(key, 's');
        add_bytes(key, to_str(v)->data, to_str(v)->size);
        break;
    case KIND_BYTES:
        buffer_add_char(key, 'b');
        add_bytes(key, bytes_span(v).data, bytes_span(v).length);
        break;
    case KIND_TUPLE:
        add_word(key, '(', to_tuple(v)->count);
        for (usize i = 0; i < to_tuple(v)->count; i++)
            write_key(vm, to_tuple(v)->items[i], key);
        break;
    default: add_word(key, 'v', v); /* immediates, code: the word itself */
    }
}

static u32 hash_of(Span key) {
    u64 hash = 0xCBF29CE484222325u;
    for (usize i = 0; i < key.length; i++) hash = (hash ^ (u8)key.data[i]) * 0x100000001B3u;
    return (u32)(hash ^ hash >> 32);
}

/* ---- the table ---- */

static u32 *find_slot(const ConstantTable *table, Span key) {
    u32 mask = table->slot_count - 1;
    for (u32 i = hash_of(key) & mask;; i = (i + 1) & mask) {
        u32 number = table->slots[i];
        if (!number || span_equal(table->keys[number - 1], key)) return &table->slots[i];
    }
}

static bool grow_rows(Compiler *c, ConstantTable *table) {
    u32 capacity = table->capacity ? table->capacity * 2 : 8;
    ConstantRow *rows = compiler_grow(c, table->rows, table->count, capacity, sizeof *rows);
    Span *keys = compiler_grow(c, table->keys, table->count, capacity, sizeof *keys);
    u32 *slots = compiler_alloc(c, capacity * 2 * sizeof *slots);
    if (!rows || !keys || !slots) return false;
    table->rows = rows;
    table->keys = keys;
    table->slots = slots;
    table->slot_count = capacity * 2;
    table->capacity = capacity;
    for (u32 i = 0; i < table->count; i++) *find_slot(table, keys[i]) = i + 1;
    return true;
}

static u32 add_row(Unit *u, Value constant, Span key, u32 *slot) {
    ConstantTable *table = &u->constants;
    char *copy = arena_copy(u->c->arena, key.data, key.length);
    if (!copy) {
        compiler_fail_raised(u->c);
        return 0;
    }
    table->keys[table->count] = (Span){copy, key.length};
    table->rows[table->count] = (ConstantRow){.value = constant};
    return (*slot = ++table->count) - 1;
}

/* The caller's value must live as long as the compilation: it is kept here once more. */
u32 constant_number(Unit *u, Value constant) {
    ConstantTable *table = &u->constants;
    if (table->count == table->capacity && !grow_rows(u->c, table)) return 0;
    Buffer key = {0};
    write_key(u->c->vm, constant, &key);
    if (key.failed) compiler_fail_raised(u->c);
    Span span = buffer_span(&key);
    u32 *slot = find_slot(table, span);
    u32 number = *slot ? *slot - 1
                       : add_row(u, compiler_keep(u->c, incref(constant)), span, slot);
    buffer_free(&key);
    return number;
}

/* ---- names ---- */

static u32 *find_name(const UnitNames *names, const Name *name) {
    u32 mask = names->slot_count - 1;
    for (u32 i = name->hash & mask;; i = (i + 1) & mask) {
        u32 number = names->slots[i];
        if (!number || names->items[number - 1] == name) return &names->slots[i];
    }
}

static bool grow_names(Compiler *c, UnitNames *names) {
    u32 capacity = names->capacity ? names->capacity * 2 : 8;
    Name **items = compiler_grow(c, names->items, names->count, capacity, sizeof *items);
    u32 *slots = compiler_alloc(c, capacity * 2 * sizeof *slots);
    if (!items || !slots) return false;
    names->items = items;
    names->slots = slots;
    names->slot_count = capacity * 2;
    names->capacity = capacity;
    for (u32 i = 0; i < names->count; i++) *find_name(names, items[i]) = i + 1;
    return true;
}

u32 name_number(Unit *u, Name *name) {
    UnitNames *names = &u->names;
    if (!u->reachable) return 0;
    if (names->count == names->capacity && !grow_names(u->c, names)) return 0;
    u32 *slot = find_name(names, name);
    if (*slot) return *slot - 1;
    names->items[names->count] = name;
    return (*slot = ++names->count) - 1;
}
