#include "compiler/compile.h"
bool verify_code(const Code *code, Buffer *problem) { return true; }
