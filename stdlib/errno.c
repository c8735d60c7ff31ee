/* errno: the names of the system's errors. */
#include <errno.h>

#include "objects/dict.h"
#include "objects/frame.h"
#include "objects/native.h"
#include "objects/str.h"

MODULE(errno, "This module makes available standard errno system symbols.\n\n"
              "The value of each symbol is the corresponding integer value,\n"
              "e.g., on most systems, errno.ENOENT equals the integer 2.\n\n"
              "The dictionary errno.errorcode maps numeric codes to symbol names,\n"
              "e.g., errno.errorcode[2] could be the string 'ENOENT'.\n\n"
              "Symbols that are not relevant to the underlying system are not defined.\n\n"
              "To map error codes to error messages, use os.strerror().")

typedef struct ErrorName {
    const char *name;
    int number;
} ErrorName;

static const ErrorName names[] = {
#define C(name) {#name, name},
    C(EPERM) C(ENOENT) C(ESRCH) C(EINTR) C(EIO) C(ENXIO) C(E2BIG) C(ENOEXEC) C(EBADF)
    C(ECHILD) C(EWOULDBLOCK) C(EAGAIN) C(ENOMEM) C(EACCES) C(EFAULT) C(ENOTBLK)
    C(EBUSY) C(EEXIST) C(EXDEV) C(ENODEV) C(ENOTDIR) C(EISDIR) C(EINVAL) C(ENFILE)
    C(EMFILE) C(ENOTTY) C(ETXTBSY) C(EFBIG) C(ENOSPC) C(ESPIPE) C(EROFS) C(EMLINK)
    C(EPIPE) C(EDOM) C(ERANGE) C(EDEADLK) C(EDEADLOCK) C(ENAMETOOLONG) C(ENOLCK)
    C(ENOSYS) C(ENOTEMPTY) C(ELOOP) C(ENOMSG) C(EIDRM) C(ECHRNG) C(EL2NSYNC) C(EL3HLT)
    C(EL3RST) C(ELNRNG) C(EUNATCH) C(ENOCSI) C(EL2HLT) C(EBADE) C(EBADR) C(EXFULL)
    C(ENOANO) C(EBADRQC) C(EBADSLT) C(EBFONT) C(ENOSTR) C(ENODATA) C(ETIME) C(ENOSR)
    C(ENONET) C(ENOPKG) C(EREMOTE) C(ENOLINK) C(EADV) C(ESRMNT) C(ECOMM) C(EPROTO)
    C(EMULTIHOP) C(EDOTDOT) C(EBADMSG) C(EOVERFLOW) C(ENOTUNIQ) C(EBADFD) C(EREMCHG)
    C(ELIBACC) C(ELIBBAD) C(ELIBSCN) C(ELIBMAX) C(ELIBEXEC) C(EILSEQ) C(ERESTART)
    C(ESTRPIPE) C(EUSERS) C(ENOTSOCK) C(EDESTADDRREQ) C(EMSGSIZE) C(EPROTOTYPE)
    C(ENOPROTOOPT) C(EPROTONOSUPPORT) C(ESOCKTNOSUPPORT) C(EOPNOTSUPP) C(ENOTSUP)
    C(EPFNOSUPPORT) C(EAFNOSUPPORT) C(EADDRINUSE) C(EADDRNOTAVAIL) C(ENETDOWN)
    C(ENETUNREACH) C(ENETRESET) C(ECONNABORTED) C(ECONNRESET) C(ENOBUFS) C(EISCONN)
    C(ENOTCONN) C(ESHUTDOWN) C(ETOOMANYREFS) C(ETIMEDOUT) C(ECONNREFUSED) C(EHOSTDOWN)
    C(EHOSTUNREACH) C(EALREADY) C(EINPROGRESS) C(ESTALE) C(EUCLEAN) C(ENOTNAM)
    C(ENAVAIL) C(EISNAM) C(EREMOTEIO) C(EDQUOT) C(ENOMEDIUM) C(EMEDIUMTYPE)
    C(ECANCELED) C(ENOKEY) C(EKEYEXPIRED) C(EKEYREVOKED) C(EKEYREJECTED) C(EOWNERDEAD)
    C(ENOTRECOVERABLE) C(ERFKILL)
#undef C
};

static bool add_name(VM *vm, Value module, Dict *texts, const ErrorName *error) {
    OWNED Value text = str_intern_text(vm, error->name);
    return text != FAIL && dict_set(vm, texts, from_small(error->number), text) &&
           module_add(vm, module, error->name, from_small(error->number));
}

MODULE_INIT(errno) {
    OWNED Value texts = dict_new(vm);
    if (texts == FAIL) return false;
    for (usize i = 0; i < COUNT_OF(names); i++)
        if (!add_name(vm, module, to_dict(texts), &names[i])) return false;
    return module_add(vm, module, "errorcode", TAKE(texts));
}
