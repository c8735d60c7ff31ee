/* The text a pattern is run over. */
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/re.h"

static bool refuse(VM *vm, bool is_text) {
    if (is_text)
        raise_type(vm, "cannot use a bytes pattern on a string-like object");
    else
        raise_type(vm, "cannot use a string pattern on a bytes-like object");
    return false;
}

static bool borrow_bytes(VM *vm, Subject *subject, Value string) {
    if (has_kind(string, KIND_BYTES)) {
        subject->data = bytes_span(string).data;
        subject->size = bytes_span(string).length;
        return true;
    }
    if (!buffered_get(vm, string, &subject->memory, false)) {
        if (!exception_matches(vm, EXC(TypeError))) return false;
        exception_clear(vm);
        raise_type(vm, "expected string or bytes-like object, got '%T'", string);
        return false;
    }
    subject->is_borrowed = true;
    subject->data = subject->memory.data ? subject->memory.data : "";
    subject->size = subject->memory.size;
    return true;
}

static bool borrow(VM *vm, Subject *subject, Value string) {
    *subject = (Subject){.string = string, .is_text = is_str(string), .form = RE_NARROW};
    if (!subject->is_text) return borrow_bytes(vm, subject, string);
    subject->data = to_str(string)->data;
    subject->size = to_str(string)->size;
    if (!str_is_ascii(string)) subject->form = RE_WIDE;
    return true;
}

/* A place counted in characters, held between 0 and the end. */
static bool read_place(VM *vm, Value v, usize length, usize otherwise, usize *out) {
    i64 place;
    *out = otherwise;
    if (v == EMPTY) return true;
    if (!size_from_argument(vm, v, &place)) return false;
    *out = place < 0 ? 0 : (usize)place > length ? length : (usize)place;
    return true;
}

static bool limit(VM *vm, Subject *subject, Value pos, Value endpos) {
    bool is_wide = subject->form == RE_WIDE;
    usize length = is_wide ? str_length(subject->string) : subject->size;
    if (!read_place(vm, pos, length, 0, &subject->position)) return false;
    if (!read_place(vm, endpos, length, length, &subject->end_position)) return false;
    subject->start = subject->position;
    if (!is_wide) {
        subject->size = subject->end_position;
        return true;
    }
    subject->start = str_offset(subject->string, subject->position);
    subject->size = str_offset(subject->string, subject->end_position);
    return true;
}

bool subject_open(VM *vm, Subject *subject, const Pattern *pattern, Value string,
                  Value pos, Value endpos) {
    if (!borrow(vm, subject, string)) return false;
    bool ok = true;
    if (pattern->pattern != NONE && subject->is_text != pattern->tree.is_text)
        ok = refuse(vm, subject->is_text);
    ok = ok && limit(vm, subject, pos, endpos);
    if (!ok) subject_close(vm, subject);
    return ok;
}

void subject_close(VM *vm, Subject *subject) {
    if (subject->is_borrowed) buffered_release(vm, &subject->memory);
    subject->is_borrowed = false;
}

Value subject_slice(VM *vm, const Subject *subject, usize start, usize end) {
    bool is_all = !start && end == (subject->is_text ? to_str(subject->string)->size
                                                     : subject->size);
    if (is_all && (has_exact_kind(subject->string, KIND_STR) ||
                   (has_exact_kind(subject->string, KIND_BYTES) &&
                    bytes_span(subject->string).length == end)))
        return incref(subject->string);
    if (subject->is_text) return str_new(vm, subject->data + start, end - start);
    return bytes_new(vm, subject->data + start, end - start);
}

/* Takes the buffer. */
Value subject_text(VM *vm, const Subject *subject, Buffer *out) {
    return subject->is_text ? str_from_buffer(vm, out) : bytes_from_buffer(vm, out);
}
