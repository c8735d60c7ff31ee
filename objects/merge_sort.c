#include "objects/merge_sort.h"

enum {
    MIN_RUN_MAX = 64,
    GALLOP_AFTER = 7, /* wins in a row */
    RUNS_MAX = 85,    /* more than 2^64 items need */
};

typedef struct SortRun {
    i64 start, length;
    int power; /* of the boundary to the run behind it */
} SortRun;

typedef struct Sorter {
    VM *vm;
    SortLess less;
    Rows rows;
    i64 count;
    i64 gallop_after; /* rises while galloping does not pay */
    SortRun runs[RUNS_MAX];
    int run_count;
    Rows spare; /* holds the shorter run of a merge */
    i64 spare_size;
} Sorter;

/* ---- rows ---- */

static inline Rows row_at(Rows rows, i64 index) {
    return (Rows){rows.keys + index, rows.items ? rows.items + index : NULL};
}

static inline void put_row(Rows to, i64 at, Rows from, i64 index) {
    to.keys[at] = from.keys[index];
    if (to.items) to.items[at] = from.items[index];
}

static inline void move_rows(Rows to, i64 at, Rows from, i64 index, i64 count) {
    if (count == 1) {
        put_row(to, at, from, index);
        return;
    }
    memmove(to.keys + at, from.keys + index, (usize)count * sizeof(Value));
    if (to.items)
        memmove(to.items + at, from.items + index, (usize)count * sizeof(Value));
}

void reverse_values(Value *values, usize count) {
    if (!count) return;
    for (Value *low = values, *high = values + count - 1; low < high; low++, high--) {
        Value value = *low;
        *low = *high;
        *high = value;
    }
}

static void reverse_rows(Rows rows, i64 count) {
    reverse_values(rows.keys, (usize)count);
    if (rows.items) reverse_values(rows.items, (usize)count);
}

int sort_less_small(VM *vm, Value a, Value b) {
    return (i64)a < (i64)b;
}

static inline int is_less(Sorter *sorter, Value a, Value b) {
    if (sorter->less == sort_less_small) return (i64)a < (i64)b;
    return sorter->less(sorter->vm, a, b);
}

/* ---- runs ---- */

/* How far the rows go on without one smaller than the one before; `at` onwards; -1:
 * failed. */
static i64 ascend(Sorter *sorter, const Value *keys, i64 at, i64 count) {
    for (; at < count; at++) {
        int smaller = is_less(sorter, keys[at], keys[at - 1]);
        if (smaller) return smaller < 0 ? -1 : at;
    }
    return at;
}

/* Reverse the `equals` + 1 equal rows before `end`: reversing the whole run will restore
 * them. */
static void turn_equals(Rows rows, i64 end, i64 *equals) {
    if (*equals) reverse_rows(row_at(rows, end - *equals - 1), *equals + 1);
    *equals = 0;
}

/* Go on while the rows descend or stay equal; -1: failed. */
static i64 descend(Sorter *sorter, Rows rows, i64 at, i64 count) {
    i64 equals = 0;
    for (; at < count; at++) {
        int smaller = is_less(sorter, rows.keys[at], rows.keys[at - 1]);
        if (smaller < 0) return -1;
        if (smaller) {
            turn_equals(rows, at, &equals);
            continue;
        }
        int larger = is_less(sorter, rows.keys[at - 1], rows.keys[at]);
        if (larger < 0) return -1;
        if (larger) break;
        equals++;
    }
    turn_equals(rows, at, &equals);
    return at;
}

/* The length of the run that begins the rows; one that descends is turned round. */
static i64 find_run(Sorter *sorter, Rows rows, i64 count) {
    i64 at = ascend(sorter, rows.keys, 1, count);
    if (at < 0 || at == count) return at;
    if (at > 1) { /* a step down; were those before it all equal? */
        int rises = is_less(sorter, rows.keys[0], rows.keys[at - 1]);
        if (rises) return rises < 0 ? -1 : at;
        reverse_rows(rows, at);
    }
    at = descend(sorter, rows, at + 1, count);
    if (at < 0) return -1;
    reverse_rows(rows, at);
    return ascend(sorter, rows.keys, at, count);
}

/* Sort rows[0, count), of which the first `sorted` are in order. */
static bool insert_rows(Sorter *sorter, Rows rows, i64 count, i64 sorted) {
    for (; sorted < count; sorted++) {
        Value key = rows.keys[sorted], item = rows.items ? rows.items[sorted] : EMPTY;
        i64 low = 0, high = sorted;
        while (low < high) {
            i64 middle = (low + high) >> 1;
            int less = is_less(sorter, key, rows.keys[middle]);
            if (less < 0) return false;
            if (less)
                high = middle;
            else
                low = middle + 1;
        }
        move_rows(rows, low + 1, rows, low, sorted - low);
        rows.keys[low] = key;
        if (rows.items) rows.items[low] = item;
    }
    return true;
}

