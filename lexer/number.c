/* Numbers: the scanner has matched the longest correct form. What stands right behind it
 * decides whether it was one; the reading here, step by step, is only for those that were
 * not. */
#include "base/number.h"
#include "lexer/state.h"

typedef struct Reading {
    Lexer *lexer;
    const char *at;
    bool has_failed;
} Reading;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit_of(char c, u8 base) {
    if (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return true;
    return is_digit(c) && c - '0' < base;
}

static const char *name_base(u8 base) {
    return base == 16  ? "hexadecimal"
           : base == 8 ? "octal"
           : base == 2 ? "binary"
                       : "decimal";
}

static bool fail(Reading *reading, const char *at, const char *kind) {
    FAIL_AT(reading->lexer, lexer_position(reading->lexer->state, at),
            "invalid %s literal", kind);
    reading->has_failed = true;
    return false;
}

static bool fail_digit(Reading *reading, u8 base) {
    FAIL_AT(reading->lexer, lexer_position(reading->lexer->state, reading->at),
            "invalid digit '%c' in %s literal", *reading->at, name_base(base));
    reading->has_failed = true;
    return false;
}

/* Keywords that may follow a number without a blank, with a warning. Of the two-letter
 * ones CPython does not look whether the word ends there. */
static bool is_keyword_at(const char *at) {
    static const char *const keywords[] = {"and", "else", "for", "or", "not"};
    if (at[0] == 'i') return at[1] == 'f' || at[1] == 'n' || at[1] == 's';
    for (usize i = 0; i < COUNT_OF(keywords); i++) {
        usize length = strlen(keywords[i]);
        if (strncmp(at, keywords[i], length)) continue;
        return !is_word(at[length]) && (u8)at[length] < 0x80;
    }
    return false;
}

/* The number ends here: is that so? */
static bool end(Reading *reading, const char *kind) {
    const char *at = reading->at;
    if (!is_word(*at)) return true;
    if (!is_keyword_at(at)) return fail(reading, at - 1, kind);
    Position last = lexer_position(reading->lexer->state, at - 1);
    lexer_warn(reading->lexer, last, last,
               lexer_format(reading->lexer, "invalid %s literal", kind));
    return true;
}

/* Digits with single underscores between them, from a digit on. */
static bool read_digits(Reading *reading) {
    for (;;) {
        while (is_digit(*reading->at)) reading->at++;
        if (*reading->at != '_') return true;
        reading->at++;
        if (!is_digit(*reading->at)) return fail(reading, reading->at - 1, "decimal");
    }
}

static bool read_with_base(Reading *reading, u8 base) {
    reading->at += 2;
    do {
        if (*reading->at == '_') reading->at++;
        if (!is_digit_of(*reading->at, base)) {
            if (is_digit(*reading->at)) return fail_digit(reading, base);
            return fail(reading, reading->at - 1, name_base(base));
        }
        while (is_digit_of(*reading->at, base)) reading->at++;
    } while (*reading->at == '_');
    if (is_digit(*reading->at)) return fail_digit(reading, base);
    return end(reading, name_base(base));
}

/* At an `e`: the exponent, or a keyword that begins with e. */
static bool read_exponent(Reading *reading, bool *is_exponent) {
    const char *letter = reading->at++;
    bool has_sign = *reading->at == '+' || *reading->at == '-';
    reading->at += has_sign;
    *is_exponent = is_digit(*reading->at);
    if (*is_exponent) return read_digits(reading);
    if (has_sign) return fail(reading, reading->at - 1, "decimal");
    reading->at = letter;
    return end(reading, "decimal");
}

/* Behind the whole part: fraction, exponent, j. */
static bool read_rest(Reading *reading) {
    if (*reading->at == '.') {
        reading->at++;
        if (is_digit(*reading->at) && !read_digits(reading)) return false;
    }
    bool is_exponent = true;
    if ((*reading->at | 0x20) == 'e' && !read_exponent(reading, &is_exponent))
        return false;
    if (!is_exponent) return true;
    if ((*reading->at | 0x20) != 'j') return end(reading, "decimal");
    reading->at++;
    return end(reading, "imaginary");
}

static bool has_rest(char c) {
    return c == '.' || (c | 0x20) == 'e' || (c | 0x20) == 'j';
}

/* CPython shows these columns in bytes: where lines are not ASCII, as many more as that.
 */
static Position count_bytes(const Lexer *lexer, const char *at) {
    Position position = lexer_position(lexer->state, at);
    position.column += position.column - lexer_column(lexer, position);
    return position;
}

static bool fail_zeros(Reading *reading, const char *start, const char *zeros_end) {
    Lexer *lexer = reading->lexer;
    lexer_fail(lexer, LEX_WINS, count_bytes(lexer, start), count_bytes(lexer, zeros_end),
               "leading zeros in decimal integer literals are not permitted; "
               "use an 0o prefix for octal integers");
    reading->has_failed = true;
    return false;
}

static bool read_from_zero(Reading *reading) {
    const char *start = reading->at;
    while (*reading->at == '0' || *reading->at == '_') {
        bool is_underscore = *reading->at++ == '_';
        if (is_underscore && !is_digit(*reading->at))
            return fail(reading, reading->at - 1, "decimal");
        if (is_underscore && *reading->at != '0') break;
    }
    const char *zeros_end = reading->at;
    bool has_other_digits = is_digit(*reading->at);
    if (has_other_digits && !read_digits(reading)) return false;
    if (has_rest(*reading->at)) return read_rest(reading);
    if (has_other_digits) return fail_zeros(reading, start, zeros_end);
    return end(reading, "decimal");
}

/* Prefix 0x, 0o, 0b. */
static u8 find_base(const char *text) {
    if (text[0] != '0') return 10;
    char letter = text[1] | 0x20;
    return letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
}

/* Something that cannot follow a number follows it: find the error, or warn. With a
 * keyword behind it, the number may be longer than it would otherwise be ("09else"). */
static LexStatus examine(Lexer *lexer, Token *token) {
    const char *start = token->text.data;
    Reading reading = {.lexer = lexer, .at = start};
    u8 base = find_base(start);
    if (base != 10)
        read_with_base(&reading, base);
    else if (*start == '0')
        read_from_zero(&reading);
    else if (*start == '.' || read_digits(&reading))
        read_rest(&reading);
    if (reading.has_failed) return LEX_ERROR;
    lexer_take(lexer->state, token, (char *)reading.at, token->kind);
    return LEX_TOKEN;
}

static Span drop_underscores(Lexer *lexer, Span text) {
    if (!memchr(text.data, '_', text.length)) return text;
    char *copy = arena_alloc(lexer->arena, text.length + 1), *to = copy;
    if (!copy) return (Span){0};
    for (usize i = 0; i < text.length; i++)
        if (text.data[i] != '_') *to++ = text.data[i];
    return (Span){copy, (usize)(to - copy)};
}

LexStatus lexer_read_number(Lexer *lexer, Token *token) {
    bool is_clean = !is_word(token->text.data[token->text.length]);
    if (!is_clean && examine(lexer, token) != LEX_TOKEN) return LEX_ERROR;
    Span text = token->text;
    token->base = find_base(text.data);
    if (token->base != 10) text = (Span){text.data + 2, text.length - 2};
    token->value = drop_underscores(lexer, text);
    if (!token->value.data) return lexer_fail_memory(lexer);
    if (token->kind != TOKEN_INTEGER) number_scan(token->value, &token->number);
    return LEX_TOKEN;
}
