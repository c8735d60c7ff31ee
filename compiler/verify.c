/* A check of finished code: it is run with abstract registers.
 *
 * State, at every instruction: which temporaries are live. Each instruction must find what
 * it consumes live and its destination dead; after it consumed, the live ones must be
 * exactly those that its position row and the window rows tell of; all ways to a place must
 * agree; code must end with nothing live; handlers begin with what their row says.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "compiler/compiler.h"
#include "compiler/format.h"
#include "objects/frame.h"
#include "objects/tuple.h"

typedef struct Check {
    const Code *code;
    Buffer *problem;
    u32 temporaries;
    u8 **states; /* by word: a byte for each temporary; NULL: not reached yet */
    u8 *live;    /* the state being worked on */
    u32 *work;
    u32 work_count;
    u32 word;
    bool failed;
} Check;

static void complain(Check *k, const char *what, i64 number) {
    if (k->failed) return;
    k->failed = true;
    Insn insn = k->code->insns[k->word];
    buffer_printf(k->problem, "word %u (%s, line %d): %s %ld", k->word,
                  op_names[INSN_OP(insn)],
                  code_position_at(k->code, k->word)
                      ? code_position_at(k->code, k->word)->line
                      : 0,
                  what, (long)number);
}

static bool is_temporary(const Check *k, u32 reg) {
    return reg >= k->code->locals;
}

/* ---- registers ---- */

static void check_register(Check *k, u32 reg) {
    if (reg >= k->code->registers) complain(k, "no such register:", reg);
}

static void need_live(Check *k, u32 reg) {
    check_register(k, reg);
    if (!k->failed && is_temporary(k, reg) && !k->live[reg - k->code->locals])
        complain(k, "reads a dead temporary: t", reg - k->code->locals);
}

static void kill(Check *k, u32 reg) {
    need_live(k, reg);
    if (k->failed) return;
    if (is_temporary(k, reg))
        k->live[reg - k->code->locals] = 0;
    else
        complain(k, "consumes the local", reg);
}

static void fill(Check *k, u32 reg) {
    check_register(k, reg);
    if (k->failed || !is_temporary(k, reg)) return;
    if (k->live[reg - k->code->locals])
        complain(k, "overwrites the live temporary t", reg - k->code->locals);
    k->live[reg - k->code->locals] = 1;
}

static void kill_many(Check *k, u32 reg, u32 count) {
    for (u32 i = 0; i < count && !k->failed; i++) kill(k, reg + i);
}

static void fill_many(Check *k, u32 reg, u32 count) {
    for (u32 i = 0; i < count && !k->failed; i++) fill(k, reg + i);
}

/* ---- what an instruction consumes ---- */

static const u8 intrinsic_arguments[INTRINSIC_COUNT] = {
    [INTRINSIC_PRINT_EXPRESSION] = 1, [INTRINSIC_IMPORT_STAR] = 1,
    [INTRINSIC_TYPEVAR] = 1,          [INTRINSIC_TYPEVAR_BOUND] = 2,
    [INTRINSIC_TYPEVAR_CONSTRAINTS] = 2,
    [INTRINSIC_TYPEVARTUPLE] = 1,     [INTRINSIC_PARAMSPEC] = 1,
    [INTRINSIC_TYPE_DEFAULT] = 2,     [INTRINSIC_TYPE_ALIAS] = 3,
    [INTRINSIC_GENERIC_BASE] = 1,     [INTRINSIC_SET_TYPE_PARAMS] = 2,
    [INTRINSIC_PREPARE_RERAISE] = 2,  [INTRINSIC_GROUP_WRAP] = 1,
};

static u32 many_count(const Check *k, Insn insn) {
    u32 c = INSN_C(insn);
    switch (INSN_OP(insn)) {
    case OP_DICT: return c * 2;
    case OP_DICTK: return (u32)to_tuple(k->code->constants[c])->count;
    case OP_INTRINSIC: return c < INTRINSIC_COUNT ? intrinsic_arguments[c] : 0;
    case OP_FUNCTION:
    case OP_SLICE: return (u32)__builtin_popcount(c);
    case OP_MATCHCLASS: return 3;
    default: return c;
    }
}

static u32 gap_of(const Check *k) {
    return k->code->flags & CODE_SUSPENDS ? 0 : WINDOW_GAP;
}

static void kill_window(Check *k, Insn insn) {
    u32 window = INSN_A(insn), arguments = INSN_B(insn);
    if (INSN_OP(insn) == OP_CALLX) arguments = 1 + (INSN_C(insn) == 1);
    bool is_compact = INSN_FLAGS(insn) & F_COMPACT;
    if (is_compact != (gap_of(k) == 0)) complain(k, "wrong F_COMPACT", is_compact);
    kill(k, window);
    kill_many(k, window + 1 + gap_of(k), arguments);
}