/* Between 32 and 64, so that count divided by it is a power of two or a little less. */
static i64 choose_min_run(i64 count) {
    i64 rest = 0;
    while (count >= MIN_RUN_MAX) {
        rest |= count & 1;
        count >>= 1;
    }
    return count + rest;
}

/* ---- galloping ---- */

/* Where `key` belongs in the sorted keys[0, count): before its equals (to_left) or behind
 * them. The search spreads from `hint`, since the place is likely near it. -1: failed. */
static i64 gallop(Sorter *sorter, Value key, const Value *keys, i64 count, i64 hint,
                  bool to_left) {
/* Does the key at index lie before the place? */
#define IS_BEFORE(index)                                           \
    ({                                                             \
        int before_ = to_left ? is_less(sorter, keys[index], key)  \
                              : is_less(sorter, key, keys[index]); \
        if (before_ < 0) return -1;                                \
        to_left ? before_ : !before_;                              \
    })
    i64 near = 0, far = 1, low, high;
    if (IS_BEFORE(hint)) {
        i64 limit = count - hint;
        for (; far < limit && IS_BEFORE(hint + far); far = far * 2 + 1) near = far;
        low = hint + near + 1;
        high = hint + (far < limit ? far : limit);
    } else {
        i64 limit = hint + 1;
        for (; far < limit && !IS_BEFORE(hint - far); far = far * 2 + 1) near = far;
        low = hint - (far < limit ? far : limit) + 1;
        high = hint - near;
    }
    while (low < high) {
        i64 middle = low + ((high - low) >> 1);
        if (IS_BEFORE(middle))
            low = middle + 1;
        else
            high = middle;
    }
    return high;
#undef IS_BEFORE
}

/* ---- merging ---- */

static void free_spare(Sorter *sorter) {
    usize size = (usize)sorter->spare_size * sizeof(Value);
    Heap *heap = &sorter->vm->heap;
    if (sorter->spare.keys) heap_raw_free(heap, sorter->spare.keys, size);
    if (sorter->spare.items) heap_raw_free(heap, sorter->spare.items, size);
    sorter->spare = (Rows){NULL, NULL};
    sorter->spare_size = 0;
}

static bool need_spare(Sorter *sorter, i64 count) {
    if (count <= sorter->spare_size) return true;
    free_spare(sorter);
    Heap *heap = &sorter->vm->heap;
    usize size = (usize)count * sizeof(Value);
    sorter->spare_size = count;
    sorter->spare.keys = heap_raw_alloc(heap, size);
    if (sorter->rows.items) sorter->spare.items = heap_raw_alloc(heap, size);
    if (sorter->spare.keys && (sorter->spare.items || !sorter->rows.items)) return true;
    raise_memory(sorter->vm);
    return false;
}

/* A merge under way, upwards or downwards. Run a lies before run b; one of them is in the
 * spare rows, the other is eaten up in place. What is at `to` is free. */
typedef struct Merge {
    Sorter *sorter;
    Rows a, b; /* upwards: their first remaining rows; downwards: the bases of the runs */
    i64 na, nb; /* remaining */
    Rows to; /* upwards: next row to fill; downwards: the base that rows are counted from
              */
} Merge;

typedef enum MergeStep { MERGE_GOES_ON, MERGE_DONE, MERGE_FAILED } MergeStep;

static inline void take_a_up(Merge *m, i64 count) {
    move_rows(m->to, 0, m->a, 0, count);
    m->to = row_at(m->to, count);
    m->a = row_at(m->a, count);
    m->na -= count;
}

static inline void take_b_up(Merge *m, i64 count) {
    move_rows(m->to, 0, m->b, 0, count);
    m->to = row_at(m->to, count);
    m->b = row_at(m->b, count);
    m->nb -= count;
}

/* Row by row, until one run has won `gallop_after` times in a row. */
static MergeStep merge_rows_up(Merge *m) {
    i64 wins_a = 0, wins_b = 0, limit = m->sorter->gallop_after;
    do {
        int b_first = is_less(m->sorter, m->b.keys[0], m->a.keys[0]);
        if (b_first < 0) return MERGE_FAILED;
        if (b_first) {
            put_row(m->to, 0, m->b, 0);
            m->to = row_at(m->to, 1), m->b = row_at(m->b, 1);
            wins_b++, wins_a = 0;
            if (!--m->nb) return MERGE_DONE;
        } else {
            put_row(m->to, 0, m->a, 0);
            m->to = row_at(m->to, 1), m->a = row_at(m->a, 1);
            wins_a++, wins_b = 0;
            if (--m->na == 1) return MERGE_DONE;
        }
    } while (wins_a < limit && wins_b < limit);
    return MERGE_GOES_ON;
}

