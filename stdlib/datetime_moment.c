/* datetime: a date and a time of day */
#include "base/hash.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

static Clock *clock_of(Value v) {
    return &to_moment(v)->clock;
}

static Ymd date_of(Value v) {
    Date *date = to_date(v);
    return (Ymd){date->year, date->month, date->day};
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, Ymd day, const Clock *clock) {
    CHECK(check_date(vm, day.year, day.month, day.day));
    Moment *moment = (Moment *)object_new(vm, type);
    if (!moment) return FAIL;
    moment->date.year = (u16)day.year;
    moment->date.month = (u8)day.month;
    moment->date.day = (u8)day.day;
    moment->clock = *clock;
    incref(clock->zone);
    return from_object(moment);
}

Value moment_new(VM *vm, Type *type, Ymd day, const Clock *clock) {
    if (type == DATETIME_TYPE(datetime)) return make(vm, type, day, clock);
    Value values[] = {from_small(day.year),          from_small(day.month),
                      from_small(day.day),           from_small(clock->hour),
                      from_small(clock->minute),     from_small(clock->second),
                      from_small(clock->microsecond), clock->zone};
    OWNED Value moment = TRY(object_call(vm, from_object(type), values, 8, EMPTY));
    if (clock->fold && IS_DATETIME(datetime, moment)) clock_of(moment)->fold = 1;
    return TAKE(moment);
}

/* What pickle kept is taken as it is. */
static Value from_state(VM *vm, Type *type, const u8 *bytes, Value zone) {
    CHECK(check_state_zone(vm, zone));
    Clock clock = {bytes[4], bytes[5], bytes[6], bytes[2] >> 7,
                   bytes[7] << 16 | bytes[8] << 8 | bytes[9], incref(zone)};
    Moment *moment = (Moment *)object_new(vm, type);
    if (!moment) return FAIL;
    moment->date.year = (u16)(bytes[0] * 256 + bytes[1]);
    moment->date.month = bytes[2] & 0x7F;
    moment->date.day = bytes[3];
    moment->clock = clock;
    return from_object(moment);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"year",   "month",       "day",    "hour", "minute",
                                        "second", "microsecond", "tzinfo", "fold", NULL};
    static const Fields fields = {names, 8, 3};
    u8 state[10];
    if (nargs >= 1 && nargs <= 2 && kwnames == EMPTY && state_bytes(args[0], 10, state) &&
        (state[2] & 0x7F) >= 1 && (state[2] & 0x7F) <= 12)
        return from_state(vm, type, state, nargs == 2 ? args[1] : NONE);
    Value given[9];
    Ymd day;
    Clock clock = {.zone = NONE};
    CHECK(fields_take(vm, &fields, args, nargs, kwnames, given));
    CHECK(field_int(vm, given[0], &day.year) && field_int(vm, given[1], &day.month) &&
          field_int(vm, given[2], &day.day));
    CHECK(check_date(vm, day.year, day.month, day.day));
    CHECK(clock_take(vm, given + 3, &clock));
    return make(vm, type, day, &clock);
}

/* date, time -> datetime with same date and time fields */
CLASS_METHOD(datetime_datetime, combine,
       "($type, /, date, time, tzinfo=self.tzinfo) hidden") {
    if (!IS_DATETIME(date, args[1]))
        return raise_type(vm, "combine() argument 1 must be datetime.date, not %N",
                          args[1]);
    if (!IS_DATETIME(time, args[2]))
        return raise_type(vm, "combine() argument 2 must be datetime.time, not %N",
                          args[2]);
    Clock clock = to_time(args[2])->clock;
    if (args[3] != EMPTY) {
        CHECK(check_zone(vm, args[3]));
        clock.zone = args[3];
    }
    return moment_new(vm, to_type(args[0]), date_of(args[1]), &clock);
}

/* string -> datetime from a string in most ISO 8601 formats */
CLASS_METHOD(datetime_datetime, fromisoformat,
       "($type, string, /) shown ($type, object, /)") {
    if (!is_str(args[1])) return raise_type(vm, "fromisoformat: argument must be str");
    Span text = str_span(args[1]);
    Ymd day;
    Clock clock = {.zone = NONE};
    usize at = text.length < 7 ? 0 : find_iso_separator(text);
    int parsed = at && at <= text.length && parse_iso_date((Span){text.data, at}, &day);
    if (parsed && at < text.length) {
        do
            at++;
        while (at < text.length && ((u8)text.data[at] & 0xC0) == 0x80);
        parsed = parse_iso_clock(vm, (Span){text.data + at, text.length - at}, &clock);
    }
    if (parsed < 0) return FAIL;
    if (!parsed) return raise_value(vm, "Invalid isoformat string: %R", args[1]);
    Value values[] = {from_small(clock.hour), from_small(clock.minute),
                      from_small(clock.second), from_small(clock.microsecond),
                      clock.zone, EMPTY};
    Clock checked = {.zone = NONE};
    bool ok = check_date(vm, day.year, day.month, day.day) &&
              clock_take(vm, values, &checked);
    Value moment = ok ? moment_new(vm, to_type(args[0]), day, &checked) : FAIL;
    decref(clock.zone);
    return moment;
}

