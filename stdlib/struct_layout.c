#include "stdlib/struct_layout.h"

#include "objects/bytes.h"
#include "objects/str.h"

/* What a code stands for, natively and in the standard sizes; 0: not there. */
typedef struct CodeSize {
    char code;
    u8 native, align, standard;
} CodeSize;

static const CodeSize codes[] = {
    {'x', 1, 1, 1}, {'c', 1, 1, 1}, {'b', 1, 1, 1}, {'B', 1, 1, 1}, {'s', 1, 1, 1},
    {'p', 1, 1, 1}, {'?', 1, 1, 1}, {'h', 2, 2, 2}, {'H', 2, 2, 2}, {'i', 4, 4, 4},
    {'I', 4, 4, 4}, {'l', 8, 8, 4}, {'L', 8, 8, 4}, {'q', 8, 8, 8}, {'Q', 8, 8, 8},
    {'n', 8, 8, 0}, {'N', 8, 8, 0}, {'P', 8, 8, 0}, {'e', 2, 2, 2}, {'f', 4, 4, 4},
    {'d', 8, 8, 8},
};

static const CodeSize *find_code(VM *vm, char code, bool is_native) {
    for (usize i = 0; i < COUNT_OF(codes); i++) {
        if (codes[i].code != code) continue;
        if (is_native || codes[i].standard) return &codes[i];
    }
    raise_struct(vm, "bad char in struct format");
    return NULL;
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the parser is. */
typedef struct Parser {
    VM *vm;
    const char *at, *end;
    StructLayout layout;
    usize capacity;
} Parser;

static bool add_field(Parser *p, StructField field) {
    StructLayout *layout = &p->layout;
    if (layout->field_count == p->capacity) {
        usize capacity = p->capacity ? p->capacity * 2 : 8;
        StructField *fields = heap_raw_resize(&p->vm->heap, layout->fields,
                                              p->capacity * sizeof(StructField),
                                              capacity * sizeof(StructField));
        if (!fields) return raise_memory(p->vm), false;
        layout->fields = fields;
        p->capacity = capacity;
    }
    layout->fields[layout->field_count++] = field;
    return true;
}

/* The number before a code; 1 if there is none; -1: failed. */
static i64 read_count(Parser *p) {
    if (*p->at < '0' || *p->at > '9') return 1;
    i64 count = 0;
    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, *p->at - '0', &count)) {
            raise_struct(p->vm, "total struct size too long");
            return -1;
        }
    }
    if (p->at < p->end) return count;
    raise_struct(p->vm, "repeat count given without format specifier");
    return -1;
}

static bool read_field(Parser *p) {
    StructLayout *layout = &p->layout;
    i64 count = read_count(p);
    if (count < 0) return false;
    const CodeSize *code = find_code(p->vm, *p->at++, layout->is_native);
    if (!code) return false;
    i64 size = layout->is_native ? code->native : code->standard, bytes;
    i64 align = layout->is_native ? code->align : 1;
    layout->size = (layout->size + align - 1) / align * align;
    if (__builtin_mul_overflow(size, count, &bytes) ||
        __builtin_add_overflow(layout->size, bytes, &bytes)) {
        return raise_struct(p->vm, "total struct size too long"), false;
    }
    bool is_text = code->code == 's' || code->code == 'p';
    StructField field = {code->code, layout->size, is_text ? count : size,
                         is_text ? 1 : count};
    layout->size = bytes;
    if (code->code == 'x' || !field.count) return true;
    layout->values += field.count;
    return add_field(p, field);
}

static void read_order(Parser *p) {
    StructLayout *layout = &p->layout;
    char mark = p->at < p->end ? *p->at : '\0';
    layout->is_native = true;
    if (!mark || !strchr("@=<>!", mark)) return;
    layout->is_native = mark == '@';
    layout->is_big_endian = mark == '>' || mark == '!';
    p->at++;
}

static Span text_of(VM *vm, Value format) {
    if (has_kind(format, KIND_BYTES)) return bytes_span(format);
    return str_span(format);
}

bool struct_layout_parse(VM *vm, Value format, StructLayout *out) {
    if (!is_str(format) && !has_kind(format, KIND_BYTES)) {
        raise_type(vm, "Struct() argument 1 must be a str or bytes object, not %T",
                   format);
        return false;
    }
    Span text = text_of(vm, format);
    if (memchr(text.data, '\0', text.length)) {
        return raise_struct(vm, "embedded null character"), false;
    }
    Parser parser = {.vm = vm, .at = text.data, .end = text.data + text.length};
    read_order(&parser);
    while (parser.at < parser.end) {
        if (is_space(*parser.at))
            parser.at++;
        else if (!read_field(&parser)) {
            heap_raw_free(&vm->heap, parser.layout.fields,
                          parser.capacity * sizeof(StructField));
            return false;
        }
    }
    *out = parser.layout;
    if (!out->field_count) return true;
    out->fields = heap_raw_resize(&vm->heap, parser.layout.fields,
                                  parser.capacity * sizeof(StructField),
                                  out->field_count * sizeof(StructField));
    return true;
}

void struct_layout_free(VM *vm, StructLayout *layout) {
    if (!layout->fields) return;
    heap_raw_free(&vm->heap, layout->fields, layout->field_count * sizeof(StructField));
    layout->fields = NULL;
}
