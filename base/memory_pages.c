#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory_large.h"
#include "base/memory_marks.h"

enum {
    CARVE_BYTES = 4096, /* cut at once: one page of the system's */
    MOST_STRIPS = 4,    /* of one class, before it gets a page of its own */
    FIRST_REGION = 1024 * 1024,
    LAST_REGION = 256 * 1024 * 1024,
    HUGE_PAGE = 2 * 1024 * 1024,
    HUGE_REGION = 8 * 1024 * 1024, /* from this size on the system is asked for huge pages: fewer faults and misses */
};

void heap_init(Heap *heap) {
    *heap = (Heap){0};
}

void heap_close(Heap *heap) {
    large_free_all(heap);
    HeapRegion *region = heap->regions;
    while (region) {
        HeapRegion *older = region->older;
        munmap(region->memory, region->size);
        free(region);
        region = older;
    }
    heap_init(heap);
}

static usize next_region_size(const Heap *heap) {
    if (!heap->regions) return FIRST_REGION;
    usize doubled = heap->regions->size / FIRST_REGION * FIRST_REGION * 2;
    return doubled < LAST_REGION ? doubled : LAST_REGION;
}

/* More than asked for is mapped, so that the rest can be aligned. */
static bool add_region(Heap *heap) {
    usize wanted = next_region_size(heap), grain = wanted >= HUGE_REGION ? HUGE_PAGE : PAGE_BYTES;
    usize size = wanted + grain;
    HeapRegion *region = malloc(sizeof *region);
    char *memory = region ? mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                          : MAP_FAILED;
    if (memory == MAP_FAILED) {
        free(region);
        return false;
    }
    *region = (HeapRegion){heap->regions, memory, size};
    heap->regions = region;
    usize misaligned = (usize)memory % grain;
    heap->next_page = memory + (misaligned ? grain - misaligned : 0);
    heap->region_end = heap->next_page + wanted;
    if (grain == HUGE_PAGE) madvise(heap->next_page, wanted, MADV_HUGEPAGE); /* a wish, no more */
    return true;
}

/* Zeroed, as it comes from the system. */
static HeapPage *take_page(Heap *heap, HeapSort sort) {
    if (heap->next_page == heap->region_end && !add_region(heap)) return NULL;
    HeapPage *page = (HeapPage *)heap->next_page;
    heap->next_page += PAGE_BYTES;
    page->older = heap->pages[sort];
    page->sort = sort;
    return heap->pages[sort] = page;
}

static HeapPage *add_page(Heap *heap, usize cell_class, HeapSort sort) {
    HeapPage *page = take_page(heap, sort);
    if (!page) return NULL;
    page->cell_class = (u32)cell_class;
    page->cell_bytes = (u32)cell_class * HEAP_GRAIN;
    page->carved = (char *)page + sizeof(HeapPage);
    page->end = (char *)page + PAGE_BYTES - (sort == HEAP_CONTAINER ? sizeof(HeapMarks) : 0);
    return heap->carving[sort][cell_class] = page;
}

static bool is_full(const HeapPage *page) {
    return page->carved + page->cell_bytes > page->end;
}

/* Cut the next cells of the page, up to the end of a system page, into the free list.
 * Fresh memory is zero, as free cells must be. */
static void carve(Heap *heap, HeapPage *page, HeapSort sort) {
    usize used = (usize)(page->carved - (char *)page);
    char *stop = (char *)page + (used / CARVE_BYTES + 1) * CARVE_BYTES;
    HeapCell **link = &heap->free[sort][page->cell_class];
    do {
        HeapCell *cell = (HeapCell *)page->carved;
        *link = cell;
        link = &cell->next;
        page->carved += page->cell_bytes;
        heap->bytes += page->cell_bytes;
    } while (page->carved + page->cell_bytes <= stop && !is_full(page));
    *link = NULL;
}

static bool may_have_strip(const HeapPage *page, usize cell_class) {
    u32 count = 0;
    for (u32 i = 1; i < page->strip_count; i++) count += page->strip_classes[i] == cell_class;
    return page->strip_count < STRIPS && count < MOST_STRIPS;
}

/* Cells for a class that has no page of its own. False: it needs one. */
static bool cut_strip(Heap *heap, usize cell_class, HeapSort sort) {
    HeapPage *page = heap->shared[sort];
    if (!page) {
        page = heap->shared[sort] = take_page(heap, sort);
        if (!page) return false;
        page->strip_count = 1;
    }
    if (!may_have_strip(page, cell_class)) return false;
    page->strip_classes[page->strip_count++] = (u8)cell_class;
    HeapRun run;
    heap_run(page, page->strip_count - 2, &run);
    HeapCell **link = &heap->free[sort][cell_class];
    for (char *cell = run.cell; cell < run.end; cell += run.step) {
        *link = (HeapCell *)cell;
        link = &(*link)->next;
        heap->bytes += run.step;
    }
    *link = NULL;
    return true;
}

