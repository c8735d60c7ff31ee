/* Changing a bytearray. All of these refuse to resize one whose memory is lent:
 * BufferError. */
#ifndef APY_OBJECTS_BYTEARRAY_H
#define APY_OBJECTS_BYTEARRAY_H

#include "objects/bytes.h"

static inline ByteArray *to_bytearray(Value v) {
    return (ByteArray *)v;
}
/* New bytes at the end are not set. */
bool bytearray_resize(VM *vm, ByteArray *array, usize size);
/* Replace [start, end) by these bytes, which must not be the array's own. */
bool bytearray_splice(VM *vm, ByteArray *array, usize start, usize end, Span bytes);

#endif
