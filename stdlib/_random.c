/* _random: the generator behind random.Random, MT19937 by Matsumoto and Nishimura (1998).
 * Sequences for a seed are those of CPython. */
#include "base/sha512.h"
#include "loop/chance.h"
#include "objects/bytes.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/tuple.h"

MODULE(_random, "Module implements the Mersenne Twister random number generator.")

MODULE_INIT(_random) {
    return module_add(vm, module, "Random",
                      incref(from_object(vm->types[TYPE__random_Random])));
}

enum { WORDS = 624, MIDDLE = 397 };

typedef struct Generator {
    Obj h;
    u32 words[WORDS];
    u32 index;      /* of the next word to give; WORDS: make new ones */
    bool is_seeded; /* else it will be, from chance, when first asked */
} Generator;

static Generator *to_generator(Value v) {
    return (Generator *)to_object(v);
}

/* ---- seeding ---- */

static void seed_with_word(Generator *self, u32 seed) {
    self->words[0] = seed;
    for (u32 i = 1; i < WORDS; i++) {
        u32 before = self->words[i - 1];
        self->words[i] = 1812433253u * (before ^ before >> 30) + i;
    }
    self->index = WORDS;
    self->is_seeded = true;
}

static u32 mix(const u32 *words, u32 at, u32 factor) {
    u32 before = words[at - 1];
    return words[at] ^ (before ^ before >> 30) * factor;
}

/* The next place, skipping 0: what would go there is a copy of the last word. */
static u32 advance(u32 *words, u32 at) {
    if (at + 1 < WORDS) return at + 1;
    words[0] = words[WORDS - 1];
    return 1;
}

static void seed_with_words(Generator *self, const u32 *key, usize count) {
    seed_with_word(self, 19650218);
    u32 at = 1;
    usize steps = count > WORDS ? count : WORDS;
    for (usize k = 0; k < steps; k++) {
        u32 j = (u32)(k % count);
        self->words[at] = mix(self->words, at, 1664525) + key[j] + j;
        at = advance(self->words, at);
    }
    for (u32 k = 0; k < WORDS - 1; k++) {
        self->words[at] = mix(self->words, at, 1566083941) - at;
        at = advance(self->words, at);
    }
    self->words[0] = 0x80000000u;
}

static void seed_by_chance(VM *vm, Generator *self) {
    u32 key[WORDS];
    chance_random(vm, key, sizeof key);
    seed_with_words(self, key, WORDS);
}

/* From the magnitude of an int, in pieces of 32 bits. */
static void seed_with_int(Generator *self, Value v) {
    mpz_t z;
    mp_limb_t room[1];
    int_view(v, z, room);
    usize count = mpz_size(z) * 2;
    const mp_limb_t *limbs = mpz_limbs_read(z);
    if (count && !(limbs[count / 2 - 1] >> 32)) count--;
    const u32 zero = 0;
    /* limbs are little-endian here, so their halves lie in order */
    seed_with_words(self, count ? (const u32 *)(const void *)limbs : &zero,
                    count ? count : 1);
}

/* seed([n]) -> None.
 *
 * Defaults to use urandom and falls back to a combination
 * of the current time and the process identifier. */
METHOD(_random_Random, seed, "($self, n=None, /)") {
    Generator *self = to_generator(args[0]);
    if (args[1] == EMPTY || args[1] == NONE) {
        seed_by_chance(vm, self);
    } else if (is_int(args[1])) {
        seed_with_int(self, args[1]);
    } else {
        u64 hash;
        CHECK(object_hash(vm, args[1], &hash));
        OWNED Value number = TRY(int_from_u64(vm, hash));
        seed_with_int(self, number);
    }
    return NONE;
}

/* ---- drawing ---- */

static u32 twist(u32 high, u32 low) {
    u32 both = (high & 0x80000000u) | (low & 0x7FFFFFFFu);
    return both >> 1 ^ (both & 1 ? 0x9908B0DFu : 0);
}

static void refill(Generator *self) {
    u32 *words = self->words;
    for (u32 i = 0; i < WORDS; i++) {
        words[i] = words[(i + MIDDLE) % WORDS] ^ twist(words[i], words[(i + 1) % WORDS]);
    }
    self->index = 0;
}

