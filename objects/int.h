/* int: inline up to 63 bits, else limbs of GMP in the object. */
#ifndef APY_OBJECTS_INT_H
#define APY_OBJECTS_INT_H

#include <gmp.h>

#include "objects/vm.h"

typedef struct BigInt {
    Obj h;
    i64 size; /* limbs; negative for negative numbers; the number never fits an inline int */
    mp_limb_t limbs[];
} BigInt;

static inline bool is_int(Value v) { /* int, a subclass, or bool */
    return is_small(v) || has_kind(v, KIND_INT) || is_bool(v);
}
static inline bool is_exact_int(Value v) {
    return is_small(v) || has_exact_kind(v, KIND_INT);
}
/* Inline ints, or bool, as C integer; the caller has checked. */
static inline i64 small_or_bool(Value v) {
    return is_small(v) ? to_small(v) : v == TRUE;
}

Value int_from_i64(VM *vm, i64 i);
Value int_from_u64(VM *vm, u64 u);
Value int_from_mpz(VM *vm, const mpz_t z);
Value int_from_double(VM *vm, double d); /* truncated; inf and nan raise */
/* Digits without sign and underscores in a base from 2 to 36, known to be valid. */
Value int_from_digits(VM *vm, Span digits, int base);
/* Make z (not initialised) a read-only view or a small copy of v; `room` outlives it. */
void int_view(Value v, mpz_t z, mp_limb_t room[1]);
bool int_fits_i64(Value v, i64 *out); /* no exception */
double int_to_double(VM *vm, Value v, bool *ok); /* OverflowError */
Value int_binary(VM *vm, BinaryOp op, Value a, Value b);
Value int_unary(VM *vm, UnaryOp op, Value v);
u64 int_hash(Value v);
int int_order(Value a, Value b);
bool int_is_negative(Value v);
/* Append digits to out. False with ValueError above the digit limit (base 10). */
bool int_write(VM *vm, Value v, int base, Buffer *out);

#endif
