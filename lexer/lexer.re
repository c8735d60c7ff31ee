/* The scanner: what one token is made of.
 *
 * There are three parts: code, the rest of a string literal, and the text of an f-string
 * (or of a format spec in it). All read complete lines, so only strings can be cut at the
 * limit, where the rules for the end (`$`) fire: they stay in `state` and go on there.
 */
#include "lexer/state.h"

/*!conditions:re2c*/

/*!re2c
    re2c:yyfill:enable = 0;
    re2c:eof = 0;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;
    re2c:define:YYLIMIT = state->limit;
    re2c:define:YYGETCONDITION = condition;
    re2c:define:YYGETCONDITION:naked = 1;

    digit = [0-9];
    digits = digit ("_"? digit)*;
    decimal = "0" ("_"? "0")* | [1-9] ("_"? digit)*;
    with_base = "0" ([xX] ("_"? [0-9a-fA-F])+ | [oO] ("_"? [0-7])+ | [bB] ("_"? [01])+);
    exponent = [eE] [-+]? digits;
    float = digits "." digits? exponent? | "." digits exponent? | digits exponent;
    imaginary = (digits | float) [jJ];

    ascii_name = [A-Za-z_] [A-Za-z0-9_]*;
    name = [A-Za-z_\x80-\xFF] [A-Za-z0-9_\x80-\xFF]*;
    prefix = [uU] | [rR] | [bB] | [rR] [bB] | [bB] [rR];
    fstring_prefix = [fF] | [fF] [rR] | [rR] [fF];
    three = "'''" | "\"\"\"";
*/

/* --- Code -------------------------------------------------------------------------- */

static LexStatus take(LexerState *state, Token *token, char *cursor, u16 kind) {
    lexer_take(state, token, cursor, kind);
    return LEX_TOKEN;
}

static LexStatus take_name(LexerState *state, Token *token, char *cursor) {
    lexer_take(state, token, cursor, TOKEN_NAME);
    token->value = token->text;
    return LEX_TOKEN;
}

static LexStatus take_number(Lexer *lexer, Token *token, char *cursor, u16 kind) {
    lexer_take(lexer->state, token, cursor, kind);
    return lexer_read_number(lexer, token);
}

/* The literal itself is read by scan_string. */
static LexStatus open_string(Lexer *lexer, char *cursor, u8 quote_size) {
    lexer_open_string(lexer, cursor, quote_size);
    return LEX_TOKEN;
}

static LexStatus take_open(Lexer *lexer, Token *token, char *cursor, u16 kind) {
    lexer_take(lexer->state, token, cursor, kind);
    return lexer_open_bracket(lexer, cursor[-1], cursor - 1);
}

static LexStatus take_close(Lexer *lexer, Token *token, char *cursor, u16 kind) {
    lexer_take(lexer->state, token, cursor, kind);
    if (kind == TOKEN_RBRACE && lexer_is_field_level(lexer))
        lexer_set_debug(lexer, token, cursor - 1);
    return lexer_close_bracket(lexer, cursor[-1], cursor - 1);
}

/* A colon, with what it or `:=` means in a replacement field. */
static LexStatus take_colon(Lexer *lexer, Token *token, char *cursor) {
    lexer_take(lexer->state, token, cursor, TOKEN_COLON);
    if (!lexer_is_field_level(lexer)) return LEX_TOKEN;
    lexer_set_debug(lexer, token, cursor - 1);
    lexer_mode(lexer->state)->kind = MODE_SPEC;
    return LEX_TOKEN;
}

static LexStatus take_exclamation(Lexer *lexer, Token *token, char *cursor) {
    lexer_take(lexer->state, token, cursor, TOKEN_EXCLAMATION);
    if (lexer_is_field_level(lexer)) lexer_set_debug(lexer, token, cursor - 1);
    return LEX_TOKEN;
}

static LexStatus take_equal(Lexer *lexer, Token *token, char *cursor) {
    lexer_take(lexer->state, token, cursor, TOKEN_EQUAL);
    if (lexer_is_field_level(lexer)) lexer_mode(lexer->state)->has_debug = true;
    return LEX_TOKEN;
}

/* A newline at which the logical line goes on. */
static void pass_newline(LexerState *state, char *cursor) {
    state->joined_bytes += (u32)(cursor - state->line_start);
    state->line++;
    state->line_start = cursor;
}

