#include "base/similar.h"

/* CPython's weights and limits, so that the same names are suggested. */
enum { MAX_LENGTH = 40, MOVE_COST = 2, CASE_COST = 1 };

static u8 fold_case(u8 c) {
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static u32 substitution_cost(u8 a, u8 b) {
    if ((a & 31) != (b & 31)) return MOVE_COST;
    if (a == b) return 0;
    return fold_case(a) == fold_case(b) ? CASE_COST : MOVE_COST;
}

static void trim_common(Span *a, Span *b) {
    while (a->length && b->length && *a->data == *b->data) {
        a->data++, a->length--;
        b->data++, b->length--;
    }
    while (a->length && b->length && a->data[a->length - 1] == b->data[b->length - 1])
        a->length--, b->length--;
}

static u32 least(u32 a, u32 b) {
    return a < b ? a : b;
}

/* Levenshtein's matrix, one row at a time; a is the shorter. Gives more than `limit`
 * early. */
static u32 fill_rows(Span a, Span b, u32 limit) {
    u32 row[MAX_LENGTH], result = 0;
    for (u32 i = 0; i < a.length; i++) row[i] = (i + 1) * MOVE_COST;
    for (u32 j = 0; j < b.length; j++) {
        u32 distance = j * MOVE_COST, smallest = UINT32_MAX;
        result = distance;
        for (u32 i = 0; i < a.length; i++) {
            u32 substitute = distance + substitution_cost((u8)b.data[j], (u8)a.data[i]);
            distance = row[i];
            row[i] = result = least(least(result, distance) + MOVE_COST, substitute);
            smallest = least(smallest, result);
        }
        if (smallest > limit) return limit + 1;
    }
    return result;
}

static u32 distance_of(Span a, Span b, u32 limit) {
    trim_common(&a, &b);
    if (!a.length || !b.length) return (u32)(a.length + b.length) * MOVE_COST;
    if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return limit + 1;
    Span shorter = a.length <= b.length ? a : b, longer = a.length <= b.length ? b : a;
    if ((longer.length - shorter.length) * MOVE_COST > limit) return limit + 1;
    return fill_rows(shorter, longer, limit);
}

/* A third of the characters may differ, and it must beat the best so far. */
bool similar_is_nearer(Span wrong, Span candidate, u32 *best) {
    u32 limit = (u32)(wrong.length + candidate.length + 3) * MOVE_COST / 6;
    limit = least(limit, *best - 1);
    u32 distance = distance_of(wrong, candidate, limit);
    if (distance > limit || distance >= *best) return false;
    *best = distance;
    return true;
}
