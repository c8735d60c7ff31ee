/* System calls that may wait: other threads run meanwhile, and a call that a signal has cut short is made
 * again after the signal's handler has run.
 *
 *     ssize_t got = BLOCKING(vm, read(fd, data, size));
 *     if (got < 0) return blocking_failed(vm) ? FAIL : raise_os(vm, errno, EMPTY);
 *
 * The expression must not touch the VM.
 */
#ifndef APY_STDLIB_BLOCKING_H
#define APY_STDLIB_BLOCKING_H

#include <errno.h>

#include "objects/vm.h"
#include "vm/threads.h"

/* Run the handlers of signals that have arrived. False with their exception. */
static inline bool blocking_signals(VM *vm) {
    return !vm->hooks.run_signals || vm->hooks.run_signals(vm);
}

/* The expression's value with errno as it left it. */
#define BLOCKING_ONCE(vm, expression)                                                    \
    ({                                                                                   \
        threads_release(vm);                                                             \
        __auto_type outcome_ = (expression);                                             \
        int error_ = errno;                                                              \
        threads_acquire(vm);                                                             \
        errno = error_;                                                                  \
        outcome_;                                                                        \
    })

/* The same, again after each EINTR. When a handler raised, the value is -1, an exception is set and errno is
 * EINTR. */
#define BLOCKING(vm, expression)                                                         \
    ({                                                                                   \
        __auto_type result_ = BLOCKING_ONCE(vm, expression);                             \
        while (UNLIKELY(result_ < 0 && errno == EINTR)) {                                \
            if (!blocking_signals(vm)) {                                                 \
                errno = EINTR;                                                           \
                break;                                                                   \
            }                                                                            \
            result_ = BLOCKING_ONCE(vm, expression);                                     \
        }                                                                                \
        result_;                                                                         \
    })

/* After a BLOCKING call that failed: FAIL with the handler's exception, or OSError. */
static inline Value blocking_raise(VM *vm, Value filename) {
    return errno == EINTR && vm->exception != EMPTY ? FAIL : raise_os(vm, errno, filename);
}

#endif
