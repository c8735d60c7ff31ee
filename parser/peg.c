/* The interpreter of errors.peg. */
#include "parser/peg.h"

/* Results are kept by place, rule and, for PEG_IS_CACHE, whether invalid_ rules took
 * part. */
struct Memo {
    Memo *next;
    u16 rule;
    bool with_invalid;
    bool matched;
    u32 end;
    Shape *shape;
};

static bool run_rule(Peg *peg, u16 number, Shape **out);

static bool stop(Peg *peg) {
    if (peg->state == PEG_READING) peg->state = PEG_STOPPED;
    return false;
}

static bool make_room(Peg *peg) {
    u32 needed = peg->parser->count + 1;
    if (needed <= peg->capacity) return true;
    u32 capacity = needed * 2;
    Memo **memos = ARENA_ARRAY(&peg->arena, Memo *, capacity);
    Shape **shapes = ARENA_ARRAY(&peg->arena, Shape *, capacity);
    if (!memos || !shapes) return stop(peg);
    if (peg->capacity) {
        memcpy(memos, peg->memos, sizeof(Memo *) * peg->capacity);
        memcpy(shapes, peg->token_shapes, sizeof(Shape *) * peg->capacity);
    }
    peg->memos = memos;
    peg->token_shapes = shapes;
    peg->capacity = capacity;
    return true;
}

/* A prompt that has no more lines yet: the input ends here. */
static void add_end(Parser *parser) {
    Token *end = &parser->tokens[parser->count];
    Position at = parser->tokens[parser->count - 1].end;
    *end = (Token){.kind = TOKEN_END, .start = at, .end = at};
    parser->count++;
}

bool peg_fetch(Peg *peg, u32 token) {
    Parser *parser = peg->parser;
    while (token >= parser->count) {
        LexStatus status = parser_read(parser);
        if (status == LEX_NEED_MORE) add_end(parser);
        if (status != LEX_ERROR) continue;
        if (parser->arena->out_of_memory) return stop(peg);
        syntaxerror_from_lexer(parser, &parser->lexer.error, peg->problem);
        peg->state = PEG_REPORTED;
        peg->is_final = true;
        return false;
    }
    if (token >= peg->fill) peg->fill = token + 1;
    return make_room(peg);
}

static Shape *new_shape(Peg *peg, u8 kind, u32 first, u32 last) {
    Shape *shape = ARENA_NEW(&peg->arena, Shape);
    if (!shape) {
        stop(peg);
        return NULL;
    }
    shape->kind = kind;
    shape->first = first;
    shape->last = last;
    return shape;
}

static Shape *take_token(Peg *peg) {
    u32 token = peg->mark++;
    Shape **kept = &peg->token_shapes[token];
    if (!*kept) *kept = new_shape(peg, SHAPE_TOKEN, token, token);
    return *kept;
}

static bool is_soft_keyword(u16 kind) {
    return kind == TOKEN_MATCH || kind == TOKEN_CASE || kind == TOKEN_TYPE;
}

static bool match_token(Peg *peg, u16 kind, Shape **out) {
    if (!peg_fetch(peg, peg->mark)) return false;
    u16 found = peg->parser->tokens[peg->mark].kind;
    if (found != kind && !(kind == TOKEN_NAME && is_soft_keyword(found))) return false;
    *out = take_token(peg);
    return true;
}

static bool match_word(Peg *peg, Span word, bool is_prefix, Shape **out) {
    if (!peg_fetch(peg, peg->mark)) return false;
    const Token *token = &peg->parser->tokens[peg->mark];
    if (token->kind != TOKEN_NAME && !is_soft_keyword(token->kind)) return false;
    if (is_prefix && word.length > token->text.length) word.length = token->text.length;
    if (!span_equal(token->text, word)) return false;
    *out = take_token(peg);
    return true;
}

/* Shapes collected for a list or an alternative; lists among them are spliced. */
typedef struct Collection {
    Shape **items;
    u32 count, capacity;
} Collection;

static void collect_one(Peg *peg, Collection *collection, Shape *shape) {
    if (collection->count == collection->capacity) {
        u32 capacity = collection->capacity ? collection->capacity * 2 : 4;
        Shape **items = ARENA_ARRAY(&peg->arena, Shape *, capacity);
        if (!items) {
            stop(peg);
            return;
        }
        if (collection->count) {
            memcpy(items, collection->items, sizeof(Shape *) * collection->count);
        }
        collection->items = items;
        collection->capacity = capacity;
    }
    collection->items[collection->count++] = shape;
}

