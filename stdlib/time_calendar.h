/* The part of the module time that knows dates. */
#ifndef APY_STDLIB_TIME_CALENDAR_H
#define APY_STDLIB_TIME_CALENDAR_H

#include "objects/vm.h"

bool time_add_calendar(VM *vm, Value module);

#endif
