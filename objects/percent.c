#include "objects/percent.h"

#include "base/number.h"
#include "base/utf8.h"
#include "objects/float.h"
#include "objects/format.h"
#include "objects/int.h"
#include "objects/tuple.h"
#include "objects/type.h"
#include "objects/want.h"

/* One formatting under way. */
typedef struct Percent {
    VM *vm;
    Buffer *out;
    bool is_bytes;
    const char *start, *at, *end; /* of the format */
    Value arguments;              /* a tuple, or the only argument */
    i64 next, count;              /* of a tuple; -2, -1: a single argument not yet used */
    Value mapping; /* where %(key)s looks; EMPTY: arguments is no mapping */
} Percent;

/* One conversion: %[(key)][flags][width][.precision][hlL]letter */
typedef struct Directive {
    bool left, plus, blank, alternate, zero;
    i64 width, precision; /* -1: not given */
    u32 letter;
    Value key; /* what %(key) found, owned, or EMPTY */
} Directive;

/* What a conversion gives: text to be padded. */
typedef struct Piece {
    Buffer text;
    bool is_number; /* begins with a sign or not; zeros may be filled in */
} Piece;

static bool take_argument(Percent *p, Value *out) {
    if (p->next >= p->count) {
        raise_type(p->vm, "not enough arguments for format string");
        return false;
    }
    *out = p->count < 0 ? p->arguments : to_tuple(p->arguments)->items[p->next];
    p->next++;
    return true;
}

/* ---- reading a directive ---- */

static bool read_key(Percent *p, Directive *d) {
    if (p->mapping == EMPTY)
        return raise_type(p->vm, "format requires a mapping") != FAIL;
    const char *key = ++p->at;
    for (int depth = 1; depth; p->at++) {
        if (p->at == p->end) return raise_value(p->vm, "incomplete format key") != FAIL;
        depth += (*p->at == '(') - (*p->at == ')');
    }
    usize length = (usize)(p->at - key) - 1;
    OWNED Value name =
        p->is_bytes ? bytes_new(p->vm, key, length) : str_new(p->vm, key, length);
    d->key = TRY_OR_FALSE(object_getitem(p->vm, p->mapping, TRY_OR_FALSE(name)));
    p->arguments = d->key;
    p->next = -2;
    p->count = -1;
    return true;
}

static void read_flags(Percent *p, Directive *d) {
    for (; p->at < p->end; p->at++) {
        switch (*p->at) {
        case '-': d->left = true; break;
        case '+': d->plus = true; break;
        case ' ': d->blank = true; break;
        case '#': d->alternate = true; break;
        case '0': d->zero = true; break;
        default: return;
        }
    }
}

static bool read_digits(Percent *p, i64 *out, i64 limit, const char *too_big) {
    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
        if (*out > (limit - (*p->at - '0')) / 10)
            return raise_value(p->vm, "%s", too_big) != FAIL;
        *out = *out * 10 + (*p->at - '0');
    }
    return true;
}

/* An int argument in place of the star. */
static bool read_star(Percent *p, const char *c_type, i64 *out) {
    Value v;
    p->at++;
    if (!take_argument(p, &v)) return false;
    if (!is_int(v)) return raise_type(p->vm, "* wants int") != FAIL;
    if (is_bool(v)) {
        *out = v == TRUE;
    } else if (!int_fits_i64(v, out)) {
        return raise_overflow(p->vm, "Python int too large to convert to C %s", c_type) !=
               FAIL;
    }
    return true;
}

static bool read_width(Percent *p, Directive *d) {
    if (p->at == p->end) return true;
    if (*p->at == '*') {
        if (!read_star(p, "ssize_t", &d->width)) return false;
        if (d->width < 0) {
            d->left = true;
            d->width = -d->width;
        }
        return true;
    }
    if (*p->at < '0' || *p->at > '9') return true;
    d->width = 0;
    return read_digits(p, &d->width, INT64_MAX, "width too big");
}

