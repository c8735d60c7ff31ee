/* What the files that implement int share: room for results, and the modulus of number
 * hashes. */
#ifndef APY_OBJECTS_INT_INNER_H
#define APY_OBJECTS_INT_INNER_H

#include "objects/int.h"

/* Equal numbers of all types hash alike: the value modulo this prime. */
#define HASH_MODULUS (((u64)1 << 61) - 1)

/* A number with room for so many limbs, to be filled and given to int_finish; NULL with
 * MemoryError. */
BigInt *int_room(VM *vm, u64 limbs);
/* Takes over `big`, of which `limbs` limbs were filled; drops leading zeros. Never fails.
 */
Value int_finish(BigInt *big, u64 limbs, bool is_negative);
Value int_from_limbs(VM *vm, const mp_limb_t *limbs, u64 count, bool is_negative);
/* int(text, base) */
Value int_convert_base(VM *vm, Value text, Value base);
/* An instance of a subclass around an exact int (taken over), or that int for int itself.
 */
Value int_of_type(VM *vm, Type *type, Value owned);

#endif
