/* Encodings: bytes to text and back, with error handlers.
 *
 * `encoding` NULL is UTF-8, `errors` NULL is "strict". Failures are UnicodeDecodeError,
 * UnicodeEncodeError, or LookupError "unknown encoding: x".
 */
#ifndef APY_OBJECTS_CODECS_H
#define APY_OBJECTS_CODECS_H

#include "objects/bytes.h"
#include "objects/str.h"

Value codec_decode(VM *vm, Span bytes, const char *encoding,
                   const char *errors); /* a str */
Value codec_encode(VM *vm, Value str, const char *encoding,
                   const char *errors); /* bytes */
/* The same with arguments as methods get them: str or EMPTY. */
Value codec_decode_values(VM *vm, Span bytes, Value encoding, Value errors);
Value codec_encode_values(VM *vm, Value str, Value encoding, Value errors);

#endif
