#include "lexer/source.h"

#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

enum { LONGEST_NAME = 64 };

typedef struct Source {
    Arena *arena;
    Span filename, bytes; /* without byte order mark */
    SourceKind kind;
    bool has_mark, is_declared;
    char encoding[LONGEST_NAME]; /* as messages show it */
    LexError *error;
} Source;

/* Without a place. */
static bool fail(Source *source, const char *format, ...) PRINTF_LIKE(2, 3);

static bool fail(Source *source, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char message[512];
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0) length = 0;
    if ((usize)length >= sizeof message) length = sizeof message - 1;
    char *copy = arena_copy(source->arena, message, (usize)length);
    *source->error = (LexError){.rank = LEX_WINS, .is_memory = !copy};
    if (copy) source->error->message = (Span){copy, (usize)length};
    return false;
}

/* --- The declaration ------------------------------------------------------------------
 */

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
}

static Span cut_line(Span *rest) {
    usize length = 0;
    while (length < rest->length && rest->data[length] != '\n' &&
           rest->data[length] != '\r')
        length++;
    Span line = {rest->data, length};
    bool is_pair = length + 1 < rest->length && rest->data[length] == '\r' &&
                   rest->data[length + 1] == '\n';
    usize skipped = length + (length < rest->length) + is_pair;
    *rest = (Span){rest->data + skipped, rest->length - skipped};
    return line;
}

/* The name behind "coding:" or "coding=" in a comment; empty if there is none. */
static Span find_name(Span comment) {
    const char *end = comment.data + comment.length;
    for (const char *at = comment.data; end - at > 6; at++) {
        if (memcmp(at, "coding", 6) || (at[6] != ':' && at[6] != '=')) continue;
        const char *name = at + 7;
        while (name < end && (*name == ' ' || *name == '\t')) name++;
        const char *behind = name;
        while (behind < end && is_name_character(*behind)) behind++;
        if (behind > name) return (Span){name, (usize)(behind - name)};
    }
    return (Span){0};
}

