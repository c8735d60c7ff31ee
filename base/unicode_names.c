#include "base/unicode_names.h"

#include "base/unicode_names_data.h"

/* ---- Hangul syllables: three parts, named by rule ---- */

enum { HANGUL_FIRST = 0xAC00, HANGUL_LAST = 0xD7A3, LEADS = 19, VOWELS = 21, TAILS = 28 };
static const char hangul_prefix[] = "HANGUL SYLLABLE ";
static const char lead_names[LEADS][3] = {"G", "GG", "N", "D",  "DD", "R", "M",
                                          "B", "BB", "S", "SS", "",   "J", "JJ",
                                          "C", "K",  "T", "P",  "H"};
static const char vowel_names[VOWELS][4] = {"A",   "AE", "YA", "YAE", "EO", "E",  "YEO",
                                            "YE",  "O",  "WA", "WAE", "OE", "YO", "U",
                                            "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char tail_names[TAILS][3] = {
    "",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
    "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

static void write_hangul(u32 c, Buffer *out) {
    u32 index = c - HANGUL_FIRST;
    buffer_add_text(out, hangul_prefix);
    buffer_add_text(out, lead_names[index / (VOWELS * TAILS)]);
    buffer_add_text(out, vowel_names[index / TAILS % VOWELS]);
    buffer_add_text(out, tail_names[index % TAILS]);
}

/* The longest of the names (each `room` chars) that the text begins with; moves behind
 * it. */
static int take_part(Span *text, const char *names, int count, usize room) {
    int best = -1;
    usize best_length = 0;
    for (int i = 0; i < count; i++) {
        const char *name = names + (usize)i * room;
        usize length = strlen(name);
        if (length > text->length || memcmp(name, text->data, length)) continue;
        if (best >= 0 && length < best_length) continue;
        best = i;
        best_length = length;
    }
    text->data += best_length;
    text->length -= best_length;
    return best;
}

static bool find_hangul(Span name, u32 *out) {
    usize prefix = sizeof hangul_prefix - 1;
    if (name.length <= prefix || memcmp(name.data, hangul_prefix, prefix)) return false;
    Span rest = {name.data + prefix, name.length - prefix};
    int lead = take_part(&rest, lead_names[0], LEADS, sizeof lead_names[0]);
    int vowel = take_part(&rest, vowel_names[0], VOWELS, sizeof vowel_names[0]);
    int tail = take_part(&rest, tail_names[0], TAILS, sizeof tail_names[0]);
    if (rest.length || vowel < 0) return false;
    *out = HANGUL_FIRST + (u32)((lead * VOWELS + vowel) * TAILS + tail);
    return true;
}

/* ---- names that end in their number ---- */

static const UnicodeNameRange *find_range(u32 c) {
    for (u32 i = 0; i < unicode_name_range_count; i++) {
        const UnicodeNameRange *range = &unicode_name_ranges[i];
        if (c >= range->first && c <= range->last) return range;
    }
    return NULL;
}

static bool find_numbered(Span name, u32 *out) {
    const char *hyphen = memrchr(name.data, '-', name.length);
    if (!hyphen) return false;
    u32 c = 0;
    for (const char *at = hyphen + 1; at < name.data + name.length; at++) {
        int digit = *at >= '0' && *at <= '9'   ? *at - '0'
                    : *at >= 'A' && *at <= 'F' ? *at - 'A' + 10
                                               : -1;
        if (digit < 0 || c > 0x10FFFF) return false;
        c = c << 4 | (u32)digit;
    }
    const UnicodeNameRange *range = find_range(c);
    Span prefix = {name.data, (usize)(hyphen - name.data)};
    *out = c;
    return range && span_equal(prefix, span_of(range->prefix)) && *hyphen == '-' &&
           hyphen[1] != '0';
}

/* ---- names of words ---- */

static Span word_text(u32 word) {
    u32 start = unicode_name_starts[word / UNICODE_NAME_STEP];
    for (u32 i = word - word % UNICODE_NAME_STEP; i < word; i++) start += unicode_name_lengths[i];
    return (Span){unicode_name_text + start, unicode_name_lengths[word]};
}

typedef struct Name {
    u16 words[UNICODE_NAME_MOST_WORDS];
    u32 count;
} Name;

/* Turn the name into the next one; returns where that after it lies. */
static const u8 *next_name(const u8 *at, Name *name) {
    u32 shared = *at >> 4, added = *at & 15;
    at++;
    name->count = shared + added;
    for (u32 i = shared; i < name->count; i++) {
        u32 first = *at++;
        name->words[i] = first < 0x80 ? unicode_name_frequent[first] : (u16)((first & 0x7F) << 8 | *at++);
    }
    return at;
}

static const UnicodeNameRun *find_run(u32 c) {
    u32 low = 0, high = unicode_name_run_count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        const UnicodeNameRun *run = &unicode_name_runs[middle];
        if (c < run->first)
            high = middle;
        else if (c >= run->first + run->count)
            low = middle + 1;
        else
            return run;
    }
    return NULL;
}