/* string, format -> new datetime parsed from a string (like time.strptime()). */
CLASS_METHOD(datetime_datetime, strptime, "($type, date_string, format, /) hidden") {
    if (!is_str(args[1])) {
        return raise_type(vm, "strptime() argument 1 must be str, not %N", args[1]);
    }
    if (!is_str(args[2])) {
        return raise_type(vm, "strptime() argument 2 must be str, not %N", args[2]);
    }
    return parse_by_format(vm, "_strptime_datetime", args[0], args[1], args[2]);
}

/* ---- fields ---- */

GETTER(datetime_datetime, hour) {
    return from_small(clock_of(self)->hour);
}
GETTER(datetime_datetime, minute) {
    return from_small(clock_of(self)->minute);
}
GETTER(datetime_datetime, second) {
    return from_small(clock_of(self)->second);
}
GETTER(datetime_datetime, microsecond) {
    return from_small(clock_of(self)->microsecond);
}
GETTER(datetime_datetime, tzinfo) {
    return incref(clock_of(self)->zone);
}
GETTER(datetime_datetime, fold) {
    return from_small(clock_of(self)->fold);
}

/* Return date object with same year, month and day. */
METHOD(datetime_datetime, date, "($self, /)") {
    Ymd day = date_of(args[0]);
    return date_new(vm, DATETIME_TYPE(date), day.year, day.month, day.day);
}

/* Return time object with same time but with tzinfo=None. */
METHOD(datetime_datetime, time, "($self, /)") {
    Clock clock = *clock_of(args[0]);
    clock.zone = NONE;
    return time_new(vm, DATETIME_TYPE(time), &clock);
}

/* Return time object with same time and tzinfo. */
METHOD(datetime_datetime, timetz, "($self, /)") {
    return time_new(vm, DATETIME_TYPE(time), clock_of(args[0]));
}

/* Return self.tzinfo.utcoffset(self). */
METHOD(datetime_datetime, utcoffset, "($self, /)") {
    return zone_offset(vm, clock_of(args[0])->zone, args[0]);
}

/* Return self.tzinfo.dst(self). */
METHOD(datetime_datetime, dst, "($self, /)") {
    return zone_dst(vm, clock_of(args[0])->zone, args[0]);
}

/* Return self.tzinfo.tzname(self). */
METHOD(datetime_datetime, tzname, "($self, /)") {
    return zone_name(vm, clock_of(args[0])->zone, args[0]);
}

/* Return datetime with new specified fields. */
METHOD(datetime_datetime, replace,
       "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, "
       "minute=unchanged, second=unchanged, microsecond=unchanged, "
       "tzinfo=unchanged, *, fold=unchanged) shown ($self, /, year=unchanged, "
       "month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, "
       "second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, "
       "fold=unchanged)") {
    Ymd day = date_of(args[0]);
    Clock clock = *clock_of(args[0]);
    CHECK(field_int(vm, args[1], &day.year) && field_int(vm, args[2], &day.month) &&
          field_int(vm, args[3], &day.day));
    CHECK(check_date(vm, day.year, day.month, day.day));
    CHECK(clock_take(vm, args + 4, &clock));
    return moment_new(vm, type_of(vm, args[0]), day, &clock);
}

/* The same as replace(). */
METHOD(datetime_datetime, __replace__,
       "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, "
       "minute=unchanged, second=unchanged, microsecond=unchanged, "
       "tzinfo=unchanged, *, fold=unchanged) shown ($self, /, **changes)") {
    return datetime_datetime_replace_method(vm, args, nargs);
}

/* ---- text ---- */

static bool write_iso(VM *vm, Buffer *out, Value self, u32 separator, Value timespec) {
    Ymd day = date_of(self);
    write_iso_date(out, day.year, day.month, day.day);
    buffer_add_code_point(out, separator);
    if (!write_clock(vm, out, clock_of(self), timespec, 2)) return false;
    Microseconds shift;
    int has_zone = zone_shift(vm, clock_of(self)->zone, self, &shift);
    if (has_zone > 0) write_offset(out, shift, ":");
    return has_zone >= 0;
}

