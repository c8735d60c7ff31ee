#include "objects/record.h"

#include "objects/descriptor.h"
#include "objects/dict.h"
#include "objects/str.h"

/* Obj.aux counts all fields, Tuple.count the items. */

static u32 count_fields(const RecordSpec *spec) {
    u32 count = 0;
    while (spec->fields[count].name) count++;
    return count;
}

static bool is_named(const RecordField *field) {
    return field->name[0] != '\0';
}

/* ---- the type ---- */

static bool add_member(VM *vm, Type *type, const RecordField *field, u32 index) {
    OWNED Value name = str_intern_text(vm, field->name);
    if (name == FAIL) return false;
    i32 offset = (i32)(sizeof(Tuple) + index * sizeof(Value));
    OWNED Value member = member_new(vm, type, name, offset);
    if (member == FAIL) return false;
    ((Member *)to_object(member))->is_read_only = true;
    ((Member *)to_object(member))->doc = field->doc;
    return dict_set(vm, type->dict, name, member);
}

static bool add_count(VM *vm, Type *type, const char *name, u32 count) {
    return dict_set_text(vm, type->dict, name, from_small(count));
}

static bool add_match_args(VM *vm, Type *type, const RecordSpec *spec) {
    u32 named = 0, at = 0;
    for (u32 i = 0; i < spec->items; i++) named += is_named(&spec->fields[i]);
    OWNED Value names = tuple_new(vm, named);
    if (names == FAIL) return false;
    for (u32 i = 0; i < spec->items; i++) {
        if (!is_named(&spec->fields[i])) continue;
        Value name = str_intern_text(vm, spec->fields[i].name);
        if (name == FAIL) return false;
        to_tuple(names)->items[at++] = name;
    }
    return dict_set_text(vm, type->dict, "__match_args__", names);
}

/* ---- methods ---- */

/* The name of a field; NULL: it has none. */
static const char *field_name(Type *type, u32 index) {
    Value key, member;
    for (u32 at = 0; dict_next(type->dict, &at, &key, &member);)
        if (has_kind(member, KIND_MEMBER) &&
            ((Member *)to_object(member))->offset ==
                (i32)(sizeof(Tuple) + index * sizeof(Value)))
            return to_str(key)->data;
    return NULL;
}

/* (items, {further fields}): what the type is called with to make it again. */
static bool split(VM *vm, Value self, Value *items, Value *fields) {
    Tuple *record = to_tuple(self);
    Type *type = type_of(vm, self);
    *items = tuple_from(vm, record->items, record->count);
    *fields = *items == FAIL ? FAIL : dict_new(vm);
    if (*fields == FAIL) return false;
    for (u32 i = (u32)record->count; i < record->h.aux; i++) {
        const char *name = field_name(type, i);
        if (name && !dict_set_text(vm, to_dict(*fields), name, record->items[i])) return false;
    }
    return true;
}

static Value reduce(VM *vm, Value *args, u32 nargs) {
    OWNED Value items = EMPTY;
    OWNED Value fields = EMPTY;
    CHECK(split(vm, args[0], &items, &fields));
    OWNED Value made = TRY(tuple_of(vm, 2, items, fields));
    return tuple_of(vm, 2, from_object(type_of(vm, args[0])), made);
}

