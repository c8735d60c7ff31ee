/* int: inline up to 63 bits, else limbs of GMP in the object.
 *
 * A bool is an int of its own two words; an instance of a subclass holds its number as an
 * exact int (IntInstance). int_plain turns all of them into an exact int, inline or
 * BigInt, which is what arithmetic works on. Functions that take ints accept every form
 * unless they say otherwise.
 *
 * GMP ends the process when memory is out, so sizes are checked before it is called:
 * numbers above INT_LIMBS_MAX limbs raise MemoryError.
 */
#ifndef APY_OBJECTS_INT_H
#define APY_OBJECTS_INT_H

#include <gmp.h>

#include "objects/vm.h"

typedef struct BigInt {
    Obj h;
    i64 size; /* limbs; negative for negative numbers; the number never fits an inline int
               */
    mp_limb_t limbs[];
} BigInt;

typedef struct IntInstance {
    Obj h;
    Value value; /* exact int; owned */
} IntInstance;

enum { INT_LIMBS_MAX = 1 << 27, INT_DIGIT_LIMIT = 4300 /* at the start */ };

static inline bool is_int(Value v) { /* int, a subclass, or bool */
    return is_small(v) || has_kind(v, KIND_INT) || is_bool(v);
}
static inline bool is_exact_int(Value v) {
    return is_small(v) || has_exact_kind(v, KIND_INT);
}
/* The number as an exact int; borrowed. */
static inline Value int_plain(Value v) {
    if (is_small(v)) return v;
    if (is_bool(v)) return from_small(v == TRUE);
    return to_object(v)->kind == KIND_INT ? v : ((IntInstance *)v)->value;
}
/* Inline ints, or bool, as C integer; the caller has checked. */
static inline i64 small_or_bool(Value v) {
    return is_small(v) ? to_small(v) : v == TRUE;
}

Value int_from_i64(VM *vm, i64 i);
Value int_from_u64(VM *vm, u64 u);
Value int_from_mpz(VM *vm, const mpz_t z);
Value int_from_double(VM *vm, double d); /* truncated; inf and nan raise */
/* Digits without sign and underscores in a base from 2 to 36, known to be valid.
 * ValueError above the digit limit if the base is not a power of two. */
Value int_from_digits(VM *vm, Span digits, int base);
/* Make z (not initialised, never cleared) a read-only view of v; `room` outlives it. */
void int_view(Value v, mpz_t z, mp_limb_t room[1]);
bool int_fits_i64(Value v, i64 *out); /* no exception */
bool int_fits_u64(Value v, u64 *out);
double int_to_double(VM *vm, Value v, bool *ok); /* OverflowError */
/* As mantissa * 2^exponent with 0.5 <= |mantissa| < 1, correctly rounded; 0 for 0. */
double int_frexp(Value v, i64 *exponent);
/* Operators. NOT_IMPLEMENTED unless both operands are ints. */
Value int_binary(VM *vm, BinaryOp op, Value a, Value b);
Value int_power(VM *vm, Value base, Value exponent, Value modulus); /* modulus NONE: ** */
Value int_unary(VM *vm, UnaryOp op, Value v);
Value int_compare(VM *vm, Value a, Value b, CompareOp op);
Value int_divmod(VM *vm, Value a, Value b, Value *remainder); /* quotient; both owned */
u64 int_hash(Value v);
/* Of an inline int. */
static inline u64 int_hash_small(i64 i) {
    const i64 modulus = ((i64)1 << 61) - 1;
    if (UNLIKELY(i <= -modulus || i >= modulus)) i %= modulus;
    return i == -1 ? (u64)-2 : (u64)i;
}
int int_order(Value a, Value b);
/* <0, 0, >0 against a double, exactly; 2 if it is a nan. */
int int_order_double(Value v, double d);
bool int_is_negative(Value v);
bool int_is_zero(Value v);
u64 int_bit_length(Value v);
/* Append the sign and the digits to out. False with ValueError above the digit limit
 * (base 10). */
bool int_write(VM *vm, Value v, int base, Buffer *out);
/* int(text, base): white space, sign, prefix, underscores. `shown` is what the error
 * quotes. */
Value int_read(VM *vm, Span text, int base, Value shown);
/* int(x): __int__, __index__, __trunc__, text. */
Value int_convert(VM *vm, Value v);
/* The text of a str with its decimal digits and white space as ASCII, other characters
 * that are not ASCII as '?': what int(), float() and complex() read. */
void number_text(Value str, Buffer *out);
Span number_strip(Span text); /* without the ASCII white space around it */

#endif
