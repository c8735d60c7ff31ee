/* The heap: size classes cut from 64 KiB pages, for things that live and die one by one.
 *
 * Pieces are 16-byte aligned and come in two sorts, each on pages of its own: atoms
 * (nothing in them points to another piece) and containers, which the cycle collector
 * finds by walking pages, so that no piece carries list links. The first word of a free
 * piece is 0, that of a live piece never is: its owner sees to that. Pieces above
 * HEAP_SMALL bytes stand alone on a list.
 *
 * All functions return NULL when the system has no memory left or the heap's limit is
 * reached. Two sources implement this header: memory_pages.c, and memory_checked.c, which
 * asks malloc for every piece so that the address sanitizer sees each one.
 */
#ifndef APY_BASE_MEMORY_H
#define APY_BASE_MEMORY_H

#include "base/base.h"

enum {
    HEAP_GRAIN = 16,
    HEAP_SMALL = 512, /* bytes; the largest piece that comes from a page */
    HEAP_CLASSES = HEAP_SMALL / HEAP_GRAIN + 1,
};

/* HEAP_RAW is for small memory that is not a piece: see heap_raw_alloc. */
typedef enum HeapSort { HEAP_ATOM, HEAP_CONTAINER, HEAP_RAW } HeapSort;
enum { HEAP_SORTS = HEAP_RAW + 1 };

typedef struct HeapCell {
    u64 first; /* 0 while free */
    struct HeapCell *next;
} HeapCell;

typedef struct HeapPage HeapPage;
typedef struct HeapLarge HeapLarge;
typedef struct HeapRegion HeapRegion;

typedef struct Heap {
    HeapCell *free[HEAP_SORTS][HEAP_CLASSES];    /* by sort and size in grains */
    HeapPage *pages[HEAP_SORTS];                 /* newest first */
    HeapPage *carving[HEAP_SORTS][HEAP_CLASSES]; /* the page that new cells are cut from */
    HeapPage *shared[HEAP_SORTS];                /* by the classes that have none */
    HeapRegion *regions;                /* address space that pages are taken from */
    char *next_page, *region_end;
    HeapLarge *large[2];
    usize bytes;           /* held by live pieces and raw memory, roughly */
    usize limit;           /* of `bytes`; 0 is none */
    usize containers_made; /* more made than freed since the collector last looked */
    usize containers_live; /* what the collector found: its own to set */
    usize trigger;         /* of containers_made: past it, refilling calls the alarm */
    usize trigger_bytes;   /* of bytes, when at least MADE_FOR_BYTES were made */
    void (*alarm)(void *context); /* or NULL */
    void *alarm_context;
} Heap;

void heap_init(Heap *heap);
/* Free every page; all pieces are gone. */
void heap_close(Heap *heap);

/* The slow half of heap_alloc: refill the free list, or a large piece (above HEAP_SMALL
 * bytes; the owner must remember that, and free it with heap_free_large). */
void *heap_alloc_slow(Heap *heap, usize size, HeapSort sort);
void heap_free(Heap *heap, void *piece, HeapSort sort);
void heap_free_large(Heap *heap, void *piece, HeapSort sort);

/* How many bytes the piece really has: what was asked for, rounded up. */
usize heap_piece_size(void *piece, bool is_large);

/* Call `visit` for every live piece of the sort. It must neither make nor free pieces. */
void heap_each(Heap *heap, HeapSort sort, void (*visit)(void *piece, void *context),
               void *context);
/* The sanitizers want to see every piece freed in the end. */
bool heap_wants_every_piece(void);

/* Memory that is not a piece: the tables inside containers. Counted in `bytes`. Up to HEAP_SMALL
 * bytes of it come from pages of their own, which nobody walks. */
void *heap_raw_alloc(Heap *heap, usize size);
void *heap_raw_resize(Heap *heap, void *memory, usize old_size, usize new_size);
void heap_raw_free(Heap *heap, void *memory, usize size);

enum { MADE_FOR_BYTES = 1000 };

/* Called where the heap grows. */
static inline void heap_check_trigger(Heap *heap) {
    i64 made = (i64)heap->containers_made, trigger = (i64)heap->trigger;
    bool is_due = made > trigger || (UNLIKELY(heap->bytes > heap->trigger_bytes) && made > MADE_FOR_BYTES);
    if (UNLIKELY(is_due) && heap->alarm) heap->alarm(heap->alarm_context);
}

/* A piece that lies ready, or NULL: then heap_alloc_slow. */
static ALWAYS_INLINE void *heap_take(Heap *heap, usize size, HeapSort sort) {
    usize grains = (size + HEAP_GRAIN - 1) / HEAP_GRAIN;
    if (UNLIKELY(grains >= HEAP_CLASSES)) return NULL;
    HeapCell *cell = heap->free[sort][grains];
    if (UNLIKELY(!cell)) return NULL;
    heap->free[sort][grains] = cell->next;
    heap->containers_made += sort == HEAP_CONTAINER;
    return cell;
}

/* `size` bytes, not zeroed. The caller must make the first word non-zero at once. */
static ALWAYS_INLINE void *heap_alloc(Heap *heap, usize size, HeapSort sort) {
    void *piece = heap_take(heap, size, sort);
    return LIKELY(piece) ? piece : heap_alloc_slow(heap, size, sort);
}

#endif
