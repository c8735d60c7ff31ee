#include "loop/loop.h"

#include "loop/chance.h"
#include "loop/context.h"
#include "loop/debug.h"
#include "loop/gather.h"
#include "loop/handle.h"
#include "loop/poll.h"
#include "loop/state.h"
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* ---- the ready queue ---- */

static void release_entry(Entry *entry) {
    decref(entry->what);
    decref(entry->argument);
    decref(entry->context);
}

static bool grow(VM *vm, Loop *loop) {
    u32 capacity = loop->capacity ? loop->capacity * 2 : 64;
    Entry *ring = heap_raw_alloc(&vm->heap, capacity * sizeof(Entry));
    if (!ring) return raise_memory(vm), false;
    for (u32 i = 0; i < loop->count; i++) ring[i] = loop->ring[(loop->first + i) & (loop->capacity - 1)];
    heap_raw_free(&vm->heap, loop->ring, loop->capacity * sizeof(Entry));
    loop->ring = ring;
    loop->capacity = capacity;
    loop->first = 0;
    return true;
}

bool loop_check_open(VM *vm, Loop *loop) {
    if (LIKELY(!loop->is_closed)) return true;
    raise_runtime(vm, "Event loop is closed");
    return false;
}

static void note_waker(VM *vm, Loop *loop, Entry *entry) {
    entry->waker = loop->current != EMPTY && is_task(loop->current) ? to_task(loop->current)->number : 0;
    entry->line = 0;
    if (UNLIKELY(loop->notes_lines) && vm->frame) {
        const PositionRow *row = code_position(vm->frame->code, vm->frame->pc);
        entry->line = row && row->line > 0 ? (u32)row->line : 0;
    }
}

bool loop_push(VM *vm, Loop *loop, Entry entry) {
    if (UNLIKELY(loop->is_closed) || (UNLIKELY(loop->count == loop->capacity) && !grow(vm, loop))) {
        release_entry(&entry);
        return loop->is_closed ? loop_check_open(vm, loop) : false;
    }
    note_waker(vm, loop, &entry);
    loop->ring[(loop->first + loop->count++) & (loop->capacity - 1)] = entry;
    return true;
}

bool loop_push_running(VM *vm, Loop *loop) {
    if (UNLIKELY(loop->count == loop->capacity || loop->is_closed)) return false;
    Entry *entry = &loop->ring[(loop->first + loop->count++) & (loop->capacity - 1)];
    *entry = loop->running;
    loop->running = (Entry){.what = EMPTY, .argument = EMPTY, .context = EMPTY};
    note_waker(vm, loop, entry);
    Value argument = entry->argument;
    entry->argument = EMPTY;
    decref(argument);
    return true;
}

/* loop.call_soon(callback, argument, context=...), for loops of other sorts; argument EMPTY: none. */
static bool call_soon_of(VM *vm, Value loop, Value callback, Value argument, Value *context) {
    OWNED Value method = object_getattr(vm, loop, NAME(call_soon));
    OWNED Value names = method == FAIL ? FAIL : tuple_of(vm, 1, NAME(context));
    if (names == FAIL || context_object(vm, context) == FAIL) return false;
    Value args[] = {callback, argument == EMPTY ? *context : argument, *context};
    OWNED Value done = object_call(vm, method, args, argument == EMPTY ? 1 : 2, names);
    return done != FAIL;
}

static bool push_waiter_elsewhere(VM *vm, Value loop, Value waiter, Value argument) {
    OWNED Value callable = is_task(waiter) ? loop_task_callable(vm, waiter, &argument)
                                           : loop_waiter_callable(vm, waiter);
    if (callable == FAIL) return false;
    OWNED Value own = EMPTY;
    Value *context = &own;
    if (!is_task(waiter)) own = context_copy(vm);
    else context = to_future(waiter)->h.aux & TASK_IS_RUNNING ? &vm->context : &to_task(waiter)->context;
    return call_soon_of(vm, loop, callable, argument, context);
}

bool loop_push_waiter(VM *vm, Value loop, Value waiter, Value argument) {
    if (UNLIKELY(!is_plain_loop(loop))) return push_waiter_elsewhere(vm, loop, waiter, argument);
    EntrySort sort = is_task(waiter) ? ENTRY_TASK : ENTRY_GATHER;
    return loop_push(vm, to_loop(loop), (Entry){.what = incref(waiter), .argument = incref(argument),
                                                .context = EMPTY, .sort = sort});
}

