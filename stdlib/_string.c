/* _string: the language of str.format taken apart, for string.Formatter. */
#include "objects/int.h"
#include "objects/iterator.h"
#include "objects/markup.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

MODULE(_string, "string helper module")

/* Both iterators: what is left of a text. */
typedef struct MarkupIterator {
    Obj h;
    Value text; /* the whole, owned */
    Markup left;
} MarkupIterator;

static void drop(VM *vm, Obj *self) {
    decref(((MarkupIterator *)self)->text);
}

static Value make_iterator(VM *vm, Type *type, Value text, Markup left) {
    MarkupIterator *iterator = (MarkupIterator *)object_new(vm, type);
    if (!iterator) return FAIL;
    iterator->text = incref(text);
    iterator->left = left;
    return from_object(iterator);
}

static Value field_tuple(VM *vm, const MarkupField *field) {
    OWNED Value literal = TRY(str_from_span(vm, field->literal));
    if (!field->is_field) return tuple_of(vm, 4, literal, NONE, NONE, NONE);
    OWNED Value name = TRY(str_from_span(vm, field->name));
    OWNED Value spec =
        TRY(field->spec.data ? str_from_span(vm, field->spec) : incref(vm->empty_str));
    OWNED Value conversion =
        TRY(field->conversion ? str_from_code_point(vm, field->conversion) : NONE);
    return tuple_of(vm, 4, literal, name, spec, conversion);
}

static Value next_field(VM *vm, Value self) {
    MarkupField field;
    int more = markup_next(vm, &((MarkupIterator *)self)->left, &field);
    return more > 0 ? field_tuple(vm, &field) : more ? FAIL : EMPTY;
}

static Value next_step(VM *vm, Value self) {
    FieldStep step;
    int more = field_next(vm, &((MarkupIterator *)self)->left, &step);
    if (more <= 0) return more ? FAIL : EMPTY;
    OWNED Value name = TRY(step.index >= 0 ? int_from_i64(vm, step.index)
                                           : str_from_span(vm, step.name));
    return tuple_of(vm, 2, from_bool(step.is_attribute), name);
}

TYPE(formatteriterator, .name = "formatteriterator", .size = sizeof(MarkupIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop, .iter = iterator_self, .next = next_field})

TYPE(fieldnameiterator, .name = "fieldnameiterator", .size = sizeof(MarkupIterator),
     .kind = KIND_ITERATOR, .flags = TYPE_ATOM | TYPE_NO_NEW,
     .slots = {.free = drop, .iter = iterator_self, .next = next_step})

/* parse the argument as a format string */
FUNCTION(_string, formatter_parser, "(string, /)") {
    if (!is_str(args[0])) return raise_type(vm, "expected str, got %T", args[0]);
    Span text = str_span(args[0]);
    Markup left = {text.data, text.data + text.length};
    return make_iterator(vm, vm->types[TYPE_formatteriterator], args[0], left);
}

/* split the argument as a field name */
FUNCTION(_string, formatter_field_name_split, "(string, /)") {
    if (!is_str(args[0])) return raise_type(vm, "expected str, got %T", args[0]);
    FieldStep first;
    Markup rest;
    CHECK(field_first(vm, str_span(args[0]), &first, &rest));
    OWNED Value name = TRY(first.index >= 0 ? int_from_i64(vm, first.index)
                                            : str_from_span(vm, first.name));
    OWNED Value steps =
        TRY(make_iterator(vm, vm->types[TYPE_fieldnameiterator], args[0], rest));
    return tuple_of(vm, 2, name, steps);
}
