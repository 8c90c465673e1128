/* Options on the kernel's command line: `word` or `key=value`, separated by blanks. */
#pragma once

#include "lib/types.h"

#define OPTION_MAX 128

/* Whether the word stands there. */
bool option_is(const char *cmdline, const char *word);

#define OPTION_ARGS_MAX 30

/*
 * The words after ` -- `, which are for process 1: at most OPTION_ARGS_MAX, and a NULL. `cmdline`
 * is cut up for it.
 */
void option_args(char *cmdline, const char *out[OPTION_ARGS_MAX + 1]);

/* The value of a key, or NULL; cut at OPTION_MAX, valid until the next call. */
const char *option_text(const char *cmdline, const char *key);
