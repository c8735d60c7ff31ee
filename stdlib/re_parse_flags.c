/* Flags inside a pattern: (?i) (?s-x:...). */
#include "base/unicode.h"
#include "objects/str.h"
#include "stdlib/re_parser.h"

static u32 flag_of(const ReToken *token) {
    if (token->is_escape) return 0;
    switch (token->character) {
    case 'i': return RE_IGNORECASE;
    case 'L': return RE_LOCALE;
    case 'm': return RE_MULTILINE;
    case 's': return RE_DOTALL;
    case 'x': return RE_VERBOSE;
    case 'a': return RE_ASCII;
    case 'u': return RE_UNICODE;
    default: return 0;
    }
}

static bool ends_with(const ReToken *token, const char *ends) {
    u32 c = token->character;
    return !token->is_escape && c && c < 128 && strchr(ends, (int)c);
}

/* What is wrong with a token that is no flag. */
static bool fail_flag(ReParser *parser, const ReToken *token, const char *missing) {
    bool is_letter = !token->is_escape && unicode_is_alpha(token->character);
    return re_source_fail(&parser->source, token->end - token->start, "%s",
                          is_letter ? "unknown flag" : missing);
}

static bool check_type_flag(ReParser *parser, const ReToken *token, u32 flag, u32 add) {
    ReSource *source = &parser->source;
    if (source->is_text && flag == RE_LOCALE)
        return re_source_fail(
            source, 0, "bad inline flags: cannot use 'L' flag with a str pattern");
    if (!source->is_text && flag == RE_UNICODE)
        return re_source_fail(
            source, 0, "bad inline flags: cannot use 'u' flag with a bytes pattern");
    if (flag & RE_TYPE_FLAGS && (add & RE_TYPE_FLAGS) != flag)
        return re_source_fail(
            source, 0, "bad inline flags: flags 'a', 'u' and 'L' are incompatible");
    return true;
}

/* Up to one of ")-:", which is left in `token`. */
static bool parse_added(ReParser *parser, ReToken *token, u32 *add) {
    ReSource *source = &parser->source;
    for (;;) {
        u32 flag = flag_of(token);
        *add |= flag;
        if (!check_type_flag(parser, token, flag, *add)) return false;
        if (!re_source_get(source, token)) return false;
        if (token->character == RE_NO_CHARACTER)
            return re_source_fail(source, 0, "missing -, : or )");
        if (ends_with(token, ")-:")) return true;
        if (!flag_of(token)) return fail_flag(parser, token, "missing -, : or )");
    }
}

/* Behind '-', up to ':'. */
static bool parse_removed(ReParser *parser, u32 *remove) {
    ReSource *source = &parser->source;
    ReToken token;
    if (!re_source_get(source, &token)) return false;
    if (token.character == RE_NO_CHARACTER)
        return re_source_fail(source, 0, "missing flag");
    if (!flag_of(&token)) return fail_flag(parser, &token, "missing flag");
    for (;;) {
        if (flag_of(&token) & RE_TYPE_FLAGS)
            return re_source_fail(
                source, 0,
                "bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
        *remove |= flag_of(&token);
        if (!re_source_get(source, &token)) return false;
        if (token.character == RE_NO_CHARACTER)
            return re_source_fail(source, 0, "missing :");
        if (ends_with(&token, ":")) return true;
        if (!flag_of(&token)) return fail_flag(parser, &token, "missing :");
    }
}

bool re_parse_flags(ReParser *parser, ReToken token, u32 *add, u32 *remove,
                    bool *is_global) {
    *add = *remove = 0;
    *is_global = false;
    if (!ends_with(&token, "-") && !parse_added(parser, &token, add)) return false;
    if (ends_with(&token, ")")) {
        *is_global = true;
        return true;
    }
    if (ends_with(&token, "-") && !parse_removed(parser, remove)) return false;
    if (*add & *remove)
        return re_source_fail(&parser->source, 1,
                              "bad inline flags: flag turned on and off");
    return true;
}
