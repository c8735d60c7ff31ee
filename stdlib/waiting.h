/* Waiting for descriptors, as select, socket and others do: through the one door of
 * chance, with the lock released; signal handlers run meanwhile and the wait goes on.
 */
#ifndef APY_STDLIB_WAITING_H
#define APY_STDLIB_WAITING_H

#include <poll.h>

#include "objects/vm.h"

/* Wait until one of the files is ready or the time (nanoseconds; -1: no end) is over.
 * Gives how many are ready, revents filled in; -1: the handler of a signal has raised. */
int wait_ready(VM *vm, struct pollfd *files, u32 count, i64 timeout);
/* An int, or what fileno() gives; -1 with an exception. */
int wait_descriptor(VM *vm, Value v);
/* A number of seconds (or, with unit 1000000, milliseconds) as nanoseconds, rounded up. */
bool wait_duration(VM *vm, Value v, i64 unit, i64 *nanoseconds);
enum { WAIT_SECOND = 1000000000, WAIT_MILLISECOND = 1000000 };

/* Named numbers for MODULE_INIT. */
typedef struct WaitConstant {
    const char *name;
    i64 number;
} WaitConstant;
bool wait_add_constants(VM *vm, Value module, const WaitConstant *constants, usize count);

#endif