static void collect(Peg *peg, Collection *collection, Shape *shape) {
    if (!shape) return;
    if (shape->kind != SHAPE_LIST) {
        collect_one(peg, collection, shape);
        return;
    }
    for (u32 i = 0; i < shape->count; i++)
        collect_one(peg, collection, shape->children[i]);
}

static Shape *shape_of(Peg *peg, u8 kind, u32 start, const Collection *collection) {
    Shape *shape = new_shape(peg, kind, start, peg->mark - 1);
    if (!shape) return NULL;
    shape->count = collection->count;
    shape->children = collection->items;
    return shape;
}

/* As often as it matches; false when that is less than `least`. */
static bool match_repeated(Peg *peg, u16 rule, u32 least, Shape **out) {
    u32 start = peg->mark, count = 0;
    Collection collection = {0};
    for (;;) {
        u32 before = peg->mark;
        Shape *shape = NULL;
        if (!run_rule(peg, rule, &shape)) {
            peg->mark = before;
            break;
        }
        collect(peg, &collection, shape);
        count++;
        if (peg->mark == before) break;
    }
    if (peg->state != PEG_READING || count < least) return false;
    *out = shape_of(peg, SHAPE_LIST, start, &collection);
    return true;
}

static bool match_gathered(Peg *peg, u16 rule, u16 separator, Shape **out) {
    u32 start = peg->mark;
    Collection collection = {0};
    Shape *shape = NULL;
    if (!run_rule(peg, rule, &shape)) return false;
    for (;;) {
        collect(peg, &collection, shape);
        u32 before = peg->mark;
        if (!match_token(peg, separator, &shape) || !run_rule(peg, rule, &shape)) {
            peg->mark = before;
            break;
        }
    }
    if (peg->state != PEG_READING) return false;
    *out = shape_of(peg, SHAPE_LIST, start, &collection);
    return true;
}

static bool looks_ahead(Peg *peg, u16 rule) {
    u32 before = peg->mark;
    Shape *ignored = NULL;
    bool matched = run_rule(peg, rule, &ignored);
    peg->mark = before;
    return matched;
}

static bool match_forced(Peg *peg, u16 kind, Shape **out) {
    if (match_token(peg, kind, out)) return true;
    error_forced(peg, kind);
    return false;
}

static bool match_item(Peg *peg, const PegItem *item, Shape **out) {
    switch ((PegOp)item->op) {
    case PEG_TOKEN: return match_token(peg, item->what, out);
    case PEG_WORD: return match_word(peg, peg_words[item->what], item->other, out);
    case PEG_CALL: return run_rule(peg, item->what, out);
    case PEG_STAR: return match_repeated(peg, item->what, 0, out);
    case PEG_PLUS: return match_repeated(peg, item->what, 1, out);
    case PEG_GATHER: return match_gathered(peg, item->what, item->other, out);
    case PEG_AND: return looks_ahead(peg, item->what);
    case PEG_NOT: return !looks_ahead(peg, item->what) && peg->state == PEG_READING;
    case PEG_FORCE: return match_forced(peg, item->what, out);
    case PEG_CUT: return true;
    case PEG_OPTIONAL: {
        u32 before = peg->mark;
        if (!run_rule(peg, item->what, out)) peg->mark = before;
        return peg->state == PEG_READING;
    }
    }
    return false;
}

/* All items matched, their shapes are in `parts`. */
static bool finish(Peg *peg, const PegAlternative *alternative, u32 start, Shape **parts,
                   Shape **out) {
    if (alternative->result >= 0) {
        *out = parts[alternative->result];
    } else {
        Collection collection = {0};
        const PegItem *items = &peg_items[alternative->items];
        for (u32 i = 0; i < alternative->count; i++) {
            if (items[i].captures) collect(peg, &collection, parts[i]);
        }
        *out = shape_of(peg, alternative->kind, start, &collection);
    }
    if (!alternative->action) return true;
    alternative->action(peg, parts, *out);
    return alternative->checks && peg->state == PEG_READING;
}

typedef enum Try { TRY_MATCHED, TRY_NEXT, TRY_NO_OTHER } Try;

static Try try_alternative(Peg *peg, const PegAlternative *alternative, Shape **out) {
    Shape *parts[PEG_MAX_ITEMS] = {0};
    const PegItem *items = &peg_items[alternative->items];
    u32 start = peg->mark;
    Try otherwise = TRY_NEXT;
    for (u32 i = 0; i < alternative->count; i++) {
        if (items[i].op == PEG_CUT) otherwise = TRY_NO_OTHER;
        if (match_item(peg, &items[i], &parts[i])) continue;
        peg->mark = start;
        return otherwise;
    }
    if (finish(peg, alternative, start, parts, out)) return TRY_MATCHED;
    peg->mark = start;
    return otherwise;
}

