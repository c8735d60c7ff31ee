/* sys: what it tells of numbers, and the limit for digits of ints. */
#include <float.h>

#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/sys_numbers.h"

enum { LEAST_DIGIT_LIMIT = 640 };

/* ---- float_info ---- */

static const RecordField float_fields[] = {
    {"max", "DBL_MAX -- maximum representable finite float"},
    {"max_exp", "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable"},
    {"max_10_exp", "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable"},
    {"min", "DBL_MIN -- Minimum positive normalized float"},
    {"min_exp",
     "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float"},
    {"min_10_exp",
     "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float"},
    {"dig", "DBL_DIG -- maximum number of decimal digits that can be faithfully "
            "represented in a "
            "float"},
    {"mant_dig", "DBL_MANT_DIG -- mantissa digits"},
    {"epsilon", "DBL_EPSILON -- Difference between 1 and the next representable float"},
    {"radix", "FLT_RADIX -- radix of exponent"},
    {"rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations"},
    {NULL, NULL},
};
#define FLOAT_DOC                                                                     \
    "sys.float_info\n\n"                                                              \
    "A named tuple holding information about the float type. It contains low level\n" \
    "information about the precision and internal representation. Please study\n"     \
    "your system's :file:`float.h` for more information."
RECORD(sys_float_info, "sys.float_info", float_fields, 11, FLOAT_DOC)
TYPE(sys_float_info, RECORD_TYPE(sys_float_info, "sys.float_info", FLOAT_DOC))

static Value make_float_info(VM *vm) {
    if (!record_start(vm, &sys_float_info_record)) return FAIL;
    OWNED Value largest = TRY(float_new(vm, DBL_MAX)),
                least = TRY(float_new(vm, DBL_MIN));
    OWNED Value step = TRY(float_new(vm, DBL_EPSILON));
    Value values[] = {
        TAKE(largest),
        from_small(DBL_MAX_EXP),
        from_small(DBL_MAX_10_EXP),
        TAKE(least),
        from_small(DBL_MIN_EXP),
        from_small(DBL_MIN_10_EXP),
        from_small(DBL_DIG),
        from_small(DBL_MANT_DIG),
        TAKE(step),
        from_small(FLT_RADIX),
        from_small(1),
    };
    return record_new(vm, &sys_float_info_record, values);
}

/* ---- int_info ---- */

static const RecordField int_fields[] = {
    {"bits_per_digit", "size of a digit in bits"},
    {"sizeof_digit", "size in bytes of the C type used to represent a digit"},
    {"default_max_str_digits", "maximum string conversion digits limitation"},
    {"str_digits_check_threshold", "minimum positive value for int_max_str_digits"},
    {NULL, NULL},
};
#define INT_DOC                                             \
    "sys.int_info\n\n"                                      \
    "A named tuple that holds information about Python's\n" \
    "internal representation of integers.  The attributes are read only."
RECORD(sys_int_info, "sys.int_info", int_fields, 4, INT_DOC)
TYPE(sys_int_info, RECORD_TYPE(sys_int_info, "sys.int_info", INT_DOC))

/* As CPython's: programs that look want to know what they would find there. */
static Value make_int_info(VM *vm) {
    if (!record_start(vm, &sys_int_info_record)) return FAIL;
    Value values[] = {from_small(30), from_small(4), from_small(INT_DIGIT_LIMIT),
                      from_small(LEAST_DIGIT_LIMIT)};
    return record_new(vm, &sys_int_info_record, values);
}

/* ---- hash_info ---- */

static const RecordField hash_fields[] = {
    {"width", "width of the type used for hashing, in bits"},
    {"modulus", "prime number giving the modulus on which the hash function is based"},
    {"inf", "value to be used for hash of a positive infinity"},
    {"nan", "value to be used for hash of a nan"},
    {"imag", "multiplier used for the imaginary part of a complex number"},
    {"algorithm", "name of the algorithm for hashing of str, bytes and memoryviews"},
    {"hash_bits", "internal output size of hash algorithm"},
    {"seed_bits", "seed size of hash algorithm"},
    {"cutoff", "small string optimization cutoff"},
    {NULL, NULL},
};
#define HASH_DOC                                              \
    "hash_info\n\n"                                           \
    "A named tuple providing parameters used for computing\n" \
    "hashes. The attributes are read only."
RECORD(sys_hash_info, "sys.hash_info", hash_fields, 9, HASH_DOC)
TYPE(sys_hash_info, RECORD_TYPE(sys_hash_info, "sys.hash_info", HASH_DOC))

static Value make_hash_info(VM *vm) {
    if (!record_start(vm, &sys_hash_info_record)) return FAIL;
    Value algorithm = TRY(str_from_text(vm, "siphash13"));
    Value values[] = {from_small(64),      from_small(((i64)1 << 61) - 1),
                      from_small(314159),  from_small(0),
                      from_small(1000003), algorithm,
                      from_small(64),      from_small(128),
                      from_small(0)};
    return record_new(vm, &sys_hash_info_record, values);
}

/* ---- the module's part ---- */

static bool add(VM *vm, Value module, const char *name, Value made) {
    return made != FAIL && module_add(vm, module, name, made);
}

bool sys_add_numbers(VM *vm, Value module) {
    return add(vm, module, "float_info", make_float_info(vm)) &&
           add(vm, module, "int_info", make_int_info(vm)) &&
           add(vm, module, "hash_info", make_hash_info(vm));
}

/* Return the maximum string digits limit for non-binary int<->str conversions. */
FUNCTION(sys, get_int_max_str_digits, "()") {
    return from_small(vm->int_digit_limit);
}

/* Set the maximum string digits limit for non-binary int<->str conversions. */
FUNCTION(sys, set_int_max_str_digits, "(maxdigits)") {
    int limit;
    CHECK(want_int(vm, args[0], &limit));
    if (limit != 0 && limit < LEAST_DIGIT_LIMIT) {
        return raise_value(vm, "maxdigits must be 0 or larger than %d",
                           LEAST_DIGIT_LIMIT);
    }
    vm->int_digit_limit = limit;
    return NONE;
}