static bool read_precision(Percent *p, Directive *d) {
    if (p->at == p->end || *p->at != '.') return true;
    p->at++;
    d->precision = 0;
    if (p->at == p->end) return true;
    if (*p->at == '*') {
        if (!read_star(p, "int", &d->precision)) return false;
        if (d->precision < 0) d->precision = 0;
        if (d->precision <= INT32_MAX) return true;
        return raise_overflow(p->vm, "Python int too large to convert to C int") != FAIL;
    }
    return read_digits(p, &d->precision, INT32_MAX,
                       p->is_bytes ? "prec too big" : "precision too big");
}

static bool read_directive(Percent *p, Directive *d) {
    if (p->at < p->end && *p->at == '(' && !read_key(p, d)) return false;
    read_flags(p, d);
    if (!read_width(p, d) || !read_precision(p, d)) return false;
    if (p->at < p->end && (*p->at == 'h' || *p->at == 'l' || *p->at == 'L')) p->at++;
    if (p->at == p->end) return raise_value(p->vm, "incomplete format") != FAIL;
    d->letter = p->is_bytes ? (u8)*p->at++ : utf8_next(&p->at);
    return true;
}

/* ---- numbers ---- */

static bool refuse_number(Percent *p, const Directive *d, const char *wanted, Value v) {
    u32 letter =
        p->is_bytes && d->letter == 'i' ? 'd' : d->letter; /* as CPython names it */
    raise_type(p->vm, "%%%c format: %s is required, not %T", letter, wanted, v);
    return false;
}

/* The int to show: of any real number for d, of what has __index__ for o and x. Owned. */
static Value take_int(Percent *p, const Directive *d, Value v) {
    VM *vm = p->vm;
    bool decimal = strchr("diu", (int)d->letter);
    const char *wanted = decimal ? "a real number" : "an integer";
    if (is_int(v)) return incref(v);
    u32 ops = CAN(UNARY_INDEX) | (decimal ? CAN(UNARY_INT) : 0);
    Value number = FAIL;
    u32 has = type_of(vm, v)->unary_ops & ops;
    if (has)
        number = has & CAN(UNARY_INT) ? object_unary(vm, UNARY_INT, v) : object_index(vm, v);
    else
        refuse_number(p, d, wanted, v);
    if (number == FAIL && exception_matches(vm, EXC(TypeError))) {
        exception_clear(vm);
        refuse_number(p, d, wanted, v);
    }
    return number;
}

static void make_upper(Buffer *text, usize from) {
    for (usize i = from; i < text->length; i++) {
        char *c = &text->data[i];
        if (*c >= 'a' && *c <= 'z') *c -= 32;
    }
}

/* sign, prefix, zeros up to the precision, digits */
static bool format_int(Percent *p, const Directive *d, Value v, Piece *piece) {
    OWNED Value number = TRY_OR_FALSE(take_int(p, d, v));
    u32 letter = d->letter | 32;
    int base = letter == 'x' ? 16 : letter == 'o' ? 8 : 10;
    char digits_room[120];
    Buffer digits = BUFFER_ON(digits_room);
    bool written = int_write(p->vm, is_bool(number) ? from_small(number == TRUE) : number,
                             base, &digits);
    Span span = buffer_span(&digits);
    if (span.length && span.data[0] == '-') {
        buffer_add_char(&piece->text, '-');
        span.data++;
        span.length--;
    }
    if (d->alternate && base != 10)
        buffer_add_text(&piece->text, base == 16 ? "0x" : "0o");
    i64 zeros = d->precision - (i64)span.length;
    if (zeros > 0) buffer_add_repeated(&piece->text, '0', (usize)zeros);
    buffer_add_span(&piece->text, span);
    if (d->letter == 'X') make_upper(&piece->text, 0);
    buffer_free(&digits);
    return written;
}

