#pragma once

#include <stdbool.h>

#include "mach_trap.h"

/*
 * What this port keeps in each task. Mach knows tasks, threads, ports and memory; descriptors,
 * children and their ends are ours, over these. A fork copies all of it with the address space,
 * and gives the child rights under the same names, so that the copy is right as it stands.
 */

#define MACH_REPLY_PORTS 8
#define MACH_DESCRIPTORS 256
#define MACH_PIPES 256
#define MACH_CHILDREN 256
#define MACH_THREADS 32

enum mach_descriptor_kind { MACH_FREE, MACH_CONSOLE, MACH_PIPE_READ, MACH_PIPE_WRITE };

struct mach_descriptor {
	enum mach_descriptor_kind kind;
	unsigned int pipe;
};

/* A pipe is a port: writes are messages to it, its end is the notice that nobody can send. */
struct mach_pipe {
	mach_name port;
	unsigned int readers, writers; /* descriptors of this task */
	/*
	 * A port has one receiver, a pipe any number of processes that may read. The right stays
	 * with the task that made the pipe until another one reads; that one fetches it.
	 */
	bool receives;
	bool shared; /* with a child that may fetch it */
	bool at_end;
	/* What the last message held and no read has taken yet. */
	unsigned int left_at, left;
	unsigned char *message;
};

struct mach_child {
	mach_name task; /* also its number */
	int status;
	bool told, dead;
};

/* The message that ends a thread, on a stack that outlives its own. */
struct mach_thread_end {
	unsigned char stack[192] __attribute__((aligned(16)));
	unsigned char message[128] __attribute__((aligned(16)));
	uint32_t *alive;
};

struct mach_state {
	mach_name task, host, host_privileged;
	/* Receives what children tell at their end; in a child, what it tells its end to. */
	mach_name wait, exit;
	/* In a child its parent's task; in the first task the name is kept free for that. */
	mach_name parent;
	unsigned int slot;	/* of this task among its parent's children */
	unsigned int next_slot; /* of the child that is being made */
	unsigned int next_thread;
	/* So many from the front have ever been used: what stands behind need not be looked at. */
	unsigned int pipes_used, children_used;
	unsigned int pipes_shared;
	mach_name first_reply;
	mach_name replies[MACH_REPLY_PORTS];
	struct mach_descriptor descriptors[MACH_DESCRIPTORS];
	struct mach_pipe pipes[MACH_PIPES];
	struct mach_child children[MACH_CHILDREN];
	struct mach_thread_end threads[MACH_THREADS];
};

extern struct mach_state mach;

/* A reply port that no other thread of this task uses, and its return. */
mach_name mach_reply_take(void);
void mach_reply_give(mach_name port);
