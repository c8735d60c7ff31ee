/* How fed text becomes lines that can be read: line ends made "\n", lines counted, faulty
 * bytes found, the block moved when it is full. */
#include "base/utf8.h"
#include "lexer/state.h"

enum { SMALLEST_BLOCK = 4096 };

/* Room for `more` bytes and a NUL behind the end. */
static bool reserve(Lexer *lexer, LexText *text, usize more) {
    usize wanted = text->length + more + 1;
    if (wanted <= text->capacity) return true;
    if (wanted < text->length * 2) wanted = text->length * 2;
    char *larger = lexer_grow(lexer, text->data, text->length, wanted, 1);
    if (!larger) return false;
    text->data = larger;
    text->capacity = wanted;
    return true;
}

/* The earliest byte that a token to come may still refer to. */
static char *find_first_needed(LexerState *state) {
    const char *first = state->cursor;
    if (state->line_start < first) first = state->line_start;
    if (state->token_start < first) first = state->token_start;
    for (u32 i = 0; i < state->mode_count; i++) {
        const char *expression = state->modes[i].expression;
        if (expression && expression < first) first = expression;
    }
    return (char *)first;
}

static void move_pointers(LexerState *state, const char *from, char *to) {
    state->cursor = to + (state->cursor - from);
    state->limit = to + (state->limit - from);
    state->line_start = to + (state->line_start - from);
    state->token_start = to + (state->token_start - from);
    for (u32 i = 0; i < state->mode_count; i++) {
        LexMode *mode = &state->modes[i];
        if (mode->expression) mode->expression = to + (mode->expression - from);
    }
}

/* Room in the block for `more` bytes and a NUL; where they go, or NULL. */
static char *make_room(Lexer *lexer, usize more) {
    LexerState *state = lexer->state;
    LexText *block = &state->block;
    if (block->length + more + 1 > block->capacity) {
        const char *needed = find_first_needed(state);
        usize kept = (usize)(block->data + block->length - needed);
        usize capacity = kept * 2 + more + 1;
        if (capacity < SMALLEST_BLOCK) capacity = SMALLEST_BLOCK;
        char *data = arena_alloc(lexer->arena, capacity);
        if (!data) return NULL;
        if (kept) memcpy(data, needed, kept);
        move_pointers(state, needed, data);
        *block = (LexText){data, kept, capacity};
    }
    return block->data + block->length;
}

/* Copy with CR LF and CR made LF; returns the length of the copy. */
static usize copy_lines(LexerState *state, Span text, char *to) {
    char *start = to;
    const char *at = text.data, *end = text.data + text.length;
    if (at < end && state->skips_line_feed && *at == '\n') at++;
    state->skips_line_feed = false;
    while (at < end) {
        const char *stop = memchr(at, '\r', (usize)(end - at));
        usize length = (usize)((stop ? stop : end) - at);
        memcpy(to, at, length);
        to += length;
        if (!stop) break;
        *to++ = '\n';
        at = stop + 1;
        if (at == end)
            state->skips_line_feed = true;
        else if (*at == '\n')
            at++;
    }
    return (usize)(to - start);
}

static bool add_line(Lexer *lexer, const char *data, usize length) {
    LexerState *state = lexer->state;
    if (state->line_count == state->line_capacity) {
        u32 wanted = state->line_capacity ? state->line_capacity * 2 : 64;
        LexLine *larger =
            lexer_grow(lexer, state->lines, state->line_count, wanted, sizeof *larger);
        if (!larger) return false;
        state->lines = larger;
        state->line_capacity = wanted;
    }
    state->lines[state->line_count++] = (LexLine){data, length};
    return true;
}

/* Where reading must stop in these lines: the first null byte or byte that is not UTF-8.
 */
static const char *find_fault(LexerState *state, const char *data, usize length) {
    const char *null_byte = memchr(data, '\0', length);
    if (null_byte) length = (usize)(null_byte - data);
    usize bad = length;
    if (!utf8_is_ascii(data, length))
        bad = utf8_check(data, length, &state->fault_length);
    if (bad < length)
        state->fault = FAULT_ENCODING;
    else if (null_byte)
        state->fault = FAULT_NULL_BYTE;
    return data + bad;
}

