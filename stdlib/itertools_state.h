/* What __reduce__ and __setstate__ of itertools share. Every one of them warns, since 3.14 has none. */
#ifndef APY_STDLIB_ITERTOOLS_STATE_H
#define APY_STDLIB_ITERTOOLS_STATE_H

#include "objects/native.h"

/* The DeprecationWarning; false when the filters make an exception of it. */
bool warn_pickle(VM *vm);

/* (type of self, arguments) or (type of self, arguments, state); takes over both, each may be FAIL. */
Value reduced(VM *vm, Value self, Value arguments, Value state_or_empty);

/* A field as a part of a state: NONE for what the collector has cleared. New reference. */
Value state_field(Value field);

/* The items of the tuple `state`, borrowed; out[n] is EMPTY where it is shorter than `most`. */
bool state_unpack(VM *vm, Value state, u32 least, u32 most, Value *out);
/* "argument 1 must be tuple, not int" */
Value raise_state_argument(VM *vm, u32 number, const char *wanted, Value got);
/* An int as an index, moved into low..high. */
bool state_index(VM *vm, Value v, i64 low, i64 high, usize *out);

#endif
