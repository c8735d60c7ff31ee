/* Exceptions that nobody waits for: the loop's exception handler. */
#ifndef APY_LOOP_REPORT_H
#define APY_LOOP_REPORT_H

#include "objects/vm.h"

typedef struct ReportItem {
    const char *key;
    Value value;
} ReportItem;

/* loop.call_exception_handler({'message': message, ...}), for finalizers: what fails is told as unraisable. The
 * exception that is being raised is kept. `message` FAIL: nothing is done. */
void report_to_loop(VM *vm, Value loop, Value message, const ReportItem *items, u32 count);
/* A callback has raised vm->exception; `handle` is its Handle. False: the exception goes on. */
bool report_callback(VM *vm, Value loop, Value handle);
/* As loop.call_exception_handler and default_exception_handler. False: an exception goes on. */
bool call_exception_handler(VM *vm, Value loop, Value context);
bool default_exception_handler(VM *vm, Value context);

#endif
