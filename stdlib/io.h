/* The io layer among itself: raw files (FileIO), buffers around them (Buffered*), text around those
 * (TextIOWrapper), files in memory.
 *
 * Every layer may be any Python object. Between exact builtin types that nobody has patched, calls go
 * directly from C to C: see io_is_plain.
 */
#ifndef APY_STDLIB_IO_H
#define APY_STDLIB_IO_H

#include "objects/bytes.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/vm.h"

enum { IO_BUFFER_SIZE = 8192 };

/* io.UnsupportedOperation (borrowed); NULL when memory is out. */
Type *io_unsupported_type(VM *vm);
Value raise_unsupported(VM *vm, const char *message);

/* Exactly the builtin type, with no attributes of its own that could hide a method. */
static inline bool io_is_plain(VM *vm, Value v, u32 type) {
    return is_object(v) && to_object(v)->shape->type == vm->types[type] &&
           *instance_dict_word(to_object(v)) == EMPTY;
}

/* The attribute `closed` of any file: 1, 0, -1. */
int io_is_closed(VM *vm, Value file);
/* ValueError "I/O operation on closed file." */
bool io_check_open(VM *vm, Value file);
/* What an object that is dropped does: close(), failures to sys.unraisablehook. */
void io_finalize(VM *vm, Value self);
/* IOBase.close */
Value iobase_close(VM *vm, Value self);
/* An optional size: EMPTY, None and negative numbers give -1. "argument should be integer or None, not
 * 'X'" */
bool io_take_size(VM *vm, Value v, i64 *size);
/* A position from seek or tell of any file: FAIL-safe int; -1 with an exception. */
i64 io_take_position(VM *vm, Value v);
/* A number for whence; 0 for EMPTY. */
bool io_take_whence(VM *vm, Value v, int *whence);
/* bool(file.NAME()): 1, 0, -1 */
int io_ask(VM *vm, Value file, Value method);
/* A repr like <_io.BufferedReader name='x'>; with `mode` EMPTY none is shown. */
Value io_repr(VM *vm, Value self, Value mode, const char *more);
/* "cannot pickle '_io.FileIO' instances" */
Value io_refuse_pickle(VM *vm, Value self);

/* ---- FileIO: io_fileio.c ---- */

typedef struct FileIO {
    Obj h;
    int fd; /* -1: closed or not yet open */
    bool created, readable, writable, appending, close_fd, finalizing;
    i8 seekable; /* -1: not known yet */
    u32 block_size;
    Value name; /* EMPTY: none */
} FileIO;

/* A FileIO around a descriptor that is open already. */
Value fileio_wrap(VM *vm, int fd, const char *mode, bool close_fd);
/* read(2), write(2): how many; -1 with an exception; -2: it would block. */
i64 fileio_read(VM *vm, FileIO *file, char *to, usize size);
i64 fileio_write(VM *vm, FileIO *file, const char *data, usize size);
Value fileio_read_all(VM *vm, FileIO *file);
/* lseek; -1 with an exception. */
i64 fileio_seek(VM *vm, FileIO *file, i64 position, int whence);
bool fileio_is_terminal(const FileIO *file);

/* ---- Buffered*: io_buffered*.c ---- */

/* A Buffered of size bytes around a raw file; type is TYPE_BufferedReader ... */
Value buffered_wrap(VM *vm, u32 type, Value raw, i64 size);
/* For exact types that are io_is_plain. Data of at most n bytes by at most one read of the raw file: bytes. */
Value buffered_read1(VM *vm, Value self, i64 size);
Value buffered_read_all(VM *vm, Value self);
bool buffered_write(VM *vm, Value self, Span data);
Value buffered_flush(VM *vm, Value self);
/* The raw file is a plain FileIO and open: then nothing about `closed` can surprise. */
bool buffered_is_plain_open(VM *vm, Value self);

/* ---- StringIO and TextIOWrapper ---- */

/* Where a line ends: the index behind it, or the length when there is no end. `newline` as in open(): NULL
 * universal (any end), "" any end untranslated, else that text. */
typedef enum NewlineSort { NEWLINE_ANY, NEWLINE_ANY_KEPT, NEWLINE_LF, NEWLINE_CR, NEWLINE_CRLF } NewlineSort;
/* "illegal newline value: 'x'" */
bool io_take_newline(VM *vm, Value v, bool is_shown_by_repr, NewlineSort *out);
/* Where the first line of the text ends; -1: it has no end. With newlines translated look for '\n' only. */
i64 io_line_end(Span text, NewlineSort sort, bool is_translated);

/* ---- TextIOWrapper: io_text*.c ---- */

/* A TextIOWrapper as open() makes it. `encoding`, `errors`, `newline`: str, NONE or EMPTY. */
Value text_wrap(VM *vm, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering,
                bool write_through);
void text_set_mode(Value self, Value mode);
/* Is it exactly a TextIOWrapper, unpatched, open, whose text goes out as UTF-8? Then text_write_str is all
 * that its write() would do, and for ASCII text text_write_ascii. */
bool text_is_direct(VM *vm, Value self);
bool text_write_str(VM *vm, Value self, Value str);
bool text_write_ascii(VM *vm, Value self, Span text);
Value text_flush(VM *vm, Value self);
/* Forget what was not written. */
void text_discard(VM *vm, Value self);

/* ---- starting: io_streams.c ---- */

/* sys.stdin, sys.stdout, sys.stderr and their __x__. */
bool io_start_streams(VM *vm, bool is_unbuffered);
/* Flush them at the end: false when that failed (and was told). */
bool io_end_streams(VM *vm);
/* The objects that sys.__stdin__ ... consist of (borrowed, up to IO_STREAM_OBJECTS), whose end does nothing once
 * they are flushed. Gives how many. */
enum { IO_STREAM_OBJECTS = 9 };
u32 io_stream_objects(VM *vm, Value *out);
/* open(): the arguments as builtins.open has them. */
Value io_open(VM *vm, Value *args);
/* The encoding of files when none is given: "UTF-8", in UTF-8 mode "utf-8". */
const char *io_default_encoding(void);
bool io_is_utf8_mode(void);

#endif
