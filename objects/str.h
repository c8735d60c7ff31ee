/* str: UTF-8 (lone surrogates in three-byte form), immutable, NUL-terminated.
 *
 * ASCII strings index in O(1). Others carry a trailer behind their bytes with the length
 * in code points and, made on first use for long ones, an index of byte offsets of every
 * 64th code point.
 */
#ifndef APY_OBJECTS_STR_H
#define APY_OBJECTS_STR_H

#include "objects/vm.h"

enum { STR_NOT_ASCII = 1, STR_INTERNED = 2 }; /* Obj.aux */

struct Str {
    Obj h;
    u64 hash;   /* 0: not computed yet (a computed 0 becomes 1) */
    usize size; /* bytes */
    char data[];
};

static inline Str *to_str(Value v) {
    return (Str *)v;
}
static inline bool is_str(Value v) {
    return has_kind(v, KIND_STR);
}
static inline Span str_span(Value v) {
    return (Span){to_str(v)->data, to_str(v)->size};
}
static inline bool str_is_ascii(Value v) {
    return !(to_object(v)->aux & STR_NOT_ASCII);
}

/* The shared string of an ASCII character that has been met before: owned; else EMPTY. */
static inline Value str_quick_character(VM *vm, char c) {
    return (u8)c < 0x80 ? incref(vm->latin1[(u8)c]) : EMPTY;
}

/* s[index] of ASCII text, where that character has been met before: owned; else EMPTY. */
static inline Value str_quick_item(VM *vm, Value s, i64 index) {
    usize size = to_str(s)->size;
    if (index < 0) index += (i64)size;
    if (UNLIKELY(!str_is_ascii(s) || (u64)index >= size)) return EMPTY;
    return incref(vm->latin1[(u8)to_str(s)->data[index]]);
}

/* From bytes known to be valid (checked only for being ASCII). One ASCII or Latin-1
 * character gives the shared string. */
Value str_new(VM *vm, const char *data, usize size);
Value str_from_span(VM *vm, Span span);
Value str_from_text(VM *vm, const char *text);
/* Take a buffer's content; the buffer is freed. FAIL if the buffer had failed. */
Value str_from_buffer(VM *vm, Buffer *buffer);
/* The same of a buffer that holds nothing but ASCII. */
Value str_from_ascii(VM *vm, Buffer *buffer);
Value str_from_code_point(VM *vm, u32 code_point);
/* Decode as UTF-8 with surrogateescape, for file names, argv, environment. */
Value str_from_os(VM *vm, const char *bytes, usize size);
Value str_format(VM *vm, const char *format, ...); /* the formats of raise_format */
Value str_format_list(VM *vm, const char *format, va_list arguments);

usize str_length(Value s);              /* in code points */
usize str_offset(Value s, usize index); /* byte offset of a code point */
usize str_index_at(Value s, usize offset); /* code points before that byte */
u32 str_code_point(Value s, usize index);
Value str_slice(VM *vm, Value s, usize start, usize end); /* code points, step 1 */
u64 str_hash(VM *vm, Value s);
u64 str_hash_span(VM *vm, Span text); /* of a str with this text */
bool str_equal(Value a, Value b);
bool str_equals_text(Value s, const char *text);
int str_order(Value a, Value b); /* <0, 0, >0 by code point */
Value str_repeat(VM *vm, Value s, i64 count);
Value str_concat(VM *vm, Value a, Value b);
/* a + b where a is consumed, grown in place when nobody else holds it (s += x in a loop).
 */
Value str_append(VM *vm, Value owned_a, Value b);
Value str_join(VM *vm, Value separator, Value *items,
               usize count); /* items are all str */
/* The same without separator, of what an f-string is made of: strs, inline ints, inline floats. */
Value str_join_pieces(VM *vm, const Value *pieces, usize count);
bool str_repr_to(Buffer *out, Value s);
/* What ascii() makes of a repr: \xNN, \uNNNN, \UNNNNNNNN for all that is not ASCII. */
Value str_escape_non_ascii(VM *vm, Value s);
void str_escape_code_point(Buffer *out, u32 code_point);
Value str_get(VM *vm, Value s, i64 index);                /* s[index] */
Value str_percent(VM *vm, Value format, Value arguments); /* format % arguments */
/* Encode for the system (surrogateescape); NUL-terminated; false on an embedded NUL. */
bool str_to_os(VM *vm, Value s, Buffer *out);

/* ---- interning: objects/intern.c ---- */
/* Takes over `s`, returns the one string of this content (owned). Interned strings live
 * as long as somebody holds them. */
Value str_intern(VM *vm, Value s);
Value str_intern_text(VM *vm, const char *text);
Value str_intern_span(VM *vm, Span text);
/* The interned string of this content (borrowed) or EMPTY: a name nobody interned is no
 * key of an attribute or keyword. */
Value str_find_interned(VM *vm, Value s);
static inline bool str_is_interned(Value s) {
    return to_object(s)->aux & STR_INTERNED;
}
/* Called when an interned string dies. */
void str_forget(VM *vm, Value s);
bool intern_open(VM *vm);
void intern_close(VM *vm);

/* ---- the VM's own strings ---- */
/* Make the interning table, the shared empty str and bytes, and set vm->latin1. The types
 * str and bytes must stand. Called once, when the VM is made. */
bool text_open(VM *vm);
/* Let go of them; strings that still live are no longer interned. */
void text_close(VM *vm);
void str_free(VM *vm, Obj *self); /* the `free` slot of str */

#endif
