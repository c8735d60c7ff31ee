/* s[i] and s[a:b:c]. */
#include "base/utf8.h"
#include "objects/range.h"
#include "objects/str_make.h"
#include "objects/want.h"

Value str_get(VM *vm, Value s, i64 index) {
    i64 length = (i64)str_length(s);
    if (index < 0) index += length;
    if (index < 0 || index >= length) return raise_index(vm, "string index out of range");
    if (LIKELY(str_is_ascii(s))) return str_new(vm, to_str(s)->data + index, 1);
    return str_from_code_point(vm, str_code_point(s, (usize)index));
}

static Value step_ascii(VM *vm, Value s, i64 start, i64 step, i64 count) {
    Str *result = str_allocate(vm, (usize)count, true);
    if (!result) return FAIL;
    const char *data = to_str(s)->data;
    for (i64 i = 0; i < count; i++) result->data[i] = data[start + i * step];
    return str_finish(result, (usize)count);
}

/* Move over `step` code points, backwards when it is negative. */
static const char *walk(const char *at, i64 step) {
    for (; step > 0; step--) at += utf8_sequence_length((u8)*at);
    for (; step < 0; step++) utf8_previous(&at);
    return at;
}

static Value step_unicode(VM *vm, Value s, i64 start, i64 step, i64 count) {
    Buffer out = {0};
    const char *at = to_str(s)->data + str_offset(s, (usize)start);
    for (i64 i = 0; i < count; i++) {
        if (i) at = walk(at, step);
        buffer_add(&out, at, utf8_sequence_length((u8)*at));
    }
    return str_from_buffer(vm, &out);
}

static Value get_slice(VM *vm, Value s, Value slice) {
    i64 start, step, count;
    CHECK(slice_resolve(vm, slice, (i64)str_length(s), &start, &step, &count));
    if (count <= 0) return incref(vm->empty_str);
    if (step == 1) return str_slice(vm, s, (usize)start, (usize)(start + count));
    if (count == 1) return str_get(vm, s, start);
    return str_is_ascii(s) ? step_ascii(vm, s, start, step, count)
                           : step_unicode(vm, s, start, step, count);
}

Value str_getitem(VM *vm, Value s, Value key) {
    if (has_kind(key, KIND_SLICE)) return get_slice(vm, s, key);
    if (!has_index(vm, key))
        return raise_type(vm, "string indices must be integers, not '%T'", key);
    i64 index;
    CHECK(want_index(vm, key, &index));
    return str_get(vm, s, index);
}
