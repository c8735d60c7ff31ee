/* The four normal forms of Unicode text. Works on code points, so that lone surrogates
 * survive. */
#ifndef APY_BASE_UNICODE_NORMALIZE_H
#define APY_BASE_UNICODE_NORMALIZE_H

#include "base/buffer.h"

/* Append the text in its normal form: composed (NFC, NFKC) or not (NFD, NFKD), with
 * characters that are only alike replaced (NFKC, NFKD) or not. */
void unicode_normalize(Span text, bool composed, bool compatible, Buffer *out);

#endif
