/* A SyntaxError: where it is, the line with a range of carets, the message. */
#ifndef APY_VM_SYNTAX_TEXT_H
#define APY_VM_SYNTAX_TEXT_H

#include "objects/vm.h"

void syntax_error_print(VM *vm, Value exception, Span type_name, bool color, Buffer *out);

#endif