/* Likewise, behind a backslash. CPython counts anew when only blanks precede it. */
static void pass_backslash(LexerState *state, char *cursor) {
    const char *first = state->line_start + strspn(state->line_start, " \t\f");
    bool is_first = !state->joined_bytes && first == state->token_start;
    pass_newline(state, cursor);
    if (is_first) state->joined_bytes = 0;
}

/* The end of a logical line: NEWLINE, or nothing where the line held nothing. In errors
 * CPython counts a comment before it as part of it. */
static LexStatus end_line(LexerState *state, Token *token, char *cursor,
                          const char *comment) {
    lexer_take(state, token, cursor, state->is_blank ? TOKEN_NOTHING : TOKEN_NEWLINE);
    if (comment) token->start = lexer_position(state, comment);
    pass_newline(state, cursor);
    state->joined_bytes = 0;
    state->is_at_line_start = true;
    return LEX_TOKEN;
}

/* The limit within a logical line. */
static LexStatus end_code(Lexer *lexer) {
    LexerState *state = lexer->state;
    state->cursor = state->token_start;
    LexStatus status = lexer_reach_limit(lexer);
    if (status != LEX_TOKEN) return status;
    return lexer->bracket_count ? lexer_fail_unclosed(lexer) : lexer_fail_eof(lexer);
}