static u32 draw(VM *vm, Generator *self) {
    if (UNLIKELY(!self->is_seeded)) seed_by_chance(vm, self);
    if (self->index >= WORDS) refill(self);
    u32 word = self->words[self->index++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9D2C5680u;
    word ^= word << 15 & 0xEFC60000u;
    return word ^ word >> 18;
}

/* random() -> x in the interval [0, 1). */
METHOD(_random_Random, random, "($self, /)") {
    Generator *self = to_generator(args[0]);
    u32 high = draw(vm, self) >> 5, low = draw(vm, self) >> 6;
    return float_new(vm, (high * 67108864.0 + low) * (1.0 / 9007199254740992.0));
}

static Value draw_many(VM *vm, Generator *self, u64 bits) {
    u64 limbs = (bits + 63) / 64;
    if (limbs > INT_LIMBS_MAX) return raise_memory(vm);
    mpz_t z;
    mpz_init(z);
    mp_limb_t *room = mpz_limbs_write(z, (mp_size_t)limbs);
    memset(room, 0, limbs * sizeof *room);
    for (u64 at = 0; at < bits; at += 32) {
        u32 word = draw(vm, self);
        if (bits - at < 32) word >>= 32 - (bits - at);
        room[at / 64] |= (u64)word << at % 64;
    }
    mpz_limbs_finish(z, (mp_size_t)limbs);
    Value result = int_from_mpz(vm, z);
    mpz_clear(z);
    return result;
}

/* getrandbits(k) -> x.  Generates an int with k random bits. */
METHOD(_random_Random, getrandbits, "($self, k, /)") {
    i64 bits;
    CHECK(object_to_i64(vm, args[1], &bits));
    if (bits < 0) return raise_value(vm, "number of bits must be non-negative");
    Generator *self = to_generator(args[0]);
    if (bits == 0) return from_small(0);
    if (bits <= 32) return from_small(draw(vm, self) >> (32 - bits));
    return draw_many(vm, self, (u64)bits);
}

/* ---- the state ---- */

/* getstate() -> tuple containing the current state. */
METHOD(_random_Random, getstate, "($self, /)") {
    Generator *self = to_generator(args[0]);
    if (!self->is_seeded) seed_by_chance(vm, self);
    Value state = TRY(tuple_new(vm, WORDS + 1));
    for (u32 i = 0; i < WORDS; i++)
        to_tuple(state)->items[i] = from_small(self->words[i]);
    to_tuple(state)->items[WORDS] = from_small(self->index);
    return state;
}

static bool read_word(VM *vm, Value v, u32 *out) {
    u64 word;
    if (!is_int(v)) {
        raise_type(vm, "an integer is required");
        return false;
    }
    if (!int_fits_u64(v, &word)) {
        raise_overflow(vm, "can't convert negative value to unsigned int");
        return false;
    }
    *out = (u32)word;
    return true;
}

/* setstate(state) -> None.  Restores generator state. */
METHOD(_random_Random, setstate, "($self, state, /)") {
    if (!has_kind(args[1], KIND_TUPLE))
        return raise_type(vm, "state vector must be a tuple");
    Tuple *state = to_tuple(args[1]);
    if (state->count != WORDS + 1)
        return raise_value(vm, "state vector is the wrong size");
    u32 words[WORDS + 1];
    for (u32 i = 0; i <= WORDS; i++) CHECK(read_word(vm, state->items[i], &words[i]));
    if (words[WORDS] > WORDS) return raise_value(vm, "invalid state");
    Generator *self = to_generator(args[0]);
    memcpy(self->words, words, sizeof self->words);
    self->index = words[WORDS];
    self->is_seeded = true;
    return NONE;
}

/* random.Random's __init__ takes the seed: what is given here is left to it. */
static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Generator *self = (Generator *)object_new(vm, type);
    if (!self) return FAIL;
    self->is_seeded = false;
    OWNED Value held = from_object(self);
    if (type == vm->types[TYPE__random_Random]) {
        CHECK(arguments_no_keywords(vm, "Random", kwnames));
        if (nargs > 1) return raise_type(vm, "Random() requires 0 or 1 argument");
        if (nargs == 1)
            decref(TRY(_random_Random_seed_method(vm, (Value[]){held, args[0]}, 2)));
    }
    return TAKE(held);
}

TYPE(_random_Random, .name = "_random.Random", .size = sizeof(Generator),
     .kind = KIND_OTHER, .slots = {.new = construct},
     .doc = "Random() -> create a random number generator with its own internal state.")

/* The SHA-512 digest of a bytes-like object. */
FUNCTION(_random, _sha512, "(data, /)") {
    Buffered buffered;
    CHECK(buffered_get(vm, args[0], &buffered, false));
    u8 digest[SHA512_SIZE];
    sha512((const u8 *)buffered.data, buffered.size, digest);
    buffered_release(vm, &buffered);
    return bytes_new(vm, (const char *)digest, sizeof digest);
}
