/* _hashlib: the hashes of libcrypto. */
#include <ctype.h>
#include <limits.h>

#include "objects/bytes.h"
#include "objects/exc.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/blocking.h"
#include "stdlib/crypto.h"

MODULE(_hashlib, "OpenSSL interface for hashlib module")

TYPE(UnsupportedDigestmodError, .name = "_hashlib.UnsupportedDigestmodError",
     .base = TYPE_ValueError)

typedef struct Hash {
    Obj h;
    EVP_MD_CTX *context;
    char name[24];
} Hash;

static Hash *to_hash(Value v) {
    return (Hash *)to_object(v);
}
static Crypto *crypto_of(VM *vm) {
    return vm->module_state[MODULE__hashlib].state;
}

static void free_hash(VM *vm, Obj *self) {
    if (((Hash *)self)->context) crypto_of(vm)->ctx_free(((Hash *)self)->context);
}

static Value repr(VM *vm, Value self) {
    return str_format(vm, "<%s %s object @ 0x%lx>", to_hash(self)->name,
                      type_name_of(vm, self), (u64)self);
}

TYPE(
    HASH, .name = "_hashlib.HASH", .size = sizeof(Hash), .kind = KIND_OTHER,
    .flags = TYPE_ATOM | TYPE_NO_NEW,
    .doc = "A hash is an object used to calculate a checksum of a string of information.",
    .slots = {.free = free_hash, .repr = repr})
TYPE(
    HASHXOF, .name = "_hashlib.HASHXOF", .base = TYPE_HASH,
    .flags = TYPE_ATOM | TYPE_NO_NEW,
    .doc = "A hash is an object used to calculate a checksum of a string of information.")

static Value fail(VM *vm) {
    crypto_of(vm)->clear_errors();
    return raise_value(vm, "the cryptographic library has failed");
}

static Value new_hash(VM *vm, u32 type) {
    Hash *self = (Hash *)object_new(vm, vm->types[type]);
    if (!self) return FAIL;
    self->context = crypto_of(vm)->ctx_new();
    if (self->context) return from_object(self);
    decref(from_object(self));
    return raise_memory(vm);
}

static bool add(VM *vm, Value self, Value data) {
    Buffered in;
    Crypto *crypto = crypto_of(vm);
    if (!hash_take_data(vm, data, &in)) return false;
    bool ok = crypto->update(to_hash(self)->context, in.data, in.size);
    buffered_release(vm, &in);
    if (!ok) fail(vm);
    return ok;
}

/* A hash by its name; `data` may be EMPTY. */
static Value make(VM *vm, const char *name, Value data) {
    Crypto *crypto = crypto_of(vm);
    EVP_MD *method = crypto_find(crypto, name);
    if (!method) return raise_value(vm, "unsupported hash type %s", name);
    bool is_xof = crypto->md_get_flags(method) & EVP_MD_FLAG_XOF;
    OWNED Value self = new_hash(vm, is_xof ? TYPE_HASHXOF : TYPE_HASH);
    bool ok = self != FAIL && crypto->init(to_hash(self)->context, method, NULL);
    crypto->md_free(method);
    if (self == FAIL) return FAIL;
    if (!ok) return fail(vm);
    for (usize i = 0; name[i] && i + 1 < sizeof to_hash(self)->name; i++)
        to_hash(self)->name[i] = name[i] == '-' ? '_' : (char)tolower((u8)name[i]);
    if (data != EMPTY) CHECK(add(vm, self, data));
    return TAKE(self);
}

/* ---- methods ---- */

static const EVP_MD *method_of(VM *vm, Value self) {
    return crypto_of(vm)->ctx_md(to_hash(self)->context);
}

/* Return a copy of the hash object. */
METHOD(HASH, copy, "($self, /)") {
    u32 type =
        is_instance(vm, args[0], vm->types[TYPE_HASHXOF]) ? TYPE_HASHXOF : TYPE_HASH;
    OWNED Value copy = TRY(new_hash(vm, type));
    if (!crypto_of(vm)->ctx_copy(to_hash(copy)->context, to_hash(args[0])->context))
        return fail(vm);
    memcpy(to_hash(copy)->name, to_hash(args[0])->name, sizeof to_hash(copy)->name);
    return TAKE(copy);
}

