#include "objects/int.h"

#include <math.h>

#include "objects/float.h"
#include "objects/int_inner.h"

/* ---- making ints ---- */

Value int_from_i64(VM *vm, i64 i) {
    if (LIKELY(fits_small(i))) return from_small(i);
    BigInt *big = int_room(vm, 1);
    if (!big) return FAIL;
    big->limbs[0] = i < 0 ? -(mp_limb_t)i : (mp_limb_t)i;
    big->size = i < 0 ? -1 : 1;
    return from_object(big);
}

Value int_from_u64(VM *vm, u64 u) {
    if (LIKELY(u <= (u64)SMALL_MAX)) return from_small((i64)u);
    BigInt *big = int_room(vm, 1);
    if (!big) return FAIL;
    big->limbs[0] = u;
    big->size = 1;
    return from_object(big);
}

BigInt *int_room(VM *vm, u64 limbs) {
    if (limbs > INT_LIMBS_MAX) {
        raise_memory(vm);
        return NULL;
    }
    Type *type = vm->types[TYPE_int];
    BigInt *big = (BigInt *)object_new_sized(vm, type, sizeof(BigInt) + limbs * sizeof(mp_limb_t));
    if (big) big->size = (i64)limbs;
    return big;
}

Value int_finish(BigInt *big, u64 limbs, bool is_negative) {
    while (limbs && big->limbs[limbs - 1] == 0) limbs--;
    if (limbs == 0 || (limbs == 1 && big->limbs[0] <= (u64)SMALL_MAX + is_negative)) {
        i64 i = limbs ? (i64)big->limbs[0] : 0;
        decref(from_object(big));
        return from_small(is_negative ? -i : i);
    }
    big->size = is_negative ? -(i64)limbs : (i64)limbs;
    return from_object(big);
}

Value int_from_limbs(VM *vm, const mp_limb_t *limbs, u64 count, bool is_negative) {
    while (count && limbs[count - 1] == 0) count--;
    if (count == 0) return from_small(0);
    if (count == 1 && limbs[0] <= (u64)SMALL_MAX + is_negative) {
        return from_small(is_negative ? -(i64)limbs[0] : (i64)limbs[0]);
    }
    BigInt *big = int_room(vm, count);
    if (!big) return FAIL;
    memcpy(big->limbs, limbs, count * sizeof(mp_limb_t));
    big->size = is_negative ? -(i64)count : (i64)count;
    return from_object(big);
}

Value int_from_mpz(VM *vm, const mpz_t z) {
    return int_from_limbs(vm, mpz_limbs_read(z), mpz_size(z), mpz_sgn(z) < 0);
}

Value int_from_double(VM *vm, double d) {
    if (isnan(d)) return raise_value(vm, "cannot convert float NaN to integer");
    if (isinf(d)) return raise_overflow(vm, "cannot convert float infinity to integer");
    if (fabs(d) < 0x1p62) return from_small((i64)d);
    int exponent;
    double mantissa = frexp(fabs(d), &exponent);
    u64 bits = (u64)ldexp(mantissa, 53); /* the value is bits * 2^(exponent - 53) */
    u32 shift = (u32)exponent - 53, low = shift / 64, within = shift % 64;
    mp_limb_t limbs[18] = {0};
    limbs[low] = bits << within;
    if (within) limbs[low + 1] = bits >> (64 - within);
    return int_from_limbs(vm, limbs, low + 2, d < 0);
}

/* ---- looking into them ---- */

void int_view(Value v, mpz_t z, mp_limb_t room[1]) {
    v = int_plain(v);
    if (is_small(v)) {
        i64 i = to_small(v);
        room[0] = i < 0 ? -(mp_limb_t)i : (mp_limb_t)i;
        mpz_roinit_n(z, room, i < 0 ? -1 : i > 0);
    } else {
        BigInt *big = (BigInt *)v;
        mpz_roinit_n(z, big->limbs, big->size);
    }
}

bool int_fits_i64(Value v, i64 *out) {
    v = int_plain(v);
    if (LIKELY(is_small(v))) {
        *out = to_small(v);
        return true;
    }
    BigInt *big = (BigInt *)v;
    if (big->size == 1 && big->limbs[0] <= INT64_MAX) {
        *out = (i64)big->limbs[0];
        return true;
    }
    if (big->size == -1 && big->limbs[0] <= (u64)1 << 63) {
        *out = (i64)-big->limbs[0];
        return true;
    }
    return false;
}

bool int_fits_u64(Value v, u64 *out) {
    v = int_plain(v);
    if (is_small(v)) {
        *out = (u64)to_small(v);
        return to_small(v) >= 0;
    }
    *out = ((BigInt *)v)->limbs[0];
    return ((BigInt *)v)->size == 1;
}

