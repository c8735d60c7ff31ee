/* The bodies of strings, bytes and f-string texts: escapes replaced by what they stand
 * for. The result is never longer than the source. */
#include "base/utf8.h"
#include "lexer/state.h"

typedef struct Decoding {
    Lexer *lexer;
    const char *start, *at, *end; /* source */
    char *to;
    bool is_bytes;
    const char
        *doubtful; /* the first escape that deserves a warning: behind its backslash */
    const char *reason; /* of failure */
    usize fault_start, fault_end;
} Decoding;

/* CPython counts positions in a copy where a code point beyond ASCII is written
 * \UXXXXXXXX and a backslash before one \u005c. */
static usize count_position(const Decoding *decoding, const char *at) {
    usize position = 0;
    for (const char *here = decoding->start; here < at;) {
        bool is_backslash = *here == '\\' && here + 1 < decoding->end;
        if ((u8)*here < 0x80) {
            position += is_backslash && (u8)here[1] >= 0x80 ? 6 : 1;
            here++;
            if (is_backslash && (u8)*here < 0x80 && here < at) here++, position++;
        } else {
            position += 10;
            here += utf8_sequence_length((u8)*here);
        }
    }
    return position;
}

static bool fail(Decoding *decoding, const char *escape, const char *reason) {
    decoding->fault_start = count_position(decoding, escape);
    decoding->fault_end = count_position(decoding, decoding->at);
    decoding->reason = reason;
    return false;
}

