/* libcrypto, loaded when hashlib is first imported: a program without it pays nothing.
 */
#ifndef APY_STDLIB_CRYPTO_H
#define APY_STDLIB_CRYPTO_H

#include <openssl/evp.h>

#include "objects/bytes.h"
#include "objects/vm.h"

typedef struct Crypto {
    void *library;
    EVP_MD *(*md_fetch)(OSSL_LIB_CTX *, const char *, const char *);
    void (*md_free)(EVP_MD *);
    int (*md_get_size)(const EVP_MD *);
    int (*md_get_block_size)(const EVP_MD *);
    unsigned long (*md_get_flags)(const EVP_MD *);
    EVP_MD_CTX *(*ctx_new)(void);
    void (*ctx_free)(EVP_MD_CTX *);
    int (*ctx_copy)(EVP_MD_CTX *, const EVP_MD_CTX *);
    const EVP_MD *(*ctx_md)(const EVP_MD_CTX *);
    int (*init)(EVP_MD_CTX *, const EVP_MD *, ENGINE *);
    int (*update)(EVP_MD_CTX *, const void *, size_t);
    int (*final)(EVP_MD_CTX *, unsigned char *, unsigned int *);
    int (*final_xof)(EVP_MD_CTX *, unsigned char *, size_t);
    int (*pbkdf2)(const char *, int, const unsigned char *, int, int, const EVP_MD *, int,
                  unsigned char *);
    int (*scrypt)(const char *, size_t, const unsigned char *, size_t, uint64_t, uint64_t,
                  uint64_t, uint64_t, unsigned char *, size_t);
    void (*clear_errors)(void);
} Crypto;

/* NULL with ImportError. */
Crypto *crypto_load(VM *vm);
void crypto_unload(VM *vm, void *crypto);
/* By Python's name of the hash; NULL without exception: there is none. Give it back with
 * md_free. */
EVP_MD *crypto_find(const Crypto *crypto, const char *name);
/* What a hash is fed with: "Strings must be encoded before hashing" ... */

bool hash_take_data(VM *vm, Value v, Buffered *out);
Value hash_hex(VM *vm, const unsigned char *digest, usize size);

#endif
