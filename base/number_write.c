#include <math.h>
#include <stdio.h>

#include "base/digits.h"
#include "base/number.h"

/* ---- the fewest digits: Schubfach, by Raffaello Giulietti ----
 *
 * A double is c * 2^q. What reads back as it lies between (c - 1/2) * 2^q and (c + 1/2) *
 * 2^q; among the multiples of a power of ten in there the nearest is wanted, with as few
 * digits as can be. All three numbers are scaled by a power of ten that leaves one or two
 * digits of choice; the scaling rounds to odd, so that comparing the scaled numbers is
 * exact. */

static i32 floor_log2_of_power_of_ten(i32 e) {
    return (e * 1741647) >> 19;
}
static i32 floor_log10_of_power_of_two(i32 e) {
    return (e * 1262611) >> 22;
}
static i32 floor_log10_of_three_quarters(i32 e) { /* of 3/4 * 2^e */
    return (e * 1262611 - 524031) >> 22;
}

/* The high 64 bits of power * x, made odd if anything was lost. */
static u64 scale_to_odd(PowerOfTen power, u64 x) {
    unsigned __int128 low = (unsigned __int128)power.low * x;
    unsigned __int128 high = (unsigned __int128)power.high * x + (u64)(low >> 64);
    return (u64)(high >> 64) | ((u64)high > 1);
}

/* The shortest decimal: the result times ten to the power of *exponent. */
static u64 shortest_decimal(u64 mantissa, u32 biased, i32 *exponent) {
    u64 c = biased ? mantissa | (u64)1 << 52 : mantissa;
    i32 q = (biased ? (i32)biased : 1) - 1075;
    bool is_even = !(c & 1);
    /* below a power of two the doubles are twice as dense */
    bool is_uneven_gap = mantissa == 0 && biased > 1;
    i32 k =
        is_uneven_gap ? floor_log10_of_three_quarters(q) : floor_log10_of_power_of_two(q);
    i32 shift = q + floor_log2_of_power_of_ten(-k) + 1;
    PowerOfTen power = powers_of_ten[-k - POWER_OF_TEN_MIN];
    u64 middle = scale_to_odd(power, 4 * c << shift);
    u64 lower = scale_to_odd(power, (4 * c - (is_uneven_gap ? 1 : 2)) << shift);
    u64 upper = scale_to_odd(power, (4 * c + 2) << shift);
    lower += !is_even; /* the bounds themselves belong to it when c is even */
    upper -= !is_even;
    u64 s = middle / 4;
    if (s >= 10) { /* one digit less? */
        u64 down = s / 10 * 10, up = down + 10;
        bool down_fits = lower <= 4 * down, up_fits = 4 * up <= upper;
        if (down_fits != up_fits) {
            *exponent = k + 1;
            return down_fits ? down / 10 : up / 10;
        }
    }
    *exponent = k;
    bool down_fits = lower <= 4 * s, up_fits = 4 * s + 4 <= upper;
    if (down_fits != up_fits) return down_fits ? s : s + 1;
    u64 half = 4 * s + 2;
    bool round_up = middle > half || (middle == half && (s & 1));
    return s + round_up;
}

/* Zeros at the end of a number that is not 0; most have none, or many. */
static u64 drop_zeros(u64 number, i32 *exponent) {
    if (number % 100000000 == 0) number /= 100000000, *exponent += 8;
    if (number % 10000 == 0) number /= 10000, *exponent += 4;
    if (number % 100 == 0) number /= 100, *exponent += 2;
    while (number % 10 == 0) number /= 10, *exponent += 1;
    return number;
}

u32 number_shortest(double d, char digits[NUMBER_DIGITS], i32 *point) {
    u64 bits;
    memcpy(&bits, &d, sizeof bits);
    i32 exponent = 0;
    u64 decimal;
    if (d < 0x1p53 && d == (double)(u64)d) { /* integers need no search */
        decimal = (u64)d;
    } else {
        decimal =
            shortest_decimal(bits & (((u64)1 << 52) - 1), bits >> 52 & 0x7FF, &exponent);
    }
    decimal = drop_zeros(decimal, &exponent);
    char room[DIGITS_ROOM], *end = room + sizeof room;
    const char *from = digits_before(end, decimal);
    u32 count = (u32)(end - from);
    memcpy(digits, from, count);
    *point = (i32)count + exponent;
    return count;
}

