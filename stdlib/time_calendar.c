/* time: dates and clock times, and clocks by number. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "loop/chance.h"
#include "objects/exc.h"
#include "objects/float.h"
#include "objects/frame.h"
#include "objects/int.h"
#include "objects/dict.h"
#include "objects/record.h"
#include "objects/str.h"
#include "objects/want.h"
#include "stdlib/posix.h"
#include "stdlib/time_calendar.h"
#include "vm/import.h"
#include "vm/threads.h"

enum { NANOSECONDS = 1000000000, YEAR_BASE = 1900, ITEMS = 9 };

/* ---- struct_time ---- */

static const RecordField fields[] = {
    {"tm_year", "year, for example, 1993"},
    {"tm_mon", "month of year, range [1, 12]"},
    {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"},
    {"tm_min", "minutes, range [0, 59]"},
    {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
    {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
    {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"},
    {NULL, NULL},
};
#define STRUCT_DOC                                                                       \
    "The time value as returned by gmtime(), localtime(), and strptime(), and\n"         \
    " accepted by asctime(), mktime() and strftime().  May be considered as a\n"         \
    " sequence of 9 integers.\n\n"                                                       \
    " Note that several fields' values are not the same as those defined by\n"           \
    " the C language standard for struct tm.  For example, the value of the\n"           \
    " field tm_year is the actual year, not year - 1900.  See individual\n"              \
    " fields' descriptions for details."
RECORD(struct_time, "time.struct_time", fields, ITEMS, STRUCT_DOC)
TYPE(struct_time, RECORD_TYPE(struct_time, "time.struct_time", STRUCT_DOC))

static Value from_tm(VM *vm, const struct tm *tm) {
    Value values[] = {
        int_from_i64(vm, (i64)tm->tm_year + YEAR_BASE),
        from_small(tm->tm_mon + 1),
        from_small(tm->tm_mday),
        from_small(tm->tm_hour),
        from_small(tm->tm_min),
        from_small(tm->tm_sec),
        from_small((tm->tm_wday + 6) % 7),
        from_small(tm->tm_yday + 1),
        from_small(tm->tm_isdst),
        str_from_os(vm, tm->tm_zone, strlen(tm->tm_zone)),
        from_small(tm->tm_gmtoff),
    };
    return record_new(vm, &struct_time_record, values);
}

/* Nine ints as a struct tm. */
static bool take_tm(VM *vm, Value given, const char *function, struct tm *tm) {
    if (!has_kind(given, KIND_TUPLE)) return raise_type(vm, "Tuple or struct_time argument required"), false;
    Tuple *items = to_tuple(given);
    int numbers[ITEMS];
    if (items->count != ITEMS) return raise_type(vm, "%s(): illegal time tuple argument", function), false;
    for (u32 i = 0; i < ITEMS; i++) {
        i64 wide;
        if (!object_to_i64(vm, items->items[i], &wide)) return false;
        if (wide != (int)wide)
            return raise_overflow(vm, "signed integer is %s", wide < 0 ? "less than minimum" : "greater than maximum"), false;
        numbers[i] = (int)wide;
    }
    if (numbers[0] < INT32_MIN + YEAR_BASE) return raise_overflow(vm, "year out of range"), false;
    *tm = (struct tm){.tm_year = numbers[0] - YEAR_BASE,
                      .tm_mon = numbers[1] - 1,
                      .tm_mday = numbers[2],
                      .tm_hour = numbers[3],
                      .tm_min = numbers[4],
                      .tm_sec = numbers[5],
                      .tm_wday = (numbers[6] + 1) % 7,
                      .tm_yday = numbers[7] - 1,
                      .tm_isdst = numbers[8]};
    if (type_of(vm, given) != vm->types[TYPE_struct_time]) return true;
    if (is_str(items->items[ITEMS])) tm->tm_zone = to_str(items->items[ITEMS])->data;
    if (is_small(items->items[ITEMS + 1])) tm->tm_gmtoff = to_small(items->items[ITEMS + 1]);
    return true;
}

/* What strftime and asctime demand; a 0 stands for the least day and month. */
static bool check_tm(VM *vm, struct tm *tm) {
    if (tm->tm_mon == -1) tm->tm_mon = 0;
    if (tm->tm_mday == 0) tm->tm_mday = 1;
    if (tm->tm_yday == -1) tm->tm_yday = 0;
    const char *bad = tm->tm_mon < 0 || tm->tm_mon > 11      ? "month"
                      : tm->tm_mday < 0 || tm->tm_mday > 31  ? "day of month"
                      : tm->tm_hour < 0 || tm->tm_hour > 23  ? "hour"
                      : tm->tm_min < 0 || tm->tm_min > 59    ? "minute"
                      : tm->tm_sec < 0 || tm->tm_sec > 61    ? "seconds"
                      : tm->tm_wday < 0                      ? "day of week"
                      : tm->tm_yday < 0 || tm->tm_yday > 365 ? "day of year"
                                                             : NULL;
    if (bad) raise_value(vm, "%s out of range", bad);
    return !bad;
}

/* ---- seconds and dates ---- */

/* Whole seconds, rounded down; now for None and EMPTY. */
static bool take_seconds(VM *vm, Value given, time_t *seconds) {
    if (given == EMPTY || given == NONE) {
        *seconds = chance_wall(vm) / NANOSECONDS;
        return true;
    }
    if (is_float(given)) {
        double whole = floor(to_double(given));
        if (isnan(whole)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
        *seconds = (time_t)(fabs(whole) < 9.2e18 ? whole : 0);
        if (fabs(whole) < 9.2e18) return true;
    } else {
        OWNED Value index = object_index(vm, given);
        if (index == FAIL) return false;
        if (int_fits_i64(index, seconds)) return true;
    }
    raise_overflow(vm, "timestamp out of range for platform time_t");
    return false;
}

static Value break_down(VM *vm, Value given, struct tm *(*convert)(const time_t *, struct tm *)) {
    time_t seconds;
    struct tm tm;
    CHECK(take_seconds(vm, given, &seconds));
    errno = 0;
    if (!convert(&seconds, &tm)) return raise_os(vm, errno ?: EINVAL, EMPTY);
    return from_tm(vm, &tm);
}

/* gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
 *                        tm_sec, tm_wday, tm_yday, tm_isdst)
 *
 * Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.
 * GMT).  When 'seconds' is not passed in, convert the current time instead.
 *
 * If the platform supports the tm_gmtoff and tm_zone, they are available as
 * attributes only. */
FUNCTION(time, gmtime, "(seconds=None, /) hidden") {
    time_t seconds;
    struct tm tm;
    CHECK(take_seconds(vm, args[0], &seconds));
    if (!gmtime_r(&seconds, &tm)) return raise_os(vm, errno, EMPTY);
    return from_tm(vm, &tm);
}

/* localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
 *                           tm_sec,tm_wday,tm_yday,tm_isdst)
 *
 * Convert seconds since the Epoch to a time tuple expressing local time.
 * When 'seconds' is not passed in, convert the current time instead. */
FUNCTION(time, localtime, "(seconds=None, /) hidden") {
    return break_down(vm, args[0], localtime_r);
}

/* mktime(tuple) -> floating-point number
 *
 * Convert a time tuple in local time to seconds since the Epoch.
 * Note that mktime(gmtime(0)) will not generally return zero for most
 * time zones; instead the returned value will either be equal to that
 * of the timezone or altzone attributes on the time module. */
FUNCTION(time, mktime, "(tuple, /) shown ($self, object, /)") {
    struct tm tm;
    CHECK(take_tm(vm, args[0], "mktime", &tm));
    tm.tm_wday = -1; /* it stays so when the date cannot be told */
    time_t seconds = mktime(&tm);
    if (seconds == -1 && tm.tm_wday == -1) return raise_overflow(vm, "mktime argument out of range");
    return float_new(vm, (double)seconds);
}

/* ---- text ---- */

static Value date_text(VM *vm, const struct tm *tm) {
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Buffer text = {0};
    buffer_printf(&text, "%s %s %2d %02d:%02d:%02d %ld", days[tm->tm_wday], months[tm->tm_mon], tm->tm_mday,
                  tm->tm_hour, tm->tm_min, tm->tm_sec, (long)tm->tm_year + YEAR_BASE);
    return str_from_buffer(vm, &text);
}

static bool take_date(VM *vm, Value given, const char *function, struct tm *tm) {
    if (given != EMPTY) return take_tm(vm, given, function, tm) && check_tm(vm, tm);
    time_t seconds = chance_wall(vm) / NANOSECONDS;
    return localtime_r(&seconds, tm) || raise_os(vm, errno, EMPTY) != FAIL;
}

/* asctime([tuple]) -> string
 *
 * Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.
 * When the time tuple is not present, current time as returned by localtime()
 * is used. */
FUNCTION(time, asctime, "(tuple=None, /) hidden") {
    struct tm tm;
    CHECK(take_date(vm, args[0], "asctime", &tm));
    return date_text(vm, &tm);
}

/* ctime(seconds) -> string
 *
 * Convert a time in seconds since the Epoch to a string in local time.
 * This is equivalent to asctime(localtime(seconds)). When the time tuple is
 * not present, current time as returned by localtime() is used. */
FUNCTION(time, ctime, "(seconds=None, /) hidden") {
    time_t seconds;
    struct tm tm;
    CHECK(take_seconds(vm, args[0], &seconds));
    if (!localtime_r(&seconds, &tm)) return raise_os(vm, errno, EMPTY);
    return date_text(vm, &tm);
}

/* strftime(format[, tuple]) -> string
 *
 * Convert a time tuple to a string according to a format specification.
 * See the library reference manual for formatting codes. When the time tuple
 * is not present, current time as returned by localtime() is used. */
FUNCTION(time, strftime, "(format, tuple=None, /) hidden") {
    struct tm tm;
    if (!is_str(args[0])) return raise_type(vm, "strftime() argument 1 must be str, not %N", args[0]);
    CHECK(take_date(vm, args[1], "strftime", &tm));
    const char *format = want_c_text(vm, args[0]);
    if (!format) return FAIL;
    usize most = to_str(args[0])->size * 256 + 1024;
    for (usize room = 256; *format; room *= 2) {
        Buffer text = {0};
        char *at = buffer_reserve(&text, room);
        if (!at) return raise_memory(vm);
        usize size = strftime(at, room, format, &tm);
        if (size || room > most) { /* else: too small, or the text is empty */
            text.length = size;
            Value made = str_from_os(vm, at, size);
            buffer_free(&text);
            return made;
        }
        buffer_free(&text);
    }
    return incref(vm->empty_str);
}

/* strptime(string, format) -> struct_time
 *
 * Parse a string to a time tuple according to a format specification.
 * See the library reference manual for formatting codes (same as
 * strftime()). */
FUNCTION(time, strptime, "(string, format='%a %b %d %H:%M:%S %Y', /) hidden") {
    OWNED Value module = TRY(import_text(vm, "_strptime"));
    OWNED Value parse = TRY(object_getattr_text(vm, module, "_strptime_time"));
    return args[1] == EMPTY ? call_1(vm, parse, args[0]) : call_2(vm, parse, args[0], args[1]);
}

/* ---- time zones ---- */

typedef struct Zone {
    long offset; /* seconds east of UTC */
    char name[64];
    int is_summer;
} Zone;

static Zone zone_at(time_t seconds) {
    struct tm tm;
    Zone zone = {0};
    if (!localtime_r(&seconds, &tm)) return zone;
    zone.offset = tm.tm_gmtoff;
    zone.is_summer = tm.tm_isdst;
    strncpy(zone.name, tm.tm_zone, sizeof zone.name - 1);
    return zone;
}

/* timezone, altzone, daylight, tzname: from the first of January and the first of July. */
static bool add_zone(VM *vm, Value module) {
    enum { YEAR = (365 * 24 + 6) * 3600 };
    time_t january = time(NULL) / YEAR * YEAR;
    Zone winter = zone_at(january), summer = zone_at(january + YEAR / 2);
    bool is_south = winter.offset > summer.offset;
    Zone *standard = is_south ? &summer : &winter, *other = is_south ? &winter : &summer;
    OWNED Value first = str_from_os(vm, standard->name, strlen(standard->name));
    OWNED Value second = str_from_os(vm, other->name, strlen(other->name));
    if (first == FAIL || second == FAIL) return false;
    Value names = tuple_of(vm, 2, first, second);
    return names != FAIL && module_add(vm, module, "tzname", names) &&
           module_add(vm, module, "timezone", from_small(-standard->offset)) &&
           module_add(vm, module, "altzone", from_small(-other->offset)) &&
           module_add(vm, module, "daylight", from_small(standard->offset != other->offset));
}

/* tzset()
 *
 * Initialize, or reinitialize, the local timezone to the value stored in
 * os.environ['TZ']. The TZ environment variable should be specified in
 * standard Unix timezone format as documented in the tzset man page
 * (eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently
 * fall back to UTC. If the TZ environment variable is not set, the local
 * timezone is set to the systems best guess of wallclock time.
 * Changing the TZ environment variable without calling tzset *may* change
 * the local timezone used by methods such as localtime, but this behaviour
 * should not be relied on. */
FUNCTION(time, tzset, "() shown ($self, /)") {
    OWNED Value module = TRY(import_text(vm, "time"));
    tzset();
    return add_zone(vm, module) ? NONE : FAIL;
}

/* ---- clocks by number ---- */

static bool take_clock(VM *vm, Value given, clockid_t *clock) {
    if (!is_int(given)) return raise_type(vm, "clk_id should be integer, not %T", given), false;
    return want_int(vm, given, clock);
}

/* What the clock says, through the door of chance where it leads to that clock. */
static bool read_clock(VM *vm, Value given, i64 *now) {
    clockid_t clock;
    struct timespec time;
    if (!take_clock(vm, given, &clock)) return false;
    switch (clock) {
    case CLOCK_REALTIME: *now = chance_wall(vm); return true;
    case CLOCK_MONOTONIC: *now = chance_monotonic(vm); return true;
    case CLOCK_PROCESS_CPUTIME_ID: *now = chance_process_time(vm); return true;
    case CLOCK_THREAD_CPUTIME_ID: *now = chance_thread_time(vm); return true;
    default: break;
    }
    if (clock_gettime(clock, &time) < 0) return raise_os(vm, errno, EMPTY), false;
    *now = (i64)time.tv_sec * NANOSECONDS + time.tv_nsec;
    return true;
}

/* Return the time of the specified clock clk_id as a float. */
FUNCTION(time, clock_gettime, "(clk_id, /)") {
    i64 now;
    CHECK(read_clock(vm, args[0], &now));
    return float_new(vm, (double)now / NANOSECONDS);
}

/* Return the time of the specified clock clk_id as nanoseconds (int). */
FUNCTION(time, clock_gettime_ns, "(clk_id, /)") {
    i64 now;
    CHECK(read_clock(vm, args[0], &now));
    return int_from_i64(vm, now);
}

/* clock_getres(clk_id) -> floating-point number
 *
 * Return the resolution (precision) of the specified clock clk_id. */
FUNCTION(time, clock_getres, "(clk_id, /) hidden") {
    clockid_t clock;
    struct timespec step;
    CHECK(take_clock(vm, args[0], &clock));
    if (clock_getres(clock, &step) < 0) return raise_os(vm, errno, EMPTY);
    return float_new(vm, (double)step.tv_sec + 1e-9 * (double)step.tv_nsec);
}

static Value set_clock(VM *vm, Value given, struct timespec time) {
    clockid_t clock;
    CHECK(take_clock(vm, given, &clock));
    return clock_settime(clock, &time) < 0 ? raise_os(vm, errno, EMPTY) : NONE;
}

/* clock_settime(clk_id, time)
 *
 * Set the time of the specified clock clk_id. */
FUNCTION(time, clock_settime, "(clk_id, time, /) hidden") {
    double seconds;
    CHECK(object_to_double(vm, args[1], &seconds));
    double whole = floor(seconds);
    return set_clock(vm, args[0], (struct timespec){(time_t)whole, (long)((seconds - whole) * NANOSECONDS)});
}

/* clock_settime_ns(clk_id, time)
 *
 * Set the time of the specified clock clk_id with nanoseconds. */
FUNCTION(time, clock_settime_ns, "(clk_id, time, /) hidden") {
    i64 time;
    CHECK(object_to_i64(vm, args[1], &time));
    return set_clock(vm, args[0], (struct timespec){time / NANOSECONDS, time % NANOSECONDS});
}

/* pthread_getcpuclockid(thread_id) -> int
 *
 * Return the clk_id of a thread's CPU time clock. */
FUNCTION(time, pthread_getcpuclockid, "(thread_id, /) hidden") {
    i64 thread;
    clockid_t clock;
    CHECK(object_to_i64(vm, args[0], &thread));
    errno = thread_exists(vm, (u64)thread) ? pthread_getcpuclockid((pthread_t)thread, &clock) : ESRCH;
    return errno ? raise_os(vm, errno, EMPTY) : from_small(clock);
}

static const struct {
    const char *name, *system_name;
    clockid_t clock;
    bool is_adjustable;
} clocks[] = {
    {"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, true},
    {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, false},
    {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, false},
    {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, false},
    {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, false},
};

static Value clock_facts(VM *vm, usize i) {
    struct timespec step = {0};
    clock_getres(clocks[i].clock, &step);
    OWNED Value facts = TRY(dict_new(vm));
    OWNED Value text = TRY(str_from_text(vm, clocks[i].system_name));
    OWNED Value resolution = TRY(float_new(vm, (double)step.tv_sec + 1e-9 * (double)step.tv_nsec));
    Dict *dict = to_dict(facts);
    CHECK(dict_set_text(vm, dict, "implementation", text));
    CHECK(dict_set_text(vm, dict, "monotonic", from_bool(!clocks[i].is_adjustable)));
    CHECK(dict_set_text(vm, dict, "adjustable", from_bool(clocks[i].is_adjustable)));
    CHECK(dict_set_text(vm, dict, "resolution", resolution));
    return call_with_tuple(vm, from_object(vm->types[TYPE_SimpleNamespace]), vm->empty_tuple, facts);
}

/* get_clock_info(name: str) -> dict
 *
 * Get information of the specified clock. */
FUNCTION(time, get_clock_info, "(name, /) hidden") {
    if (!is_str(args[0])) return raise_type(vm, "get_clock_info() argument 1 must be str, not %N", args[0]);
    for (usize i = 0; i < COUNT_OF(clocks); i++)
        if (str_equals_text(args[0], clocks[i].name)) return clock_facts(vm, i);
    return raise_value(vm, "unknown clock");
}

bool time_add_calendar(VM *vm, Value module) {
    static const Constant constants[] = {
#define C(name) {#name, name},
        C(CLOCK_REALTIME) C(CLOCK_MONOTONIC) C(CLOCK_MONOTONIC_RAW) C(CLOCK_PROCESS_CPUTIME_ID)
        C(CLOCK_THREAD_CPUTIME_ID) C(CLOCK_BOOTTIME) C(CLOCK_TAI)
#undef C
        {"_STRUCT_TM_ITEMS", ITEMS + 2},
        {NULL, 0},
    };
    return record_start(vm, &struct_time_record) &&
           module_add(vm, module, "struct_time", incref(from_object(vm->types[TYPE_struct_time]))) &&
           module_add_constants(vm, module, constants) && add_zone(vm, module);
}