bool unicode_name(u32 c, Buffer *out) {
    if (c >= HANGUL_FIRST && c <= HANGUL_LAST) {
        write_hangul(c, out);
        return true;
    }
    const UnicodeNameRange *range = find_range(c);
    if (range) {
        buffer_printf(out, "%s-%04X", range->prefix, c);
        return true;
    }
    const UnicodeNameRun *run = find_run(c);
    if (!run) return false;
    const u8 *at = unicode_name_packed + run->start;
    Name name;
    for (u32 i = run->first; i <= c; i++) at = next_name(at, &name);
    for (u32 i = 0; i < name.count; i++) {
        if (i) buffer_add_char(out, ' ');
        buffer_add_span(out, word_text(name.words[i]));
    }
    return true;
}

/* The number of the word, or -1. Words are sorted by their bytes. */
static i32 find_word(Span word) {
    u32 low = 0, high = unicode_name_word_count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        Span text = word_text(middle);
        usize common = text.length < word.length ? text.length : word.length;
        int order = memcmp(text.data, word.data, common);
        if (!order) order = (text.length > word.length) - (text.length < word.length);
        if (!order) return (i32)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* False: it has a word that no name has, or too many. */
static bool split_words(Span text, Name *name) {
    const char *end = text.data + text.length;
    name->count = 0;
    for (const char *at = text.data; at <= end; name->count++) {
        const char *stop = memchr(at, ' ', (usize)(end - at));
        if (!stop) stop = end;
        i32 word = find_word((Span){at, (usize)(stop - at)});
        if (word < 0 || name->count == UNICODE_NAME_MOST_WORDS) return false;
        name->words[name->count] = (u16)word;
        at = stop + 1;
    }
    return true;
}

/* Where in the run the name is, or -1. */
static i32 find_in_run(const UnicodeNameRun *run, const Name *wanted) {
    const u8 *at = unicode_name_packed + run->start;
    Name name = {{0}, 0};
    for (u32 i = 0; i < run->count; i++) {
        at = next_name(at, &name);
        if (name.count == wanted->count && !memcmp(name.words, wanted->words, name.count * sizeof *name.words))
            return (i32)i;
    }
    return -1;
}

static bool find_words(Span text, u32 *out) {
    Name wanted;
    if (!split_words(text, &wanted)) return false;
    for (u32 i = 0; i < unicode_name_run_count; i++) {
        i32 at = find_in_run(&unicode_name_runs[i], &wanted);
        if (at < 0) continue;
        *out = unicode_name_runs[i].first + (u32)at;
        return true;
    }
    return false;
}

static bool find_alias(Span name, u32 *out) {
    for (u32 i = 0; i < unicode_name_alias_count; i++) {
        const UnicodeNameAlias *alias = &unicode_name_aliases[i];
        if (!span_equal(name, span_of(alias->name))) continue;
        *out = alias->code_point;
        return true;
    }
    return false;
}

bool unicode_find_name(Span name, u32 *out) {
    char capitals[128];
    if (!name.length || name.length > sizeof capitals) return false;
    for (usize i = 0; i < name.length; i++) {
        char c = name.data[i];
        capitals[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    Span text = {capitals, name.length};
    return find_alias(text, out) || find_hangul(text, out) || find_numbered(text, out) ||
           find_words(text, out);
}
