/*
 * RISC-V, 64 and 32 bits: registers and trap CSRs.
 *
 * All traps to a privilege level go to {s,m}tvec, with the reason in {s,m}cause, so a vector here
 * is a cause. The kernel runs in supervisor mode or, without that, in machine mode; firmware below a
 * supervisor counts as kernel, and its traps nest like the kernel's own.
 *
 *	number		vector
 *	0 to 63		exception with that cause, taken by the supervisor
 *	64 to 127	interrupt with that cause less 64, taken by the supervisor
 *	128 to 255	the same 128 lower, taken by the machine's level
 */
#include "arch.h"

#include <string.h>

#include "guest_state.h"
#include "riscv64/riscv.h"

#define CAUSES	  64u
#define INTERRUPT 64u
#define MACHINE	  128u
#define TVEC_MODE 3ull
#define TVEC_VECTORED 1ull
#define SSTATUS_SPP (1ull << 8)
#define MSTATUS_MPP (3ull << 11)
#define SATP_PPN_32 0x3fffffull
#define SATP_PPN_64 0xfffffffffffull

enum cause {
	CAUSE_ILLEGAL = 2, CAUSE_LOAD_MISALIGNED = 4, CAUSE_LOAD_ACCESS = 5,
	CAUSE_STORE_MISALIGNED = 6, CAUSE_STORE_ACCESS = 7, CAUSE_USER_CALL = 8,
	CAUSE_SUPERVISOR_CALL = 9, CAUSE_MACHINE_CALL = 11, CAUSE_LOAD_PAGE = 13,
	CAUSE_STORE_PAGE = 15,
};

static const char *const register_names[REGS] = {
	"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0", "a1", "a2", "a3", "a4",
	"a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
	"t5", "t6",
	"priv", "satp", "stvec", "sepc", "scause", "stval", "sstatus",
	"mtvec", "mepc", "mcause", "mtval", "mstatus",
};

/* Names from the manual, volume II, the table of the supervisor cause register. */
static const char *const exceptions[CAUSES] = {
	[0] = "instruction misaligned", [1] = "instruction access", [2] = "illegal instruction",
	[3] = "breakpoint", [4] = "load misaligned", [5] = "load access", [6] = "store misaligned",
	[7] = "store access", [8] = "call from user", [9] = "call from supervisor",
	[11] = "call from machine", [12] = "instruction page fault", [13] = "load page fault",
	[15] = "store page fault",
};
static const char *const interrupts[CAUSES] = {
	[1] = "supervisor software", [3] = "machine software", [5] = "supervisor timer",
	[7] = "machine timer", [9] = "supervisor external", [11] = "machine external",
	[13] = "counter overflow",
};

/* The trap CSRs of one privilege level. */
struct trap_registers {
	unsigned int vector, pc, cause, value, status;
	/* The field of the status register with the level before the trap. */
	uint64_t previous;
	unsigned int first;
};

static const struct trap_registers supervisor = { REG_STVEC, REG_SEPC, REG_SCAUSE, REG_STVAL,
						  REG_SSTATUS, SSTATUS_SPP, 0 };
static const struct trap_registers machine_level = { REG_MTVEC, REG_MEPC, REG_MCAUSE, REG_MTVAL,
						     REG_MSTATUS, MSTATUS_MPP, MACHINE };

bool arch_is_target(const char *name)
{
	riscv_width = !strcmp(name, "riscv32") ? 32 : 64;
	return riscv_width == 32 || !strcmp(name, "riscv64");
}

void arch_init(void)
{
	guest_find_registers(register_names, REGS);
}

static const struct trap_registers *traps_here(void)
{
	return guest_register(REG_PRIV) == LEVEL_MACHINE ? &machine_level : &supervisor;
}

enum mode arch_mode(void)
{
	return guest_register(REG_PRIV) == LEVEL_USER ? MODE_USER : MODE_KERNEL;
}

bool arch_is_handler(uint64_t address)
{
	uint64_t tvec = guest_register(traps_here()->vector), base = tvec & ~TVEC_MODE;

	if (!base || address < base)
		return false;
	if ((tvec & TVEC_MODE) == TVEC_VECTORED)
		return address - base < CAUSES * 4 && !((address - base) & 3);
	return address == base;
}

