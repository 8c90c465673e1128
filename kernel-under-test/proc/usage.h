/*
 * What threads and processes have used, as getrusage(2) tells it.
 *
 * User and system time are told apart by looks at the ends of slices (thread.looks), as on kernels
 * that count ticks: entering and leaving the kernel costs nothing for it. A thread that runs alone
 * has no slices, so it is only looked at when somebody may ask: it did itself, or who started it
 * had, or its parent waits for it with wait4() and wants to know.
 */
#pragma once

#include "lib/types.h"

struct process;
struct thread;

struct usage {
	/* In nanoseconds: on the CPU in all, and in the kernel. */
	uint64_t cpu, system;
	/* How often it gave the CPU away to wait, and was made to. */
	uint64_t waited, preempted;
	/* Pages that it missed, and those of them that had to be read. */
	uint64_t faults, read;
	/* The most pages it had mapped. */
	uint64_t max_rss_pages;
};

void usage_add(struct usage *to, const struct usage *u);

/* With the kernel lock, but for the caller's own; memory is its process's. */
struct usage usage_of_thread(struct thread *t);
/* Of its threads that run and have ended. With the kernel lock. User and system only grow. */
struct usage usage_of_process(struct process *p);
/* The same of the caller's, with the kernel lock or without. */
struct usage usage_own(void);

/* For proc's own files: its memory is about to go, or this thread is. */
void usage_exit_space(struct process *p);
void usage_exit_thread(struct thread *t);

/* From now on the threads of `p`, or of its children, are looked at. With the kernel lock. */
void usage_sample(struct process *p);
void usage_sample_children(struct process *p);
