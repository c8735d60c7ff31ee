/* finditer() and scanner(): one match after the other. */
#include "objects/iterator.h"
#include "objects/native.h"
#include "stdlib/re.h"

typedef struct Scanner {
    Obj h;
    Value pattern;
    Value string; /* EMPTY when nothing is left */
    Subject subject;
    usize at;
    bool not_empty; /* the last match was empty: the next must not be that again */
} Scanner;

Value scanner_new(VM *vm, Type *type, Value pattern, Value string, Value pos,
                  Value endpos) {
    Subject subject;
    CHECK(subject_open(vm, &subject, to_pattern(pattern), string, pos, endpos));
    Scanner *scanner = (Scanner *)object_new(vm, type);
    if (!scanner) {
        subject_close(vm, &subject);
        return FAIL;
    }
    scanner->pattern = incref(pattern);
    scanner->string = incref(string);
    scanner->subject = subject;
    scanner->at = subject.start;
    return from_object(scanner);
}

static void let_go(VM *vm, Scanner *scanner) {
    if (scanner->string == EMPTY) return;
    subject_close(vm, &scanner->subject);
    decref(take(&scanner->string));
}

static void free_scanner(VM *vm, Obj *self) {
    let_go(vm, (Scanner *)self);
    decref(take(&((Scanner *)self)->pattern));
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Scanner *)self)->pattern);
    visitor->visit(visitor, ((Scanner *)self)->string);
}

/* EMPTY at the end. */
static Value step(VM *vm, Scanner *scanner, ReMode mode) {
    const usize *spans;
    if (scanner->string == EMPTY) return EMPTY;
    Pattern *pattern = to_pattern(scanner->pattern);
    int found = pattern_run(vm, pattern, &scanner->subject, mode, scanner->at,
                            scanner->not_empty, &spans);
    if (found < 0) return FAIL;
    if (!found) {
        let_go(vm, scanner);
        return EMPTY;
    }
    scanner->at = spans[1];
    scanner->not_empty = spans[0] == spans[1];
    return match_new(vm, pattern, &scanner->subject, spans);
}

static Value next(VM *vm, Value self) {
    return step(vm, (Scanner *)self, RE_SEARCH);
}

static Value or_none(Value match) {
    return match == EMPTY ? NONE : match;
}

METHOD(re_Scanner, search, "($self, /)") {
    return or_none(step(vm, (Scanner *)args[0], RE_SEARCH));
}

METHOD(re_Scanner, match, "($self, /)") {
    return or_none(step(vm, (Scanner *)args[0], RE_MATCH));
}

MEMBER(re_Scanner, pattern) {
    return incref(((Scanner *)self)->pattern);
}

TYPE(re_finditer, .name = "callable_iterator", .size = sizeof(Scanner), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW,
     .slots = {.free = free_scanner, .visit = visit, .iter = iterator_self, .next = next})

TYPE(re_Scanner, .name = "_sre.SRE_Scanner", .size = sizeof(Scanner), .kind = KIND_OTHER,
     .flags = TYPE_FINAL | TYPE_NO_NEW, .slots = {.free = free_scanner, .visit = visit})
