/* The cycle collector's view of the heap: two bits for each container on a page, in maps at the end of the page.
 * To know what a piece is and to mark it needs no look at the piece itself, which with many is most of the time.
 *
 * Large pieces have no such bits, nor has any piece of a checked heap: heap_page_of gives NULL for them. */
#ifndef APY_BASE_MEMORY_MARKS_H
#define APY_BASE_MEMORY_MARKS_H

#include "base/memory.h"

enum {
    PAGE_BYTES = 64 * 1024,
    MARK_WORDS = PAGE_BYTES / HEAP_GRAIN / 64,
};

typedef struct HeapMarks {
    u64 inner[MARK_WORDS];   /* live, and holding other containers */
    u64 reached[MARK_WORDS];
} HeapMarks;

/* At the start of its 64 KiB, so that a piece's page is found by masking its address. Cells follow it. */
struct HeapPage {
    _Alignas(HEAP_GRAIN) HeapPage *older;
    char *carved; /* cells from here on were never given out */
    char *end;
    u32 cell_bytes;
    u32 cell_class;
    u32 sort;
};

struct HeapRegion {
    HeapRegion *older;
    char *memory;
    usize size;
};

/* Of a piece, or of any other address: NULL. */
static inline HeapPage *heap_page_of(const Heap *heap, const void *piece) {
    for (const HeapRegion *region = heap->regions; region; region = region->older)
        if ((usize)piece - (usize)region->memory < region->size)
            return (HeapPage *)((usize)piece & ~(usize)(PAGE_BYTES - 1));
    return NULL;
}

/* Of a page of containers. */
static inline HeapMarks *heap_marks_of(HeapPage *page) {
    return (HeapMarks *)((char *)page + PAGE_BYTES) - 1;
}

static inline u32 mark_word(const void *piece) {
    return (u32)((usize)piece % PAGE_BYTES / HEAP_GRAIN / 64);
}

static inline u64 mark_bit(const void *piece) {
    return (u64)1 << ((usize)piece / HEAP_GRAIN % 64);
}

/* Large containers, or in a checked heap all. */
void heap_each_large(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context), void *context);

#endif
