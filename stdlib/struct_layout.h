/* The format strings of struct: what they say, and single values in bytes.
 *
 * A layout is parsed once and then used for any number of values. Numbers are written
 * byte by byte, so that neither the machine's order nor alignment matters.
 */
#ifndef APY_STDLIB_STRUCT_LAYOUT_H
#define APY_STDLIB_STRUCT_LAYOUT_H

#include "objects/vm.h"

typedef struct StructField {
    char code;
    i64 offset;
    i64 size;  /* of one value */
    i64 count; /* values; 1 for s and p */
} StructField;

typedef struct StructLayout {
    StructField *fields; /* raw memory of the heap */
    usize field_count;
    i64 size;   /* bytes */
    i64 values; /* how many values it takes */
    bool is_big_endian;
    bool is_native; /* '@': as the C compiler would lay it out */
} StructLayout;

/* False with struct.error. `format` is a str or bytes. */
bool struct_layout_parse(VM *vm, Value format, StructLayout *out);
void struct_layout_free(VM *vm, StructLayout *layout);

/* One value of a field to and from `data`. */
bool struct_write(VM *vm, const StructLayout *layout, const StructField *field,
                  char *data, Value value);
Value struct_read(VM *vm, const StructLayout *layout, const StructField *field,
                  const char *data);

/* Raise struct.error. */
#define raise_struct(vm, ...) \
    raise_format(vm, (vm)->types[TYPE_struct_error], __VA_ARGS__)

#endif
