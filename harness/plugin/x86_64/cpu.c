/*
 * x86-64: registers, the interrupt descriptor table, and the frame that the CPU pushes.
 *
 * The plugin API does not report vectors. They are detected from the guest: lidt sets the table,
 * its gates hold the handlers' addresses, and at a handler's first instruction the stack pointer
 * points to the CPU's frame:
 *
 *	rsp + 32  ss
 *	rsp + 24  rsp
 *	rsp + 16  rflags
 *	rsp +  8  cs
 *	rsp       rip		(all 8 higher if there is an error code)
 */
#include "arch.h"

#include <string.h>

#include "guest_state.h"
#include "x86_64/x86_64.h"

#define VECTORS 256
#define GATE_BYTES 16
#define EFER_LMA (1u << 10)
#define CR0_PE 1u
#define RPL 3
#define SPACE_MASK (~0xfffull & ~(1ull << 63))
#define FETCH (1u << 4)

static const char *const register_names[REGS] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"cs", "cr0", "cr2", "cr3", "efer",
};

static struct {
	uint64_t base;
	unsigned int limit;
	uint8_t raw[VECTORS * GATE_BYTES];
	uint64_t handlers[VECTORS];
	/* It has been in use in long mode. */
	bool read;
	/* The handlers' range of addresses, to reject most blocks quickly. */
	uint64_t lowest, highest;
} table;

/* Intel SDM volume 3, table 6-1: the exceptions that have a mnemonic. */
static const char *const exceptions[VECTOR_FIRST_EXTERNAL] = {
	[0] = "#DE", [1] = "#DB", [2] = "NMI", [3] = "#BP", [4] = "#OF", [5] = "#BR",
	[6] = "#UD", [7] = "#NM", [8] = "#DF", [10] = "#TS", [11] = "#NP", [12] = "#SS",
	[13] = "#GP", [14] = "#PF", [16] = "#MF", [17] = "#AC", [18] = "#MC", [19] = "#XM",
};

bool arch_is_target(const char *name)
{
	return !strcmp(name, "x86_64");
}

void arch_init(void)
{
	guest_find_registers(register_names, REGS);
}

enum mode arch_mode(void)
{
	/* In real mode the low bits of cs are not a privilege level. */
	if (!(guest_register(REG_CR0) & CR0_PE))
		return MODE_KERNEL;
	return (guest_register(REG_CS) & RPL) == RPL ? MODE_USER : MODE_KERNEL;
}

void arch_vector_table_loaded(uint64_t address, size_t len)
{
	uint8_t operand[10];
	uint16_t limit;

	/* lidt does two loads, of 2 and of 8 bytes; the first is at the start of the operand. */
	if (len != sizeof(limit) || !guest_memory(address, operand, sizeof(operand)))
		return;
	memcpy(&limit, operand, sizeof(limit));
	memcpy(&table.base, operand + 2, sizeof(table.base));
	table.limit = limit;
}

static void table_refresh(void)
{
	uint8_t raw[sizeof(table.raw)];
	size_t len = (size_t)table.limit + 1;

	if (!table.base || !(guest_register(REG_EFER) & EFER_LMA))
		return;
	table.read = true;
	if (len > sizeof(raw))
		len = sizeof(raw);
	memset(raw, 0, sizeof(raw));
	if (!guest_memory(table.base, raw, len) || !memcmp(raw, table.raw, sizeof(raw)))
		return;
	memcpy(table.raw, raw, sizeof(raw));
	table.lowest = UINT64_MAX;
	table.highest = 0;
	for (size_t i = 0; i < VECTORS; i++) {
		const uint8_t *gate = raw + i * GATE_BYTES;
		uint64_t handler = 0;

		/* Present, and an interrupt or trap gate. */
		if ((gate[5] & 0x8e) == 0x8e) {
			handler = (uint64_t)gate[0] | (uint64_t)gate[1] << 8;
			handler |= (uint64_t)gate[6] << 16 | (uint64_t)gate[7] << 24;
			for (size_t byte = 0; byte < 4; byte++)
				handler |= (uint64_t)gate[8 + byte] << (32 + 8 * byte);
		}
		table.handlers[i] = handler;
		if (handler && handler < table.lowest)
			table.lowest = handler;
		if (handler > table.highest)
			table.highest = handler;
	}
}

static int vector_of(uint64_t handler)
{
	for (int i = 0; i < VECTORS; i++) {
		if (table.handlers[i] == handler)
			return i;
	}
	return -1;
}

bool arch_is_handler(uint64_t address)
{
	table_refresh();
	return address && address >= table.lowest && address <= table.highest &&
	       vector_of(address) >= 0;
}

bool arch_missed_vectors(void)
{
	/* 32-bit kernels have other gates and frames. */
	return table.base && !table.read;
}

bool arch_vector_shared(unsigned int vector)
{
	uint64_t handler = vector < VECTORS ? table.handlers[vector] : 0;

	for (unsigned int i = 0; handler && i < VECTORS; i++) {
		if (i != vector && table.handlers[i] == handler)
			return true;
	}
	return false;
}

const char *arch_vector_name(unsigned int vector)
{
	return vector < VECTOR_FIRST_EXTERNAL && exceptions[vector] ? exceptions[vector] : "";
}

bool arch_vector_is_fault(unsigned int vector)
{
	return vector < VECTOR_FIRST_EXTERNAL && vector != VECTOR_NMI;
}

uint64_t arch_register(uint64_t number)
{
	return guest_register(number & 15);
}

