/* x86-64: classifies instructions by their bytes alone, without QEMU. */
#include "arch.h"

#include <string.h>

#include "x86_64/x86_64.h"

/* The fields of a ModRM byte, extended by REX. */
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
			insn->kind = INSN_LOAD_VECTOR_TABLE;
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
		insn->kind = INSN_TRAP_RETURN;
		insn->operand = RETURN_SYSRET;
		break;
	case 0x35:
		insn->kind = INSN_TRAP_RETURN;
		insn->operand = RETURN_SYSEXIT;
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
			insn->kind = INSN_SET_ADDRESS_SPACE;
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

static bool never_faults_op(const uint8_t *op, size_t len)
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
	/* In 32-bit code these are one-byte instructions, so nothing follows. */
	if (len > 1 && (*op & 0xf0) == 0x40) {
		rex = *op++;
		len--;
	}

	insn->repeats = rep && is_string_op(*op);
	insn->never_faults = never_faults_op(op, len);
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
		insn->kind = INSN_TRAP_RETURN;
		insn->operand = RETURN_IRET;
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
