/* The table of names, and private names. */
#include "compiler/state.h"

#include "objects/str.h"

enum { FIRST_CAPACITY = 256 };

static u32 hash_of(Span text) {
    u32 hash = 2166136261u;
    for (usize i = 0; i < text.length; i++)
        hash = (hash ^ (u8)text.data[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static Name **find_slot(NameTable *table, Span text, u32 hash) {
    u32 mask = table->capacity - 1;
    for (u32 i = hash & mask;; i = (i + 1) & mask) {
        Name *name = table->slots[i];
        if (!name || (name->hash == hash && span_equal(name->text, text)))
            return &table->slots[i];
    }
}

static bool grow(Compiler *c) {
    NameTable old = c->names;
    u32 capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
    Name **slots = compiler_alloc(c, capacity * sizeof *slots);
    if (!slots) return false;
    c->names = (NameTable){slots, old.count, capacity};
    for (u32 i = 0; i < old.capacity; i++)
        if (old.slots[i])
            *find_slot(&c->names, old.slots[i]->text, old.slots[i]->hash) = old.slots[i];
    return true;
}

/* What failed look-ups give: it stands for no real name, and nothing comes of it. */
static const Name no_name = {{"", 0}, 0, EMPTY};

Name *name_get(Compiler *c, Span text) {
    if (c->names.count * 4 >= c->names.capacity * 3 && !grow(c)) return (Name *)&no_name;
    u32 hash = hash_of(text);
    Name **slot = find_slot(&c->names, text, hash);
    if (*slot) return *slot;
    Name *name = COMPILER_NEW(c, Name);
    char *copy = name ? arena_copy(c->arena, text.data, text.length) : NULL;
    if (!copy) {
        compiler_fail_raised(c);
        return (Name *)&no_name;
    }
    *name = (Name){{copy, text.length}, hash, EMPTY};
    c->names.count++;
    return *slot = name;
}

static bool is_private(Span name) {
    if (name.length < 3 || name.data[0] != '_' || name.data[1] != '_') return false;
    bool ends = name.data[name.length - 1] == '_' && name.data[name.length - 2] == '_';
    return !ends && !memchr(name.data, '.', name.length);
}

Name *name_mangle(Compiler *c, Name *class_name, Name *name) {
    if (!class_name || !is_private(name->text)) return name;
    Span prefix = class_name->text;
    while (prefix.length && *prefix.data == '_') prefix.data++, prefix.length--;
    if (!prefix.length) return name;
    usize length = 1 + prefix.length + name->text.length;
    char *text = compiler_alloc(c, length + 1);
    if (!text) return name;
    text[0] = '_';
    memcpy(text + 1, prefix.data, prefix.length);
    memcpy(text + 1 + prefix.length, name->text.data, name->text.length);
    return name_get(c, (Span){text, length});
}

Value name_value(Compiler *c, Name *name) {
    if (name->value != EMPTY || name == (Name *)&no_name) return name->value;
    Value text = str_from_span(c->vm, name->text);
    if (text != FAIL) text = str_intern(c->vm, text);
    return name->value = compiler_keep(c, text);
}
