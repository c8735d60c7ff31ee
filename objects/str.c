/* str: making, and finding code points in it. Operators and methods are in str_*.c. */
#include "objects/str.h"

#include "base/utf8.h"
#include "objects/str_make.h"
#include "objects/type.h"

enum { INDEX_STEP = 64 };

Str *str_allocate_as(VM *vm, Type *type, usize size, bool ascii) {
    usize struct_size = str_struct_size(size, ascii);
    if (UNLIKELY(struct_size < size)) {
        raise_memory(vm);
        return NULL;
    }
    Str *s = type->flags & TYPE_HEAP
                 ? (Str *)object_new_var(vm, type, struct_size - sizeof(Str))
                 : (Str *)object_new_sized(vm, type, struct_size);
    if (UNLIKELY(!s)) return NULL;
    s->h.aux = ascii ? 0 : STR_NOT_ASCII;
    s->hash = 0;
    s->size = size;
    return s;
}

/* What object_new_sized does, for the type that is made most. */
static ALWAYS_INLINE Str *allocate(VM *vm, usize size, bool ascii) {
    usize struct_size = str_struct_size(size, ascii);
    Str *s = LIKELY(struct_size >= size) ? heap_take(&vm->heap, struct_size, HEAP_ATOM) : NULL;
    if (UNLIKELY(!s)) return str_allocate_as(vm, vm->types[TYPE_str], size, ascii);
    s->h = (Obj){1, KIND_STR, OBJECT_ATOM, ascii ? 0 : STR_NOT_ASCII, vm->types[TYPE_str]->shape};
    s->hash = 0;
    s->size = size;
    return s;
}

Str *str_allocate(VM *vm, usize size, bool ascii) {
    return allocate(vm, size, ascii);
}

Value str_new_counted(VM *vm, const char *data, usize size, usize length) {
    Str *s = allocate(vm, size, length == size);
    if (!s) return FAIL;
    memcpy(s->data, data, size);
    return str_finish(s, length);
}

/* The shared string of a code point below 256. */
static Value latin1(VM *vm, u32 code_point) {
    Value *shared = &vm->latin1[code_point];
    if (*shared == EMPTY) {
        char bytes[4];
        usize size = utf8_encode(code_point, bytes);
        *shared = str_intern(vm, TRY(str_new_counted(vm, bytes, size, 1)));
    }
    return incref(*shared);
}

Value str_new(VM *vm, const char *data, usize size) {
    if (size <= 1) return size ? latin1(vm, (u8)data[0]) : incref(vm->empty_str);
    if (size == 2 && ((u8)data[0] & 0xFE) == 0xC2)
        return latin1(vm, (u32)((u8)data[0] & 3) << 6 | ((u8)data[1] & 0x3F));
    bool ascii = utf8_is_ascii(data, size);
    return str_new_counted(vm, data, size, ascii ? size : utf8_count(data, size));
}

Value str_from_span(VM *vm, Span span) {
    return str_new(vm, span.data, span.length);
}

Value str_from_text(VM *vm, const char *text) {
    return str_new(vm, text, strlen(text));
}

Value str_from_buffer(VM *vm, Buffer *buffer) {
    Value s =
        buffer->failed ? raise_memory(vm) : str_new(vm, buffer->data, buffer->length);
    buffer_free(buffer);
    return s;
}

Value str_from_ascii(VM *vm, Buffer *buffer) {
    usize size = buffer->length;
    Value s = buffer->failed ? raise_memory(vm)
              : size > 1     ? str_new_counted(vm, buffer->data, size, size)
                             : str_new(vm, buffer->data, size);
    buffer_free(buffer);
    return s;
}

Value str_from_code_point(VM *vm, u32 code_point) {
    if (code_point < 256) return latin1(vm, code_point);
    char bytes[4];
    return str_new_counted(vm, bytes, utf8_encode(code_point, bytes), 1);
}

Value str_exact(VM *vm, Value s) {
    if (to_object(s)->kind == KIND_STR) return incref(s);
    return str_new(vm, to_str(s)->data, to_str(s)->size);
}