/* ---- a given number of digits, common cases: exact in 128 bits ---- */

enum { LARGEST_SCALE = 22 }; /* 53 bits times 10 ** 22 fit into 127 */

static const u64 small_powers[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static unsigned __int128 power_of_ten(u32 exponent) {
    if (exponent < COUNT_OF(small_powers)) return small_powers[exponent];
    return (unsigned __int128)small_powers[19] * small_powers[exponent - 19];
}

/* d * 10 ** places, rounded half to even; false if that is out of reach. d is not negative. */
static bool scale_exactly(double d, i64 places, u64 *out) {
    if (places < 0 || places > LARGEST_SCALE || !(d < 0x1p52)) return false;
    u64 bits;
    memcpy(&bits, &d, sizeof bits);
    u64 mantissa = bits & (((u64)1 << 52) - 1);
    i32 biased = (i32)(bits >> 52);
    if (biased) mantissa |= (u64)1 << 52;
    i32 shift = 1075 - (biased ? biased : 1); /* d is mantissa / 2 ** shift, shift at least 1 */
    *out = 0;
    if (shift >= 128) return true; /* below a half */
    unsigned __int128 scaled = mantissa * power_of_ten((u32)places);
    unsigned __int128 rest = scaled & (((unsigned __int128)1 << shift) - 1);
    unsigned __int128 half = (unsigned __int128)1 << (shift - 1), whole = scaled >> shift;
    if (whole >= UINT64_MAX) return false;
    *out = (u64)whole + (rest > half || (rest == half && (whole & 1)));
    return true;
}

bool number_round(double d, i64 places, double *out) {
    u64 scaled;
    if (!scale_exactly(fabs(d), places, &scaled) || scaled > (u64)1 << 53) return false;
    *out = copysign((double)scaled / (double)power_of_ten((u32)places), d);
    return true;
}

/* ---- the other cases: the C library's conversion, its digits picked out ---- */

/* More digits than any double has: behind them come zeros. */
enum { MOST_DECIMALS = 1100, MOST_INTEGER_DIGITS = 310 };

typedef struct Decimal {
    char digits[MOST_INTEGER_DIGITS + MOST_DECIMALS + 8];
    u32 count;
    i32 point; /* the value is 0.DIGITS times ten to the power of this */
} Decimal;

/* The locale's decimal point is whatever stands between the digits. */
static void pick_digits(const char *text, Decimal *out) {
    out->count = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9') out->digits[out->count++] = *text;
    }
    out->point = 1;
    if (*text == 'e') {
        bool is_negative = text[1] == '-';
        i32 exponent = 0;
        for (text += 2; *text; text++) exponent = exponent * 10 + (*text - '0');
        out->point += is_negative ? -exponent : exponent;
    }
}

static void set_digits(Decimal *out, u64 number) {
    char room[DIGITS_ROOM], *end = room + sizeof room;
    const char *from = digits_before(end, number);
    out->count = (u32)(end - from);
    memcpy(out->digits, from, out->count);
}

/* The same for few digits of common numbers, d > 0. */
static bool round_to_few_digits(double d, i64 count, Decimal *out) {
    if (count > 17 || d < 1e-15 || d >= 0x1p53) return false;
    int exponent;
    frexp(d, &exponent);
    i64 point = floor_log10_of_power_of_two(exponent) + 1; /* right, or one too large */
    u64 number;
    if (!scale_exactly(d, count - point, &number)) return false;
    if (number <= small_powers[count - 1]) { /* too few digits, or rounded up to this */
        point--;
        if (!scale_exactly(d, count - point, &number)) return false;
    }
    if (number >= small_powers[count]) { /* rounded up to the next power */
        number /= 10;
        point++;
    }
    set_digits(out, number);
    out->point = (i32)point;
    return true;
}

static void round_to_digits(double d, i64 count, Decimal *out) {
    if (d > 0 && round_to_few_digits(d, count, out)) return;
    char text[MOST_INTEGER_DIGITS + MOST_DECIMALS + 16];
    int decimals = count - 1 > MOST_DECIMALS ? MOST_DECIMALS : (int)(count - 1);
    snprintf(text, sizeof text, "%.*e", decimals, d);
    pick_digits(text, out);
    if (d == 0) out->point = 1;
}