static bool refill(Heap *heap, usize cell_class, HeapSort sort) {
    HeapPage *page = heap->carving[sort][cell_class];
    if (!page && cut_strip(heap, cell_class, sort)) return true;
    if (!page || is_full(page)) page = add_page(heap, cell_class, sort);
    if (!page) return false;
    carve(heap, page, sort);
    return true;
}

void *heap_alloc_slow(Heap *heap, usize size, HeapSort sort) {
    heap_check_trigger(heap);
    usize cell_class = (size + HEAP_GRAIN - 1) / HEAP_GRAIN;
    if (cell_class >= HEAP_CLASSES) return large_alloc(heap, size, sort);
    if (!heap->free[sort][cell_class] && (!heap_has_room(heap, CARVE_BYTES) || !refill(heap, cell_class, sort)))
        return NULL;
    return heap_alloc(heap, size, sort);
}

static HeapPage *page_of(void *piece) {
    return (HeapPage *)((usize)piece & ~(usize)(PAGE_BYTES - 1));
}

static u32 class_of(void *piece) {
    const HeapPage *page = page_of(piece);
    if (LIKELY(page->cell_class)) return page->cell_class;
    return page->strip_classes[(usize)piece % PAGE_BYTES / STRIP_BYTES];
}

void heap_free(Heap *heap, void *piece, HeapSort sort) {
    HeapCell **list = &heap->free[sort][class_of(piece)];
    HeapCell *cell = piece;
    *cell = (HeapCell){0, *list};
    *list = cell;
    if (sort == HEAP_CONTAINER && heap->containers_made) heap->containers_made--;
}

void heap_free_large(Heap *heap, void *piece, HeapSort sort) {
    large_free(heap, piece, sort);
}

usize heap_piece_size(void *piece, bool is_large) {
    return is_large ? large_of(piece)->size : class_of(piece) * (usize)HEAP_GRAIN;
}

static void visit_page(HeapPage *page, void (*visit)(void *piece, void *context),
                       void *context) {
    HeapRun run;
    for (u32 i = 0; heap_run(page, i, &run); i++) {
        for (char *cell = run.cell; cell < run.end; cell += run.step) {
            __builtin_prefetch(cell + 6 * run.step);
            if (((HeapCell *)cell)->first) visit(cell, context);
        }
    }
}

void heap_each(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context),
               void *context) {
    for (HeapPage *page = heap->pages[sort]; page; page = page->older)
        visit_page(page, visit, context);
    large_each(heap, sort, visit, context);
}

void heap_each_large(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context), void *context) {
    large_each(heap, sort, visit, context);
}

/* ---- raw memory ---- */

static usize raw_class(usize size) {
    return size ? (size + HEAP_GRAIN - 1) / HEAP_GRAIN : 1;
}

void *heap_raw_alloc(Heap *heap, usize size) {
    if (UNLIKELY(size > HEAP_SMALL)) return raw_large_alloc(heap, size);
    return heap_alloc(heap, size ? size : 1, HEAP_RAW);
}

void heap_raw_free(Heap *heap, void *memory, usize size) {
    if (UNLIKELY(size > HEAP_SMALL)) {
        raw_large_free(heap, memory, size);
    } else if (memory) {
        HeapCell **list = &heap->free[HEAP_RAW][raw_class(size)];
        HeapCell *cell = memory;
        *cell = (HeapCell){0, *list};
        *list = cell;
    }
}

void *heap_raw_resize(Heap *heap, void *memory, usize old_size, usize new_size) {
    if (!memory) return heap_raw_alloc(heap, new_size);
    if (old_size > HEAP_SMALL && new_size > HEAP_SMALL)
        return raw_large_resize(heap, memory, old_size, new_size);
    if (old_size <= HEAP_SMALL && new_size <= HEAP_SMALL && raw_class(old_size) == raw_class(new_size))
        return memory;
    void *moved = heap_raw_alloc(heap, new_size);
    if (!moved) return NULL;
    memcpy(moved, memory, old_size < new_size ? old_size : new_size);
    heap_raw_free(heap, memory, old_size);
    return moved;
}

bool heap_wants_every_piece(void) {
    return false;
}
