/* What builtin functions demand of single arguments, with CPython's words when they get
 * something else. `function` is named as messages name it: "replace".
 */
#ifndef APY_OBJECTS_WANT_H
#define APY_OBJECTS_WANT_H

#include "objects/sequence.h"

/* A str; else TypeError "FUNCTION() ARGUMENT must be str, not X" with argument as
 * "argument 1" or "argument 'encoding'". */
bool want_str(VM *vm, const char *function, const char *argument, Value v);
/* The same text for any expectation. Always false. */
bool want_refuse(VM *vm, const char *function, const char *argument, const char *expected,
                 Value v);
/* An index of a sequence: IndexError when it fits no C integer. */
static inline bool want_index(VM *vm, Value v, i64 *out) {
    return index_to_i64(vm, v, EXC(IndexError), out);
}
/* A C int, by __index__. */
bool want_int(VM *vm, Value v, int *out);
/* The bounds of a slice (each int, None or EMPTY), resolved against the length: start may
 * be above the end, both are within [0, length] except that start may exceed the length
 * when given so. */
bool want_bounds(VM *vm, Value start, Value end, usize length, i64 *from, i64 *to);
/* The text of a str as a C string: NULL with ValueError when it has a NUL inside. */
const char *want_c_text(VM *vm, Value s);

#endif
