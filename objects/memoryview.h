/* memoryview: a view of another object's memory as an array of numbers, of any shape.
 *
 * Each view borrows the memory of the base object by itself (slices and casts too), so
 * that views can be released one by one.
 */
#ifndef APY_OBJECTS_MEMORYVIEW_H
#define APY_OBJECTS_MEMORYVIEW_H

#include "objects/bytes.h"

enum { VIEW_MAX_DIMENSIONS = 64 };

typedef struct MemoryView {
    Obj h;
    Value base;         /* whose memory it is, owned; EMPTY: released */
    u32 *base_exports;  /* its count of borrowers, or NULL */
    char *data;         /* the item with all indices 0 */
    const char *format; /* lives as long as the base, or for ever */
    usize item_size;
    i64 *shape, *strides; /* `dimensions` each; raw memory, or the two words below */
    i64 small[2];
    u32 dimensions;
    u32 exports; /* who borrows from this view: it cannot be released meanwhile */
    bool read_only;
    u64 hash; /* 0: not computed */
} MemoryView;

static inline MemoryView *to_memoryview(Value v) {
    return (MemoryView *)v;
}
Value memoryview_new(VM *vm, Value object);
/* Of memory that is lent by the slot of another type, a base. */
Value memoryview_new_by(VM *vm, Value object, BufferSlot *borrow);
/* All items in order, as bytes; FAIL when the view is released. */
Value memoryview_to_bytes(VM *vm, Value view);
/* The items in order: 'C' row by row, 'F' column by column. */
void memoryview_copy_out(const MemoryView *view, char order, char *to);

/* ---- among memoryview*.c ---- */
/* ValueError when it is released. */
bool memoryview_check(VM *vm, Value view);
/* A view of the same memory with this many dimensions; shape and strides are not set. */
MemoryView *memoryview_derive(VM *vm, const MemoryView *view, u32 dimensions);
void memoryview_let_go(VM *vm, MemoryView *view);
bool memoryview_is_contiguous(const MemoryView *view, char order); /* 'C' or 'F' */
i64 memoryview_item_count(const MemoryView *view);
/* The letter of the items' format; 0: one that memoryview cannot read. */
char memoryview_code(const MemoryView *view);
Value memoryview_item(VM *vm, const MemoryView *view, const char *at);
Value memoryview_getitem(VM *vm, Value self, Value key);
bool memoryview_setitem(VM *vm, Value self, Value key, Value value);
Value memoryview_compare(VM *vm, Value self, Value other, CompareOp op);

#endif
