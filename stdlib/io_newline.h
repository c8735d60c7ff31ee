/* Universal newlines: "\r" and "\r\n" made "\n" in text that comes in pieces, and which kinds were seen. */
#ifndef APY_STDLIB_IO_NEWLINE_H
#define APY_STDLIB_IO_NEWLINE_H

#include "stdlib/io.h"

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };

typedef struct NewlineState {
    bool translates;
    bool has_pending_cr; /* the last piece ended in one, which may be the first half of "\r\n" */
    u8 seen;
} NewlineState;

/* The next piece (a str, borrowed) as the reader sees it. `is_final`: a "\r" at its end is no half. */
Value newline_feed(VM *vm, NewlineState *state, Value text, bool is_final);
/* What the attribute `newlines` shows. */
Value newline_seen(VM *vm, const NewlineState *state);

#endif