/* [sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].
 * sep is used to separate the year from the time, and defaults to 'T'.
 * The optional argument timespec specifies the number of additional terms
 * of the time to include. Valid options are 'auto', 'hours', 'minutes',
 * 'seconds', 'milliseconds' and 'microseconds'.
 *  */
METHOD(datetime_datetime, isoformat, "($self, /, sep='T', timespec='auto') hidden") {
    u32 separator = 'T';
    if (args[1] != EMPTY) {
        if (!is_str(args[1]) || str_length(args[1]) != 1)
            return raise_type(vm,
                              "isoformat() argument 1 must be a unicode character, not %N",
                              args[1]);
        separator = str_code_point(args[1], 0);
    }
    Buffer out = {0};
    if (write_iso(vm, &out, args[0], separator, args[2])) return str_from_buffer(vm, &out);
    buffer_free(&out);
    return FAIL;
}

static Value str(VM *vm, Value self) {
    OWNED Value space = TRY(str_from_text(vm, " "));
    return call_method_1(vm, self, NAME(isoformat), space);
}

static Value repr(VM *vm, Value self) {
    Ymd day = date_of(self);
    Clock *clock = clock_of(self);
    Buffer out = {0};
    buffer_printf(&out, "%s(%d, %d, %d, %d, %d", type_name(type_of(vm, self)), day.year,
                  day.month, day.day, clock->hour, clock->minute);
    if (clock->second || clock->microsecond) buffer_printf(&out, ", %d", clock->second);
    if (clock->microsecond) buffer_printf(&out, ", %d", clock->microsecond);
    if (clock->fold) buffer_add_text(&out, ", fold=1");
    if (clock->zone != NONE) {
        OWNED Value zone = object_repr(vm, clock->zone);
        if (zone == FAIL) {
            buffer_free(&out);
            return FAIL;
        }
        buffer_add_text(&out, ", tzinfo=");
        buffer_add_span(&out, str_span(zone));
    }
    buffer_add_char(&out, ')');
    return str_from_buffer(vm, &out);
}

static Value reduce(VM *vm, Value self, bool with_fold) {
    Clock *clock = clock_of(self);
    char bytes[DATE_BYTES + CLOCK_BYTES];
    date_to_bytes(&to_moment(self)->date, bytes);
    clock_to_bytes(clock, bytes + DATE_BYTES);
    if (with_fold && clock->fold) bytes[2] |= (char)0x80;
    return clock_reduce_state(vm, bytes, sizeof bytes, self, clock->zone);
}

/* __reduce_ex__(proto) -> (cls, state) */
METHOD(datetime_datetime, __reduce_ex__, "($self, proto, /) hidden") {
    int protocol;
    CHECK(want_int(vm, args[1], &protocol));
    return reduce(vm, args[0], protocol > 3);
}

/* __reduce__() -> (cls, state) */
METHOD(datetime_datetime, __reduce__, "($self, /)") {
    return reduce(vm, args[0], false);
}

/* ---- arithmetic ---- */

Microseconds moment_total(const Moment *moment) {
    const Clock *clock = &moment->clock;
    i64 days = ordinal_of(moment->date.year, moment->date.month, moment->date.day);
    i64 seconds = (clock->hour * 60 + clock->minute) * 60 + clock->second;
    return ((Microseconds)days * DAY_SECONDS + seconds) * SECOND_MICROSECONDS +
           clock->microsecond;
}

Value moment_from_total(VM *vm, Type *type, Microseconds total, const Clock *clock) {
    Microseconds days = total / DAY_MICROSECONDS;
    if (total < DAY_MICROSECONDS || days > MAX_ORDINAL)
        return raise_overflow(vm, "date value out of range");
    i64 rest = (i64)(total % DAY_MICROSECONDS), seconds = rest / SECOND_MICROSECONDS;
    Clock result = {(u8)(seconds / 3600), (u8)(seconds / 60 % 60), (u8)(seconds % 60), 0,
                    (i32)(rest % SECOND_MICROSECONDS), clock->zone};
    return moment_new(vm, type, ymd_of((i64)days), &result);
}

Value moment_add(VM *vm, Value moment, Value delta, int sign) {
    Microseconds total = moment_total(to_moment(moment));
    total += sign * delta_total(to_delta(delta));
    return moment_from_total(vm, type_of(vm, moment), total, clock_of(moment));
}

