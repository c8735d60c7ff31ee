/* Strings in the making: for the files that implement str and fill a new string in place.
 *
 *     Str *s = str_allocate(vm, size, ascii);      ... fill s->data[0..size) ...
 *     return str_finish(s, length);                length in code points (ASCII: the
 * size)
 *
 * Layout: struct, bytes, NUL; when the text is not ASCII, a trailer at the next multiple
 * of 8.
 */
#ifndef APY_OBJECTS_STR_MAKE_H
#define APY_OBJECTS_STR_MAKE_H

#include "objects/str.h"

/* Byte offsets of code points 64, 128, 192 ...: as many as were asked for so far. */
typedef struct StrIndex {
    usize count, capacity;
    usize offsets[];
} StrIndex;

typedef struct StrTrailer {
    usize length;    /* code points */
    StrIndex *index; /* NULL until a far code point is asked for */
} StrTrailer;

static inline usize str_trailer_offset(usize size) {
    return (offsetof(Str, data) + size + 8) & ~(usize)7;
}
static inline StrTrailer *str_trailer(const Str *s) {
    return (StrTrailer *)((char *)s + str_trailer_offset(s->size));
}
/* Bytes that the struct needs. */
static inline usize str_struct_size(usize size, bool ascii) {
    return ascii ? offsetof(Str, data) + size + 1
                 : str_trailer_offset(size) + sizeof(StrTrailer);
}

/* A new exact str; NULL with MemoryError. `size` is not 0. */
Str *str_allocate(VM *vm, usize size, bool ascii);
/* The same for an instance of a subclass. */
Str *str_allocate_as(VM *vm, Type *type, usize size, bool ascii);
static inline Value str_finish(Str *s, usize length) {
    s->data[s->size] = '\0';
    if (s->h.aux & STR_NOT_ASCII) *str_trailer(s) = (StrTrailer){.length = length};
    return from_object(s);
}

/* From bytes whose length in code points is known; ASCII when it equals the size. */
Value str_new_counted(VM *vm, const char *data, usize size, usize length);
/* The bytes from `start` to `end` of s, as an exact str. */
Value str_cut(VM *vm, Value s, const char *start, const char *end);
/* The same text as an exact str (itself if it is one); owned. */
Value str_exact(VM *vm, Value s);

/* ---- slots of str, each in its own file ---- */
Value str_repr(VM *vm, Value self);
Value str_iter(VM *vm, Value self);
Value str_getitem(VM *vm, Value self, Value key);

#endif
