/* What bytes() and bytearray() make of their arguments; operators that both have. */
#include "objects/byte_text.h"
#include "objects/codecs.h"
#include "objects/int.h"
#include "objects/memoryview.h"
#include "objects/native.h"
#include "objects/percent.h"
#include "objects/range.h"
#include "objects/want.h"

Value byte_new(VM *vm, Value self, const char *data, usize size) {
    return is_bytes(self) ? bytes_new(vm, data, size) : bytearray_new(vm, data, size);
}

char *byte_data(Value fresh) {
    return is_bytes(fresh) ? ((Bytes *)fresh)->data : ((ByteArray *)fresh)->data;
}

Value byte_from_buffer(VM *vm, Value self, Buffer *buffer) {
    if (is_bytes(self)) return bytes_from_buffer(vm, buffer);
    Value array = buffer->failed ? raise_memory(vm)
                                 : bytearray_new(vm, buffer->data, buffer->length);
    buffer_free(buffer);
    return array;
}

Value byte_same(VM *vm, Value self) {
    if (has_exact_kind(self, KIND_BYTES)) return incref(self);
    Span bytes = byte_span(self);
    return byte_new(vm, self, bytes.data, bytes.length);
}

/* ---- construction ---- */

static bool add_item(VM *vm, const ByteMake *make, Buffer *out, Value item) {
    i64 byte;
    OWNED Value index = TRY_OR_FALSE(object_index(vm, item));
    if (!int_fits_i64(index, &byte) || byte < 0 || byte > 255)
        return raise_value(vm, "%s", make->range_message) != FAIL;
    buffer_add_char(out, (char)byte);
    return true;
}

static Value from_iterable(VM *vm, const ByteMake *make, Value v) {
    OWNED Value iterator = TRY(object_iter(vm, v));
    Buffer out = {0};
    for (;;) {
        OWNED Value item = iter_next(vm, iterator);
        if (item == EMPTY) return bytes_from_buffer(vm, &out);
        if (item != FAIL && add_item(vm, make, &out, item)) continue;
        buffer_free(&out);
        return FAIL;
    }
}

static Value copy_buffer(VM *vm, Value v) {
    if (has_kind(v, KIND_MEMORYVIEW)) return memoryview_to_bytes(vm, v);
    Buffered lent;
    CHECK(buffered_get(vm, v, &lent, false));
    Value bytes = bytes_new(vm, lent.data, lent.size);
    buffered_release(vm, &lent);
    return bytes;
}

Value byte_from_object(VM *vm, const ByteMake *make, Value v) {
    Slots *slots = &type_of(vm, v)->slots;
    if (has_exact_kind(v, KIND_BYTES)) return incref(v);
    if (slots->buffer) return copy_buffer(vm, v);
    if (!is_str(v) && (slots->iter || slots->getitem)) return from_iterable(vm, make, v);
    return raise_type(vm, "cannot convert '%T' object to %s", v, make->name);
}

static Value zeros(VM *vm, Value source, Value index) {
    i64 count;
    if (!int_fits_i64(index, &count))
        return raise_overflow(vm, "cannot fit '%T' into an index-sized integer", source);
    if (count < 0) return raise_value(vm, "negative count");
    Value bytes = TRY(bytes_new(vm, NULL, (usize)count));
    memset(((Bytes *)bytes)->data, 0, (usize)count);
    return bytes;
}

/* The result of __bytes__, EMPTY if there is no such method. */
static Value call_bytes_method(VM *vm, Value v) {
    if (has_exact_kind(v, KIND_BYTES)) return EMPTY;
    OWNED Value method = TRY(object_find_special(vm, v, NAME(__bytes__)));
    if (method == EMPTY) return EMPTY;
    OWNED Value bytes = TRY(call_0(vm, method));
    if (is_bytes(bytes)) return TAKE(bytes);
    return raise_type(vm, "__bytes__ returned non-bytes (type %T)", bytes);
}

/* As many zeros as the index says; what fails to be an index may still be iterable. */
static Value from_index(VM *vm, const ByteMake *make, Value source) {
    OWNED Value index = object_index(vm, source);
    if (index != FAIL) return zeros(vm, source, index);
    CHECK(exception_matches(vm, EXC(TypeError)));
    exception_clear(vm);
    return byte_from_object(vm, make, source);
}

static Value from_source(VM *vm, const ByteMake *make, Value source) {
    if (make->uses_bytes_method) {
        Value bytes = TRY(call_bytes_method(vm, source));
        if (bytes != EMPTY) return bytes;
    }
    if (is_str(source)) return raise_type(vm, "string argument without an encoding");
    if (has_index(vm, source) && !type_of(vm, source)->slots.buffer)
        return from_index(vm, make, source);
    return byte_from_object(vm, make, source);
}

