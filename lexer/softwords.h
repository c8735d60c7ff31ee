/* Between lexer and parser: decides where `match`, `case` and `type` are keywords, so
 * that the grammar sees kinds of their own (MATCH, CASE, TYPE) and stays LALR(1).
 *
 * - `type` where a statement may begin, before a name.
 * - `match` where a logical line begins, before a token that can only begin a subject;
 * or, when the next token could also continue an expression (`match (x)`, `match -x`), if
 * the line ends with `:` outside brackets.
 * - `case` where a logical line begins directly in the block of a match statement.
 *
 * The look ahead is at most to the end of the logical line, over buffered tokens; fed in
 * pieces it answers LEX_NEED_MORE until it can decide. Tokens before an error come before
 * the error.
 */
#ifndef APY_LEXER_SOFTWORDS_H
#define APY_LEXER_SOFTWORDS_H

#include "lexer/lexer.h"

typedef struct Softwords {
    Lexer *lexer;
    /* Tokens read ahead: [first, first + count) of the array, which lives in the arena.
     */
    Token *tokens;
    usize first, count, capacity;
    LexStatus end_status; /* what lexer_next said behind the last buffered token */
    usize scanned; /* how far the search for the line's end has come, and the brackets
                      there */
    u32 scan_depth;
    /* Where the next token given out stands. */
    bool is_line_start, is_statement_start;
    bool is_block_line; /* the logical line began with a word like `if` */
    u32 bracket_depth;
    /* Block depths (counted INDENTs) whose lines are cases; in the arena. */
    u32 depth, *match_depths, match_count, match_capacity;
    bool is_match_line; /* a MATCH was given out in this logical line */
} Softwords;

void softwords_init(Softwords *words, Lexer *lexer);
/* Like lexer_next. */
LexStatus softwords_next(Softwords *words, Token *token);

#endif