/* Update this hash object's state with the provided string. */
METHOD(HASH, update, "($self, obj, /)") {
    return add(vm, args[0], args[1]) ? NONE : FAIL;
}

/* The digest so far; the object can go on. Of a XOF `size` bytes. */
static bool finish(VM *vm, Value self, u8 *out, usize size, bool is_xof) {
    Crypto *crypto = crypto_of(vm);
    EVP_MD_CTX *context = crypto->ctx_new();
    if (!context) return raise_memory(vm), false;
    bool ok = crypto->ctx_copy(context, to_hash(self)->context) &&
              (is_xof ? !size || crypto->final_xof(context, out, size)
                      : crypto->final(context, out, NULL));
    crypto->ctx_free(context);
    if (!ok) fail(vm);
    return ok;
}

static Value digest(VM *vm, Value self, bool is_hex) {
    u8 out[EVP_MAX_MD_SIZE];
    usize size = (usize)crypto_of(vm)->md_get_size(method_of(vm, self));
    CHECK(finish(vm, self, out, size, false));
    return is_hex ? hash_hex(vm, out, size) : bytes_new(vm, (char *)out, size);
}

/* Return the digest value as a bytes object. */
METHOD(HASH, digest, "($self, /)") {
    return digest(vm, args[0], false);
}

/* Return the digest value as a string of hexadecimal digits. */
METHOD(HASH, hexdigest, "($self, /)") {
    return digest(vm, args[0], true);
}

static Value digest_of_length(VM *vm, Value self, Value length, bool is_hex) {
    i64 size;
    CHECK(object_to_i64(vm, length, &size));
    if (size < 0)
        return is_hex ? raise_memory(vm)
                      : raise_system(vm, "Negative size passed to PyBytes_FromStringAndSize");
    u8 *out = heap_raw_alloc(&vm->heap, size ? (usize)size : 1);
    if (!out) return raise_memory(vm);
    Value result = FAIL;
    if (finish(vm, self, out, (usize)size, true))
        result = is_hex ? hash_hex(vm, out, (usize)size)
                        : bytes_new(vm, (char *)out, (usize)size);
    heap_raw_free(&vm->heap, out, size ? (usize)size : 1);
    return result;
}

/* Return the digest value as a bytes object. */
METHOD(HASHXOF, digest, "($self, /, length)") {
    return digest_of_length(vm, args[0], args[1], false);
}

/* Return the digest value as a string of hexadecimal digits. */
METHOD(HASHXOF, hexdigest, "($self, /, length)") {
    return digest_of_length(vm, args[0], args[1], true);
}

GETTER(HASHXOF, digest_size) {
    return from_small(0);
}
GETTER(HASH, digest_size) {
    return from_small(crypto_of(vm)->md_get_size(method_of(vm, self)));
}
GETTER(HASH, block_size) {
    return from_small(crypto_of(vm)->md_get_block_size(method_of(vm, self)));
}
/* algorithm name. */
GETTER(HASH, name) {
    return str_from_text(vm, to_hash(self)->name);
}

/* ---- making ---- */

/* Return a new hash object using the named algorithm.
 *
 * An optional string argument may be provided and will be
 * automatically hashed.
 *
 * The MD5 and SHA1 algorithms are always supported. */
FUNCTION(_hashlib, new, "(name, string=b'', *, usedforsecurity=True)") {
    if (!is_str(args[0])) return raise_type(vm, "name must be a string");
    const char *name = want_c_text(vm, args[0]);
    return name ? make(vm, name, args[1]) : FAIL;
}

/* Returns a md5 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_md5, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "md5", args[0]);
}
/* Returns a sha1 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha1, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha1", args[0]);
}
/* Returns a sha224 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha224, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha224", args[0]);
}
/* Returns a sha256 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha256, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha256", args[0]);
}
/* Returns a sha384 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha384, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha384", args[0]);
}
/* Returns a sha512 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha512, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha512", args[0]);
}
/* Returns a sha3-224 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha3_224, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha3_224", args[0]);
}
/* Returns a sha3-256 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha3_256, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha3_256", args[0]);
}
/* Returns a sha3-384 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha3_384, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha3_384", args[0]);
}
/* Returns a sha3-512 hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_sha3_512, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "sha3_512", args[0]);
}
/* Returns a shake-128 variable hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_shake_128, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "shake_128", args[0]);
}
/* Returns a shake-256 variable hash object; optionally initialized with a string */
FUNCTION(_hashlib, openssl_shake_256, "(string=b'', *, usedforsecurity=True)") {
    return make(vm, "shake_256", args[0]);
}

