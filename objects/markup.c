#include "objects/markup.h"

#include "base/unicode.h"
#include "base/utf8.h"

static int refuse(VM *vm, const char *text) {
    raise_value(vm, "%s", text);
    return -1;
}

/* What ends a name, as bits of one word: of all these the low six bits differ. */
#define BIT(c)   ((u64)1 << ((c) & 63))
#define NAME_END (BIT('{') | BIT('[') | BIT('}') | BIT(':') | BIT('!'))

static const char *find_name_end(const char *at, const char *end) {
    while (at < end && !(NAME_END & BIT(*at) && strchr("{[}:!", *at) && *at)) at++;
    return at;
}

static inline const char *find_either(const char *at, const char *end, char a, char b) {
    while (at < end && *at != a && *at != b) at++;
    return at;
}

static const char *find_one(const char *at, const char *end, char c) {
    const char *found = memchr(at, c, (usize)(end - at));
    return found ? found : end;
}

/* The end of a field's name: one of } : ! outside of brackets. */
static int read_name(VM *vm, Markup *m, MarkupField *out) {
    const char *start = m->at;
    while ((m->at = find_name_end(m->at, m->end)) < m->end) {
        if (*m->at == '{') return refuse(vm, "unexpected '{' in field name");
        if (*m->at != '[') break;
        m->at = find_one(m->at, m->end, ']');
    }
    if (m->at == m->end) return refuse(vm, "expected '}' before end of string");
    out->name = (Span){start, (usize)(m->at - start)};
    return 1;
}

/* Behind the !. Afterwards a } or : stands at m->at, or nothing. */
static int read_conversion(VM *vm, Markup *m, MarkupField *out) {
    if (m->at == m->end)
        return refuse(vm, "end of string while looking for conversion specifier");
    out->conversion = utf8_next(&m->at);
    if (m->at == m->end || *m->at == '}' || *m->at == ':') return 1;
    return refuse(vm, "expected ':' after conversion specifier");
}

/* Behind the colon: up to the } that closes the field. */
static int read_spec(VM *vm, Markup *m, MarkupField *out) {
    const char *start = m->at;
    for (int depth = 1; (m->at = find_either(m->at, m->end, '{', '}')) < m->end; m->at++) {
        depth += *m->at == '{' ? 1 : -1;
        out->has_nested |= *m->at == '{';
        if (depth) continue;
        out->spec = (Span){start, (usize)(m->at++ - start)};
        return 1;
    }
    return refuse(vm, "unmatched '{' in format spec");
}

static int read_field(VM *vm, Markup *m, MarkupField *out) {
    out->is_field = true;
    if (read_name(vm, m, out) < 0) return -1;
    char c = *m->at++;
    if (c == '}') return 1;
    if (c == '!') {
        if (read_conversion(vm, m, out) < 0) return -1;
        c = m->at < m->end ? *m->at++ : ':';
        if (c == '}') return 1;
    }
    return read_spec(vm, m, out);
}

int markup_next(VM *vm, Markup *m, MarkupField *out) {
    if (m->at == m->end) return 0;
    *out = (MarkupField){.literal = {m->at, 0}};
    const char *stop = find_either(m->at, m->end, '{', '}');
    out->literal.length = (usize)(stop - m->at);
    m->at = stop;
    if (stop == m->end) return 1;
    char c = *m->at++;
    if (m->at < m->end && *m->at == c) { /* doubled: one of it is text */
        out->literal.length++;
        m->at++;
        return 1;
    }
    if (c == '}') return refuse(vm, "Single '}' encountered in format string");
    if (m->at == m->end) return refuse(vm, "Single '{' encountered in format string");
    return read_field(vm, m, out);
}

/* ---- names ---- */

/* The number that the text is, or -1 when it is not one; false: too large. */
static bool read_index(VM *vm, Span text, i64 *out) {
    const char *at = text.data, *end = at + text.length;
    i64 value = at < end ? 0 : -1;
    while (at < end) {
        int digit = unicode_decimal(utf8_next(&at));
        if (digit < 0) {
            value = -1;
            break;
        }
        if (value > (INT64_MAX - digit) / 10)
            return refuse(vm, "Too many decimal digits in format string") > 0;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool field_first(VM *vm, Span name, FieldStep *first, Markup *rest) {
    const char *end = name.data + name.length, *stop = find_either(name.data, end, '.', '[');
    first->name = (Span){name.data, (usize)(stop - name.data)};
    *rest = (Markup){stop, end};
    return read_index(vm, first->name, &first->index);
}

int field_next(VM *vm, Markup *rest, FieldStep *out) {
    if (rest->at == rest->end) return 0;
    char c = *rest->at++;
    if (c != '.' && c != '[')
        return refuse(vm, "Only '.' or '[' may follow ']' in format field specifier");
    const char *start = rest->at;
    rest->at = c == '.' ? find_either(start, rest->end, '.', '[') : find_one(start, rest->end, ']');
    out->is_attribute = c == '.';
    out->name = (Span){start, (usize)(rest->at - start)};
    out->index = -1;
    if (c == '[') {
        if (rest->at == rest->end) return refuse(vm, "Missing ']' in format string");
        rest->at++;
        if (!read_index(vm, out->name, &out->index)) return -1;
    }
    return out->name.length ? 1 : refuse(vm, "Empty attribute in format string");
}
