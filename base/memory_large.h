/* Pieces that stand alone on a list: the large ones, and all of them in a checked heap.
 * Private to the sources of memory.h. */
#ifndef APY_BASE_MEMORY_LARGE_H
#define APY_BASE_MEMORY_LARGE_H

#include "base/memory.h"

struct HeapLarge {
    HeapLarge *previous, *next;
    usize size; /* of the piece */
    usize padding;
};

static inline void *large_piece(HeapLarge *large) {
    return large + 1;
}
static inline HeapLarge *large_of(void *piece) {
    return (HeapLarge *)piece - 1;
}

bool heap_has_room(Heap *heap, usize more);
void *large_alloc(Heap *heap, usize size, HeapSort sort);
void large_free(Heap *heap, void *piece, HeapSort sort);
void large_free_all(Heap *heap);
/* Raw memory from malloc. */
void *raw_large_alloc(Heap *heap, usize size);
void *raw_large_resize(Heap *heap, void *memory, usize old_size, usize new_size);
void raw_large_free(Heap *heap, void *memory, usize size);
void large_each(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context),
                void *context);

#endif
