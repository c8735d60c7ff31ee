/* The views and the iterator of OrderedDict. */
#include "objects/iterator.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/tuple.h"
#include "stdlib/collections_ordered.h"

typedef struct OrderedIterator {
    Obj h;
    Value dict;  /* EMPTY when exhausted */
    Value inner; /* a DictIterator */
    u64 changes;
    u32 left; /* behind the last item nobody asks whether the dict has changed */
} OrderedIterator;

Value ordered_iterator_new(VM *vm, Value dict, u8 sort, bool reversed) {
    OWNED Value inner = TRY(dict_iterator_new(vm, to_dict(dict), sort, reversed));
    Type *type = vm->types[TYPE_odict_iterator];
    OrderedIterator *it = (OrderedIterator *)object_new_sized(vm, type, sizeof *it);
    if (!it) return FAIL;
    it->dict = incref(dict);
    it->inner = TAKE(inner);
    it->changes = to_ordered(dict)->changes;
    it->left = to_dict(dict)->count;
    return from_object(it);
}

static Value next(VM *vm, Value self) {
    OrderedIterator *it = (OrderedIterator *)self;
    if (it->dict == EMPTY) return EMPTY;
    if (!it->left) {
        decref(take(&it->dict));
        return EMPTY;
    }
    it->left--;
    if (it->changes != to_ordered(it->dict)->changes) {
        decref(take(&it->dict));
        return raise_runtime(vm, "OrderedDict mutated during iteration");
    }
    if (to_dict(it->dict)->count != ((DictIterator *)it->inner)->expected_count) {
        decref(take(&it->dict));
        return raise_runtime(vm, "OrderedDict changed size during iteration");
    }
    Value item = TRY(dict_iterator_next(vm, it->inner));
    if (item == EMPTY) decref(take(&it->dict));
    return item;
}

static void free_iterator(VM *vm, Obj *self) {
    OrderedIterator *it = (OrderedIterator *)self;
    decref(take(&it->dict));
    decref(take(&it->inner));
}

static void visit(Obj *self, Visitor *visitor) {
    OrderedIterator *it = (OrderedIterator *)self;
    visitor->visit(visitor, it->dict);
    visitor->visit(visitor, it->inner);
}

TYPE(odict_iterator, .name = "odict_iterator", .size = sizeof(OrderedIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {
         .free = free_iterator,
         .visit = visit,
         .iter = iterator_self,
         .next = next,
     })

/* Return state information for pickling */
METHOD(odict_iterator, __reduce__, "($self, /)") {
    OrderedIterator *it = (OrderedIterator *)args[0];
    OWNED Value list = TRY(list_new(vm, 0));
    if (it->dict == EMPTY) return iterator_reduce(vm, "iter", list, EMPTY);
    DictIterator *from = (DictIterator *)it->inner;
    OWNED Value other =
        TRY(dict_iterator_new(vm, to_dict(it->dict), from->sort, from->reversed));
    DictIterator *copy = (DictIterator *)other;
    copy->at = from->at;
    copy->left = from->left;
    CHECK(list_extend(vm, to_list(list), other));
    return iterator_reduce(vm, "iter", list, EMPTY);
}

/* ---- views ---- */

Value ordered_view_new(VM *vm, Value dict, u8 sort) {
    Type *type = vm->types[sort == 'k'   ? TYPE_odict_keys
                           : sort == 'v' ? TYPE_odict_values
                                         : TYPE_odict_items];
    DictView *view = (DictView *)object_new_sized(vm, type, sizeof(DictView));
    if (!view) return FAIL;
    view->h.aux = sort;
    view->dict = incref(dict);
    return from_object(view);
}

static Value iterate(VM *vm, Value self) {
    DictView *view = (DictView *)self;
    return ordered_iterator_new(vm, view->dict, (u8)view->h.aux, false);
}

static Value reversed(VM *vm, Value self) {
    DictView *view = (DictView *)self;
    return ordered_iterator_new(vm, view->dict, (u8)view->h.aux, true);
}

#define VIEW_FIELDS \
    .size = sizeof(DictView), .kind = KIND_DICT_VIEW, .flags = TYPE_FINAL | TYPE_NO_NEW

TYPE(odict_keys, .name = "odict_keys", .base = TYPE_dict_keys, VIEW_FIELDS,
     .slots = {.iter = iterate})
TYPE(odict_values, .name = "odict_values", .base = TYPE_dict_values, VIEW_FIELDS,
     .slots = {.iter = iterate})
TYPE(odict_items, .name = "odict_items", .base = TYPE_dict_items, VIEW_FIELDS,
     .slots = {.iter = iterate})

METHOD(odict_keys, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}
METHOD(odict_values, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}
METHOD(odict_items, __reversed__, "($self, /)") {
    return reversed(vm, args[0]);
}
