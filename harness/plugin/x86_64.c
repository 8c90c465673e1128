/*
 * x86-64: which instructions matter, and where the CPU leaves what it knows of an interrupt.
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

#include "util.h"

#define VECTORS 256
#define GATE_BYTES 16
#define EFER_LMA (1u << 10)
#define CR0_PE 1u
#define RPL 3
#define SPACE_MASK (~0xfffull & ~(1ull << 63))
#define FETCH (1u << 4)

enum {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_CS, REG_CR0, REG_CR2, REG_CR3, REG_EFER, REGS,
};

static const char *const register_names[REGS] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"cs", "cr0", "cr2", "cr3", "efer",
};

enum vector {
	VECTOR_DE = 0, VECTOR_DB = 1, VECTOR_NMI = 2, VECTOR_BP = 3, VECTOR_OF = 4,
	VECTOR_UD = 6, VECTOR_NM = 7, VECTOR_DF = 8, VECTOR_GP = 13, VECTOR_PF = 14,
	VECTOR_MC = 18, VECTOR_FIRST_EXTERNAL = 32,
};

enum leave_by { LEAVE_IRET, LEAVE_SYSRET, LEAVE_SYSEXIT };

static struct qemu_plugin_register *registers[REGS];
static struct g_byte_array *bytes;

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

void arch_init(void)
{
	struct g_array *known = qemu_plugin_get_registers();
	const struct qemu_register_descriptor *all = (void *)known->data;

	if (!bytes)
		bytes = g_byte_array_new();
	for (size_t reg = 0; reg < REGS; reg++) {
		for (size_t i = 0; i < known->len && !registers[reg]; i++) {
			if (!strcmp(all[i].name, register_names[reg]))
				registers[reg] = all[i].handle;
		}
		if (!registers[reg])
			util_fatal("this QEMU does not show the register %s", register_names[reg]);
	}
}

static uint64_t read_register(unsigned int number)
{
	uint64_t value = 0;
	int len;

	g_byte_array_set_size(bytes, 0);
	len = qemu_plugin_read_register(registers[number], bytes);
	if (len <= 0)
		util_fatal("this QEMU does not let a plugin read %s here", register_names[number]);
	memcpy(&value, bytes->data, (size_t)len < sizeof(value) ? (size_t)len : sizeof(value));
	return value;
}

static bool read_memory(uint64_t address, void *to, size_t len)
{
	g_byte_array_set_size(bytes, 0);
	if (!qemu_plugin_read_memory_vaddr(address, bytes, len))
		return false;
	memcpy(to, bytes->data, len);
	return true;
}

/* ModRM's parts, REX counted in. */
struct modrm {
	unsigned int mod, reg, rm;
};

static struct modrm modrm_of(uint8_t rex, uint8_t byte)
{
	return (struct modrm){
		.mod = byte >> 6,
		.reg = (byte >> 3 & 7) | (rex & 4) << 1,
		.rm = (byte & 7) | (rex & 1) << 3,
	};
}

static void decode_two_byte(const uint8_t *op, size_t len, uint8_t rex, struct insn *insn)
{
	struct modrm m = modrm_of(rex, len > 2 ? op[2] : 0);
	uint32_t mark;

	switch (op[1]) {
	case 0x01:
		if (len > 2 && m.mod != 3 && (m.reg & 7) == 3)
			insn->kind = INSN_TABLE;
		break;
	case 0x05:
		insn->kind = INSN_SYSCALL;
		insn->operand = GATE_SYSCALL;
		break;
	case 0x34:
		insn->kind = INSN_SYSCALL;
		insn->operand = GATE_SYSENTER;
		break;
	case 0x07:
		insn->kind = INSN_LEAVE;
		insn->operand = LEAVE_SYSRET;
		break;
	case 0x35:
		insn->kind = INSN_LEAVE;
		insn->operand = LEAVE_SYSEXIT;
		break;
	case 0x1f:
		/* nopl imm32(%rax,%rax): "RS" and a tag. */
		if (len != 8 || op[2] != 0x84 || op[3] != 0x00)
			break;
		memcpy(&mark, op + 4, sizeof(mark));
		if (mark >> 8 != 0x525300)
			break;
		insn->kind = INSN_MARK;
		insn->operand = mark & 0xff;
		break;
	case 0x22:
		if (len > 2 && m.reg == 3) {
			insn->kind = INSN_SPACE;
			insn->operand = m.rm;
		}
		break;
	}
}

