/* The bytes of a source, made into UTF-8 for the lexer: byte order mark, the encoding
 * declaration of PEP 263, null bytes, faulty bytes.
 *
 * CPython words these errors differently for a file that it runs or imports and for bytes
 * given to compile(). A str given to compile() comes as UTF-8: only source_check_text is
 * for it.
 */
#ifndef APY_LEXER_SOURCE_H
#define APY_LEXER_SOURCE_H

#include "lexer/lexer.h"

typedef enum SourceKind { SOURCE_FILE, SOURCE_BYTES } SourceKind;

/* The text (in the arena, or the given bytes themselves where nothing had to change) goes
 * to *text. False: *error holds the SyntaxError; most have no place (start.line 0).
 * `filename` is named in some messages. Null bytes in a file are left to the lexer, which
 * knows the line. */
bool source_decode(Arena *arena, Span filename, Span bytes, SourceKind kind, Span *text,
                   LexError *error);

/* compile() of a str: false when there are null bytes. */
bool source_check_text(Span text, LexError *error);

#endif
