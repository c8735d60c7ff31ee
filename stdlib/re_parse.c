/* Parse a regular expression. */
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "stdlib/re_parser.h"

static ReSequence *parse_branches(ReParser *parser, u32 flags, u32 nested);

ReNode *re_add(ReParser *parser, ReSequence *sequence, ReKind kind, u32 flags) {
    ReNode *node = ARENA_NEW(parser->arena, ReNode);
    if (!node) return raise_memory(parser->vm), NULL;
    node->kind = (u8)kind;
    node->flags = (u16)flags;
    if (sequence->last)
        sequence->last->next = node;
    else
        sequence->first = node;
    sequence->last = node;
    return node;
}

static ReSequence *new_sequence(ReParser *parser) {
    ReSequence *sequence = ARENA_NEW(parser->arena, ReSequence);
    if (!sequence) raise_memory(parser->vm);
    return sequence;
}

/* ---- groups ---- */

bool re_check_group(const ReParser *parser, u64 group) {
    return group < parser->group_count && parser->groups[group].is_closed;
}

bool re_check_behind(ReParser *parser, u64 group) {
    if (!parser->behind) return true;
    if (!re_check_group(parser, group))
        return re_source_fail(&parser->source, 0, "cannot refer to an open group");
    if (group < parser->behind) return true;
    return re_source_fail(&parser->source, 0,
                          "cannot refer to group defined in the same lookbehind "
                          "subpattern");
}

static bool grow_groups(ReParser *parser) {
    u32 capacity = parser->group_capacity ? parser->group_capacity * 2 : 8;
    ReGroup *groups = ARENA_ARRAY(parser->arena, ReGroup, capacity);
    if (!groups) return raise_memory(parser->vm), false;
    if (parser->group_count)
        memcpy(groups, parser->groups, parser->group_count * sizeof(ReGroup));
    parser->groups = groups;
    parser->group_capacity = capacity;
    return true;
}

static bool name_group(ReParser *parser, Value name, u32 group) {
    VM *vm = parser->vm;
    Dict *names = to_dict(parser->tree->group_index);
    Value old = dict_get(vm, names, name);
    if (old == FAIL) return false;
    if (old == EMPTY) return dict_set(vm, names, name, from_small(group));
    return re_source_fail(&parser->source, str_length(name) + 1,
                          "redefinition of group name %R as group %d; was group %d", name,
                          (int)group, (int)to_small(old));
}

/* A new group that captures; name EMPTY: none. 0: failed. */
static u32 open_group(ReParser *parser, Value name) {
    u32 group = parser->group_count;
    if (group == parser->group_capacity && !grow_groups(parser)) return 0;
    parser->group_count++;
    if (parser->look_depth) parser->tree->needs_marks = true;
    if (name != EMPTY && !name_group(parser, name, group)) return 0;
    return group;
}

static void close_group(ReParser *parser, u32 group, ReSequence *body) {
    re_measure(parser, body);
    parser->groups[group] = (ReGroup){body->low, body->high, true, ++parser->closed};
}

static Value find_named(ReParser *parser, Value name) {
    Value group = dict_get(parser->vm, to_dict(parser->tree->group_index), name);
    if (group != EMPTY) return group;
    re_source_fail(&parser->source, str_length(name) + 1, "unknown group name %R", name);
    return FAIL;
}

/* ---- repeats ---- */

/* Digits as a number, which stops growing; false: there were none. */
static bool parse_digits(ReParser *parser, u64 *out, bool *ok) {
    ReSource *source = &parser->source;
    ReToken token;
    bool any = false;
    for (*out = 0; re_is_digit(re_source_peek(source)); any = true) {
        if (*out < (u64)1 << 40) *out = *out * 10 + re_source_peek(source) - '0';
        if (!re_source_get(source, &token)) {
            *ok = false;
            return false;
        }
    }
    return any;
}

