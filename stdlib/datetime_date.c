/* date, and the record of isocalendar() */
#include "base/hash.h"
#include "loop/chance.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

static Ymd fields_of(Value v) {
    Date *date = to_date(v);
    return (Ymd){date->year, date->month, date->day};
}

static i64 ordinal(Value v) {
    Date *date = to_date(v);
    return ordinal_of(date->year, date->month, date->day);
}

/* ---- making ---- */

static Value make(VM *vm, Type *type, int year, int month, int day) {
    CHECK(check_date(vm, year, month, day));
    Date *date = (Date *)object_new(vm, type);
    if (!date) return FAIL;
    date->year = (u16)year;
    date->month = (u8)month;
    date->day = (u8)day;
    return from_object(date);
}

Value date_new(VM *vm, Type *type, int year, int month, int day) {
    if (type == DATETIME_TYPE(date)) return make(vm, type, year, month, day);
    return call_3(vm, from_object(type), from_small(year), from_small(month),
                  from_small(day));
}

/* What pickle kept is taken as it is. */
static Value from_state(VM *vm, Type *type, const u8 *bytes) {
    Date *date = (Date *)object_new(vm, type);
    if (!date) return FAIL;
    date->year = (u16)(bytes[0] * 256 + bytes[1]);
    date->month = bytes[2];
    date->day = bytes[3];
    return from_object(date);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"year", "month", "day", NULL};
    static const Fields fields = {names, 3, 3};
    Value given[3];
    u8 state[4];
    if (nargs == 1 && kwnames == EMPTY && state_bytes(args[0], 4, state) &&
        state[2] >= 1 && state[2] <= 12)
        return from_state(vm, type, state);
    int year, month, day;
    CHECK(fields_take(vm, &fields, args, nargs, kwnames, given));
    CHECK(field_int(vm, given[0], &year) && field_int(vm, given[1], &month) &&
          field_int(vm, given[2], &day));
    return make(vm, type, year, month, day);
}

/* timestamp -> local date from a POSIX timestamp (like time.time()). */
CLASS_METHOD(datetime_date, fromtimestamp, "($type, timestamp, /)") {
    OWNED Value localtime = TRY(import_attribute(vm, "time", "localtime"));
    if (!is_int(args[1])) {
        OWNED Value moment = TRY(
            call_method_1(vm, from_object(DATETIME_TYPE(datetime)), NAME(fromtimestamp),
                          args[1]));
        Ymd day = fields_of(moment);
        return date_new(vm, to_type(args[0]), day.year, day.month, day.day);
    }
    OWNED Value tuple = TRY(call_1(vm, localtime, args[1]));
    Value *items = to_tuple(tuple)->items;
    return call_3(vm, args[0], items[0], items[1], items[2]);
}

/* Current date or datetime:  same as self.__class__.fromtimestamp(time.time()). */
CLASS_METHOD(datetime_date, today, "($type, /)") {
    OWNED Value time = TRY(import_attribute(vm, "time", "time"));
    OWNED Value now = TRY(call_0(vm, time));
    return call_method_1(vm, args[0], NAME(fromtimestamp), now);
}

static Value from_ymd(VM *vm, Value type, Ymd day) {
    return call_3(vm, type, from_small(day.year), from_small(day.month),
                  from_small(day.day));
}

/* int -> date corresponding to a proleptic Gregorian ordinal. */
CLASS_METHOD(datetime_date, fromordinal, "($type, ordinal, /) hidden") {
    int ordinal;
    CHECK(want_int(vm, args[1], &ordinal));
    if (ordinal < 1) return raise_value(vm, "ordinal must be >= 1");
    return from_ymd(vm, args[0], ymd_of(ordinal));
}

/* str -> Construct a date from a string in ISO 8601 format. */
CLASS_METHOD(datetime_date, fromisoformat,
       "($type, string, /) shown ($type, object, /)") {
    if (!is_str(args[1])) return raise_type(vm, "fromisoformat: argument must be str");
    Ymd day;
    Span text = str_span(args[1]);
    bool fits = text.length == 7 || text.length == 8 || text.length == 10;
    if (!fits || !parse_iso_date(text, &day))
        return raise_value(vm, "Invalid isoformat string: %R", args[1]);
    return from_ymd(vm, args[0], day);
}

/* int, int, int -> Construct a date from the ISO year, week number and weekday.
 *
 * This is the inverse of the function date.isocalendar() */
