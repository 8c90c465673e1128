#pragma once

#include "machine.h"

/*
 * Windows: what was executed between two markers, by call path and block.
 *
 * The call tree's roots are user code of an address space, kernel entries, and threads first seen
 * in the kernel; calls and nested entries are below them. A cell counts the instructions of one
 * block executed at one node. Cells and window are counted by the same clock, so the cells of a
 * window sum to its length.
 */

enum node_kind {
	NODE_USER,
	NODE_SYSCALL,
	NODE_VECTOR,
	NODE_THREAD,
	/* A context's own code before its first call, and after it. */
	NODE_ENTRY,
	NODE_EXIT,
	NODE_CALL,
};

/* A translation block, by its start address. */
struct block {
	uint64_t address;
};

struct block *profile_block(uint64_t address);

/*
 * The node of that kind below `parent` (NULL for a root), created if new. `value` is the address
 * space, the number, or the callee (0: not known yet); `site` is the address of the call or of the
 * interrupted instruction, or a system call's gate.
 */
struct node *profile_node(struct node *parent, enum node_kind kind, uint64_t site, uint64_t value);
/* For a call node with an unknown callee: the node with callee `address`; else `node`. */
struct node *profile_resolve_callee(struct node *node, uint64_t address);
/* The address of the call, of a call node. */
uint64_t profile_site(const struct node *node);
/* Counts an entry to the node. */
void profile_enter(struct node *node);

/* Whether a window is open. */
bool profile_recording(void);
/* Adds instructions executed in the vCPU's current block. For vcpu_account(), in a window. */
void profile_add(struct vcpu *vcpu, uint64_t count, uint64_t repeats);
/*
 * Attributes a context's pending own code to `node`. It is pending because only what follows, a
 * call or the return, decides whether it was entry or exit code.
 */
void profile_attribute_pending(struct vcpu *vcpu, struct node *node);
/* Counts a return without an entry or, if `entered`, one to elsewhere than the entry. */
void profile_unmatched_return(bool entered);

/* The vCPU begins to execute `block`. */
void profile_begin_block(struct vcpu *vcpu, struct block *block);

void profile_open(struct vcpu *vcpu, uint64_t clock);
void profile_close(struct vcpu *vcpu, uint64_t clock, FILE *to);
