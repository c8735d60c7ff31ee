/* Indentation: counted twice, with tabs to columns of 8 and of 1; where the two ways
 * disagree about what is deeper, tabs and spaces are mixed inconsistently. */
#include "lexer/state.h"

enum { TAB_SIZE = 8 };

typedef struct Indent {
    u32 column, other;
    u32 first; /* of the first of lines joined by backslashes, which counts for all; or 0
                */
} Indent;

/* Over a backslash at the end of a line of blanks. */
static LexStatus join_lines(Lexer *lexer) {
    LexerState *state = lexer->state;
    if (state->cursor[1] != '\n')
        return lexer_fail_open(lexer, LEX_SYNTAX_ERROR,
                               lexer_position(state, state->cursor + 1), 0,
                               "unexpected character after line continuation character");
    state->cursor += 2;
    state->line_start = state->cursor;
    state->line++;
    if (state->cursor < state->limit) return LEX_TOKEN;
    LexStatus status = lexer_reach_limit(lexer);
    if (status != LEX_TOKEN) return status;
    return lexer->bracket_count ? lexer_fail_unclosed(lexer) : lexer_fail_eof(lexer);
}

/* Count the blanks at the start of the line; the cursor goes behind them. */
static LexStatus count_blanks(Lexer *lexer, Indent *indent) {
    LexerState *state = lexer->state;
    for (;; state->cursor++) {
        switch (*state->cursor) {
        case ' ':
            indent->column++;
            indent->other++;
            break;
        case '\t':
            indent->column = (indent->column / TAB_SIZE + 1) * TAB_SIZE;
            indent->other++;
            break;
        case '\f': indent->column = indent->other = 0; break;
        case '\\': {
            if (!indent->first) indent->first = indent->column;
            LexStatus status = join_lines(lexer);
            if (status != LEX_TOKEN) return status;
            state->cursor--;
            break;
        }
        default: return LEX_TOKEN;
        }
    }
}

static LexStatus fail_tabs(Lexer *lexer) {
    return lexer_fail_open(lexer, LEX_TAB_ERROR, (Position){lexer->state->line, 0}, 0,
                           "inconsistent use of tabs and spaces in indentation");
}

static LexStatus add_level(Lexer *lexer, Indent indent) {
    LexerState *state = lexer->state;
    if (state->indent_count == LEXER_MAX_INDENTS)
        return lexer_fail_open(lexer, LEX_INDENTATION_ERROR, (Position){state->line, 0},
                               0, "too many levels of indentation");
    if (indent.other <= state->other_indents[state->indent_count])
        return fail_tabs(lexer);
    state->indent_count++;
    state->indents[state->indent_count] = indent.column;
    state->other_indents[state->indent_count] = indent.other;
    state->pending = 1;
    return LEX_TOKEN;
}

static LexStatus drop_levels(Lexer *lexer, Indent indent) {
    LexerState *state = lexer->state;
    while (state->indent_count && indent.column < state->indents[state->indent_count]) {
        state->indent_count--;
        state->pending--;
    }
    if (indent.column != state->indents[state->indent_count]) {
        Position end = {state->line, (u32)lexer_line(lexer, state->line).length};
        return lexer_fail_open(lexer, LEX_INDENTATION_ERROR, end, -1,
                               "unindent does not match any outer indentation level");
    }
    return LEX_TOKEN;
}

static LexStatus compare(Lexer *lexer, Indent indent) {
    LexerState *state = lexer->state;
    if (indent.first) indent.column = indent.other = indent.first;
    u32 current = state->indents[state->indent_count];
    if (indent.column > current) return add_level(lexer, indent);
    LexStatus status = indent.column < current ? drop_levels(lexer, indent) : LEX_TOKEN;
    if (status != LEX_TOKEN) return status;
    bool agrees = indent.other == state->other_indents[state->indent_count];
    return agrees ? LEX_TOKEN : fail_tabs(lexer);
}

/* Whether a line without code ends a block or a statement at the prompt all the same. */
static bool counts_when_empty(Lexer *lexer, Indent *indent) {
    if (!lexer->is_interactive) return false;
    if (lexer->state->line == 1) {
        *indent = (Indent){0};
        return true;
    }
    return indent->column == 0 && *lexer->state->cursor == '\n';
}

LexStatus lexer_measure_indent(Lexer *lexer) {
    LexerState *state = lexer->state;
    char *start = state->token_start = state->line_start = state->cursor;
    u32 line = state->line;
    Indent indent = {0};
    LexStatus status = count_blanks(lexer, &indent);
    if (status == LEX_NEED_MORE) {
        state->cursor = state->line_start = start;
        state->line = line;
    }
    if (status != LEX_TOKEN) return status;
    bool is_empty = *state->cursor == '#' || *state->cursor == '\n';
    state->is_blank = is_empty && !counts_when_empty(lexer, &indent);
    state->is_at_line_start = false;
    return state->is_blank ? LEX_TOKEN : compare(lexer, indent);
}
