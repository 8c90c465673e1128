#pragma once

#include <stdbool.h>

/*
 * Some kernels discard an exited child unless its parent handles SIGCHLD, as if the signal were
 * ignored; wait() would then block for ever. The runner detects that, installs a handler, and tells
 * the programs it starts to do the same by a last argument, CHILDREN_CATCH.
 */
#define CHILDREN_CATCH "catch-children"

/* Whether an exited child can't be waited for. Forks one to find out. */
bool children_autoreaped(void);

/* Installs an empty SIGCHLD handler. */
void children_catch_sigchld(void);

/* Installs the handler if the last argument asks for it; returns argc without that argument. */
int children_parse_args(int argc, char **argv);
