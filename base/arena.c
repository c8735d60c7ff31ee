#include "base/arena.h"

#include <stdlib.h>

enum { FIRST_BYTES = 4 * 1024, CHUNK_BYTES = 32 * 1024, ALIGNMENT = 16 };

struct ArenaChunk {
    ArenaChunk *older;
    char *padding; /* keeps the bytes behind 16-byte aligned */
    char bytes[];
};

void arena_init(Arena *arena) {
    *arena = (Arena){0};
}

void arena_free(Arena *arena) {
    ArenaChunk *chunk = arena->chunks;
    while (chunk) {
        ArenaChunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
    arena_init(arena);
}

static bool add_chunk(Arena *arena, usize at_least) {
    usize usual = arena->chunks ? CHUNK_BYTES : FIRST_BYTES, size = at_least > usual ? at_least : usual;
    ArenaChunk *chunk = malloc(sizeof(ArenaChunk) + size);
    if (!chunk) {
        arena->out_of_memory = true;
        return false;
    }
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    arena->next = chunk->bytes;
    arena->end = chunk->bytes + size;
    return true;
}

void *arena_alloc(Arena *arena, usize size) {
    size = (size + ALIGNMENT - 1) & ~(usize)(ALIGNMENT - 1);
    if (size > (usize)(arena->end - arena->next) && !add_chunk(arena, size)) return NULL;
    void *piece = arena->next;
    arena->next += size;
    return memset(piece, 0, size);
}

char *arena_copy(Arena *arena, const char *data, usize length) {
    char *copy = arena_alloc(arena, length + 1);
    if (copy && length) memcpy(copy, data, length);
    return copy;
}
