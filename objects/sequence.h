/* What lists, tuples and other sequences share: indices, bounds, comparison. */
#ifndef APY_OBJECTS_SEQUENCE_H
#define APY_OBJECTS_SEQUENCE_H

#include "objects/type.h"
#include "objects/vm.h"

/* Has the value __index__? */
bool has_index(VM *vm, Value v);
/* By __index__; `overflow` ("cannot fit 'int' into an index-sized integer") if it is too
 * large. */
bool index_to_i64(VM *vm, Value v, Type *overflow, i64 *out);
/* The start and stop that index() methods take: None is not allowed, EMPTY is 0 or the
 * end. Negative ones count from `length`; the results are not clamped to it from above.
 */
bool sequence_bounds(VM *vm, Value start, Value stop, i64 length, i64 *start_out,
                     i64 *stop_out);

/* An argument that is a size or a place: an index, "Python int too large to convert to C ssize_t". */
bool size_from_argument(VM *vm, Value v, i64 *out);
/* What __setstate__ of iterators takes: an int, "an integer is required". */
bool index_from_state(VM *vm, Value state, i64 *out);

/* Does it count as a sequence, as PySequence_Check says: items by place, and no dict? */
bool is_sequence(VM *vm, Value v);
/* An item by place, of what counts as a sequence: dicts do not, whatever their keys. */
Value sequence_item(VM *vm, Value v, i64 index);

/* The items of a list or tuple as they are now. */
typedef struct Run {
    Value *items;
    usize count;
} Run;
Run sequence_run(Value list_or_tuple);
/* Both are lists or both tuples. Items may be changed by the comparisons it makes. */
Value sequence_compare(VM *vm, Value a, Value b, CompareOp op);
/* Append "a, b, c" to out; for lists and tuples. */
bool sequence_show(VM *vm, Value list_or_tuple, Buffer *out);
/* Index of the first item that equals v in [start, stop), -1: none, -2: failed. */
i64 sequence_find(VM *vm, Value list_or_tuple, Value v, i64 start, i64 stop);
/* How many items equal v; -1: failed. */
i64 sequence_count(VM *vm, Value list_or_tuple, Value v);

/* `X expected at most 1 argument` and no keywords (unless a subclass changes `is_plain`):
 * the iterable that was given, or EMPTY; false when it was called wrongly. */
bool sequence_argument(VM *vm, const char *name, bool is_plain, Value *args, u32 nargs,
                       Value kwnames, Value *iterable);

/* a < b of tuples, where numbers and texts decide; -1: they do not. The first pair of items that differ decides,
 * mostly at once. What would run script code is left to the comparison in general, from the start: the two are
 * equal up to there. */
int tuple_less_quickly(Value a, Value b);

#endif
