/* The Gregorian calendar, as if it had always been in use. */
#include "stdlib/datetime.h"

static const u16 days_before[] = {0,   31,  59,  90,  120, 151, 181,
                                  212, 243, 273, 304, 334, 365};

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(int year, int month) {
    if (month == 2 && is_leap(year)) return 29;
    return days_before[month] - days_before[month - 1];
}

static i64 days_before_year(int year) {
    i64 past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

int day_of_year(int year, int month, int day) {
    return days_before[month - 1] + (month > 2 && is_leap(year)) + day;
}

i64 ordinal_of(int year, int month, int day) {
    return days_before_year(year) + day_of_year(year, month, day);
}

Ymd ymd_of(i64 ordinal) {
    int year = (int)((ordinal - 1) * 400 / 146097) + 1; /* right, or one off */
    while (days_before_year(year) >= ordinal) year--;
    while (days_before_year(year + 1) < ordinal) year++;
    int left = (int)(ordinal - days_before_year(year)), month = 1;
    while (left > days_in_month(year, month)) left -= days_in_month(year, month++);
    return (Ymd){year, month, left};
}

int weekday_of(int year, int month, int day) {
    return (int)((ordinal_of(year, month, day) + 6) % 7);
}

i64 first_iso_monday(int year) {
    i64 first = ordinal_of(year, 1, 1);
    i64 weekday = (first + 6) % 7; /* week 1 is the one with the first Thursday */
    i64 monday = first - weekday;
    return weekday > 3 ? monday + 7 : monday;
}

int ymd_of_iso_week(int year, int week, int day, Ymd *out) {
    if (year < MIN_YEAR || year > MAX_YEAR) return -4;
    if (week == 53) {
        int first = weekday_of(year, 1, 1);
        if (first != 3 && !(first == 2 && is_leap(year))) return -2;
    } else if (week < 1 || week > 53) {
        return -2;
    }
    if (day < 1 || day > 7) return -3;
    *out = ymd_of(first_iso_monday(year) + (week - 1) * 7 + day - 1);
    return 0;
}
