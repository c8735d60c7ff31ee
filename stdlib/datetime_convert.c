/* datetime and the clock: timestamps, now, other zones, time tuples. */
#include <errno.h>
#include <math.h>
#include <time.h>

#include "loop/chance.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

#define EPOCH_ORDINAL 719163 /* 1 January 1970 */
enum { LONGEST_FOLD = DAY_SECONDS }; /* clocks are set back by less */

static Clock *clock_of(Value v) {
    return &to_moment(v)->clock;
}

static Microseconds epoch(void) {
    return (Microseconds)EPOCH_ORDINAL * DAY_MICROSECONDS;
}

/* ---- local time, in seconds since 1970 as if the fields were UTC ---- */

static bool local_fields(VM *vm, i64 seconds, struct tm *tm) {
    time_t when = (time_t)seconds;
    if (localtime_r(&when, tm)) return true;
    raise_os(vm, errno, EMPTY);
    return false;
}

static i64 seconds_of(const struct tm *tm) {
    i64 days = ordinal_of(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday) - EPOCH_ORDINAL;
    int second = tm->tm_sec > 59 ? 59 : tm->tm_sec;
    return days * DAY_SECONDS + tm->tm_hour * 3600 + tm->tm_min * 60 + second;
}

static bool to_local(VM *vm, i64 seconds, i64 *out) {
    struct tm tm;
    if (!local_fields(vm, seconds, &tm)) return false;
    *out = seconds_of(&tm);
    return true;
}

/* The time whose local fields are `local`; of two that are, the one that `fold` says; where
 * there is none, the one before or behind the gap. */
static bool from_local(VM *vm, i64 local, bool fold, i64 *out) {
    i64 shown, first, second, again, other, difference, other_difference;
    if (!to_local(vm, local, &shown)) return false;
    difference = shown - local;
    first = local - difference;
    if (!to_local(vm, first, &again)) return false;
    if (again == local) {
        /* one solution; there may be another with the offset of a day away */
        second = first + (fold ? LONGEST_FOLD : -LONGEST_FOLD);
        if (!to_local(vm, second, &other)) return false;
        other_difference = other - second;
        *out = first;
        if (difference == other_difference) return true;
    } else {
        other_difference = again - first;
    }
    second = local - other_difference;
    if (!to_local(vm, second, &other)) return false;
    *out = second;
    if (other == local) return true;
    *out = first;
    if (again == local) return true;
    bool first_is_less = first < second;
    *out = fold == first_is_less ? first : second;
    return true;
}

/* ---- from timestamps ---- */

