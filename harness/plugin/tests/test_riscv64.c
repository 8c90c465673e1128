#include "decoding.h"

#include "riscv64/riscv.h"

static const struct decoding cases_64[] = {
	CASE("ecall", "\x73\x00\x00\x00", .kind = INSN_PLAIN),
	CASE("ebreak", "\x02\x90", .kind = INSN_PLAIN),
	CASE("sret", "\x73\x00\x20\x10", .kind = INSN_TRAP_RETURN, .operand = LEVEL_SUPERVISOR),
	CASE("mret", "\x73\x00\x20\x30", .kind = INSN_TRAP_RETURN, .operand = LEVEL_MACHINE),
	CASE("csrw satp, a0", "\x73\x10\x05\x18", .kind = INSN_SET_ADDRESS_SPACE, .operand = 10),
	CASE("csrrw t0, satp, s11", "\xf3\x92\x0d\x18", .kind = INSN_SET_ADDRESS_SPACE, .operand = 27),
	CASE("csrr a0, satp", "\x73\x25\x00\x18", .kind = INSN_PLAIN),
	CASE("csrw stvec, a0", "\x73\x10\x55\x10", .kind = INSN_PLAIN),
	CASE("sd sp, 16(a3)", "\x23\xb8\x26\x00", .kind = INSN_STACK_SAVE),
	CASE("sd s0, 16(sp)", "\x23\x38\x81\x00", .kind = INSN_PLAIN),
	CASE("ld sp, 16(a4)", "\x03\x31\x07\x01", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("ld a0, 16(sp)", "\x03\x35\x01\x01", .kind = INSN_PLAIN),
	CASE("mv sp, a1", "\x13\x81\x05\x00",
	     .kind = INSN_STACK_LOAD_REGISTER, .operand = 11, .never_faults = true),
	CASE("addi sp, s0, 0", "\x13\x01\x04\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("addi sp, sp, -32", "\x13\x01\x01\xfe", .kind = INSN_PLAIN, .never_faults = true),
	CASE("addi sp, a1, 16", "\x13\x81\x05\x01", .kind = INSN_PLAIN, .never_faults = true),
	CASE("jal ra, .+0x100", "\xef\x00\x00\x10",
	     .kind = INSN_CALL_LINK_REGISTER, .operand = AT + 0x100, .never_faults = true),
	CASE("jal ra, .-0x100", "\xef\xf0\x1f\xf0",
	     .kind = INSN_CALL_LINK_REGISTER, .operand = AT - 0x100, .never_faults = true),
	CASE("jal zero, .+0x100", "\x6f\x00\x00\x10", .kind = INSN_PLAIN, .never_faults = true),
	CASE("jal t0, .+0x100", "\xef\x02\x00\x10", .kind = INSN_PLAIN, .never_faults = true),
	CASE("jalr ra, 0(a5)", "\xe7\x80\x07\x00", .kind = INSN_CALL_LINK_REGISTER),
	CASE("ret", "\x67\x80\x00\x00", .kind = INSN_RET_LINK_REGISTER, .operand = REG_RA),
	CASE("jr a5", "\x67\x80\x07\x00", .kind = INSN_PLAIN),
	CASE("lui zero, 0x52532", "\x37\x20\x53\x52",
	     .kind = INSN_MARK, .operand = 2, .never_faults = true),
	CASE("lui zero, 0x52542", "\x37\x20\x54\x52", .kind = INSN_PLAIN, .never_faults = true),
	CASE("lui a0, 0x52532", "\x37\x25\x53\x52", .kind = INSN_PLAIN, .never_faults = true),
	CASE("add a0, a1, a2", "\x33\x85\xc5\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("div a0, a1, a2", "\x33\xc5\xc5\x02", .kind = INSN_PLAIN, .never_faults = true),
	CASE("addw a0, a1, a2", "\x3b\x85\xc5\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("auipc a0, 1", "\x17\x15\x00\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("beq a0, a1, .+16", "\x63\x08\xb5\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("lw a0, 0(a1)", "\x03\xa5\x05\x00", .kind = INSN_PLAIN),
	CASE("sfence.vma", "\x73\x00\x00\x12", .kind = INSN_PLAIN),
	CASE("amoadd.d a0, a1, (a2)", "\x2f\x35\xb6\x00", .kind = INSN_PLAIN),
	CASE("fence", "\x0f\x00\xf0\x0f", .kind = INSN_PLAIN),
	CASE("csrr a0, time", "\x73\x25\x10\xc0", .kind = INSN_PLAIN),
	CASE("c.jr ra", "\x82\x80", .kind = INSN_RET_LINK_REGISTER, .operand = REG_RA),
	CASE("c.jr a5", "\x82\x87", .kind = INSN_PLAIN),
	CASE("c.jalr a5", "\x82\x97", .kind = INSN_CALL_LINK_REGISTER),
	CASE("c.mv sp, a1", "\x2e\x81",
	     .kind = INSN_STACK_LOAD_REGISTER, .operand = 11, .never_faults = true),
	CASE("c.mv a1, sp", "\x8a\x85", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.mv sp, s0", "\x22\x81", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.add a0, a1", "\x2e\x95", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.ldsp sp, 16(sp)", "\x42\x61", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("c.ldsp a0, 16(sp)", "\x42\x65", .kind = INSN_PLAIN),
	CASE("c.sdsp sp, 16(sp)", "\x0a\xe8", .kind = INSN_STACK_SAVE),
	CASE("c.sdsp ra, 16(sp)", "\x06\xe8", .kind = INSN_PLAIN),
	CASE("c.addi16sp sp, -32", "\x3d\x71", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.addi4spn a0, sp, 16", "\x08\x08", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.ld a0, 8(a1)", "\x88\x65", .kind = INSN_PLAIN),
	CASE("c.j .+16", "\x01\xa8", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.beqz a0, .+16", "\x01\xc9", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.li a0, 5", "\x15\x45", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.ebreak", "\x02\x90", .kind = INSN_PLAIN),
	CASE("c.slli a0, 3", "\x0e\x05", .kind = INSN_PLAIN, .never_faults = true),
	CASE("c.addiw a0, 1", "\x05\x25", .kind = INSN_PLAIN, .never_faults = true),
};

/* Encodings that mean something else where a pointer has 32 bits. */
static const struct decoding cases_32[] = {
	CASE("sw sp, 16(a3)", "\x23\xa8\x26\x00", .kind = INSN_STACK_SAVE),
	CASE("lw sp, 16(a4)", "\x03\x21\x07\x01", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("c.jal .+16", "\x01\x28", .kind = INSN_CALL_LINK_REGISTER, .operand = AT + 16, .never_faults = true),
	CASE("c.lwsp sp, 16(sp)", "\x42\x41", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("c.swsp sp, 16(sp)", "\x0a\xc8", .kind = INSN_STACK_SAVE),
	CASE("c.fsw fa0, 16(sp)", "\x2a\xe8", .kind = INSN_PLAIN),
};

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

int main(void)
{
	int failed;

	riscv_width = 64;
	failed = decoding_failures(cases_64, COUNT(cases_64));
	riscv_width = 32;
	failed += decoding_failures(cases_32, COUNT(cases_32));

	/* Any three bytes, and half an instruction: nothing is read beyond them. */
	for (unsigned int word = 0; word < 1u << 24; word += 7) {
		uint8_t bytes[3] = { word & 0xff, word >> 8 & 0xff, word >> 16 };
		size_t len = word % 3 + 1;
		struct insn insn;

		arch_decode(bytes + 3 - len, len, AT, &insn);
		if (insn.never_faults && insn.kind == INSN_TRAP_RETURN)
			failed++;
	}
	return failed != 0;
}
