/* The bytes of a source file, made into UTF-8 for the lexer: byte order mark, the
 * encoding declaration of PEP 263, null bytes, faulty bytes.
 */
#ifndef APY_LEXER_SOURCE_H
#define APY_LEXER_SOURCE_H

#include "lexer/lexer.h"

/* Decode a whole file. The text (in the arena, or the given bytes themselves where
 * nothing had to change) goes to *text. False: *error holds the SyntaxError CPython
 * reports for this file; `filename` is named in some messages. */
bool source_decode(Arena *arena, Span filename, Span bytes, Span *text, LexError *error);

#endif
