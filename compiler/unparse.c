#include "compiler/compile.h"
void unparse(Compiler *c, const Node *node, Buffer *out) { buffer_add_text(out, "?"); }
