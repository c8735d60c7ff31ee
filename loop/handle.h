/* asyncio.Handle and TimerHandle: a callback that waits for its turn. */
#ifndef APY_LOOP_HANDLE_H
#define APY_LOOP_HANDLE_H

#include "loop/loop.h"

enum { /* Obj.aux */
    HANDLE_CANCELLED = 1,
    HANDLE_SCHEDULED = 2, /* in the heap of timers */
    HANDLE_WHOLE = 4,     /* its time was given as an int */
};

typedef struct Handle {
    Obj h;
    Value dict;
    Value loop, callback;
    Value args;    /* tuple; NONE once it is cancelled, with the callback */
    Value context; /* as in loop/context.h */
    double when;   /* of a TimerHandle */
} Handle;

static inline Handle *to_handle(Value v) {
    return (Handle *)v;
}
/* `context` is taken over. Owned, or FAIL. */
Value handle_new(VM *vm, Value loop, Value callback, Value args, Value context);
Value handle_new_timer(VM *vm, Value loop, double when, Value callback, Value args, Value context);
void handle_cancel(VM *vm, Handle *handle);
/* "print(1, 2)" as shown in messages, with where it is defined; owned str. */
Value handle_callback_text(VM *vm, Value callback, Value args, bool with_arguments);

#endif
