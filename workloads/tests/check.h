#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The smallest test frame: say where and what, then fail the program. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)