uint64_t arch_address_space_of(uint64_t value)
{
	return value & SPACE_MASK;
}

uint64_t arch_address_space(void)
{
	return arch_address_space_of(guest_register(REG_CR3));
}

uint64_t arch_stack_pointer(void)
{
	return guest_register(REG_RSP);
}

unsigned int arch_syscall_number(void)
{
	return (unsigned int)guest_register(REG_RAX);
}

struct resume_point arch_syscall_resume(uint64_t address, size_t len)
{
	return (struct resume_point){ arch_address_space(), address + len, arch_stack_pointer() };
}

struct frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/* False unless it looks like the CPU's: 16-bit selectors, and bit 1 of rflags always set. */
static bool frame_read(uint64_t address, struct frame *frame)
{
	return guest_memory(address, frame, sizeof(*frame)) && frame->cs && frame->cs < 0x10000 &&
	       frame->ss < 0x10000 && (frame->rflags & 2) && !(frame->rflags >> 22);
}

static bool has_error_code(unsigned int vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 ||
	       vector == 29 || vector == 30;
}

/*
 * Some faults QEMU detects at translation. Such an instruction stays counted in QEMU's instruction
 * clock when it faults, and so in ours. One that faults while it executes is uncounted by QEMU, and
 * must be by us.
 */
static bool found_at_translation(unsigned int vector, uint64_t rip, bool from_user)
{
	uint8_t op[4] = { 0 };

	if (vector == VECTOR_UD || vector == VECTOR_NM)
		return true;
	if (vector != VECTOR_GP || !from_user || !guest_memory(rip, op, sizeof(op)))
		return false;
	switch (op[0]) {
	case 0xf4: /* hlt */
	case 0xfa: /* cli */
	case 0xfb: /* sti */
		return true;
	case 0x0f: /* lgdt, clts, invd, mov to and from control registers, wrmsr, rdmsr */
		return op[1] == 0x00 || op[1] == 0x01 || op[1] == 0x06 || op[1] == 0x08 ||
		       op[1] == 0x09 || (op[1] >= 0x20 && op[1] <= 0x23) || op[1] == 0x30 ||
		       op[1] == 0x32;
	}
	return false;
}

static bool was_counted(const struct vector_entry *entry, uint64_t error)
{
	uint64_t rip = entry->resume.pc;

	switch (entry->vector) {
	case VECTOR_DB:
	case VECTOR_NMI:
	case VECTOR_BP:
	case VECTOR_OF:
	case VECTOR_DF:
	case VECTOR_MC:
		return false;
	case VECTOR_PF:
		/* An instruction fetch that faults begins no instruction. */
		return !(error & FETCH) && guest_register(REG_CR2) - rip >= 15;
	}
	return entry->vector < VECTOR_FIRST_EXTERNAL &&
	       !found_at_translation(entry->vector, rip, entry->from_user);
}

static bool repeats_at(uint64_t rip)
{
	uint8_t op[15];
	struct insn insn;
	size_t len = sizeof(op);

	/* The instruction may end before an unmapped page. */
	while (len && !guest_memory(rip, op, len))
		len--;
	if (!len)
		return false;
	arch_decode(op, len, rip, &insn);
	return insn.repeats;
}

bool arch_vector_entry(uint64_t handler, int soft_vector, struct vector_entry *entry)
{
	uint64_t sp = arch_stack_pointer(), error = 0;
	struct frame frame;
	int vector = vector_of(handler);
	bool soft = soft_vector >= 0 && table.handlers[soft_vector & 0xff] == handler;

	if (soft)
		vector = soft_vector;
	if (vector < 0)
		return false;
	if (!soft && has_error_code((unsigned int)vector)) {
		if (!guest_memory(sp, &error, sizeof(error)) || !frame_read(sp + 8, &frame))
			return false;
	} else if (!frame_read(sp, &frame)) {
		return false;
	}
	entry->vector = (unsigned int)vector;
	entry->from_user = (frame.cs & RPL) == RPL;
	entry->resume = (struct resume_point){ arch_address_space(), frame.rip, frame.rsp };
	entry->is_syscall = soft && entry->from_user && !arch_vector_is_fault(entry->vector);
	entry->gate = GATE_VECTORS + entry->vector;
	entry->syscall_number = entry->is_syscall ? arch_syscall_number() : 0;
	entry->will_be_recounted = !soft && was_counted(entry, error);
	entry->repeats = entry->will_be_recounted && repeats_at(frame.rip);
	return true;
}

void arch_trap_return(uint64_t operand, struct trap_return *trap_return)
{
	struct frame frame;

	*trap_return =
		(struct trap_return){ .to_user = true, .to.address_space = arch_address_space() };
	switch ((enum return_by)operand) {
	case RETURN_SYSRET:
		trap_return->to.pc = guest_register(REG_RCX);
		trap_return->to.sp = arch_stack_pointer();
		break;
	case RETURN_SYSEXIT:
		trap_return->to.pc = guest_register(REG_RDX);
		trap_return->to.sp = guest_register(REG_RCX);
		break;
	case RETURN_IRET:
		trap_return->to_user = false;
		/* Not frame_read(): a frame that the kernel made itself may look different. */
		if (!guest_memory(arch_stack_pointer(), &frame, sizeof(frame)))
			break;
		trap_return->to_user = (frame.cs & RPL) == RPL;
		trap_return->to.pc = frame.rip;
		trap_return->to.sp = frame.rsp;
	}
}
