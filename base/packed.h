/* Bytes inside the program that are kept small: deflated where that pays, else as they are.
 *
 * A dictionary is text that is likely to be repeated in the bytes; the same one must be given to write and to
 * read (at most the last 32 KiB of it count). Nothing here checks its input beyond what zlib does: it was
 * written when the program was built.
 */
#ifndef APY_BASE_PACKED_H
#define APY_BASE_PACKED_H

#include "base/buffer.h"

typedef struct Packed {
    const void *bytes;
    u32 stored, size; /* stored == size: as they are */
} Packed;

/* Append the bytes, deflated if they get smaller. False: no memory. */
bool packed_write(Span bytes, Span dictionary, Buffer *out);
/* The bytes: in place, or unpacked into `room`, which must live as long. {NULL}: no memory. */
Span packed_read(Packed packed, Span dictionary, Buffer *room);

static inline bool packed_is_plain(Packed packed) {
    return packed.stored == packed.size;
}

#endif
