/* time: a time of day */
#include "base/hash.h"
#include "objects/bytes.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

static Clock *clock_of(Value v) {
    return &to_time(v)->clock;
}

static Value make(VM *vm, Type *type, const Clock *clock) {
    TimeOfDay *time = (TimeOfDay *)object_new(vm, type);
    if (!time) return FAIL;
    time->clock = *clock;
    incref(clock->zone);
    return from_object(time);
}

Value time_new(VM *vm, Type *type, const Clock *clock) {
    if (type == DATETIME_TYPE(time)) return make(vm, type, clock);
    Value values[] = {from_small(clock->hour), from_small(clock->minute),
                      from_small(clock->second), from_small(clock->microsecond),
                      clock->zone};
    OWNED Value time = TRY(object_call(vm, from_object(type), values, 5, EMPTY));
    if (clock->fold && IS_DATETIME(time, time)) clock_of(time)->fold = clock->fold;
    return TAKE(time);
}

static Value from_state(VM *vm, Type *type, const u8 *bytes, Value zone) {
    CHECK(check_state_zone(vm, zone));
    Clock clock = {bytes[0] & 0x7F, bytes[1], bytes[2], bytes[0] >> 7,
                   bytes[3] << 16 | bytes[4] << 8 | bytes[5], zone};
    return make(vm, type, &clock);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"hour", "minute", "second", "microsecond",
                                        "tzinfo", "fold", NULL};
    static const Fields fields = {names, 5, 0};
    u8 state[6];
    if (nargs >= 1 && nargs <= 2 && kwnames == EMPTY && state_bytes(args[0], 6, state) &&
        (state[0] & 0x7F) < 24)
        return from_state(vm, type, state, nargs == 2 ? args[1] : NONE);
    Value given[6];
    Clock clock = {.zone = NONE};
    CHECK(fields_take(vm, &fields, args, nargs, kwnames, given));
    CHECK(clock_take(vm, given, &clock));
    return make(vm, type, &clock);
}

/* string -> time from a string in ISO 8601 format */
CLASS_METHOD(datetime_time, fromisoformat,
       "($type, string, /) shown ($type, object, /)") {
    if (!is_str(args[1])) return raise_type(vm, "fromisoformat: argument must be str");
    Span text = str_span(args[1]);
    if (text.length && *text.data == 'T') text = (Span){text.data + 1, text.length - 1};
    Clock clock = {.zone = NONE};
    int parsed = parse_iso_clock(vm, text, &clock);
    if (parsed < 0) return FAIL;
    if (!parsed) return raise_value(vm, "Invalid isoformat string: %R", args[1]);
    Value values[] = {from_small(clock.hour), from_small(clock.minute),
                      from_small(clock.second), from_small(clock.microsecond),
                      clock.zone, EMPTY};
    Clock checked = {.zone = NONE};
    Value time = clock_take(vm, values, &checked)
                     ? time_new(vm, to_type(args[0]), &checked)
                     : FAIL;
    decref(clock.zone);
    return time;
}


GETTER(datetime_time, hour) {
    return from_small(clock_of(self)->hour);
}
GETTER(datetime_time, minute) {
    return from_small(clock_of(self)->minute);
}
GETTER(datetime_time, second) {
    return from_small(clock_of(self)->second);
}
GETTER(datetime_time, microsecond) {
    return from_small(clock_of(self)->microsecond);
}
GETTER(datetime_time, tzinfo) {
    return incref(clock_of(self)->zone);
}
GETTER(datetime_time, fold) {
    return from_small(clock_of(self)->fold);
}

/* Return self.tzinfo.utcoffset(self). */
METHOD(datetime_time, utcoffset, "($self, /)") {
    return zone_offset(vm, clock_of(args[0])->zone, NONE);
}

/* Return self.tzinfo.dst(self). */
METHOD(datetime_time, dst, "($self, /)") {
    return zone_dst(vm, clock_of(args[0])->zone, NONE);
}

/* Return self.tzinfo.tzname(self). */
METHOD(datetime_time, tzname, "($self, /)") {
    return zone_name(vm, clock_of(args[0])->zone, NONE);
}

