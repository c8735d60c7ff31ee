/* The heap: pieces are aligned, do not overlap, come back after being freed, and can be
 * listed. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(what)                                                   \
    do {                                                               \
        if (!(what)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
            exit(1);                                                   \
        }                                                              \
    } while (0)

enum { PIECES = 20000, LARGEST = 700 };

typedef struct Piece {
    u64 *memory;
    usize size;
    HeapSort sort;
} Piece;

static void fill(Piece *piece, usize number) {
    for (usize i = 0; i * 8 + 8 <= piece->size; i++) piece->memory[i] = number + 1;
}

static bool is_intact(const Piece *piece, usize number) {
    for (usize i = 0; i * 8 + 8 <= piece->size; i++)
        if (piece->memory[i] != number + 1) return false;
    return true;
}

static void make(Heap *heap, Piece *piece, usize number) {
    piece->size = 8 + (usize)rand() % LARGEST;
    piece->sort = rand() & 1 ? HEAP_CONTAINER : HEAP_ATOM;
    piece->memory = heap_alloc(heap, piece->size, piece->sort);
    EXPECT(piece->memory && (usize)piece->memory % HEAP_GRAIN == 0);
    EXPECT(heap_piece_size(piece->memory, piece->size > HEAP_SMALL) >= piece->size);
    fill(piece, number);
}

static void drop(Heap *heap, Piece *piece) {
    if (piece->size > HEAP_SMALL)
        heap_free_large(heap, piece->memory, piece->sort);
    else
        heap_free(heap, piece->memory, piece->sort);
    piece->memory = NULL;
}

static void count_piece(void *piece, void *context) {
    EXPECT(*(u64 *)piece != 0);
    ++*(usize *)context;
}

static void expect_listed(Heap *heap, Piece *pieces) {
    usize expected[2] = {0};
    for (usize i = 0; i < PIECES; i++)
        if (pieces[i].memory) expected[pieces[i].sort]++;
    for (int sort = HEAP_ATOM; sort <= HEAP_CONTAINER; sort++) {
        usize found = 0;
        heap_each(heap, sort, count_piece, &found);
        EXPECT(found == expected[sort]);
    }
}

static void test_pieces(void) {
    static Piece pieces[PIECES];
    Heap heap;
    heap_init(&heap);
    for (int round = 0; round < 4; round++) {
        for (usize i = 0; i < PIECES; i++)
            if (!pieces[i].memory) make(&heap, &pieces[i], i);
        for (usize i = 0; i < PIECES; i++) EXPECT(is_intact(&pieces[i], i));
        for (usize i = 0; i < PIECES; i++)
            if (rand() % 3) drop(&heap, &pieces[i]);
        expect_listed(&heap, pieces);
    }
    heap_close(&heap);
    EXPECT(heap.bytes == 0);
}

static void test_limit(void) {
    Heap heap;
    heap_init(&heap);
    heap.limit = 1 << 20;
    usize count = 0;
    u64 *piece;
    while ((piece = heap_alloc(&heap, 64, HEAP_ATOM))) *piece = ++count;
    EXPECT(count > 1000 && count < (1 << 20) / 64 + 1);
    EXPECT(!heap_raw_alloc(&heap, 1 << 20));
    heap_close(&heap);
}

static void test_raw(void) {
    Heap heap;
    heap_init(&heap);
    char *memory = heap_raw_alloc(&heap, 1000);
    EXPECT(memory && heap.bytes == 1000);
    memory = heap_raw_resize(&heap, memory, 1000, 5000);
    EXPECT(memory && heap.bytes == 5000);
    heap_raw_free(&heap, memory, 5000);
    EXPECT(heap.bytes == 0);
    char *text = heap_raw_alloc(&heap, 10);
    memcpy(text, "some text", 10);
    for (usize size = 10; size < 2000; size += 30) text = heap_raw_resize(&heap, text, size, size + 30);
    for (usize size = 2020; size > 40; size -= 30) text = heap_raw_resize(&heap, text, size, size - 30);
    EXPECT(!memcmp(text, "some text", 10));
    heap_raw_free(&heap, text, 40);
    heap_close(&heap);
}

int main(void) {
    test_pieces();
    test_limit();
    test_raw();
    return 0;
}
