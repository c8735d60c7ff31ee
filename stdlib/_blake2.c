/* _blake2: the types blake2b and blake2s. */
#include "base/blake2.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/crypto.h"

MODULE(_blake2, "_blake2b provides BLAKE2b for hashlib\n")

typedef struct BlakeHash {
    Obj h;
    Blake2 hash;
    u8 size; /* of the digest */
} BlakeHash;

static BlakeHash *to_blake(Value v) {
    return (BlakeHash *)to_object(v);
}

/* ---- parameters ---- */

enum {
    DATA,
    DIGEST_SIZE,
    KEY,
    SALT,
    PERSON,
    FANOUT,
    DEPTH,
    LEAF_SIZE,
    NODE_OFFSET,
    NODE_DEPTH,
    INNER_SIZE,
    LAST_NODE,
    SECURITY,
    ARGUMENTS
};

typedef struct Sizes {
    const char *name;
    i64 digest, salt;
} Sizes;
static const Sizes sizes[2] = {{"blake2b", 64, 16}, {"blake2s", 32, 8}};

static bool take_number(VM *vm, Value v, i64 least, i64 most, const char *complaint,
                        i64 *number) {
    if (v == EMPTY) return true;
    OWNED Value index = TRY_OR_FALSE(object_index(vm, v));
    if (int_fits_i64(index, number) && *number >= least && *number <= most) return true;
    raise_value(vm, "%s", complaint);
    return false;
}

/* Bytes of at most `most`, copied to `to`. */
static bool take_bytes(VM *vm, Value v, i64 most, const char *what, u8 *to, usize *size) {
    Buffered in;
    *size = 0;
    if (v == EMPTY) return true;
    if (!buffered_get(vm, v, &in, false)) return false;
    bool fits = in.size <= (usize)most;
    if (fits) memcpy(to, in.data, *size = in.size);
    buffered_release(vm, &in);
    if (!fits) raise_value(vm, "maximum %s length is %ld bytes", what, most);
    return fits;
}

static bool take_size(VM *vm, Value v, const Sizes *limits, i64 *size) {
    *size = limits->digest;
    if (v == EMPTY) return true;
    if (!object_to_i64(vm, v, size)) return false;
    if (*size >= 1 && *size <= limits->digest) return true;
    raise_value(vm, "digest_size must be between 1 and %ld bytes", limits->digest);
    return false;
}

static bool take_wide(VM *vm, Value v, u64 most, const char *complaint, u64 *number) {
    *number = 0;
    if (v == EMPTY) return true;
    OWNED Value index = TRY_OR_FALSE(object_index(vm, v));
    if (int_is_negative(index)) {
        raise_value(vm, "value must be positive");
        return false;
    }
    bool fits = int_fits_u64(index, number);
    if (fits && *number <= most) return true;
    raise_overflow(vm, "%s", fits ? complaint : "int too big to convert");
    return false;
}

/* The block of parameters, and the key. */
static bool describe(VM *vm, bool is_small, Value *given, u8 *block, u8 *key,
                     usize *key_size, i64 *digest_size) {
    const Sizes *limits = &sizes[is_small];
    i64 fanout = 1, depth = 1, node_depth = 0, inner = 0;
    u64 leaf, offset, most = is_small ? ((u64)1 << 48) - 1 : UINT64_MAX;
    usize unused;
    u8 *salt = block + (is_small ? 16 : 32), *person = salt + limits->salt;
    if (!take_size(vm, given[DIGEST_SIZE], limits, digest_size) ||
        !take_bytes(vm, given[SALT], limits->salt, "salt", salt, &unused) ||
        !take_bytes(vm, given[PERSON], limits->salt, "person", person, &unused) ||
        !take_number(vm, given[FANOUT], 0, 255, "fanout must be between 0 and 255",
                     &fanout) ||
        !take_number(vm, given[DEPTH], 1, 255, "depth must be between 1 and 255",
                     &depth) ||
        !take_wide(vm, given[LEAF_SIZE], UINT32_MAX, "leaf_size is too large", &leaf) ||
        !take_wide(vm, given[NODE_OFFSET], most, "node_offset is too large", &offset) ||
        !take_number(vm, given[NODE_DEPTH], 0, 255,
                     "node_depth must be between 0 and 255", &node_depth) ||
        !take_number(vm, given[INNER_SIZE], 0, limits->digest,
                     is_small ? "inner_size must be between 0 and is 32"
                              : "inner_size must be between 0 and is 64",
                     &inner) ||
        !take_bytes(vm, given[KEY], limits->digest, "key", key, key_size))
        return false;
    u8 head[4] = {(u8)*digest_size, (u8)*key_size, (u8)fanout, (u8)depth};
    memcpy(block, head, 4);
    memcpy(block + 4, &leaf, 4);
    memcpy(block + 8, &offset, is_small ? 6 : 8);
    block[is_small ? 14 : 16] = (u8)node_depth;
    block[is_small ? 15 : 17] = (u8)inner;
    return true;
}

static bool add(VM *vm, Value self, Value data) {
    Buffered in;
    if (!hash_take_data(vm, data, &in)) return false;
    blake2_add(&to_blake(self)->hash, (u8 *)in.data, in.size);
    buffered_release(vm, &in);
    return true;
}

