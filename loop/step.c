/* The hooks that the LOOPSTEP and LOOPCATCH instructions call: one entry of the ready queue at a time.
 *
 * vm->frame is then the frame of the loop's built-in code, whose one local is the Loop. */
#include "loop/context.h"
#include "loop/debug.h"
#include "loop/future.h"
#include "loop/gather.h"
#include "loop/handle.h"
#include "loop/report.h"
#include "loop/sleep.h"
#include "objects/exc.h"
#include "objects/tuple.h"
#include "vm/interpreter.h"

static Loop *loop_of_frame(VM *vm) {
    return to_loop(vm->frame->r[0]);
}

/* ---- leaving what runs ---- */

static void release_running(Loop *loop) {
    Entry entry = loop->running;
    loop->running = (Entry){.what = EMPTY, .argument = EMPTY, .context = EMPTY};
    decref(entry.argument);
    decref(entry.context);
    decref(entry.what);
}

static void leave_context(VM *vm, Loop *loop, Task *task) {
    task->future.h.aux &= (u16)~TASK_IS_RUNNING;
    context_leave(vm, &task->context);
    Value current = loop->current;
    loop->current = EMPTY;
    decref(current);
}

/* The step of a task is over. */
static void leave_task(VM *vm, Loop *loop, Task *task) {
    leave_context(vm, loop, task);
    release_running(loop);
}

/* The context of the callback that runs goes back to where it came from. */
static void leave_callback_context(VM *vm, Loop *loop) {
    Value *word = loop->running.sort == ENTRY_HANDLE ? &to_handle(loop->running.what)->context
                                                     : &loop->running.context;
    context_leave(vm, word);
    loop->is_entered = false;
}

static void leave_callback(VM *vm, Loop *loop) {
    if (loop->is_entered) leave_callback_context(vm, loop);
    release_running(loop);
}

/* ---- tasks ---- */

/* Outcomes of a step that ran in C: as the instruction loop would have brought them. */
static LoopStep finish_nested(VM *vm, Loop *loop, Task *task, Value given) {
    bool done = given == FAIL    ? task_on_raise(vm, task)
                : given == EMPTY ? task_on_return(vm, task, take(&vm->return_value))
                                 : task_on_yield(vm, task, given);
    leave_task(vm, loop, task);
    return done ? LOOP_AGAIN : LOOP_FAILED;
}

/* The leaf of the coroutine waits for what is no coroutine and gets the exception first. */
static LoopStep throw_into_awaited(VM *vm, Loop *loop, Task *task, Value error) {
    Coro *leaf = frame_coro(vm->frame);
    Value *awaited = &leaf->f.r[INSN_A(leaf->f.pc[-1])];
    Value given = await_throw(vm, *awaited, error);
    if (given != FAIL && given != EMPTY) {
        coro_suspend(vm, leaf);
        return finish_nested(vm, loop, task, given);
    }
    leaf->flags &= (u8)~CORO_DELEGATING;
    if (given == FAIL) return LOOP_RAISE;
    replace(awaited, take(&vm->return_value));
    return LOOP_ENTERED;
}

static LoopStep enter_coroutine(VM *vm, Loop *loop, Task *task, Value error) {
    Coro *coro = (Coro *)to_object(task->coroutine);
    if (UNLIKELY(coro->state == CORO_CLOSED)) {
        raise_runtime(vm, "cannot reuse already awaited coroutine");
        return finish_nested(vm, loop, task, FAIL);
    }
    if (!coro_enter(vm, coro, FRAME_LOOP)) return finish_nested(vm, loop, task, FAIL);
    if (LIKELY(error == EMPTY)) {
        if (!coro_deliver(vm, NONE)) vm->pending_sent = NONE;
        return LOOP_ENTERED;
    }
    Coro *leaf = frame_coro(vm->frame);
    if (leaf->flags & CORO_DELEGATING) {
        if (leaf->awaiting || !is_plain_future(leaf->f.r[INSN_A(leaf->f.pc[-1])]))
            return throw_into_awaited(vm, loop, task, error);
        leaf->flags &= (u8)~CORO_DELEGATING;
    }
    coro_raise(vm, error);
    return LOOP_RAISE;
}

/* Something that only behaves like a coroutine: by its methods. */
static LoopStep call_coroutine(VM *vm, Loop *loop, Task *task, Value error) {
    OWNED Value coroutine = incref(task->coroutine);
    Value given = error == EMPTY ? call_method_1(vm, coroutine, NAME(send), NONE)
                                 : call_method_1(vm, coroutine, NAME(throw), error);
    if (given == FAIL && exception_matches(vm, EXC(StopIteration))) {
        OWNED Value stop = exception_take(vm);
        vm->return_value = object_getattr(vm, stop, NAME(value));
        given = vm->return_value == FAIL ? FAIL : EMPTY;
    }
    return finish_nested(vm, loop, task, given);
}

