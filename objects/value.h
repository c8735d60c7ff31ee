/* A value: one 64-bit word that is an int, a float, a special, or a pointer to an object.
 *
 *     ...xxx1   int of 63 bits (larger ones are objects holding GMP limbs)
 *     ...xx10   flonum: a float whose exponent is common (magnitude 1e-77 .. 1e77), biased and rotated
 *     ...0000   pointer to an Obj (objects are 16-byte aligned)
 *     ...0100   special: EMPTY, None, False, True, NotImplemented, Ellipsis
 *     ...1000   FAIL
 *
 * EMPTY is "no value here" (unbound local, omitted argument, end of iteration) and is never seen
 * by a program. FAIL is what a C function returns after it has set the exception of the VM.
 * All encoding is in this file.
 */
#ifndef APY_OBJECTS_VALUE_H
#define APY_OBJECTS_VALUE_H

#include "base/base.h"

typedef u64 Value;
typedef struct Obj Obj;
typedef struct VM VM;

#define EMPTY           ((Value)0x04)
#define FAIL            ((Value)0x08)
#define NONE            ((Value)0x14)
#define FALSE           ((Value)0x24)
#define TRUE            ((Value)0x34)
#define NOT_IMPLEMENTED ((Value)0x44)
#define ELLIPSIS        ((Value)0x54)

#define SMALL_MAX ((i64)0x3FFFFFFFFFFFFFFF)
#define SMALL_MIN (-SMALL_MAX - 1)

static inline bool is_object(Value v) {
    return (v & 15) == 0;
}
static inline Obj *to_object(Value v) {
    return (Obj *)v;
}
static inline Value from_object(const void *object) {
    return (Value)object;
}

static inline bool is_small(Value v) {
    return v & 1;
}
static inline bool are_small(Value a, Value b) {
    return a & b & 1;
}
static inline i64 to_small(Value v) {
    return (i64)v >> 1;
}
/* The int must fit: see fits_small. */
static inline Value from_small(i64 i) {
    return (Value)i << 1 | 1;
}
static inline bool fits_small(i64 i) {
    return i >= SMALL_MIN && i <= SMALL_MAX;
}

static inline Value from_bool(bool b) {
    return b ? TRUE : FALSE;
}
static inline bool is_bool(Value v) {
    return v == TRUE || v == FALSE;
}

static inline bool is_flonum(Value v) {
    return (v & 3) == 2;
}
static inline u64 double_bits(double d) {
    u64 bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}
static inline double double_from_bits(u64 bits) {
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}
/* Both are floats with an inline form. */
static inline bool are_flonums(Value a, Value b) {
    return (((a - 2) | (b - 2)) & 3) == 0;
}
static inline u64 rotate_left(u64 bits, u32 by) {
    return bits << by | bits >> (64 - by);
}
/* A double has an inline form when the top three bits of its exponent are 011 or 100: one bit of
 * information in three. Adding 5 there makes the upper two of them 00, and rotating by three brings
 * those to the place of the tag. */
#define FLONUM_BIAS ((u64)5 << 60)
static inline bool fits_flonum(double d) {
    return (rotate_left(double_bits(d) + FLONUM_BIAS, 3) & 3) == 0;
}
static inline Value from_flonum(double d) {
    return rotate_left(double_bits(d) + FLONUM_BIAS, 3) | 2;
}
/* The tag has come to where it counts as four times the unit of the bias. */
static inline double to_flonum(Value v) {
    return double_from_bits(rotate_left(v, 61) - FLONUM_BIAS - ((u64)4 << 60));
}

#endif
