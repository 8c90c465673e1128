/* Private to procfs: the texts. */
#pragma once

#include "lib/types.h"
#include "proc/process.h"

#define TEXT_MAX (60ul << 10)

/* A text under construction; what does not fit is cut off. */
struct text {
	char *at;
	size_t size, len;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A file of /proc, or of /proc/PID when it wants a process. */
struct proc_file {
	const char *name;
	void (*make)(struct text *t, struct process *p);
};

extern const struct proc_file proc_system_files[], proc_process_files[];
extern const size_t proc_system_count, proc_process_count;