static void round_to_decimals(double d, i64 decimals, Decimal *out) {
    u64 scaled;
    if (scale_exactly(d, decimals, &scaled)) {
        set_digits(out, scaled);
        out->point = (i32)(out->count - decimals);
        return;
    }
    char text[MOST_INTEGER_DIGITS + MOST_DECIMALS + 16];
    int wanted = decimals > MOST_DECIMALS ? MOST_DECIMALS : (int)decimals;
    snprintf(text, sizeof text, "%.*f", wanted, d);
    pick_digits(text, out);
    out->point = (i32)out->count - wanted;
    u32 zeros = 0;
    while (zeros + 1 < out->count && out->digits[zeros] == '0') zeros++;
    memmove(out->digits, out->digits + zeros, out->count - zeros);
    out->count -= zeros;
    out->point -= (i32)zeros;
}

static void make_shortest(double d, Decimal *out) {
    if (d == 0) {
        out->digits[0] = '0';
        out->count = 1;
        out->point = 1;
    } else {
        out->count = number_shortest(d, out->digits, &out->point);
    }
}

static bool is_zero(const Decimal *decimal) {
    for (u32 i = 0; i < decimal->count; i++) {
        if (decimal->digits[i] != '0') return false;
    }
    return true;
}

/* ---- laying digits out ---- */

/* Digits of the places [from, to), zeros where there are none. */
static void add_places(Buffer *out, const Decimal *decimal, i64 from, i64 to) {
    for (; from < to && from < 0; from++) buffer_add_char(out, '0');
    if (from < to && from < decimal->count) {
        i64 end = to < decimal->count ? to : decimal->count;
        buffer_add(out, decimal->digits + from, (usize)(end - from));
        from = end;
    }
    if (from < to) buffer_add_repeated(out, '0', (usize)(to - from));
}

/* `decimals` digits behind the point, which stands behind place `point`. */
static void add_fixed(Buffer *out, const Decimal *decimal, i32 point, i64 decimals,
                      bool keep_point) {
    if (point <= 0) buffer_add_char(out, '0');
    add_places(out, decimal, 0, point);
    if (decimals > 0 || keep_point) buffer_add_char(out, '.');
    add_places(out, decimal, point, point + decimals);
}

static void add_exponent(Buffer *out, i32 exponent, char letter) {
    buffer_add_char(out, letter);
    buffer_add_char(out, exponent < 0 ? '-' : '+');
    if (exponent < 0) exponent = -exponent;
    if (exponent >= 100) buffer_add_char(out, (char)('0' + exponent / 100));
    buffer_add_char(out, (char)('0' + exponent / 10 % 10));
    buffer_add_char(out, (char)('0' + exponent % 10));
}

static bool write_special(Buffer *out, double d, bool is_capital, u32 flags) {
    if (isfinite(d)) return false;
    if (isinf(d) && d < 0) {
        buffer_add_char(out, '-');
    } else if (flags & NUMBER_SIGN) {
        buffer_add_char(out, '+');
    }
    const char *word = isnan(d)     ? (is_capital ? "NAN" : "nan")
                       : is_capital ? "INF"
                                    : "inf";
    buffer_add_text(out, word);
    return true;
}

/* 'g' and 'r': the number of decimals follows from the digits. */
static void write_general(Buffer *out, const Decimal *decimal, i64 precision,
                          bool use_exponent, char letter, u32 flags) {
    i32 point = use_exponent ? 1 : decimal->point;
    i64 digits = flags & NUMBER_ALTERNATE && precision > 0 ? precision : decimal->count;
    i64 decimals = digits > point ? digits - point : 0;
    if (decimals == 0 && !use_exponent && flags & NUMBER_POINT_ZERO) decimals = 1;
    add_fixed(out, decimal, point, decimals, flags & NUMBER_ALTERNATE);
    if (use_exponent) add_exponent(out, decimal->point - 1, letter);
}

/* ---- the two most common forms, laid out at once ---- */

static void add_with_point(Buffer *out, const char *digits, usize whole, usize decimals) {
    char *at = buffer_reserve(out, whole + 1 + decimals);
    if (!at) return;
    memcpy(at, digits, whole);
    if (decimals) {
        at[whole] = '.';
        memcpy(at + whole + 1, digits + whole, decimals);
    }
    out->length += whole + (decimals ? 1 + decimals : 0);
    out->data[out->length] = '\0';
}

