/*
 * RISC-V: classifies instructions, compressed ones included, by their bytes alone, without QEMU.
 * Encodings are from "The RISC-V Instruction Set Manual", volume I.
 */
#include "arch.h"

#include "riscv64/riscv.h"

#define ECALL 0x00000073u
#define SRET  0x10200073u
#define MRET  0x30200073u
#define CSR_SATP 0x180u
/* lui zero, 0x52530 + tag: encoding space that the manual reserves for hints. */
#define MARK	  0x52530037u
#define MARK_MASK 0xffff0fffu

enum opcode {
	OP_LOAD = 0x03, OP_IMMEDIATE = 0x13, OP_AUIPC = 0x17, OP_IMMEDIATE_32 = 0x1b,
	OP_STORE = 0x23, OP_REGISTER = 0x33, OP_LUI = 0x37, OP_REGISTER_32 = 0x3b,
	OP_BRANCH = 0x63, OP_JALR = 0x67, OP_JAL = 0x6f, OP_SYSTEM = 0x73,
};

unsigned int riscv_width = 64;

static unsigned int bits(uint32_t word, unsigned int from, unsigned int count)
{
	return word >> from & ((1u << count) - 1);
}

static uint64_t sign_extended(uint32_t value, unsigned int width)
{
	uint64_t sign = 1ull << (width - 1);

	return (value ^ sign) - sign;
}

static uint64_t target(uint64_t address, uint64_t offset)
{
	uint64_t to = address + offset;

	return riscv_width == 32 ? (uint32_t)to : to;
}

static uint64_t jal_offset(uint32_t word)
{
	uint32_t value = bits(word, 31, 1) << 20 | bits(word, 12, 8) << 12 | bits(word, 20, 1) << 11 |
			 bits(word, 21, 10) << 1;

	return sign_extended(value, 21);
}

static uint64_t compressed_jal_offset(uint32_t half)
{
	uint32_t value = bits(half, 12, 1) << 11 | bits(half, 8, 1) << 10 | bits(half, 9, 2) << 8 |
			 bits(half, 6, 1) << 7 | bits(half, 7, 1) << 6 | bits(half, 2, 1) << 5 |
			 bits(half, 11, 1) << 4 | bits(half, 3, 3) << 1;

	return sign_extended(value, 12);
}

static void set_call(struct insn *insn, uint64_t callee)
{
	insn->kind = INSN_CALL_LINK_REGISTER;
	insn->operand = callee;
}

static void set_stack_move(struct insn *insn, unsigned int from)
{
	/* Restoring the frame pointer never changes to another stack. */
	if (from == REG_FP || from == REG_SP)
		return;
	insn->kind = INSN_STACK_LOAD_REGISTER;
	insn->operand = from;
}

static void decode_system(uint32_t word, struct insn *insn)
{
	if (word == SRET || word == MRET) {
		insn->kind = INSN_TRAP_RETURN;
		insn->operand = word == SRET ? LEVEL_SUPERVISOR : LEVEL_MACHINE;
	} else if (bits(word, 12, 3) == 1 && bits(word, 20, 12) == CSR_SATP) {
		insn->kind = INSN_SET_ADDRESS_SPACE;
		insn->operand = bits(word, 15, 5);
	}
}

static void decode_word(uint32_t word, uint64_t address, struct insn *insn)
{
	unsigned int rd = bits(word, 7, 5), rs1 = bits(word, 15, 5), rs2 = bits(word, 20, 5);
	unsigned int funct3 = bits(word, 12, 3);
	unsigned int width = riscv_width == 32 ? 2 : 3;

	switch ((enum opcode)bits(word, 0, 7)) {
	case OP_LUI:
		insn->never_faults = true;
		if ((word & MARK_MASK) == MARK) {
			insn->kind = INSN_MARK;
			insn->operand = bits(word, 12, 4);
		}
		break;
	case OP_IMMEDIATE:
		insn->never_faults = true;
		if (funct3 == 0 && rd == REG_SP && word >> 20 == 0)
			set_stack_move(insn, rs1);
		break;
	case OP_AUIPC:
	case OP_IMMEDIATE_32:
	case OP_REGISTER:
	case OP_REGISTER_32:
	case OP_BRANCH:
		insn->never_faults = true;
		break;
	case OP_LOAD:
		if (funct3 == width && rd == REG_SP)
			insn->kind = INSN_STACK_LOAD_MEMORY;
		break;
	case OP_STORE:
		if (funct3 == width && rs2 == REG_SP)
			insn->kind = INSN_STACK_SAVE;
		break;
	case OP_JAL:
		insn->never_faults = true;
		if (rd == REG_RA)
			set_call(insn, target(address, jal_offset(word)));
		break;
	case OP_JALR:
		if (rd == REG_RA) {
			set_call(insn, 0);
		} else if (rd == REG_ZERO && rs1 == REG_RA) {
			insn->kind = INSN_RET_LINK_REGISTER;
			insn->operand = rs1;
		}
		break;
	case OP_SYSTEM:
		decode_system(word, insn);
		break;
	}
}

/* c.jr, c.jalr, c.mv and c.add share an encoding: bit 12 and rs2 tell them apart. */
static void decode_compressed_register(uint32_t half, struct insn *insn)
{
	unsigned int rd = bits(half, 7, 5), rs2 = bits(half, 2, 5);
	bool high = bits(half, 12, 1);

	if (rs2) {
		insn->never_faults = true;
		if (!high && rd == REG_SP)
			set_stack_move(insn, rs2);
	} else if (high && rd) {
		set_call(insn, 0);
	} else if (!high && rd == REG_RA) {
		insn->kind = INSN_RET_LINK_REGISTER;
		insn->operand = rd;
	}
}

static void decode_half(uint32_t half, uint64_t address, struct insn *insn)
{
	unsigned int funct3 = bits(half, 13, 3);
	/* c.ldsp and c.sdsp; c.lwsp and c.swsp where a pointer has 32 bits. */
	unsigned int load = riscv_width == 32 ? 2 : 3, store = riscv_width == 32 ? 6 : 7;

	switch (bits(half, 0, 2)) {
	case 0:
		insn->never_faults = funct3 == 0 && half;
		break;
	case 1:
		insn->never_faults = true;
		if (funct3 == 1 && riscv_width == 32)
			set_call(insn, target(address, compressed_jal_offset(half)));
		break;
	case 2:
		if (funct3 == 0)
			insn->never_faults = true;
		else if (funct3 == 4)
			decode_compressed_register(half, insn);
		else if (funct3 == load && bits(half, 7, 5) == REG_SP)
			insn->kind = INSN_STACK_LOAD_MEMORY;
		else if (funct3 == store && bits(half, 2, 5) == REG_SP)
			insn->kind = INSN_STACK_SAVE;
		break;
	}
}

void arch_decode(const uint8_t *bytes, size_t len, uint64_t address, struct insn *insn)
{
	*insn = (struct insn){ .kind = INSN_PLAIN };
	if (len == 2 && (bytes[0] & 3) != 3)
		decode_half(bytes[0] | (uint32_t)bytes[1] << 8, address, insn);
	else if (len == 4 && (bytes[0] & 3) == 3)
		decode_word(bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
				    (uint32_t)bytes[3] << 24,
			    address, insn);
}
