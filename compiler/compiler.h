/* From the tree to code.
 *
 * Two walks: the first (scope*.c) finds out what each name means in each scope, the second
 * makes instructions. Each code object is made by a Unit (unit.h); instructions are kept
 * with labels and virtual registers until the unit ends, then assembled (assemble.c).
 *
 *   statements    stmt.c  loop.c  try.c  with.c  match.c  pattern.c  import.c
 *   expressions   expr.c  operator.c  condition.c  display.c  call.c  fstring.c  fold.c
 *   stores        target.c  name_access.c
 *   definitions   function.c  class.c  typeparam.c  comprehension.c  annotation.c
 *   output        emit.c  constants.c  assemble.c  verify.c  disasm.c
 *
 * Errors are those of CPython 3.13, found in its order: first what its symbol table pass
 * reports, then the rest as the code is made.
 */
#ifndef APY_COMPILER_COMPILER_H
#define APY_COMPILER_COMPILER_H

#include "base/arena.h"
#include "objects/code.h"
#include "objects/vm.h"
#include "parser/ast.h"

enum { /* flags: those of compile(), with CPython's values */
    COMPILE_DONT_IMPLY_DEDENT = 0x200,
    COMPILE_TOP_LEVEL_AWAIT = 0x2000,
    COMPILE_ALLOW_INCOMPLETE = 0x4000,
    COMPILE_FUTURE_ANNOTATIONS = CODE_FUTURE_ANNOTATIONS,
    /* ours: without assertions and with __debug__ false, without docstrings */
    COMPILE_OPTIMIZE = 0x10000000,
    COMPILE_NO_DOCSTRINGS = 0x20000000,
    /* the source is the bytes of a file: a coding line counts */
    COMPILE_DECODE = 0x40000000,
    /* the same for bytes given to compile() or read by an import, with other messages */
    COMPILE_BYTES = 0x08000000,
};

/* The code of a source text: mode 'e' is a file, 'v' an expression, 's' one statement of the
 * interactive mode. FAIL with SyntaxError (all attributes set), RecursionError, ... */
Value compile_source(VM *vm, Span source, Span filename, char mode, u32 flags);

/* The tree of a source text, in the arena; its warnings are shown. NULL with SyntaxError. */
const Node *compile_parse(VM *vm, Arena *arena, Span source, Span filename, char mode,
                          u32 flags);

/* The value of a literal (owned). */
Value compile_constant(VM *vm, const Constant *constant);

/* The code of a Module, Interactive or Expression. `source` is for error messages, may be
 * empty. The tree and what the compiler needs meanwhile live in the arena. */
Value compile_tree(VM *vm, Arena *arena, const Node *tree, Span source, Span filename,
                   u32 flags);

/* Raise the parser's problem as an exception. Gives FAIL. */
struct SyntaxProblem;
Value compile_raise_problem(VM *vm, Span filename, const struct SyntaxProblem *problem);

/* A readable listing of the code and of all code objects in it. */
void disasm_write(VM *vm, const Code *code, Buffer *out);

/* The operands of the instruction at a word as text, with a space in front of each; where it
 * may jump to, or -1. Gives the word of the next one. */
u32 disasm_operands(VM *vm, const Code *code, u32 word, Buffer *out, i64 *target);

/* Check the code's registers, depths, windows and jumps by running through it with
 * abstract values. False: `problem` says what is wrong. For tests and debug builds. */
bool verify_code(const Code *code, Buffer *problem);

#endif