static void kill_sources(Check *k, Insn insn) {
    const char *format = format_of(INSN_OP(insn));
    u16 fields[] = {INSN_A(insn), INSN_B(insn), INSN_C(insn)};
    u32 source = 0;
    for (u32 i = 0; i < 3 && !k->failed; i++) {
        bool is_used = INSN_OP(insn) != OP_RAISE || source < INSN_C(insn);
        switch (format[i]) {
        case 'S':
            if (is_used && INSN_FLAGS(insn) & F_FIRST << source)
                kill(k, fields[i]);
            else if (is_used)
                need_live(k, fields[i]);
            source++;
            break;
        case 'X': kill(k, fields[i]); break;
        case 'T':
        case 'Q': need_live(k, fields[i]); break;
        case 'M': kill_many(k, fields[i], many_count(k, insn)); break;
        case 'E':
            if (fields[i] != 0xFFFF) need_live(k, fields[i]);
            break;
        case 'H':
            if (INSN_FLAGS(insn) & F_HANDLER) need_live(k, fields[i]);
            break;
        case 'L':
            if (is_temporary(k, fields[i])) complain(k, "not a local:", fields[i]);
            break;
        default: break;
        }
    }
}

static void consume(Check *k, Insn insn) {
    u16 a = INSN_A(insn);
    switch (INSN_OP(insn)) {
    case OP_CALL:
    case OP_CALLM:
    case OP_CALLKW:
    case OP_CALLX: kill_window(k, insn); return;
    case OP_JTRUEKEEP:
    case OP_JFALSEKEEP: kill(k, a); return; /* revived where it jumps */
    case OP_ENDASYNC:
    case OP_POPEXC:
    case OP_RERAISE: kill_many(k, a, 2); return;
    case OP_LEAVERAISE: kill_many(k, a, 4); return;
    case OP_WITHENTER: kill(k, a); return;
    case OP_GROUPMATCH:
        need_live(k, a);
        kill(k, INSN_B(insn));
        return;
    default: kill_sources(k, insn);
    }
}

/* ---- what the rows say ---- */

static bool is_in_gap(const Check *k, u32 reg) {
    for (u32 i = 0; i < k->code->window_count; i++) {
        const WindowRow *row = &k->code->windows[i];
        if (k->word >= row->start && k->word < row->end && reg >= row->gap &&
            reg < row->gap + (u32)WINDOW_GAP)
            return true;
    }
    return false;
}

/* Dropping an exception below a value that is returned cannot fail: the value may live
 * above the depth. */
static bool may_exceed(Insn insn) {
    return INSN_OP(insn) == OP_POPEXC;
}

static void check_depth(Check *k, Insn insn) {
    const PositionRow *row = code_position_at(k->code, k->word);
    if (!row) {
        complain(k, "no position", 0);
        return;
    }
    for (u32 i = 0; i < k->temporaries && !k->failed; i++) {
        u32 reg = k->code->locals + i;
        bool said = reg < row->depth && !is_in_gap(k, reg);
        if (reg >= row->depth && may_exceed(insn)) continue;
        if (said && !k->live[i]) complain(k, "the row's depth covers the dead t", i);
        if (!said && k->live[i]) complain(k, "the row does not cover the live t", i);
    }
}

/* ---- what an instruction makes ---- */

static void fill_window(Check *k, u32 window, u32 arguments) {
    fill(k, window);
    fill_many(k, window + 1 + gap_of(k), arguments);
}

static void fill_destination(Check *k, Insn insn) {
    u16 a = INSN_A(insn);
    bool is_local = INSN_FLAGS(insn) & F_LOCAL;
    if (is_local && is_temporary(k, a))
        need_live(k, a); /* a temporary that is used like a local */
    else if (!is_local && !is_temporary(k, a))
        complain(k, "result to a local without F_LOCAL:", a);
    else if (!is_local)
        fill(k, a);
}

static void produce(Check *k, Insn insn) {
    u16 a = INSN_A(insn), c = INSN_C(insn);
    switch (INSN_OP(insn)) {
    case OP_METHOD: fill_window(k, a, 1); return;
    case OP_WITHENTER:
        fill(k, a);
        fill_window(k, a + 1, 1);
        return;
    case OP_WITHEXIT: fill_window(k, a, 3); return;
    case OP_GROUPMATCH: fill(k, INSN_B(insn)); return;
    case OP_UNPACK: fill_many(k, a, c); return;
    case OP_UNPACKEX: fill_many(k, a, (c & 0xFFu) + 1 + (c >> 8)); return;
    case OP_FUNCTION: fill(k, a); return;
    default: break;
    }
    const char *format = format_of(INSN_OP(insn));
    if (format[0] == 'D') fill_destination(k, insn);
    if (format[0] == 'W') fill(k, a);
}