static bool check_number(ReParser *parser, u64 number) {
    if (number < RE_MAX_REPEAT) return true;
    raise_overflow(parser->vm, "the repetition number is too large");
    return false;
}

/* Behind '{': 1 it is {low,high}, 0 it is a mere brace, -1 failed. */
static int parse_braces(ReParser *parser, u32 *low, u32 *high) {
    ReSource *source = &parser->source;
    usize here = source->at;
    if (re_source_peek(source) == '}') return 0;
    u64 least, most;
    bool ok = true;
    bool has_low = parse_digits(parser, &least, &ok);
    int comma = ok ? re_source_match(source, ',') : -1;
    if (comma < 0) return -1;
    bool has_high = comma ? parse_digits(parser, &most, &ok) : has_low;
    if (!comma) most = least;
    int closed = ok ? re_source_match(source, '}') : -1;
    if (closed < 0) return -1;
    if (!closed) {
        re_source_seek(source, here);
        return 0;
    }
    if (has_low && !check_number(parser, least)) return -1;
    if (has_high && !check_number(parser, most)) return -1;
    *low = has_low ? (u32)least : 0;
    *high = has_high ? (u32)most : RE_MAX_REPEAT;
    if (has_high && *high < *low) {
        re_source_fail(source, source->at - here, "min repeat greater than max repeat");
        return -1;
    }
    return 1;
}

static bool is_assertion(const ReNode *node) {
    return node->kind >= RE_START && node->kind <= RE_NOT_BOUNDARY;
}

/* Make the last node of the sequence the body of a repeat. */
static bool wrap_last(ReParser *parser, ReSequence *sequence, u32 low, u32 high,
                      char mode) {
    ReNode *copy = ARENA_NEW(parser->arena, ReNode);
    ReSequence *body = new_sequence(parser);
    if (!copy || !body) return false;
    *copy = *sequence->last;
    body->first = body->last = copy;
    *sequence->last = (ReNode){.kind = RE_REPEAT, .mode = mode, .low = low,
                               .high = high, .body = body, .flags = copy->flags};
    return true;
}

static bool parse_repeat(ReParser *parser, const ReToken *token, ReSequence *sequence,
                         u32 flags) {
    ReSource *source = &parser->source;
    usize here = source->at;
    u32 c = token->character, low = c == '+', high = c == '?' ? 1 : RE_MAX_REPEAT;
    if (c == '{') {
        int is_repeat = parse_braces(parser, &low, &high);
        if (is_repeat < 0) return false;
        if (!is_repeat) {
            ReNode *literal = re_add(parser, sequence, RE_LITERAL, flags);
            if (literal) literal->value = '{';
            return literal;
        }
    }
    if (!sequence->last || is_assertion(sequence->last))
        return re_source_fail(source, source->at - here + 1, "nothing to repeat");
    if (sequence->last->kind == RE_REPEAT)
        return re_source_fail(source, source->at - here + 1, "multiple repeat");
    int lazy = re_source_match(source, '?');
    int possessive = lazy ? 0 : re_source_match(source, '+');
    if (lazy < 0 || possessive < 0) return false;
    return wrap_last(parser, sequence, low, high, lazy ? 'l' : possessive ? 'p' : 'g');
}

/* ---- what begins with a bracket ---- */

static bool expect_close(ReParser *parser, usize start) {
    int closed = re_source_match(&parser->source, ')');
    if (closed > 0) return true;
    if (!closed)
        re_source_fail(&parser->source, parser->source.at - start,
                       "missing ), unterminated subpattern");
    return false;
}

static bool get_or_fail(ReParser *parser, ReToken *token) {
    if (!re_source_get(&parser->source, token)) return false;
    if (token->character != RE_NO_CHARACTER) return true;
    return re_source_fail(&parser->source, 0, "unexpected end of pattern");
}

