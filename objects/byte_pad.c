/* strip, justify, zfill, expandtabs of bytes and bytearray. */
#include "objects/byte_text.h"
#include "objects/want.h"

static bool is_stripped(char c, const Span *set) {
    return set ? memchr(set->data, c, set->length) != NULL : byte_is_space((u8)c);
}

static Value strip(VM *vm, Value self, const Span *set, bool left, bool right) {
    Span text = byte_span(self);
    const char *from = text.data, *to = from + text.length;
    while (left && from < to && is_stripped(*from, set)) from++;
    while (right && to > from && is_stripped(to[-1], set)) to--;
    if ((usize)(to - from) == text.length) return byte_same(vm, self);
    return byte_new(vm, self, from, (usize)(to - from));
}

Value byte_strip(VM *vm, Value *args, bool left, bool right) {
    if (args[1] == EMPTY || args[1] == NONE) return strip(vm, args[0], NULL, left, right);
    Buffered lent;
    CHECK(buffered_get(vm, args[1], &lent, false));
    Span set = {lent.data, lent.size};
    Value result = strip(vm, args[0], &set, left, right);
    buffered_release(vm, &lent);
    return result;
}

/* Text with so many fill bytes on both sides. */
static Value pad(VM *vm, Value self, usize left, usize right, char fill) {
    Span text = byte_span(self);
    if (left + right > PTRDIFF_MAX - 64 - text.length)
        return is_bytes(self) ? raise_overflow(vm, "byte string is too large")
                              : raise_memory(vm);
    Value result = TRY(byte_new(vm, self, NULL, left + text.length + right));
    char *at = byte_data(result);
    memset(at, fill, left);
    memcpy(at + left, text.data, text.length);
    memset(at + left + text.length, fill, right);
    return result;
}

static bool take_fill(VM *vm, char side, Value v, char *fill) {
    *fill = ' ';
    if (v == EMPTY) return true;
    if ((is_bytes(v) || is_bytearray(v)) && byte_span(v).length == 1) {
        *fill = byte_span(v).data[0];
        return true;
    }
    const char *name = side == 'l' ? "ljust" : side == 'r' ? "rjust" : "center";
    return want_refuse(vm, name, "argument 2", "a byte string of length 1", v);
}

Value byte_justify(VM *vm, Value *args, char side) {
    i64 width;
    char fill;
    CHECK(object_to_i64(vm, args[1], &width) && take_fill(vm, side, args[2], &fill));
    i64 missing = width - (i64)byte_span(args[0]).length;
    if (missing <= 0) return byte_same(vm, args[0]);
    i64 left = side == 'l'   ? 0
               : side == 'r' ? missing
                             : missing / 2 + (missing & width & 1);
    return pad(vm, args[0], (usize)left, (usize)(missing - left), fill);
}

Value byte_zfill(VM *vm, Value *args) {
    i64 width;
    CHECK(object_to_i64(vm, args[1], &width));
    Span text = byte_span(args[0]);
    i64 missing = width - (i64)text.length;
    if (missing <= 0) return byte_same(vm, args[0]);
    Value result = TRY(pad(vm, args[0], (usize)missing, 0, '0'));
    char *data = byte_data(result), *first = data + missing;
    if (text.length && (*first == '+' || *first == '-')) {
        data[0] = *first;
        *first = '0';
    }
    return result;
}

Value byte_expandtabs(VM *vm, Value *args) {
    int tab = 8;
    if (args[1] != EMPTY) CHECK(want_int(vm, args[1], &tab));
    Buffer out = {0};
    usize column = 0;
    Span text = byte_span(args[0]);
    for (usize i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\t') {
            usize step = tab > 0 ? (usize)tab - column % (usize)tab : 0;
            buffer_add_repeated(&out, ' ', step);
            column += step;
        } else {
            buffer_add_char(&out, c);
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    return byte_from_buffer(vm, args[0], &out);
}