bool int_is_negative(Value v) {
    v = int_plain(v);
    return is_small(v) ? to_small(v) < 0 : ((BigInt *)v)->size < 0;
}

bool int_is_zero(Value v) {
    return int_plain(v) == from_small(0);
}

u64 int_bit_length(Value v) {
    v = int_plain(v);
    if (is_small(v)) {
        i64 i = to_small(v);
        u64 magnitude = i < 0 ? -(u64)i : (u64)i;
        return magnitude ? 64 - (u64)__builtin_clzll(magnitude) : 0;
    }
    BigInt *big = (BigInt *)v;
    u64 count = (u64)(big->size < 0 ? -big->size : big->size);
    return count * 64 - (u64)__builtin_clzll(big->limbs[count - 1]);
}

/* ---- doubles ---- */

/* bits, of which the lowest stands for "something follows", rounded half to even to 53
 * bits. */
static double round_bits(u64 bits) {
    u64 rest = bits & 0x7FF, kept = bits >> 11;
    if (rest > 0x400 || (rest == 0x400 && (kept & 1))) kept++;
    return (double)kept;
}

double int_frexp(Value v, i64 *exponent) {
    mpz_t z;
    mp_limb_t room[1];
    int_view(v, z, room);
    *exponent = 0;
    if (mpz_sgn(z) == 0) return 0;
    i64 length = (i64)int_bit_length(v);
    const mp_limb_t *limbs = mpz_limbs_read(z);
    i64 count = (i64)mpz_size(z);
    i32 zeros = (i32)(count * 64 - length);
    u64 top = limbs[count - 1] << zeros, lost = 0;
    if (count > 1) {
        if (zeros) top |= limbs[count - 2] >> (64 - zeros);
        lost = limbs[count - 2] << zeros;
        for (i64 i = 0; i < count - 2 && !lost; i++) lost = limbs[i];
    }
    int shift;
    double mantissa = frexp(round_bits(top | (lost != 0)), &shift);
    *exponent = length + shift - 53;
    return mpz_sgn(z) < 0 ? -mantissa : mantissa;
}

double int_to_double(VM *vm, Value v, bool *ok) {
    v = int_plain(v);
    *ok = true;
    if (LIKELY(is_small(v))) return (double)to_small(v);
    i64 exponent;
    double mantissa = int_frexp(v, &exponent);
    if (exponent > 1024) {
        raise_overflow(vm, "int too large to convert to float");
        *ok = false;
        return 0;
    }
    return ldexp(mantissa, (int)exponent);
}

int int_order_double(Value v, double d) {
    v = int_plain(v);
    if (isnan(d)) return 2;
    if (isinf(d)) return d > 0 ? -1 : 1;
    if (is_small(v)) {
        if (d >= 0x1p62 || d < -0x1p62) return d > 0 ? -1 : 1;
        i64 whole = (i64)d, i = to_small(v);
        if (i != whole) return i < whole ? -1 : 1;
        double rest = d - (double)whole;
        return rest > 0 ? -1 : rest < 0;
    }
    mpz_t z;
    mp_limb_t room[1];
    int_view(v, z, room);
    int order = mpz_cmp_d(z, d);
    return order < 0 ? -1 : order > 0;
}

/* ---- order and hash ---- */

int int_order(Value a, Value b) {
    a = int_plain(a), b = int_plain(b);
    if (are_small(a, b))
        return to_small(a) < to_small(b) ? -1 : to_small(a) > to_small(b);
    mpz_t za, zb;
    mp_limb_t room_a[1], room_b[1];
    int_view(a, za, room_a);
    int_view(b, zb, room_b);
    int order = mpz_cmp(za, zb);
    return order < 0 ? -1 : order > 0;
}

Value int_compare(VM *vm, Value a, Value b, CompareOp op) {
    (void)vm;
    if (!is_int(a) || !is_int(b)) return NOT_IMPLEMENTED;
    int order = int_order(a, b);
    switch (op) {
    case LT: return from_bool(order < 0);
    case LE: return from_bool(order <= 0);
    case EQ: return from_bool(order == 0);
    case NE: return from_bool(order != 0);
    case GT: return from_bool(order > 0);
    default: return from_bool(order >= 0);
    }
}

u64 int_hash(Value v) {
    v = int_plain(v);
    if (is_small(v)) return int_hash_small(to_small(v));
    BigInt *big = (BigInt *)v;
    bool is_negative = big->size < 0;
    mp_size_t count = is_negative ? -big->size : big->size;
    i64 hash = (i64)mpn_mod_1(big->limbs, count, HASH_MODULUS);
    if (is_negative) hash = -hash;
    return hash == -1 ? (u64)-2 : (u64)hash;
}
