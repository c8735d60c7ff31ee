/* The tables that tools/unicode_names.py makes at build time. A name is a sequence of
 * words; each word is a number, the last of a name has END_OF_NAME set. */
#ifndef APY_BASE_UNICODE_NAMES_DATA_H
#define APY_BASE_UNICODE_NAMES_DATA_H

#include "base/base.h"

/* Consecutive code points with names of their own. */
typedef struct UnicodeNameRun {
    u32 first, count;
    u32 start; /* in unicode_name_words */
} UnicodeNameRun;

/* Names that are the prefix, a hyphen and the code point. */
typedef struct UnicodeNameRange {
    u32 first, last;
    const char *prefix;
} UnicodeNameRange;

typedef struct UnicodeNameAlias {
    u32 code_point;
    const char *name;
} UnicodeNameAlias;

enum { END_OF_NAME = 0x8000 };

extern const char unicode_name_text[];   /* all words, sorted, without gaps */
extern const u32 unicode_name_offsets[]; /* where each begins; one more at the end */
extern const u32 unicode_name_word_count;
extern const u16 unicode_name_words[];
extern const UnicodeNameRun unicode_name_runs[];
extern const u32 unicode_name_run_count;
extern const UnicodeNameRange unicode_name_ranges[];
extern const u32 unicode_name_range_count;
extern const UnicodeNameAlias unicode_name_aliases[];
extern const u32 unicode_name_alias_count;

#endif
