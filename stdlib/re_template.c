/* Replacements: "\1, \g<name>" as text and group numbers in turn. */
#include "base/utf8.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "stdlib/re.h"
#include "stdlib/re_source.h"

typedef struct Reader {
    ReSource source;
    Pattern *pattern;
    Value parts;    /* list: str or bytes, and ints */
    Buffer literal; /* in the encoding of the result */
} Reader;

static void add_character(Reader *reader, u32 c) {
    if (reader->source.is_text)
        buffer_add_code_point(&reader->literal, c);
    else
        buffer_add_char(&reader->literal, (char)c);
}

static bool flush(Reader *reader) {
    VM *vm = reader->source.vm;
    if (!reader->literal.length) return !reader->literal.failed;
    Value text = reader->source.is_text ? str_from_buffer(vm, &reader->literal)
                                        : bytes_from_buffer(vm, &reader->literal);
    reader->literal = (Buffer){0};
    return text != FAIL && list_push_owned(vm, to_list(reader->parts), text);
}

static bool add_group(Reader *reader, u64 group, usize offset) {
    if (group > reader->pattern->tree.groups)
        return re_source_fail(&reader->source, offset, "invalid group reference %lu",
                              (unsigned long)group);
    return flush(reader) && list_push_owned(reader->source.vm, to_list(reader->parts),
                                            from_small((i64)group));
}

static bool add_named(Reader *reader, Value name, usize length) {
    VM *vm = reader->source.vm;
    u64 group;
    if (re_is_number(name, &group)) {
        if (group < RE_MAX_GROUPS) return add_group(reader, group, length + 1);
        return re_source_fail(&reader->source, length + 1, "invalid group reference %S",
                              name);
    }
    if (!re_source_check_name(&reader->source, name, 1)) return false;
    Value found = dict_get(vm, to_dict(reader->pattern->tree.group_index), name);
    if (found == FAIL) return false;
    if (found != EMPTY) return add_group(reader, (u64)to_small(found), length + 1);
    raise_index(vm, "unknown group name %R", name);
    return false;
}

static bool read_named(Reader *reader) {
    int opened = re_source_match(&reader->source, '<');
    if (opened < 0) return false;
    if (!opened) return re_source_fail(&reader->source, 0, "missing <");
    OWNED Value name = re_source_until(&reader->source, '>', "group name");
    return name != FAIL && add_named(reader, name, str_length(name));
}

static bool read_null(Reader *reader) {
    u32 value = 0;
    ReToken token;
    for (int i = 0; i < 2 && re_is_octal(re_source_peek(&reader->source)); i++) {
        value = value * 8 + re_source_peek(&reader->source) - '0';
        if (!re_source_get(&reader->source, &token)) return false;
    }
    add_character(reader, value & 0xFF);
    return true;
}

static bool fail_escape(Reader *reader, usize start, const char *format) {
    ReSource *source = &reader->source;
    OWNED Value text = re_source_slice(source, start, source->at);
    return text != FAIL && re_source_fail(source, source->at - start, format, text);
}

static bool read_number(Reader *reader, const ReToken *first) {
    ReSource *source = &reader->source;
    ReToken token;
    u32 a = first->character, b = re_source_peek(source);
    if (!re_is_digit(b)) return add_group(reader, a - '0', 1);
    if (!re_source_get(source, &token)) return false;
    u32 c = re_source_peek(source);
    if (!re_is_octal(a) || !re_is_octal(b) || !re_is_octal(c))
        return add_group(reader, (a - '0') * 10 + b - '0', 2);
    if (!re_source_get(source, &token)) return false;
    u32 value = (a - '0') * 64 + (b - '0') * 8 + c - '0';
    if (value > 0377)
        return fail_escape(reader, first->start,
                           "octal escape value %S outside of range 0-0o377");
    add_character(reader, value);
    return true;
}

static bool read_escape(Reader *reader, const ReToken *token) {
    u32 c = token->character, simple = re_simple_escape(c);
    if (c == 'g') return read_named(reader);
    if (c == '0') return read_null(reader);
    if (re_is_digit(c)) return read_number(reader, token);
    if (simple == RE_NO_CHARACTER && re_is_letter(c))
        return fail_escape(reader, token->start, "bad escape %S");
    if (simple == RE_NO_CHARACTER) add_character(reader, '\\');
    add_character(reader, simple == RE_NO_CHARACTER ? c : simple);
    return true;
}

static bool read_all(Reader *reader) {
    ReToken token;
    for (;;) {
        if (!re_source_get(&reader->source, &token)) return false;
        if (token.character == RE_NO_CHARACTER) return flush(reader);
        if (!token.is_escape)
            add_character(reader, token.character);
        else if (!read_escape(reader, &token))
            return false;
    }
}

bool span_has_escape(Span span) {
    return span.length && memchr(span.data, '\\', span.length);
}

bool template_check(VM *vm, Value text) {
    if (is_str(text) || has_kind(text, KIND_BYTES) || has_kind(text, KIND_BYTEARRAY) ||
        has_kind(text, KIND_MEMORYVIEW))
        return true;
    raise_type(vm, "decoding to str: need a bytes-like object, %T found", text);
    return false;
}

Value template_parse(VM *vm, Pattern *pattern, Value text) {
    OWNED Value parts = TRY(list_new(vm, 4));
    Reader reader = {.pattern = pattern, .parts = parts};
    bool ok = re_source_open(vm, &reader.source, text) && read_all(&reader);
    re_source_close(&reader.source);
    buffer_free(&reader.literal);
    return ok ? TAKE(parts) : FAIL;
}

static bool refuse_part(VM *vm, const Subject *subject, Value part) {
    if (subject->is_text)
        raise_type(vm, "sequence item %d: expected str instance, %T found", 0, part);
    else
        raise_type(vm, "sequence item %d: expected a bytes-like object, %T found", 0,
                   part);
    return false;
}

bool template_expand(VM *vm, Value template, const Subject *subject, const usize *spans,
                     Buffer *out) {
    List *parts = to_list(template);
    for (usize i = 0; i < parts->count; i++) {
        Value part = parts->items[i];
        if (is_small(part)) {
            const usize *span = spans + 2 * to_small(part);
            if (span[0] == RE_UNSET || span[1] > subject->size) continue;
            buffer_add(out, subject->data + span[0], span[1] - span[0]);
        } else if (is_str(part) != subject->is_text) {
            return refuse_part(vm, subject, part);
        } else {
            buffer_add_span(out, is_str(part) ? str_span(part) : bytes_span(part));
        }
    }
    return true;
}

Value template_expand_match(VM *vm, Value template, Match *match) {
    Subject subject;
    Buffer out = {0};
    CHECK(subject_open(vm, &subject, to_pattern(match->pattern), match->string, EMPTY,
                       EMPTY));
    bool ok = template_expand(vm, template, &subject, match->spans, &out);
    Value text = ok ? subject_text(vm, &subject, &out) : FAIL;
    if (!ok) buffer_free(&out);
    subject_close(vm, &subject);
    return text;
}