/* ---- keys from passwords ---- */

static Value derive(VM *vm, EVP_MD *method, Span password, Span salt, i64 turns,
                    i64 size) {
    Crypto *crypto = crypto_of(vm);
    OWNED Value key = TRY(bytes_new(vm, NULL, (usize)size));
    u8 *out = (u8 *)bytes_span(key).data;
    int ok = BLOCKING_ONCE(vm, crypto->pbkdf2(password.data, (int)password.length,
                                              (const u8 *)salt.data, (int)salt.length,
                                              (int)turns, method, (int)size, out));
    return ok ? TAKE(key) : fail(vm);
}

/* Both arguments as bytes; give them back when true. */
static bool take_two(VM *vm, Value a, Value b, Buffered two[2]) {
    if (!buffered_get(vm, a, &two[0], false)) return false;
    if (buffered_get(vm, b, &two[1], false)) return true;
    buffered_release(vm, &two[0]);
    return false;
}

static Value derive_checked(VM *vm, const char *name, Buffered two[2], i64 turns,
                            Value length) {
    EVP_MD *method = crypto_find(crypto_of(vm), name);
    if (!method)
        return raise_format(vm, vm->types[TYPE_UnsupportedDigestmodError],
                            "[digital envelope routines] unsupported");
    i64 size = crypto_of(vm)->md_get_size(method);
    Value result = FAIL;
    if (length != EMPTY && length != NONE && !object_to_i64(vm, length, &size))
        size = -1;
    else if (two[0].size > INT_MAX)
        raise_overflow(vm, "password is too long.");
    else if (two[1].size > INT_MAX)
        raise_overflow(vm, "salt is too long.");
    else if (turns < 1)
        raise_value(vm, "iteration value must be greater than 0.");
    else if (turns > INT_MAX)
        raise_overflow(vm, "iteration value is too great.");
    else if (size < 1)
        raise_value(vm, "key length must be greater than 0.");
    else if (size > INT_MAX)
        raise_overflow(vm, "key length is too great.");
    else
        result = derive(vm, method, (Span){two[0].data, two[0].size},
                        (Span){two[1].data, two[1].size}, turns, size);
    crypto_of(vm)->md_free(method);
    return result;
}

/* Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom
 * function. */
FUNCTION(_hashlib, pbkdf2_hmac, "(hash_name, password, salt, iterations, dklen=None)") {
    i64 turns;
    Buffered two[2];
    if (!is_str(args[0]))
        return raise_type(vm, "pbkdf2_hmac() argument 'hash_name' must be str, not %N",
                          args[0]);
    const char *name = want_c_text(vm, args[0]);
    CHECK(name && object_to_i64(vm, args[3], &turns));
    CHECK(take_two(vm, args[1], args[2], two));
    Value result = derive_checked(vm, name, two, turns, args[4]);
    buffered_release(vm, &two[0]);
    buffered_release(vm, &two[1]);
    return result;
}

typedef struct ScryptCosts {
    i64 n, r, p, memory, size;
} ScryptCosts;

static Value run_scrypt(VM *vm, Buffered two[2], const ScryptCosts *costs) {
    Crypto *crypto = crypto_of(vm);
    OWNED Value key = TRY(bytes_new(vm, NULL, (usize)costs->size));
    u8 *out = (u8 *)bytes_span(key).data;
    int ok = BLOCKING_ONCE(vm, crypto->scrypt(two[0].data, two[0].size, (u8 *)two[1].data,
                                              two[1].size, (u64)costs->n, (u64)costs->r,
                                              (u64)costs->p, (u64)costs->memory, out,
                                              (usize)costs->size));
    if (ok) return TAKE(key);
    crypto->clear_errors();
    return raise_value(vm, "Invalid parameter combination for n, r, p, maxmem.");
}

