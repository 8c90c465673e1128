/*
 * Resource usage of threads and processes: getrusage(2).
 *
 * User and system time are told apart by sampling at the ends of time slices (thread.looks), as on
 * a kernel with a periodic tick: entering and leaving the kernel costs nothing. A thread that runs
 * alone has no slices, so it is sampled only once somebody is likely to ask: the thread itself or
 * its creator asked before, or its parent waits for it with wait4() and a struct rusage.
 */
#pragma once

#include "lib/types.h"

struct process;
struct thread;

struct usage {
	/* Nanoseconds of CPU time: in total, and in the kernel. */
	uint64_t cpu, system;
	/* Voluntary and involuntary context switches. */
	uint64_t voluntary_switches, involuntary_switches;
	/* Page faults, and those among them that read from a file. */
	uint64_t faults, major_faults;
	/* Peak resident set, in pages. */
	uint64_t max_rss_pages;
};

void usage_add(struct usage *to, const struct usage *u);

/* With the kernel lock, except for the caller's own. Memory counts as the process's. */
struct usage usage_of_thread(struct thread *t);
/* Live and ended threads. With the kernel lock. User and system time never decrease. */
struct usage usage_of_process(struct process *p);
/* The caller's own, with or without the kernel lock. */
struct usage usage_own(void);

/* For proc's own files: adds the usage of an address space, or thread, that is about to go. */
void usage_exit_space(struct process *p);
void usage_exit_thread(struct thread *t);

/* From now on samples the threads of `p`, or of its children. With the kernel lock. */
void usage_sample(struct process *p);
void usage_sample_children(struct process *p);