/* "Latin_1" is "iso-8859-1", "UTF-8-x" is "utf-8"; other names stay. */
static void normalize_name(Span name, char out[LONGEST_NAME]) {
    static const char *const latin[] = {"latin-1", "iso-8859-1", "iso-latin-1"};
    snprintf(out, LONGEST_NAME, "%.*s", (int)name.length, name.data);
    char lower[16] = "";
    for (usize i = 0; i < name.length && i < 12; i++) {
        char c = name.data[i];
        lower[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    if (!strcmp(lower, "utf-8") || !strncmp(lower, "utf-8-", 6)) strcpy(out, "utf-8");
    for (usize i = 0; i < COUNT_OF(latin); i++) {
        usize length = strlen(latin[i]);
        if (strncmp(lower, latin[i], length)) continue;
        if (!lower[length] || lower[length] == '-') strcpy(out, "iso-8859-1");
    }
}

/* In a comment that is alone in the first line, or in the second below such a one. */
static void find_declaration(Source *source) {
    Span rest = source->bytes;
    for (int i = 0; i < 2 && rest.length; i++) {
        Span line = cut_line(&rest);
        usize blanks = 0;
        while (blanks < line.length && memchr(" \t\f", line.data[blanks], 3)) blanks++;
        if (blanks == line.length) continue;
        if (line.data[blanks] != '#') return;
        Span name = find_name(line);
        if (!name.length) continue;
        source->is_declared = true;
        normalize_name(name, source->encoding);
        return;
    }
}

/* --- Decoding -------------------------------------------------------------------------
 */

static u32 count_lines(const char *from, const char *to) {
    u32 count = 1;
    for (; from < to; from++)
        count += *from == '\n' || (*from == '\r' && !(from + 1 < to && from[1] == '\n'));
    return count;
}

static const char *find_reason(const Source *source, usize at, usize bad_length) {
    u8 lead = (u8)source->bytes.data[at];
    if (lead < 0xC2 || lead > 0xF4) return "invalid start byte";
    if (at + bad_length == source->bytes.length) return "unexpected end of data";
    return "invalid continuation byte";
}

static bool fail_byte(Source *source, usize at, const char *reason) {
    if (source->kind == SOURCE_FILE)
        return fail(source, "encoding problem: %s", source->encoding);
    usize position = at + (source->has_mark ? 3 : 0);
    return fail(source, "'%s' codec can't decode byte 0x%02x in position %zu: %s",
                source->encoding, (u8)source->bytes.data[at], position, reason);
}

static bool fail_utf8(Source *source, usize at, usize bad_length) {
    const char *data = source->bytes.data;
    u32 line = count_lines(data, data + at);
    bool is_default = !source->is_declared && !source->has_mark;
    if (strcmp(source->encoding, "utf-8"))
        return fail_byte(source, at, find_reason(source, at, bad_length));
    if (source->kind == SOURCE_FILE && is_default)
        return fail(source,
                    "Non-UTF-8 code starting with '\\x%02x' in file %.*s on line %u, but "
                    "no encoding "
                    "declared; see https://peps.python.org/pep-0263/ for details",
                    (u8)data[at], (int)source->filename.length, source->filename.data,
                    line);
    usize start = at;
    while (start && data[start - 1] != '\n' && data[start - 1] != '\r') start--;
    fail(source,
         "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %zu: %s",
         (u8)data[at], at - start, find_reason(source, at, bad_length));
    source->error->start = (Position){line, (u32)(at - start)};
    source->error->end = (Position){line, (u32)(at - start) + 1};
    return false;
}

static bool take_utf8(Source *source, Span *text) {
    usize bad_length, length = source->bytes.length;
    usize at = utf8_check(source->bytes.data, length, &bad_length);
    *text = source->bytes;
    return at == length || fail_utf8(source, at, bad_length);
}

static bool take_latin(Source *source, Span *text) {
    *text = source->bytes;
    if (utf8_is_ascii(text->data, text->length)) return true;
    char *copy = arena_alloc(source->arena, text->length * 2), *to = copy;
    if (!copy) return fail(source, "%s", "");
    for (usize i = 0; i < text->length; i++) to += utf8_encode((u8)text->data[i], to);
    *text = (Span){copy, (usize)(to - copy)};
    return true;
}

static bool take_ascii(Source *source, Span *text) {
    *text = source->bytes;
    for (usize i = 0; i < text->length; i++)
        if ((u8)text->data[i] >= 0x80)
            return fail_byte(source, i, "ordinal not in range(128)");
    return true;
}

/* The C library's converter knows the rest, with - where Python also takes _. */
static iconv_t open_converter(const char *encoding) {
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter != (iconv_t)-1) return converter;
    char name[LONGEST_NAME];
    for (usize i = 0; i < LONGEST_NAME; i++)
        name[i] = encoding[i] == '_' ? '-' : encoding[i];
    if (!strcasecmp(name, "mac-roman")) strcpy(name, "macintosh");
    return iconv_open("UTF-8", name);
}

static bool take_other(Source *source, Span *text) {
    iconv_t converter = open_converter(source->encoding);
    if (converter == (iconv_t)-1)
        return fail(source,
                    source->kind == SOURCE_FILE ? "encoding problem: %s"
                                                : "unknown encoding: %s",
                    source->encoding);
    usize left = source->bytes.length, room = left * 4 + 16;
    char *from = (char *)source->bytes.data, *copy = arena_alloc(source->arena, room),
         *to = copy;
    bool is_fine = copy && iconv(converter, &from, &left, &to, &room) != (usize)-1;
    iconv_close(converter);
    if (!copy) return fail(source, "%s", "");
    *text = (Span){copy, (usize)(to - copy)};
    usize at = (usize)(from - source->bytes.data);
    return is_fine || fail_byte(source, at, "character maps to <undefined>");
}

static bool is_one_of(const char *name, const char *const *names) {
    for (; *names; names++)
        if (!strcasecmp(name, *names)) return true;
    return false;
}

static bool decode(Source *source, Span *text) {
    static const char *const utf8[] = {"utf-8", "utf8", "utf_8", "u8", "utf", NULL};
    static const char *const latin[] = {"iso-8859-1", "latin1",     "latin", "l1",
                                        "iso8859-1",  "iso8859_1",  "8859",  "cp819",
                                        "iso8859",    "iso_8859_1", NULL};
    static const char *const ascii[] = {"ascii", "us-ascii", "us_ascii", "646", NULL};
    if (source->has_mark && strcmp(source->encoding, "utf-8"))
        return fail(source, "encoding problem: %s with BOM", source->encoding);
    if (!strcmp(source->encoding, "utf-8") || is_one_of(source->encoding, utf8)) return take_utf8(source, text);
    if (is_one_of(source->encoding, latin)) return take_latin(source, text);
    if (is_one_of(source->encoding, ascii)) return take_ascii(source, text);
    return take_other(source, text);
}

bool source_decode(Arena *arena, Span filename, Span bytes, SourceKind kind, Span *text,
                   LexError *error) {
    Source source = {.arena = arena,
                     .filename = filename,
                     .bytes = bytes,
                     .kind = kind,
                     .encoding = "utf-8",
                     .error = error};
    if (kind == SOURCE_BYTES && !source_check_text(bytes, error)) return false;
    source.has_mark = bytes.length >= 3 && !memcmp(bytes.data, "\xEF\xBB\xBF", 3);
    if (source.has_mark) source.bytes = (Span){bytes.data + 3, bytes.length - 3};
    find_declaration(&source);
    return decode(&source, text);
}

bool source_check_text(Span text, LexError *error) {
    if (!text.length || !memchr(text.data, '\0', text.length)) return true;
    *error = (LexError){
        .rank = LEX_WINS,
        .message = SPAN("source code string cannot contain null bytes"),
    };
    return false;
}
