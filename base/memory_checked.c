/* The heap for the address sanitizer: every piece is its own malloc. */
#include "base/memory_large.h"
#include "base/memory_marks.h"

void heap_init(Heap *heap) {
    *heap = (Heap){0};
}

void heap_close(Heap *heap) {
    large_free_all(heap);
    heap_init(heap);
}

/* The free lists stay empty, so every allocation comes here. */
void *heap_alloc_slow(Heap *heap, usize size, HeapSort sort) {
    heap_check_trigger(heap);
    return large_alloc(heap, size, sort);
}

void heap_free(Heap *heap, void *piece, HeapSort sort) {
    large_free(heap, piece, sort);
}

void heap_free_large(Heap *heap, void *piece, HeapSort sort) {
    large_free(heap, piece, sort);
}

usize heap_piece_size(void *piece, bool is_large) {
    (void)is_large;
    return large_of(piece)->size;
}

void heap_each(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context),
               void *context) {
    large_each(heap, sort, visit, context);
}

void *heap_raw_alloc(Heap *heap, usize size) {
    return raw_large_alloc(heap, size);
}

void *heap_raw_resize(Heap *heap, void *memory, usize old_size, usize new_size) {
    return raw_large_resize(heap, memory, old_size, new_size);
}

void heap_raw_free(Heap *heap, void *memory, usize size) {
    raw_large_free(heap, memory, size);
}

void heap_each_large(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context), void *context) {
    large_each(heap, sort, visit, context);
}

bool heap_wants_every_piece(void) {
    return true;
}
