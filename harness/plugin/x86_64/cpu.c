/*
 * x86-64: registers, the vector table, and where the CPU leaves what it knows of an interrupt.
 *
 * Vectors are found without QEMU's help: lidt says where the table is, the gates say where the
 * handlers are, and a handler's first instruction finds the CPU's frame at the stack pointer:
 *
 *	rsp + 32  ss
 *	rsp + 24  rsp
 *	rsp + 16  rflags
 *	rsp +  8  cs
 *	rsp       rip		(all 8 higher behind an error code)
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
	/* It was found in use by 64-bit code. */
	bool read;
	/* Of the handlers, for a first quick no. */
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
	/* Without protection the selector's low bits are no privilege level. */
	if (!(guest_register(REG_CR0) & CR0_PE))
		return MODE_KERNEL;
	return (guest_register(REG_CS) & RPL) == RPL ? MODE_USER : MODE_KERNEL;
}

void arch_table_read(uint64_t address, size_t len)
{
	uint8_t operand[10];
	uint16_t limit;

	/* Two loads, of 2 and of 8 bytes: the first one is at the operand's start. */
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

bool arch_is_blind(void)
{
	/* Of 32-bit kernels the gates and the frames look otherwise. */
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

uint64_t arch_space_of(uint64_t value)
{
	return value & SPACE_MASK;
}

uint64_t arch_space(void)
{
	return arch_space_of(guest_register(REG_CR3));
}

uint64_t arch_stack_pointer(void)
{
	return guest_register(REG_RSP);
}

unsigned int arch_syscall_number(void)
{
	return (unsigned int)guest_register(REG_RAX);
}

struct place arch_syscall_back(uint64_t address, size_t len)
{
	return (struct place){ arch_space(), address + len, arch_stack_pointer() };
}

struct frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/* A frame that the CPU wrote: selectors have 16 bits, and bit 1 of the flags is always set. */
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
 * QEMU finds some faults while it translates: such an instruction is counted when it raises the
 * fault, by the machine's own clock as by ours. One that fails while it runs is taken back by the
 * machine, and must be by us.
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

static bool was_begun(const struct entry *entry, uint64_t error)
{
	uint64_t rip = entry->back.pc;

	switch (entry->vector) {
	case VECTOR_DB:
	case VECTOR_NMI:
	case VECTOR_BP:
	case VECTOR_OF:
	case VECTOR_DF:
	case VECTOR_MC:
		return false;
	case VECTOR_PF:
		/* A fault of the fetch: no instruction was there to begin. */
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

	/* The instruction may be the last one of a mapped page. */
	while (len && !guest_memory(rip, op, len))
		len--;
	if (!len)
		return false;
	arch_decode(op, len, rip, &insn);
	return insn.repeats;
}

bool arch_entry(uint64_t handler, int soft_vector, struct entry *entry)
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
	entry->back = (struct place){ arch_space(), frame.rip, frame.rsp };
	entry->is_call = soft && entry->from_user && !arch_vector_is_fault(entry->vector);
	entry->gate = GATE_VECTORS + entry->vector;
	entry->call_number = entry->is_call ? arch_syscall_number() : 0;
	entry->counted_twice = !soft && was_begun(entry, error);
	entry->repeats = entry->counted_twice && repeats_at(frame.rip);
	return true;
}

void arch_leave(uint64_t operand, struct leave *leave)
{
	struct frame frame;

	*leave = (struct leave){ .to_user = true, .to.space = arch_space() };
	switch ((enum leave_by)operand) {
	case LEAVE_SYSRET:
		leave->to.pc = guest_register(REG_RCX);
		leave->to.sp = arch_stack_pointer();
		break;
	case LEAVE_SYSEXIT:
		leave->to.pc = guest_register(REG_RDX);
		leave->to.sp = guest_register(REG_RCX);
		break;
	case LEAVE_IRET:
		leave->to_user = false;
		/* A kernel may have written it, and not care for all of it. */
		if (!guest_memory(arch_stack_pointer(), &frame, sizeof(frame)))
			break;
		leave->to_user = (frame.cs & RPL) == RPL;
		leave->to.pc = frame.rip;
		leave->to.sp = frame.rsp;
	}
}
