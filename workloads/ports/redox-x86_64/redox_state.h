#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What this port keeps in each process. The kernel knows contexts, address spaces, tables of
 * descriptors and files; that a child belongs to its parent, and how it ended, a daemon of the
 * system keeps. Here it is kept in these tables, which a fork copies with the memory.
 */

#define REDOX_DESCRIPTORS 1024
#define REDOX_CHILDREN 256
#define REDOX_THREADS 32

/* How a child ended, in memory that parent and children share. */
struct redox_end {
	int status;
	bool told;
};

struct redox_child {
	long context; /* the descriptor of it, which is also its number; 0 for none */
	struct redox_end *end;
	bool dead;
};

struct redox_roots {
	long debug, event, pipe, sys, proc;
};

struct redox_state {
	struct redox_roots roots;
	uint64_t used[REDOX_DESCRIPTORS / 64]; /* a bit for each number that is taken */
	long deaths;			       /* tells which child is dead; 0 for none made */
	struct redox_end *own_end;	       /* NULL in the first process */
	struct redox_end *ends;		       /* of the children */
	unsigned int children_used, next_slot;
	struct redox_child children[REDOX_CHILDREN];
	unsigned int next_thread;
	long threads[REDOX_THREADS]; /* their contexts */
};

extern struct redox_state redox;

/* The lowest number that is free, or -EMFILE; and its return. */
long redox_slot_take(void);
void redox_slot_give(long slot);

/* redox_dup() to a number of its own, and redox_close() of one. */
long redox_dup_new(long fd, const char *name, size_t len);
long redox_close_slot(long fd);

long redox_pipe(int fds[2]);
