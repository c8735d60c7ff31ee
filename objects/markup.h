/* The language of str.format: literal text, and fields {name!conversion:spec}. Shared by
 * str.format and string.Formatter (module _string).
 */
#ifndef APY_OBJECTS_MARKUP_H
#define APY_OBJECTS_MARKUP_H

#include "objects/vm.h"

/* What is left of a format string. */
typedef struct Markup {
    const char *at, *end;
} Markup;

/* Literal text and the field that follows it. */
typedef struct MarkupField {
    Span literal;
    bool is_field; /* else there is only the literal */
    Span name, spec;
    u32 conversion;  /* 0: none */
    bool has_nested; /* the spec has fields in it */
} MarkupField;

/* 1 with the next field, 0 at the end, -1 with ValueError. */
int markup_next(VM *vm, Markup *markup, MarkupField *out);

/* The name of a field: "first.attribute[key]". */
typedef struct FieldStep {
    bool is_attribute; /* else an item */
    Span name;
    i64 index; /* -1: the name is no number */
} FieldStep;

/* Split off the first part; what is left goes to *rest. */
bool field_first(VM *vm, Span name, FieldStep *first, Markup *rest);
/* 1 with the next step, 0 at the end, -1 with ValueError. */
int field_next(VM *vm, Markup *rest, FieldStep *out);

#endif
