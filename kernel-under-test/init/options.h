/* Options on the kernel command line: `word` or `key=value`, separated by blanks. */
#pragma once

#include "lib/types.h"

#define OPTION_MAX 128

/* Whether the option is present. */
bool option_is(const char *cmdline, const char *word);

#define OPTION_ARGS_MAX 30

/*
 * Stores the words after ` -- `, arguments for process 1, and a terminating NULL. Modifies
 * `cmdline`.
 */
void option_args(char *cmdline, const char *out[OPTION_ARGS_MAX + 1]);

/* The value of a key, or NULL; truncated to OPTION_MAX, valid until the next call. */
const char *option_text(const char *cmdline, const char *key);