static bool run_alternatives(Peg *peg, const PegRule *rule, Shape **out) {
    for (u32 i = 0; i < rule->count; i++) {
        const PegAlternative *alternative = &peg_alternatives[rule->alternatives + i];
        if (alternative->is_invalid && !peg->with_invalid) continue;
        Try result = try_alternative(peg, alternative, out);
        if (result == TRY_MATCHED) return true;
        if (result == TRY_NO_OTHER || peg->state != PEG_READING) return false;
    }
    return false;
}

static Memo *find_memo(Peg *peg, u16 number, u8 flags) {
    for (Memo *memo = peg->memos[peg->mark]; memo; memo = memo->next) {
        if (memo->rule != number) continue;
        if (!(flags & PEG_IS_CACHE) || memo->with_invalid == peg->with_invalid)
            return memo;
    }
    return NULL;
}

static Memo *add_memo(Peg *peg, u16 number, u32 start) {
    Memo *memo = ARENA_NEW(&peg->arena, Memo);
    if (!memo) {
        stop(peg);
        return NULL;
    }
    *memo = (Memo){peg->memos[start], number, peg->with_invalid, false, start, NULL};
    peg->memos[start] = memo;
    return memo;
}

/* A left-recursive rule: what it matched so far stands for itself, until it grows no
 * more. */
static bool grow(Peg *peg, u16 number, Shape **out) {
    u32 start = peg->mark;
    Memo *memo = add_memo(peg, number, start);
    while (memo) {
        peg->mark = start;
        Shape *shape = NULL;
        bool matched = run_alternatives(peg, &peg_rules[number], &shape);
        if (peg->state != PEG_READING) return false;
        if (!matched || peg->mark <= memo->end) break;
        memo->matched = true;
        memo->end = peg->mark;
        memo->shape = shape;
    }
    if (!memo) return false;
    peg->mark = memo->end;
    *out = memo->shape;
    return memo->matched;
}

static bool run_and_keep(Peg *peg, u16 number, Shape **out) {
    u32 start = peg->mark;
    bool matched = run_alternatives(peg, &peg_rules[number], out);
    if (peg->state != PEG_READING) return false;
    Memo *memo = add_memo(peg, number, start);
    if (!memo) return false;
    memo->matched = matched;
    memo->end = peg->mark;
    memo->shape = matched ? *out : NULL;
    return matched;
}

static bool run_quietly(Peg *peg, const PegRule *rule, Shape **out) {
    bool before = peg->with_invalid;
    peg->with_invalid = false;
    bool matched = run_alternatives(peg, rule, out);
    peg->with_invalid = before;
    return matched;
}

static bool dispatch(Peg *peg, u16 number, Shape **out) {
    const PegRule *rule = &peg_rules[number];
    if (rule->flags & PEG_IS_QUIET) return run_quietly(peg, rule, out);
    if (!rule->flags) return run_alternatives(peg, rule, out);
    if (!peg_fetch(peg, peg->mark)) return false;
    Memo *memo = find_memo(peg, number, rule->flags);
    if (memo) {
        if (memo->matched) peg->mark = memo->end;
        *out = memo->shape;
        return memo->matched;
    }
    return rule->flags & PEG_IS_LEFT ? grow(peg, number, out)
                                     : run_and_keep(peg, number, out);
}

static bool run_rule(Peg *peg, u16 number, Shape **out) {
    if (peg->state != PEG_READING) return false;
    if (peg->depth == PEG_MAX_DEPTH) {
        *peg->problem =
            (SyntaxProblem){.kind = PROBLEM_MEMORY, .message = PARSER_TOO_COMPLEX};
        peg->state = PEG_REPORTED;
        return false;
    }
    peg->depth++;
    bool matched = dispatch(peg, number, out);
    peg->depth--;
    return matched;
}

bool peg_run(Peg *peg, u16 rule, u32 start) {
    if (!make_room(peg)) return false;
    memset(peg->memos, 0, sizeof(Memo *) * peg->capacity);
    peg->start = peg->mark = start;
    peg->depth = 0;
    Shape *ignored = NULL;
    return run_rule(peg, rule, &ignored) && peg->state == PEG_READING;
}

void peg_free(Peg *peg) {
    arena_free(&peg->arena);
}
