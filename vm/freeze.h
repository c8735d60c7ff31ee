/* Code objects as bytes and back: how the library's modules are compiled at build time and loaded at the speed
 * of copying. freeze.c writes, thaw.c reads.
 *
 * The bytes are those of this build: no format for files. What is alike lies together, so that it packs well:
 * numbers and tags, the heads of instructions, their operands, text. Positions are apart, in a block that is
 * unpacked when somebody asks for one. Numbers are varints; a value is a tag and what belongs to it.
 */
#ifndef APY_VM_FREEZE_H
#define APY_VM_FREEZE_H

#include "objects/code.h"
#include "objects/vm.h"

enum FrozenTag {
    FROZEN_WORD, /* a Value that is no object: it follows */
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
enum { FROZEN_TAG_BITS = 4 }; /* the low ones of a value's number */

/* The fields of a Code that are numbers, in the order in which they are written. */
#define FROZEN_EACH_NUMBER(X)                                                                        \
    X(insn_count) X(signature) X(registers) X(locals) X(parameters) X(positional) X(positional_only) \
    X(keyword_only) X(local_names) X(free_count) X(flags) X(constant_count) X(name_count)            \
    X(exception_count) X(position_count) X(window_count) X(first_line)

enum FrozenColumn { COLUMN_NUMBERS, COLUMN_HEADS, COLUMN_OPERANDS, COLUMN_TEXT, COLUMN_COUNT };
enum { INSN_HEAD_BYTES = 2 }; /* op and flags */

/* False with an exception: a constant of a kind that no code has. */
bool freeze_code(VM *vm, Value code, Buffer *out, Buffer *positions);
/* The code's positions are read from the block later: it gets them as users. */
Value thaw_code(VM *vm, Span bytes, PositionBlock *positions);

#endif