/* It was queued twice, or finished meanwhile. */
static LoopStep refuse_done(VM *vm, Loop *loop, Task *task) {
    raise_format(vm, EXC(InvalidStateError), "__step(): already done: %R %R", from_object(task),
                 loop->running.argument == EMPTY ? NONE : loop->running.argument);
    OWNED Value error = exception_take(vm);
    OWNED Value handle = loop_entry_handle(vm, loop, &loop->running);
    release_running(loop);
    if (handle == FAIL) return LOOP_FAILED;
    exception_restore(vm, TAKE(error));
    return report_callback(vm, from_object(loop), handle) ? LOOP_AGAIN : LOOP_FAILED;
}

static LoopStep step_task(VM *vm, Loop *loop) {
    Task *task = to_task(loop->running.what);
    if (UNLIKELY(future_state(&task->future) != FUTURE_PENDING)) return refuse_done(vm, loop, task);
    OWNED Value error = task_begin_step(vm, task, loop->running.argument);
    if (error == FAIL || !context_enter(vm, &task->context)) return LOOP_FAILED;
    task->future.h.aux |= TASK_IS_RUNNING;
    loop->current = incref(from_object(task));
    u8 kind = object_kind(task->coroutine);
    if (LIKELY(kind == KIND_COROUTINE || kind == KIND_GENERATOR)) return enter_coroutine(vm, loop, task, error);
    return call_coroutine(vm, loop, task, error);
}

void loop_task_returned(VM *vm, Value value) {
    Loop *loop = loop_of_frame(vm);
    Task *task = to_task(loop->running.what);
    loop->has_failed = !task_on_return(vm, task, value);
    leave_task(vm, loop, task);
}

void loop_task_yielded(VM *vm, Value value) {
    Loop *loop = loop_of_frame(vm);
    Task *task = to_task(loop->running.what);
    if (value == NONE && task_sleeps(task)) {
        loop->has_failed = !sleep_begin(vm, task);
        leave_task(vm, loop, task);
        return;
    }
    if (value == NONE && loop->is_plain && task->future.loop == from_object(loop) &&
        loop_push_running(vm, loop)) {
        leave_context(vm, loop, task);
        return;
    }
    loop->has_failed = !task_on_yield(vm, task, value);
    leave_task(vm, loop, task);
}

/* ---- callbacks ---- */

enum { MOST_ARGUMENTS = 8 }; /* of a callback that is entered */

/* Call it so that a script function runs in the instruction loop. */
static LoopStep call(VM *vm, Value callback, const Value *args, u32 count) {
    Value room[MOST_ARGUMENTS + 1];
    u32 given = 0;
    Value function = callback;
    if (has_exact_kind(callback, KIND_BOUND_METHOD)) {
        BoundMethod *method = (BoundMethod *)to_object(callback);
        function = method->function;
        room[given++] = method->self;
    }
    if (is_enterable(function) && count <= MOST_ARGUMENTS) {
        for (u32 i = 0; i < count; i++) room[given++] = args[i];
        Function *entered = (Function *)to_object(function);
        return enter_function(vm, entered, room, given, EMPTY, FRAME_DISCARD, 0) ? LOOP_ENTERED : LOOP_FAILED;
    }
    OWNED Value result = object_call(vm, callback, (Value *)args, count, EMPTY);
    return result == FAIL ? LOOP_FAILED : LOOP_AGAIN;
}

static LoopStep step_callback(VM *vm, Loop *loop) {
    if (!context_enter(vm, &loop->running.context)) return LOOP_FAILED;
    loop->is_entered = true;
    return call(vm, loop->running.what, &loop->running.argument, 1);
}

static LoopStep step_handle(VM *vm, Loop *loop) {
    Handle *handle = to_handle(loop->running.what);
    if (handle->h.aux & HANDLE_CANCELLED) {
        release_running(loop);
        return LOOP_AGAIN;
    }
    if (!context_enter(vm, &handle->context)) return LOOP_FAILED;
    loop->is_entered = true;
    /* the handle may be cancelled while it runs */
    OWNED Value args = incref(handle->args);
    OWNED Value callback = incref(handle->callback);
    return call(vm, callback, to_tuple(args)->items, (u32)to_tuple(args)->count);
}