/* ---- the ways through the code ---- */

static void reach(Check *k, i64 word, const u8 *live) {
    if (k->failed) return;
    if (word < 0 || word >= k->code->insn_count) {
        complain(k, "leads out of the code:", word);
        return;
    }
    if (!k->states[word]) {
        k->states[word] = malloc(k->temporaries + 1);
        if (!k->states[word]) {
            complain(k, "memory", 0);
            return;
        }
        memcpy(k->states[word], live, k->temporaries);
        k->work[k->work_count++] = (u32)word;
        return;
    }
    for (u32 i = 0; i < k->temporaries; i++)
        if (k->states[word][i] != live[i])
            complain(k, "ways disagree about a temporary at word", word);
}

static void reach_handlers(Check *k) {
    const Code *code = k->code;
    for (u32 i = 0; i < code->exception_count && !k->failed; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        if (k->word < row->start || k->word >= row->end) continue;
        u8 *live = malloc(k->temporaries + 1);
        if (!live) return;
        u32 depth = row->depth - code->locals;
        for (u32 t = 0; t < k->temporaries; t++) {
            live[t] = t < depth && k->live[t];
            if (t < depth && !k->live[t] && !is_in_gap(k, code->locals + t))
                complain(k, "a handler expects the dead t", t);
        }
        if (depth + 2 > k->temporaries) complain(k, "no room for the exception", depth);
        if (!k->failed) live[depth] = live[depth + 1] = 1;
        reach(k, row->handler, live);
        free(live);
        return; /* the innermost takes it */
    }
}

static void jump(Check *k, Insn insn, u32 next) {
    const char *format = format_of(INSN_OP(insn));
    i64 target = (i64)next + (format[1] == 'j' ? INSN_BC(insn) : INSN_SC(insn));
    bool keeps = INSN_OP(insn) == OP_JTRUEKEEP || INSN_OP(insn) == OP_JFALSEKEEP;
    bool fills = INSN_OP(insn) == OP_FOR && is_temporary(k, INSN_B(insn));
    u32 changed = keeps ? INSN_A(insn) : INSN_B(insn);
    if (keeps || fills) fill(k, changed);
    reach(k, target, k->live);
    if (keeps || fills) kill(k, changed);
    if (INSN_OP(insn) == OP_FOR) kill(k, INSN_A(insn));
}

static void check_end(Check *k, Insn insn) {
    bool returns = INSN_OP(insn) == OP_RETURN || INSN_OP(insn) == OP_RETURNV;
    for (u32 i = 0; returns && i < k->temporaries; i++)
        if (k->live[i]) complain(k, "returns with a live t", i);
}

static void step(Check *k) {
    Insn insn = k->code->insns[k->word];
    u32 next = k->word + 1 + op_cache_words[INSN_OP(insn)];
    if (INSN_OP(insn) == OP_WIDE) insn = k->code->insns[k->word + 1];
    const char *format = format_of(INSN_OP(insn));
    if (!format) {
        complain(k, "unknown instruction", INSN_OP(insn));
        return;
    }
    consume(k, insn);
    if (!k->failed) check_depth(k, insn);
    if (!k->failed) reach_handlers(k);
    if (!k->failed) produce(k, insn);
    if (!k->failed && (format[1] == 'j' || format[2] == 'J')) jump(k, insn, next);
    if (k->failed) return;
    if (format_ends(INSN_OP(insn)))
        check_end(k, insn);
    else
        reach(k, next, k->live);
}

static void run(Check *k) {
    memset(k->live, 0, k->temporaries + 1);
    reach(k, 0, k->live);
    while (k->work_count && !k->failed) {
        k->word = k->work[--k->work_count];
        memcpy(k->live, k->states[k->word], k->temporaries);
        step(k);
    }
}

bool verify_code(const Code *code, Buffer *problem) {
    Check k = {.code = code, .problem = problem};
    k.temporaries = code->registers - code->locals;
    k.states = calloc(code->insn_count + 1, sizeof *k.states);
    k.work = calloc(code->insn_count + 1, sizeof *k.work);
    k.live = calloc(k.temporaries + 1, 1);
    if (k.states && k.work && k.live)
        run(&k);
    else
        buffer_add_text(problem, "memory");
    for (u32 i = 0; k.states && i < code->insn_count; i++) free(k.states[i]);
    free(k.states);
    free(k.work);
    free(k.live);
    return problem->length == 0;
}
