#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"

/* ---- decimal: w * 10^q with w below 2^64, by Eisel and Lemire ----
 *
 * The product with the 128-bit power of ten is exact enough for every w and q of which at
 * most 19 digits are known; proof in "Fast number parsing without fallback" (Mushtak,
 * Lemire, 2023). */

enum { MANTISSA_BITS = 52, BIASED_INFINITE = 2047 };

static double make_double(u64 mantissa, i32 biased) {
    u64 bits = mantissa | (u64)biased << MANTISSA_BITS;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* The topmost 128 bits of w times the power, as far as they are needed. */
static unsigned __int128 approximate(u64 w, i32 q) {
    PowerOfTen power = powers_of_ten[q - POWER_OF_TEN_MIN];
    if (q >
        55) { /* the table rounds up, this wants it rounded down where it is not exact */
        if (power.low-- == 0) power.high--;
    }
    unsigned __int128 product = (unsigned __int128)w * power.high;
    if (((u64)(product >> 64) & 0x1FF) == 0x1FF) {
        product += (u64)(((unsigned __int128)w * power.low) >> 64);
    }
    return product;
}

static double round_subnormal(u64 mantissa, i32 exponent) {
    if (1 - exponent >= 64) return 0;
    mantissa >>= 1 - exponent;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    return make_double(mantissa & (((u64)1 << MANTISSA_BITS) - 1),
                       mantissa >> MANTISSA_BITS ? 1 : 0);
}

static double scale_decimal(u64 w, i32 q) {
    if (w == 0 || q < POWER_OF_TEN_MIN) return 0;
    if (q > 308) return HUGE_VAL;
    i32 zeros = __builtin_clzll(w);
    unsigned __int128 product = approximate(w << zeros, q);
    u64 high = (u64)(product >> 64), low = (u64)product;
    i32 top = (i32)(high >> 63), shift = top + 64 - MANTISSA_BITS - 3;
    u64 mantissa = high >> shift;
    i32 exponent = ((217706 * q) >> 16) + 63 + top - zeros + 1023;
    if (exponent <= 0) return round_subnormal(mantissa, exponent);
    /* exactly between two doubles: to the even one */
    if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 &&
        mantissa << shift == high) {
        mantissa &= ~(u64)1;
    }
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    if (mantissa >= (u64)2 << MANTISSA_BITS) {
        mantissa = (u64)1 << MANTISSA_BITS;
        exponent++;
    }
    if (exponent >= BIASED_INFINITE) return HUGE_VAL;
    return make_double(mantissa & ~((u64)1 << MANTISSA_BITS), exponent);
}

/* ---- the grammar ---- */

typedef struct Scanned {
    u64 w; /* the first 19 significant digits */
    i32 exponent;
    bool is_cut; /* digits other than 0 were left out of w */
    usize end;   /* behind the number; 0: there is none */
} Scanned;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Digits from `at` on: adds them to the number, returns where they end. */
static usize scan_digits(Span text, usize at, bool is_fraction, u32 *count, i64 *exponent,
                         Scanned *out) {
    for (; at < text.length && is_digit(text.data[at]); at++) {
        char c = text.data[at];
        bool has_room = *count < 19;
        if (has_room) {
            out->w = out->w * 10 + (u64)(c - '0');
            if (out->w) ++*count;
        } else if (c != '0') {
            out->is_cut = true;
        }
        *exponent += is_fraction ? (has_room ? -1 : 0) : !has_room;
    }
    return at;
}

static usize scan_exponent(Span text, usize at, i64 *exponent) {
    usize start = at++;
    bool is_negative = at < text.length && text.data[at] == '-';
    if (at < text.length && (text.data[at] == '-' || text.data[at] == '+')) at++;
    if (at >= text.length || !is_digit(text.data[at])) return start;
    i64 value = 0;
    for (; at < text.length && is_digit(text.data[at]); at++) {
        if (value < (i64)1 << 40) value = value * 10 + (text.data[at] - '0');
    }
    *exponent += is_negative ? -value : value;
    return at;
}

/* Digits, point and exponent from `at` on. */
static Scanned scan_decimal(Span text, usize at) {
    Scanned out = {0};
    u32 count = 0;
    i64 exponent = 0;
    usize start = at;
    at = scan_digits(text, at, false, &count, &exponent, &out);
    usize digits = at - start;
    if (at < text.length && text.data[at] == '.') {
        usize fraction = at + 1;
        at = scan_digits(text, fraction, true, &count, &exponent, &out);
        digits += at - fraction;
    }
    if (digits == 0) return out;
    if (at < text.length && (text.data[at] | 32) == 'e') {
        at = scan_exponent(text, at, &exponent);
    }
    out.exponent = exponent > 100000    ? 100000
                   : exponent < -100000 ? -100000
                                        : (i32)exponent;
    out.end = at;
    return out;
}

/* For more than 19 digits that the two neighbours of w do not settle. */
static double convert_long(Span text, usize start, usize end) {
    Buffer copy = {0};
    buffer_add(&copy, text.data + start, end - start);
    double d = 0;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!copy.failed && plain) d = strtod_l(copy.data, NULL, plain);
    if (plain) freelocale(plain);
    buffer_free(&copy);
    return d;
}

static usize match_word(Span text, usize at, const char *word) {
    usize length = strlen(word);
    if (text.length - at < length) return 0;
    for (usize i = 0; i < length; i++) {
        if ((text.data[at + i] | 32) != word[i]) return 0;
    }
    return length;
}

