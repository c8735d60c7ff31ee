/* Arguments of the module's constructors, and the checks of fields. */
#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/want.h"
#include "stdlib/datetime.h"

static u32 count_names(const Fields *fields) {
    u32 count = 0;
    while (fields->names[count]) count++;
    return count;
}

static bool check_count(VM *vm, const Fields *fields, u32 total, u32 nargs, u32 nnames) {
    if (nargs + nnames > total) {
        raise_type(vm, "function takes at most %u arguments (%u given)", total,
                   nargs + nnames);
        return false;
    }
    if (nargs <= fields->positional) return true;
    raise_type(vm, "function takes at most %u positional arguments (%u given)",
               fields->positional, nargs);
    return false;
}

static bool take_named(VM *vm, const Fields *fields, u32 nargs, Value name, Value value,
                       Value *out) {
    for (u32 i = 0; fields->names[i]; i++) {
        if (!str_equals_text(name, fields->names[i])) continue;
        if (i < nargs) {
            raise_type(vm, "argument for function given by name ('%s') and position (%u)",
                       fields->names[i], i + 1);
            return false;
        }
        out[i] = value;
        return true;
    }
    raise_type(vm, "this function got an unexpected keyword argument '%S'", name);
    return false;
}

bool fields_take(VM *vm, const Fields *fields, Value *args, u32 nargs, Value kwnames,
                 Value *out) {
    u32 total = count_names(fields);
    u32 nnames = kwnames == EMPTY ? 0 : (u32)to_tuple(kwnames)->count;
    if (!check_count(vm, fields, total, nargs, nnames)) return false;
    for (u32 i = 0; i < total; i++) out[i] = i < nargs ? args[i] : EMPTY;
    bool ok = true;
    for (u32 i = 0; ok && i < nnames; i++)
        ok = take_named(vm, fields, nargs, to_tuple(kwnames)->items[i], args[nargs + i],
                        out);
    for (u32 i = 0; i < fields->required; i++) {
        if (out[i] != EMPTY) continue;
        exception_clear(vm); /* what is missing is told first */
        raise_type(vm, "function missing required argument '%s' (pos %u)",
                   fields->names[i], i + 1);
        return false;
    }
    return ok;
}

/* A C int by way of a C long, and each has its own complaint. */
bool field_int(VM *vm, Value v, int *out) {
    if (v == EMPTY) return true;
    OWNED Value number = TRY_OR_FALSE(object_index(vm, v));
    i64 wide;
    if (!int_fits_i64(number, &wide))
        raise_overflow(vm, "Python int too large to convert to C long");
    else if (wide != (int)wide)
        raise_overflow(vm, "signed integer is %s",
                       wide < 0 ? "less than minimum" : "greater than maximum");
    else
        return *out = (int)wide, true;
    return false;
}

bool check_date(VM *vm, int year, int month, int day) {
    if (year < MIN_YEAR || year > MAX_YEAR)
        raise_value(vm, "year %d is out of range", year);
    else if (month < 1 || month > 12)
        raise_value(vm, "month must be in 1..12");
    else if (day < 1 || day > days_in_month(year, month))
        raise_value(vm, "day is out of range for month");
    else
        return true;
    return false;
}

bool check_zone(VM *vm, Value zone) {
    if (zone == NONE || IS_DATETIME(tzinfo, zone)) return true;
    raise_type(vm, "tzinfo argument must be None or of a tzinfo subclass, not type '%T'",
               zone);
    return false;
}

static bool check_clock(VM *vm, int hour, int minute, int second, int microsecond,
                        int fold) {
    const char *wrong = NULL;
    if (hour < 0 || hour > 23)
        wrong = "hour must be in 0..23";
    else if (minute < 0 || minute > 59)
        wrong = "minute must be in 0..59";
    else if (second < 0 || second > 59)
        wrong = "second must be in 0..59";
    else if (microsecond < 0 || microsecond > 999999)
        wrong = "microsecond must be in 0..999999";
    else if (fold != 0 && fold != 1)
        wrong = "fold must be either 0 or 1";
    if (wrong) raise_value(vm, "%s", wrong);
    return !wrong;
}

bool clock_take(VM *vm, Value *args, Clock *clock) {
    int hour = clock->hour, minute = clock->minute, second = clock->second;
    int microsecond = clock->microsecond, fold = clock->fold;
    if (!field_int(vm, args[0], &hour) || !field_int(vm, args[1], &minute) ||
        !field_int(vm, args[2], &second) || !field_int(vm, args[3], &microsecond) ||
        !field_int(vm, args[5], &fold))
        return false;
    if (!check_clock(vm, hour, minute, second, microsecond, fold)) return false;
    Value zone = args[4] == EMPTY ? clock->zone : args[4];
    if (!check_zone(vm, zone)) return false;
    *clock = (Clock){(u8)hour, (u8)minute, (u8)second, (u8)fold, microsecond, zone};
    return true;
}

bool state_bytes(Value v, usize size, u8 *out) {
    if (has_kind(v, KIND_BYTES)) {
        if (bytes_span(v).length != size) return false;
        memcpy(out, bytes_span(v).data, size);
        return true;
    }
    if (!is_str(v) || str_length(v) != size) return false;
    const char *at = to_str(v)->data;
    for (usize i = 0; i < size; i++) {
        u32 c = utf8_next(&at);
        if (c > 0xFF) return false;
        out[i] = (u8)c;
    }
    return true;
}

bool check_state_zone(VM *vm, Value zone) {
    if (zone == NONE || IS_DATETIME(tzinfo, zone)) return true;
    raise_type(vm, "bad tzinfo state arg");
    return false;
}

void clock_free(Clock *clock) {
    if (clock->zone) decref(take(&clock->zone));
}

bool add_to_type(VM *vm, Type *type, const char *name, Value owned) {
    OWNED Value value = owned;
    if (value == FAIL) return false;
    Dict *dict = type_dict(vm, type);
    OWNED Value key = str_intern_text(vm, name);
    if (!dict || key == FAIL || !dict_set(vm, dict, key, value)) return false;
    type_changed_name(vm, type, key);
    return true;
}
