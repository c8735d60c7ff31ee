/* What in a piece of source text deserves a marker of its own: the operator of a binary
 * operation, the brackets of a subscript or call. The text is parsed again for that.
 */
#ifndef APY_VM_ANCHORS_H
#define APY_VM_ANCHORS_H

#include "base/arena.h"

/* Text by code points; in an arena. */
typedef struct Line {
    const u32 *chars;
    u32 length;
} Line;
typedef struct Lines {
    Line *items;
    u32 count;
} Lines;

typedef struct Anchors { /* lines and columns count from 0; the right end is exclusive */
    u32 left_line, left;
    u32 right_line, right;
} Anchors;

/* How many code points begin in the first `bytes` bytes of the line's UTF-8 form. */
u32 line_chars_at(const Line *line, u32 bytes);
/* The anchors of an expression; false: it has none, or is no expression by itself. */
bool anchors_find(Arena *arena, const Lines *segment, Anchors *anchors);

typedef enum StatementSort {
    STATEMENT_NONE, /* the lines hold no statement */
    STATEMENT_PLAIN,
    /* `return f(...)` or `name = f(...)`, where the call is just [start, end): markers
     * would tell nothing. */
    STATEMENT_CALL,
} StatementSort;
StatementSort lines_statement(Arena *arena, const Lines *lines, u32 start, u32 end);

#endif