/* In debug mode the place where it was queued is to be known. */
static bool push_handle(VM *vm, Loop *loop, Value callback, Value future, Value context) {
    OWNED Value args = tuple_of(vm, 1, future);
    Value handle = args == FAIL ? FAIL : handle_new(vm, from_object(loop), callback, args, incref(context));
    return handle != FAIL && loop_push(vm, loop, (Entry){.what = handle, .argument = EMPTY, .context = EMPTY,
                                                         .sort = ENTRY_HANDLE});
}

bool loop_push_callback(VM *vm, Value loop, Value callback, Value future, Value context) {
    if (is_plain_loop(loop) && UNLIKELY(to_loop(loop)->is_debug))
        return push_handle(vm, to_loop(loop), callback, future, context);
    if (is_plain_loop(loop))
        return loop_push(vm, to_loop(loop), (Entry){.what = incref(callback), .argument = incref(future),
                                                    .context = incref(context), .sort = ENTRY_CALLBACK});
    OWNED Value word = incref(context);
    return call_soon_of(vm, loop, callback, future, &word);
}

/* ---- life ---- */

/* Has a script put something in the place of the method, in the loop, its class or a builtin base? */
static bool is_replaced(VM *vm, Loop *loop, Value name) {
    if (loop->dict != EMPTY && dict_get_str(vm, to_dict(loop->dict), name) != EMPTY) return true;
    return !has_kind(type_lookup(vm, type_of(vm, from_object(loop)), name), KIND_NATIVE);
}

void loop_note_replaced(VM *vm, Loop *loop) {
    const Value watched[] = {NAME(call_soon),   NAME(call_later),
                             NAME(call_at),     NAME(create_task),
                             NAME(run_forever), NAME(call_exception_handler),
                             NAME(default_exception_handler)};
    loop->is_plain = true;
    for (u32 i = 0; i < COUNT_OF(watched); i++)
        if (is_replaced(vm, loop, watched[i])) loop->is_plain = false;
    loop->has_own_time = is_replaced(vm, loop, NAME(time));
    loop->has_own_turns = is_replaced(vm, loop, NAME(_run_once));
    loop->sorts_equal_times = vm->chance->is_virtual && !loop->has_own_time;
}

static bool setattr_loop(VM *vm, Value self, Value name, Value value) {
    bool done = generic_setattr(vm, self, name, value);
    loop_note_replaced(vm, to_loop(self));
    return done;
}

static Value new_loop(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Loop *loop = (Loop *)object_new(vm, type);
    if (!loop) return FAIL;
    memset((char *)loop + sizeof(Obj), 0, sizeof(Loop) - sizeof(Obj));
    Value *fields[] = {&loop->dict, &loop->running.what, &loop->running.argument, &loop->running.context,
                       &loop->outside, &loop->current, &loop->signal_handlers, &loop->exception_handler,
                       &loop->task_factory, &loop->executor, &loop->async_generators, &loop->main_task,
                       &loop->step_what};
    for (u32 i = 0; i < COUNT_OF(fields); i++) *fields[i] = EMPTY;
    loop->slow_callback_duration = 0.1;
    loop->clock_resolution = 1e-9;
    loop_note_replaced(vm, loop);
    int is_debug = debug_is_wanted(vm);
    if (is_debug < 0) return decref(from_object(loop)), FAIL;
    loop->is_debug = is_debug;
    return from_object(loop);
}

Value loop_new(VM *vm) {
    return new_loop(vm, vm->types[TYPE__UnixSelectorEventLoop], NULL, 0, EMPTY);
}

static void clear_queue(VM *vm, Loop *loop) {
    while (loop->count) {
        Entry entry = loop->ring[loop->first++ & (loop->capacity - 1)];
        loop->count--;
        release_entry(&entry);
    }
    loop->first = loop->batch = 0;
}

/* close(): what was planned is forgotten. */
void loop_forget_all(VM *vm, Loop *loop) {
    clear_queue(vm, loop);
    loop_free_timers(vm, loop);
    poll_free(vm, loop);
}