static bool format_float(Percent *p, const Directive *d, Value v, Piece *piece) {
    VM *vm = p->vm;
    double number;
    if (!object_to_double(vm, v, &number)) {
        if (p->is_bytes && exception_matches(vm, EXC(TypeError))) {
            exception_clear(vm);
            raise_type(vm, "float argument required, not %T", v);
        }
        return false;
    }
    number_write(&piece->text, number, (char)d->letter,
                 d->precision < 0 ? 6 : d->precision,
                 d->alternate ? NUMBER_ALTERNATE : 0);
    return true;
}

/* ---- characters and texts ---- */

static bool refuse_char(Percent *p) {
    raise_type(p->vm, p->is_bytes
                          ? "%%c requires an integer in range(256) or a single byte"
                          : "%%c requires int or char");
    return false;
}

static bool format_char(Percent *p, Value v, Piece *piece) {
    VM *vm = p->vm;
    if (!p->is_bytes && is_str(v)) {
        if (str_length(v) != 1) return refuse_char(p);
        buffer_add_span(&piece->text, str_span(v));
        return true;
    }
    if (p->is_bytes && (has_kind(v, KIND_BYTES) || has_kind(v, KIND_BYTEARRAY))) {
        Span one = has_kind(v, KIND_BYTES)
                       ? bytes_span(v)
                       : (Span){((ByteArray *)v)->data, ((ByteArray *)v)->size};
        if (one.length != 1) return refuse_char(p);
        buffer_add_span(&piece->text, one);
        return true;
    }
    if (!has_index(vm, v)) return refuse_char(p);
    OWNED Value index = object_index(vm, v);
    if (index == FAIL) {
        if (!exception_matches(vm, EXC(TypeError))) return false;
        exception_clear(vm);
        return refuse_char(p);
    }
    i64 c, limit = p->is_bytes ? 256 : 0x110000;
    if (!int_fits_i64(index, &c) || c < 0 || c >= limit) {
        raise_overflow(vm, p->is_bytes ? "%%c arg not in range(256)"
                                       : "%%c arg not in range(0x110000)");
        return false;
    }
    if (p->is_bytes)
        buffer_add_char(&piece->text, (char)c);
    else
        buffer_add_code_point(&piece->text, (u32)c);
    return true;
}

static usize columns(const Percent *p, Span text) {
    return p->is_bytes ? text.length : utf8_count(text.data, text.length);
}

/* Append as much as the precision allows. */
static void add_limited(const Percent *p, const Directive *d, Span text, Piece *piece) {
    if (d->precision >= 0 && (usize)d->precision < columns(p, text))
        text.length = p->is_bytes
                          ? (usize)d->precision
                          : utf8_offset(text.data, text.length, (usize)d->precision);
    buffer_add_span(&piece->text, text);
}

static bool format_text(Percent *p, const Directive *d, Value v, Piece *piece) {
    VM *vm = p->vm;
    OWNED Value text = p->is_bytes || d->letter == 'a' ? object_ascii(vm, v)
                       : d->letter == 'r'              ? object_repr(vm, v)
                                                       : object_str(vm, v);
    if (text == FAIL) return false;
    add_limited(p, d, str_span(text), piece);
    return true;
}

/* %b and %s of bytes. */
static bool format_bytes(Percent *p, const Directive *d, Value v, Piece *piece) {
    VM *vm = p->vm;
    if (type_of(vm, v)->slots.buffer) {
        Buffered source;
        if (!buffered_get(vm, v, &source, false)) return false;
        add_limited(p, d, (Span){source.data, source.size}, piece);
        buffered_release(vm, &source);
        return true;
    }
    OWNED Value method = TRY_OR_FALSE(object_find_special(vm, v, NAME(__bytes__)));
    if (method == EMPTY) {
        raise_type(
            vm,
            "%%b requires a bytes-like object, or an object that implements __bytes__, "
            "not '%T'",
            v);
        return false;
    }
    OWNED Value result = TRY_OR_FALSE(call_0(vm, method));
    if (!has_kind(result, KIND_BYTES)) {
        raise_type(vm, "__bytes__ returned non-bytes (type %T)", result);
        return false;
    }
    add_limited(p, d, bytes_span(result), piece);
    return true;
}

