/* Pattern.sub and subn. */
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/re.h"

typedef struct Replacement {
    VM *vm;
    Pattern *pattern;
    Subject subject;
    Value callable; /* EMPTY: not one */
    Value template; /* list, or EMPTY */
    Span literal;   /* when it is neither */
    Value misfit;   /* bytes for text or text for bytes: an error once it is used; or EMPTY */
    Buffer out;
    i64 done;
    i64 pieces; /* that the result is made of, as errors count them */
} Replacement;

/* What the function gave: text of the same sort, or None for nothing. */
static bool add_result(Replacement *self, Value result) {
    if (result == NONE) return self->pieces--, true;
    if (self->subject.is_text) {
        if (is_str(result)) return buffer_add_span(&self->out, str_span(result)), true;
        raise_type(self->vm, "sequence item %ld: expected str instance, %T found",
                   (long)self->pieces, result);
        return false;
    }
    Buffered memory;
    if (!buffered_get(self->vm, result, &memory, false)) {
        exception_clear(self->vm);
        raise_type(self->vm, "sequence item %ld: expected a bytes-like object, %T found",
                   (long)self->pieces, result);
        return false;
    }
    buffer_add(&self->out, memory.data, memory.size);
    buffered_release(self->vm, &memory);
    return true;
}

static bool add_called(Replacement *self, const usize *spans) {
    VM *vm = self->vm;
    OWNED Value match = match_new(vm, self->pattern, &self->subject, spans);
    if (match == FAIL) return false;
    OWNED Value result = call_1(vm, self->callable, match);
    return result != FAIL && add_result(self, result);
}

static bool add_replacement(Replacement *self, const usize *spans) {
    if (self->callable != EMPTY) return add_called(self, spans);
    if (self->misfit != EMPTY) return add_result(self, self->misfit);
    if (self->template != EMPTY)
        return template_expand(self->vm, self->template, &self->subject, spans,
                               &self->out);
    buffer_add_span(&self->out, self->literal);
    return true;
}

static bool replace_all(Replacement *self, i64 limit_or_zero) {
    const Subject *subject = &self->subject;
    usize from = 0, at = 0;
    bool not_empty = false;
    while (!limit_or_zero || self->done < limit_or_zero) {
        const usize *spans;
        int found = pattern_run(self->vm, self->pattern, subject, RE_SEARCH, at,
                                not_empty, &spans);
        if (found < 0) return false;
        if (!found) break;
        usize start = spans[0], end = spans[1];
        buffer_add(&self->out, subject->data + from, start - from);
        self->pieces += start > from;
        if (!add_replacement(self, spans)) return false;
        self->done++;
        self->pieces++;
        from = at = end;
        not_empty = start == end;
    }
    if (!self->done) return true;
    buffer_add(&self->out, subject->data + from, subject->size - from);
    return true;
}

/* A replacement without backslash is taken as it is. */
static bool read_replacement(Replacement *self, Value given) {
    VM *vm = self->vm;
    bool is_plain = has_kind(given, KIND_STR) || has_kind(given, KIND_BYTES);
    if (is_callable(vm, given)) {
        self->callable = given;
        return true;
    }
    if (is_plain) self->literal = is_str(given) ? str_span(given) : bytes_span(given);
    if (is_plain && !span_has_escape(self->literal)) {
        if (is_str(given) != self->subject.is_text) self->misfit = given;
        return true;
    }
    if (!template_check(vm, given)) return false;
    self->template = template_parse(vm, self->pattern, given);
    if (self->template != FAIL) return true;
    self->template = EMPTY;
    return false;
}

static Value finish(Replacement *self, bool ok) {
    VM *vm = self->vm;
    Value text = FAIL;
    if (ok && !self->done)
        text = subject_slice(vm, &self->subject, 0, self->subject.size);
    else if (ok)
        text = subject_text(vm, &self->subject, &self->out);
    if (!ok || !self->done) buffer_free(&self->out);
    decref(self->template);
    subject_close(vm, &self->subject);
    return text;
}

/* args: repl, string, count */
static Value substitute(VM *vm, Value pattern, Value *args, i64 *done) {
    i64 limit = 0;
    if (args[2] != EMPTY)
        CHECK(size_from_argument(vm, args[2], &limit));
    Replacement self = {.vm = vm, .pattern = to_pattern(pattern), .callable = EMPTY,
                        .template = EMPTY, .misfit = EMPTY};
    CHECK(subject_open(vm, &self.subject, self.pattern, args[1], EMPTY, EMPTY));
    bool ok = read_replacement(&self, args[0]) && (limit < 0 || replace_all(&self, limit));
    *done = self.done;
    return finish(&self, ok);
}

/* Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl. */
METHOD(re_Pattern, sub, "($self, /, repl, string, count=0)") {
    i64 done;
    return substitute(vm, args[0], args + 1, &done);
}

/* Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl. */
METHOD(re_Pattern, subn, "($self, /, repl, string, count=0)") {
    i64 done;
    OWNED Value text = TRY(substitute(vm, args[0], args + 1, &done));
    return tuple_of(vm, 2, text, from_small(done));
}
