/* The command line. */
#ifndef APY_CLI_OPTIONS_H
#define APY_CLI_OPTIONS_H

#include "base/base.h"

typedef enum ProgramSort { PROGRAM_FILE, PROGRAM_COMMAND, PROGRAM_MODULE, PROGRAM_STDIN } ProgramSort;

enum { MOST_WARNINGS = 64 }; /* options of -W that are kept */

typedef struct Options {
    ProgramSort sort;
    const char *program; /* file, code or module name; NULL: stdin */
    char **arguments;    /* what the program gets as sys.argv[1:] */
    int argument_count;
    bool is_dash;        /* the program is stdin by name: - */
    bool is_interactive; /* -i: a prompt after the program */
    bool disassembles;   /* apy dis: print the bytecode instead of running */
    bool is_unbuffered;
    bool is_virtual_clock;
    const char *warnings[MOST_WARNINGS]; /* of -W, in order */
    int warning_count;
} Options;

/* Gives -1, or the exit status when there is nothing to run (--help, a usage error). */
int options_parse(int argc, char **argv, Options *options);

#endif