/* Code up to the next token. */
static LexStatus scan_code(Lexer *lexer, Token *token) {
    LexerState *state = lexer->state;
    const int condition = yyccode;
    char *cursor = state->cursor, *marker, *comment = NULL;
    for (;;) {
        state->token_start = cursor;
        /*!re2c
            <code> $ { return end_code(lexer); }
            <code> [ \t\f]+ { continue; }
            <code> "#" [^\n]* {
                comment = state->token_start;
                continue;
            }
            <code> "\n" {
                if (!lexer->bracket_count) return end_line(state, token, cursor, comment);
                pass_newline(state, cursor);
                state->joined_bytes = 0;
                comment = NULL;
                continue;
            }
            <code> "\\\n" {
                pass_backslash(state, cursor);
                continue;
            }
            <code> "\\" { return lexer_fail_continuation(lexer, cursor); }

            <code> "False" { return take(state, token, cursor, TOKEN_FALSE); }
            <code> "None" { return take(state, token, cursor, TOKEN_NONE); }
            <code> "True" { return take(state, token, cursor, TOKEN_TRUE); }
            <code> "and" { return take(state, token, cursor, TOKEN_AND); }
            <code> "as" { return take(state, token, cursor, TOKEN_AS); }
            <code> "assert" { return take(state, token, cursor, TOKEN_ASSERT); }
            <code> "async" { return take(state, token, cursor, TOKEN_ASYNC); }
            <code> "await" { return take(state, token, cursor, TOKEN_AWAIT); }
            <code> "break" { return take(state, token, cursor, TOKEN_BREAK); }
            <code> "class" { return take(state, token, cursor, TOKEN_CLASS); }
            <code> "continue" { return take(state, token, cursor, TOKEN_CONTINUE); }
            <code> "def" { return take(state, token, cursor, TOKEN_DEF); }
            <code> "del" { return take(state, token, cursor, TOKEN_DEL); }
            <code> "elif" { return take(state, token, cursor, TOKEN_ELIF); }
            <code> "else" { return take(state, token, cursor, TOKEN_ELSE); }
            <code> "except" { return take(state, token, cursor, TOKEN_EXCEPT); }
            <code> "finally" { return take(state, token, cursor, TOKEN_FINALLY); }
            <code> "for" { return take(state, token, cursor, TOKEN_FOR); }
            <code> "from" { return take(state, token, cursor, TOKEN_FROM); }
            <code> "global" { return take(state, token, cursor, TOKEN_GLOBAL); }
            <code> "if" { return take(state, token, cursor, TOKEN_IF); }
            <code> "import" { return take(state, token, cursor, TOKEN_IMPORT); }
            <code> "in" { return take(state, token, cursor, TOKEN_IN); }
            <code> "is" { return take(state, token, cursor, TOKEN_IS); }
            <code> "lambda" { return take(state, token, cursor, TOKEN_LAMBDA); }
            <code> "nonlocal" { return take(state, token, cursor, TOKEN_NONLOCAL); }
            <code> "not" { return take(state, token, cursor, TOKEN_NOT); }
            <code> "or" { return take(state, token, cursor, TOKEN_OR); }
            <code> "pass" { return take(state, token, cursor, TOKEN_PASS); }
            <code> "raise" { return take(state, token, cursor, TOKEN_RAISE); }
            <code> "return" { return take(state, token, cursor, TOKEN_RETURN); }
            <code> "try" { return take(state, token, cursor, TOKEN_TRY); }
            <code> "while" { return take(state, token, cursor, TOKEN_WHILE); }
            <code> "with" { return take(state, token, cursor, TOKEN_WITH); }
            <code> "yield" { return take(state, token, cursor, TOKEN_YIELD); }
            <code> ascii_name { return take_name(state, token, cursor); }
            <code> name {
                take_name(state, token, cursor);
                return lexer_read_name(lexer, token);
            }

            <code> decimal | with_base {
                return take_number(lexer, token, cursor, TOKEN_INTEGER);
            }
            <code> float { return take_number(lexer, token, cursor, TOKEN_FLOAT); }
            <code> imaginary {
                return take_number(lexer, token, cursor, TOKEN_IMAGINARY);
            }

            <code> prefix? ['"] { return open_string(lexer, cursor, 1); }
            <code> prefix? three { return open_string(lexer, cursor, 3); }
            <code> fstring_prefix ['"] {
                return lexer_open_fstring(lexer, token, cursor, 1);
            }
            <code> fstring_prefix three {
                return lexer_open_fstring(lexer, token, cursor, 3);
            }

            <code> "(" { return take_open(lexer, token, cursor, TOKEN_LPAR); }
            <code> "[" { return take_open(lexer, token, cursor, TOKEN_LSQB); }
            <code> "{" { return take_open(lexer, token, cursor, TOKEN_LBRACE); }
            <code> ")" { return take_close(lexer, token, cursor, TOKEN_RPAR); }
            <code> "]" { return take_close(lexer, token, cursor, TOKEN_RSQB); }
            <code> "}" { return take_close(lexer, token, cursor, TOKEN_RBRACE); }
            <code> ":" { return take_colon(lexer, token, cursor); }
            <code> ":=" {
                if (lexer_is_field_level(lexer))
                    return take_colon(lexer, token, cursor - 1);
                return take(state, token, cursor, TOKEN_COLONEQUAL);
            }
            <code> "!" { return take_exclamation(lexer, token, cursor); }
            <code> "=" { return take_equal(lexer, token, cursor); }

            <code> "," { return take(state, token, cursor, TOKEN_COMMA); }
            <code> ";" { return take(state, token, cursor, TOKEN_SEMI); }
            <code> "." { return take(state, token, cursor, TOKEN_DOT); }
            <code> "..." { return take(state, token, cursor, TOKEN_ELLIPSIS); }
            <code> "->" { return take(state, token, cursor, TOKEN_RARROW); }
            <code> "+" { return take(state, token, cursor, TOKEN_PLUS); }
            <code> "-" { return take(state, token, cursor, TOKEN_MINUS); }
            <code> "*" { return take(state, token, cursor, TOKEN_STAR); }
            <code> "/" { return take(state, token, cursor, TOKEN_SLASH); }
            <code> "//" { return take(state, token, cursor, TOKEN_DOUBLESLASH); }
            <code> "%" { return take(state, token, cursor, TOKEN_PERCENT); }
            <code> "@" { return take(state, token, cursor, TOKEN_AT); }
            <code> "**" { return take(state, token, cursor, TOKEN_DOUBLESTAR); }
            <code> "|" { return take(state, token, cursor, TOKEN_VBAR); }
            <code> "&" { return take(state, token, cursor, TOKEN_AMPER); }
            <code> "^" { return take(state, token, cursor, TOKEN_CIRCUMFLEX); }
            <code> "~" { return take(state, token, cursor, TOKEN_TILDE); }
            <code> "<<" { return take(state, token, cursor, TOKEN_LEFTSHIFT); }
            <code> ">>" { return take(state, token, cursor, TOKEN_RIGHTSHIFT); }
            <code> "<" { return take(state, token, cursor, TOKEN_LESS); }
            <code> ">" { return take(state, token, cursor, TOKEN_GREATER); }
            <code> "==" { return take(state, token, cursor, TOKEN_EQEQUAL); }
            <code> "!=" { return take(state, token, cursor, TOKEN_NOTEQUAL); }
            <code> "<=" { return take(state, token, cursor, TOKEN_LESSEQUAL); }
            <code> ">=" { return take(state, token, cursor, TOKEN_GREATEREQUAL); }
            <code> "<>" { return take(state, token, cursor, TOKEN_LESSGREATER); }
            <code> "+=" { return take(state, token, cursor, TOKEN_PLUSEQUAL); }
            <code> "-=" { return take(state, token, cursor, TOKEN_MINUSEQUAL); }
            <code> "*=" { return take(state, token, cursor, TOKEN_STAREQUAL); }
            <code> "/=" { return take(state, token, cursor, TOKEN_SLASHEQUAL); }
            <code> "//=" { return take(state, token, cursor, TOKEN_DOUBLESLASHEQUAL); }
            <code> "%=" { return take(state, token, cursor, TOKEN_PERCENTEQUAL); }
            <code> "@=" { return take(state, token, cursor, TOKEN_ATEQUAL); }
            <code> "**=" { return take(state, token, cursor, TOKEN_DOUBLESTAREQUAL); }
            <code> "|=" { return take(state, token, cursor, TOKEN_VBAREQUAL); }
            <code> "&=" { return take(state, token, cursor, TOKEN_AMPEREQUAL); }
            <code> "^=" { return take(state, token, cursor, TOKEN_CIRCUMFLEXEQUAL); }
            <code> "<<=" { return take(state, token, cursor, TOKEN_LEFTSHIFTEQUAL); }
            <code> ">>=" { return take(state, token, cursor, TOKEN_RIGHTSHIFTEQUAL); }
            <code> [$?`] { return take(state, token, cursor, TOKEN_STRAY); }
            <code> [^] { return lexer_fail_character(lexer, state->token_start); }
        */
    }
}

