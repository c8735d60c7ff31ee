/* The interactive mode: statements from standard input, one by one. */
#ifndef APY_CLI_INTERACTIVE_H
#define APY_CLI_INTERACTIVE_H

#include "objects/vm.h"

/* Until the input ends or SystemExit; gives the exit status. */
int run_interactive(VM *vm);

#endif
