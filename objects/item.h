/* Numbers as C keeps them in memory, by the letters of the struct module: c b B ? h H i I
 * l L q Q n N P e f d, in native size and order. For memoryview and array.
 */
#ifndef APY_OBJECTS_ITEM_H
#define APY_OBJECTS_ITEM_H

#include "objects/vm.h"

/* Bytes an item takes; 0: no such letter. */
usize item_size(char code);
Value item_read(VM *vm, char code, const char *at);

typedef enum ItemResult {
    ITEM_OK,
    ITEM_BAD_TYPE,  /* no exception is set */
    ITEM_BAD_VALUE, /* out of range; no exception is set */
    ITEM_FAILED,    /* an exception is set */
} ItemResult;
ItemResult item_write(VM *vm, char code, Value v, char *at);

/* IEEE half precision. */
double half_to_double(u16 half);
bool half_from_double(double d, u16 *half); /* false: too large */

#endif
