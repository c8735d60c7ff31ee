/* str.format and str.format_map. */
#include "objects/dict.h"
#include "objects/format.h"
#include "objects/int.h"
#include "objects/markup.h"
#include "objects/native.h"
#include "objects/str_make.h"

typedef enum Numbering { UNDECIDED, AUTOMATIC, MANUAL } Numbering;

typedef struct Formatting {
    VM *vm;
    Value *positional;
    usize count;
    Value keywords; /* a dict, or any mapping for format_map */
    bool is_map;    /* format_map: there are no positional fields */
    Numbering numbering;
    i64 next; /* automatic number */
} Formatting;

/* ---- which value ---- */

static bool number_field(Formatting *f, FieldStep *first) {
    bool is_empty = !first->name.length;
    if (!is_empty && first->index < 0) return true;
    if (f->numbering == UNDECIDED) f->numbering = is_empty ? AUTOMATIC : MANUAL;
    if (is_empty != (f->numbering == AUTOMATIC)) {
        raise_value(f->vm, is_empty ? "cannot switch from manual field specification to "
                                      "automatic field numbering"
                                    : "cannot switch from automatic field numbering to "
                                      "manual field specification");
        return false;
    }
    if (is_empty) first->index = f->next++;
    return true;
}

static Value find_first(Formatting *f, FieldStep *first) {
    VM *vm = f->vm;
    CHECK(number_field(f, first));
    if (first->index < 0) {
        OWNED Value name = TRY(str_from_span(vm, first->name));
        if (f->is_map) return object_getitem(vm, f->keywords, name);
        Value found = TRY(dict_get(vm, to_dict(f->keywords), name));
        return found == EMPTY ? raise_key(vm, name) : incref(found);
    }
    if (f->is_map) return raise_value(vm, "Format string contains positional fields");
    if ((usize)first->index < f->count) return incref(f->positional[first->index]);
    return raise_index(vm, "Replacement index %ld out of range for positional args tuple",
                       (long)first->index);
}

static Value follow(VM *vm, Value object, const FieldStep *step) {
    if (step->index >= 0) {
        OWNED Value index = TRY(int_from_i64(vm, step->index));
        return object_getitem(vm, object, index);
    }
    OWNED Value name = TRY(str_intern(vm, str_from_span(vm, step->name)));
    return step->is_attribute ? object_getattr(vm, object, name)
                              : object_getitem(vm, object, name);
}

static Value find_value(Formatting *f, Span name) {
    FieldStep step = {.name = name, .index = -1};
    if (!name.length) return find_first(f, &step);
    Markup rest;
    CHECK(field_first(f->vm, name, &step, &rest));
    OWNED Value value = TRY(find_first(f, &step));
    for (int more; (more = field_next(f->vm, &rest, &step));) {
        if (more < 0) return FAIL;
        replace(&value, TRY(follow(f->vm, value, &step)));
    }
    return TAKE(value);
}

/* ---- how it looks ---- */

static Value convert(VM *vm, Value value, u32 conversion) {
    switch (conversion) {
    case 0: return incref(value);
    case 'r': return object_repr(vm, value);
    case 's': return object_str(vm, value);
    case 'a': return object_ascii(vm, value);
    }
    if (conversion > 32 && conversion < 127)
        return raise_value(vm, "Unknown conversion specifier %c", conversion);
    return raise_value(vm, "Unknown conversion specifier \\x%x", conversion);
}

static bool write_markup(Formatting *f, Span text, int depth, Buffer *out);

/* The spec, with its own fields filled in. */
static Value expand_spec(Formatting *f, const MarkupField *field, int depth) {
    if (!field->has_nested) return str_from_span(f->vm, field->spec);
    char spec_room[120];
    Buffer spec = BUFFER_ON(spec_room);
    if (write_markup(f, field->spec, depth - 1, &spec))
        return str_from_buffer(f->vm, &spec);
    buffer_free(&spec);
    return FAIL;
}

static bool write_field(Formatting *f, const MarkupField *field, int depth, Buffer *out) {
    VM *vm = f->vm;
    OWNED Value value = TRY_OR_FALSE(find_value(f, field->name));
    if (field->conversion)
        replace(&value, TRY_OR_FALSE(convert(vm, value, field->conversion)));
    if (!field->spec.length && has_exact_kind(value, KIND_STR)) {
        buffer_add_span(out, str_span(value));
        return true;
    }
    if (!field->has_nested && format_quickly(value, field->spec, out)) return true;
    OWNED Value spec = TRY_OR_FALSE(expand_spec(f, field, depth));
    replace(&value, TRY_OR_FALSE(object_format(vm, value, spec)));
    buffer_add_span(out, str_span(value));
    return true;
}

static bool write_markup(Formatting *f, Span text, int depth, Buffer *out) {
    if (depth <= 0) return raise_value(f->vm, "Max string recursion exceeded") != FAIL;
    Markup markup = {text.data, text.data + text.length};
    MarkupField field;
    for (int more; (more = markup_next(f->vm, &markup, &field));) {
        if (more < 0) return false;
        buffer_add_span(out, field.literal);
        if (field.is_field && !write_field(f, &field, depth, out)) return false;
    }
    return true;
}

static Value format(Formatting *f, Value self) {
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    bool good = write_markup(f, str_span(self), 2, &out);
    const Str *s = to_str(self);
    bool is_plain = !memchr(s->data, '{', s->size) && !memchr(s->data, '}', s->size);
    if (good && !(is_plain && s->size)) return str_from_buffer(f->vm, &out);
    buffer_free(&out);
    return good ? incref(self) : FAIL; /* itself, also if it is of a subclass */
}

/* Return a formatted version of the string, using substitutions from args and kwargs.
 *
 * The substitutions are identified by braces ('{' and '}'). */
METHOD(str, format, "($self, /, *args, **kwargs)") {
    Formatting f = {vm, args + 2, nargs - 2, args[1], .is_map = false};
    return format(&f, args[0]);
}

/* Return a formatted version of the string, using substitutions from mapping.
 *
 * The substitutions are identified by braces ('{' and '}'). */
METHOD(str, format_map, "($self, mapping, /)") {
    Formatting f = {vm, NULL, 0, args[1], .is_map = true};
    return format(&f, args[0]);
}
