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
    STRIP_BYTES = 1024,
    STRIPS = PAGE_BYTES / STRIP_BYTES - 1, /* the marks lie in the last */
};

typedef struct HeapMarks {
    u64 inner[MARK_WORDS];   /* live, and holding other containers */
    u64 reached[MARK_WORDS];
} HeapMarks;

/* At the start of its 64 KiB, so that a piece's page is found by masking its address. Cells follow it.
 *
 * A small program has few cells of each of many classes, and each page of the system's that is touched costs it
 * more than a microsecond: so the first page of each sort is shared, cut into strips of cells of one class. */
struct HeapPage {
    _Alignas(HEAP_GRAIN) HeapPage *older;
    char *carved; /* cells from here on were never given out */
    char *end;
    u32 cell_bytes;
    u32 cell_class; /* 0: shared, by the strips below */
    u32 sort;
    u32 strip_count;
    u8 strip_classes[STRIPS]; /* the first strip is where this lies: 0 */
};
_Static_assert(sizeof(HeapPage) <= STRIP_BYTES && sizeof(HeapMarks) <= STRIP_BYTES, "strips hold cells only");

/* Cells of one class, side by side. */
typedef struct HeapRun {
    char *cell, *end;
    u32 step;
} HeapRun;

/* All cells that were ever given out lie in the runs 0, 1, ... of the page. False: there are no more. */
static inline bool heap_run(HeapPage *page, u32 number, HeapRun *run) {
    if (LIKELY(page->cell_class)) {
        *run = (HeapRun){(char *)(page + 1), page->carved, page->cell_bytes};
        return !number;
    }
    u32 strip = number + 1;
    if (strip >= page->strip_count) return false;
    u32 step = page->strip_classes[strip] * (u32)HEAP_GRAIN;
    char *cell = (char *)page + strip * STRIP_BYTES;
    *run = (HeapRun){cell, cell + STRIP_BYTES / step * step, step};
    return true;
}

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