static void decode_stack(const uint8_t *op, size_t len, uint8_t rex, struct insn *insn)
{
	struct modrm m = modrm_of(rex, len > 1 ? op[1] : 0);

	if (len < 2)
		return;
	/* A frame pointer never leads to another stack. */
	if (m.mod == 3 && (op[0] == 0x89 ? m.reg : m.rm) == REG_RBP)
		return;
	if (op[0] == 0x89 && m.reg == REG_RSP && m.mod != 3) {
		insn->kind = INSN_STACK_SAVE;
	} else if (op[0] == 0x8b && m.reg == REG_RSP && m.mod != 3) {
		insn->kind = INSN_STACK_LOAD_MEMORY;
	} else if (op[0] == 0x8b && m.reg == REG_RSP) {
		insn->kind = INSN_STACK_LOAD_REGISTER;
		insn->operand = m.rm;
	} else if (op[0] == 0x89 && m.mod == 3 && m.rm == REG_RSP) {
		insn->kind = INSN_STACK_LOAD_REGISTER;
		insn->operand = m.reg;
	}
}

static bool is_string_op(uint8_t op)
{
	return (op >= 0x6c && op <= 0x6f) || (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf);
}

/*
 * Certain instructions touch registers only. The list is short of what there is: leaving one out
 * costs speed, taking a wrong one in costs exactness.
 */
static bool is_certain_two_byte(uint8_t op, bool registers_only)
{
	switch (op) {
	case 0x18 ... 0x1f: /* hints and no-ops */
	case 0x80 ... 0x8f: /* jcc */
	case 0xc8 ... 0xcf: /* bswap */
		return true;
	case 0x40 ... 0x4f: /* cmovcc */
	case 0x90 ... 0x9f: /* setcc */
	case 0xa3: case 0xab: case 0xb3: case 0xbb: case 0xba: /* bt and its kin */
	case 0xa4: case 0xa5: case 0xac: case 0xad: /* shld, shrd */
	case 0xaf: /* imul */
	case 0xb6: case 0xb7: case 0xbe: case 0xbf: /* movzx, movsx */
	case 0xbc: case 0xbd: /* bsf, bsr */
		return registers_only;
	}
	return false;
}

static bool is_certain(const uint8_t *op, size_t len)
{
	bool registers_only = len > 1 && op[1] >> 6 == 3;
	unsigned int reg = len > 1 ? op[1] >> 3 & 7 : 0;

	switch (*op) {
	case 0x0f:
		return len > 1 && is_certain_two_byte(op[1], len > 2 && op[2] >> 6 == 3);
	case 0x00 ... 0x0e: case 0x10 ... 0x25: case 0x27 ... 0x2d:
	case 0x2f ... 0x35: case 0x37 ... 0x3d: case 0x3f:
		/* Arithmetic: with ModRM, with an immediate, or (6 and 7) something else. */
		return (*op & 7) < 4 ? registers_only : (*op & 7) < 6;
	case 0x70 ... 0x7f: /* jcc */
	case 0x8d: /* lea */
	case 0x90 ... 0x99: /* xchg with rax, nop, cbw, cwd and their kin */
	case 0xa8: case 0xa9: /* test with an immediate */
	case 0xb0 ... 0xbf: /* mov of an immediate */
	case 0xe9: case 0xeb: /* jmp */
		return true;
	case 0x63: case 0x69: case 0x6b: /* movsxd, imul */
	case 0x80: case 0x81: case 0x83 ... 0x8b: /* arithmetic, test, xchg, mov */
	case 0xc0: case 0xc1: case 0xd0 ... 0xd3: /* shifts */
		return registers_only;
	case 0xc6: case 0xc7:
		return registers_only && reg == 0;
	case 0xf6: case 0xf7: /* all but div and idiv */
		return registers_only && reg < 6;
	case 0xfe: case 0xff: /* inc, dec */
		return registers_only && reg < 2;
	}
	return false;
}

