#pragma once

#include "arch.h"
#include "util.h"

/*
 * Where each vCPU is: in user mode, or on a kernel stack with what is unfinished on it.
 *
 * A context is one way into the kernel that has not been left yet: a system call, or a vector.
 * Contexts nest (a page fault in a system call, a tick in the page fault). They and the calls
 * between them belong to a kernel stack, so a thread that sleeps takes them along and a context's
 * own cost is what was spent in it and nowhere else.
 *
 * All callbacks come from one host thread (`-accel tcg,thread=single`), so nothing here is locked.
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
	/* Of a system call: enum gate. */
	unsigned int gate;
	bool from_user;
	/* Where it will go back to, if it goes back as it came. */
	struct place back;
	/* The machine's clock at entry, and what was spent in the context itself. */
	uint64_t entered, own;
	/* How many calls were on the stack before it. */
	size_t calls_before;
	/* A call was made in it: what comes before is entry code. */
	bool called;
	struct node *node, *outer;
};

/* A call that has not returned: where its return address lies, and that address. */
struct call {
	uint64_t at, back;
	/* Where the caller was. */
	struct node *node;
};

struct stack {
	struct context *contexts;
	size_t context_count, context_room;
	struct call *calls;
	size_t call_count, call_room;
	/* Where the current function is in the tree of calls. */
	struct node *node;
};

struct score {
	uint64_t clock, repeats, recording;
};

struct vcpu {
	struct score *score;
	/* Accounted up to here. */
	uint64_t mark, repeats_mark;
	bool user;
	struct stack *stack;
	/* The vector an instruction is about to raise, or -1. */
	int soft_vector;
	/* Where the last system call was made, in case it faults instead. */
	uint64_t syscall_pc;
	/* The stack pointer was stored and not loaded since: where to, and what. */
	bool saved;
	uint64_t saved_at, saved_sp, saved_clock;
	/* The address space of the last user code, and when it was left. */
	uint64_t user_space, user_left;
	/* For the profile. */
	struct block *block;
	struct node *user_node;
};

/*
 * With all CPUs on one host thread QEMU (seen in 10.0.2) writes the index of the CPU it translates
 * for into the counting code, and the others then count for it. So more than one is refused.
 */
#define VCPUS_MAX 1

struct machine {
	struct vcpu vcpus[VCPUS_MAX];
	unsigned int vcpu_count;
	struct qemu_plugin_scoreboard *score;
	/* Follow calls, for windows. */
	bool profile;
	uint64_t user_total, kernel_total;
	/* Instructions of all vCPUs when user code first ran; 0 before. */
	uint64_t first_user;
};

extern struct machine machine;

void machine_add_vcpu(unsigned int index);
/* The vCPU runs user code of `space`; nothing is known of what it did before. */
void vcpu_begin_in_user(struct vcpu *vcpu, uint64_t space);

/* Sum over vCPUs of instructions begun. */
uint64_t machine_clock(void);

/* Give what was executed since the last time, up to `clock`, to whatever the vCPU was in. */
void vcpu_account(struct vcpu *vcpu, uint64_t clock);

/* The context the vCPU is in, or NULL. */
struct context *vcpu_context(const struct vcpu *vcpu);

/* The ways in and out; `clock` is that of the first instruction beyond. */
void vcpu_syscall(struct vcpu *vcpu, unsigned int gate, unsigned int number,
		  const struct place *back, uint64_t pc);
void vcpu_vector(struct vcpu *vcpu, const struct entry *entry);
void vcpu_leave(struct vcpu *vcpu, const struct leave *leave);

/*
 * The stack pointer `sp` was stored at `at`; is `from` and about to become `to`. The two together
 * are a switch of threads, or only a step to another stack of the same one (an interrupt's).
 */
void vcpu_stack_saved(struct vcpu *vcpu, uint64_t sp, uint64_t at);
void vcpu_stack_loaded(struct vcpu *vcpu, uint64_t from, uint64_t to);

/* A call put its return address `back` at `at`; a return took `target` from `at`. */
void vcpu_called(struct vcpu *vcpu, uint64_t site, uint64_t callee, uint64_t at, uint64_t back);
void vcpu_returned(struct vcpu *vcpu, uint64_t at, uint64_t target);
