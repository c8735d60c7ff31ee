/* complex("1+2j"). */
#ifndef APY_OBJECTS_COMPLEX_TEXT_H
#define APY_OBJECTS_COMPLEX_TEXT_H

#include "objects/float.h"

/* A complex, or a float, or an imaginary number, maybe in parentheses. False with
 * ValueError. */
bool complex_read(VM *vm, Value str, Parts *out);

#endif