static bool convert(Percent *p, const Directive *d, Value v, Piece *piece) {
    switch (d->letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': piece->is_number = true; return format_int(p, d, v, piece);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': piece->is_number = true; return format_float(p, d, v, piece);
    case 'c': return format_char(p, v, piece);
    case 'r':
    case 'a': return format_text(p, d, v, piece);
    case 's':
        if (!p->is_bytes) return format_text(p, d, v, piece);
        return format_bytes(p, d, v, piece);
    case 'b':
        if (p->is_bytes) return format_bytes(p, d, v, piece);
    }
    Span before = {p->start, (usize)(p->at - p->start)};
    raise_value(p->vm, "unsupported format character '%c' (0x%x) at index %ld",
                d->letter > 31 && d->letter < 127 ? d->letter : '?', d->letter,
                (long)columns(p, before) - 1);
    return false;
}

/* ---- padding ---- */

static bool is_sign(char c) {
    return c == '-' || c == '+';
}

/* How much of a number's text stands before the zeros that fill it up: sign and 0x. */
static usize head_length(const Directive *d, Span text) {
    usize length = text.length && is_sign(text.data[0]);
    return length + (d->alternate && strchr("xXo", (int)d->letter) ? 2 : 0);
}

static void emit(Percent *p, const Directive *d, Piece *piece) {
    Span text = buffer_span(&piece->text);
    char sign = 0;
    if (piece->is_number && !(text.length && is_sign(text.data[0])))
        sign = d->plus ? '+' : d->blank ? ' ' : 0;
    i64 padding = d->width - (i64)columns(p, text) - (sign != 0);
    if (padding < 0) padding = 0;
    bool zeros = piece->is_number && d->zero && !d->left;
    if (!zeros && !d->left) buffer_add_repeated(p->out, ' ', (usize)padding);
    if (sign) buffer_add_char(p->out, sign);
    if (zeros) {
        usize head = head_length(d, text);
        buffer_add(p->out, text.data, head);
        buffer_add_repeated(p->out, '0', (usize)padding);
        text.data += head;
        text.length -= head;
    }
    buffer_add_span(p->out, text);
    if (d->left) buffer_add_repeated(p->out, ' ', (usize)padding);
}

/* A % was read. */
static bool format_one(Percent *p) {
    if (p->at < p->end && *p->at == '%') {
        buffer_add_char(p->out, *p->at++);
        return true;
    }
    Directive d = {.width = -1, .precision = -1, .key = EMPTY};
    char room[120];
    Piece piece = {BUFFER_ON(room)};
    Value v;
    bool good = read_directive(p, &d) && take_argument(p, &v) && convert(p, &d, v, &piece);
    if (good) emit(p, &d, &piece);
    p->out->failed |= piece.text.failed;
    buffer_free(&piece.text);
    if (d.key != EMPTY) {
        p->arguments = EMPTY;
        decref(d.key);
    }
    return good;
}

static bool is_mapping(VM *vm, Value v, bool is_bytes) {
    if (has_kind(v, KIND_TUPLE) || is_str(v)) return false;
    if (is_bytes && (has_kind(v, KIND_BYTES) || has_kind(v, KIND_BYTEARRAY)))
        return false;
    return type_of(vm, v)->slots.getitem != NULL;
}

static bool read_quick_flags(const char **at, const char *end, FormatQuick *out) {
    for (; *at < end; ++*at) {
        switch (**at) {
        case '-': out->align = '<'; break;
        case '+': out->plus = true; break;
        case '#': out->alternate = true; break;
        case '0': out->zero = true; break;
        default: return **at != ' ';
        }
    }
    return false;
}

static u32 read_quick_number(const char **at, const char *end) {
    u32 number = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        if (number < 1000) number = number * 10 + (u32)(**at - '0');
    }
    return number;
}

