/* Sets of characters: [a-z\d_]. */
#include "objects/str.h"
#include "stdlib/re_parser.h"

/* One member as it is read: a character or a category. */
typedef struct Member {
    char category; /* 0: a character */
    u32 character;
    ReToken token;
} Member;

static bool read_octal(ReParser *parser, const ReToken *first, u32 *out) {
    u32 value = first->character - '0';
    ReToken token;
    for (int i = 0; i < 2 && re_is_octal(re_source_peek(&parser->source)); i++) {
        value = value * 8 + re_source_peek(&parser->source) - '0';
        if (!re_source_get(&parser->source, &token)) return false;
    }
    *out = value;
    return value <= 0377 || re_too_large_octal(parser, first->start);
}

static bool read_escape(ReParser *parser, Member *member) {
    u32 c = member->token.character;
    u32 simple = re_simple_escape(c);
    if (simple != RE_NO_CHARACTER) {
        member->character = simple;
        return true;
    }
    if (c && c < 128 && strchr("dDsSwW", (int)c)) {
        member->category = (char)c;
        return true;
    }
    if (re_is_octal(c)) return read_octal(parser, &member->token, &member->character);
    if (re_is_digit(c))
        return re_source_fail(&parser->source, 2, "bad escape \\%c", (int)c);
    return re_parse_character(parser, &member->token, &member->character);
}

static bool read_member(ReParser *parser, const ReToken *token, Member *member) {
    *member = (Member){.character = token->character, .token = *token};
    return !token->is_escape || read_escape(parser, member);
}

static bool add_item(ReParser *parser, ReNode *set, u32 low, u32 high, char category) {
    ReItem *item = ARENA_NEW(parser->arena, ReItem);
    if (!item) return raise_memory(parser->vm), false;
    *item = (ReItem){low, high, category, set->items};
    set->items = item;
    return true;
}

static bool add_member(ReParser *parser, ReNode *set, const Member *member) {
    return add_item(parser, set, member->character, member->character, member->category);
}

static bool warn_set(ReParser *parser, const char *what, usize at) {
    VM *vm = parser->vm;
    return warn(vm, EXC(FutureWarning), (i32)parser->warn_level,
                "Possible %s at position %d", what, (int)at);
}


/* Doubled signs will mean something one day. */
static bool warn_doubled(ReParser *parser, const ReNode *set, const ReToken *token) {
    u32 c = token->character;
    if (token->is_escape || !set->items || re_source_peek(&parser->source) != c)
        return true;
    usize at = parser->source.at - 1;
    switch (c) {
    case '-': return warn_set(parser, "set difference", at);
    case '&': return warn_set(parser, "set intersection", at);
    case '~': return warn_set(parser, "set symmetric difference", at);
    case '|': return warn_set(parser, "set union", at);
    default: return true;
    }
}

static bool fail_unterminated(ReParser *parser, usize here) {
    return re_source_fail(&parser->source, parser->source.at - here,
                          "unterminated character set");
}

static bool fail_range(ReParser *parser, const Member *low, const Member *high) {
    ReSource *source = &parser->source;
    const ReToken *a = &low->token, *b = &high->token;
    OWNED Value from = re_source_slice(source, a->start, a->end);
    OWNED Value to = re_source_slice(source, b->start, b->end);
    if (from == FAIL || to == FAIL) return false;
    return re_source_fail(source, a->end - a->start + 1 + (b->end - b->start),
                          "bad character range %S-%S", from, to);
}

/* Behind 'x-': 1 the set goes on, 0 it has ended, -1 failed. */
static int parse_range(ReParser *parser, ReNode *set, const Member *low, usize here) {
    ReSource *source = &parser->source;
    ReToken token;
    Member high;
    if (!re_source_get(source, &token)) return -1;
    if (token.character == RE_NO_CHARACTER) {
        fail_unterminated(parser, here);
        return -1;
    }
    if (!token.is_escape && token.character == ']') {
        bool ok = add_member(parser, set, low) && add_item(parser, set, '-', '-', 0);
        return ok ? 0 : -1;
    }
    if (!token.is_escape && token.character == '-' &&
        !warn_set(parser, "set difference", source->at - 2))
        return -1;
    if (!read_member(parser, &token, &high)) return -1;
    if (low->category || high.category || high.character < low->character) {
        fail_range(parser, low, &high);
        return -1;
    }
    return add_item(parser, set, low->character, high.character, 0) ? 1 : -1;
}

/* 1 the set goes on, 0 it has ended, -1 failed. */
static int parse_member(ReParser *parser, ReNode *set, usize here) {
    ReSource *source = &parser->source;
    ReToken token;
    Member member;
    if (!re_source_get(source, &token)) return -1;
    if (token.character == RE_NO_CHARACTER) {
        fail_unterminated(parser, here);
        return -1;
    }
    if (!token.is_escape && token.character == ']' && set->items) return 0;
    if (!warn_doubled(parser, set, &token)) return -1;
    if (!read_member(parser, &token, &member)) return -1;
    int is_range = re_source_match(source, '-');
    if (is_range < 0) return -1;
    if (is_range) return parse_range(parser, set, &member, here);
    return add_member(parser, set, &member) ? 1 : -1;
}

/* [x] is x; so is what a repeat sees. */
static void simplify(ReNode *set) {
    ReItem *item = set->items;
    if (set->negated || item->next || item->category || item->low != item->high) return;
    set->kind = RE_LITERAL;
    set->value = item->low;
}

bool re_parse_set(ReParser *parser, u32 flags, u32 nested, ReSequence *sequence) {
    ReSource *source = &parser->source;
    usize here = source->at - 1;
    if (re_source_peek(source) == '[' && !warn_set(parser, "nested set", source->at))
        return false;
    int negated = re_source_match(source, '^');
    ReNode *set = negated < 0 ? NULL : re_add(parser, sequence, RE_SET, flags);
    if (!set) return false;
    set->negated = negated;
    int more;
    while ((more = parse_member(parser, set, here)) > 0) continue;
    if (more < 0) return false;
    simplify(set);
    return true;
}
