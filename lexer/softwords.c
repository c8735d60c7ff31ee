#include "lexer/softwords.h"

void softwords_init(Softwords *words, Lexer *lexer) {
    *words =
        (Softwords){.lexer = lexer, .is_line_start = true, .is_statement_start = true};
}

static LexStatus fail_memory(Softwords *words) {
    words->lexer->error = (LexError){.is_memory = true};
    return LEX_ERROR;
}

/* Room for one more token at the end of the buffer, or NULL. */
static Token *make_room(Softwords *words) {
    if (words->first + words->count == words->capacity) {
        usize capacity = words->count * 2 < 16 ? 16 : words->count * 2;
        Token *tokens = ARENA_ARRAY(words->lexer->arena, Token, capacity);
        if (!tokens) return NULL;
        if (words->count)
            memcpy(tokens, words->tokens + words->first, words->count * sizeof(Token));
        words->tokens = tokens;
        words->first = 0;
        words->capacity = capacity;
    }
    return &words->tokens[words->first + words->count];
}

/* The token that comes `index` tokens after the next one. NULL: there is none yet, or the
 * lexer failed before it (`end_status`). */
static const Token *peek(Softwords *words, usize index) {
    while (words->count <= index) {
        Token *room = make_room(words);
        words->end_status = room ? lexer_next(words->lexer, room) : LEX_ERROR;
        if (words->end_status != LEX_TOKEN) return NULL;
        words->count++;
    }
    return &words->tokens[words->first + index];
}

static LexStatus read_token(Softwords *words, Token *token) {
    if (!words->count) return lexer_next(words->lexer, token);
    *token = words->tokens[words->first++];
    if (!--words->count) words->first = 0;
    return LEX_TOKEN;
}

/* Take back the token that was read last. */
static bool unread(Softwords *words, const Token *token) {
    if (words->first)
        words->first--;
    else if (!make_room(words))
        return false;
    words->tokens[words->first] = *token;
    words->count++;
    return true;
}

/* Is `match` before this token a statement? CERTAINLY when no expression goes on with
 * that token behind a name, so that anything else were an error. */
typedef enum Likelihood { NEVER, PERHAPS, CERTAINLY } Likelihood;

static Likelihood judge(u16 next) {
    switch (next) {
    case TOKEN_LPAR:
    case TOKEN_LSQB:
    case TOKEN_MINUS:
    case TOKEN_PLUS:
    case TOKEN_STAR:
    case TOKEN_NOT: return PERHAPS;
    case TOKEN_NAME:
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
    case TOKEN_IMAGINARY:
    case TOKEN_STRING:
    case TOKEN_BYTES:
    case TOKEN_FSTRING_START:
    case TOKEN_LBRACE:
    case TOKEN_TILDE:
    case TOKEN_ELLIPSIS:
    case TOKEN_NONE:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_LAMBDA:
    case TOKEN_AWAIT: return CERTAINLY;
    default: return NEVER;
    }
}

/* The depth of brackets behind this token, the fields of f-strings included. */
static u32 count_depth(u32 depth, u16 kind) {
    bool opens = kind == TOKEN_LPAR || kind == TOKEN_LSQB || kind == TOKEN_LBRACE;
    bool closes = kind == TOKEN_RPAR || kind == TOKEN_RSQB || kind == TOKEN_RBRACE;
    return depth + opens - (closes && depth);
}

/* Whether the logical line ahead ends with `:` outside of brackets. LEX_NEED_MORE is
 * possible; the next call then goes on where this one was. */
static LexStatus look_for_colon(Softwords *words, bool *found) {
    for (;; words->scanned++) {
        const Token *token = peek(words, words->scanned);
        if (!token) return words->end_status;
        words->scan_depth = count_depth(words->scan_depth, token->kind);
        if (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END) break;
    }
    /* At least the word itself is before the line's end. */
    const Token *last = peek(words, words->scanned - 1);
    *found = last->kind == TOKEN_COLON && !words->scan_depth;
    return LEX_TOKEN;
}

/* The word is at the front of the buffer. */
static LexStatus decide_match(Softwords *words, u16 *kind) {
    const Token *next = peek(words, 1);
    if (!next) return words->end_status;
    Likelihood likelihood = judge(next->kind);
    bool is_keyword = likelihood == CERTAINLY;
    LexStatus status = LEX_TOKEN;
    if (likelihood == PERHAPS) status = look_for_colon(words, &is_keyword);
    if (is_keyword) *kind = TOKEN_MATCH;
    return status;
}

