#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kernels go on booting after they start their first process, and what they still do then lands
 * in the first numbers. settle() sleeps and probes until probes agree.
 */

/* One round of the probe, in ticks. */
struct settle_round {
	uint64_t syscalls; /* a batch of null system calls */
	uint64_t faults;   /* first writes to fresh pages */
	uint64_t process;  /* one fork, exit and wait */
};

#define SETTLE_PARTS 3
#define SETTLE_KEPT 10

struct settle {
	bool ok;
	unsigned int rounds;
	uint64_t ticks, ns; /* spent in all; ns is 0 where the system has no clock */
	/* The most recent rounds, oldest first. */
	struct settle_round kept[SETTLE_KEPT];
	size_t kept_count;
};

void settle(struct settle *result);

/* Whether in each part the largest of the rounds is within 2 % of the smallest. */
bool settle_agree(const struct settle_round *rounds, size_t count);