static Value replace_fields(VM *vm, Value *args, u32 nargs) {
    Tuple *record = to_tuple(args[0]);
    Type *type = type_of(vm, args[0]);
    OWNED Value changes = TRY(dict_copy(vm, to_dict(args[1])));
    OWNED Value values = TRY(tuple_from(vm, record->items, record->h.aux));
    for (u32 i = 0; i < record->h.aux; i++) {
        const char *name = field_name(type, i);
        if (!name)
            return raise_type(vm,
                              "__replace__() is not supported for %s because it has "
                              "unnamed field(s)",
                              type_name(type));
        OWNED Value key = TRY(str_intern_text(vm, name));
        Value given = TRY(dict_pop(vm, to_dict(changes), key));
        if (given != EMPTY) replace(&to_tuple(values)->items[i], given);
    }
    if (to_dict(changes)->count) {
        OWNED Value names = TRY(dict_keys_list(vm, to_dict(changes)));
        return raise_type(vm, "Got unexpected field name(s): %R", names);
    }
    Tuple *made = (Tuple *)object_new_sized(
        vm, type, sizeof(Tuple) + record->h.aux * sizeof(Value));
    if (!made) return FAIL;
    made->h.aux = record->h.aux;
    made->count = record->count;
    for (u32 i = 0; i < made->h.aux; i++) made->items[i] = take(&to_tuple(values)->items[i]);
    return from_object(made);
}

static const char *const self_names[] = {"changes", NULL};
static const NativeSpec methods[] = {
    {.name = "__reduce__",
     .function = reduce,
     .signature = "($self, /)",
     .doc = "",
     .parameters = self_names + 1,
     .sort = NATIVE_METHOD,
     .owner = TYPE_tuple},
    {.name = "__replace__",
     .function = replace_fields,
     .signature = "($self, /, **changes)",
     .doc = "Return a copy of the structure with new values for the specified fields.",
     .parameters = self_names,
     .sort = NATIVE_METHOD,
     .rest = NATIVE_VARKW,
     .named = 1,
     .owner = TYPE_tuple},
};

/* What the type has written itself stays. */
static bool add_methods(VM *vm, Type *type) {
    for (usize i = 0; i < COUNT_OF(methods); i++) {
        if (dict_get_text(vm, type->dict, methods[i].name) != EMPTY) continue;
        OWNED Value method = native_new(vm, &methods[i], EMPTY, EMPTY);
        if (method == FAIL) return false;
        ((Native *)to_object(method))->owner = type;
        if (!dict_set_text(vm, type->dict, methods[i].name, method)) return false;
    }
    return true;
}

bool record_start(VM *vm, const RecordSpec *spec) {
    Type *type = vm->types[spec->type];
    if (!type_dict(vm, type)) return false;
    u32 count = count_fields(spec), unnamed = 0;
    for (u32 i = 0; i < count; i++) {
        if (!is_named(&spec->fields[i])) {
            unnamed++;
        } else if (!add_member(vm, type, &spec->fields[i], i)) {
            return false;
        }
    }
    /* before the first use: no cache knows the type yet */
    return add_count(vm, type, "n_sequence_fields", spec->items) &&
           add_count(vm, type, "n_fields", count) &&
           add_count(vm, type, "n_unnamed_fields", unnamed) &&
           add_match_args(vm, type, spec) && add_methods(vm, type);
}

/* ---- making ---- */

Value record_new(VM *vm, const RecordSpec *spec, Value *owned) {
    u32 count = count_fields(spec);
    Tuple *record = (Tuple *)object_new_sized(vm, vm->types[spec->type],
                                              sizeof(Tuple) + count * sizeof(Value));
    if (!record) {
        for (u32 i = 0; i < count; i++) decref(owned[i]);
        return FAIL;
    }
    record->h.aux = (u16)count;
    record->count = spec->items;
    memcpy(record->items, owned, count * sizeof(Value));
    return from_object(record);
}

static Value raise_count(VM *vm, const RecordSpec *spec, const char *bound, u32 wanted,
                         usize given) {
    return raise_type(vm, "%s() takes %s%u-sequence (%lu-sequence given)", spec->name,
                      bound, wanted, (unsigned long)given);
}

static bool check_count(VM *vm, const RecordSpec *spec, usize given) {
    u32 least = spec->items, most = count_fields(spec);
    if (given >= least && given <= most) return true;
    const char *bound = least == most   ? "a "
                        : given < least ? "an at least "
                                        : "an at most ";
    raise_count(vm, spec, bound, given < least ? least : most, given);
    return false;
}

