/* What the files of the module math share, and cmath with them. */
#ifndef APY_STDLIB_MATH_SHARED_H
#define APY_STDLIB_MATH_SHARED_H

#include "objects/vm.h"

Value math_raise_domain(VM *vm); /* ValueError "math domain error" */
Value math_raise_range(VM *vm);  /* OverflowError "math range error" */

double math_gamma(double x); /* not at poles */
double math_log_gamma(double x);
/* sqrt of the sum of squares, to the last digit in nearly all cases. Changes the array.
 */
double math_norm(double *values, usize count);

#endif
