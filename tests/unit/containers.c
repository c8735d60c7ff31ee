/* Runs simple steps on registers, for containers_against_cpython.py: one step a line,
 *     TARGET OPERATION ARGUMENT...
 * where TARGET and most arguments are register numbers. After each step comes one line:
 * the repr of the result, or of the exception. */
#include <stdio.h>
#include <stdlib.h>

#include "objects/class.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/range.h"
#include "objects/set.h"
#include "objects/state.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/collector.h"

enum { REGISTERS = 64, WORDS = 32 };

static VM *vm;
static Value registers[REGISTERS];
static char *words[WORDS];
static int word_count;

static Value reg(int word) {
    return registers[atoi(words[word])];
}

/* ---- constants ---- */

static Value make_int(void) {
    return int_read(vm, span_of(words[2]), 10, NONE);
}

static Value make_float(void) {
    return float_new(vm, strtod(words[2], NULL));
}

static Value make_str(void) {
    return str_from_text(vm, word_count > 2 ? words[2] : "");
}

static Value make_special(void) {
    return strcmp(words[2], "None") == 0 ? NONE
                                         : from_bool(strcmp(words[2], "True") == 0);
}

static Value make_list(void) {
    OWNED Value list = TRY(list_new(vm, 0));
    for (int i = 2; i < word_count; i++) CHECK(list_push(vm, to_list(list), reg(i)));
    return TAKE(list);
}

static Value make_tuple(void) {
    OWNED Value list = TRY(make_list());
    return object_to_tuple(vm, list);
}

static Value make_set(void) {
    OWNED Value list = TRY(make_list());
    return set_new(vm, list);
}

static Value make_frozenset(void) {
    OWNED Value list = TRY(make_list());
    return frozenset_new(vm, list);
}

static Value make_dict(void) {
    OWNED Value dict = TRY(dict_new(vm));
    for (int i = 2; i + 1 < word_count; i += 2) {
        CHECK(dict_set(vm, to_dict(dict), reg(i), reg(i + 1)));
    }
    return TAKE(dict);
}

/* ---- operations ---- */

static Value get_type(void) {
    for (u32 id = 0; id < TYPE_COUNT; id++) {
        if (strcmp(type_tables[id].spec->name, words[2]) == 0) {
            return incref(from_object(vm->types[id]));
        }
    }
    return raise_value(vm, "no type %s", words[2]);
}

static Value call_method(void) {
    OWNED Value method = TRY(object_getattr_text(vm, reg(2), words[3]));
    Value args[WORDS];
    for (int i = 4; i < word_count; i++) args[i - 4] = reg(i);
    return object_call(vm, method, args, (u32)word_count - 4, EMPTY);
}

static Value call(void) {
    Value args[WORDS];
    for (int i = 3; i < word_count; i++) args[i - 3] = reg(i);
    return object_call(vm, reg(2), args, (u32)word_count - 3, EMPTY);
}

static Value operate(void) {
    static const char *const names[] = {"+",  "-",  "*",  "@", "/", "//", "%",
                                        "**", "<<", ">>", "&", "|", "^"};
    for (usize i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], words[3]) == 0) return object_binary(vm, i, reg(2), reg(4));
        bool in_place = strncmp(names[i], words[3], strlen(names[i])) == 0 &&
                        strcmp(words[3] + strlen(names[i]), "=") == 0;
        if (in_place) return object_inplace(vm, i, reg(2), reg(4));
    }
    return raise_value(vm, "no operator %s", words[3]);
}

static Value compare(void) {
    static const char *const names[] = {"<", "<=", "==", "!=", ">", ">="};
    for (usize i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], words[3]) == 0) return object_compare(vm, reg(2), reg(4), i);
    }
    return raise_value(vm, "no comparison %s", words[3]);
}

static Value get_item(void) {
    return object_getitem(vm, reg(2), reg(3));
}

static Value set_item(void) {
    return object_setitem(vm, reg(2), reg(3), reg(4)) ? NONE : FAIL;
}

static Value delete_item(void) {
    return object_setitem(vm, reg(2), reg(3), EMPTY) ? NONE : FAIL;
}

static Value contains(void) {
    int found = object_contains(vm, reg(2), reg(3));
    return found < 0 ? FAIL : from_bool(found);
}

static Value iterate(void) {
    return object_iter(vm, reg(2));
}

static Value advance(void) {
    Value item = iter_next(vm, reg(2));
    return item == EMPTY ? str_from_text(vm, "the end") : item;
}

static Value length(void) {
    i64 count = object_length(vm, reg(2));
    return count < 0 ? FAIL : from_small(count);
}

static Value hash(void) {
    u64 value;
    return object_hash(vm, reg(2), &value) ? int_from_i64(vm, (i64)value) : FAIL;
}

static Value same(void) {
    return incref(reg(2));
}

static Value get_attribute(void) {
    return object_getattr_text(vm, reg(2), words[3]);
}

static const struct {
    const char *name;
    Value (*run)(void);
} operations[] = {
    {"int", make_int},        {"float", make_float},
    {"str", make_str},        {"special", make_special},
    {"list", make_list},      {"tuple", make_tuple},
    {"set", make_set},        {"frozenset", make_frozenset},
    {"dict", make_dict},      {"type", get_type},
    {"method", call_method},  {"call", call},
    {"operate", operate},     {"compare", compare},
    {"getitem", get_item},    {"setitem", set_item},
    {"delitem", delete_item}, {"contains", contains},
    {"iter", iterate},        {"next", advance},
    {"len", length},          {"hash", hash},
    {"same", same},           {"getattr", get_attribute},
};

static Value run_step(void) {
    for (usize i = 0; i < COUNT_OF(operations); i++) {
        if (strcmp(operations[i].name, words[1]) == 0) return operations[i].run();
    }
    return raise_value(vm, "no operation %s", words[1]);
}

static void show(Value v) {
    OWNED Value shown = object_repr(vm, v);
    if (shown == FAIL) {
        OWNED Value error = exception_take(vm);
        shown = object_repr(vm, error);
        printf("repr failed: ");
    }
    printf("%s\n", to_str(shown)->data);
}

static void run_line(void) {
    int target = atoi(words[0]);
    Value result = run_step();
    if (result == FAIL) {
        OWNED Value error = exception_take(vm);
        show(error);
        return;
    }
    show(result);
    replace(&registers[target], result);
}

static void split(char *line) {
    word_count = 0;
    for (char *word = strtok(line, " \n"); word && word_count < WORDS;
         word = strtok(NULL, " \n")) {
        words[word_count++] = word;
    }
}

int main(void) {
    char here, line[4096];
    vm = calloc(1, sizeof(VM));
    vm->c_stack_limit = &here - (4 << 20);
    Value *empty[] = {&vm->exception, &vm->handled, &vm->return_value, &vm->builtins,
                      &vm->modules,   &vm->sys,     &vm->main_module};
    for (usize i = 0; i < COUNT_OF(empty); i++) *empty[i] = EMPTY;
    if (!objects_start(vm)) return 1;
    collector_start(vm);
    vm->builtins = dict_new(vm);
    for (int i = 0; i < REGISTERS; i++) registers[i] = NONE;
    while (fgets(line, sizeof line, stdin)) {
        split(line);
        if (word_count) run_line();
    }
    for (int i = 0; i < REGISTERS; i++) replace(&registers[i], NONE);
    replace(&vm->builtins, EMPTY);
    collector_run(vm, 2);
    collector_free(vm);
    usize alive = objects_stop(vm, true);
    free(vm);
    return alive != 0;
}
