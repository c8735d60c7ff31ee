/* Identifiers beyond ASCII: XID_Start and XID_Continue by general category with the
 * exceptions of Unicode 15.1 that CPython 3.13 has, and NFKC. */
#include <utf8proc.h>

#include "base/utf8.h"
#include "lexer/state.h"

enum {
    IS_START = 1,
    NOT_START = 2,
    IS_CONTINUE = 4,
    NOT_CONTINUE = 8,
    IS_PRINTABLE = 16
};
enum { NEVER = NOT_START | NOT_CONTINUE, ALWAYS = IS_START | IS_CONTINUE };

/* Where the category alone would be wrong (or libutf8proc older than Unicode 15.1).
 * Sorted. */
static const struct Exception {
    u32 first, last;
    u8 flags;
} exceptions[] = {
    {0xB7, 0xB7, IS_CONTINUE},      {0x37A, 0x37A, NEVER},
    {0x387, 0x387, IS_CONTINUE},    {0xE33, 0xE33, NOT_START},
    {0xEB3, 0xEB3, NOT_START},      {0x1369, 0x1371, IS_CONTINUE},
    {0x1885, 0x1886, IS_START},     {0x19DA, 0x19DA, IS_CONTINUE},
    {0x200C, 0x200D, IS_CONTINUE},  {0x2118, 0x2118, ALWAYS},
    {0x212E, 0x212E, ALWAYS},       {0x2E2F, 0x2E2F, NEVER},
    {0x2FFC, 0x2FFF, IS_PRINTABLE}, {0x30FB, 0x30FB, IS_CONTINUE},
    {0x31EF, 0x31EF, IS_PRINTABLE}, {0xFC5E, 0xFC63, NEVER},
    {0xFDFA, 0xFDFB, NEVER},        {0xFE70, 0xFE70, NEVER},
    {0xFE72, 0xFE72, NEVER},        {0xFE74, 0xFE74, NEVER},
    {0xFE76, 0xFE76, NEVER},        {0xFE78, 0xFE78, NEVER},
    {0xFE7A, 0xFE7A, NEVER},        {0xFE7C, 0xFE7C, NEVER},
    {0xFE7E, 0xFE7E, NEVER},        {0xFF65, 0xFF65, IS_CONTINUE},
    {0xFF9E, 0xFF9F, NOT_START},    {0x2EBF0, 0x2EE5D, ALWAYS | IS_PRINTABLE},
};

static u8 find_exception(u32 c) {
    for (usize i = 0; i < COUNT_OF(exceptions) && exceptions[i].first <= c; i++)
        if (c <= exceptions[i].last) return exceptions[i].flags;
    return 0;
}

static bool is_ascii_word(u32 c, bool is_first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

static bool is_start_category(utf8proc_category_t category) {
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_NL;
}

static bool is_continue_category(utf8proc_category_t category) {
    return is_start_category(category) || category == UTF8PROC_CATEGORY_MN ||
           category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ND ||
           category == UTF8PROC_CATEGORY_PC;
}

static bool may_stand(u32 c, bool is_first) {
    if (c < 0x80) return is_ascii_word(c, is_first);
    u8 flags = find_exception(c);
    if (flags & (is_first ? IS_START : IS_CONTINUE)) return true;
    if (flags & (is_first ? NOT_START : NOT_CONTINUE)) return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return is_first ? is_start_category(category) : is_continue_category(category);
}

static bool is_printable(u32 c) {
    if (c < 0x80) return c >= ' ' && c < 0x7F;
    if (find_exception(c) & IS_PRINTABLE) return true;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category != UTF8PROC_CATEGORY_CN && category < UTF8PROC_CATEGORY_ZS;
}

LexStatus lexer_fail_character(Lexer *lexer, const char *at) {
    Position position = lexer_position(lexer->state, at);
    const char *behind = at;
    u32 c = utf8_next(&behind);
    if (!is_printable(c))
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
        if (!may_stand(utf8_next(&at), here == start))
            return lexer_fail_character(lexer, here);
    }
    token->value = normalize(lexer, token->text);
    return token->value.data ? LEX_TOKEN : lexer_fail_memory(lexer);
}
