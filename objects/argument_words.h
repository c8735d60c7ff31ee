/* CPython's words for arguments that do not fit a function written in Python: for those of scripts (vm/bind.c), and for
 * functions in C that CPython has in Python (native_bind.c). All raise TypeError and give false. */
#ifndef APY_OBJECTS_ARGUMENT_WORDS_H
#define APY_OBJECTS_ARGUMENT_WORDS_H

#include "base/buffer.h"
#include "objects/vm.h"

/* One more of `count` names, the at-th from 0: "'a'", "'a' and 'b'", "'a', 'b', and 'c'". */
void argument_words_add(Buffer *names, Span name, u32 at, u32 count);
/* sort: "positional", "keyword-only". Takes the names over. */
bool raise_missing_arguments(VM *vm, Span function, u32 count, const char *sort, Buffer *names);
/* It takes from `least` to `most` by position. */
bool raise_too_many_arguments(VM *vm, Span function, u32 least, u32 most, u32 given, u32 keyword_only);

#endif