CLASS_METHOD(datetime_date, fromisocalendar, "($type, /, year, week, day) hidden") {
    int year, week, day;
    Ymd result;
    if (!want_int(vm, args[1], &year) || !want_int(vm, args[2], &week) ||
        !want_int(vm, args[3], &day)) {
        if (!exception_matches(vm, EXC(OverflowError))) return FAIL;
        exception_clear(vm);
        return raise_value(vm, "ISO calendar component out of range");
    }
    switch (ymd_of_iso_week(year, week, day, &result)) {
    case -2: return raise_value(vm, "Invalid week: %d", week);
    case -3: return raise_value(vm, "Invalid day: %d (range is [1, 7])", day);
    case -4: return raise_value(vm, "Year is out of range: %d", year);
    default: return from_ymd(vm, args[0], result);
    }
}

/* ---- fields ---- */

GETTER(datetime_date, year) {
    return from_small(to_date(self)->year);
}
GETTER(datetime_date, month) {
    return from_small(to_date(self)->month);
}
GETTER(datetime_date, day) {
    return from_small(to_date(self)->day);
}

/* Return date with new specified fields. */
METHOD(datetime_date, replace, "($self, /, year=unchanged, month=unchanged, day=unchanged)") {
    Ymd day = fields_of(args[0]);
    CHECK(field_int(vm, args[1], &day.year) && field_int(vm, args[2], &day.month) &&
          field_int(vm, args[3], &day.day));
    return date_new(vm, type_of(vm, args[0]), day.year, day.month, day.day);
}

/* The same as replace(). */
METHOD(datetime_date, __replace__,
       "($self, /, year=unchanged, month=unchanged, day=unchanged) shown ($self, /, "
       "**changes)") {
    return datetime_date_replace_method(vm, args, nargs);
}

/* Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1. */
METHOD(datetime_date, toordinal, "($self, /)") {
    return from_small(ordinal(args[0]));
}

/* Return the day of the week represented by the date.
 * Monday == 0 ... Sunday == 6 */
METHOD(datetime_date, weekday, "($self, /)") {
    return from_small((ordinal(args[0]) + 6) % 7);
}

/* Return the day of the week represented by the date.
 * Monday == 1 ... Sunday == 7 */
METHOD(datetime_date, isoweekday, "($self, /)") {
    return from_small((ordinal(args[0]) + 6) % 7 + 1);
}

static const RecordField iso_fields[] = {
    {"year", NULL}, {"week", NULL}, {"weekday", NULL}, {NULL, NULL}};
RECORD(datetime_IsoCalendarDate, "datetime.IsoCalendarDate", iso_fields, 3, "")
TYPE(datetime_IsoCalendarDate,
     RECORD_TYPE(datetime_IsoCalendarDate, "datetime.IsoCalendarDate", ""))

/* As a plain tuple: nobody can make one of these. */
METHOD(datetime_IsoCalendarDate, __reduce__, "($self, /)") {
    OWNED Value plain = TRY(tuple_from(vm, to_tuple(args[0])->items, 3));
    OWNED Value given = TRY(tuple_of(vm, 1, plain));
    return tuple_of(vm, 2, from_object(vm->types[TYPE_tuple]), given);
}

/* Return a named tuple containing ISO year, week number, and weekday. */
METHOD(datetime_date, isocalendar, "($self, /)") {
    int year = to_date(args[0])->year;
    i64 today = ordinal(args[0]);
    if (today < first_iso_monday(year))
        year--;
    else if (today >= first_iso_monday(year + 1))
        year++;
    i64 days = today - first_iso_monday(year);
    Value values[] = {from_small(year), from_small(days / 7 + 1),
                      from_small(days % 7 + 1)};
    CHECK(record_start(vm, &datetime_IsoCalendarDate_record));
    return record_new(vm, &datetime_IsoCalendarDate_record, values);
}

/* ---- text ---- */

