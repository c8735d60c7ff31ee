/* Iterating over the characters of a string. CPython has a type of its own for ASCII
 * strings. */
#include "base/utf8.h"
#include "objects/iterator.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

typedef struct StrIterator {
    Obj h;
    Value str;           /* EMPTY when exhausted */
    usize offset, index; /* of the next character, in bytes and code points */
} StrIterator;

Value str_iter(VM *vm, Value s) {
    bool is_ascii = str_is_ascii(s) && has_exact_kind(s, KIND_STR);
    int type = is_ascii ? TYPE_str_ascii_iterator : TYPE_str_iterator;
    StrIterator *iterator = (StrIterator *)object_new(vm, vm->types[type]);
    if (!iterator) return FAIL;
    iterator->str = incref(s);
    return from_object(iterator);
}

static Value next(VM *vm, Value self) {
    StrIterator *iterator = (StrIterator *)self;
    if (iterator->str == EMPTY) return EMPTY;
    const Str *s = to_str(iterator->str);
    if (iterator->offset >= s->size) {
        replace(&iterator->str, EMPTY);
        return EMPTY;
    }
    const char *at = s->data + iterator->offset;
    Value character = str_quick_character(vm, *at);
    if (LIKELY(character != EMPTY)) {
        iterator->offset++;
        iterator->index++;
        return character;
    }
    usize size = utf8_sequence_length((u8)*at);
    iterator->offset += size;
    iterator->index++;
    return str_new(vm, at, size);
}

static void drop(VM *vm, Obj *self) {
    decref(((StrIterator *)self)->str);
}

static Value length_hint(Value self) {
    const StrIterator *iterator = (StrIterator *)self;
    if (iterator->str == EMPTY) return from_small(0);
    return from_small((i64)(str_length(iterator->str) - iterator->index));
}

static Value reduce(VM *vm, Value self) {
    const StrIterator *iterator = (StrIterator *)self;
    if (iterator->str == EMPTY) return iterator_reduce(vm, "iter", vm->empty_str, EMPTY);
    return iterator_reduce(vm, "iter", iterator->str, from_small((i64)iterator->index));
}

static Value set_state(VM *vm, Value self, Value state) {
    StrIterator *iterator = (StrIterator *)self;
    i64 index;
    CHECK(index_from_state(vm, state, &index));
    if (iterator->str == EMPTY) return NONE;
    i64 length = (i64)str_length(iterator->str);
    iterator->index = (usize)(index < 0 ? 0 : index > length ? length : index);
    iterator->offset = str_offset(iterator->str, iterator->index);
    return NONE;
}

TYPE(str_iterator, .name = "str_iterator", .size = sizeof(StrIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop, .iter = iterator_self, .next = next})

TYPE(str_ascii_iterator, .name = "str_ascii_iterator", .size = sizeof(StrIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop, .iter = iterator_self, .next = next})

/* Private method returning an estimate of len(list(it)). */
METHOD(str_iterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}

/* Return state information for pickling. */
METHOD(str_iterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}

/* Set state information for unpickling. */
METHOD(str_iterator, __setstate__, "($self, state, /)") {
    return set_state(vm, args[0], args[1]);
}

/* Private method returning an estimate of len(list(it)). */
METHOD(str_ascii_iterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}

/* Return state information for pickling. */
METHOD(str_ascii_iterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}

/* Set state information for unpickling. */
METHOD(str_ascii_iterator, __setstate__, "($self, state, /) shown ($self, object, /)") {
    return set_state(vm, args[0], args[1]);
}