void arch_vector_table_loaded(uint64_t address, size_t len)
{
	(void)address;
	(void)len;
}

bool arch_missed_vectors(void)
{
	return false;
}

bool arch_vector_shared(unsigned int vector)
{
	(void)vector;
	return false;
}

const char *arch_vector_name(unsigned int vector)
{
	const char *const *names = vector & INTERRUPT ? interrupts : exceptions;
	const char *name = names[vector % CAUSES];

	return name ? name : "";
}

bool arch_vector_is_fault(unsigned int vector)
{
	return !(vector & INTERRUPT);
}

uint64_t arch_register(uint64_t number)
{
	return guest_register(number & 31);
}

uint64_t arch_address_space_of(uint64_t value)
{
	return value & (riscv_width == 32 ? SATP_PPN_32 : SATP_PPN_64);
}

uint64_t arch_address_space(void)
{
	return arch_address_space_of(guest_register(REG_SATP));
}

uint64_t arch_stack_pointer(void)
{
	return guest_register(REG_SP);
}

unsigned int arch_syscall_number(void)
{
	return (unsigned int)guest_register(REG_A7);
}

struct resume_point arch_syscall_resume(uint64_t address, size_t len)
{
	return (struct resume_point){ arch_address_space(), address + len, arch_stack_pointer() };
}

/* CSR accesses are checked when they execute, not at translation. tval holds the instruction. */
static bool is_csr_access(uint64_t insn)
{
	return (insn & 0x7f) == 0x73 && (insn & 0x7000) != 0;
}

/*
 * An instruction that faults while it executes is uncounted by QEMU's instruction clock, and must
 * be by ours. All others raise their exception at translation, and stay counted.
 */
static bool was_counted(unsigned int cause, uint64_t value)
{
	switch ((enum cause)cause) {
	case CAUSE_LOAD_MISALIGNED:
	case CAUSE_LOAD_ACCESS:
	case CAUSE_STORE_MISALIGNED:
	case CAUSE_STORE_ACCESS:
	case CAUSE_LOAD_PAGE:
	case CAUSE_STORE_PAGE:
		return true;
	case CAUSE_ILLEGAL:
		return is_csr_access(value);
	case CAUSE_USER_CALL:
	case CAUSE_SUPERVISOR_CALL:
	case CAUSE_MACHINE_CALL:
		break;
	}
	return false;
}

bool arch_vector_entry(uint64_t handler, int soft_vector, struct vector_entry *entry)
{
	const struct trap_registers *traps = traps_here();
	uint64_t value = guest_register(traps->cause), pc = guest_register(traps->pc);
	bool interrupt = value >> (riscv_width - 1) & 1;
	unsigned int cause = value % CAUSES;

	(void)handler;
	(void)soft_vector;
	*entry = (struct vector_entry){
		.vector = traps->first + cause + (interrupt ? INTERRUPT : 0),
		.from_user = !(guest_register(traps->status) & traps->previous),
		.will_be_recounted = !interrupt && was_counted(cause, guest_register(traps->value)),
	};
	entry->gate = GATE_SYSCALL;
	entry->is_syscall = !interrupt && cause == CAUSE_USER_CALL;
	if (entry->is_syscall)
		entry->syscall_number = arch_syscall_number();
	/* The CPU leaves pc at an ecall; the kernel resumes at the next instruction. */
	if (!interrupt && (entry->is_syscall || cause == CAUSE_SUPERVISOR_CALL))
		pc += 4;
	entry->resume = (struct resume_point){ arch_address_space(), pc, arch_stack_pointer() };
	return true;
}

void arch_trap_return(uint64_t operand, struct trap_return *trap_return)
{
	const struct trap_registers *traps =
		operand == LEVEL_MACHINE ? &machine_level : &supervisor;

	trap_return->to_user = !(guest_register(traps->status) & traps->previous);
	trap_return->to = (struct resume_point){ arch_address_space(), guest_register(traps->pc),
						 arch_stack_pointer() };
}
