#pragma once

#include "arch.h"
#include "util.h"

/*
 * What each vCPU is executing: user code, or kernel code on a stack of unfinished contexts and
 * calls.
 *
 * A context is a kernel entry (system call or vector) that has not returned yet. Contexts nest: a
 * page fault in a system call, a timer tick in the page fault. Contexts and calls belong to a
 * kernel stack, so they follow a thread that is switched out, and a context's own count is what was
 * executed in it and in nothing nested.
 *
 * All callbacks run on one host thread (`-accel tcg,thread=single`), so there is no locking.
 */

struct node;
struct block;

enum context_kind {
	CONTEXT_SYSCALL,
	CONTEXT_VECTOR,
};

struct context {
	enum context_kind kind;
	unsigned int number;
	/* An enum gate, for a system call. */
	unsigned int gate;
	bool from_user;
	/* Where it returns to, unless the kernel diverts it. */
	struct resume_point resume;
	/* The machine's clock at entry, and the instructions executed in the context itself. */
	uint64_t entry_clock, own_count;
	/* The number of calls on the stack at its entry. */
	size_t call_depth;
	/* It has made a call: its own code up to the first call is entry code. */
	bool made_call;
	struct node *node, *outer_node;
};

/* A call that has not returned: its return address, and where on the stack that is. */
struct call {
	uint64_t return_slot, return_address;
	/* The caller's. */
	struct node *node;
};

struct stack {
	struct context *contexts;
	size_t context_count, context_capacity;
	struct call *calls;
	size_t call_count, call_capacity;
	/* The current function in the call tree. */
	struct node *node;
};

struct counters {
	uint64_t clock, repeats, recording;
};

struct vcpu {
	struct counters *counters;
	/* The values of its counters at the last vcpu_account(). */
	uint64_t accounted, accounted_repeats;
	bool user;
	struct stack *stack;
	/* The vector that the current instruction raises deliberately, or -1. */
	int soft_vector;
	/* The address of the last system call instruction, which may turn out to fault. */
	uint64_t syscall_pc;
	/* A stored stack pointer with no load since: its value, where it was stored, and when. */
	bool saved;
	uint64_t saved_at, saved_sp, saved_clock;
	/* The address space of the last user code, and the machine's clock when it was left. */
	uint64_t user_address_space, user_exit_clock;
	/* For the profile. */
	struct block *block;
	struct node *user_node;
};

/*
 * With several vCPUs on one host thread, QEMU (seen in 10.0.2) hard-codes the translating vCPU's
 * index into the inline counters, so that the others increment its counters. Hence only one.
 */
#define VCPUS_MAX 1

struct machine {
	struct vcpu vcpus[VCPUS_MAX];
	unsigned int vcpu_count;
	struct qemu_plugin_scoreboard *scoreboard;
	/* Follow calls and record windows. */
	bool profile;
	uint64_t user_total, kernel_total;
	/* The machine's clock when user code first ran; 0 before. */
	uint64_t first_user;
};

extern struct machine machine;

void machine_add_vcpu(unsigned int index);
/* Starts accounting a vCPU that is in user code of the given address space. */
void vcpu_start_in_user(struct vcpu *vcpu, uint64_t address_space);

/* The machine's clock: instructions begun on all vCPUs. */
uint64_t machine_clock(void);

/* Attributes the instructions from the last call up to `clock` to what the vCPU was executing. */
void vcpu_account(struct vcpu *vcpu, uint64_t clock);

/* The context the vCPU is in, or NULL. */
struct context *vcpu_context(const struct vcpu *vcpu);

/* Kernel entries and returns. */
void vcpu_syscall(struct vcpu *vcpu, unsigned int gate, unsigned int number,
		  const struct resume_point *resume, uint64_t pc);
void vcpu_vector(struct vcpu *vcpu, const struct vector_entry *entry);
void vcpu_trap_return(struct vcpu *vcpu, const struct trap_return *trap_return);

/*
 * The stack pointer `sp` was stored at `at`; it is `from` and is about to become `to`. A store
 * followed by a load is a context switch, or a change to another stack of the same thread (that of
 * interrupts).
 */
void vcpu_stack_saved(struct vcpu *vcpu, uint64_t sp, uint64_t at);
void vcpu_stack_loaded(struct vcpu *vcpu, uint64_t from, uint64_t to);

/* A call from `site` stored its return address in `slot`; a return loaded `target` from `slot`. */
void vcpu_call(struct vcpu *vcpu, uint64_t site, uint64_t callee, uint64_t slot, uint64_t address);
void vcpu_return(struct vcpu *vcpu, uint64_t slot, uint64_t target);
