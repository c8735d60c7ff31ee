#include "stdlib/re_source.h"

#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/str.h"
#include "stdlib/re_tree.h"

static bool decode_text(ReSource *source) {
    Str *s = to_str(source->pattern);
    usize length = str_length(source->pattern);
    const char *at = s->data;
    source->text = heap_raw_alloc(&source->vm->heap, (length + 1) * sizeof(u32));
    if (!source->text) return raise_memory(source->vm), false;
    source->length = length;
    for (usize i = 0; i < length; i++) source->text[i] = utf8_next(&at);
    return true;
}

static bool decode_bytes(ReSource *source) {
    Buffered memory;
    VM *vm = source->vm;
    if (!buffered_get(vm, source->pattern, &memory, false)) return false;
    source->text = heap_raw_alloc(&vm->heap, (memory.size + 1) * sizeof(u32));
    source->length = source->text ? memory.size : 0;
    for (usize i = 0; i < source->length; i++) source->text[i] = (u8)memory.data[i];
    buffered_release(vm, &memory);
    return source->text || (raise_memory(vm), false);
}

/* A backslash at the very end is an error as soon as it comes into sight. */
static bool check_next(ReSource *source) {
    if (source->at + 1 != source->length || source->text[source->at] != '\\') return true;
    OWNED Value text = str_from_text(source->vm, "bad escape (end of pattern)");
    if (text == FAIL) return false;
    return raise_pattern_error(source->vm, TAKE(text), source->pattern,
                               (i64)source->length - 1);
}

bool re_source_open(VM *vm, ReSource *source, Value pattern) {
    *source = (ReSource){.vm = vm, .pattern = pattern, .is_text = is_str(pattern)};
    bool ok = source->is_text ? decode_text(source) : decode_bytes(source);
    return ok && check_next(source);
}

void re_source_close(ReSource *source) {
    if (source->text)
        heap_raw_free(&source->vm->heap, source->text, (source->length + 1) * sizeof(u32));
}

bool re_source_get(ReSource *source, ReToken *token) {
    usize at = source->at;
    *token = (ReToken){RE_NO_CHARACTER, false, at, at};
    if (at >= source->length) return true;
    token->is_escape = source->text[at] == '\\';
    if (token->is_escape) at++;
    token->character = source->text[at];
    token->end = source->at = at + 1;
    return check_next(source);
}

int re_source_match(ReSource *source, u32 character) {
    if (re_source_peek(source) != character) return 0;
    source->at++;
    return check_next(source) ? 1 : -1;
}

Value re_source_slice(const ReSource *source, usize start, usize end) {
    Buffer out = {0};
    for (usize i = start; i < end; i++) buffer_add_code_point(&out, source->text[i]);
    return str_from_buffer(source->vm, &out);
}

bool re_source_fail(ReSource *source, usize offset, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    OWNED Value message = str_format_list(source->vm, format, arguments);
    va_end(arguments);
    if (message != FAIL && !source->is_text)
        replace(&message, str_escape_non_ascii(source->vm, message));
    if (message == FAIL) return false;
    return raise_pattern_error(source->vm, TAKE(message), source->pattern,
                               (i64)(source->at - offset));
}

Value re_source_until(ReSource *source, u32 terminator, const char *what) {
    usize start = source->at;
    for (;;) {
        ReToken token;
        CHECK(re_source_get(source, &token));
        usize length = token.start - start;
        if (token.character == RE_NO_CHARACTER) {
            if (!length)
                re_source_fail(source, 0, "missing %s", what);
            else
                re_source_fail(source, length, "missing %c, unterminated name",
                               (int)terminator);
            return FAIL;
        }
        if (token.is_escape || token.character != terminator) continue;
        if (length) return re_source_slice(source, start, token.start);
        re_source_fail(source, 1, "missing %s", what);
        return FAIL;
    }
}

bool re_source_check_name(ReSource *source, Value name, usize offset) {
    usize length = str_length(name) + offset;
    if (!source->is_text && !str_is_ascii(name))
        return re_source_fail(source, length, "bad character in group name %A", name);
    VM *vm = source->vm;
    OWNED Value is_name = call_method_0(vm, name, NAME(isidentifier));
    if (is_name == FAIL) return false;
    if (is_name == TRUE) return true;
    return re_source_fail(source, length, "bad character in group name %R", name);
}

bool re_is_number(Value name, u64 *out) {
    Span text = str_span(name);
    *out = 0;
    for (usize i = 0; i < text.length; i++) {
        if (!re_is_digit((u8)text.data[i])) return false;
        if (*out < (u64)1 << 50) *out = *out * 10 + (u64)(text.data[i] - '0');
    }
    return text.length > 0;
}

u32 re_simple_escape(u32 character) {
    static const char letters[] = "abfnrtv\\", characters[] = "\a\b\f\n\r\t\v\\";
    const char *found =
        character && character < 128 ? strchr(letters, (int)character) : NULL;
    return found ? (u32)characters[found - letters] : RE_NO_CHARACTER;
}
