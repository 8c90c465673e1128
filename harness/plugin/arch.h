#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qemu_api.h"

/*
 * The contract between what knows an architecture (a folder each) and the accounting, which does not.
 *
 * A door is a way into the kernel: a system call instruction, or a vector (exception, interrupt).
 */

/* Instructions that mean something to the accounting; all others only count. */
enum insn_kind {
	INSN_PLAIN,
	/* System call from user mode, through gate `operand`. */
	INSN_SYSCALL,
	/* Raises vector `operand` by itself. */
	INSN_SOFT_VECTOR,
	/* Leaves a door, to user mode or the interrupted kernel. `operand` is for arch_leave(). */
	INSN_LEAVE,
	/* Sets the address space from register `operand`. */
	INSN_SPACE,
	/* Stores the stack pointer to memory. */
	INSN_STACK_SAVE,
	/* Loads the stack pointer from memory, or from register `operand`. */
	INSN_STACK_LOAD_MEMORY,
	INSN_STACK_LOAD_REGISTER,
	/* Pushes a return address and goes to `operand`, 0 when that is not in the instruction. */
	INSN_CALL,
	/* Takes a return address from the stack and goes there. */
	INSN_RET,
	/* The same where the return address is kept in a register: of INSN_RET_LINKED, `operand`. */
	INSN_CALL_LINKED,
	INSN_RET_LINKED,
	/* Sets where the vector table is, from memory. */
	INSN_TABLE,
	/* A marker of a workload or of the runner: `operand` is an enum mark. */
	INSN_MARK,
};

struct insn {
	enum insn_kind kind;
	/* Counts once for each repetition. */
	bool repeats;
	/* Runs to its end once begun: no fault, no exit to QEMU. */
	bool certain;
	uint64_t operand;
};

enum mark {
	MARK_WINDOW_OPEN = 1,
	MARK_WINDOW_CLOSE = 2,
	MARK_READY = 3,
	MARK_DONE = 4,
	MARK_BEGIN = 5,
};

enum mode {
	MODE_KERNEL,
	MODE_USER,
};

/* Where user code, or interrupted kernel code, goes on. */
struct place {
	uint64_t space, pc, sp;
};

/*
 * The ways to make a system call. Each has its own numbering of calls; those above GATE_VECTORS are
 * software vectors.
 */
enum gate {
	GATE_SYSCALL,
	GATE_SYSENTER,
	GATE_VECTORS,
};

/* What a vector's entry left behind. */
struct entry {
	unsigned int vector;
	bool from_user;
	/* User code raised it to call the kernel, through an enum gate. */
	bool is_call;
	unsigned int gate, call_number;
	/* The interrupted instruction was begun and counted, and will be counted again. */
	bool counted_twice;
	/* So was its repetition. */
	bool repeats;
	struct place back;
};

/* Where INSN_LEAVE goes. */
struct leave {
	bool to_user;
	struct place to;
};

/* Whether it knows QEMU's target of that name; it is that one from then on. */
bool arch_is_target(const char *name);

/* Looks up the registers once; the first vCPU must exist. */
void arch_init(void);

void arch_decode(const uint8_t *bytes, size_t len, uint64_t address, struct insn *insn);

/*
 * At translation: the mode the CPU is in, and whether the block that starts at `address` is the
 * first of a vector's handler. Looks at the vector table again each time.
 */
enum mode arch_mode(void);
bool arch_is_handler(uint64_t address);

/*
 * In callbacks of the instruction, before it has run. arch_entry() at the first instruction of
 * a handler: false when there is no entry's frame, so it was jumped to.
 */
unsigned int arch_syscall_number(void);
struct place arch_syscall_back(uint64_t address, size_t len);
bool arch_entry(uint64_t handler, int soft_vector, struct entry *entry);
void arch_leave(uint64_t operand, struct leave *leave);
uint64_t arch_space(void);
/* The address space that a value of INSN_SPACE's register stands for. */
uint64_t arch_space_of(uint64_t value);
uint64_t arch_stack_pointer(void);
uint64_t arch_register(uint64_t number);

/* INSN_TABLE has read `len` bytes at `address`. */
void arch_table_read(uint64_t address, size_t len);

/* The kernel has a vector table of a form that is not understood, so its vectors went unseen. */
bool arch_is_blind(void);

/* Whether several vectors share the handler of `vector`, so that which one it was is unknown. */
bool arch_vector_shared(unsigned int vector);
/* What the architecture's manual calls it, "" for one without a name of its own. */
const char *arch_vector_name(unsigned int vector);
/* The vector is a fault of the interrupted instruction, not an interrupt from outside. */
bool arch_vector_is_fault(unsigned int vector);
