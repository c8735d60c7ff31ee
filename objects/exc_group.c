/* BaseExceptionGroup and ExceptionGroup, and the two acts of `except*`: taking out of an
 * exception what a clause matches, and making one exception of all that the clauses left
 * or raised.
 *
 * Groups nest; splitting walks into them with a depth limit (enter_recursion). */
#include "objects/dict.h"
#include "objects/exc.h"
#include "objects/generic_alias.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/sequence.h"
#include "objects/str.h"
#include "objects/tuple.h"

static GroupException *to_group(Value v) {
    return (GroupException *)v;
}

static bool is_group(VM *vm, Value v) {
    return is_exception(v) && is_instance(vm, v, EXC(BaseExceptionGroup));
}

/* ---- making ---- */

static bool check_arguments(VM *vm, Value *args, u32 nargs) {
    static const char name[] = "BaseExceptionGroup.__new__()";
    if (nargs != 2)
        raise_type(vm, "%s takes exactly 2 arguments (%u given)", name, nargs);
    else if (!is_str(args[0]))
        raise_type(vm, "%s argument 1 must be str, not %T", name, args[0]);
    else if (!is_sequence(vm, args[1]))
        raise_type(vm, "second argument (exceptions) must be a sequence");
    else
        return true;
    return false;
}

/* All must be exceptions; *has_base: one of them is no Exception. */
static bool check_members(VM *vm, Tuple *members, bool *has_base) {
    if (members->count == 0) {
        raise_value(vm, "second argument (exceptions) must be a non-empty sequence");
        return false;
    }
    for (usize i = 0; i < members->count; i++) {
        if (!is_exception(members->items[i])) {
            raise_value(
                vm, "Item %lu of second argument (exceptions) is not an exception", i);
            return false;
        }
        *has_base |= !is_instance(vm, members->items[i], EXC(Exception));
    }
    return true;
}

/* BaseExceptionGroup makes an ExceptionGroup when it can; NULL: members do not fit the
 * class. */
static Type *choose_class(VM *vm, Type *type, bool has_base) {
    if (type == EXC(BaseExceptionGroup)) return has_base ? type : EXC(ExceptionGroup);
    if (!has_base) return type;
    if (type == EXC(ExceptionGroup))
        raise_type(vm, "Cannot nest BaseExceptions in an ExceptionGroup");
    else if (type_is_subtype(type, EXC(Exception)))
        raise_type(vm, "Cannot nest BaseExceptions in '%s'", type_name(type));
    else
        return type;
    return NULL;
}

static Value new_group(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    CHECK(check_arguments(vm, args, nargs));
    OWNED Value members = TRY(object_to_tuple(vm, args[1]));
    bool has_base = false;
    CHECK(check_members(vm, to_tuple(members), &has_base));
    type = choose_class(vm, type, has_base);
    if (!type) return FAIL;
    Value self =
        TRY(exception_allocate(vm, type, args, nargs, EXTRA_VALUES(GroupException)));
    to_group(self)->message = incref(args[0]);
    to_group(self)->exceptions = TAKE(members);
    return self;
}

static Value str_group(VM *vm, Value self) {
    usize count = to_tuple(to_group(self)->exceptions)->count;
    return str_format(vm, "%S (%lu sub-exception%s)", to_group(self)->message, count,
                      count == 1 ? "" : "s");
}

