#include "vm/reports.h"

#include <stdlib.h>

#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/suggest.h"

/* ---- texts ---- */

/* Takes over `text`; if making it failed, says so instead. */
static Value or_failed(VM *vm, Value text, const char *what, const char *function) {
    if (text != FAIL) return text;
    exception_clear(vm);
    text = str_format(vm, "<%s %s() failed>", what, function);
    if (text != FAIL) return text;
    exception_clear(vm);
    return EMPTY;
}

Value safe_str(VM *vm, Value v, const char *what) {
    return or_failed(vm, object_str(vm, v), what, "str");
}

Value safe_repr(VM *vm, Value v, const char *what) {
    return or_failed(vm, object_repr(vm, v), what, "repr");
}

static Value name_in(Value exception) {
    return ((NameException *)exception)->name;
}

/* Takes over `text` and gives the longer one, or the same when memory is out. */
static Value add_text(VM *vm, Value text, const char *before, Value name) {
    Value longer = str_format(vm, "%S%s'%S'?", text, before, name);
    if (longer == FAIL) {
        exception_clear(vm);
        return text;
    }
    decref(text);
    return longer;
}

static Value add_suggestion(VM *vm, Value text, Value exception) {
    OWNED Value suggestion = suggest_name(vm, exception);
    if (suggestion != EMPTY) text = add_text(vm, text, ". Did you mean: ", suggestion);
    if (!is_instance(vm, exception, EXC(NameError))) return text;
    Value name = name_in(exception);
    if (!is_str(name) || !is_stdlib_module(str_span(name))) return text;
    const char *before = suggestion != EMPTY ? " Or did you forget to import "
                                             : ". Did you forget to import ";
    return add_text(vm, text, before, name);
}

static Value text_of(VM *vm, Value exception) {
    Value text = safe_str(vm, exception, "exception");
    return text == EMPTY ? EMPTY : add_suggestion(vm, text, exception);
}

static Value say_notes_failed(VM *vm) {
    OWNED Value error = exception_take(vm);
    OWNED Value shown = safe_repr(vm, error, "__notes__");
    if (shown == EMPTY) return EMPTY;
    OWNED Value line = TRY(str_format(vm, "Ignored error getting __notes__: %S", shown));
    return tuple_of(vm, 1, line);
}

static Value notes_of(VM *vm, Value exception) {
    Value notes = object_find_attr(vm, exception, NAME(__notes__));
    if (notes == FAIL) notes = say_notes_failed(vm);
    if (notes == FAIL) exception_clear(vm);
    if (notes == FAIL || notes == NONE) return EMPTY;
    return notes;
}

/* ---- the list ---- */

static Report *grow(Reports *reports) {
    if (reports->count == reports->capacity) {
        u32 capacity = reports->capacity ? reports->capacity * 2 : 8;
        Report *items = realloc(reports->items, capacity * sizeof *items);
        if (!items) {
            reports->failed = true;
            return NULL;
        }
        reports->items = items;
        reports->capacity = capacity;
    }
    return &reports->items[reports->count++];
}

static i32 add(VM *vm, Reports *reports, Value exception) {
    Report *report = grow(reports);
    if (!report) return -1;
    i32 index = (i32)reports->count - 1;
    to_object(exception)->flags |= EXCEPTION_SEEN;
    *report = (Report){incref(exception), EMPTY, EMPTY, -1, -1, -1, -1, 0};
    Value text = text_of(vm, exception), notes = notes_of(vm, exception);
    report = &reports->items[index];
    report->text = text;
    report->notes = notes;
    return index;
}

static i32 add_link(VM *vm, Reports *reports, i32 from, Value link) {
    if (link == EMPTY || to_object(link)->flags & EXCEPTION_SEEN) return -1;
    i32 index = add(vm, reports, link);
    if (index >= 0) reports->items[index].before = from;
    return index;
}

/* ---- the walk: the last one found goes first, as it decides what has been seen ---- */

typedef struct Stack {
    i32 *items;
    u32 count, capacity;
} Stack;

static void push(Stack *stack, i32 index) {
    if (index < 0) return;
    if (stack->count == stack->capacity) {
        u32 capacity = stack->capacity ? stack->capacity * 2 : 16;
        i32 *items = realloc(stack->items, capacity * sizeof *items);
        if (!items) return;
        stack->items = items;
        stack->capacity = capacity;
    }
    stack->items[stack->count++] = index;
}

static void add_members(VM *vm, Reports *reports, i32 index, Value group) {
    Tuple *members = to_tuple(((GroupException *)group)->exceptions);
    i32 first = (i32)reports->count;
    for (usize i = 0; i < members->count; i++)
        if (add(vm, reports, members->items[i]) < 0) return;
    reports->items[index].members = first;
    reports->items[index].member_count = (u32)members->count;
}

static void add_links(VM *vm, Reports *reports, i32 index, bool is_chained) {
    Exception *e = to_exception(reports->items[index].exception);
    if (!is_chained) return;
    i32 cause = add_link(vm, reports, index, e->cause);
    reports->items[index].cause = cause;
    if (cause >= 0 || e->suppress_context) return;
    i32 context = add_link(vm, reports, index, e->context);
    reports->items[index].context = context;
}

static void push_found(Stack *stack, const Report *report) {
    push(stack, report->cause);
    push(stack, report->context);
    for (u32 i = 0; i < report->member_count; i++) push(stack, report->members + (i32)i);
}

void reports_gather(VM *vm, Reports *reports, Value exception, bool is_chained) {
    Stack stack = {0};
    push(&stack, add(vm, reports, exception));
    while (stack.count && !reports->failed) {
        i32 index = stack.items[--stack.count];
        Value current = reports->items[index].exception;
        add_links(vm, reports, index, is_chained);
        if (is_instance(vm, current, EXC(BaseExceptionGroup)))
            add_members(vm, reports, index, current);
        push_found(&stack, &reports->items[index]);
    }
    free(stack.items);
}

void reports_free(VM *vm, Reports *reports) {
    for (u32 i = 0; i < reports->count; i++) {
        to_object(reports->items[i].exception)->flags &= (u8)~EXCEPTION_SEEN;
        decref(reports->items[i].exception);
        decref(reports->items[i].text);
        decref(reports->items[i].notes);
    }
    free(reports->items);
}