/* By leaps, until both runs win only shortly. */
static MergeStep gallop_up(Merge *m) {
    Sorter *sorter = m->sorter;
    i64 wins_a, wins_b;
    sorter->gallop_after++;
    do {
        if (sorter->gallop_after > 1) sorter->gallop_after--;
        wins_a = gallop(sorter, m->b.keys[0], m->a.keys, m->na, 0, false);
        if (wins_a < 0) return MERGE_FAILED;
        take_a_up(m, wins_a);
        if (wins_a && m->na <= 1) return MERGE_DONE;
        take_b_up(m, 1);
        if (!m->nb) return MERGE_DONE;
        wins_b = gallop(sorter, m->a.keys[0], m->b.keys, m->nb, 0, true);
        if (wins_b < 0) return MERGE_FAILED;
        take_b_up(m, wins_b);
        if (!m->nb) return MERGE_DONE;
        take_a_up(m, 1);
        if (m->na == 1) return MERGE_DONE;
    } while (wins_a >= GALLOP_AFTER || wins_b >= GALLOP_AFTER);
    sorter->gallop_after++; /* leaving it costs */
    return MERGE_GOES_ON;
}

/* Merge with a, the shorter run, in the spare rows. b's first row is known to come first,
 * a's last row to come last. */
static bool merge_up(Sorter *sorter, Rows a, i64 na, Rows b, i64 nb) {
    if (!need_spare(sorter, na)) return false;
    move_rows(sorter->spare, 0, a, 0, na);
    Merge m = {sorter, sorter->spare, b, na, nb, a};
    take_b_up(&m, 1);
    MergeStep step = m.nb && m.na > 1 ? MERGE_GOES_ON : MERGE_DONE;
    while (step == MERGE_GOES_ON) {
        step = merge_rows_up(&m);
        if (step == MERGE_GOES_ON) step = gallop_up(&m);
    }
    if (step == MERGE_DONE && m.nb && m.na == 1) take_b_up(&m, m.nb);
    move_rows(m.to, 0, m.a, 0, m.na);
    return step != MERGE_FAILED;
}

/* Downwards, the rows still to be filled are to[0, na + nb). */
static inline void take_a_down(Merge *m, i64 count) {
    move_rows(m->to, m->na + m->nb - count, m->a, m->na - count, count);
    m->na -= count;
}

static inline void take_b_down(Merge *m, i64 count) {
    move_rows(m->to, m->na + m->nb - count, m->b, m->nb - count, count);
    m->nb -= count;
}

static MergeStep merge_rows_down(Merge *m) {
    i64 wins_a = 0, wins_b = 0, limit = m->sorter->gallop_after;
    do {
        int a_last = is_less(m->sorter, m->b.keys[m->nb - 1], m->a.keys[m->na - 1]);
        if (a_last < 0) return MERGE_FAILED;
        if (a_last) {
            put_row(m->to, m->na + m->nb - 1, m->a, m->na - 1);
            wins_a++, wins_b = 0;
            if (!--m->na) return MERGE_DONE;
        } else {
            put_row(m->to, m->na + m->nb - 1, m->b, m->nb - 1);
            wins_b++, wins_a = 0;
            if (--m->nb == 1) return MERGE_DONE;
        }
    } while (wins_a < limit && wins_b < limit);
    return MERGE_GOES_ON;
}

static MergeStep gallop_down(Merge *m) {
    Sorter *sorter = m->sorter;
    i64 wins_a, wins_b, place;
    sorter->gallop_after++;
    do {
        if (sorter->gallop_after > 1) sorter->gallop_after--;
        place = gallop(sorter, m->b.keys[m->nb - 1], m->a.keys, m->na, m->na - 1, false);
        if (place < 0) return MERGE_FAILED;
        wins_a = m->na - place;
        take_a_down(m, wins_a);
        if (!m->na) return MERGE_DONE;
        take_b_down(m, 1);
        if (m->nb == 1) return MERGE_DONE;
        place = gallop(sorter, m->a.keys[m->na - 1], m->b.keys, m->nb, m->nb - 1, true);
        if (place < 0) return MERGE_FAILED;
        wins_b = m->nb - place;
        take_b_down(m, wins_b);
        if (wins_b && m->nb <= 1) return MERGE_DONE;
        take_a_down(m, 1);
        if (!m->na) return MERGE_DONE;
    } while (wins_a >= GALLOP_AFTER || wins_b >= GALLOP_AFTER);
    sorter->gallop_after++;
    return MERGE_GOES_ON;
}