static bool fail_extension(ReParser *parser, const char *before, const ReToken *token) {
    ReSource *source = &parser->source;
    OWNED Value text = re_source_slice(source, token->start, token->end);
    if (text == FAIL) return false;
    return re_source_fail(source, token->end - token->start + strlen(before) + 1,
                          "unknown extension ?%s%S", before, text);
}

/* (?P=name) */
static bool parse_named_reference(ReParser *parser, u32 flags, ReSequence *sequence) {
    ReSource *source = &parser->source;
    OWNED Value name = re_source_until(source, ')', "group name");
    if (name == FAIL || !re_source_check_name(source, name, 1)) return false;
    Value group = find_named(parser, name);
    if (group == FAIL) return false;
    if (!re_check_group(parser, (u64)to_small(group)))
        return re_source_fail(source, str_length(name) + 1,
                              "cannot refer to an open group");
    if (!re_check_behind(parser, (u64)to_small(group))) return false;
    ReNode *node = re_add(parser, sequence, RE_BACKREFERENCE, flags);
    if (node) node->value = (u32)to_small(group);
    return node;
}

static bool skip_comment(ReParser *parser, usize start) {
    ReSource *source = &parser->source;
    ReToken token;
    for (;;) {
        if (re_source_peek(source) == RE_NO_CHARACTER)
            return re_source_fail(source, source->at - start,
                                  "missing ), unterminated comment");
        if (!re_source_get(source, &token)) return false;
        if (!token.is_escape && token.character == ')') return true;
    }
}

/* (?= (?! (?<= (?<! */
static bool parse_look(ReParser *parser, ReToken token, usize start, u32 flags,
                       u32 nested, ReSequence *sequence) {
    bool backward = token.character == '<';
    if (backward) {
        if (!get_or_fail(parser, &token)) return false;
        if (token.is_escape || (token.character != '=' && token.character != '!'))
            return fail_extension(parser, "<", &token);
    }
    bool negated = token.character == '!';
    u32 behind = parser->behind;
    if (backward && !behind) parser->behind = parser->group_count;
    parser->look_depth++;
    ReSequence *body = parse_branches(parser, flags, nested + 1);
    parser->look_depth--;
    parser->behind = behind;
    if (!body || !expect_close(parser, start)) return false;
    re_measure(parser, body);
    if (backward && body->low != body->high) parser->tree->has_bad_behind = true;
    bool never = negated && !body->first;
    ReNode *node = re_add(parser, sequence, never ? RE_FAILURE : RE_LOOK, flags);
    if (!node) return false;
    node->negated = negated;
    node->backward = backward;
    node->body = body;
    return true;
}

/* The group a condition asks for: by name or number. */
static bool parse_condition(ReParser *parser, u64 *group) {
    ReSource *source = &parser->source;
    OWNED Value name = re_source_until(source, ')', "group name");
    if (name == FAIL) return false;
    usize length = str_length(name);
    if (!re_is_number(name, group)) {
        if (!re_source_check_name(source, name, 1)) return false;
        Value found = find_named(parser, name);
        if (found == FAIL) return false;
        *group = (u64)to_small(found);
        return true;
    }
    if (!*group) return re_source_fail(source, length + 1, "bad group number");
    if (*group >= RE_MAX_GROUPS)
        return re_source_fail(source, length + 1, "invalid group reference %S", name);
    ReUse *use = ARENA_NEW(parser->arena, ReUse);
    if (!use) return raise_memory(parser->vm), false;
    *use = (ReUse){*group, source->at - length - 1, parser->uses};
    parser->uses = use;
    return true;
}

static ReSequence *parse_sequence(ReParser *parser, u32 flags, u32 nested, bool first);

