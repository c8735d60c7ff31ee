/* The format mini-language,
 * [[fill]align][sign][z][#][0][width][grouping][.precision][type], and what str, int,
 * float and complex share in obeying it.
 *
 * Each type's format slot (METHOD(int, __format__ ...)) does:
 *     FormatSpec spec;
 *     CHECK(format_spec_parse(vm, self, text, 'd', '>', &spec));
 *     ... choose by spec.type, write the digits ...
 *     format_number(&out, &spec, &number);
 */
#ifndef APY_OBJECTS_FORMAT_H
#define APY_OBJECTS_FORMAT_H

#include "objects/str.h"

typedef struct FormatSpec {
    u32 fill;       /* code point, ' ' by default */
    char align;     /* one of < > = ^ */
    char sign;      /* + - space, or 0 when not given (then as '-') */
    bool z;         /* negative zero becomes zero */
    bool alternate; /* # */
    bool has_fill;  /* fill or align were given, or 0 before the width */
    char grouping;  /* , or _ or 0 */
    u8 group_size;  /* 3, or 4 for _ with b o x X */
    i64 width;      /* -1: not given */
    i64 precision;  /* -1: not given */
    u32 type;       /* code point; the default type when not given */
} FormatSpec;

/* Parse `text` (a str). `object` is whom error messages speak of. False with ValueError.
 */
bool format_spec_parse(VM *vm, Value object, Value text, char default_type,
                       char default_align, FormatSpec *out);

/* "Unknown format code 'x' for object of type 'str'" */
Value format_raise_unknown(VM *vm, const FormatSpec *spec, Value object);

/* A number as its parts: [sign][prefix][digits][rest]. Only the digits are grouped and
 * padded with zeros; all parts are ASCII. */
typedef struct FormatNumber {
    bool is_negative;
    Span prefix; /* "0x" ... */
    Span digits; /* the integer part */
    Span rest;   /* ".5e+10", "%", also "inf" and "nan", which are not grouped */
} FormatNumber;

/* Append the number, signed, grouped and padded as the spec says. */
void format_number(Buffer *out, const FormatSpec *spec, const FormatNumber *number);
/* Append the text, padded to the width ('=' counts as '<' here). `length` in code points.
 */
void format_pad(Buffer *out, const FormatSpec *spec, Span text, usize length);
/* Append digits with a separator between groups, with at least `min_width` columns
 * (leading zeros count as digits and are grouped). */
void format_group(Buffer *out, Span digits, char separator, usize group_size,
                  usize min_width);

/* Append format(v, spec), if it is of the common sort: an inline int or float, or a str of ASCII, and a
 * spec [<>^][+][#][0][width][,][.precision][type] that is right for it. False: nothing was appended, ask the
 * type. */
bool format_quickly(Value v, Span spec, Buffer *out);

typedef struct FormatQuick { /* what such a spec says */
    char align;              /* 0: not given */
    bool plus, alternate, zero, comma;
    char type;     /* 0: not given */
    u32 width;     /* 0: not given */
    i32 precision; /* -1: not given */
} FormatQuick;
/* The same by the parts of a spec. */
bool format_quick_value(Value v, const FormatQuick *quick, Buffer *out);

/* str.__format__ */
Value str_format_value(VM *vm, Value s, Value spec);

#endif