/* inf, infinity, nan: how long the word is, 0 if there is none. */
static usize scan_special(Span text, usize at, double *out) {
    usize length = match_word(text, at, "nan");
    if (length) {
        *out = make_double((u64)1 << (MANTISSA_BITS - 1), BIASED_INFINITE);
        return length;
    }
    length = match_word(text, at, "infinity");
    if (!length) length = match_word(text, at, "inf");
    if (length) *out = HUGE_VAL;
    return length;
}

usize number_scan(Span text, double *out) {
    usize at = 0;
    bool is_negative = text.length && text.data[0] == '-';
    if (is_negative || (text.length && text.data[0] == '+')) at++;
    double d = 0;
    usize end;
    Scanned scanned = scan_decimal(text, at);
    if (scanned.end) {
        end = scanned.end;
        d = scale_decimal(scanned.w, scanned.exponent);
        if (scanned.is_cut && d != scale_decimal(scanned.w + 1, scanned.exponent)) {
            d = convert_long(text, at, end);
        }
    } else {
        usize length = scan_special(text, at, &d);
        if (!length) return 0;
        end = at + length;
    }
    *out = is_negative ? -d : d;
    return end;
}

/* Copy without underscores; false if one is not between two digits. */
static bool drop_underscores(Span text, Buffer *out) {
    for (usize i = 0; i < text.length; i++) {
        if (text.data[i] != '_') {
            buffer_add_char(out, text.data[i]);
        } else if (i == 0 || i + 1 == text.length || !is_digit(text.data[i - 1]) ||
                   !is_digit(text.data[i + 1])) {
            return false;
        }
    }
    return !out->failed;
}

bool number_read(Span text, double *out) {
    if (text.length == 0) return false;
    if (!memchr(text.data, '_', text.length))
        return number_scan(text, out) == text.length;
    Buffer copy = {0};
    bool is_good = drop_underscores(text, &copy) && copy.length &&
                   number_scan(buffer_span(&copy), out) == copy.length;
    buffer_free(&copy);
    return is_good;
}

/* ---- hexadecimal ---- */

static i32 hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

typedef struct HexScanned {
    u64 bits;     /* the first 60 significant bits or so */
    i64 exponent; /* of two */
    bool is_cut;  /* bits other than 0 were left out */
    usize digits;
} HexScanned;

static usize scan_hex_digits(Span text, usize at, bool is_fraction, HexScanned *out) {
    i32 digit;
    for (; at < text.length && (digit = hex_digit(text.data[at])) >= 0;
         at++, out->digits++) {
        bool has_room = out->bits >> 60 == 0;
        if (has_room) {
            out->bits = out->bits << 4 | (u64)digit;
        } else {
            out->is_cut |= digit != 0;
        }
        out->exponent += is_fraction ? (has_room ? -4 : 0) : has_room ? 0 : 4;
    }
    return at;
}

/* bits * 2^exponent, rounded to even. */
static NumberHex round_hex(const HexScanned *scanned, double *out) {
    *out = 0;
    if (scanned->bits == 0) return NUMBER_HEX_OK;
    u64 bits = scanned->bits;
    i64 exponent = scanned->exponent;
    i32 length = 64 - __builtin_clzll(bits);
    i64 top = exponent + length; /* the value is below 2^top */
    if (top > 1024) return NUMBER_HEX_TOO_LARGE;
    if (top < -1074) return NUMBER_HEX_OK; /* below half of the smallest */
    i64 drop = length - 53;                /* bits that do not fit */
    if (exponent + drop < -1074) drop = -1074 - exponent;
    if (drop > 0) {
        u64 rest = drop >= 64 ? bits : bits & (((u64)1 << drop) - 1);
        u64 half = (u64)1 << (drop - 1);
        bits = drop >= 64 ? 0 : bits >> drop;
        if (rest > half || (rest == half && (scanned->is_cut || bits & 1))) bits++;
        exponent += drop;
    }
    *out = ldexp((double)bits, (int)exponent);
    return isinf(*out) ? NUMBER_HEX_TOO_LARGE : NUMBER_HEX_OK;
}

static NumberHex read_hex_number(Span text, usize at, double *out) {
    if (text.length - at >= 2 && text.data[at] == '0' && (text.data[at + 1] | 32) == 'x')
        at += 2;
    HexScanned scanned = {0};
    at = scan_hex_digits(text, at, false, &scanned);
    if (at < text.length && text.data[at] == '.') {
        at = scan_hex_digits(text, at + 1, true, &scanned);
    }
    if (scanned.digits == 0) return NUMBER_HEX_INVALID;
    if (at < text.length && (text.data[at] | 32) == 'p') {
        usize end = scan_exponent(text, at, &scanned.exponent);
        if (end == at) return NUMBER_HEX_INVALID;
        at = end;
    }
    NumberHex result = round_hex(&scanned, out);
    return result == NUMBER_HEX_OK && at != text.length ? NUMBER_HEX_INVALID : result;
}

NumberHex number_read_hex(Span text, double *out) {
    usize at = 0;
    bool is_negative = text.length && text.data[0] == '-';
    if (is_negative || (text.length && text.data[0] == '+')) at++;
    NumberHex result = NUMBER_HEX_OK;
    usize special = scan_special(text, at, out);
    if (special) {
        if (at + special != text.length) return NUMBER_HEX_INVALID;
    } else {
        result = read_hex_number(text, at, out);
    }
    if (is_negative) *out = -*out;
    return result;
}
