#include "base/memory_large.h"

#include <stdlib.h>

#define NO_MACHINE_HAS ((usize)1 << 40) /* bytes: the system need not be asked */

bool heap_has_room(Heap *heap, usize more) {
    if (more >= NO_MACHINE_HAS) return false;
    return !heap->limit || heap->bytes + more <= heap->limit;
}

void *large_alloc(Heap *heap, usize size, HeapSort sort) {
    usize rounded = (size + HEAP_GRAIN - 1) & ~(usize)(HEAP_GRAIN - 1);
    usize total = rounded + sizeof(HeapLarge);
    if (total < size || !heap_has_room(heap, total)) return NULL;
    HeapLarge *large = malloc(total);
    if (!large) return NULL;
    *large = (HeapLarge){.next = heap->large[sort], .size = rounded};
    if (large->next) large->next->previous = large;
    heap->large[sort] = large;
    heap->bytes += total;
    if (sort == HEAP_CONTAINER) heap->containers_made++;
    return large_piece(large);
}

void large_free(Heap *heap, void *piece, HeapSort sort) {
    HeapLarge *large = large_of(piece);
    if (large->next) large->next->previous = large->previous;
    if (large->previous)
        large->previous->next = large->next;
    else
        heap->large[sort] = large->next;
    heap->bytes -= large->size + sizeof(HeapLarge);
    if (sort == HEAP_CONTAINER && heap->containers_made) heap->containers_made--;
    free(large);
}

void large_free_all(Heap *heap) {
    for (int sort = HEAP_ATOM; sort <= HEAP_CONTAINER; sort++)
        while (heap->large[sort]) large_free(heap, large_piece(heap->large[sort]), sort);
}

void large_each(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context),
                void *context) {
    for (HeapLarge *large = heap->large[sort]; large; large = large->next)
        visit(large_piece(large), context);
}

void *raw_large_alloc(Heap *heap, usize size) {
    if (!heap_has_room(heap, size)) return NULL;
    void *memory = malloc(size ? size : 1);
    if (memory) heap->bytes += size;
    return memory;
}

void *raw_large_resize(Heap *heap, void *memory, usize old_size, usize new_size) {
    if (new_size > old_size && !heap_has_room(heap, new_size - old_size)) return NULL;
    void *moved = realloc(memory, new_size ? new_size : 1);
    if (moved) heap->bytes += new_size - old_size;
    return moved;
}

void raw_large_free(Heap *heap, void *memory, usize size) {
    if (!memory) return;
    heap->bytes -= size;
    free(memory);
}