/* A directive for format_quick.c; false: it is of another sort. */
static bool read_quick(const char **at, const char *end, FormatQuick *out) {
    *out = (FormatQuick){.precision = -1};
    if (!read_quick_flags(at, end, out)) return false;
    if (out->align) out->zero = false;
    out->width = read_quick_number(at, end);
    if (*at < end && **at == '.') {
        ++*at;
        out->precision = (i32)read_quick_number(at, end);
    }
    if (*at == end || out->width > 80 || out->precision > 80) return false;
    out->type = *(*at)++;
    return true;
}

/* Texts of ASCII, inline ints and floats, in what way ever: most of what is formatted. False: nothing was
 * done. */
static bool format_simple(Percent *p) {
    if (p->next >= p->count || p->mapping != EMPTY || p->at == p->end) return false;
    Value v = p->count < 0 ? p->arguments : to_tuple(p->arguments)->items[p->next];
    if (is_object(v) && to_object(v)->kind != KIND_STR) return false;
    bool wants_text = *p->at == 's' && !p->is_bytes;
    if (is_small(v) && (wants_text || *p->at == 'd')) {
        int_write(p->vm, v, 10, p->out);
        p->next++;
        p->at++;
        return true;
    }
    const char *at = p->at;
    FormatQuick quick;
    if (!read_quick(&at, p->end, &quick)) return false;
    bool is_text = has_exact_kind(v, KIND_STR);
    switch (quick.type) {
    case 's':
        if (p->is_bytes || quick.plus || quick.zero || quick.alternate) return false;
        if (is_text && !quick.width && quick.precision < 0) {
            buffer_add_span(p->out, str_span(v));
            break;
        }
        if (!is_text && quick.precision >= 0) return false;
        quick.type = 0;
        if (!quick.align) quick.align = '>';
        if (!format_quick_value(v, &quick, p->out)) return false;
        break;
    case 'd':
    case 'x':
    case 'X':
    case 'o':
        if (!is_small(v) || !format_quick_value(v, &quick, p->out)) return false;
        break;
    case 'f':
    case 'e':
    case 'g':
        if (is_text || !format_quick_value(v, &quick, p->out)) return false;
        break;
    default: return false;
    }
    p->next++;
    p->at = at;
    return true;
}

bool percent_format(VM *vm, Span format, Value arguments, bool is_bytes, Buffer *out) {
    bool is_tuple = has_kind(arguments, KIND_TUPLE);
    Percent p = {.vm = vm,
                 .out = out,
                 .is_bytes = is_bytes,
                 .start = format.data,
                 .at = format.data,
                 .end = format.data + format.length,
                 .arguments = arguments,
                 .next = is_tuple ? 0 : -2,
                 .count = is_tuple ? (i64)to_tuple(arguments)->count : -1,
                 .mapping = is_mapping(vm, arguments, is_bytes) ? arguments : EMPTY};
    while (p.at < p.end) {
        const char *stop = memchr(p.at, '%', (usize)(p.end - p.at));
        if (!stop) stop = p.end;
        buffer_add(out, p.at, (usize)(stop - p.at));
        p.at = stop;
        if (p.at < p.end && (p.at++, !format_simple(&p)) && !format_one(&p)) return false;
    }
    if (p.next >= p.count || p.mapping != EMPTY) return true;
    raise_type(vm, "not all arguments converted during %s formatting",
               is_bytes ? "bytes" : "string");
    return false;
}

Value str_percent(VM *vm, Value format, Value arguments) {
    char out_room[120];
    Buffer out = BUFFER_ON(out_room);
    bool good = percent_format(vm, str_span(format), arguments, false, &out);
    if (good && out.length && !memchr(to_str(format)->data, '%', to_str(format)->size)) {
        buffer_free(&out);
        return incref(format); /* itself, also if it is of a subclass */
    }
    if (good)
        return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}
