/* Methods that bytes and bytearray share. They take the arguments as the method got them;
 * results that are bytes have the type of self: bytes, or bytearray.
 */
#ifndef APY_OBJECTS_BYTE_TEXT_H
#define APY_OBJECTS_BYTE_TEXT_H

#include "objects/bytes.h"

static inline bool is_bytes(Value v) {
    return has_kind(v, KIND_BYTES);
}
static inline bool is_bytearray(Value v) {
    return has_kind(v, KIND_BYTEARRAY);
}
/* The bytes of a bytes or bytearray. Script code may change those of a bytearray: take
 * them last. */
static inline Span byte_span(Value v) {
    if (is_bytes(v)) return bytes_span(v);
    const ByteArray *array = (ByteArray *)v;
    return (Span){array->size ? array->data : "", array->size};
}
/* A new bytes or bytearray, as `self` is. data NULL: not set. */
Value byte_new(VM *vm, Value self, const char *data, usize size);
char *byte_data(Value fresh); /* to fill it */
Value byte_from_buffer(VM *vm, Value self, Buffer *buffer);
/* The same bytes: self when it is exactly bytes, else a copy. */
Value byte_same(VM *vm, Value self);

static inline bool byte_is_space(u8 c) {
    return c == ' ' || (c >= 9 && c <= 13);
}
static inline bool byte_is_lower(u8 c) {
    return c >= 'a' && c <= 'z';
}
static inline bool byte_is_upper(u8 c) {
    return c >= 'A' && c <= 'Z';
}

/* An int in range(256) by __index__; ValueError "byte must be in range(0, 256)". */
bool want_byte(VM *vm, Value v, u8 *out);

/* A needle: bytes-like, or one byte as an int. */
typedef struct BytePart {
    Buffered lent;
    char byte;
    Span span;
} BytePart;
bool byte_part_open(VM *vm, Value v, BytePart *out);
void byte_part_close(VM *vm, BytePart *part);

/* byte_find.c */
Value byte_find(VM *vm, Value *args);
Value byte_rfind(VM *vm, Value *args);
Value byte_index(VM *vm, Value *args);
Value byte_rindex(VM *vm, Value *args);
Value byte_count(VM *vm, Value *args);
int byte_contains(VM *vm, Value self, Value item);
Value byte_startswith(VM *vm, Value *args);
Value byte_endswith(VM *vm, Value *args);
Value byte_removeprefix(VM *vm, Value *args);
Value byte_removesuffix(VM *vm, Value *args);
Value byte_replace(VM *vm, Value *args);
/* byte_split.c */
Value byte_split(VM *vm, Value *args);
Value byte_rsplit(VM *vm, Value *args);
Value byte_splitlines(VM *vm, Value *args);
Value byte_partition(VM *vm, Value *args);
Value byte_rpartition(VM *vm, Value *args);
Value byte_join(VM *vm, Value *args);
/* byte_pad.c */
Value byte_strip(VM *vm, Value *args, bool left, bool right);
Value byte_justify(VM *vm, Value *args, char side); /* l, r or c: where the text goes */
Value byte_zfill(VM *vm, Value *args);
Value byte_expandtabs(VM *vm, Value *args);
/* byte_case.c */
Value byte_lower(VM *vm, Value self);
Value byte_upper(VM *vm, Value self);
Value byte_swapcase(VM *vm, Value self);
Value byte_title(VM *vm, Value self);
Value byte_capitalize(VM *vm, Value self);
Value byte_isalnum(Value self);
Value byte_isalpha(Value self);
Value byte_isascii(Value self);
Value byte_isdigit(Value self);
Value byte_islower(Value self);
Value byte_isupper(Value self);
Value byte_isspace(Value self);
Value byte_istitle(Value self);
/* byte_code.c */
Value byte_translate(VM *vm, Value *args);
Value byte_maketrans(VM *vm, Value *args);
Value byte_hex(VM *vm, Span bytes, Value separator, Value group); /* both may be EMPTY */
/* The bytes of hexadecimal text, as bytes. */
Value byte_fromhex(VM *vm, Value text);
Value byte_decode(VM *vm, Value *args);
/* byte_make.c: what bytes() and bytearray() make of their arguments, as bytes */
typedef struct ByteMake {
    const char *name;          /* "bytes" */
    bool uses_bytes_method;    /* call __bytes__ */
    const char *range_message; /* for items out of range */
} ByteMake;
Value byte_make(VM *vm, const ByteMake *make, Value *args, u32 nargs, Value kwnames);
/* From an iterable of ints or a bytes-like object. */
Value byte_from_object(VM *vm, const ByteMake *make, Value v);
/* Operators. */
Value byte_getitem(VM *vm, Value self, Value key, const char *range_text,
                   const char *name);
Value byte_concat(VM *vm, Value a, Value b);
Value byte_repeat(VM *vm, Value self, i64 times);
Value byte_percent(VM *vm, Value format, Value arguments);
/* The literal without its b. bytearray escapes single quotes within double ones too. */
void byte_write_repr(Buffer *out, Span bytes, bool escapes_single);

#endif
