#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Contexts are made and changed through files of the kernel's: what is written to one takes effect
 * when it is closed. Results are descriptors, 0 or -errno.
 */

#define REDOX_NAME(text) (text), sizeof(text) - 1

/* What ends a context, written to the one that runs or to its status: in entry.S too. */
extern const uint64_t redox_verb_end;

/* Opens `name` of a file, writes to it and closes it. */
long redox_tell(long file, const char *name, size_t name_len, const void *data, size_t len);

/* The descriptors that a new context is made with, each 0 or open. The copies are a child's. */
struct redox_handles {
	long self, addresses, addresses_copy, files, files_copy, context;
};

/* Opens a file and keeps its descriptor in *handle. */
long redox_handle_open(long *handle, long file, const char *name, size_t len);

/* Closes all but the context, and that too for an error. Passes `result` on. */
long redox_handles_close(const struct redox_handles *handles, long result);

/* What a new context runs in, as descriptors, and where it begins, with `argument` in rsi. */
struct redox_parts {
	long addresses, files;
	uint64_t stack, entry, argument;
};

long redox_context_start(long context, const struct redox_parts *parts);
