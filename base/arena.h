/* An arena: memory that is given out piece by piece and freed all at once.
 *
 * Trees, scopes and other things with one common end of life live in one. Pieces are 16-byte
 * aligned and zeroed. When the system has no memory left, arena_alloc returns NULL and
 * `out_of_memory` stays set; callers pass NULL on.
 */
#ifndef APY_BASE_ARENA_H
#define APY_BASE_ARENA_H

#include "base/base.h"

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunks; /* newest first */
    char *next, *end;   /* free part of the newest chunk */
    bool out_of_memory;
} Arena;

void arena_init(Arena *arena);
void arena_free(Arena *arena);

/* `size` zeroed bytes, or NULL with out_of_memory set. */
void *arena_alloc(Arena *arena, usize size);

/* A copy of the bytes with a NUL behind them. */
char *arena_copy(Arena *arena, const char *data, usize length);

#define ARENA_NEW(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_alloc((arena), sizeof(Type) * (count)))

#endif
