#pragma once

#include <stdbool.h>

/*
 * Some systems keep nothing of a child that ended, unless its parent catches the signal that says
 * so: there a wait would never end. The runner finds out, and catches it; a program that it starts
 * is told by a last argument, CHILDREN_CATCH.
 */
#define CHILDREN_CATCH "catch-children"

/* Whether a child that ended is not there to be waited for. Asks by making one. */
bool children_are_lost(void);

void children_catch(void);

/* Catches if told to. Returns the count of the arguments that are left. */
int children_told(int argc, char **argv);