/* --- Strings ----------------------------------------------------------------------- */

/* Conditions come in fours, by the quotes that end them: ' " and three of each. */
static int choose(char quote, u8 quote_size, const int four[4]) {
    return four[(quote == '"') + (quote_size == 3 ? 2 : 0)];
}

/* Behind a backslash and any character. */
static void pass_escape(LexerState *state, char *cursor) {
    if (cursor[-1] == '\n') pass_newline(state, cursor);
    else if (cursor[-1] == state->string.quote) state->string.has_escaped_quote = true;
}

/* The rest of a string literal, from its opening quotes or where the text ran out. */
static LexStatus scan_string(Lexer *lexer, Token *token) {
    static const int four[] = {yyca, yycb, yycaaa, yycbbb};
    LexerState *state = lexer->state;
    const int condition =
        choose(state->string.quote, state->string.quote_size, four);
    char *cursor = state->cursor, *marker;
    for (;;) {
        /*!re2c
            <a, aaa> [^'\\\n]+ { continue; }
            <b, bbb> [^"\\\n]+ { continue; }
            <*> "\\" [^] {
                pass_escape(state, cursor);
                continue;
            }
            <aaa, bbb> "\n" {
                pass_newline(state, cursor);
                continue;
            }
            <aaa> "'" { continue; }
            <bbb> "\"" { continue; }
            <a> "'" { return lexer_take_string(lexer, token, cursor); }
            <b> "\"" { return lexer_take_string(lexer, token, cursor); }
            <aaa> "'''" { return lexer_take_string(lexer, token, cursor); }
            <bbb> "\"\"\"" { return lexer_take_string(lexer, token, cursor); }
            <a, b> "\n" { return lexer_fail_string(lexer, state->line); }
            <*> * { continue; /* never: a backslash is not the last byte */ }
            <*> $ { return lexer_cut_string(lexer, cursor, lexer_fail_string); }
        */
    }
}

/* --- The text of f-strings --------------------------------------------------------- */

/* At a brace that opens a field; the text before it comes first. */
static LexStatus take_field(Lexer *lexer, Token *token, char *cursor) {
    LexerState *state = lexer->state;
    if (state->token_start < cursor - 1) return lexer_take_text(lexer, token, cursor - 1);
    lexer_take(state, token, cursor, TOKEN_LBRACE);
    state->is_in_text = false;
    return lexer_push_field(lexer, cursor - 1);
}

