/* apy: run scripts. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/options.h"
#include "cli/run.h"

int main(int argc, char **argv) {
    Options options;
    int status = options_parse(argc, argv, &options);
    return status >= 0 ? status : run_program(&options);
}
