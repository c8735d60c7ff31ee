/* PCRE2 compiles and runs. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "objects/str.h"
#include "stdlib/re.h"

enum {
    RUNS_BEFORE_MACHINE_CODE = 4, /* making it takes as long as some runs without */
    LONG_SUBJECT = 1000,          /* that pays at once */
    STACK_START = 32 * 1024,
    STACK_MOST = 64 * 1024 * 1024,
    NESTING_MOST = 2000, /* brackets: PCRE2 recurses */
    HEAP_MOST = 1 << 20, /* kilobytes, for runs without machine code */
};

typedef struct Engine {
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_jit_stack *stack;
} Engine;

static void free_engine(VM *vm, void *state) {
    Engine *engine = state;
    pcre2_compile_context_free(engine->compile);
    pcre2_match_context_free(engine->match);
    pcre2_jit_stack_free(engine->stack);
    heap_raw_free(&vm->heap, engine, sizeof *engine);
}

static void set_up(Engine *engine) {
    engine->compile = pcre2_compile_context_create(NULL);
    engine->match = pcre2_match_context_create(NULL);
    engine->stack = pcre2_jit_stack_create(STACK_START, STACK_MOST, NULL);
    if (!engine->compile || !engine->match) return;
    pcre2_set_newline(engine->compile, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(engine->compile, NESTING_MOST);
    pcre2_set_compile_extra_options(engine->compile,
                                    PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
    pcre2_set_match_limit(engine->match, UINT32_MAX);
    pcre2_set_depth_limit(engine->match, UINT32_MAX);
    pcre2_set_heap_limit(engine->match, HEAP_MOST);
    if (engine->stack) pcre2_jit_stack_assign(engine->match, NULL, engine->stack);
}

static Engine *get_engine(VM *vm) {
    Engine *engine = vm->module_state[MODULE__sre].state;
    if (engine) return engine;
    engine = heap_raw_alloc(&vm->heap, sizeof *engine);
    if (!engine) return raise_memory(vm), NULL;
    set_up(engine);
    vm->module_state[MODULE__sre].state = engine;
    vm->module_state[MODULE__sre].free_state = free_engine;
    if (engine->compile && engine->match) return engine;
    return raise_memory(vm), NULL;
}

/* ---- compiling ---- */

static void write_form(const Pattern *pattern, ReForm form, ReMode mode, Buffer *out) {
    if (mode == RE_FULLMATCH) buffer_add_text(out, "(?:");
    re_write(&pattern->tree, form, out);
    if (mode == RE_FULLMATCH) buffer_add_text(out, ")\\z");
}

static u32 options_of(ReForm form, ReMode mode) {
    u32 options = PCRE2_DOTALL | PCRE2_ALT_CIRCUMFLEX;
    if (form == RE_WIDE) options |= PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;
    if (mode != RE_SEARCH) options |= PCRE2_ANCHORED;
    return options;
}

static void raise_compile(VM *vm, Value pattern, int error) {
    PCRE2_UCHAR text[128] = "";
    pcre2_get_error_message(error, text, sizeof text);
    OWNED Value message = str_from_text(vm, (const char *)text);
    if (message != FAIL) raise_pattern_error(vm, TAKE(message), pattern, -1);
}

static bool compile_form(VM *vm, Engine *engine, Pattern *pattern, ReForm form,
                         ReMode mode) {
    Buffer out = {0};
    write_form(pattern, form, mode, &out);
    if (out.failed) {
        buffer_free(&out);
        return raise_memory(vm), false;
    }
    int error;
    PCRE2_SIZE at;
    void *code = pcre2_compile((PCRE2_SPTR)(out.data ? out.data : ""), out.length,
                               options_of(form, mode), &error, &at, engine->compile);
    buffer_free(&out);
    pattern->codes[form][mode].code = code;
    if (!code) raise_compile(vm, pattern->pattern, error);
    return code;
}

void pattern_free_codes(Pattern *pattern) {
    for (u32 form = 0; form < 2; form++)
        for (u32 mode = 0; mode < RE_MODES; mode++)
            pcre2_code_free(pattern->codes[form][mode].code);
    pcre2_match_data_free(pattern->match_data);
}

static ReCode *prepare(VM *vm, Engine *engine, Pattern *pattern, const Subject *subject,
                       ReMode mode) {
    ReCode *code = &pattern->codes[subject->form][mode];
    if (!code->code && !compile_form(vm, engine, pattern, subject->form, mode))
        return NULL;
    if (!pattern->match_data)
        pattern->match_data = pcre2_match_data_create(pattern->tree.groups + 1, NULL);
    if (!pattern->match_data) return raise_memory(vm), NULL;
    bool is_worth_it = ++code->runs == RUNS_BEFORE_MACHINE_CODE ||
                       (code->runs == 1 && subject->size > LONG_SUBJECT);
    if (is_worth_it && !code->has_machine_code && engine->stack)
        code->has_machine_code = pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE) == 0;
    return code;
}

/* ---- running ---- */

static void raise_run(VM *vm, int error) {
    if (error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAPLIMIT)
        raise_memory(vm);
    else
        raise_runtime(vm, "internal error in regular expression engine");
}

static int run(Engine *engine, const ReCode *code, const Pattern *pattern,
               const Subject *subject, usize start, u32 options) {
    PCRE2_SPTR data = (PCRE2_SPTR)subject->data;
    if (code->has_machine_code) {
        int result = pcre2_jit_match(code->code, data, subject->size, start, options,
                                     pattern->match_data, engine->match);
        if (result != PCRE2_ERROR_JIT_STACKLIMIT) return result;
    }
    return pcre2_match(code->code, data, subject->size, start,
                       options | PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, pattern->match_data,
                       engine->match);
}

int pattern_run(VM *vm, Pattern *pattern, const Subject *subject, ReMode mode,
                usize start, bool not_empty, const usize **spans) {
    if (start > subject->size) return 0;
    Engine *engine = get_engine(vm);
    ReCode *code = engine ? prepare(vm, engine, pattern, subject, mode) : NULL;
    if (!code) return -1;
    u32 options = not_empty ? PCRE2_NOTEMPTY_ATSTART : 0;
    int result = run(engine, code, pattern, subject, start, options);
    if (result == PCRE2_ERROR_NOMATCH) return 0;
    if (result < 0) return raise_run(vm, result), -1;
    *spans = pcre2_get_ovector_pointer(pattern->match_data);
    return 1;
}

/* Of the groups that have matched the one that closed last: the one that ends last and
 * then, of several, the one whose bracket closes last; groups inside looks leave marks. */
u32 pattern_last_index(const Pattern *pattern, const usize *spans) {
    if (pattern->tree.needs_marks) {
        PCRE2_SPTR mark = pcre2_get_mark(pattern->match_data);
        u32 number = 0;
        while (mark && *mark) number = number * 10 + *mark++ - '0';
        return number;
    }
    u32 last = 0;
    for (u32 i = 1; i <= pattern->tree.groups; i++) {
        if (spans[2 * i] == RE_UNSET) continue;
        bool is_later = !last || spans[2 * i + 1] > spans[2 * last + 1];
        bool is_same = last && spans[2 * i + 1] == spans[2 * last + 1];
        if (is_later || (is_same && pattern->tree.closes[i] > pattern->tree.closes[last]))
            last = i;
    }
    return last;
}
