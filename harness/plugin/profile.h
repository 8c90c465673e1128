#pragma once

#include "machine.h"

/*
 * Windows: what was executed between two markers, by place in the tree of calls and by block.
 *
 * The tree's nodes are ways in (user code of an address space, a system call, a vector, a thread
 * first seen in the kernel) and calls below them. A cell is a node and a block of code executed
 * there, with the instructions that were. The cells of a window sum to the window: they are filled
 * from the same clock.
 */

enum node_kind {
	NODE_USER,
	NODE_SYSCALL,
	NODE_VECTOR,
	NODE_THREAD,
	/* Of a system call's or vector's own code: before its first call and after its last. */
	NODE_ENTRY,
	NODE_EXIT,
	NODE_CALL,
};

/* A straight piece of code as QEMU translated it. */
struct block {
	uint64_t address;
};

struct block *profile_block(uint64_t address);

/*
 * The child of `parent` (NULL: none) of that kind: `value` is the address space, the number or
 * the callee, `site` the address it was called from or interrupted at, or a system call's gate.
 */
struct node *profile_node(struct node *parent, enum node_kind kind, uint64_t site, uint64_t value);
/* The same for a call whose callee was unknown, now that code at `address` is known to be of it. */
struct node *profile_known(struct node *node, uint64_t address);
/* The calling site of a call node. */
uint64_t profile_site(const struct node *node);
/* Count that the node was entered. */
void profile_enter(struct node *node);

/* A window is open. */
bool profile_recording(void);
/* Something was executed in the vCPU's block; called by vcpu_account() while a window is open. */
void profile_add(struct vcpu *vcpu, uint64_t count, uint64_t repeats);
/*
 * What was executed in a context's own code since the last time belongs to `node`: only the call
 * that follows it, or the end, tells whether it was entry or exit.
 */
void profile_settle(struct vcpu *vcpu, struct node *node);
/* A return that has no entry, or went elsewhere than it came from. */
void profile_stray(bool entered);

/* The vCPU starts to execute `block`. */
void profile_block_begins(struct vcpu *vcpu, struct block *block);

void profile_open(struct vcpu *vcpu, uint64_t clock);
void profile_close(struct vcpu *vcpu, uint64_t clock, FILE *to);