static void put(Decoding *decoding, u32 code_point) {
    if (decoding->is_bytes)
        *decoding->to++ = (char)code_point;
    else
        decoding->to += utf8_encode(code_point, decoding->to);
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(Decoding *decoding, const char *escape, int digits,
                     const char *reason) {
    u32 value = 0;
    for (; digits; digits--, decoding->at++) {
        int digit = decoding->at < decoding->end ? hex_value(*decoding->at) : -1;
        if (digit < 0) return fail(decoding, escape, reason);
        value = value << 4 | (u32)digit;
    }
    if (value > 0x10FFFF) return fail(decoding, escape, "illegal Unicode character");
    put(decoding, value);
    return true;
}

static void read_octal(Decoding *decoding) {
    const char *start = decoding->at;
    u32 value = 0;
    while (decoding->at < decoding->end && decoding->at < start + 3 &&
           *decoding->at >= '0' && *decoding->at <= '7')
        value = value << 3 | (u32)(*decoding->at++ - '0');
    if (value > 0xFF && !decoding->doubtful) decoding->doubtful = start;
    put(decoding, value);
}

static bool read_named(Decoding *decoding, const char *escape) {
    const char *malformed = "malformed \\N character escape";
    if (decoding->at == decoding->end || *decoding->at != '{')
        return fail(decoding, escape, malformed);
    const char *name = ++decoding->at;
    const char *close = memchr(name, '}', (usize)(decoding->end - name));
    decoding->at = close ? close : decoding->end;
    if (!close || close == name) return fail(decoding, escape, malformed);
    decoding->at++;
    Lexer *lexer = decoding->lexer;
    Span text = {name, (usize)(close - name)};
    u32 code_point;
    if (!lexer->find_name ||
        !lexer->find_name(lexer->find_name_context, text, &code_point))
        return fail(decoding, escape, "unknown Unicode character name");
    put(decoding, code_point);
    return true;
}

/* The backslash stays. */
static void keep_unknown(Decoding *decoding) {
    if (!decoding->doubtful && (u8)*decoding->at < 0x80)
        decoding->doubtful = decoding->at;
    *decoding->to++ = '\\';
    *decoding->to++ = *decoding->at++;
}

static bool read_text_escape(Decoding *decoding, const char *escape) {
    switch (*decoding->at++) {
    case 'u': return read_hex(decoding, escape, 4, "truncated \\uXXXX escape");
    case 'U': return read_hex(decoding, escape, 8, "truncated \\UXXXXXXXX escape");
    case 'N': return read_named(decoding, escape);
    default:
        decoding->at--;
        keep_unknown(decoding);
        return true;
    }
}

/* The one character that a two-character escape stands for, or 0. */
static char find_simple(char c) {
    switch (c) {
    case '\\':
    case '\'':
    case '"': return c;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return 0;
    }
}

/* `at` is behind a backslash. */
static bool read_escape(Decoding *decoding) {
    const char *escape = decoding->at - 1;
    if (decoding->at == decoding->end) {
        *decoding->to++ = '\\';
        return true;
    }
    char c = *decoding->at, simple = find_simple(c);
    if (c == '\n' || simple) {
        decoding->at++;
        if (simple) *decoding->to++ = simple;
    } else if (c >= '0' && c <= '7') {
        read_octal(decoding);
    } else if (c == 'x') {
        decoding->at++;
        return read_hex(decoding, escape, 2, "truncated \\xXX escape");
    } else if (decoding->is_bytes) {
        keep_unknown(decoding);
    } else {
        return read_text_escape(decoding, escape);
    }
    return true;
}

/* False on a faulty escape. */
static bool decode(Decoding *decoding) {
    while (decoding->at < decoding->end) {
        usize left = (usize)(decoding->end - decoding->at);
        const char *backslash = memchr(decoding->at, '\\', left);
        usize length = backslash ? (usize)(backslash - decoding->at) : left;
        memcpy(decoding->to, decoding->at, length);
        decoding->to += length;
        decoding->at += length + (backslash != NULL);
        if (backslash && !read_escape(decoding)) return false;
    }
    return true;
}

/* The warning for what was read; empty if there is none. */
static Span describe_doubt(const Decoding *decoding) {
    const char *at = decoding->doubtful;
    if (!at || decoding->lexer->state->skips_decoding) return (Span){0};
    if (*at >= '0' && *at <= '7')
        return lexer_format(decoding->lexer, "invalid octal escape sequence '\\%.3s'",
                            at);
    return lexer_format(decoding->lexer, "invalid escape sequence '\\%c'", *at);
}

static Span describe_fault(const Decoding *decoding) {
    if (decoding->is_bytes)
        return lexer_format(decoding->lexer,
                            "(value error) invalid \\x escape at position %zu",
                            decoding->fault_start);
    return lexer_format(decoding->lexer,
                        "(unicode error) 'unicodeescape' codec can't decode bytes in "
                        "position %zu-%zu: %s",
                        decoding->fault_start, decoding->fault_end - 1, decoding->reason);
}

static Decoding begin(Lexer *lexer, Span body, char *to) {
    return (Decoding){.lexer = lexer,
                      .start = body.data,
                      .at = body.data,
                      .end = body.data + body.length,
                      .to = to};
}

static bool is_plain(const Token *token, Span body) {
    return (token->flags & TOKEN_IS_RAW) || !memchr(body.data, '\\', body.length);
}

static LexStatus decode_literal(Lexer *lexer, Token *token, Span body, bool is_bytes) {
    token->value = body;
    if (is_plain(token, body) || lexer->state->skips_decoding) return LEX_TOKEN;
    char *copy = arena_alloc(lexer->arena, body.length + 1);
    if (!copy) return lexer_fail_memory(lexer);
    Decoding decoding = begin(lexer, body, copy);
    decoding.is_bytes = is_bytes;
    if (!decode(&decoding))
        return lexer_fail_literal(lexer, token, describe_fault(&decoding));
    Span doubt = describe_doubt(&decoding);
    if (doubt.length) lexer_warn(lexer, token->start, token->end, doubt);
    token->value = (Span){copy, (usize)(decoding.to - copy)};
    return LEX_TOKEN;
}

LexStatus lexer_decode_string(Lexer *lexer, Token *token, Span body) {
    return decode_literal(lexer, token, body, false);
}

LexStatus lexer_decode_bytes(Lexer *lexer, Token *token, Span body) {
    if (!utf8_is_ascii(body.data, body.length) && !lexer->state->skips_decoding)
        return lexer_fail_literal(
            lexer, token, SPAN("bytes can only contain ASCII literal characters"));
    return decode_literal(lexer, token, body, true);
}

/* The end of the piece of f-string text that begins here: behind the first brace of a
 * doubled pair, or at the end. */
static const char *find_piece_end(const char *at, const char *end, bool is_raw) {
    bool is_name = false; /* between \N{ and } */
    while (at < end) {
        char c = *at++;
        if (c == '\\' && at < end && *at != '{' && *at != '}') {
            bool begins_name = !is_raw && *at == 'N' && at + 1 < end && at[1] == '{';
            is_name |= begins_name;
            at += begins_name ? 2 : 1;
        } else if (c == '}' && is_name) {
            is_name = false;
        } else if ((c == '{' || c == '}') && at < end && *at == c) {
            return at;
        }
    }
    return end;
}

static void add_late_warning(Lexer *lexer, LexMode *mode, Span message) {
    LexLateWarning *late = ARENA_NEW(lexer->arena, LexLateWarning);
    if (!late) return;
    *late = (LexLateWarning){mode->late, message};
    mode->late = late;
}

/* Decode a piece of `text`'s f-string. A format spec is decoded at once and the rest of
 * the text at its end, and so come their warnings. */
static char *decode_piece(Lexer *lexer, Span piece, char *to, const Token *token,
                          LexMode *text, bool is_spec) {
    Decoding decoding = begin(lexer, piece, to);
    if (decode(&decoding)) {
        /* The scanner has warned of a backslash before a brace. */
        const char *at = decoding.doubtful;
        bool is_brace = at && (*at == '{' || *at == '}');
        Span doubt = is_brace ? (Span){0} : describe_doubt(&decoding);
        if (doubt.length && is_spec)
            lexer_warn(lexer, token->start, token->end, doubt);
        else if (doubt.length)
            add_late_warning(lexer, text, doubt);
    } else if (!text->decode_error.data) {
        text->decode_error = describe_fault(&decoding);
    }
    return decoding.to;
}

static char *copy_piece(Span piece, char *to) {
    memcpy(to, piece.data, piece.length);
    return to + piece.length;
}

LexStatus lexer_decode_text(Lexer *lexer, Token *token, LexMode *mode) {
    Span body = token->text;
    bool is_raw = token->flags & TOKEN_IS_RAW, is_spec = mode->kind == MODE_SPEC;
    bool has_pairs = !is_spec || mode->had_field;
    char *copy = arena_alloc(lexer->arena, body.length + 1), *to = copy;
    if (!copy) return lexer_fail_memory(lexer);
    while (mode->kind != MODE_TEXT) mode--;
    for (const char *at = body.data, *end = at + body.length; at < end;) {
        const char *stop = has_pairs ? find_piece_end(at, end, is_raw) : end;
        Span piece = {at, (usize)(stop - at)};
        to = is_raw ? copy_piece(piece, to)
                    : decode_piece(lexer, piece, to, token, mode, is_spec);
        at = stop + (stop < end);
    }
    token->value = (Span){copy, (usize)(to - copy)};
    return LEX_TOKEN;
}