/* Merge with b, the shorter run, in the spare rows. */
static bool merge_down(Sorter *sorter, Rows a, i64 na, Rows b, i64 nb) {
    if (!need_spare(sorter, nb)) return false;
    move_rows(sorter->spare, 0, b, 0, nb);
    Merge m = {sorter, a, sorter->spare, na, nb, a};
    take_a_down(&m, 1);
    MergeStep step = m.na && m.nb > 1 ? MERGE_GOES_ON : MERGE_DONE;
    while (step == MERGE_GOES_ON) {
        step = merge_rows_down(&m);
        if (step == MERGE_GOES_ON) step = gallop_down(&m);
    }
    if (step == MERGE_DONE && m.na && m.nb == 1) take_a_down(&m, m.na);
    take_b_down(&m, m.nb);
    return step != MERGE_FAILED;
}

/* Merge runs i and i + 1. */
static bool merge_at(Sorter *sorter, int i) {
    SortRun *runs = sorter->runs;
    Rows a = row_at(sorter->rows, runs[i].start),
         b = row_at(sorter->rows, runs[i + 1].start);
    i64 na = runs[i].length, nb = runs[i + 1].length;
    runs[i].length = na + nb;
    if (i == sorter->run_count - 3) runs[i + 1] = runs[i + 2];
    sorter->run_count--;
    /* Rows of a that are smaller than all of b are in place, as are rows of b larger than
     * all a. */
    i64 place = gallop(sorter, b.keys[0], a.keys, na, 0, false);
    if (place < 0) return false;
    a = row_at(a, place);
    na -= place;
    if (!na) return true;
    nb = gallop(sorter, a.keys[na - 1], b.keys, nb, nb - 1, true);
    if (nb <= 0) return nb == 0;
    return na <= nb ? merge_up(sorter, a, na, b, nb) : merge_down(sorter, a, na, b, nb);
}

/* The depth in a perfectly balanced tree over [0, count) of the node between two runs:
 * the first bit in which their middles, as fractions of count, differ. */
static int power_between(SortRun left, i64 right_length, i64 count) {
    i64 a = 2 * left.start + left.length, b = a + left.length + right_length;
    for (int power = 1;; power++) {
        if (a >= count)
            a -= count, b -= count;
        else if (b >= count)
            return power;
        a *= 2, b *= 2;
    }
}

static bool push_run(Sorter *sorter, i64 start, i64 length) {
    SortRun *runs = sorter->runs;
    if (sorter->run_count) {
        int power = power_between(runs[sorter->run_count - 1], length, sorter->count);
        while (sorter->run_count > 1 && runs[sorter->run_count - 2].power > power) {
            if (!merge_at(sorter, sorter->run_count - 2)) return false;
        }
        runs[sorter->run_count - 1].power = power;
    }
    runs[sorter->run_count++] = (SortRun){start, length, 0};
    return true;
}

static bool merge_all(Sorter *sorter) {
    SortRun *runs = sorter->runs;
    while (sorter->run_count > 1) {
        int i = sorter->run_count - 2;
        if (i > 0 && runs[i - 1].length < runs[i + 1].length) i--;
        if (!merge_at(sorter, i)) return false;
    }
    return true;
}

static bool sort(Sorter *sorter) {
    i64 min_run = choose_min_run(sorter->count);
    for (i64 start = 0; start < sorter->count;) {
        Rows rows = row_at(sorter->rows, start);
        i64 left = sorter->count - start, length = find_run(sorter, rows, left);
        if (length < 0) return false;
        if (length < min_run) {
            i64 wanted = left < min_run ? left : min_run;
            if (!insert_rows(sorter, rows, wanted, length)) return false;
            length = wanted;
        }
        if (!push_run(sorter, start, length)) return false;
        start += length;
    }
    return merge_all(sorter);
}

bool sort_rows(VM *vm, Rows rows, usize count, SortLess less) {
    if (count < 2) return true;
    Sorter sorter = {.vm = vm,
                     .less = less,
                     .rows = rows,
                     .count = (i64)count,
                     .gallop_after = GALLOP_AFTER};
    bool ok = sort(&sorter);
    free_spare(&sorter);
    return ok;
}