static const char day_names[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char month_names[13][4] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Return ctime() style string. */
METHOD(datetime_date, ctime, "($self, /)") {
    Ymd day = fields_of(args[0]);
    Clock clock = {0};
    if (IS_DATETIME(datetime, args[0])) clock = to_moment(args[0])->clock;
    Buffer out = {0};
    buffer_printf(&out, "%s %s %2d %02d:%02d:%02d %04d",
                  day_names[weekday_of(day.year, day.month, day.day)],
                  month_names[day.month], day.day, clock.hour, clock.minute, clock.second,
                  day.year);
    return str_from_buffer(vm, &out);
}

static Value iso_text(VM *vm, Value self) {
    Ymd day = fields_of(self);
    Buffer out = {0};
    write_iso_date(&out, day.year, day.month, day.day);
    return str_from_buffer(vm, &out);
}

/* Return string in ISO 8601 format, YYYY-MM-DD. */
METHOD(datetime_date, isoformat, "($self, /)") {
    return iso_text(vm, args[0]);
}

/* format -> strftime() style string. */
METHOD(datetime_date, strftime, "($self, /, format) hidden") {
    if (!is_str(args[1]))
        return raise_type(vm, "strftime() argument 1 must be str, not %N", args[1]);
    OWNED Value tuple = TRY(call_method_0(vm, args[0], NAME(timetuple)));
    return format_date(vm, args[0], args[1], tuple);
}

/* Formats self with strftime. */
METHOD(datetime_date, __format__, "($self, spec, /) hidden") {
    if (!is_str(args[1]))
        return raise_type(vm, "__format__() argument 1 must be str, not %N", args[1]);
    if (!to_str(args[1])->size) return object_str(vm, args[0]);
    return call_method_1(vm, args[0], NAME(strftime), args[1]);
}

/* Return time tuple, compatible with time.localtime(). */
METHOD(datetime_date, timetuple, "($self, /)") {
    static const Clock midnight = {0};
    return date_timetuple(vm, fields_of(args[0]), &midnight, -1);
}

/* __reduce__() -> (cls, state) */
METHOD(datetime_date, __reduce__, "($self, /)") {
    char bytes[DATE_BYTES];
    date_to_bytes(to_date(args[0]), bytes);
    return clock_reduce_state(vm, bytes, sizeof bytes, args[0], NONE);
}

static Value repr(VM *vm, Value self) {
    Ymd day = fields_of(self);
    return str_format(vm, "%s(%d, %d, %d)", type_name(type_of(vm, self)), day.year,
                      day.month, day.day);
}

static Value str(VM *vm, Value self) {
    return call_method_0(vm, self, NAME(isoformat));
}

/* ---- operators ---- */

static bool hash(VM *vm, Value self, u64 *out) {
    char bytes[DATE_BYTES];
    date_to_bytes(to_date(self), bytes);
    *out = hash_bytes(bytes, sizeof bytes, vm->hash_key);
    return true;
}

/* A datetime is a date, but is not compared with one. */
static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!IS_DATETIME(date, b) || IS_DATETIME(datetime, b)) return NOT_IMPLEMENTED;
    i64 left = ordinal(a), right = ordinal(b);
    return object_compare(vm, from_small(left), from_small(right), op);
}

static Value shift(VM *vm, Value date, Value delta, int sign) {
    i64 result = ordinal(date) + (i64)sign * to_delta(delta)->days;
    if (result < 1 || result > MAX_ORDINAL)
        return raise_overflow(vm, "date value out of range");
    Ymd day = ymd_of(result);
    return date_new(vm, type_of(vm, date), day.year, day.month, day.day);
}

static Value binary(VM *vm, BinaryOp op, Value a, Value b) {
    if (IS_DATETIME(datetime, a) || IS_DATETIME(datetime, b)) return NOT_IMPLEMENTED;
    if (IS_DATETIME(date, a)) {
        if (IS_DATETIME(timedelta, b)) return shift(vm, a, b, op == BINARY_ADD ? 1 : -1);
        if (op == BINARY_SUB && IS_DATETIME(date, b))
            return delta_new(vm,
                             (Microseconds)(ordinal(a) - ordinal(b)) * DAY_MICROSECONDS);
    } else if (op == BINARY_ADD && IS_DATETIME(timedelta, a) && IS_DATETIME(date, b)) {
        return shift(vm, b, a, 1);
    }
    return NOT_IMPLEMENTED;
}

TYPE(datetime_date, .name = "datetime.date", .size = sizeof(Date), .kind = KIND_OTHER,
     .doc = "date(year, month, day) --> date object",
     .binary_ops = CAN(BINARY_ADD) | CAN(BINARY_SUB),
     .reflected_ops = CAN(BINARY_ADD) | CAN(BINARY_SUB),
     .slots = {.new = construct,
               .repr = repr,
               .str = str,
               .hash = hash,
               .compare = compare,
               .binary = binary})