Value str_cut(VM *vm, Value s, const char *start, const char *end) {
    usize size = (usize)(end - start);
    if (size > 1 && str_is_ascii(s)) return str_new_counted(vm, start, size, size);
    return str_new(vm, start, size);
}

/* ---- code points ---- */

usize str_length(Value s) {
    return str_is_ascii(s) ? to_str(s)->size : str_trailer(to_str(s))->length;
}

static bool grow_index(Str *s, StrIndex **index) {
    Heap *heap = &s->h.shape->type->vm->heap;
    usize old = *index ? (*index)->capacity : 0;
    usize capacity = str_trailer(s)->length / INDEX_STEP;
    usize head = sizeof(StrIndex), each = sizeof(usize);
    StrIndex *larger = heap_raw_resize(heap, *index, old ? head + old * each : 0,
                                       head + capacity * each);
    if (!larger) return false;
    if (!old) larger->count = 0;
    larger->capacity = capacity;
    *index = str_trailer(s)->index = larger;
    return true;
}

/* Bytes before code point `block` * 64: fills the index up to there. */
static usize block_offset(Str *s, usize block) {
    StrIndex *index = str_trailer(s)->index;
    if (!block) return 0;
    if ((!index || index->capacity < block) && !grow_index(s, &index))
        return utf8_offset(s->data, s->size, block * INDEX_STEP);
    while (index->count < block) {
        usize at = index->count ? index->offsets[index->count - 1] : 0;
        index->offsets[index->count++] =
            at + utf8_offset(s->data + at, s->size - at, INDEX_STEP);
    }
    return index->offsets[block - 1];
}

/* Bytes before the code point that is `count` before the end. */
static usize offset_from_end(const Str *s, usize count) {
    usize at = s->size;
    while (count--) do
            at--;
        while (((u8)s->data[at] & 0xC0) == 0x80);
    return at;
}

usize str_offset(Value v, usize index) {
    if (str_is_ascii(v)) return index;
    Str *s = to_str(v);
    usize length = str_trailer(s)->length;
    if (length - index < INDEX_STEP) return offset_from_end(s, length - index);
    usize start = block_offset(s, index / INDEX_STEP);
    return start + utf8_offset(s->data + start, s->size - start, index % INDEX_STEP);
}

/* The last whole block that begins at or before the byte. */
static usize find_block(Str *s, usize offset) {
    usize low = 0, high = str_trailer(s)->length / INDEX_STEP;
    while (low < high) {
        usize middle = low + (high - low + 1) / 2;
        if (block_offset(s, middle) <= offset)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

usize str_index_at(Value v, usize offset) {
    if (str_is_ascii(v)) return offset;
    Str *s = to_str(v);
    if (offset < INDEX_STEP * 4) return utf8_count(s->data, offset);
    usize block = find_block(s, offset), start = block_offset(s, block);
    return block * INDEX_STEP + utf8_count(s->data + start, offset - start);
}

u32 str_code_point(Value s, usize index) {
    const char *at = to_str(s)->data + str_offset(s, index);
    return utf8_next(&at);
}

Value str_slice(VM *vm, Value s, usize start, usize end) {
    if (start >= end) return incref(vm->empty_str);
    usize length = str_length(s);
    if (start == 0 && end == length) return str_exact(vm, s);
    const char *data = to_str(s)->data;
    if (end - start == 1) return str_from_code_point(vm, str_code_point(s, start));
    if (str_is_ascii(s))
        return str_new_counted(vm, data + start, end - start, end - start);
    usize from = str_offset(s, start), to = str_offset(s, end);
    return str_new_counted(vm, data + from, to - from, end - start);
}

void str_free(VM *vm, Obj *self) {
    if (self->aux & STR_INTERNED) str_forget(vm, from_object(self));
    if (!(self->aux & STR_NOT_ASCII)) return;
    StrIndex *index = str_trailer((Str *)self)->index;
    if (!index) return;
    heap_raw_free(&vm->heap, index, sizeof(StrIndex) + index->capacity * sizeof(usize));
}
