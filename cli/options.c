#include "cli/options.h"

#include <stdio.h>

static const char usage[] = "usage: apy [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

static const char help[] =
    "-c cmd : program passed in as string (terminates option list)\n"
    "-h     : print this help message and exit (also --help)\n"
    "-i     : inspect interactively after running script\n"
    "-m mod : run library module as a script (terminates option list)\n"
    "-u     : do not buffer standard output and error\n"
    "-V     : print the version number and exit (also --version)\n"
    "-W arg : warning control; arg is action:message:category:module:lineno\n"
    "--clock=virtual : waiting costs no time: when nothing is ready, jump to the next timer\n"
    "file   : program read from script file\n"
    "-      : program read from stdin\n"
    "arg ...: arguments passed to program in sys.argv[1:]\n"
    "\n"
    "apy dis file : print the bytecode of a script\n";

static int fail(const char *message, const char *word) {
    fprintf(stderr, "%s: %s\n%sTry `apy -h' for more information.\n", message, word, usage);
    return 2;
}

static void take_rest(Options *options, int argc, char **argv, int at) {
    options->arguments = argv + at;
    options->argument_count = argc - at;
}

/* Options that end the list: -c and -m, whose value may be joined. */
static int take_program(Options *options, int argc, char **argv, int at, const char *joined, char letter) {
    options->sort = letter == 'c' ? PROGRAM_COMMAND : PROGRAM_MODULE;
    if (!*joined && at + 1 >= argc) {
        fprintf(stderr, "Argument expected for the -%c option\n%sTry `apy -h' for more information.\n", letter,
                usage);
        return 2;
    }
    options->program = *joined ? joined : argv[++at];
    take_rest(options, argc, argv, at + 1);
    return -1;
}

static int take_long(Options *options, const char *word) {
    if (!strcmp(word, "--help")) {
        printf("%s%s", usage, help);
        return 0;
    }
    if (!strcmp(word, "--version")) {
        puts("apy 0.1.0 (Python 3.13.0)");
        return 0;
    }
    if (strcmp(word, "--clock=virtual")) return fail("unknown option", word);
    options->is_virtual_clock = true;
    return -1;
}

/* -W, whose value may be joined. -3: it was the next word. */
static int take_warning(Options *options, int argc, char **argv, int at, const char *joined) {
    if (!*joined && at + 1 >= argc) {
        fprintf(stderr, "Argument expected for the -W option\n%sTry `apy -h' for more information.\n", usage);
        return 2;
    }
    if (options->warning_count < MOST_WARNINGS)
        options->warnings[options->warning_count++] = *joined ? joined : argv[at + 1];
    return *joined ? -1 : -3;
}

/* One word of short options. -2: it ended the list, -3: it took the next word too. */
static int take_short(Options *options, int argc, char **argv, int at) {
    for (const char *letter = argv[at] + 1; *letter; letter++) {
        switch (*letter) {
        case 'c':
        case 'm': {
            int status = take_program(options, argc, argv, at, letter + 1, *letter);
            return status < 0 ? -2 : status;
        }
        case 'W': return take_warning(options, argc, argv, at, letter + 1);
        case 'X': return letter[1] ? -1 : at + 1 < argc ? -3 : fail("Argument expected for the option", "-X");
        case 'i': options->is_interactive = true; break;
        case 'u': options->is_unbuffered = true; break;
        case 'h': return take_long(options, "--help");
        case 'V': return take_long(options, "--version");
        case 'B': case 'E': case 's': case 'I': case 'P': case 'q':
        case 'S': case 'R': case 'b': case 'd': case 'v': break;
        default:
            fprintf(stderr, "unknown option -%c\n%sTry `apy -h' for more information.\n", *letter, usage);
            return 2;
        }
    }
    return -1;
}

static void take_file(Options *options, int argc, char **argv, int at) {
    if (strcmp(argv[at], "-")) {
        options->sort = PROGRAM_FILE;
        options->program = argv[at];
    } else {
        options->is_dash = true;
    }
    take_rest(options, argc, argv, at + 1);
}

int options_parse(int argc, char **argv, Options *options) {
    *options = (Options){.sort = PROGRAM_STDIN};
    int at = 1;
    if (argc > 2 && !strcmp(argv[1], "dis")) {
        options->disassembles = true;
        at = 2;
    }
    for (; at < argc; at++) {
        const char *word = argv[at];
        if (word[0] != '-' || !word[1]) {
            take_file(options, argc, argv, at);
            return -1;
        }
        int status = word[1] == '-' ? take_long(options, word) : take_short(options, argc, argv, at);
        if (status == -2) return -1;
        if (status == -3) at++;
        if (status >= 0) return status;
    }
    return -1;
}
