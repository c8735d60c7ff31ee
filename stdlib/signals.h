/* Handlers of signals. A signal that arrives only sets a bit (loop/chance.h); its handler runs in the main
 * thread between two instructions, or when a call of the system that waits was cut short.
 *
 * At the start SIGINT raises KeyboardInterrupt, and SIGPIPE and SIGXFSZ are ignored, so that errors tell.
 */
#ifndef APY_STDLIB_SIGNALS_H
#define APY_STDLIB_SIGNALS_H

#include "objects/vm.h"

enum { SIGNAL_COUNT = 65 };

typedef struct Signals {
    Value handlers[SIGNAL_COUNT]; /* what the program has set; EMPTY: nothing */
} Signals;

bool signals_start(VM *vm);
Signals *signals_of(VM *vm); /* NULL with MemoryError */
/* Before another program takes the place of this one: what was ignored is no longer. */
void signals_restore(void);
/* The program ends by SIGINT that nobody caught: so does the process. Does not come back. */
void signals_die_interrupted(void);

#endif