TYPE(BaseExceptionGroup, .name = "BaseExceptionGroup", .base = TYPE_BaseException,
     .size = sizeof(GroupException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT,
     .slots = {.new = new_group, .str = str_group},
     .doc = "A combination of multiple unrelated exceptions.")

/* A class of two bases, which a declaration cannot say: exception_group_ready adds
 * Exception. */
TYPE(ExceptionGroup, .name = "ExceptionGroup", .base = TYPE_BaseExceptionGroup,
     .size = sizeof(GroupException), .kind = KIND_EXCEPTION,
     .flags = TYPE_EXCEPTION | TYPE_HAS_DICT | TYPE_WEAKREFS)

bool exception_group_ready(VM *vm) {
    Type *type = EXC(ExceptionGroup);
    Value self = from_object(type), group = from_object(EXC(BaseExceptionGroup));
    Value plain = from_object(EXC(Exception)), base = from_object(EXC(BaseException));
    Value object = from_object(EXC(BaseException)->base);
    replace(&type->bases, TRY_OR_FALSE(tuple_of(vm, 2, group, plain)));
    replace(&type->mro, TRY_OR_FALSE(tuple_of(vm, 5, self, group, plain, base, object)));
    return true;
}

Value exception_group_new(VM *vm, const char *message, Value exceptions) {
    OWNED Value text = TRY(str_from_text(vm, message));
    Value args[2] = {text, exceptions};
    return object_call(vm, from_object(EXC(ExceptionGroup)), args, 2, EMPTY);
}

/* ExceptionGroup if all are Exceptions, else BaseExceptionGroup. */
static Value make_group(VM *vm, Value message, Value exceptions) {
    Value args[2] = {message, exceptions};
    return object_call(vm, from_object(EXC(BaseExceptionGroup)), args, 2, EMPTY);
}

/* exception message */
GETTER(BaseExceptionGroup, message) {
    return field_get(to_group(self)->message);
}

/* nested exceptions */
GETTER(BaseExceptionGroup, exceptions) {
    return field_get(to_group(self)->exceptions);
}

/* See PEP 585 */
CLASS_METHOD(BaseExceptionGroup, __class_getitem__,
       "($type, item, /) shown ($type, object, /)") {
    return generic_alias_new(vm, args[0], args[1]);
}

static bool refuse_write(VM *vm) {
    raise_format(vm, EXC(AttributeError), "readonly attribute");
    return false;
}

SETTER(BaseExceptionGroup, message) {
    return refuse_write(vm);
}

SETTER(BaseExceptionGroup, exceptions) {
    return refuse_write(vm);
}

METHOD(BaseExceptionGroup, derive, "($self, excs, /) shown ($self, object, /)") {
    return make_group(vm, to_group(args[0])->message, args[1]);
}

/* ---- splitting ---- */

typedef struct Matcher {
    enum { BY_CLASS, BY_CALL, BY_IDENTITY } sort;
    Value with;    /* class or tuple of classes; callable; set-like dict of leaves */
    bool has_rest; /* is the rest wanted? */
} Matcher;

typedef struct Parts { /* owned; NONE: nothing */
    Value match, rest;
} Parts;

static bool is_class_tuple(Value v) {
    if (!has_exact_kind(v, KIND_TUPLE)) return false;
    for (usize i = 0; i < to_tuple(v)->count; i++)
        if (!is_exception_class(to_tuple(v)->items[i])) return false;
    return true;
}

static bool set_matcher(VM *vm, Matcher *matcher, Value with) {
    matcher->with = with;
    if (!has_kind(with, KIND_TYPE) && is_callable(vm, with))
        matcher->sort = BY_CALL;
    else if (is_exception_class(with) || is_class_tuple(with))
        matcher->sort = BY_CLASS;
    else {
        raise_type(
            vm, "expected an exception type, a tuple of exception types, or a callable "
                "(other than a class)");
        return false;
    }
    return true;
}

static Value identity_key(Value exception) {
    return from_small((i64)(exception >> 4));
}

static int matches(VM *vm, const Matcher *matcher, Value exception) {
    switch (matcher->sort) {
    case BY_CLASS: return exception_given_matches(vm, exception, matcher->with);
    case BY_IDENTITY:
        if (is_group(vm, exception)) return 0;
        return dict_get(vm, to_dict(matcher->with), identity_key(exception)) != EMPTY;
    default: break;
    }
    OWNED Value answer = call_1(vm, matcher->with, exception);
    return answer == FAIL ? -1 : object_truth(vm, answer);
}

static bool copy_notes(VM *vm, Value from, Value to) {
    OWNED Value notes = TRY_OR_FALSE(object_find_attr(vm, from, NAME(__notes__)));
    if (notes == EMPTY || !is_sequence(vm, notes)) return true;
    OWNED Value copy = TRY_OR_FALSE(object_to_list(vm, notes));
    return object_setattr(vm, to, NAME(__notes__), copy);
}

/* The part of a group that has just these members, made by its own `derive`. NONE for no
 * members. */
static Value subset(VM *vm, Value group, List *members) {
    if (members->count == 0) return NONE;
    OWNED Value part = TRY(call_method_1(vm, group, NAME(derive), from_object(members)));
    if (!is_group(vm, part))
        return raise_type(vm, "derive must return an instance of BaseExceptionGroup");
    Exception *from = to_exception(group), *to = to_exception(part);
    Value traceback = exception_traceback(vm, group);
    if (traceback != EMPTY) exception_set_traceback(part, traceback);
    field_set(&to->context, from->context);
    if (to->context != EMPTY) to_object(to->context)->flags |= EXCEPTION_IS_CONTEXT;
    field_set(&to->cause, from->cause);
    to->suppress_context = true;
    CHECK(copy_notes(vm, group, part));
    return TAKE(part);
}

static bool split(VM *vm, Value exception, const Matcher *matcher, Parts *parts);

static bool split_members(VM *vm, Tuple *members, const Matcher *matcher, List *match,
                          List *rest) {
    for (usize i = 0; i < members->count; i++) {
        Parts parts;
        if (!enter_recursion(vm, " in exceptiongroup_split_recursive")) return false;
        bool is_done = split(vm, members->items[i], matcher, &parts);
        leave_recursion(vm);
        if (!is_done) return false;
        OWNED Value in = parts.match, out = parts.rest;
        if (in != NONE && !list_push(vm, match, in)) return false;
        if (out != NONE && !list_push(vm, rest, out)) return false;
    }
    return true;
}

static bool split_group(VM *vm, Value group, const Matcher *matcher, Parts *parts) {
    OWNED Value match = TRY_OR_FALSE(list_new(vm, 0));
    OWNED Value rest = TRY_OR_FALSE(list_new(vm, 0));
    Tuple *members = to_tuple(to_group(group)->exceptions);
    if (!split_members(vm, members, matcher, to_list(match), to_list(rest))) return false;
    OWNED Value part = TRY_OR_FALSE(subset(vm, group, to_list(match)));
    if (matcher->has_rest) parts->rest = TRY_OR_FALSE(subset(vm, group, to_list(rest)));
    parts->match = TAKE(part);
    return true;
}

static bool split(VM *vm, Value exception, const Matcher *matcher, Parts *parts) {
    *parts = (Parts){NONE, NONE};
    int is_match = matches(vm, matcher, exception);
    if (is_match < 0) return false;
    if (is_match)
        parts->match = incref(exception);
    else if (is_group(vm, exception))
        return split_group(vm, exception, matcher, parts);
    else if (matcher->has_rest)
        parts->rest = incref(exception);
    return true;
}

METHOD(BaseExceptionGroup, split, "($self, matcher_value, /) shown ($self, object, /)") {
    Matcher matcher = {.has_rest = true};
    Parts parts;
    CHECK(set_matcher(vm, &matcher, args[1]));
    CHECK(split(vm, args[0], &matcher, &parts));
    OWNED Value match = parts.match, rest = parts.rest;
    return tuple_of(vm, 2, match, rest);
}

METHOD(BaseExceptionGroup, subgroup,
       "($self, matcher_value, /) shown ($self, object, /)") {
    Matcher matcher = {.has_rest = false};
    Parts parts;
    CHECK(set_matcher(vm, &matcher, args[1]));
    CHECK(split(vm, args[0], &matcher, &parts));
    return parts.match;
}

/* ---- except* ---- */

static bool has_group_class(VM *vm, Value types) {
    if (has_kind(types, KIND_TYPE))
        return type_is_subtype((Type *)types, EXC(BaseExceptionGroup));
    for (usize i = 0; i < to_tuple(types)->count; i++)
        if (type_is_subtype((Type *)to_tuple(types)->items[i], EXC(BaseExceptionGroup)))
            return true;
    return false;
}

static Value wrap(VM *vm, Value exception) {
    OWNED Value members = TRY(tuple_of(vm, 1, exception));
    return make_group(vm, vm->empty_str, members);
}

static bool split_by_method(VM *vm, Value group, Value types, Value *matched,
                            Value *rest) {
    OWNED Value pair = TRY_OR_FALSE(call_method_1(vm, group, NAME(split), types));
    if (!has_exact_kind(pair, KIND_TUPLE)) {
        raise_type(vm, "%T.split must return a tuple, not %T", group, pair);
        return false;
    }
    usize count = to_tuple(pair)->count;
    if (count < 2) {
        raise_type(vm, "%T.split must return a 2-tuple, got tuple of size %lu", group,
                   count);
        return false;
    }
    *matched = incref(to_tuple(pair)->items[0]);
    *rest = incref(to_tuple(pair)->items[1]);
    return true;
}

bool exception_group_match(VM *vm, Value exception, Value types, Value *matched,
                           Value *rest) {
    *matched = *rest = NONE;
    int is_match = exception_caught_by(vm, exception, types);
    if (is_match < 0) return false;
    if (has_group_class(vm, types)) {
        raise_type(
            vm,
            "catching ExceptionGroup with except* is not allowed. Use except instead.");
        return false;
    }
    if (exception == NONE) return true;
    if (is_match && !is_group(vm, exception)) {
        *matched = wrap(vm, exception);
        return *matched != FAIL;
    }
    if (is_match)
        *matched = incref(exception);
    else if (is_group(vm, exception))
        return split_by_method(vm, exception, types, matched, rest);
    else
        *rest = incref(exception);
    return true;
}

/* Did a clause raise a part of the original again, rather than something new? */
static bool is_same_raise(VM *vm, Value a, Value b) {
    Exception *x = to_exception(a), *y = to_exception(b);
    return is_group(vm, a) && is_group(vm, b) &&
           exception_traceback(vm, a) == exception_traceback(vm, b) &&
           x->cause == y->cause && x->context == y->context;
}

static bool collect_leaves(VM *vm, Value exception, Dict *leaves) {
    if (!is_group(vm, exception))
        return dict_set(vm, leaves, identity_key(exception), NONE);
    Tuple *members = to_tuple(to_group(exception)->exceptions);
    if (!enter_recursion(vm, " in collect_exception_group_leaf_ids")) return false;
    bool is_done = true;
    for (usize i = 0; is_done && i < members->count; i++)
        is_done = collect_leaves(vm, members->items[i], leaves);
    leave_recursion(vm);
    return is_done;
}

/* The original group without the leaves that none of `kept` has. */
static Value project(VM *vm, Value original, List *kept) {
    OWNED Value leaves = TRY(dict_new(vm));
    for (usize i = 0; i < kept->count; i++)
        CHECK(collect_leaves(vm, kept->items[i], to_dict(leaves)));
    Matcher matcher = {.sort = BY_IDENTITY, .with = leaves};
    Parts parts;
    CHECK(split(vm, original, &matcher, &parts));
    return parts.match;
}

static bool sort_raised(VM *vm, Value original, List *raised, List *again, List *fresh) {
    for (usize i = 0; i < raised->count; i++) {
        Value exception = raised->items[i];
        if (exception == NONE) continue;
        List *to = is_same_raise(vm, exception, original) ? again : fresh;
        if (!list_push(vm, to, exception)) return false;
    }
    return true;
}

Value exception_group_reraise(VM *vm, Value original, Value raised) {
    List *all = to_list(raised);
    if (all->count == 0) return NONE;
    if (!is_group(vm, original)) return incref(all->items[0]);
    OWNED Value again = TRY(list_new(vm, 0));
    OWNED Value fresh = TRY(list_new(vm, 0));
    CHECK(sort_raised(vm, original, all, to_list(again), to_list(fresh)));
    OWNED Value rest = TRY(project(vm, original, to_list(again)));
    if (to_list(fresh)->count == 0) return TAKE(rest);
    if (rest != NONE) CHECK(list_push(vm, to_list(fresh), rest));
    if (to_list(fresh)->count == 1) return incref(to_list(fresh)->items[0]);
    return make_group(vm, vm->empty_str, fresh);
}
