/* tzinfo and timezone */
#include <errno.h>
#include <time.h>

#include "objects/native.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

/* ---- asking a zone ---- */

static bool is_whole_day(Value delta) {
    Microseconds total = delta_total(to_delta(delta));
    return total <= -(Microseconds)DAY_MICROSECONDS ||
           total >= (Microseconds)DAY_MICROSECONDS;
}

static Value ask(VM *vm, Value zone, Value method, const char *name, Value when) {
    if (zone == NONE) return NONE;
    OWNED Value offset = TRY(call_method_1(vm, zone, method, when));
    if (offset == NONE) return NONE;
    if (!IS_DATETIME(timedelta, offset))
        return raise_type(vm, "tzinfo.%s() must return None or timedelta, not '%T'", name,
                          offset);
    if (is_whole_day(offset))
        return raise_value(vm, "offset must be a timedelta strictly between "
                               "-timedelta(hours=24) and timedelta(hours=24).");
    return TAKE(offset);
}

Value zone_offset(VM *vm, Value zone, Value when) {
    return ask(vm, zone, NAME(utcoffset), "utcoffset", when);
}

Value zone_dst(VM *vm, Value zone, Value when) {
    return ask(vm, zone, NAME(dst), "dst", when);
}

Value zone_name(VM *vm, Value zone, Value when) {
    if (zone == NONE) return NONE;
    OWNED Value name = TRY(call_method_1(vm, zone, NAME(tzname), when));
    if (name == NONE || is_str(name)) return TAKE(name);
    return raise_type(vm, "tzinfo.tzname() must return None or a string, not '%T'", name);
}

int zone_shift(VM *vm, Value zone, Value when, Microseconds *out) {
    OWNED Value offset = zone_offset(vm, zone, when);
    *out = 0;
    if (offset == FAIL) return -1;
    if (offset == NONE) return 0;
    *out = delta_total(to_delta(offset));
    return 1;
}

/* ---- tzinfo ---- */

/* datetime -> string name of time zone. */
METHOD(datetime_tzinfo, tzname, "($self, dt, /) shown ($self, object, /)") {
    return raise_format(vm, EXC(NotImplementedError),
                        "a tzinfo subclass must implement tzname()");
}

/* datetime -> timedelta showing offset from UTC, negative values indicating West of UTC */
METHOD(datetime_tzinfo, utcoffset, "($self, dt, /) shown ($self, object, /)") {
    return raise_format(vm, EXC(NotImplementedError),
                        "a tzinfo subclass must implement utcoffset()");
}

/* datetime -> DST offset as timedelta positive east of UTC. */
METHOD(datetime_tzinfo, dst, "($self, dt, /) shown ($self, object, /)") {
    return raise_format(vm, EXC(NotImplementedError),
                        "a tzinfo subclass must implement dst()");
}

static bool check_own(VM *vm, Value self, Value when) {
    if (!IS_DATETIME(datetime, when)) {
        raise_type(vm, "fromutc: argument must be a datetime");
        return false;
    }
    if (to_moment(when)->clock.zone == self) return true;
    raise_value(vm, "fromutc: dt.tzinfo is not self");
    return false;
}

/* datetime in UTC -> datetime in local time. */
METHOD(datetime_tzinfo, fromutc, "($self, dt, /) shown ($self, object, /)") {
    CHECK(check_own(vm, args[0], args[1]));
    OWNED Value offset = TRY(zone_offset(vm, args[0], args[1]));
    if (offset == NONE)
        return raise_value(vm, "fromutc: non-None utcoffset() result required");
    OWNED Value dst = TRY(zone_dst(vm, args[0], args[1]));
    if (dst == NONE) return raise_value(vm, "fromutc: non-None dst() result required");
    Microseconds standard = delta_total(to_delta(offset)) - delta_total(to_delta(dst));
    OWNED Value shift = TRY(delta_new(vm, standard));
    OWNED Value result = TRY(moment_add(vm, args[1], shift, 1));
    OWNED Value again = TRY(zone_dst(vm, args[0], result));
    if (again == NONE)
        return raise_value(vm, "fromutc: tz.dst() gave inconsistent results; cannot "
                               "convert");
    return moment_add(vm, result, again, 1);
}

/* -> (cls, state) */
METHOD(datetime_tzinfo, __reduce__, "($self, /)") {
    OWNED Value get = TRY(object_find_attr(vm, args[0], NAME(__getinitargs__)));
    OWNED Value given = TRY(get == EMPTY ? incref(vm->empty_tuple) : call_0(vm, get));
    OWNED Value state = TRY(call_method_0(vm, args[0], NAME(__getstate__)));
    return tuple_of(vm, 3, from_object(type_of(vm, args[0])), given, state);
}

static Value make_tzinfo(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    Obj *zone = object_new(vm, type);
    return zone ? from_object(zone) : FAIL;
}

TYPE(datetime_tzinfo, .name = "datetime.tzinfo", .size = sizeof(Obj), .kind = KIND_OTHER,
     .doc = "Abstract base class for time zone info objects.",
     .slots = {.new = make_tzinfo})

/* ---- timezone ---- */

static Zone *to_zone(Value v) {
    return (Zone *)v;
}

static Value make(VM *vm, Value offset, Value name) {
    Zone *zone = (Zone *)object_new(vm, DATETIME_TYPE(timezone));
    if (!zone) return FAIL;
    zone->offset = incref(offset);
    zone->name = incref(name);
    return from_object(zone);
}

