/* Records: the named tuples of C modules (CPython's "structseq"): sys.float_info,
 * time.struct_time, os.stat_result. A record is a tuple with names for its items, and
 * maybe further fields behind the items that only names reach.
 *
 *     static const RecordField fields[] = {{"max", "maximum ..."}, ..., {NULL, NULL}};
 *     RECORD(sys_float_info, "sys.float_info", fields, 11 (items), "doc")
 *     TYPE(sys_float_info, RECORD_TYPE(sys_float_info))
 *     ... in MODULE_INIT: record_start(vm, &sys_float_info_record), once per VM, before
 * the first is made
 *     ... record_new(vm, &sys_float_info_record, values)
 *
 * A field that has no name of its own is RECORD_UNNAMED.
 */
#ifndef APY_OBJECTS_RECORD_H
#define APY_OBJECTS_RECORD_H

#include "objects/native.h"
#include "objects/tuple.h"

typedef struct RecordField {
    const char *name, *doc;
} RecordField;
#define RECORD_UNNAMED ""

typedef struct RecordSpec {
    const char *name, *doc;
    const RecordField *fields; /* ended by a NULL name */
    u16 type;                  /* TypeId */
    u16 items;                 /* fields that are items of the tuple */
} RecordSpec;

/* Give the type its attributes. */
bool record_start(VM *vm, const RecordSpec *spec);
/* Takes over the values, one for each field. */
Value record_new(VM *vm, const RecordSpec *spec, Value *owned);

/* The slots. */
Value record_construct(VM *vm, const RecordSpec *spec, Value *args, u32 nargs,
                       Value kwnames);
Value record_repr(VM *vm, const RecordSpec *spec, Value self);
void record_free(VM *vm, Obj *self);
void record_visit(Obj *self, Visitor *visitor);

#define RECORD(id, shown_name, field_list, item_count, text)                \
    static const RecordSpec id##_record = {.name = shown_name,              \
                                           .doc = text,                     \
                                           .fields = field_list,            \
                                           .type = TYPE_##id,               \
                                           .items = item_count};            \
    static Value id##_construct(VM *vm, Type *type, Value *args, u32 nargs, \
                                Value names) {                              \
        (void)type;                                                         \
        return record_construct(vm, &id##_record, args, nargs, names);      \
    }                                                                       \
    static Value id##_show(VM *vm, Value self) {                            \
        return record_repr(vm, &id##_record, self);                         \
    }
#define RECORD_TYPE(id, shown_name, text)                                              \
    .name = shown_name, .base = TYPE_tuple, .size = sizeof(Tuple), .kind = KIND_TUPLE, \
    .flags = TYPE_FINAL,                                                               \
    .slots = {.new = id##_construct,                                                   \
              .free = record_free,                                                     \
              .visit = record_visit,                                                   \
              .repr = id##_show},                                                      \
    .doc = text

#endif
