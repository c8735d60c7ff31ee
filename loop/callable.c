/* What stands in CPython's queue of ready handles: the callables for the steps of tasks and for waiters that are woken.
 * Here they are made only when a program looks, and for loops of other sorts. */
#include "loop/asyncio.h"
#include "loop/context.h"
#include "loop/gather.h"
#include "loop/handle.h"
#include "loop/sleep.h"
#include "objects/exc.h"
#include "objects/native.h"
#include "objects/tuple.h"

/* ---- the step of a task ---- */

typedef struct StepWrapper {
    Obj h;
    Value task;
    Value error; /* what is raised in it, or EMPTY */
} StepWrapper;

static StepWrapper *to_wrapper(Value v) {
    return (StepWrapper *)to_object(v);
}

static Value new_wrapper(VM *vm, Value task, Value error) {
    StepWrapper *made = (StepWrapper *)object_new(vm, vm->types[TYPE_TaskStepMethWrapper]);
    if (!made) return FAIL;
    made->task = incref(task);
    made->error = incref(error);
    return from_object(made);
}

static void free_wrapper(VM *vm, Obj *self) {
    decref(((StepWrapper *)self)->task);
    decref(((StepWrapper *)self)->error);
}

static void visit_wrapper(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((StepWrapper *)self)->task);
    visitor->visit(visitor, ((StepWrapper *)self)->error);
}

static void clear_wrapper(VM *vm, Obj *self) {
    replace(&((StepWrapper *)self)->task, EMPTY);
    replace(&((StepWrapper *)self)->error, EMPTY);
}

static Value call_wrapper(VM *vm, Value self, Value *args, u32 nargs, Value kwnames) {
    if (kwnames != EMPTY && to_tuple(kwnames)->count) return raise_type(vm, "function takes no keyword arguments");
    if (nargs) return raise_type(vm, "function takes no positional arguments");
    OWNED Value task = incref(to_wrapper(self)->task);
    if (task == EMPTY) return NONE;
    OWNED Value error = incref(to_wrapper(self)->error);
    return task_step(vm, to_task(task), error) ? NONE : FAIL;
}

TYPE(TaskStepMethWrapper, .name = "_asyncio.TaskStepMethWrapper", .size = sizeof(StepWrapper), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_wrapper, .visit = visit_wrapper, .clear = clear_wrapper, .call = call_wrapper})

GETTER(TaskStepMethWrapper, __self__) {
    return field_get(to_wrapper(self)->task);
}

/* ---- waking ---- */

static Value wake_up(VM *vm, Value *args, u32 nargs) {
    return task_step(vm, to_task(args[0]), args[1]) ? NONE : FAIL;
}

/* A method of tasks that is no attribute of theirs. */
static Value wakeup_method(VM *vm, Value task) {
    static const char *const parameters[] = {"fut", NULL};
    static const NativeSpec spec = {.name = "task_wakeup", .function = wake_up, .parameters = parameters,
                                    .sort = NATIVE_METHOD, .named = 1, .positional = 1, .positional_only = 1,
                                    .required = 1, .plain_least = 1, .plain_end = 2, .owner = TYPE_Task};
    return native_new(vm, &spec, task, EMPTY);
}

Value loop_waiter_callable(VM *vm, Value waiter) {
    return is_task(waiter) ? wakeup_method(vm, waiter) : object_getattr_text(vm, waiter, "_done_callback");
}

Value loop_task_callable(VM *vm, Value task, Value *argument) {
    bool is_woken = task_sleeps(to_task(task)) || (*argument != EMPTY && !is_exception(*argument));
    if (is_woken) return wakeup_method(vm, task);
    Value error = *argument;
    *argument = EMPTY;
    return new_wrapper(vm, task, error);
}

/* ---- as handles ---- */

static Value timer_handle(VM *vm, Loop *loop, Value what) {
    bool is_over = is_task(what);
    OWNED Value callback = TRY(asyncio_helper(vm, "asyncio.futures", "_set_result_unless_cancelled"));
    Value result = is_over || to_future(what)->result == EMPTY ? NONE : to_future(what)->result;
    OWNED Value args = TRY(tuple_of(vm, 2, what, result));
    return handle_new(vm, from_object(loop), callback, args, EMPTY);
}

Value loop_entry_handle(VM *vm, Loop *loop, const Entry *entry) {
    if (entry->sort == ENTRY_HANDLE) return incref(entry->what);
    if (entry->sort == ENTRY_TIMER) return timer_handle(vm, loop, entry->what);
    Value argument = entry->argument;
    OWNED Value callback = TRY(entry->sort == ENTRY_CALLBACK ? incref(entry->what)
                               : is_task(entry->what)        ? loop_task_callable(vm, entry->what, &argument)
                                                             : loop_waiter_callable(vm, entry->what));
    OWNED Value args = TRY(argument == EMPTY ? incref(vm->empty_tuple) : tuple_of(vm, 1, argument));
    return handle_new(vm, from_object(loop), callback, args, incref(entry->context));
}
