/* Running a program from the command line, from the making of the VM to the exit status. */
#ifndef APY_CLI_RUN_H
#define APY_CLI_RUN_H

#include "cli/options.h"
#include "objects/vm.h"

int run_program(const Options *options);
/* Tell of the exception being raised (consumed) as sys.excepthook does. For SystemExit: its status, with its
 * text on stderr; else 1. */
int report_exception(VM *vm);

/* Nobody caught a KeyboardInterrupt: the process ends by SIGINT, as its parent wants to see. */
enum { STATUS_INTERRUPTED = 128 + 130 };

#endif
