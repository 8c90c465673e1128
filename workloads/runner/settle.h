#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A kernel goes on booting after it has started the first process, and that work would be charged
 * to the first workloads. settle() alternates between sleeping and measuring until the measurements
 * agree.
 */

/* What one round measured, in ticks. */
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
	uint64_t ticks, ns; /* the time it took; ns is 0 without a clock */
	/* The most recent rounds, oldest first. */
	struct settle_round kept[SETTLE_KEPT];
	size_t kept_count;
};

void settle(struct settle *result);

/* Whether each of the three values varies by at most 2 % over the rounds. */
bool settle_agree(const struct settle_round *rounds, size_t count);
