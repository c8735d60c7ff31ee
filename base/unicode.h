/* Properties of code points as Python's str sees them (Unicode 15.1): libutf8proc's
 * tables plus those of unicode_data.h.
 */
#ifndef APY_BASE_UNICODE_H
#define APY_BASE_UNICODE_H

#include "base/base.h"

/* libutf8proc's categories and bidirectional classes (utf8proc_category_t ...), with what
 * Unicode 15.1 added to its 15.0. */
int unicode_category(u32 c);
int unicode_bidi(u32 c);

bool unicode_is_alpha(u32 c);
bool unicode_is_decimal(u32 c);
bool unicode_is_digit(u32 c);
bool unicode_is_numeric(u32 c);
bool unicode_is_lower(u32 c);
bool unicode_is_upper(u32 c);
bool unicode_is_title(u32 c);
bool unicode_is_space(u32 c);
bool unicode_is_printable(u32 c);
bool unicode_is_identifier_start(u32 c);
bool unicode_is_identifier_part(u32 c);
bool unicode_is_cased(u32 c);
bool unicode_is_case_ignorable(u32 c);

/* -1 when it has none. */
int unicode_decimal(u32 c);
int unicode_digit(u32 c);
bool unicode_numeric(u32 c, double *out);

/* One to one. */
u32 unicode_lower(u32 c);
u32 unicode_upper(u32 c);
u32 unicode_title(u32 c);
/* With the mappings to several code points; returns how many. The final sigma is the
 * caller's. */
enum { UNICODE_MAX_CASE = 4 };
usize unicode_lower_full(u32 c, u32 out[UNICODE_MAX_CASE]);
usize unicode_upper_full(u32 c, u32 out[UNICODE_MAX_CASE]);
usize unicode_title_full(u32 c, u32 out[UNICODE_MAX_CASE]);
usize unicode_fold_full(u32 c, u32 out[UNICODE_MAX_CASE]);

#endif