/* (?(1)yes|no) */
static bool parse_conditional(ReParser *parser, usize start, u32 flags, u32 nested,
                              ReSequence *sequence) {
    ReSource *source = &parser->source;
    u64 group;
    if (!parse_condition(parser, &group) || !re_check_behind(parser, group)) return false;
    ReNode *node = re_add(parser, sequence, RE_CONDITIONAL, flags);
    if (!node) return false;
    node->value = (u32)group;
    if (!(node->body = parse_sequence(parser, flags, nested + 1, false))) return false;
    int has_other = re_source_match(source, '|');
    if (has_other < 0) return false;
    if (has_other) {
        if (!(node->other = parse_sequence(parser, flags, nested + 1, false)))
            return false;
        if (re_source_peek(source) == '|')
            return re_source_fail(source, 0,
                                  "conditional backref with more than two branches");
    }
    return expect_close(parser, start);
}

typedef struct Bracket { /* what kind of group it is */
    bool captures, is_atomic, is_scoped;
    Value name; /* owned, or EMPTY */
    u32 flags;
} Bracket;

static bool parse_body(ReParser *parser, const Bracket *bracket, usize start, u32 flags,
                       u32 nested, ReSequence *sequence) {
    u32 group = 0;
    if (bracket->captures && !(group = open_group(parser, bracket->name))) return false;
    ReSequence *body = parse_branches(parser, bracket->flags, nested + 1);
    if (!body || !expect_close(parser, start)) return false;
    if (group) close_group(parser, group, body);
    ReNode *node =
        re_add(parser, sequence, bracket->is_atomic ? RE_ATOMIC : RE_GROUP, flags);
    if (!node) return false;
    node->value = group;
    node->is_scoped = bracket->is_scoped;
    node->body = body;
    return true;
}

/* (?flags) for all, or (?flags: for the group: 1 a group follows, 0 done, -1 failed. */
static int apply_flags(ReParser *parser, const ReToken *token, usize start, u32 *flags,
                       bool is_first, Bracket *bracket) {
    u32 add, remove;
    bool is_global;
    if (!re_parse_flags(parser, *token, &add, &remove, &is_global)) return -1;
    if (is_global && !is_first) {
        re_source_fail(&parser->source, parser->source.at - start,
                       "global flags not at the start of the expression");
        return -1;
    }
    if (is_global) {
        parser->flags |= add;
        *flags |= add;
        return 0;
    }
    if (add & RE_TYPE_FLAGS) bracket->flags &= ~(u32)RE_TYPE_FLAGS;
    bracket->flags = (bracket->flags | add) & ~remove;
    bracket->captures = false;
    bracket->is_scoped = true;
    return 1;
}

/* Behind "(?P": 1 a group follows, 0 done, -1 failed. */
static int parse_python_extension(ReParser *parser, u32 flags, Bracket *bracket,
                                  ReSequence *sequence) {
    ReSource *source = &parser->source;
    ReToken token;
    int is_name = re_source_match(source, '<');
    if (is_name < 0) return -1;
    if (is_name) {
        bracket->name = re_source_until(source, '>', "group name");
        if (bracket->name == FAIL) return -1;
        return re_source_check_name(source, bracket->name, 1) ? 1 : -1;
    }
    int is_reference = re_source_match(source, '=');
    if (is_reference < 0) return -1;
    if (is_reference) return parse_named_reference(parser, flags, sequence) ? 0 : -1;
    if (get_or_fail(parser, &token)) fail_extension(parser, "P", &token);
    return -1;
}

/* Behind "(?": 1 a group follows, 0 done, -1 failed. */
static int parse_extension(ReParser *parser, usize start, u32 *flags, u32 nested,
                           bool is_first, Bracket *bracket, ReSequence *sequence) {
    ReToken token;
    if (!get_or_fail(parser, &token)) return -1;
    bracket->captures = false;
    switch (token.is_escape ? 0 : token.character) {
    case 'P': {
        bracket->captures = true;
        return parse_python_extension(parser, *flags, bracket, sequence);
    }
    case ':': return 1;
    case '>': bracket->is_atomic = true; return 1;
    case '#': return skip_comment(parser, start) ? 0 : -1;
    case '=':
    case '!':
    case '<':
        return parse_look(parser, token, start, *flags, nested, sequence) ? 0 : -1;
    case '(': return parse_conditional(parser, start, *flags, nested, sequence) ? 0 : -1;
    case 'i': case 'L': case 'm': case 's': case 'x': case 'a': case 'u': case '-':
        return apply_flags(parser, &token, start, flags, is_first, bracket);
    default: fail_extension(parser, "", &token); return -1;
    }
}

