/* The text of a pattern or template, read token by token: a character, or a backslash with
 * the character behind it. Positions count characters.
 */
#ifndef APY_STDLIB_RE_SOURCE_H
#define APY_STDLIB_RE_SOURCE_H

#include "objects/vm.h"

#define RE_NO_CHARACTER UINT32_MAX

typedef struct ReSource {
    VM *vm;
    Value pattern;
    bool is_text;
    u32 *text;
    usize length, at;
} ReSource;

typedef struct ReToken {
    u32 character; /* RE_NO_CHARACTER: the end; of an escape the one behind the backslash */
    bool is_escape;
    usize start, end;
} ReToken;

/* The pattern is a str or bytes-like; false with an exception. Close it in any case. */
bool re_source_open(VM *vm, ReSource *source, Value pattern);
void re_source_close(ReSource *source);

/* The next token's character, '\\' for an escape. */
static inline u32 re_source_peek(const ReSource *source) {
    return source->at < source->length ? source->text[source->at] : RE_NO_CHARACTER;
}
/* False: the token behind it is a lone backslash (an exception is set). */
bool re_source_get(ReSource *source, ReToken *token);
/* Consume the character if it is next: 1, 0, or -1 as above. */
int re_source_match(ReSource *source, u32 character);
/* Go on to position `at`, which is known to be good. */
static inline void re_source_seek(ReSource *source, usize at) {
    source->at = at;
}
/* The text up to the terminator, which is consumed: owned, as str. */
Value re_source_until(ReSource *source, u32 terminator, const char *what);
/* Is the name an identifier? It ended `offset` characters before here. */
bool re_source_check_name(ReSource *source, Value name, usize offset);
/* text[start:end] as a str. */
Value re_source_slice(const ReSource *source, usize start, usize end);

/* Raise re.PatternError at `offset` characters before here. False. */
bool re_source_fail(ReSource *source, usize offset, const char *format, ...);

/* Digits in [0-9], all of them: the value (saturating); false: it is no number. */
bool re_is_number(Value name, u64 *out);

static inline bool re_is_digit(u32 c) {
    return c >= '0' && c <= '9';
}
static inline bool re_is_octal(u32 c) {
    return c >= '0' && c <= '7';
}
static inline bool re_is_letter(u32 c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* \a \b \f \n \r \t \v \\ ; RE_NO_CHARACTER: none of them. */
u32 re_simple_escape(u32 character);

#endif
