/* bytes, and the protocol by which bytes-like objects lend their memory. */
#ifndef APY_OBJECTS_BYTES_H
#define APY_OBJECTS_BYTES_H

#include "objects/vm.h"

typedef struct Bytes {
    Obj h;
    u64 hash; /* 0: not computed */
    usize size;
    char data[];
} Bytes;

typedef struct ByteArray {
    Obj h;
    char *data; /* raw memory of the heap */
    usize size, capacity;
    u32 exports; /* memoryviews that look at it: no resizing */
} ByteArray;

/* Memory lent by an object; give it back with buffered_release. */
typedef struct Buffered {
    Value owner;  /* owned */
    u32 *exports; /* the owner's count of borrowers, or NULL */
    char *data;
    usize size; /* bytes */
    usize item_size;
    const char *format; /* struct code of an item, "B" */
    bool read_only;
} Buffered;

static inline Span bytes_span(Value v) {
    return (Span){((Bytes *)v)->data, ((Bytes *)v)->size};
}
Value bytes_new(VM *vm, const char *data, usize size); /* data NULL: not set */
/* Take a buffer's content; the buffer is freed. FAIL if the buffer had failed. */
Value bytes_from_buffer(VM *vm, Buffer *buffer);
Value bytes_make_empty(VM *vm); /* for vm->empty_bytes */
/* An instance of a subclass. */
Value bytes_new_as(VM *vm, Type *type, const char *data, usize size);
Value span_compare(Span a, Span b, CompareOp op); /* True or False */
Value bytearray_new(VM *vm, const char *data, usize size);
/* Borrow the memory of a bytes-like object: TypeError "a bytes-like object is required,
 * not 'X'"; BufferError when `writable` is asked for and it is not. A `buffer` slot fills
 * data, size and what else is not the default; `exports` is counted here. */
bool buffered_get(VM *vm, Value v, Buffered *out, bool writable);
/* The same by the slot of another type. */
typedef bool BufferSlot(VM *vm, Value self, Buffered *out, bool writable);
bool buffered_get_by(VM *vm, Value v, BufferSlot *borrow, Buffered *out, bool writable);
/* The same for memory to write to: TypeError "readinto() argument must be read-write bytes-like
 * object, not bytes", by what is given as "readinto() argument". */
bool buffered_get_writable(VM *vm, const char *argument, Value v, Buffered *out);
void buffered_release(VM *vm, Buffered *buffered);

#endif