Value byte_make(VM *vm, const ByteMake *make, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"source", "encoding", "errors", NULL};
    const Arguments spec = {make->name, names, .positional = 3};
    Value bound[3];
    CHECK(arguments_bind(vm, &spec, args, nargs, kwnames, bound));
    Value source = bound[0], encoding = bound[1], errors = bound[2];
    if (encoding != EMPTY)
        CHECK(want_str(vm, make->name, "argument 'encoding'", encoding));
    if (errors != EMPTY) CHECK(want_str(vm, make->name, "argument 'errors'", errors));
    bool is_text = source != EMPTY && is_str(source);
    if (encoding != EMPTY) {
        if (is_text) return codec_encode_values(vm, source, encoding, errors);
        return raise_type(vm, "encoding without a string argument");
    }
    if (errors != EMPTY)
        return raise_type(vm, is_text ? "string argument without an encoding"
                                      : "errors without a string argument");
    return source == EMPTY ? incref(vm->empty_bytes) : from_source(vm, make, source);
}

/* ---- operators ---- */

static Value get_slice(VM *vm, Value self, Value slice) {
    i64 start, step, count;
    CHECK(slice_resolve(vm, slice, (i64)byte_span(self).length, &start, &step, &count));
    Span bytes = byte_span(self);
    if (step == 1) {
        if ((usize)count == bytes.length && has_exact_kind(self, KIND_BYTES))
            return incref(self);
        return byte_new(vm, self, bytes.data + start, (usize)count);
    }
    Value result = TRY(byte_new(vm, self, NULL, (usize)count));
    char *to = byte_data(result);
    for (i64 i = 0; i < count; i++) to[i] = bytes.data[start + i * step];
    return result;
}

Value byte_getitem(VM *vm, Value self, Value key, const char *range_text,
                   const char *name) {
    if (has_kind(key, KIND_SLICE)) return get_slice(vm, self, key);
    if (!has_index(vm, key))
        return raise_type(vm, "%s indices must be integers or slices, not %T", name, key);
    i64 index;
    CHECK(want_index(vm, key, &index));
    Span bytes = byte_span(self);
    if (index < 0) index += (i64)bytes.length;
    if (index < 0 || index >= (i64)bytes.length) return raise_index(vm, "%s", range_text);
    return from_small((u8)bytes.data[index]);
}

Value byte_concat(VM *vm, Value a, Value b) {
    if (has_exact_kind(a, KIND_BYTES) && has_exact_kind(b, KIND_BYTES)) {
        if (!byte_span(a).length) return incref(b);
        if (!byte_span(b).length) return incref(a);
    }
    Buffered left = {.owner = EMPTY}, right = {.owner = EMPTY};
    Value sum = FAIL;
    CHECK(buffered_get(vm, a, &left, false));
    if (type_of(vm, b)->slots.buffer && buffered_get(vm, b, &right, false)) {
        sum = byte_new(vm, a, NULL, left.size + right.size);
        if (sum != FAIL && left.size + right.size) {
            memcpy(byte_data(sum), left.data, left.size);
            memcpy(byte_data(sum) + left.size, right.data, right.size);
        }
    } else {
        exception_clear(vm);
        raise_type(vm, "can't concat %T to %T", b, a);
    }
    buffered_release(vm, &left);
    buffered_release(vm, &right);
    return sum;
}

Value byte_repeat(VM *vm, Value self, i64 times) {
    usize size = byte_span(self).length, count = times > 0 ? (usize)times : 0, total;
    if (count == 1) return byte_same(vm, self);
    if (__builtin_mul_overflow(size, count, &total) || total > PTRDIFF_MAX - 64)
        return is_bytes(self) ? raise_overflow(vm, "repeated bytes are too long")
                              : raise_memory(vm);
    Value result = TRY(byte_new(vm, self, NULL, total));
    char *to = byte_data(result);
    Span bytes = byte_span(self);
    if (size == 1)
        memset(to, bytes.data[0], total);
    else
        for (usize at = 0; at < total; at += size) memcpy(to + at, bytes.data, size);
    return result;
}

Value byte_percent(VM *vm, Value format, Value arguments) {
    Buffer out = {0};
    Buffered lent;
    CHECK(buffered_get(vm, format, &lent, false));
    bool good = percent_format(vm, (Span){lent.data, lent.size}, arguments, true, &out);
    buffered_release(vm, &lent);
    if (good) return byte_from_buffer(vm, format, &out);
    buffer_free(&out);
    return FAIL;
}

void byte_write_repr(Buffer *out, Span bytes, bool escapes_single) {
    bool single = memchr(bytes.data, '\'', bytes.length);
    char quote = single && !memchr(bytes.data, '"', bytes.length) ? '"' : '\'';
    buffer_add_char(out, quote);
    for (usize i = 0; i < bytes.length; i++) {
        u8 c = (u8)bytes.data[i];
        if (c == (u8)quote || c == '\\' || (c == '\'' && escapes_single)) {
            buffer_add_char(out, '\\');
            buffer_add_char(out, (char)c);
        } else if (c == '\t' || c == '\n' || c == '\r') {
            buffer_add_text(out, c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r");
        } else if (c < ' ' || c > 126) {
            buffer_printf(out, "\\x%02x", c);
        } else {
            buffer_add_char(out, (char)c);
        }
    }
    buffer_add_char(out, quote);
}
