/* What the compiler takes for granted about trees, because the parser makes no others. */
#ifndef APY_STDLIB_AST_CHECK_H
#define APY_STDLIB_AST_CHECK_H

#include "objects/vm.h"
#include "parser/ast.h"

/* Check one node whose children are good already. False with ValueError or TypeError. */
bool ast_check_node(VM *vm, const Node *node);

#endif
