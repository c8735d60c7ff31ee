/* How much one name looks like another: for "Did you mean ...?". */
#ifndef APY_BASE_SIMILAR_H
#define APY_BASE_SIMILAR_H

#include "base/base.h"

/* Is the candidate so like the wrong name that it may have been meant, and nearer than
 * `*best`, which is UINT32_MAX at first? Then `*best` becomes its distance. */
bool similar_is_nearer(Span wrong, Span candidate, u32 *best);

#endif