/* The block has grown by complete lines: make them readable up to the first faulty one.
 */
static bool admit_lines(Lexer *lexer, usize length) {
    LexerState *state = lexer->state;
    char *at = state->limit, *end = at + length;
    const char *stop = find_fault(state, at, length);
    while (at < end) {
        char *newline = memchr(at, '\n', (usize)(end - at));
        if (!add_line(lexer, at, (usize)(newline - at))) return false;
        if (state->fault && stop <= newline) {
            state->fault_line = state->line_count;
            state->fault_offset = (usize)(stop - at);
            break;
        }
        at = newline + 1;
    }
    state->limit = at;
    state->at_limit = *at;
    *at = '\0';
    return true;
}

/* Text with at least one line end: tail and text go into the block, the rest becomes the
 * tail. */
static bool add_lines(Lexer *lexer, Span text) {
    LexerState *state = lexer->state;
    LexText *tail = &state->tail, *block = &state->block;
    char *to = make_room(lexer, tail->length + text.length);
    if (!to) return false;
    if (tail->length) memcpy(to, tail->data, tail->length);
    usize length = tail->length + copy_lines(state, text, to + tail->length);
    tail->length = 0;
    char *last = memrchr(to, '\n', length);
    usize complete = last ? (usize)(last - to) + 1 : 0;
    if (!reserve(lexer, tail, length - complete)) return false;
    memcpy(tail->data, to + complete, length - complete);
    tail->length = length - complete;
    block->length += complete;
    return admit_lines(lexer, complete);
}

static bool add_to_tail(Lexer *lexer, Span text) {
    LexText *tail = &lexer->state->tail;
    if (!reserve(lexer, tail, text.length)) return false;
    memcpy(tail->data + tail->length, text.data, text.length);
    tail->length += text.length;
    lexer->state->skips_line_feed = false;
    return true;
}

void lexer_feed(Lexer *lexer, Span text) {
    LexerState *state = lexer->state;
    if (!state || state->fault || state->is_finished || !text.length) return;
    bool has_line_end =
        memchr(text.data, '\n', text.length) || memchr(text.data, '\r', text.length);
    if (!(has_line_end ? add_lines : add_to_tail)(lexer, text)) lexer_fail_memory(lexer);
}

void lexer_finish(Lexer *lexer) {
    LexerState *state = lexer->state;
    if (state && state->tail.length) lexer_feed(lexer, SPAN("\n"));
    if (lexer->state) state->is_finished = true;
}

LexStatus lexer_reach_limit(Lexer *lexer) {
    LexerState *state = lexer->state;
    if (!state->fault) return state->is_finished ? LEX_TOKEN : LEX_NEED_MORE;
    *state->limit = state->at_limit; /* for the line that the error shows */
    Position start = {state->fault_line, 0};
    if (state->fault == FAULT_NULL_BYTE) {
        lexer_fail(lexer, LEX_WINS, start, (Position){0},
                   "source code cannot contain null bytes");
    } else {
        start.column = (u32)state->fault_offset;
        const char *line = state->lines[state->fault_line - 1].data;
        lexer_fail(
            lexer, LEX_WINS, start, start,
            "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %zu: "
            "invalid start byte",
            (u8)line[state->fault_offset], state->fault_offset);
    }
    return LEX_ERROR;
}

Span lexer_line(const Lexer *lexer, u32 line) {
    const LexerState *state = lexer->state;
    if (!state || line == 0 || line > state->line_count) return SPAN("");
    return (Span){state->lines[line - 1].data, state->lines[line - 1].length};
}

u32 lexer_line_count(const Lexer *lexer) {
    return lexer->state ? lexer->state->line_count : 0;
}

u32 lexer_column(const Lexer *lexer, Position position) {
    Span line = lexer_line(lexer, position.line);
    if (position.column == (u32)-1) return position.column;
    usize length = position.column < line.length ? position.column : line.length;
    return (u32)(utf8_count(line.data, length) + position.column - length);
}