static LexStatus decide_type(Softwords *words, u16 *kind) {
    const Token *next = peek(words, 1);
    if (!next) return words->end_status;
    if (next->kind == TOKEN_NAME) *kind = TOKEN_TYPE;
    return LEX_TOKEN;
}

/* Which soft keyword a name at this place could be; TOKEN_NAME for none. */
static u16 find_candidate(const Softwords *words, const Token *token) {
    if (token->kind != TOKEN_NAME || !words->is_statement_start) return TOKEN_NAME;
    if (span_equal(token->text, SPAN("type"))) return TOKEN_TYPE;
    if (!words->is_line_start) return TOKEN_NAME;
    if (span_equal(token->text, SPAN("match"))) return TOKEN_MATCH;
    u32 count = words->match_count;
    bool is_in_match = count && words->match_depths[count - 1] == words->depth;
    return is_in_match && span_equal(token->text, SPAN("case")) ? TOKEN_CASE : TOKEN_NAME;
}

/* Settle the kind of a name. With LEX_NEED_MORE the token is back in the buffer. */
static LexStatus settle(Softwords *words, Token *token) {
    u16 candidate = find_candidate(words, token);
    if (candidate == TOKEN_NAME) return LEX_TOKEN;
    u16 kind = TOKEN_NAME;
    LexStatus status = LEX_TOKEN;
    if (candidate == TOKEN_CASE) {
        kind = TOKEN_CASE;
    } else {
        if (!unread(words, token)) return fail_memory(words);
        status = (candidate == TOKEN_MATCH ? decide_match : decide_type)(words, &kind);
        if (status == LEX_NEED_MORE) return status;
        words->scanned = words->scan_depth = 0;
        read_token(words, token);
    }
    /* An error ahead: this token is a name all the same, and the error comes in its
     * place. */
    token->kind = kind;
    return LEX_TOKEN;
}

static bool push_match_block(Softwords *words) {
    if (words->match_count == words->match_capacity) {
        u32 capacity = words->match_capacity ? words->match_capacity * 2 : 8;
        u32 *larger = ARENA_ARRAY(words->lexer->arena, u32, capacity);
        if (!larger) return false;
        if (words->match_count)
            memcpy(larger, words->match_depths, words->match_count * sizeof(u32));
        words->match_depths = larger;
        words->match_capacity = capacity;
    }
    words->match_depths[words->match_count++] = words->depth;
    return true;
}

static bool enter_block(Softwords *words) {
    words->depth++;
    bool is_match = words->is_match_line;
    words->is_match_line = false;
    return !is_match || push_match_block(words);
}

static void leave_block(Softwords *words) {
    u32 count = words->match_count;
    if (count && words->match_depths[count - 1] == words->depth) words->match_count--;
    words->depth--;
}

/* Whether a line that begins so may have a statement behind a colon. */
static bool begins_block(u16 kind) {
    switch (kind) {
    case TOKEN_IF:
    case TOKEN_ELIF:
    case TOKEN_ELSE:
    case TOKEN_WHILE:
    case TOKEN_FOR:
    case TOKEN_TRY:
    case TOKEN_EXCEPT:
    case TOKEN_FINALLY:
    case TOKEN_WITH:
    case TOKEN_ASYNC:
    case TOKEN_DEF:
    case TOKEN_CLASS:
    case TOKEN_CASE: return true;
    default: return false;
    }
}

/* Remember what the tokens given out so far mean for the next. */
static bool follow(Softwords *words, u16 kind) {
    words->bracket_depth = count_depth(words->bracket_depth, kind);
    bool is_fine = kind != TOKEN_INDENT || enter_block(words);
    if (kind == TOKEN_DEDENT) leave_block(words);
    bool is_layout =
        kind == TOKEN_NEWLINE || kind == TOKEN_INDENT || kind == TOKEN_DEDENT;
    if (words->is_line_start && !is_layout) {
        words->is_block_line = begins_block(kind);
        words->is_match_line = kind == TOKEN_MATCH;
    }
    words->is_line_start = is_layout;
    bool is_inner_start =
        kind == TOKEN_SEMI || (kind == TOKEN_COLON && words->is_block_line);
    words->is_statement_start = is_layout || (is_inner_start && !words->bracket_depth);
    return is_fine;
}

LexStatus softwords_next(Softwords *words, Token *token) {
    LexStatus status = read_token(words, token);
    if (status == LEX_TOKEN) status = settle(words, token);
    if (status == LEX_TOKEN && !follow(words, token->kind)) return fail_memory(words);
    return status;
}
