/* Hash, equality and order of strings. */
#include "base/hash.h"
#include "objects/str.h"

/* The hash fits an inline int, so that scripts that handle hashes stay fast; one that is CPython's
 * cannot. */
u64 str_hash_span(VM *vm, Span text) {
    if (!text.length) return 0;
    u64 hash = UNLIKELY(vm->hash_key.is_chosen)
                   ? hash_text(text.data, text.length, vm->hash_key)
                   : (u64)((i64)hash_bytes(text.data, text.length, vm->hash_key) >> 1);
    return hash ? hash : 1;
}

static u64 compute(VM *vm, Str *s) {
    return s->hash = str_hash_span(vm, str_span(from_object(s)));
}

u64 str_hash(VM *vm, Value v) {
    Str *s = to_str(v);
    return LIKELY(s->hash) ? s->hash : compute(vm, s);
}

bool str_equal(Value a, Value b) {
    if (a == b) return true;
    const Str *left = to_str(a), *right = to_str(b);
    if (left->size != right->size) return false;
    if (left->h.aux & right->h.aux & STR_INTERNED) return false;
    if (left->hash && right->hash && left->hash != right->hash) return false;
    return memcmp(left->data, right->data, left->size) == 0;
}

bool str_equals_text(Value s, const char *text) {
    usize size = strlen(text);
    return to_str(s)->size == size && memcmp(to_str(s)->data, text, size) == 0;
}

/* UTF-8 orders as its code points do. */
int str_order(Value a, Value b) {
    const Str *left = to_str(a), *right = to_str(b);
    usize common = left->size < right->size ? left->size : right->size;
    int order = memcmp(left->data, right->data, common);
    if (order) return order;
    return (left->size > right->size) - (left->size < right->size);
}
