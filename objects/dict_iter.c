/* Iterators over dicts: keys, values and items, forwards and backwards. */
#include "objects/dict.h"
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/tuple.h"

static Type *type_for(VM *vm, u8 sort, bool reversed) {
    switch (sort) {
    case 'k':
        return vm->types[reversed ? TYPE_dict_reversekeyiterator : TYPE_dict_keyiterator];
    case 'v':
        return vm
            ->types[reversed ? TYPE_dict_reversevalueiterator : TYPE_dict_valueiterator];
    default:
        return vm
            ->types[reversed ? TYPE_dict_reverseitemiterator : TYPE_dict_itemiterator];
    }
}

Value dict_iterator_new(VM *vm, Dict *dict, u8 sort, bool reversed) {
    Type *type = type_for(vm, sort, reversed);
    DictIterator *it = (DictIterator *)object_new_sized(vm, type, sizeof(DictIterator));
    if (!it) return FAIL;
    it->dict = incref(from_object(dict));
    it->at = reversed ? dict->used : 0;
    it->expected_count = it->left = dict->count;
    it->sort = sort;
    it->reversed = reversed;
    return from_object(it);
}

static void finish(DictIterator *it) {
    decref(take(&it->dict));
}

/* The next live entry, or NULL. */
static DictEntry *advance(DictIterator *it, Dict *dict) {
    if (it->reversed) {
        if (it->at > dict->used) it->at = dict->used;
        while (it->at > dict->first) {
            DictEntry *entry = &dict->entries[--it->at];
            if (entry->key != EMPTY) return entry;
        }
        return NULL;
    }
    if (it->at < dict->first) it->at = dict->first;
    while (it->at < dict->used) {
        DictEntry *entry = &dict->entries[it->at++];
        if (entry->key != EMPTY) return entry;
    }
    return NULL;
}

/* The next entry in `*found`. EMPTY: there is one, or NONE: there is none; FAIL. */
static inline Value find_next(VM *vm, DictIterator *it, const DictEntry **found) {
    if (it->dict == EMPTY) return NONE;
    Dict *dict = to_dict(it->dict);
    if (it->expected_count != dict->count) {
        it->expected_count = UINT32_MAX;
        return raise_runtime(vm, "dictionary changed size during iteration");
    }
    *found = advance(it, dict);
    if (!*found) {
        finish(it);
        return NONE;
    }
    if (!it->left) {
        finish(it);
        return raise_runtime(vm, "dictionary keys changed during iteration");
    }
    it->left--;
    return EMPTY;
}

Value dict_iterator_next(VM *vm, Value self) {
    DictIterator *it = (DictIterator *)self;
    const DictEntry *entry = NULL;
    Value problem = find_next(vm, it, &entry);
    if (UNLIKELY(problem != EMPTY)) return problem == NONE ? EMPTY : FAIL;
    if (it->sort == 'k') return incref(entry->key);
    if (it->sort == 'v') return incref(entry->value);
    return tuple_from(vm, (const Value[]){entry->key, entry->value}, 2);
}

static int next_pair(VM *vm, Value self, Value *pair) {
    const DictEntry *entry = NULL;
    if (((DictIterator *)self)->sort != 'i') return PAIR_IS_NONE;
    Value problem = find_next(vm, (DictIterator *)self, &entry);
    if (UNLIKELY(problem != EMPTY)) return problem == NONE ? 0 : -1;
    pair[0] = incref(entry->key);
    pair[1] = incref(entry->value);
    return 1;
}

static void free_iterator(VM *vm, Obj *self) {
    decref(take(&((DictIterator *)self)->dict));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((DictIterator *)self)->dict);
}

static Value length_hint(Value self) {
    DictIterator *it = (DictIterator *)self;
    bool stands = it->dict != EMPTY && it->expected_count == to_dict(it->dict)->count;
    return from_small(stands ? it->left : 0);
}

/* iter(list of what is still to come); the iterator itself stays where it is. */
static Value reduce(VM *vm, Value self) {
    DictIterator *it = (DictIterator *)self;
    OWNED Value list = TRY(list_new(vm, 0));
    if (it->dict == EMPTY) return iterator_reduce(vm, "iter", list, EMPTY);
    OWNED Value other =
        TRY(dict_iterator_new(vm, to_dict(it->dict), it->sort, it->reversed));
    DictIterator *copy = (DictIterator *)other;
    copy->at = it->at;
    copy->expected_count = it->expected_count;
    copy->left = it->left;
    CHECK(object_extend(vm, to_list(list), other));
    return iterator_reduce(vm, "iter", list, EMPTY);
}

#define ITERATOR_SLOTS                                                 \
    {                                                                  \
        .free = free_iterator, .visit = visit, .clear = free_iterator, \
        .iter = iterator_self, .next = dict_iterator_next,             \
        .next_pair = next_pair,                                        \
    }
#define ITERATOR_FIELDS                                       \
    .size = sizeof(DictIterator), .kind = KIND_DICT_ITERATOR, \
    .flags = TYPE_FINAL | TYPE_NO_NEW, .slots = ITERATOR_SLOTS

TYPE(dict_keyiterator, .name = "dict_keyiterator", ITERATOR_FIELDS)
TYPE(dict_valueiterator, .name = "dict_valueiterator", ITERATOR_FIELDS)
TYPE(dict_itemiterator, .name = "dict_itemiterator", ITERATOR_FIELDS)
TYPE(dict_reversekeyiterator, .name = "dict_reversekeyiterator", ITERATOR_FIELDS)
TYPE(dict_reversevalueiterator, .name = "dict_reversevalueiterator", ITERATOR_FIELDS)
TYPE(dict_reverseitemiterator, .name = "dict_reverseitemiterator", ITERATOR_FIELDS)

/* Private method returning an estimate of len(list(it)). */
METHOD(dict_keyiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(dict_valueiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(dict_itemiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(dict_reversekeyiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(dict_reversevalueiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}
/* Private method returning an estimate of len(list(it)). */
METHOD(dict_reverseitemiterator, __length_hint__, "($self, /)") {
    return length_hint(args[0]);
}

/* Return state information for pickling. */
METHOD(dict_keyiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(dict_valueiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(dict_itemiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(dict_reversekeyiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(dict_reversevalueiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
/* Return state information for pickling. */
METHOD(dict_reverseitemiterator, __reduce__, "($self, /)") {
    return reduce(vm, args[0]);
}
