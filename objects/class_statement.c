/* The class statement: bases with __mro_entries__, metaclass, __prepare__, body. */
#include "objects/class.h"
#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

void class_plan_release(VM *vm, ClassPlan *plan) {
    Value *fields[] = {&plan->name,  &plan->metaclass,      &plan->namespace,
                       &plan->bases, &plan->original_bases, &plan->keywords};
    for (usize i = 0; i < COUNT_OF(fields); i++) replace(fields[i], EMPTY);
}

/* ---- bases ---- */

static bool add_entries(VM *vm, List *out, Value entries) {
    if (!has_kind(entries, KIND_TUPLE)) {
        raise_type(vm, "__mro_entries__ must return a tuple");
        return false;
    }
    const Tuple *tuple = to_tuple(entries);
    for (usize i = 0; i < tuple->count; i++)
        if (!list_push(vm, out, tuple->items[i])) return false;
    return true;
}

/* 1 replaced, 0 kept as it is, -1 failed. */
static int resolve_base(VM *vm, List *out, Value base, Value all) {
    OWNED Value method =
        is_type(base) ? EMPTY : object_find_attr(vm, base, NAME(__mro_entries__));
    if (method == FAIL) return -1;
    if (method == EMPTY) return list_push(vm, out, base) ? 0 : -1;
    OWNED Value entries = call_1(vm, method, all);
    return entries != FAIL && add_entries(vm, out, entries) ? 1 : -1;
}

static bool resolve_bases(VM *vm, ClassPlan *plan, Value given) {
    const Tuple *bases = to_tuple(given);
    bool replaced = false;
    OWNED Value out = TRY_OR_FALSE(list_new(vm, bases->count));
    for (usize i = 0; i < bases->count; i++) {
        int result = resolve_base(vm, to_list(out), bases->items[i], given);
        if (result < 0) return false;
        replaced |= result;
    }
    plan->bases = incref(given);
    if (!replaced) return true;
    OWNED Value resolved = TRY_OR_FALSE(object_to_tuple(vm, out));
    plan->original_bases = plan->bases;
    plan->bases = TAKE(resolved);
    return true;
}

/* ---- keywords and metaclass ---- */

/* `metaclass` goes to the plan, the others into its dict. */
static bool take_keywords(VM *vm, ClassPlan *plan, const Value *values, Value kwnames) {
    if (kwnames == EMPTY) return true;
    Value dict = TRY_OR_FALSE(dict_new(vm));
    plan->keywords = dict;
    const Tuple *names = to_tuple(kwnames);
    for (usize i = 0; i < names->count; i++)
        if (str_equals_text(names->items[i], "metaclass"))
            replace(&plan->metaclass, incref(values[i]));
        else if (!dict_set(vm, to_dict(dict), names->items[i], values[i]))
            return false;
    return true;
}

static bool choose_metaclass(VM *vm, ClassPlan *plan) {
    const Tuple *bases = to_tuple(plan->bases);
    if (plan->metaclass == EMPTY) {
        Type *type = bases->count ? type_of(vm, bases->items[0]) : vm->types[TYPE_type];
        plan->metaclass = incref(from_object(type));
    }
    if (!is_type(plan->metaclass)) return true;
    Type *winner = class_metatype(vm, to_type(plan->metaclass), plan->bases);
    if (!winner) return false;
    replace(&plan->metaclass, incref(from_object(winner)));
    return true;
}

/* ---- calling the metaclass ---- */

/* callable(a, b, [c,] **keywords) */
static Value call_with_keywords(VM *vm, Value callable, Value *first, u32 count,
                                Value keywords) {
    if (keywords == EMPTY || !to_dict(keywords)->count)
        return object_call(vm, callable, first, count, EMPTY);
    OWNED Value args = TRY(tuple_from(vm, first, count));
    return call_with_tuple(vm, callable, args, keywords);
}

static bool is_mapping(VM *vm, Value v) {
    return type_of(vm, v)->slots.getitem && !has_kind(v, KIND_TYPE);
}

static bool prepare(VM *vm, ClassPlan *plan) {
    OWNED Value method =
        TRY_OR_FALSE(object_find_attr(vm, plan->metaclass, NAME(__prepare__)));
    Value args[] = {plan->name, plan->bases};
    Value namespace = method == EMPTY
                          ? dict_new(vm)
                          : call_with_keywords(vm, method, args, 2, plan->keywords);
    if (namespace == FAIL) return false;
    plan->namespace = namespace;
    if (is_mapping(vm, namespace)) return true;
    const char *name =
        is_type(plan->metaclass) ? type_name(to_type(plan->metaclass)) : "<metaclass>";
    raise_type(vm, "%s.__prepare__() must return a mapping, not %T", name, namespace);
    return false;
}

bool class_begin(VM *vm, ClassPlan *plan, Value name, Value *bases, u32 count,
                 Value kwnames) {
    *plan = (ClassPlan){incref(name), EMPTY, EMPTY, EMPTY, EMPTY, EMPTY};
    OWNED Value given = TRY_OR_FALSE(tuple_from(vm, bases, count));
    return resolve_bases(vm, plan, given) &&
           take_keywords(vm, plan, bases + count, kwnames) &&
           choose_metaclass(vm, plan) && prepare(vm, plan);
}

/* type.__new__ has put the class into the cell, unless a metaclass kept it from it. */
static bool check_cell(VM *vm, const ClassPlan *plan, Value class, Value cell) {
    if (!has_kind(cell, KIND_CELL) || !is_type(class)) return true;
    Value inside = ((Cell *)cell)->value;
    if (inside == class) return true;
    if (inside == EMPTY)
        raise_runtime(
            vm,
            "__class__ not set defining %R as %R. Was __classcell__ propagated to "
            "type.__new__?",
            plan->name, class);
    else
        raise_type(vm, "__class__ set to %R defining %R as %R", inside, plan->name,
                   class);
    return false;
}

Value class_finish(VM *vm, ClassPlan *plan, Value cell) {
    if (plan->original_bases != EMPTY)
        CHECK(object_setitem(vm, plan->namespace, NAME(__orig_bases__),
                             plan->original_bases));
    Value args[] = {plan->name, plan->bases, plan->namespace};
    OWNED Value class =
        TRY(call_with_keywords(vm, plan->metaclass, args, 3, plan->keywords));
    CHECK(check_cell(vm, plan, class, cell));
    return TAKE(class);
}

Value class_build(VM *vm, Value body, Value name, Value *bases, u32 count,
                  Value kwnames) {
    if (!has_kind(body, KIND_FUNCTION))
        return raise_type(vm, "__build_class__: func must be a function");
    if (!is_str(name)) return raise_type(vm, "__build_class__: name is not a string");
    ClassPlan plan;
    Value class = FAIL;
    if (class_begin(vm, &plan, name, bases, count, kwnames)) {
        Value cell = vm->hooks.call_function(vm, body, &plan.namespace, 1, EMPTY);
        if (cell != FAIL) {
            class = class_finish(vm, &plan, cell);
            decref(cell);
        }
    }
    class_plan_release(vm, &plan);
    return class;
}
