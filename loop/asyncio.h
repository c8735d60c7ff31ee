/* Functions of the module _asyncio that other parts of loop/ use. */
#ifndef APY_LOOP_ASYNCIO_H
#define APY_LOOP_ASYNCIO_H

#include "loop/loop.h"

/* asyncio.ensure_future: a coroutine becomes a task; loop EMPTY: the running one. Owned. */
Value ensure_future(VM *vm, Value awaitable, Value loop);
/* A function of the asyncio package that is written in the language: owned. */
Value asyncio_helper(VM *vm, const char *module, const char *name);
/* Installs the hooks of the VM. Called when the module is imported. */
void asyncio_install(VM *vm);
/* In the child of a fork: no loop runs, and none is set. */
void asyncio_after_fork(VM *vm);

#endif