Value zone_utc(VM *vm) {
    return vm->module_state[MODULE_datetime].state
               ? from_object(vm->module_state[MODULE_datetime].state)
               : NONE;
}

Value zone_new(VM *vm, Value offset, Value name) {
    Value utc = zone_utc(vm);
    if (name == NONE && utc != NONE && !delta_total(to_delta(offset))) return incref(utc);
    if (is_whole_day(offset))
        return raise_value(vm,
                           "offset must be a timedelta strictly between "
                           "-timedelta(hours=24) and timedelta(hours=24), not %R.",
                           offset);
    return make(vm, offset, name);
}

static Value construct(VM *vm, Type *type, Value *args, u32 nargs, Value kwnames) {
    static const char *const names[] = {"offset", "name", NULL};
    static const Arguments arguments = {"timezone", names, 0, 2, 0};
    Value given[2];
    CHECK(arguments_bind(vm, &arguments, args, nargs, kwnames, given));
    if (given[0] == EMPTY)
        return raise_type(vm, "timezone() missing required argument 'offset' (pos 1)");
    if (!IS_DATETIME(timedelta, given[0]))
        return raise_type(vm, "timezone() argument 1 must be datetime.timedelta, not %N",
                          given[0]);
    if (given[1] != EMPTY && !want_str(vm, "timezone", "argument 2", given[1]))
        return FAIL;
    return zone_new(vm, given[0], given[1] == EMPTY ? NONE : given[1]);
}

Value zone_local(VM *vm, i64 seconds) {
    struct tm tm;
    time_t when = (time_t)seconds;
    if (!localtime_r(&when, &tm)) return raise_os(vm, EOVERFLOW, EMPTY);
    OWNED Value offset =
        TRY(delta_new(vm, (Microseconds)tm.tm_gmtoff * SECOND_MICROSECONDS));
    OWNED Value name = TRY(str_from_os(vm, tm.tm_zone, strlen(tm.tm_zone)));
    return make(vm, offset, name);
}

static Value name_by_offset(VM *vm, Zone *zone) {
    Microseconds total = delta_total(to_delta(zone->offset));
    if (!total) return str_from_text(vm, "UTC");
    Buffer out = {0};
    buffer_add_text(&out, "UTC");
    write_offset(&out, total, ":");
    return str_from_buffer(vm, &out);
}

static bool check_moment(VM *vm, const char *method, Value when) {
    if (when == NONE || IS_DATETIME(datetime, when)) return true;
    raise_type(vm, "%s(dt) argument must be a datetime instance or None, not %T", method,
               when);
    return false;
}

/* If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'. */
METHOD(datetime_timezone, tzname, "($self, dt, /) shown ($self, object, /)") {
    CHECK(check_moment(vm, "tzname", args[1]));
    Zone *zone = to_zone(args[0]);
    return zone->name == NONE ? name_by_offset(vm, zone) : incref(zone->name);
}

/* Return fixed offset. */
METHOD(datetime_timezone, utcoffset, "($self, dt, /) shown ($self, object, /)") {
    CHECK(check_moment(vm, "utcoffset", args[1]));
    return incref(to_zone(args[0])->offset);
}

/* Return None. */
METHOD(datetime_timezone, dst, "($self, dt, /) shown ($self, object, /)") {
    CHECK(check_moment(vm, "dst", args[1]));
    return NONE;
}

/* datetime in UTC -> datetime in local time. */
METHOD(datetime_timezone, fromutc, "($self, dt, /) shown ($self, object, /)") {
    CHECK(check_own(vm, args[0], args[1]));
    return moment_add(vm, args[1], to_zone(args[0])->offset, 1);
}

/* pickle support */
METHOD(datetime_timezone, __getinitargs__, "($self, /)") {
    Zone *zone = to_zone(args[0]);
    if (zone->name == NONE) return tuple_of(vm, 1, zone->offset);
    return tuple_of(vm, 2, zone->offset, zone->name);
}

static Value repr(VM *vm, Value self) {
    Zone *zone = to_zone(self);
    const char *name = type_name(type_of(vm, self));
    if (self == zone_utc(vm)) return str_format(vm, "%s.utc", name);
    if (zone->name == NONE) return str_format(vm, "%s(%R)", name, zone->offset);
    return str_format(vm, "%s(%R, %R)", name, zone->offset, zone->name);
}

static Value str(VM *vm, Value self) {
    Zone *zone = to_zone(self);
    return zone->name == NONE ? name_by_offset(vm, zone) : incref(zone->name);
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if ((op != EQ && op != NE) || !IS_DATETIME(timezone, b)) return NOT_IMPLEMENTED;
    bool same = delta_total(to_delta(to_zone(a)->offset)) ==
                delta_total(to_delta(to_zone(b)->offset));
    return from_bool(same == (op == EQ));
}

static bool hash(VM *vm, Value self, u64 *out) {
    return object_hash(vm, to_zone(self)->offset, out);
}

static void free_zone(VM *vm, Obj *self) {
    decref(take(&((Zone *)self)->offset));
    decref(take(&((Zone *)self)->name));
}

TYPE(datetime_timezone, .name = "datetime.timezone", .base = TYPE_datetime_tzinfo,
     .size = sizeof(Zone), .kind = KIND_OTHER, .flags = TYPE_FINAL | TYPE_ATOM,
     .doc = "Fixed offset from UTC implementation of tzinfo.",
     .slots = {.new = construct,
               .free = free_zone,
               .repr = repr,
               .str = str,
               .compare = compare,
               .hash = hash})
