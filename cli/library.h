/* The library inside this program; the table is made by tools/freeze.c at build time. */
#ifndef APY_CLI_LIBRARY_H
#define APY_CLI_LIBRARY_H

#include "vm/library.h"

extern const Library library_inside;

#endif
