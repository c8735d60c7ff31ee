/* The tables that tools/unicode_names.py makes at build time. A name is a sequence of words; each word is a
 * number. Names lie packed, in order: a byte tells how many words are those of the name before (its high half)
 * and how many follow; a word that follows is the index of a frequent one, or 0x80 and its number in two bytes. */
#ifndef APY_BASE_UNICODE_NAMES_DATA_H
#define APY_BASE_UNICODE_NAMES_DATA_H

#include "base/base.h"

/* Consecutive code points with names of their own. */
typedef struct UnicodeNameRun {
    u32 first, count;
    u32 start; /* in unicode_name_packed; the first name shares no words */
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

enum { UNICODE_NAME_STEP = 16, UNICODE_NAME_MOST_WORDS = 15 };

extern const char unicode_name_text[];   /* all words, sorted, without gaps */
extern const u32 unicode_name_starts[];  /* where every UNICODE_NAME_STEPth word begins */
extern const u8 unicode_name_lengths[];
extern const u32 unicode_name_word_count;
extern const u16 unicode_name_frequent[]; /* the numbers of 128 words */
extern const u8 unicode_name_packed[];
extern const UnicodeNameRun unicode_name_runs[];
extern const u32 unicode_name_run_count;
extern const UnicodeNameRange unicode_name_ranges[];
extern const u32 unicode_name_range_count;
extern const UnicodeNameAlias unicode_name_aliases[];
extern const u32 unicode_name_alias_count;

#endif
