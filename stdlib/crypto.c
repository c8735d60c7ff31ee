#include "stdlib/crypto.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>

#include "objects/bytes.h"
#include "objects/str.h"
#include "objects/type.h"

static bool find(Crypto *crypto, void *slot, const char *name) {
    void *symbol = dlsym(crypto->library, name);
    memcpy(slot, &symbol, sizeof symbol);
    return symbol;
}

static bool find_all(Crypto *crypto) {
    return find(crypto, &crypto->md_fetch, "EVP_MD_fetch") &&
           find(crypto, &crypto->md_free, "EVP_MD_free") &&
           find(crypto, &crypto->md_get_size, "EVP_MD_get_size") &&
           find(crypto, &crypto->md_get_block_size, "EVP_MD_get_block_size") &&
           find(crypto, &crypto->md_get_flags, "EVP_MD_get_flags") &&
           find(crypto, &crypto->ctx_new, "EVP_MD_CTX_new") &&
           find(crypto, &crypto->ctx_free, "EVP_MD_CTX_free") &&
           find(crypto, &crypto->ctx_copy, "EVP_MD_CTX_copy_ex") &&
           find(crypto, &crypto->ctx_md, "EVP_MD_CTX_get0_md") &&
           find(crypto, &crypto->init, "EVP_DigestInit_ex") &&
           find(crypto, &crypto->update, "EVP_DigestUpdate") &&
           find(crypto, &crypto->final, "EVP_DigestFinal_ex") &&
           find(crypto, &crypto->final_xof, "EVP_DigestFinalXOF") &&
           find(crypto, &crypto->pbkdf2, "PKCS5_PBKDF2_HMAC") &&
           find(crypto, &crypto->scrypt, "EVP_PBE_scrypt") &&
           find(crypto, &crypto->clear_errors, "ERR_clear_error");
}

Crypto *crypto_load(VM *vm) {
    Crypto *crypto = heap_raw_alloc(&vm->heap, sizeof *crypto);
    if (!crypto) return raise_memory(vm), NULL;
    crypto->library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (crypto->library && find_all(crypto)) return crypto;
    raise_format(vm, EXC(ImportError), "hashlib needs libcrypto (OpenSSL 3): %s",
                 crypto->library ? "it is too old" : dlerror());
    crypto_unload(vm, crypto);
    return NULL;
}

/* The library itself stays: it has handlers for the end of the process. */
void crypto_unload(VM *vm, void *crypto) {
    heap_raw_free(&vm->heap, crypto, sizeof(Crypto));
}

EVP_MD *crypto_find(const Crypto *crypto, const char *name) {
    char asked[64];
    usize size = strlen(name);
    if (size >= sizeof asked) return NULL;
    for (usize i = 0; i <= size; i++)
        asked[i] = name[i] == '_' ? '-' : (char)tolower((u8)name[i]);
    if (!strncmp(asked, "shake-", 6)) memmove(asked + 5, asked + 6, size - 5);
    EVP_MD *found = crypto->md_fetch(NULL, asked, NULL);
    if (!found) crypto->clear_errors();
    return found;
}

bool hash_take_data(VM *vm, Value v, Buffered *out) {
    if (is_str(v)) {
        raise_type(vm, "Strings must be encoded before hashing");
        return false;
    }
    if (type_of(vm, v)->slots.buffer) return buffered_get(vm, v, out, false);
    raise_type(vm, "object supporting the buffer API required");
    return false;
}

Value hash_hex(VM *vm, const unsigned char *digest, usize size) {
    Buffer out = {0};
    for (usize i = 0; i < size; i++) buffer_printf(&out, "%02x", digest[i]);
    return str_from_buffer(vm, &out);
}
