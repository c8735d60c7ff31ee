/* datetime: dates, times of day, moments, durations and time zones.
 *
 * The C structs: Delta (timedelta), Date (date), Moment (datetime, which is a Date with a
 * Clock), TimeOfDay (time, a Clock), Zone (timezone). A day's number ("ordinal") counts
 * from 1 January of year 1, which is 1. Durations are counted in microseconds of 128 bits
 * while they are computed.
 */
#ifndef APY_STDLIB_DATETIME_H
#define APY_STDLIB_DATETIME_H

#include "objects/type.h"
#include "objects/vm.h"

enum { MIN_YEAR = 1, MAX_YEAR = 9999, MAX_ORDINAL = 3652059, MAX_DELTA_DAYS = 999999999 };
enum { DAY_SECONDS = 86400, SECOND_MICROSECONDS = 1000000 };
#define DAY_MICROSECONDS ((i64)DAY_SECONDS * SECOND_MICROSECONDS)

typedef __int128 Microseconds;

typedef struct Delta {
    Obj h;
    i32 days, seconds, microseconds; /* seconds and microseconds are not negative */
} Delta;

typedef struct Date {
    Obj h;
    u16 year;
    u8 month, day;
} Date;

typedef struct Clock {
    u8 hour, minute, second, fold;
    i32 microsecond;
    Value zone; /* None or a tzinfo, owned */
} Clock;

typedef struct Moment {
    Date date;
    Clock clock;
} Moment;

typedef struct TimeOfDay {
    Obj h;
    Clock clock;
} TimeOfDay;

typedef struct Zone {
    Obj h;
    Value offset; /* timedelta */
    Value name;   /* str or None */
} Zone;

/* As CPython keeps and pickles them; hashes are of these bytes. */
enum { DATE_BYTES = 4, CLOCK_BYTES = 6 };
static inline void date_to_bytes(const Date *date, char *out) {
    out[0] = (char)(date->year >> 8);
    out[1] = (char)date->year;
    out[2] = (char)date->month;
    out[3] = (char)date->day;
}
static inline void clock_to_bytes(const Clock *clock, char *out) {
    out[0] = (char)clock->hour;
    out[1] = (char)clock->minute;
    out[2] = (char)clock->second;
    out[3] = (char)(clock->microsecond >> 16);
    out[4] = (char)(clock->microsecond >> 8);
    out[5] = (char)clock->microsecond;
}

typedef struct Ymd {
    int year, month, day;
} Ymd;

static inline Delta *to_delta(Value v) {
    return (Delta *)v;
}
static inline Date *to_date(Value v) {
    return (Date *)v;
}
static inline Moment *to_moment(Value v) {
    return (Moment *)v;
}
static inline TimeOfDay *to_time(Value v) {
    return (TimeOfDay *)v;
}
#define DATETIME_TYPE(name) (vm->types[TYPE_datetime_##name])
#define IS_DATETIME(name, v) is_instance(vm, (v), DATETIME_TYPE(name))

/* ---- the calendar: datetime_calendar.c ---- */

int days_in_month(int year, int month);
i64 ordinal_of(int year, int month, int day);
Ymd ymd_of(i64 ordinal);
int weekday_of(int year, int month, int day); /* Monday is 0 */
int day_of_year(int year, int month, int day);
i64 first_iso_monday(int year); /* ordinal */
/* 0, or what is wrong: -2 the week, -3 the day, -4 the year. */
int ymd_of_iso_week(int year, int week, int day, Ymd *out);

/* ---- arguments: datetime_fields.c ---- */

/* Arguments by position or name, in the words of CPython's older parser. */
typedef struct Fields {
    const char *const *names; /* ended by NULL */
    u32 positional, required;
} Fields;
bool fields_take(VM *vm, const Fields *fields, Value *args, u32 nargs, Value kwnames,
                 Value *out);
/* A C int; EMPTY leaves *out. */
bool field_int(VM *vm, Value v, int *out);
bool check_date(VM *vm, int year, int month, int day);
/* args: hour, minute, second, microsecond, tzinfo, fold, each maybe EMPTY; the clock holds
 * what stands in for those. zone becomes borrowed. */
bool clock_take(VM *vm, Value *args, Clock *clock);
bool check_zone(VM *vm, Value zone);
/* Put a name into the type's dict. Takes over the value. */
bool add_to_type(VM *vm, Type *type, const char *name, Value owned);

/* ---- timedelta: datetime_delta.c ---- */

Value delta_new(VM *vm, Microseconds total);
/* What hash() gives for a duration of that many microseconds. */
bool delta_hash(VM *vm, Microseconds total, u64 *out);
static inline Microseconds delta_total(const Delta *delta) {
    return ((Microseconds)delta->days * DAY_SECONDS + delta->seconds) *
               SECOND_MICROSECONDS +
           delta->microseconds;
}

/* ---- zones: datetime_zone.c ---- */

/* The zone's utcoffset or dst for `when` (a datetime or None): a timedelta (owned), None, or
 * FAIL. */
Value zone_offset(VM *vm, Value zone, Value when);
Value zone_dst(VM *vm, Value zone, Value when);
Value zone_name(VM *vm, Value zone, Value when);
/* The same for a clock's zone; microseconds. 1 there is one, 0 None, -1 failed. */
int zone_shift(VM *vm, Value zone, Value when, Microseconds *out);
Value zone_new(VM *vm, Value offset, Value name); /* utc for 0 without name */
Value zone_utc(VM *vm);                           /* borrowed */
Value zone_local(VM *vm, i64 seconds);            /* the system's at that time */

/* ---- date and datetime ---- */

Value date_new(VM *vm, Type *type, int year, int month, int day);
/* Checks the fields. zone is borrowed. An instance of a subclass is made by calling it. */
Value moment_new(VM *vm, Type *type, Ymd date, const Clock *clock);
Value time_new(VM *vm, Type *type, const Clock *clock);
/* Since day 0 of year 1, without zone. */
Microseconds moment_total(const Moment *moment);
/* That many microseconds since then. OverflowError "date value out of range". */
Value moment_from_total(VM *vm, Type *type, Microseconds total, const Clock *clock);
Value moment_add(VM *vm, Value moment, Value delta, int sign);
Value date_timetuple(VM *vm, Ymd date, const Clock *clock, int dst);
Value clock_reduce_state(VM *vm, const char *data, usize size, Value self, Value zone);
void clock_free(Clock *clock);
/* What pickle kept of an object: bytes, or a str of Latin-1 from old pickles, of this size.
 * Copied to out. */
bool state_bytes(Value v, usize size, u8 *out);
bool check_state_zone(VM *vm, Value zone);

/* ---- text: datetime_text.c ---- */

/* A number that is not negative, with leading zeros. */
void write_padded(Buffer *out, int number, int digits);
void write_iso_date(Buffer *out, int year, int month, int day);
void write_offset(Buffer *out, Microseconds shift, const char *separator);
bool write_clock(VM *vm, Buffer *out, const Clock *clock, Value timespec, u32 number);
/* strftime: `object` has utcoffset() and tzname() if it is no date. */
Value format_date(VM *vm, Value object, Value format, Value timetuple);
/* Called strptime of the module _strptime. */
Value parse_by_format(VM *vm, const char *function, Value type, Value string, Value format);
bool parse_iso_date(Span text, Ymd *out);
/* The clock's zone is owned. 1 parsed, 0 malformed, -1 failed (exception). */
int parse_iso_clock(VM *vm, Span text, Clock *out);
usize find_iso_separator(Span text);
Value import_attribute(VM *vm, const char *module, const char *name);

#endif
