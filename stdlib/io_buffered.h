/* BufferedReader, BufferedWriter, BufferedRandom: a piece of memory in front of a raw file.
 *
 * The memory is either full of what was read and not yet asked for, [at, end), or of what is to be written,
 * [0, dirty); never both. `position` is where the raw file stands, -1: not known. The program stands at
 * position - (end - at), or at position + dirty.
 *
 * While a call works on the memory it is busy: other threads wait, and a call from within (by the raw file's
 * own code) is refused.
 */
#ifndef APY_STDLIB_IO_BUFFERED_H
#define APY_STDLIB_IO_BUFFERED_H

#include "stdlib/io.h"

typedef struct BufferedFile {
    Obj h;
    Value raw; /* EMPTY: detached, or not initialised */
    bool ready, detached, finalizing, is_busy;
    bool is_readable, is_writable;
    bool raw_is_plain; /* a FileIO that nobody has patched */
    u64 owner;         /* thread that is busy */
    char *data;
    usize size;
    usize at, end;
    usize dirty;
    i64 position;
} BufferedFile;

static inline BufferedFile *to_buffered(Value v) {
    return (BufferedFile *)v;
}
static inline usize buffered_have(const BufferedFile *file) {
    return file->end - file->at;
}

/* ValueError unless it is initialised. */
bool buffered_check_ready(VM *vm, Value self);
/* ValueError with the message if it is closed. */
bool buffered_check_open(VM *vm, Value self, const char *message);
bool buffered_enter(VM *vm, Value self);
void buffered_leave(Value self);
/* Of the raw file: how many, -1 with an exception, -2 when it would block. The memory must not move. */
i64 buffered_raw_read(VM *vm, Value self, char *to, usize size);
i64 buffered_raw_write(VM *vm, Value self, const char *data, usize size);
/* -1 with an exception. */
i64 buffered_raw_seek(VM *vm, Value self, i64 position, int whence);
i64 buffered_raw_tell(VM *vm, Value self);
/* Read into the memory, which is empty: as raw_read. */
i64 buffered_fill(VM *vm, Value self);
/* Write what is dirty. False with an exception, also BlockingIOError. */
bool buffered_write_dirty(VM *vm, Value self);
/* Write what is dirty and put the raw file where the program stands: nothing is in the memory then. */
bool buffered_settle(VM *vm, Value self);
/* The `next` slot. */
Value buffered_next(VM *vm, Value self);
/* "write could not complete without blocking"; false */
bool buffered_would_block(VM *vm, i64 written);

#endif
