/* Patterns of match statements.
 *
 * What a pattern captures is kept in temporaries of its own (one for each name, above the
 * subject) until the whole pattern has matched; then the names are bound. A failing step
 * jumps to a label made for the number of temporaries live at that point; these labels
 * stand behind the pattern, release one temporary each and fall through to the next.
 */
#ifndef APY_COMPILER_PATTERN_H
#define APY_COMPILER_PATTERN_H

#include "compiler/compile.h"

typedef struct Captures {
    Span *names;
    u32 count, capacity;
} Captures;

/* Check the pattern, note what it captures. */
void check_pattern(Unit *u, const Node *pattern, bool may_be_irrefutable,
                   Captures *captures);
bool is_wildcard(const Node *pattern);

/* Go on with all names bound if the subject (which stays) matches, else jump to `fail`. */
void match_pattern(Unit *u, const Node *pattern, Operand subject, Label fail,
                   bool may_be_irrefutable);

#endif