static LoopStep step_timer(VM *vm, Loop *loop) {
    if (is_task(loop->running.what)) {
        bool is_queued = sleep_end(vm, loop);
        release_running(loop);
        return is_queued ? LOOP_AGAIN : LOOP_FAILED;
    }
    Future *future = to_future(loop->running.what);
    bool done = true;
    if (future_state(future) == FUTURE_PENDING) {
        OWNED Value result = take(&future->result);
        done = future_set_result(vm, future, result);
    }
    release_running(loop);
    return done ? LOOP_AGAIN : LOOP_FAILED;
}

static LoopStep step_gather(VM *vm, Loop *loop) {
    bool done = gather_child_done(vm, loop->running.what, loop->running.argument);
    release_running(loop);
    return done ? LOOP_AGAIN : LOOP_FAILED;
}

/* ---- exceptions ---- */

static bool callback_raised(VM *vm, Loop *loop) {
    OWNED Value error = exception_take(vm);
    if (loop->is_entered) leave_callback_context(vm, loop);
    OWNED Value handle = loop_entry_handle(vm, loop, &loop->running);
    release_running(loop);
    if (handle == FAIL) return false;
    exception_restore(vm, TAKE(error));
    return report_callback(vm, from_object(loop), handle);
}

bool loop_caught(VM *vm, Value exception) {
    Loop *loop = loop_of_frame(vm);
    exception_restore(vm, incref(exception));
    if (loop->running.sort == ENTRY_NONE) return false;
    Task *task = to_task(loop->running.what);
    if (loop->running.sort != ENTRY_TASK || !(task->future.h.aux & TASK_IS_RUNNING))
        return callback_raised(vm, loop);
    bool done = task_on_raise(vm, task);
    OWNED Value goes_on = done ? EMPTY : exception_take(vm);
    leave_task(vm, loop, task);
    if (!done) exception_restore(vm, TAKE(goes_on));
    return done;
}

/* ---- one step ---- */

static LoopStep step(VM *vm, Loop *loop) {
    switch (loop->running.sort) {
    case ENTRY_TASK: return step_task(vm, loop);
    case ENTRY_CALLBACK: return step_callback(vm, loop);
    case ENTRY_HANDLE: return step_handle(vm, loop);
    case ENTRY_TIMER: return step_timer(vm, loop);
    case ENTRY_GATHER: return step_gather(vm, loop);
    default: return LOOP_AGAIN;
    }
}

enum { NEXT = 2, NEAR = 4, FAR = 7 }; /* entries ahead */

static inline Task *task_ahead(Loop *loop, u32 ahead) {
    const Entry *entry = &loop->ring[(loop->first + ahead) & (loop->capacity - 1)];
    return entry->sort == ENTRY_TASK ? to_task(entry->what) : NULL;
}

/* Where many tasks wake up in turn, memory is what they wait for: it is asked for some entries ahead. */
static void prefetch_tasks(Loop *loop) {
    Task *far = task_ahead(loop, FAR), *near = task_ahead(loop, NEAR), *next = task_ahead(loop, NEXT);
    if (far) {
        __builtin_prefetch(far);
        __builtin_prefetch(&far->waiter);
    }
    if (near) {
        Coro *root = (Coro *)to_object(near->coroutine);
        __builtin_prefetch(root);
        __builtin_prefetch(&root->f);
    }
    if (!next || object_kind(next->coroutine) != KIND_COROUTINE) return;
    Coro *leaf = ((Coro *)to_object(next->coroutine))->leaf;
    __builtin_prefetch(leaf);
    __builtin_prefetch(&leaf->f);
}

LoopStep loop_step(VM *vm) {
    Loop *loop = loop_of_frame(vm);
    if (UNLIKELY(loop->has_failed)) {
        loop->has_failed = false;
        return LOOP_FAILED;
    }
    if (loop->running.sort != ENTRY_NONE) leave_callback(vm, loop);
    if (UNLIKELY(loop->step_what != EMPTY)) debug_end(vm, loop);
    if (!loop->batch) {
        if ((loop->is_stopping || loop->is_stepping) && loop->has_turned) return LOOP_STOP;
        loop->has_turned = true;
        if (!loop_begin_turn(vm, loop)) return LOOP_FAILED;
        loop->batch = loop->count;
        if (!loop->batch) return LOOP_AGAIN;
    }
    loop->batch--;
    loop->running = loop->ring[loop->first];
    loop->first = (loop->first + 1) & (loop->capacity - 1);
    loop->count--;
    if (loop->batch > FAR) prefetch_tasks(loop);
    if (UNLIKELY(loop->is_debug)) debug_begin(vm, loop);
    return step(vm, loop);
}