static bool parse_bracket(ReParser *parser, u32 *flags, u32 nested, bool is_first,
                          ReSequence *sequence) {
    usize start = parser->source.at - 1;
    Bracket bracket = {.captures = true, .name = EMPTY, .flags = *flags};
    int has_extension = re_source_match(&parser->source, '?');
    if (has_extension < 0) return false;
    int more = has_extension ? parse_extension(parser, start, flags, nested, is_first,
                                               &bracket, sequence)
                             : 1;
    bool ok = more >= 0;
    if (more > 0) ok = parse_body(parser, &bracket, start, *flags, nested, sequence);
    decref(bracket.name);
    return ok;
}

/* ---- sequences and branches ---- */

static bool is_white(u32 c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool skip_line(ReParser *parser) {
    ReToken token;
    do
        if (!re_source_get(&parser->source, &token)) return false;
    while (token.character != RE_NO_CHARACTER &&
           (token.is_escape || token.character != '\n'));
    return true;
}

static bool parse_plain(ReParser *parser, const ReToken *token, u32 flags,
                        ReSequence *sequence) {
    ReKind kind = token->character == '^'   ? RE_START
                  : token->character == '$' ? RE_END
                  : token->character == '.' ? RE_ANY
                                            : RE_LITERAL;
    ReNode *node = re_add(parser, sequence, kind, flags);
    if (node) node->value = token->character;
    return node;
}

static bool parse_item(ReParser *parser, const ReToken *token, u32 *flags, u32 nested,
                       bool first, ReSequence *sequence) {
    u32 c = token->character;
    if (*flags & RE_VERBOSE && !token->is_escape) {
        if (is_white(c)) return true;
        if (c == '#') return skip_line(parser);
    }
    if (token->is_escape) return re_parse_escape(parser, token, *flags, sequence);
    switch (c) {
    case '[': return re_parse_set(parser, *flags, nested, sequence);
    case '(':
        return parse_bracket(parser, flags, nested, first && !sequence->first, sequence);
    case '?':
    case '*':
    case '+':
    case '{': return parse_repeat(parser, token, sequence, *flags);
    default: return parse_plain(parser, token, *flags, sequence);
    }
}

static ReSequence *parse_sequence(ReParser *parser, u32 flags, u32 nested, bool first) {
    ReSequence *sequence = new_sequence(parser);
    if (!sequence) return NULL;
    for (;;) {
        u32 c = re_source_peek(&parser->source);
        if (c == RE_NO_CHARACTER || c == '|' || c == ')') return sequence;
        ReToken token;
        if (!re_source_get(&parser->source, &token)) return NULL;
        if (!parse_item(parser, &token, &flags, nested, first, sequence)) return NULL;
    }
}

static ReSequence *parse_alternatives(ReParser *parser, u32 flags, u32 nested) {
    ReSequence *first = parse_sequence(parser, flags, nested + 1, !nested);
    if (!first || re_source_peek(&parser->source) != '|') return first;
    ReSequence *outer = new_sequence(parser), *last = first;
    ReNode *branch = outer ? re_add(parser, outer, RE_BRANCH, flags) : NULL;
    if (!branch) return NULL;
    branch->body = first;
    int more;
    while ((more = re_source_match(&parser->source, '|')) > 0) {
        if (!nested) flags = parser->flags;
        last->next = parse_sequence(parser, flags, nested + 1, false);
        if (!(last = last->next)) return NULL;
    }
    return more < 0 ? NULL : outer;
}

static ReSequence *parse_branches(ReParser *parser, u32 flags, u32 nested) {
    if (!enter_recursion(parser->vm, "")) return NULL;
    ReSequence *sequence = parse_alternatives(parser, flags, nested);
    leave_recursion(parser->vm);
    return sequence;
}

/* ---- the whole ---- */

static bool fix_flags(VM *vm, bool is_text, u32 *flags) {
    const char *wrong = NULL;
    if (is_text) {
        if (*flags & RE_LOCALE)
            wrong = "cannot use LOCALE flag with a str pattern";
        else if (!(*flags & RE_ASCII))
            *flags |= RE_UNICODE;
        else if (*flags & RE_UNICODE)
            wrong = "ASCII and UNICODE flags are incompatible";
    } else if (*flags & RE_UNICODE) {
        wrong = "cannot use UNICODE flag with a bytes pattern";
    } else if (*flags & RE_LOCALE && *flags & RE_ASCII) {
        wrong = "ASCII and LOCALE flags are incompatible";
    }
    if (wrong) raise_value(vm, "%s", wrong);
    return !wrong;
}

static bool check_uses(ReParser *parser) {
    ReUse *worst = NULL;
    for (ReUse *use = parser->uses; use; use = use->next)
        if (use->group >= parser->group_count) worst = use;
    if (!worst) return true;
    OWNED Value message = str_format(parser->vm, "invalid group reference %lu",
                                     (unsigned long)worst->group);
    if (message == FAIL) return false;
    return raise_pattern_error(parser->vm, TAKE(message), parser->source.pattern,
                               (i64)worst->at);
}

/* The order in which groups close, for Match.lastindex. */
static bool keep_order(ReParser *parser) {
    ReTree *tree = parser->tree;
    tree->closes = ARENA_ARRAY(parser->arena, u32, parser->group_count);
    if (!tree->closes) return raise_memory(parser->vm), false;
    for (u32 i = 1; i < parser->group_count; i++)
        tree->closes[i] = parser->groups[i].order;
    return true;
}

static bool check_behind_widths(ReParser *parser) {
    if (!parser->tree->has_bad_behind) return true;
    OWNED Value text =
        str_from_text(parser->vm, "look-behind requires fixed-width pattern");
    return text != FAIL && raise_pattern_error(parser->vm, TAKE(text), NONE, -1);
}

static bool parse_all(ReParser *parser) {
    ReTree *tree = parser->tree;
    tree->root = parse_branches(parser, parser->flags, 0);
    if (!tree->root) return false;
    if (!fix_flags(parser->vm, parser->source.is_text, &parser->flags)) return false;
    if (re_source_peek(&parser->source) != RE_NO_CHARACTER)
        return re_source_fail(&parser->source, 0, "unbalanced parenthesis");
    if (!check_uses(parser)) return false;
    tree->flags = parser->flags;
    tree->groups = parser->group_count - 1;
    return keep_order(parser) && check_behind_widths(parser);
}

bool re_parse(VM *vm, Value pattern, u32 flags, ReTree *tree) {
    *tree = (ReTree){.is_text = is_str(pattern), .group_index = EMPTY};
    arena_init(&tree->arena);
    tree->group_index = dict_new(vm);
    if (tree->group_index == FAIL) return false;
    ReParser parser = {.vm = vm, .tree = tree, .arena = &tree->arena, .flags = flags,
                       .warn_level = 3};
    bool ok = grow_groups(&parser) && re_source_open(vm, &parser.source, pattern);
    parser.group_count = 1;
    ok = ok && parse_all(&parser);
    re_source_close(&parser.source);
    return ok;
}

void re_tree_free(ReTree *tree) {
    arena_free(&tree->arena);
    if (tree->group_index != FAIL) decref(take(&tree->group_index));
}