/* Fields behind those of the sequence: from the dict, else None. */
static Value find_field(VM *vm, Value dict, const RecordField *field) {
    if (dict == EMPTY || !is_named(field)) return NONE;
    Value found = dict_get_text(vm, to_dict(dict), field->name);
    return found == EMPTY ? NONE : incref(found);
}

/* Does the dict name only fields that the sequence has not given? */
static bool check_names(VM *vm, const RecordSpec *spec, Value dict, usize given) {
    usize found = 0;
    for (usize i = given; i < count_fields(spec); i++) {
        const RecordField *field = &spec->fields[i];
        found += is_named(field) && dict_get_text(vm, to_dict(dict), field->name) != EMPTY;
    }
    if (found == to_dict(dict)->count) return true;
    raise_type(vm, "%s() got duplicate or unexpected field name(s)", spec->name);
    return false;
}

Value record_construct(VM *vm, const RecordSpec *spec, Value *args, u32 nargs,
                       Value kwnames) {
    static const char *const names[] = {"sequence", "dict", NULL};
    static const Arguments arguments = {
        .function = "structseq", .names = names, .positional = 2, .required = 1};
    Value bound[2];
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, bound));
    OWNED Value sequence = object_to_tuple(vm, bound[0]);
    if (sequence == FAIL) {
        if (!exception_matches(vm, EXC(TypeError))) return FAIL;
        return raise_type(vm, "constructor requires a sequence");
    }
    if (bound[1] != EMPTY && !has_kind(bound[1], KIND_DICT)) {
        return raise_type(vm, "%s() takes a dict as second arg, if any", spec->name);
    }
    usize given = to_tuple(sequence)->count;
    CHECK(check_count(vm, spec, given));
    CHECK(bound[1] == EMPTY || check_names(vm, spec, bound[1], given));
    u32 count = count_fields(spec);
    OWNED Value values = TRY(tuple_new(vm, count));
    for (u32 i = 0; i < count; i++) {
        to_tuple(values)->items[i] = i < given
                                         ? incref(to_tuple(sequence)->items[i])
                                         : find_field(vm, bound[1], &spec->fields[i]);
    }
    Value owned[count];
    for (u32 i = 0; i < count; i++) owned[i] = take(&to_tuple(values)->items[i]);
    return record_new(vm, spec, owned);
}

void record_free(VM *vm, Obj *self) {
    (void)vm;
    Tuple *record = (Tuple *)self;
    for (u32 i = 0; i < self->aux; i++) decref(take(&record->items[i]));
}

void record_visit(Obj *self, Visitor *visitor) {
    Tuple *record = (Tuple *)self;
    for (u32 i = 0; i < self->aux; i++) visitor->visit(visitor, record->items[i]);
}

/* ---- text ---- */

/* The name of item `index` in repr: CPython counts the named fields only. */
static const char *shown_name(const RecordSpec *spec, u32 index) {
    const RecordField *field = spec->fields;
    for (;; field++)
        if (is_named(field) && !index--) return field->name;
}

static bool add_fields(VM *vm, const RecordSpec *spec, Tuple *record, Buffer *out) {
    for (u32 i = 0; i < spec->items; i++) {
        OWNED Value text = object_repr(vm, record->items[i]);
        if (text == FAIL) return false;
        if (i) buffer_add_text(out, ", ");
        buffer_add_text(out, shown_name(spec, i));
        buffer_add_char(out, '=');
        buffer_add_span(out, str_span(text));
    }
    return true;
}

Value record_repr(VM *vm, const RecordSpec *spec, Value self) {
    Buffer out = {0};
    buffer_add_text(&out, spec->name);
    buffer_add_char(&out, '(');
    bool ok = add_fields(vm, spec, to_tuple(self), &out);
    buffer_add_char(&out, ')');
    if (ok) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}
