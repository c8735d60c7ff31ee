/* frame.f_lineno = line: a trace function sends the program on elsewhere.
 *
 * What the new place has on its stack of temporaries must be there already: the iterators of loops, the
 * exceptions of handlers, the exits of `with`. What is there besides is released. */
#include "objects/frame_jump.h"

#include "objects/native.h"

enum { LINE_EVENT = 2 }; /* FrameObject.event */

typedef enum Content { OBJECT, ITERATOR, EXCEPTION_PAIR } Content;

static bool is_loop_end(u8 op) {
    return op == OP_FOR || op == OP_FOR_RANGE || op == OP_FOR_LIST || op == OP_FOR_NATIVE || op == OP_FOR_PAIR ||
           op == OP_FOR_GENERATOR;
}

/* The rows of the exception table that lead to LEAVERAISE cover the bodies of handlers. */
static bool is_in_handler(const Code *code, u32 word, u32 reg) {
    for (u32 i = 0; i < code->exception_count; i++) {
        const ExceptionRow *row = &code->exceptions[i];
        if (word < row->start || word >= row->end || row->depth < 2) continue;
        u32 pair = row->depth - 2u;
        if ((reg == pair || reg == pair + 1) && INSN_OP(code->insns[row->handler]) == OP_LEAVERAISE) return true;
    }
    return false;
}

/* A FOR behind the word whose body begins before it. */
static bool is_in_loop(const Code *code, u32 word, u32 reg) {
    for (u32 at = word; at < code->insn_count; at += 1 + op_cache_words[INSN_OP(code->insns[at])]) {
        Insn insn = code->insns[at];
        if (is_loop_end(INSN_OP(insn)) && INSN_A(insn) == reg && (i64)at + 1 + INSN_SC(insn) <= word) return true;
    }
    return false;
}

static Content content_at(const Code *code, u32 word, u32 reg) {
    if (is_in_handler(code, word, reg)) return EXCEPTION_PAIR;
    return is_in_loop(code, word, reg) ? ITERATOR : OBJECT;
}

static u32 depth_at(const Code *code, u32 word) {
    const PositionRow *row = code_position_at(code, word);
    return row ? row->depth : code->locals;
}

static bool is_in_call(const Code *code, u32 word) {
    for (u32 i = 0; i < code->window_count; i++)
        if (word >= code->windows[i].start && word < code->windows[i].end) return true;
    return false;
}

/* Why the place cannot be reached, NULL: it can. */
static const char *obstacle(const Code *code, u32 from, u32 to) {
    if (is_in_call(code, from)) return "incompatible stacks"; /* temporaries with gaps between them */
    u32 here = depth_at(code, from), there = depth_at(code, to);
    for (u32 reg = code->locals; reg < there; reg++) {
        Content content = content_at(code, to, reg);
        if (reg < here && (content == OBJECT || content == content_at(code, from, reg))) continue;
        if (content == EXCEPTION_PAIR) return "can't jump into an 'except' block as there's no exception";
        if (content == ITERATOR) return "can't jump into the body of a for loop";
        return "incompatible stacks";
    }
    return NULL;
}

/* ---- lines ---- */

/* Does the row begin a line? Those without an end of their own belong to another; marks begin theirs. */
static bool begins_line(const Code *code, u32 row) {
    const PositionRow *rows = code_positions(code);
    if (rows[row].line <= 0) return false;
    bool is_mark = row + 1 < code->position_count && rows[row + 1].word == rows[row].word;
    if (is_mark) return true;
    return rows[row].end_line > 0 && (!row || rows[row - 1].line != rows[row].line);
}

/* The first line that has code, from the given one on; -1: none. */
static i32 line_from(const Code *code, i32 line) {
    i32 best = -1;
    for (u32 row = 0; row < code->position_count; row++) {
        i32 at = code_positions(code)[row].line;
        if (begins_line(code, row) && at >= line && (best < 0 || at < best)) best = at;
    }
    return best;
}

/* The word of the line that takes over most of what is there, or -1 with an exception. */
static i64 find_word(VM *vm, const Code *code, u32 from, i32 line) {
    const char *reason = NULL;
    i64 best = -1;
    for (u32 row = 0; row < code->position_count; row++) {
        const PositionRow *at = &code_positions(code)[row];
        if (at->line != line || !begins_line(code, row)) continue;
        const char *why_not = obstacle(code, from, at->word);
        if (why_not) reason = reason ? reason : why_not;
        else if (best < 0 || depth_at(code, at->word) > depth_at(code, (u32)best)) best = at->word;
    }
    if (best < 0) raise_value(vm, "%s", reason ? reason : "incompatible stacks");
    return best;
}

/* ---- going there ---- */

static bool fill_unbound(VM *vm, Frame *frame) {
    u32 unbound = 0;
    bool is_function = frame->code->flags & CODE_OPTIMIZED;
    for (u32 i = 0; is_function && i < frame->code->local_names; i++) unbound += frame->r[i] == EMPTY;
    if (!unbound) return true;
    if (!warn(vm, EXC(RuntimeWarning), 1, "assigning None to %u unbound local%s", unbound, unbound == 1 ? "" : "s"))
        return false;
    for (u32 i = 0; i < frame->code->local_names; i++)
        if (frame->r[i] == EMPTY) frame->r[i] = NONE;
    return true;
}

static void drop_temporaries(VM *vm, Frame *frame, u32 from, u32 to) {
    const Code *code = frame->code;
    for (u32 reg = depth_at(code, from); reg-- > depth_at(code, to);) {
        if (reg > code->locals && content_at(code, from, reg) == EXCEPTION_PAIR) {
            replace(&vm->handled, frame->r[reg]);
            reg--;
        }
        decref(frame->r[reg]);
    }
}

static bool check_event(VM *vm, const FrameObject *object) {
    if (!object->event || !object->frame)
        return raise_value(vm, "f_lineno can only be set in a trace function") != FAIL;
    if (object->event == LINE_EVENT) return true;
    if (object->event == 1)
        return raise_value(vm, "can't jump from the 'call' trace event of a new frame") != FAIL;
    return raise_value(vm, "can only jump from a 'line' trace event") != FAIL;
}

bool frame_jump(VM *vm, FrameObject *object, Value value) {
    if (value == EMPTY) return raise_format(vm, EXC(AttributeError), "cannot delete attribute") != FAIL;
    if (!is_small(value)) return raise_value(vm, "lineno must be an integer") != FAIL;
    if (!check_event(vm, object)) return false;
    const Code *code = object->code;
    i64 wanted = to_small(value);
    if (wanted < code->first_line)
        return raise_value(vm, "line %ld comes before the current code block", wanted) != FAIL;
    i32 line = wanted > INT32_MAX ? -1 : line_from(code, (i32)wanted);
    if (line < 0) return raise_value(vm, "line %ld comes after the current code block", wanted) != FAIL;
    Frame *frame = object->frame;
    u32 from = frame_word(frame);
    i64 to = find_word(vm, code, from, line);
    if (to < 0 || !fill_unbound(vm, frame)) return false;
    drop_temporaries(vm, frame, from, (u32)to);
    frame->pc = code->insns + to;
    object->shown_line = line;
    object->shown_offset = code_offset(code, (u32)to);
    object->last_line = INT32_MIN;
    object->last_word = (u32)to;
    return true;
}