static Value subtract(VM *vm, Value a, Value b) {
    Microseconds left = 0, right = 0;
    if (clock_of(a)->zone != clock_of(b)->zone) {
        int has_left = zone_shift(vm, clock_of(a)->zone, a, &left);
        int has_right = has_left < 0 ? -1 : zone_shift(vm, clock_of(b)->zone, b, &right);
        if (has_right < 0) return FAIL;
        if (has_left != has_right)
            return raise_type(vm,
                              "can't subtract offset-naive and offset-aware datetimes");
    }
    return delta_new(vm, moment_total(to_moment(a)) - left -
                             (moment_total(to_moment(b)) - right));
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    if (IS_DATETIME(datetime, a)) {
        if (IS_DATETIME(timedelta, b))
            return moment_add(vm, a, b, op == BINARY_ADD ? 1 : -1);
        if (op == BINARY_SUB && IS_DATETIME(datetime, b)) return subtract(vm, a, b);
    } else if (op == BINARY_ADD && IS_DATETIME(timedelta, a)) {
        return moment_add(vm, b, a, 1);
    }
    return NOT_IMPLEMENTED;
}

/* ---- comparison ---- */

/* Does the offset depend on fold, so that the moment is never equal to one of another zone? */
static int is_ambiguous(VM *vm, Value moment, Microseconds shift) {
    Clock flipped = *clock_of(moment);
    flipped.fold = !flipped.fold;
    OWNED Value other =
        moment_new(vm, DATETIME_TYPE(datetime), date_of(moment), &flipped);
    Microseconds other_shift;
    if (other == FAIL || zone_shift(vm, flipped.zone, other, &other_shift) < 0) return -1;
    return other_shift != shift;
}

static Value compare_totals(Microseconds left, Microseconds right, CompareOp op) {
    switch (op) {
    case LT: return from_bool(left < right);
    case LE: return from_bool(left <= right);
    case EQ: return from_bool(left == right);
    case NE: return from_bool(left != right);
    case GT: return from_bool(left > right);
    default: return from_bool(left >= right);
    }
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    Microseconds left = 0, right = 0;
    if (!IS_DATETIME(datetime, b)) return NOT_IMPLEMENTED;
    if (clock_of(a)->zone != clock_of(b)->zone) {
        int has_left = zone_shift(vm, clock_of(a)->zone, a, &left);
        int has_right = has_left < 0 ? -1 : zone_shift(vm, clock_of(b)->zone, b, &right);
        if (has_right < 0) return FAIL;
        if (has_left != has_right) {
            if (op == EQ || op == NE) return from_bool(op == NE);
            return raise_type(vm,
                              "can't compare offset-naive and offset-aware datetimes");
        }
        if (has_left && (op == EQ || op == NE)) {
            int odd = is_ambiguous(vm, a, left);
            if (!odd) odd = is_ambiguous(vm, b, right);
            if (odd < 0) return FAIL;
            if (odd) return from_bool(op == NE);
        }
    }
    return compare_totals(moment_total(to_moment(a)) - left,
                          moment_total(to_moment(b)) - right, op);
}

/* The offset is that of the first of two times of day that are the same. */
static bool hash(VM *vm, Value self, u64 *out) {
    Clock clock = *clock_of(self);
    Microseconds shift = 0;
    OWNED Value first = incref(self);
    if (clock.fold) {
        clock.fold = 0;
        replace(&first, moment_new(vm, DATETIME_TYPE(datetime), date_of(self), &clock));
    }
    if (first == FAIL) return false;
    int has_shift = zone_shift(vm, clock.zone, first, &shift);
    if (has_shift < 0) return false;
    if (has_shift) return delta_hash(vm, moment_total(to_moment(self)) - shift, out);
    char bytes[DATE_BYTES + CLOCK_BYTES];
    date_to_bytes(&to_moment(self)->date, bytes);
    clock_to_bytes(&clock, bytes + DATE_BYTES);
    *out = hash_bytes(bytes, sizeof bytes, vm->hash_key);
    return true;
}

static void free_moment(VM *vm, Obj *self) {
    clock_free(&((Moment *)self)->clock);
}

static void visit(Obj *self, Visitor *visitor) {
    visitor->visit(visitor, ((Moment *)self)->clock.zone);
}

TYPE(datetime_datetime, .name = "datetime.datetime", .base = TYPE_datetime_date,
     .size = sizeof(Moment), .kind = KIND_OTHER,
     .doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])"
            "\n\n"
            "The year, month and day arguments are required. tzinfo may be None, or an\n"
            "instance of a tzinfo subclass. The remaining arguments may be ints.",
     .binary_ops = CAN(BINARY_ADD) | CAN(BINARY_SUB),
     .reflected_ops = CAN(BINARY_ADD) | CAN(BINARY_SUB),
     .slots = {.new = construct,
               .free = free_moment,
               .visit = visit,
               .repr = repr,
               .str = str,
               .hash = hash,
               .compare = compare,
               .binary = binary})
