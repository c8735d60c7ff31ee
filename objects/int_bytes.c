/* int.to_bytes and int.from_bytes. */
#include "objects/bytes.h"
#include "objects/int_inner.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/want.h"

/* 1 little, 0 big, -1 failed. */
static int is_little(VM *vm, Value order, const char *function) {
    if (order == EMPTY) return 0;
    if (!want_str(vm, function, "argument 'byteorder'", order)) return -1;
    if (str_equals_text(order, "little")) return 1;
    if (str_equals_text(order, "big")) return 0;
    raise_value(vm, "byteorder must be either 'little' or 'big'");
    return -1;
}

static void reverse(u8 *bytes, usize count) {
    for (usize i = 0; i < count / 2; i++) {
        u8 byte = bytes[i];
        bytes[i] = bytes[count - 1 - i];
        bytes[count - 1 - i] = byte;
    }
}

/* Two's complement of a little-endian number. */
static void negate(u8 *bytes, usize count) {
    bool carry = true;
    for (usize i = 0; i < count; i++) {
        bytes[i] = (u8)(~bytes[i] + carry);
        carry = carry && bytes[i] == 0;
    }
}

static bool fits(const mpz_t z, usize length, bool is_signed) {
    usize bits = mpz_sgn(z) ? mpz_sizeinbase(z, 2) : 0;
    if (!is_signed) return bits <= length * 8;
    if (bits == 0) return true;
    /* -2 ** (n - 1) fits, though its magnitude has n bits */
    bool is_lowest = mpz_sgn(z) < 0 && mpz_scan1(z, 0) == bits - 1;
    if (length == 0) return is_lowest && bits == 1; /* -1 needs no byte, says CPython */
    return bits + !is_lowest <= length * 8;
}

static Value write_bytes(VM *vm, const mpz_t z, usize length, bool little) {
    Value result = TRY(bytes_new(vm, NULL, length));
    u8 *out = (u8 *)((Bytes *)result)->data;
    const mp_limb_t *limbs = mpz_limbs_read(z);
    usize available = mpz_size(z) * 8;
    for (usize i = 0; i < length; i++) {
        out[i] = i < available ? (u8)(limbs[i / 8] >> (i % 8 * 8)) : 0;
    }
    if (mpz_sgn(z) < 0) negate(out, length);
    if (!little) reverse(out, length);
    return result;
}

/* Return an array of bytes representing an integer.
 *
 *   length
 *     Length of bytes object to use.  An OverflowError is raised if the
 *     integer is not representable with the given number of bytes.  Default
 *     is length 1.
 *   byteorder
 *     The byte order used to represent the integer.  If byteorder is 'big',
 *     the most significant byte is at the beginning of the byte array.  If
 *     byteorder is 'little', the most significant byte is at the end of the
 *     byte array.  To request the native byte order of the host system, use
 *     sys.byteorder as the byte order value.  Default is to use 'big'.
 *   signed
 *     Determines whether two's complement is used to represent the integer.
 *     If signed is False and a negative integer is given, an OverflowError
 *     is raised.
 */
METHOD(int, to_bytes, "($self, /, length=1, byteorder='big', *, signed=False)")
{
    i64 length = 1;
    if (args[1] != EMPTY) CHECK(object_to_i64(vm, args[1], &length));
    int little = is_little(vm, args[2], "to_bytes");
    if (little < 0) return FAIL;
    int is_signed = args[3] == EMPTY ? 0 : object_truth(vm, args[3]);
    if (is_signed < 0) return FAIL;
    if (length < 0) return raise_value(vm, "length argument must be non-negative");
    mpz_t z;
    mp_limb_t room[1];
    int_view(args[0], z, room);
    if (mpz_sgn(z) < 0 && !is_signed) {
        return raise_overflow(vm, "can't convert negative int to unsigned");
    }
    if (!fits(z, (usize)length, is_signed))
        return raise_overflow(vm, "int too big to convert");
    return write_bytes(vm, z, (usize)length, little);
}

static Value read_bytes(VM *vm, const u8 *bytes, usize count, bool little,
                        bool is_signed) {
    if (count == 0) return from_small(0);
    u64 limbs = (count + 7) / 8;
    bool is_negative = is_signed && bytes[little ? count - 1 : 0] & 0x80;
    BigInt *big = int_room(vm, limbs);
    if (!big) return FAIL;
    memset(big->limbs, is_negative ? 0xFF : 0, limbs * 8);
    for (usize i = 0; i < count; i++) {
        u64 byte = bytes[little ? i : count - 1 - i], shift = i % 8 * 8;
        big->limbs[i / 8] = (big->limbs[i / 8] & ~((u64)0xFF << shift)) | byte << shift;
    }
    if (is_negative) mpn_neg(big->limbs, big->limbs, (mp_size_t)limbs);
    return int_finish(big, limbs, is_negative);
}

/* bytes(v), but neither of a count nor of a text. */
static Value as_bytes(VM *vm, Value v) {
    if (has_exact_kind(v, KIND_BYTES)) return incref(v);
    if (is_str(v) || is_int(v) || v == NONE) {
        return raise_type(vm, "cannot convert '%T' object to bytes", v);
    }
    Value bytes = from_object(vm->types[TYPE_bytes]);
    const Type *type = type_of(vm, v);
    bool is_count = has_index(vm, v) && !type->slots.buffer &&
                    type_lookup(vm, (Type *)type, NAME(__bytes__)) == EMPTY;
    if (!is_count) return call_1(vm, bytes, v);
    if (!type->slots.iter) return raise_type(vm, "cannot convert '%T' object to bytes", v);
    OWNED Value items = TRY(object_iter(vm, v));
    return call_1(vm, bytes, items);
}

/* Return the integer represented by the given array of bytes.
 *
 *   bytes
 *     Holds the array of bytes to convert.  The argument must either
 *     support the buffer protocol or be an iterable object producing bytes.
 *     Bytes and bytearray are examples of built-in objects that support the
 *     buffer protocol.
 *   byteorder
 *     The byte order used to represent the integer.  If byteorder is 'big',
 *     the most significant byte is at the beginning of the byte array.  If
 *     byteorder is 'little', the most significant byte is at the end of the
 *     byte array.  To request the native byte order of the host system, use
 *     sys.byteorder as the byte order value.  Default is to use 'big'.
 *   signed
 *     Indicates whether two's complement is used to represent the integer.
 */
CLASS_METHOD(int, from_bytes, "($type, /, bytes, byteorder='big', *, signed=False)") {
    int little = is_little(vm, args[2], "from_bytes");
    if (little < 0) return FAIL;
    int is_signed = args[3] == EMPTY ? 0 : object_truth(vm, args[3]);
    if (is_signed < 0) return FAIL;
    OWNED Value bytes = TRY(as_bytes(vm, args[1]));
    Span span = bytes_span(bytes);
    OWNED Value v =
        TRY(read_bytes(vm, (const u8 *)span.data, span.length, little, is_signed));
    if (args[0] == from_object(vm->types[TYPE_int])) return TAKE(v);
    return call_1(vm, args[0], v);
}
