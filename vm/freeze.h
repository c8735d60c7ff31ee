/* Code objects as bytes and back: how the library's modules are compiled at build time and loaded at the speed
 * of copying. freeze.c writes, thaw.c reads.
 *
 * The bytes are those of this build: no format for files. Numbers are varints. A code object is its numbers,
 * then instructions, tables, positions (packed, used in place: the bytes must live as long as the VM), then its
 * values: each a tag with what belongs to it.
 */
#ifndef APY_VM_FREEZE_H
#define APY_VM_FREEZE_H

#include "objects/code.h"
#include "objects/vm.h"

enum FrozenTag {
    FROZEN_WORD, /* a Value that is no object, as number */
    FROZEN_BIG,
    FROZEN_FLOAT,
    FROZEN_COMPLEX,
    FROZEN_STR,
    FROZEN_NAME, /* an interned str, at its first place */
    FROZEN_SEEN, /* the number of such a one, counted from the start */
    FROZEN_BYTES,
    FROZEN_TUPLE,
    FROZEN_FROZENSET,
    FROZEN_CODE,
};

/* The fields of a Code that are numbers, in the order in which they are written. */
#define FROZEN_EACH_NUMBER(X)                                                                        \
    X(insn_count) X(signature) X(registers) X(locals) X(parameters) X(positional) X(positional_only) \
    X(keyword_only) X(local_names) X(free_count) X(flags) X(constant_count) X(name_count)            \
    X(exception_count) X(position_count) X(window_count) X(first_line)

/* False with an exception: a constant of a kind that no code has. */
bool freeze_code(VM *vm, Value code, Buffer *out);
Value thaw_code(VM *vm, Span bytes);

#endif
