/* datetime: the module */
#include "objects/frame.h"
#include "objects/list.h"
#include "objects/native.h"
#include "objects/str.h"
#include "stdlib/datetime.h"

MODULE(datetime, "Specific date/time and related types.\n"
                 "\n"
                 "See https://data.iana.org/time-zones/tz-link.html for\n"
                 "time zone and DST data sources.\n")

static void free_utc(VM *vm, void *state) {
    decref(from_object(state));
}

static bool make_utc(VM *vm) {
    OWNED Value zero = delta_new(vm, 0);
    if (zero == FAIL) return false;
    Value utc = zone_new(vm, zero, NONE);
    if (utc == FAIL) return false;
    vm->module_state[MODULE_datetime].state = to_object(utc);
    vm->module_state[MODULE_datetime].free_state = free_utc;
    return true;
}

static bool add_zone_limits(VM *vm) {
    Type *zone = DATETIME_TYPE(timezone);
    Microseconds most = DAY_MICROSECONDS - (Microseconds)60 * SECOND_MICROSECONDS;
    OWNED Value low = delta_new(vm, -most), high = delta_new(vm, most);
    return low != FAIL && high != FAIL &&
           add_to_type(vm, zone, "utc", incref(zone_utc(vm))) &&
           add_to_type(vm, zone, "min", zone_new(vm, low, NONE)) &&
           add_to_type(vm, zone, "max", zone_new(vm, high, NONE));
}

static bool add_limits(VM *vm) {
    Type *delta = DATETIME_TYPE(timedelta), *date = DATETIME_TYPE(date);
    Type *time = DATETIME_TYPE(time), *moment = DATETIME_TYPE(datetime);
    Clock first = {.zone = NONE}, last = {23, 59, 59, 0, 999999, NONE};
    Ymd low = {MIN_YEAR, 1, 1}, high = {MAX_YEAR, 12, 31};
    Microseconds most = (Microseconds)MAX_DELTA_DAYS * DAY_MICROSECONDS;
    return add_to_type(vm, delta, "min", delta_new(vm, -most)) &&
           add_to_type(vm, delta, "max", delta_new(vm, most + DAY_MICROSECONDS - 1)) &&
           add_to_type(vm, delta, "resolution", delta_new(vm, 1)) &&
           add_to_type(vm, date, "min", date_new(vm, date, MIN_YEAR, 1, 1)) &&
           add_to_type(vm, date, "max", date_new(vm, date, MAX_YEAR, 12, 31)) &&
           add_to_type(vm, date, "resolution", delta_new(vm, DAY_MICROSECONDS)) &&
           add_to_type(vm, time, "min", time_new(vm, time, &first)) &&
           add_to_type(vm, time, "max", time_new(vm, time, &last)) &&
           add_to_type(vm, time, "resolution", delta_new(vm, 1)) &&
           add_to_type(vm, moment, "min", moment_new(vm, moment, low, &first)) &&
           add_to_type(vm, moment, "max", moment_new(vm, moment, high, &last)) &&
           add_to_type(vm, moment, "resolution", delta_new(vm, 1)) && add_zone_limits(vm);
}

static bool add_all_names(VM *vm, Value module) {
    static const char *const names[] = {"date",   "datetime", "time",    "timedelta",
                                        "timezone", "tzinfo",   "MINYEAR", "MAXYEAR",
                                        "UTC"};
    Value list = list_new(vm, COUNT_OF(names));
    if (list == FAIL) return false;
    for (usize i = 0; i < COUNT_OF(names); i++) {
        Value name = str_intern_text(vm, names[i]);
        if (name == FAIL || !list_push_owned(vm, to_list(list), name)) {
            decref(list);
            return false;
        }
    }
    return module_add(vm, module, "__all__", list);
}

MODULE_INIT(datetime) {
    static const struct {
        const char *name;
        u16 type;
    } types[] = {{"date", TYPE_datetime_date},         {"datetime", TYPE_datetime_datetime},
                 {"time", TYPE_datetime_time},         {"timedelta", TYPE_datetime_timedelta},
                 {"timezone", TYPE_datetime_timezone}, {"tzinfo", TYPE_datetime_tzinfo}};
    for (usize i = 0; i < COUNT_OF(types); i++) {
        Value type = incref(from_object(vm->types[types[i].type]));
        if (!module_add(vm, module, types[i].name, type)) return false;
    }
    return make_utc(vm) && add_limits(vm) && add_all_names(vm, module) &&
           module_add(vm, module, "UTC", incref(zone_utc(vm))) &&
           module_add(vm, module, "MINYEAR", from_small(MIN_YEAR)) &&
           module_add(vm, module, "MAXYEAR", from_small(MAX_YEAR));
}