static Value make(VM *vm, Type *type, bool is_small, Value *args, u32 nargs,
                  Value kwnames) {
    static const char *const names[] = {"",
                                        "digest_size",
                                        "key",
                                        "salt",
                                        "person",
                                        "fanout",
                                        "depth",
                                        "leaf_size",
                                        "node_offset",
                                        "node_depth",
                                        "inner_size",
                                        "last_node",
                                        "usedforsecurity",
                                        NULL};
    const Arguments arguments = {sizes[is_small].name, names, 1, 1, 0};
    Value given[ARGUMENTS];
    u8 block[BLAKE2_PARAMETERS_MAX] = {0}, key[BLAKE2_BLOCK_MAX] = {0};
    usize key_size;
    i64 digest_size;
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    CHECK(describe(vm, is_small, given, block, key, &key_size, &digest_size));
    int last = given[LAST_NODE] == EMPTY ? 0 : object_truth(vm, given[LAST_NODE]);
    if (last < 0) return FAIL;
    OWNED Value self = from_object(object_new(vm, type));
    if (!self) return TAKE(self), FAIL;
    blake2_start(&to_blake(self)->hash, is_small, block);
    to_blake(self)->hash.is_last_node = last;
    to_blake(self)->size = (u8)digest_size;
    if (key_size) blake2_add(&to_blake(self)->hash, key, is_small ? 64 : 128);
    if (given[DATA] != EMPTY) CHECK(add(vm, self, given[DATA]));
    return TAKE(self);
}

static Value make_b(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return make(vm, type, false, args, nargs, kwnames);
}

static Value make_s(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    return make(vm, type, true, args, nargs, kwnames);
}

#define SIGNATURE(name)                                                                  \
    "(data=b'', /, *, digest_size=_blake2." name ".MAX_DIGEST_SIZE, key=b'', salt=b'', " \
    "person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, "          \
    "inner_size=0, last_node=False, usedforsecurity=True)"

TYPE(blake2b, .name = "_blake2.blake2b", .size = sizeof(BlakeHash), .kind = KIND_OTHER,
     .flags = TYPE_ATOM, .doc = "Return a new BLAKE2b hash object.",
     .signature = SIGNATURE("blake2b"), .slots = {.new = make_b})
TYPE(blake2s, .name = "_blake2.blake2s", .size = sizeof(BlakeHash), .kind = KIND_OTHER,
     .flags = TYPE_ATOM, .doc = "Return a new BLAKE2s hash object.",
     .signature = SIGNATURE("blake2s"), .slots = {.new = make_s})

/* ---- methods, the same for both ---- */

static Value copy(VM *vm, Value self) {
    BlakeHash *copy = (BlakeHash *)object_new(vm, type_of(vm, self));
    if (!copy) return FAIL;
    copy->hash = to_blake(self)->hash;
    copy->size = to_blake(self)->size;
    return from_object(copy);
}

static Value digest(VM *vm, Value self, bool is_hex) {
    Blake2 hash = to_blake(self)->hash;
    u8 out[64];
    blake2_end(&hash, out);
    usize size = to_blake(self)->size;
    return is_hex ? hash_hex(vm, out, size) : bytes_new(vm, (char *)out, size);
}

static Value name_of(VM *vm, Value self) {
    return str_from_text(vm, sizes[to_blake(self)->hash.is_small].name);
}

/* Return a copy of the hash object. */
METHOD(blake2b, copy, "($self, /)") {
    return copy(vm, args[0]);
}
/* Update this hash object's state with the provided bytes-like object. */
METHOD(blake2b, update, "($self, data, /)") {
    return add(vm, args[0], args[1]) ? NONE : FAIL;
}
/* Return the digest value as a bytes object. */
METHOD(blake2b, digest, "($self, /)") {
    return digest(vm, args[0], false);
}
/* Return the digest value as a string of hexadecimal digits. */
METHOD(blake2b, hexdigest, "($self, /)") {
    return digest(vm, args[0], true);
}
GETTER(blake2b, name) {
    return name_of(vm, self);
}
GETTER(blake2b, block_size) {
    return from_small(128);
}
GETTER(blake2b, digest_size) {
    return from_small(to_blake(self)->size);
}

/* Return a copy of the hash object. */
METHOD(blake2s, copy, "($self, /)") {
    return copy(vm, args[0]);
}
/* Update this hash object's state with the provided bytes-like object. */
METHOD(blake2s, update, "($self, data, /)") {
    return add(vm, args[0], args[1]) ? NONE : FAIL;
}
/* Return the digest value as a bytes object. */
METHOD(blake2s, digest, "($self, /)") {
    return digest(vm, args[0], false);
}
/* Return the digest value as a string of hexadecimal digits. */
METHOD(blake2s, hexdigest, "($self, /)") {
    return digest(vm, args[0], true);
}
GETTER(blake2s, name) {
    return name_of(vm, self);
}
GETTER(blake2s, block_size) {
    return from_small(64);
}
GETTER(blake2s, digest_size) {
    return from_small(to_blake(self)->size);
}

static bool add_type(VM *vm, Value module, bool is_small) {
    Type *type = vm->types[is_small ? TYPE_blake2s : TYPE_blake2b];
    const Sizes *limits = &sizes[is_small];
    Dict *dict = type_dict(vm, type);
    return dict &&
           dict_set_text(vm, dict, "MAX_DIGEST_SIZE", from_small(limits->digest)) &&
           dict_set_text(vm, dict, "MAX_KEY_SIZE", from_small(limits->digest)) &&
           dict_set_text(vm, dict, "SALT_SIZE", from_small(limits->salt)) &&
           dict_set_text(vm, dict, "PERSON_SIZE", from_small(limits->salt)) &&
           module_add(vm, module, limits->name, incref(from_object(type)));
}

MODULE_INIT(_blake2) {
    return add_type(vm, module, false) && add_type(vm, module, true);
}