static void clear_loop(VM *vm, Obj *self) {
    Loop *loop = (Loop *)self;
    loop_forget_all(vm, loop);
    Value *fields[] = {&loop->dict, &loop->signal_handlers, &loop->exception_handler, &loop->task_factory,
                       &loop->executor, &loop->async_generators};
    for (u32 i = 0; i < COUNT_OF(fields); i++) replace(fields[i], EMPTY);
}

static void free_loop(VM *vm, Obj *self) {
    Loop *loop = (Loop *)self;
    clear_loop(vm, self);
    release_entry(&loop->running);
    decref(loop->step_what);
    decref(loop->outside);
    decref(loop->current);
    heap_raw_free(&vm->heap, loop->ring, loop->capacity * sizeof(Entry));
}

static void finalize_loop(VM *vm, Value self) {
    Loop *loop = to_loop(self);
    if (loop->is_closed || loop->is_running || vm->is_closing) return;
    OWNED Value message = str_format(vm, "unclosed event loop %R", self);
    if (message == FAIL || !vm->hooks.warn(vm, EXC(ResourceWarning), message, 1, self))
        vm->hooks.unraisable(vm, NULL, self);
    loop->is_closed = true;
}

static void visit_entry(Visitor *visitor, const Entry *entry) {
    visitor->visit(visitor, entry->what);
    visitor->visit(visitor, entry->argument);
    visitor->visit(visitor, entry->context);
}

static void visit_loop(Obj *self, Visitor *visitor) {
    Loop *loop = (Loop *)self;
    Value fields[] = {loop->dict, loop->outside, loop->current, loop->step_what, loop->signal_handlers, loop->exception_handler,
                      loop->task_factory, loop->executor, loop->async_generators};
    for (u32 i = 0; i < COUNT_OF(fields); i++) visitor->visit(visitor, fields[i]);
    visit_entry(visitor, &loop->running);
    for (u32 i = 0; i < loop->count; i++)
        visit_entry(visitor, &loop->ring[(loop->first + i) & (loop->capacity - 1)]);
    for (u32 i = 0; i < loop->timer_count; i++) visitor->visit(visitor, loop->timers[i].what);
    poll_visit(loop, visitor);
}

static Value repr_loop(VM *vm, Value self) {
    Loop *loop = to_loop(self);
    return str_format(vm, "<%s running=%s closed=%s debug=%s>", type_short_name(type_of(vm, self)),
                      loop->is_running ? "True" : "False", loop->is_closed ? "True" : "False",
                      loop->is_debug ? "True" : "False");
}

/* ---- the types, from general to special as in CPython ---- */

/* Methods that few programs need are functions of asyncio.base_events, found on first use. */
static Value getattr_loop(VM *vm, Value self, Value name) {
    Value found = generic_find(vm, self, name);
    if (found == EMPTY) found = loop_late_method(vm, self, name);
    return found == EMPTY ? raise_attribute(vm, self, name) : found;
}

TYPE(AbstractEventLoop, .name = "asyncio.events.AbstractEventLoop", .flags = TYPE_HAS_DICT | TYPE_WEAKREFS | TYPE_OPEN,
     .slots = {.getattr = getattr_loop}, .doc = "Abstract event loop.")
TYPE(BaseEventLoop, .name = "asyncio.base_events.BaseEventLoop", .base = TYPE_AbstractEventLoop,
     .size = sizeof(Loop), .kind = KIND_LOOP, .flags = TYPE_OPEN, .dict_offset = offsetof(Loop, dict),
     .slots = {.new = new_loop, .free = free_loop, .visit = visit_loop, .clear = clear_loop,
               .finalize = finalize_loop, .repr = repr_loop, .getattr = getattr_loop, .setattr = setattr_loop})
TYPE(BaseSelectorEventLoop, .name = "asyncio.selector_events.BaseSelectorEventLoop", .base = TYPE_BaseEventLoop,
     .flags = TYPE_OPEN, .doc = "Selector event loop.")
TYPE(_UnixSelectorEventLoop, .name = "asyncio.unix_events._UnixSelectorEventLoop",
     .base = TYPE_BaseSelectorEventLoop, .flags = TYPE_OPEN, .doc = "Unix event loop.")
