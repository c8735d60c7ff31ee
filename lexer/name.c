/* Identifiers beyond ASCII, and characters that begin nothing. */
#include <utf8proc.h>

#include "base/unicode.h"
#include "base/utf8.h"
#include "lexer/state.h"

LexStatus lexer_fail_character(Lexer *lexer, const char *at) {
    Position position = lexer_position(lexer->state, at);
    const char *behind = at;
    u32 c = utf8_next(&behind);
    if (!unicode_is_printable(c))
        return FAIL_AT(lexer, position, "invalid non-printable character U+%04X", c);
    return FAIL_AT(lexer, position, "invalid character '%.*s' (U+%04X)",
                   (int)(behind - at), at, c);
}

static Span normalize(Lexer *lexer, Span text) {
    const utf8proc_uint8_t *data = (const utf8proc_uint8_t *)text.data;
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    utf8proc_ssize_t length = (utf8proc_ssize_t)text.length;
    utf8proc_ssize_t count = utf8proc_decompose(data, length, NULL, 0, options);
    if (count < 0) return text;
    utf8proc_int32_t *points =
        ARENA_ARRAY(lexer->arena, utf8proc_int32_t, (usize)count + 1);
    if (!points) return (Span){0};
    utf8proc_decompose(data, length, points, count, options);
    count = utf8proc_reencode(points, count, options);
    return count < 0 ? text : (Span){(const char *)points, (usize)count};
}

LexStatus lexer_read_name(Lexer *lexer, Token *token) {
    const char *start = token->text.data, *end = start + token->text.length;
    for (const char *at = start; at < end;) {
        const char *here = at;
        u32 c = utf8_next(&at);
        bool may_stand = here == start ? unicode_is_identifier_start(c)
                                       : unicode_is_identifier_part(c);
        if (!may_stand) return lexer_fail_character(lexer, here);
    }
    token->value = normalize(lexer, token->text);
    return token->value.data ? LEX_TOKEN : lexer_fail_memory(lexer);
}