void arch_decode(const uint8_t *op, size_t len, uint64_t address, struct insn *insn)
{
	uint64_t next = address + len;
	uint8_t rex = 0;
	bool rep = false;
	int32_t offset;

	*insn = (struct insn){ .kind = INSN_PLAIN };
	for (; len > 1; op++, len--) {
		if (*op == 0xf2 || *op == 0xf3)
			rep = true;
		else if (*op != 0x66 && *op != 0x67 && *op != 0x2e && *op != 0x36 && *op != 0x3e &&
			 *op != 0x26 && *op != 0x64 && *op != 0x65)
			break;
	}
	/* In 32-bit code these bytes are whole instructions, so nothing follows them. */
	if (len > 1 && (*op & 0xf0) == 0x40) {
		rex = *op++;
		len--;
	}

	insn->repeats = rep && is_string_op(*op);
	insn->certain = is_certain(op, len);
	switch (*op) {
	case 0x0f:
		if (len > 1)
			decode_two_byte(op, len, rex, insn);
		break;
	case 0x5c:
		if (!(rex & 1))
			insn->kind = INSN_STACK_LOAD_MEMORY;
		break;
	case 0x89:
	case 0x8b:
		decode_stack(op, len, rex, insn);
		break;
	case 0xc2:
	case 0xc3:
		insn->kind = INSN_RET;
		break;
	case 0xcc:
		insn->kind = INSN_SOFT_VECTOR;
		insn->operand = VECTOR_BP;
		break;
	case 0xcd:
		if (len > 1) {
			insn->kind = INSN_SOFT_VECTOR;
			insn->operand = op[1];
		}
		break;
	case 0xcf:
		insn->kind = INSN_LEAVE;
		insn->operand = LEAVE_IRET;
		break;
	case 0xe8:
		if (len == 5) {
			memcpy(&offset, op + 1, sizeof(offset));
			insn->kind = INSN_CALL;
			insn->operand = next + (uint64_t)(int64_t)offset;
		}
		break;
	case 0xff:
		if (len > 1 && (op[1] >> 3 & 7) == 2)
			insn->kind = INSN_CALL;
		break;
	}
}

enum mode arch_mode(void)
{
	/* Without protection the selector's low bits are no privilege level. */
	if (!(read_register(REG_CR0) & CR0_PE))
		return MODE_KERNEL;
	return (read_register(REG_CS) & RPL) == RPL ? MODE_USER : MODE_KERNEL;
}

void arch_table_read(uint64_t address, size_t len)
{
	uint8_t operand[10];
	uint16_t limit;

	/* Two loads, of 2 and of 8 bytes: the first one is at the operand's start. */
	if (len != sizeof(limit) || !read_memory(address, operand, sizeof(operand)))
		return;
	memcpy(&limit, operand, sizeof(limit));
	memcpy(&table.base, operand + 2, sizeof(table.base));
	table.limit = limit;
}

static void table_refresh(void)
{
	uint8_t raw[sizeof(table.raw)];
	size_t len = (size_t)table.limit + 1;

	if (!table.base || !(read_register(REG_EFER) & EFER_LMA))
		return;
	table.read = true;
	if (len > sizeof(raw))
		len = sizeof(raw);
	memset(raw, 0, sizeof(raw));
	if (!read_memory(table.base, raw, len) || !memcmp(raw, table.raw, sizeof(raw)))
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

bool arch_vector_is_fault(unsigned int vector)
{
	return vector < VECTOR_FIRST_EXTERNAL && vector != VECTOR_NMI;
}

uint64_t arch_register(uint64_t number)
{
	return read_register((unsigned int)number & 15);
}

uint64_t arch_space_of(uint64_t value)
{
	return value & SPACE_MASK;
}

uint64_t arch_space(void)
{
	return arch_space_of(read_register(REG_CR3));
}

uint64_t arch_stack_pointer(void)
{
	return read_register(REG_RSP);
}

unsigned int arch_syscall_number(void)
{
	return (unsigned int)read_register(REG_RAX);
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
	return read_memory(address, frame, sizeof(*frame)) && frame->cs && frame->cs < 0x10000 &&
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
	if (vector != VECTOR_GP || !from_user || !read_memory(rip, op, sizeof(op)))
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
		return !(error & FETCH) && read_register(REG_CR2) - rip >= 15;
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
	while (len && !read_memory(rip, op, len))
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
		if (!read_memory(sp, &error, sizeof(error)) || !frame_read(sp + 8, &frame))
			return false;
	} else if (!frame_read(sp, &frame)) {
		return false;
	}
	entry->vector = (unsigned int)vector;
	entry->from_user = (frame.cs & RPL) == RPL;
	entry->back = (struct place){ arch_space(), frame.rip, frame.rsp };
	entry->is_call = soft && entry->from_user && !arch_vector_is_fault(entry->vector);
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
		leave->to.pc = read_register(REG_RCX);
		leave->to.sp = arch_stack_pointer();
		break;
	case LEAVE_SYSEXIT:
		leave->to.pc = read_register(REG_RDX);
		leave->to.sp = read_register(REG_RCX);
		break;
	case LEAVE_IRET:
		leave->to_user = false;
		/* A kernel may have written it, and not care for all of it. */
		if (!read_memory(arch_stack_pointer(), &frame, sizeof(frame)))
			break;
		leave->to_user = (frame.cs & RPL) == RPL;
		leave->to.pc = frame.rip;
		leave->to.sp = frame.rsp;
	}
}