/* Seconds and microseconds of a number, halves to even. */
static bool read_timestamp(VM *vm, Value v, i64 *seconds, i32 *microseconds) {
    *microseconds = 0;
    if (!is_float(v)) {
        OWNED Value whole = object_index(vm, v);
        if (whole == FAIL) return false;
        if (int_fits_i64(whole, seconds)) return true;
        raise_overflow(vm, "timestamp out of range for platform time_t");
        return false;
    }
    double number = to_double(v), whole;
    if (isnan(number)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
    double fraction = nearbyint(modf(number, &whole) * 1e6);
    if (fraction >= 1e6) {
        fraction -= 1e6;
        whole++;
    } else if (fraction < 0) {
        fraction += 1e6;
        whole--;
    }
    if (fabs(whole) >= 9.2e18) {
        raise_overflow(vm, "timestamp out of range for platform time_t");
        return false;
    }
    *seconds = (i64)whole;
    *microseconds = (i32)fraction;
    return true;
}

/* Is this the second of two times with the same local fields? */
static bool find_fold(VM *vm, i64 seconds, i64 shown, u8 *fold) {
    i64 probe, transition, again;
    *fold = 0;
    if (!to_local(vm, seconds - LONGEST_FOLD, &probe)) return false;
    transition = shown - probe - LONGEST_FOLD;
    if (transition >= 0) return true;
    if (!to_local(vm, seconds + transition, &again)) return false;
    *fold = again == shown;
    return true;
}

static Value from_fields(VM *vm, Type *type, const struct tm *tm, i32 microsecond,
                         u8 fold, Value zone) {
    int second = tm->tm_sec > 59 ? 59 : tm->tm_sec;
    Clock clock = {(u8)tm->tm_hour, (u8)tm->tm_min, (u8)second, fold, microsecond, zone};
    int year = tm->tm_year + 1900;
    if (year < MIN_YEAR || year > MAX_YEAR)
        return raise_value(vm, "year %d is out of range", year);
    return moment_new(vm, type, (Ymd){year, tm->tm_mon + 1, tm->tm_mday}, &clock);
}

static Value from_seconds(VM *vm, Type *type, i64 seconds, i32 microsecond, bool is_utc,
                          Value zone) {
    struct tm tm;
    time_t when = (time_t)seconds;
    u8 fold = 0;
    errno = 0;
    if (!(is_utc ? gmtime_r(&when, &tm) : localtime_r(&when, &tm)))
        return raise_os(vm, errno, EMPTY);
    bool in_years = tm.tm_year + 1900 >= MIN_YEAR && tm.tm_year + 1900 <= MAX_YEAR;
    if (!is_utc && zone == NONE && in_years)
        CHECK(find_fold(vm, seconds, seconds_of(&tm), &fold));
    return from_fields(vm, type, &tm, microsecond, fold, zone);
}

static Value in_zone(VM *vm, Type *type, i64 seconds, i32 microsecond, Value zone) {
    CHECK(check_zone(vm, zone));
    OWNED Value moment =
        TRY(from_seconds(vm, type, seconds, microsecond, zone != NONE, zone));
    return zone == NONE ? TAKE(moment) : call_method_1(vm, zone, NAME(fromutc), moment);
}

/* timestamp[, tz] -> tz's local time from POSIX timestamp. */
CLASS_METHOD(datetime_datetime, fromtimestamp, "($type, /, timestamp, tz=None) hidden") {
    i64 seconds;
    i32 microseconds;
    Value zone = args[2] == EMPTY ? NONE : args[2];
    CHECK(check_zone(vm, zone));
    CHECK(read_timestamp(vm, args[1], &seconds, &microseconds));
    return in_zone(vm, to_type(args[0]), seconds, microseconds, zone);
}

/* Construct a naive UTC datetime from a POSIX timestamp. */
CLASS_METHOD(datetime_datetime, utcfromtimestamp, "($type, timestamp, /) hidden") {
    i64 seconds;
    i32 microseconds;
    CHECK(warn(vm, EXC(DeprecationWarning), 1,
               "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for "
               "removal in a future version. Use timezone-aware objects to represent "
               "datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, "
               "datetime.UTC)."));
    CHECK(read_timestamp(vm, args[1], &seconds, &microseconds));
    return from_seconds(vm, to_type(args[0]), seconds, microseconds, true, NONE);
}

/* Returns new datetime object representing current time local to tz.
 *
 *   tz
 *     Timezone object.
 *
 * If no tz is specified, uses local timezone. */
CLASS_METHOD(datetime_datetime, now, "($type, /, tz=None)") {
    i64 now = chance_wall(vm);
    return in_zone(vm, to_type(args[0]), now / 1000000000, (i32)(now % 1000000000 / 1000),
                   args[1] == EMPTY ? NONE : args[1]);
}

/* Return a new datetime representing UTC day and time. */
CLASS_METHOD(datetime_datetime, utcnow, "($type, /)") {
    CHECK(warn(vm, EXC(DeprecationWarning), 1,
               "datetime.datetime.utcnow() is deprecated and scheduled for removal in a "
               "future version. Use timezone-aware objects to represent datetimes in "
               "UTC: datetime.datetime.now(datetime.UTC)."));
    i64 now = chance_wall(vm);
    return from_seconds(vm, to_type(args[0]), now / 1000000000,
                        (i32)(now % 1000000000 / 1000), true, NONE);
}

/* ---- to timestamps and other zones ---- */

/* Seconds since 1970 of a moment without zone, taken as local time. */
static bool seconds_of_naive(VM *vm, Value moment, i64 *out) {
    Microseconds total = moment_total(to_moment(moment)) - epoch();
    i64 microseconds = clock_of(moment)->microsecond;
    i64 local = (i64)((total - microseconds) / SECOND_MICROSECONDS);
    return from_local(vm, local, clock_of(moment)->fold, out);
}

/* Return POSIX timestamp as float. */
METHOD(datetime_datetime, timestamp, "($self, /)") {
    Microseconds shift, total;
    int has_zone = zone_shift(vm, clock_of(args[0])->zone, args[0], &shift);
    if (has_zone < 0) return FAIL;
    if (clock_of(args[0])->zone == NONE) {
        i64 seconds;
        CHECK(seconds_of_naive(vm, args[0], &seconds));
        return float_new(vm,
                         (double)seconds + clock_of(args[0])->microsecond / 1e6);
    }
    if (!has_zone)
        return raise_type(vm, "can't subtract offset-naive and offset-aware datetimes");
    total = moment_total(to_moment(args[0])) - shift - epoch();
    OWNED Value delta = TRY(delta_new(vm, total));
    return call_method_0(vm, delta, NAME(total_seconds));
}

/* What the moment is without its zone's offset: microseconds. */
static bool to_utc(VM *vm, Value moment, Microseconds *out) {
    Microseconds shift;
    int has_zone = zone_shift(vm, clock_of(moment)->zone, moment, &shift);
    if (has_zone < 0) return false;
    *out = moment_total(to_moment(moment)) - shift;
    if (has_zone) return true;
    i64 seconds;
    if (!seconds_of_naive(vm, moment, &seconds)) return false;
    *out = epoch() + (Microseconds)seconds * SECOND_MICROSECONDS +
           clock_of(moment)->microsecond;
    return true;
}

/* tz -> convert to local time in new timezone tz */
METHOD(datetime_datetime, astimezone, "($self, /, tz=None) hidden") {
    Value self = args[0];
    OWNED Value zone = args[1] == EMPTY ? NONE : incref(args[1]);
    CHECK(check_zone(vm, zone));
    if (zone != NONE && clock_of(self)->zone == zone) return incref(self);
    Microseconds utc;
    CHECK(to_utc(vm, self, &utc));
    if (zone == NONE) {
        Microseconds seconds = (utc - epoch()) / SECOND_MICROSECONDS;
        replace(&zone, TRY(zone_local(vm, (i64)seconds)));
    }
    Clock clock = {.zone = zone};
    OWNED Value moment = TRY(moment_from_total(vm, type_of(vm, self), utc, &clock));
    return call_method_1(vm, zone, NAME(fromutc), moment);
}

/* ---- time tuples ---- */

Value date_timetuple(VM *vm, Ymd day, const Clock *clock, int dst) {
    OWNED Value make = TRY(import_attribute(vm, "time", "struct_time"));
    OWNED Value items = TRY(tuple_of(
        vm, 9, from_small(day.year), from_small(day.month), from_small(day.day),
        from_small(clock->hour), from_small(clock->minute), from_small(clock->second),
        from_small(weekday_of(day.year, day.month, day.day)),
        from_small(day_of_year(day.year, day.month, day.day)), from_small(dst)));
    return call_1(vm, make, items);
}

static Ymd date_of(Value v) {
    Date *date = to_date(v);
    return (Ymd){date->year, date->month, date->day};
}

/* Return time tuple, compatible with time.localtime(). */
METHOD(datetime_datetime, timetuple, "($self, /)") {
    OWNED Value dst = TRY(zone_dst(vm, clock_of(args[0])->zone, args[0]));
    int flag = dst == NONE ? -1 : delta_total(to_delta(dst)) != 0;
    return date_timetuple(vm, date_of(args[0]), clock_of(args[0]), flag);
}

/* Return UTC time tuple, compatible with time.localtime(). */
METHOD(datetime_datetime, utctimetuple, "($self, /)") {
    Microseconds shift;
    if (zone_shift(vm, clock_of(args[0])->zone, args[0], &shift) < 0) return FAIL;
    Clock clock = {.zone = NONE};
    OWNED Value moment =
        TRY(moment_from_total(vm, DATETIME_TYPE(datetime),
                              moment_total(to_moment(args[0])) - shift, &clock));
    return date_timetuple(vm, date_of(moment), clock_of(moment), 0);
}