/* At a `}` or newline that ends a format spec: its field goes on, as code. */
static LexStatus end_spec(Lexer *lexer, Token *token, char *stop) {
    LexerState *state = lexer->state;
    if (state->token_start < stop) return lexer_take_text(lexer, token, stop);
    state->cursor = stop;
    state->is_in_text = false;
    lexer_mode(state)->kind = MODE_FIELD;
    return LEX_TOKEN;
}

/* A backslash before a brace stands for itself; the brace keeps its meaning. */
static void warn_of_brace(Lexer *lexer, char *brace) {
    if (lexer_mode(lexer->state)->is_raw) return;
    Position at = lexer_position(lexer->state, brace);
    lexer_warn(lexer, at, at,
               lexer_format(lexer, "invalid escape sequence '\\%c'", *brace));
}

/* A text or format spec, up to the brace or quotes that end it, and then those. */
static LexStatus scan_text(Lexer *lexer, Token *token) {
    static const int texts[] = {yyctext_a, yyctext_b, yyctext_aaa, yyctext_bbb};
    static const int specs[] = {yycspec_a, yycspec_b, yycspec_aaa, yycspec_bbb};
    LexerState *state = lexer->state;
    const LexMode *mode = lexer_mode(state);
    const int condition =
        choose(mode->quote, mode->quote_size, mode->kind == MODE_TEXT ? texts : specs);
    lexer_begin_text(state);
    char *cursor = state->cursor, *marker;
    for (;;) {
        /*!re2c
            <text_a, text_aaa, spec_a, spec_aaa> [^'\\\n{}]+ { continue; }
            <text_b, text_bbb, spec_b, spec_bbb> [^"\\\n{}]+ { continue; }
            <*> "\\" [{}] {
                warn_of_brace(lexer, --cursor);
                continue;
            }
            <*> "\\N{" {
                if (mode->is_raw) cursor--;
                else state->is_in_name_escape = true;
                continue;
            }
            <*> "\\" [^] {
                pass_escape(state, cursor);
                continue;
            }
            <text_aaa, text_bbb, spec_aaa, spec_bbb> "\n" {
                pass_newline(state, cursor);
                continue;
            }
            <text_a, text_b> "\n" { return lexer_fail_fstring(lexer, state->line); }
            <spec_a, spec_b> "\n" {
                if (mode->had_field) return lexer_fail_fstring(lexer, state->line);
                return end_spec(lexer, token, cursor - 1);
            }

            <*> "{{" {
                /* In a format spec CPython sees pairs only behind a field. */
                if (mode->kind == MODE_SPEC && !mode->had_field)
                    return take_field(lexer, token, cursor - 1);
                state->is_in_name_escape = false;
                continue;
            }
            <*> "{" {
                return take_field(lexer, token, cursor);
            }
            <text_a, text_b, text_aaa, text_bbb> "}}" {
                if (state->is_in_name_escape) cursor--;
                state->is_in_name_escape = false;
                continue;
            }
            <*> "}" {
                bool ends_name = state->is_in_name_escape;
                state->is_in_name_escape = false;
                if (ends_name) continue;
                if (mode->kind == MODE_SPEC) return end_spec(lexer, token, cursor - 1);
                return lexer_fail_brace(lexer, cursor - 1);
            }

            <text_aaa, spec_aaa> "'" { continue; }
            <text_bbb, spec_bbb> "\"" { continue; }
            <text_a, spec_a> "'" { return lexer_take_fstring_end(lexer, token, cursor); }
            <text_b, spec_b> "\"" { return lexer_take_fstring_end(lexer, token, cursor); }
            <text_aaa, spec_aaa> "'''" {
                return lexer_take_fstring_end(lexer, token, cursor);
            }
            <text_bbb, spec_bbb> "\"\"\"" {
                return lexer_take_fstring_end(lexer, token, cursor);
            }
            <*> * { continue; /* never: a backslash is not the last byte */ }
            <*> $ { return lexer_cut_string(lexer, cursor, lexer_fail_fstring); }
        */
    }
}

LexStatus lexer_scan(Lexer *lexer, Token *token) {
    LexerState *state = lexer->state;
    if (state->string.quote) return scan_string(lexer, token);
    const LexMode *mode = lexer_mode(state);
    if (mode && mode->kind != MODE_FIELD) return scan_text(lexer, token);
    return scan_code(lexer, token);
}
