/* What the fields of each instruction are: for assembling, checking and showing code.
 *
 * One character for each of A, B, C:
 *   .  nothing                         D  destination
 *   S  source, consumed if flagged     W  window: callee in, result out
 *   T  temporary that stays            X  temporary, consumed
 *   Q  temporary, kept if it jumps     M  the first of consecutive temporaries, consumed
 *   L  local                           P  local or temporary that is filled (FOR)
 *   U  the first of temporaries that are filled
 *   H  temporary, if F_HANDLER is set  E  temporary, unless 0xFFFF
 *   I  signed number                   C  count or other number
 *   F  index of a closure cell         N  index of a name       K  of a constant
 *   J  jump
 * and for B and C together: j jump, k constant, v immediate value.
 */
#ifndef APY_COMPILER_FORMAT_H
#define APY_COMPILER_FORMAT_H

#include "objects/vm.h"

/* Three characters; NULL for numbers that are no instruction. */
const char *format_of(u8 op);
/* Whether the field's character is a register. */
bool format_is_register(char role);
/* Whether there is a form of it for names and constants with large numbers (OP_WIDE). */
bool format_can_be_wide(u8 op);
/* Never goes on to the next instruction. */
static inline bool format_ends(u8 op) {
    return op == OP_JUMP || op == OP_RETURN || op == OP_RETURNV || op == OP_RAISE ||
           op == OP_RERAISE || op == OP_LEAVERAISE;
}

#endif