static Value iso_text(VM *vm, Value self, Value timespec) {
    Buffer out = {0};
    Microseconds shift;
    int has_zone = 0;
    bool ok = write_clock(vm, &out, clock_of(self), timespec, 1);
    if (ok) has_zone = zone_shift(vm, clock_of(self)->zone, NONE, &shift);
    if (has_zone > 0) write_offset(&out, shift, ":");
    if (ok && has_zone >= 0) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

/* Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
 *
 * The optional argument timespec specifies the number of additional terms
 * of the time to include. Valid options are 'auto', 'hours', 'minutes',
 * 'seconds', 'milliseconds' and 'microseconds'.
 *  */
METHOD(datetime_time, isoformat, "($self, /, timespec='auto') hidden") {
    return iso_text(vm, args[0], args[1]);
}

/* format -> strftime() style string. */
METHOD(datetime_time, strftime, "($self, /, format) hidden") {
    if (!is_str(args[1]))
        return raise_type(vm, "strftime() argument 1 must be str, not %N", args[1]);
    OWNED Value tuple =
        TRY(date_timetuple(vm, (Ymd){1900, 1, 1}, clock_of(args[0]), -1));
    return format_date(vm, args[0], args[1], tuple);
}

/* Formats self with strftime. */
METHOD(datetime_time, __format__, "($self, spec, /) hidden") {
    if (!is_str(args[1]))
        return raise_type(vm, "__format__() argument 1 must be str, not %N", args[1]);
    if (!to_str(args[1])->size) return object_str(vm, args[0]);
    return call_method_1(vm, args[0], NAME(strftime), args[1]);
}

/* Return time with new specified fields. */
METHOD(datetime_time, replace,
       "($self, /, hour=unchanged, minute=unchanged, second=unchanged, "
       "microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged) shown ($self, "
       "/, hour=unchanged, minute=unchanged, second=unchanged,\n        "
       "microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)") {
    Clock clock = *clock_of(args[0]);
    CHECK(clock_take(vm, args + 1, &clock));
    return time_new(vm, type_of(vm, args[0]), &clock);
}

/* The same as replace(). */
METHOD(datetime_time, __replace__,
       "($self, /, hour=unchanged, minute=unchanged, second=unchanged, "
       "microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged) shown ($self, "
       "/, **changes)") {
    return datetime_time_replace_method(vm, args, nargs);
}

static Value reduce(VM *vm, Value self, bool with_fold) {
    Clock *clock = clock_of(self);
    char bytes[CLOCK_BYTES];
    clock_to_bytes(clock, bytes);
    if (with_fold && clock->fold) bytes[0] |= (char)0x80;
    return clock_reduce_state(vm, bytes, sizeof bytes, self, clock->zone);
}

/* __reduce_ex__(proto) -> (cls, state) */
METHOD(datetime_time, __reduce_ex__, "($self, proto, /) hidden") {
    int protocol;
    CHECK(want_int(vm, args[1], &protocol));
    return reduce(vm, args[0], protocol > 3);
}

/* __reduce__() -> (cls, state) */
METHOD(datetime_time, __reduce__, "($self, /)") {
    return reduce(vm, args[0], false);
}

static Value repr(VM *vm, Value self) {
    Clock *clock = clock_of(self);
    Buffer out = {0};
    buffer_printf(&out, "%s(%d, %d", type_name(type_of(vm, self)), clock->hour,
                  clock->minute);
    if (clock->second || clock->microsecond) buffer_printf(&out, ", %d", clock->second);
    if (clock->microsecond) buffer_printf(&out, ", %d", clock->microsecond);
    if (clock->zone != NONE) {
        OWNED Value zone = object_repr(vm, clock->zone);
        if (zone == FAIL) {
            buffer_free(&out);
            return FAIL;
        }
        buffer_add_text(&out, ", tzinfo=");
        buffer_add_span(&out, str_span(zone));
    }
    if (clock->fold) buffer_add_text(&out, ", fold=1");
    buffer_add_char(&out, ')');
    return str_from_buffer(vm, &out);
}

static Value str(VM *vm, Value self) {
    return call_method_0(vm, self, NAME(isoformat));
}

static Microseconds total(const Clock *clock) {
    i64 seconds = (clock->hour * 60 + clock->minute) * 60 + clock->second;
    return (Microseconds)seconds * SECOND_MICROSECONDS + clock->microsecond;
}

static bool hash(VM *vm, Value self, u64 *out) {
    Microseconds shift;
    int has_shift = zone_shift(vm, clock_of(self)->zone, NONE, &shift);
    if (has_shift < 0) return false;
    if (has_shift) return delta_hash(vm, total(clock_of(self)) - shift, out);
    char bytes[CLOCK_BYTES];
    clock_to_bytes(clock_of(self), bytes);
    *out = hash_bytes(bytes, sizeof bytes, vm->hash_key);
    return true;
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    Microseconds left_shift = 0, right_shift = 0;
    if (!IS_DATETIME(time, b)) return NOT_IMPLEMENTED;
    Clock *left = clock_of(a), *right = clock_of(b);
    if (left->zone != right->zone) {
        int has_left = zone_shift(vm, left->zone, NONE, &left_shift);
        int has_right = has_left < 0 ? -1 : zone_shift(vm, right->zone, NONE, &right_shift);
        if (has_right < 0) return FAIL;
        if (has_left != has_right) {
            if (op == EQ || op == NE) return from_bool(op == NE);
            return raise_type(vm, "can't compare offset-naive and offset-aware times");
        }
    }
    i64 mine = (i64)(total(left) - left_shift), other = (i64)(total(right) - right_shift);
    return object_compare(vm, from_small(mine), from_small(other), op);
}

static void free_time(VM *vm, Obj *self) {
    clock_free(&((TimeOfDay *)self)->clock);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((TimeOfDay *)self)->clock.zone);
}

TYPE(datetime_time, .name = "datetime.time", .size = sizeof(TimeOfDay),
     .kind = KIND_OTHER,
     .doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n"
            "\n"
            "All arguments are optional. tzinfo may be None, or an instance of\n"
            "a tzinfo subclass. The remaining arguments may be ints.",
     .slots = {.new = construct,
               .free = free_time,
               .visit = visit,
               .repr = repr,
               .str = str,
               .hash = hash,
               .compare = compare})