/* scrypt password-based key derivation function. */
FUNCTION(_hashlib, scrypt,
         "(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)") {
    ScryptCosts costs = {.size = 64};
    if (args[1] == EMPTY || args[1] == NONE) return raise_type(vm, "salt is required");
    i64 *numbers[] = {&costs.n, &costs.r, &costs.p, &costs.memory, &costs.size};
    for (u32 i = 0; i < 5; i++) {
        Value v = args[2 + i];
        if (v != EMPTY && v != NONE)
            CHECK(object_to_i64(vm, v, numbers[i]));
        else if (i < 3)
            return raise_type(vm, i ? "r is required and must be an unsigned int"
                                    : "n is required and must be an unsigned int");
    }
    if (costs.n < 2 || costs.n & (costs.n - 1))
        return raise_value(vm, "n must be a power of 2.");
    if (costs.memory < 0 || costs.memory > INT_MAX)
        return raise_value(vm, "maxmem must be positive and smaller than %d", INT_MAX);
    if (costs.size < 1 || costs.size > INT_MAX)
        return raise_value(vm, "dklen must be greater than 0 and smaller than %d",
                           INT_MAX);
    Buffered two[2];
    CHECK(take_two(vm, args[0], args[1], two));
    Value result = run_scrypt(vm, two, &costs);
    buffered_release(vm, &two[0]);
    buffered_release(vm, &two[1]);
    return result;
}

/* ---- comparing ---- */

static bool same_bytes(Span a, Span b) {
    u8 difference = a.length != b.length;
    for (usize i = 0; i < b.length; i++)
        difference |= (u8)((a.length == b.length ? a.data[i] : b.data[i]) ^ b.data[i]);
    return !difference;
}

/* Return 'a == b'.
 *
 * This function uses an approach designed to prevent
 * timing analysis, making it appropriate for cryptography.
 *
 * a and b must both be of the same type: either str (ASCII only),
 * or any bytes-like object. */
FUNCTION(_hashlib, compare_digest, "(a, b, /)") {
    if (is_str(args[0]) && is_str(args[1])) {
        if (!str_is_ascii(args[0]) || !str_is_ascii(args[1]))
            return raise_type(vm, "comparing strings with non-ASCII characters is not "
                                  "supported");
        return from_bool(same_bytes(str_span(args[0]), str_span(args[1])));
    }
    if (!type_of(vm, args[0])->slots.buffer && !type_of(vm, args[1])->slots.buffer)
        return raise_type(vm,
                          "unsupported operand types(s) or combination of types: "
                          "'%T' and '%T'",
                          args[0], args[1]);
    Buffered two[2];
    CHECK(take_two(vm, args[0], args[1], two));
    bool is_same =
        same_bytes((Span){two[0].data, two[0].size}, (Span){two[1].data, two[1].size});
    buffered_release(vm, &two[0]);
    buffered_release(vm, &two[1]);
    return from_bool(is_same);
}

/* Determine the OpenSSL FIPS mode of operation. */
FUNCTION(_hashlib, get_fips_mode, "()") {
    return from_small(0);
}

static bool add_names(VM *vm, Module *module) {
    static const char *const names[] = {
        "md5",      "md5-sha1", "ripemd160",  "sha1",       "sha224",   "sha256",
        "sha384",   "sha512",   "sha512_224", "sha512_256", "sha3_224", "sha3_256",
        "sha3_384", "sha3_512", "shake_128",  "shake_256",  "sm3"};
    OWNED Value list = TRY_OR_FALSE(tuple_new(vm, COUNT_OF(names)));
    for (usize i = 0; i < COUNT_OF(names); i++)
        to_tuple(list)->items[i] = TRY_OR_FALSE(str_from_text(vm, names[i]));
    Value set = call_1(vm, from_object(vm->types[TYPE_frozenset]), list);
    return module_add(vm, from_object(module), "openssl_md_meth_names", set);
}

MODULE_INIT(_hashlib) {
    Crypto *crypto = crypto_load(vm);
    if (!crypto) return false;
    vm->module_state[MODULE__hashlib].state = crypto;
    vm->module_state[MODULE__hashlib].free_state = crypto_unload;
    return add_names(vm, (Module *)to_object(module)) &&
           module_add(vm, module, "HASH", incref(from_object(vm->types[TYPE_HASH]))) &&
           module_add(vm, module, "HASHXOF",
                      incref(from_object(vm->types[TYPE_HASHXOF]))) &&
           module_add(vm, module, "UnsupportedDigestmodError",
                      incref(from_object(vm->types[TYPE_UnsupportedDigestmodError])));
}
