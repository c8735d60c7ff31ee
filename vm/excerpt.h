/* Source lines with markers under the part that an instruction comes from, as tracebacks
 * show them: return spam(a) + eggs[b]
 *                          ~~~~^^^
 * Knows nothing of frames and objects: text in, text out.
 */
#ifndef APY_VM_EXCERPT_H
#define APY_VM_EXCERPT_H

#include "base/buffer.h"

typedef struct Excerpt {
    Span text; /* the lines, each without white space at its end but with a newline */
    u32 line_count;         /* at least 1 */
    i32 column, end_column; /* byte offsets in the first and the last line; -1: unknown */
} Excerpt;

/* Append it, indented by four. */
void excerpt_write(Buffer *out, const Excerpt *excerpt, bool color);
/* Columns that the first `count` code points of the text take on a terminal. */
u32 display_width(const u32 *text, u32 count);

/* The escape sequences of coloured tracebacks. */
#define COLOR_RED          "\x1b[31m"
#define COLOR_BOLD_RED     "\x1b[1;31m"
#define COLOR_MAGENTA      "\x1b[35m"
#define COLOR_BOLD_MAGENTA "\x1b[1;35m"
#define COLOR_RESET        "\x1b[0m"

#endif
