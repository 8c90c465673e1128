#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qemu_api.h"

/*
 * The interface between the architectures (a directory each) and the accounting, which is
 * architecture-independent.
 *
 * The kernel is entered by a system call instruction or through a vector (exception or interrupt).
 */

/* Instructions that the accounting acts on; all others are only counted. */
enum insn_kind {
	INSN_PLAIN,
	/* A system call from user mode; `operand` is its enum gate. */
	INSN_SYSCALL,
	/* Raises vector `operand` deliberately, such as int and int3. */
	INSN_SOFT_VECTOR,
	/* Returns to user mode or interrupted kernel code; `operand` is for arch_trap_return(). */
	INSN_TRAP_RETURN,
	/* Loads the address space register from general register `operand`. */
	INSN_SET_ADDRESS_SPACE,
	/* Stores the stack pointer to memory. */
	INSN_STACK_SAVE,
	/* Loads the stack pointer from memory, or from register `operand`. */
	INSN_STACK_LOAD_MEMORY,
	INSN_STACK_LOAD_REGISTER,
	/* Calls `operand`, 0 if the target is not in the instruction; pushes the return address. */
	INSN_CALL,
	/* Returns to an address popped from the stack. */
	INSN_RET,
	/* Call and return with the address in a link register: `operand`, of the return. */
	INSN_CALL_LINK_REGISTER,
	INSN_RET_LINK_REGISTER,
	/* Loads the vector table's address from memory. */
	INSN_LOAD_VECTOR_TABLE,
	/* A marker of a workload or of the runner; `operand` is its enum mark. */
	INSN_MARK,
};

struct insn {
	enum insn_kind kind;
	/* A string instruction with a repeat prefix: executes once per repetition. */
	bool repeats;
	/* Always completes: neither a fault nor an exit to QEMU's main loop. */
	bool never_faults;
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

/* Where user code, or interrupted kernel code, resumes. */
struct resume_point {
	uint64_t address_space, pc, sp;
};

/*
 * The mechanisms of a system call, each with its own numbering of calls. GATE_VECTORS + n is a
 * software interrupt through vector n.
 */
enum gate {
	GATE_SYSCALL,
	GATE_SYSENTER,
	GATE_VECTORS,
};

/* What the CPU recorded when it entered a vector's handler. */
struct vector_entry {
	unsigned int vector;
	bool from_user;
	/* User code raised it to make a system call, by way of `gate`. */
	bool is_syscall;
	unsigned int gate, syscall_number;
	/* The faulting instruction has been counted and will be again when it is retried. */
	bool will_be_recounted;
	/* And so has a repetition of it. */
	bool repeats;
	struct resume_point resume;
};

/* What INSN_TRAP_RETURN returns to. */
struct trap_return {
	bool to_user;
	struct resume_point to;
};

/* Whether this is the architecture of the QEMU target `name`, which it then adapts to. */
bool arch_is_target(const char *name);

/* Looks up the registers. Once, when the first vCPU exists. */
void arch_init(void);

void arch_decode(const uint8_t *bytes, size_t len, uint64_t address, struct insn *insn);

/*
 * At translation: the CPU's mode, and whether the block at `address` starts a vector's handler,
 * according to the vector table as it is now.
 */
enum mode arch_mode(void);
bool arch_is_handler(uint64_t address);

/*
 * In callbacks of an instruction, before it executes. arch_vector_entry(), at the first instruction
 * of a handler, returns false if there is no trap frame, so the handler was jumped to.
 */
unsigned int arch_syscall_number(void);
struct resume_point arch_syscall_resume(uint64_t address, size_t len);
bool arch_vector_entry(uint64_t handler, int soft_vector, struct vector_entry *entry);
void arch_trap_return(uint64_t operand, struct trap_return *trap_return);
uint64_t arch_address_space(void);
/* The address space that is selected by `value` in the register of INSN_SET_ADDRESS_SPACE. */
uint64_t arch_address_space_of(uint64_t value);
uint64_t arch_stack_pointer(void);
uint64_t arch_register(uint64_t number);

/* INSN_LOAD_VECTOR_TABLE has read `len` bytes at `address`. */
void arch_vector_table_loaded(uint64_t address, size_t len);

/* Whether the kernel uses a vector table of an unsupported format, so that vectors were missed. */
bool arch_missed_vectors(void);

/* Whether other vectors have the same handler as `vector`, so that they can't be told apart. */
bool arch_vector_shared(unsigned int vector);
/* Its name in the architecture's manual, or "". */
const char *arch_vector_name(unsigned int vector);
/* Whether it is an exception of the interrupted instruction, not an external interrupt. */
bool arch_vector_is_fault(unsigned int vector);
