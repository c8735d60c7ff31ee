/* The type bytes. */
#include "objects/bytes.h"
#include "objects/type.h"

TYPE(bytes, .name = "bytes", .size = sizeof(Bytes), .kind = KIND_BYTES,
     .flags = TYPE_ATOM | TYPE_MATCH_SELF)