/* d >= 0 with so many decimals. False: it takes more than 64 bits. */
static bool write_fixed(Buffer *out, double d, i64 decimals, bool is_negative, u32 flags) {
    u64 scaled;
    if (flags & ~(u32)NUMBER_NO_MINUS_ZERO || !scale_exactly(d, decimals, &scaled)) return false;
    if (is_negative && (scaled || !flags)) buffer_add_char(out, '-');
    char room[DIGITS_ROOM + LARGEST_SCALE + 1], *end = room + sizeof room;
    char *from = digits_before(end, scaled);
    while (end - from <= decimals) *--from = '0';
    add_with_point(out, from, (usize)(end - from - decimals), (usize)decimals);
    return true;
}

/* repr of d > 0 where it needs no exponent. */
static bool write_repr(Buffer *out, double d, bool is_negative, u32 flags) {
    if (flags & ~(u32)NUMBER_POINT_ZERO || !(d >= 1e-4 && d < 1e16)) return false;
    char room[NUMBER_DIGITS + 8] = "0000000";
    i32 point;
    u32 count = number_shortest(d, room + 4, &point);
    if (is_negative) buffer_add_char(out, '-');
    if (point <= 0) { /* zeros in front: 0.000DIGITS */
        add_with_point(out, room + 3 + point, 1, count + (usize)-point);
    } else if ((u32)point < count) {
        add_with_point(out, room + 4, (usize)point, count - (usize)point);
    } else {
        buffer_add(out, room + 4, count);
        if ((u32)point > count) buffer_add_repeated(out, '0', (u32)point - count);
        if (flags) buffer_add(out, ".0", 2);
    }
    return true;
}

void number_write(Buffer *out, double d, char code, i64 precision, u32 flags) {
    bool is_capital = code >= 'A' && code <= 'Z';
    if (write_special(out, d, is_capital, flags)) return;
    char style = is_capital ? (char)(code + 32) : code, letter = is_capital ? 'E' : 'e';
    bool is_negative = signbit(d);
    d = fabs(d);
    if (style == 'f' && write_fixed(out, d, precision, is_negative, flags)) return;
    if (style == 'r' && write_repr(out, d, is_negative, flags)) return;
    Decimal decimal;
    if (style == 'g' && precision == 0) precision = 1;
    if (style == 'r') {
        make_shortest(d, &decimal);
    } else if (style == 'f') {
        round_to_decimals(d, precision, &decimal);
    } else {
        round_to_digits(d, style == 'e' ? precision + 1 : precision, &decimal);
    }
    if (style == 'g') {
        while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0')
            decimal.count--;
    }
    if (is_negative && !(flags & NUMBER_NO_MINUS_ZERO && is_zero(&decimal))) {
        buffer_add_char(out, '-');
    } else if (flags & NUMBER_SIGN) {
        buffer_add_char(out, '+');
    }
    i32 point = decimal.point;
    if (style == 'f') {
        add_fixed(out, &decimal, point, precision, flags & NUMBER_ALTERNATE);
    } else if (style == 'e') {
        add_fixed(out, &decimal, 1, precision, flags & NUMBER_ALTERNATE);
        add_exponent(out, point - 1, letter);
    } else {
        i64 most = style == 'r' ? 16 : precision - (flags & NUMBER_POINT_ZERO ? 1 : 0);
        write_general(out, &decimal, style == 'r' ? 0 : precision,
                      point <= -4 || point > most, letter, flags);
    }
}

void number_write_hex(Buffer *out, double d) {
    if (write_special(out, d, false, 0)) return;
    u64 bits;
    memcpy(&bits, &d, sizeof bits);
    u64 mantissa = bits & (((u64)1 << 52) - 1);
    i32 biased = (i32)(bits >> 52 & 0x7FF);
    if (signbit(d)) buffer_add_char(out, '-');
    if (d == 0) {
        buffer_add_text(out, "0x0.0p+0");
        return;
    }
    i32 exponent = (biased ? biased : 1) - 1023;
    buffer_printf(out, "0x%d.%013llxp%c%d", biased != 0, (unsigned long long)mantissa,
                  exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
}
