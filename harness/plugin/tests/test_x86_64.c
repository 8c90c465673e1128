#include "decoding.h"

static const struct decoding cases[] = {
	CASE("syscall", "\x0f\x05", .kind = INSN_SYSCALL, .operand = GATE_SYSCALL),
	CASE("sysenter", "\x0f\x34", .kind = INSN_SYSCALL, .operand = GATE_SYSENTER),
	CASE("sysret", "\x0f\x07", .kind = INSN_TRAP_RETURN, .operand = 1),
	CASE("sysretq", "\x48\x0f\x07", .kind = INSN_TRAP_RETURN, .operand = 1),
	CASE("sysexitq", "\x48\x0f\x35", .kind = INSN_TRAP_RETURN, .operand = 2),
	CASE("iret", "\xcf", .kind = INSN_TRAP_RETURN, .operand = 0),
	CASE("iretq", "\x48\xcf", .kind = INSN_TRAP_RETURN, .operand = 0),
	CASE("int3", "\xcc", .kind = INSN_SOFT_VECTOR, .operand = 3),
	CASE("int $0x80", "\xcd\x80", .kind = INSN_SOFT_VECTOR, .operand = 0x80),
	CASE("mov %rdi,%cr3", "\x0f\x22\xdf", .kind = INSN_SET_ADDRESS_SPACE, .operand = 7),
	CASE("mov %r9,%cr3", "\x41\x0f\x22\xd9", .kind = INSN_SET_ADDRESS_SPACE, .operand = 9),
	CASE("mov %rax,%cr4", "\x0f\x22\xe0", .kind = INSN_PLAIN),
	CASE("mov %rsp,0x10(%rdi)", "\x48\x89\x67\x10", .kind = INSN_STACK_SAVE),
	CASE("mov %rsp,%gs:0x6004", "\x65\x48\x89\x24\x25\x04\x60\x00\x00",
	     .kind = INSN_STACK_SAVE),
	CASE("mov %r12,0x10(%rdi)", "\x4c\x89\x67\x10", .kind = INSN_PLAIN),
	CASE("mov 0x10(%rsi),%rsp", "\x48\x8b\x66\x10", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("pop %rsp", "\x5c", .kind = INSN_STACK_LOAD_MEMORY),
	CASE("pop %r12", "\x41\x5c", .kind = INSN_PLAIN),
	CASE("mov %rsi,%rsp", "\x48\x89\xf4", .kind = INSN_STACK_LOAD_REGISTER, .operand = 6,
	     .never_faults = true),
	CASE("mov %r11,%rsp", "\x4c\x89\xdc", .kind = INSN_STACK_LOAD_REGISTER, .operand = 11,
	     .never_faults = true),
	CASE("mov %rbp,%rsp", "\x48\x89\xec", .kind = INSN_PLAIN, .never_faults = true),
	CASE("mov %rsp,%r12", "\x49\x89\xe4", .kind = INSN_PLAIN, .never_faults = true),
	CASE("call forward", "\xe8\x10\x00\x00\x00", .kind = INSN_CALL, .operand = AT + 5 + 0x10),
	CASE("call back", "\xe8\xfb\xff\xff\xff", .kind = INSN_CALL, .operand = AT),
	CASE("call *%rax", "\xff\xd0", .kind = INSN_CALL),
	CASE("call *0x20(,%rax,8)", "\xff\x14\xc5\x20\x00\x00\x00", .kind = INSN_CALL),
	CASE("jmp *%rax", "\xff\xe0", .kind = INSN_PLAIN),
	CASE("ret", "\xc3", .kind = INSN_RET),
	CASE("ret $8", "\xc2\x08\x00", .kind = INSN_RET),
	CASE("rep ret", "\xf3\xc3", .kind = INSN_RET),
	CASE("lidt (%rax)", "\x0f\x01\x18", .kind = INSN_LOAD_VECTOR_TABLE),
	CASE("lgdt (%rax)", "\x0f\x01\x10", .kind = INSN_PLAIN),
	CASE("swapgs", "\x0f\x01\xf8", .kind = INSN_PLAIN),
	CASE("a marker", "\x0f\x1f\x84\x00\x02\x00\x53\x52", .kind = INSN_MARK, .operand = 2,
	     .never_faults = true),
	CASE("a long no-op", "\x0f\x1f\x84\x00\x00\x00\x00\x00", .kind = INSN_PLAIN,
	     .never_faults = true),
	CASE("another tag", "\x0f\x1f\x84\x00\x02\x01\x53\x52", .kind = INSN_PLAIN,
	     .never_faults = true),
	CASE("rep movsb", "\xf3\xa4", .kind = INSN_PLAIN, .repeats = true),
	CASE("rep movsq", "\xf3\x48\xa5", .kind = INSN_PLAIN, .repeats = true),
	CASE("repne scasb", "\xf2\xae", .kind = INSN_PLAIN, .repeats = true),
	CASE("movsb", "\xa4", .kind = INSN_PLAIN),
	CASE("pause", "\xf3\x90", .kind = INSN_PLAIN, .never_faults = true),
	CASE("nop", "\x90", .kind = INSN_PLAIN, .never_faults = true),
	CASE("add %eax,%ecx", "\x01\xc1", .kind = INSN_PLAIN, .never_faults = true),
	CASE("add %eax,(%rcx)", "\x01\x01", .kind = INSN_PLAIN),
	CASE("lock add %eax,(%rcx)", "\xf0\x01\x01", .kind = INSN_PLAIN),
	CASE("lea 8(%rax),%rcx", "\x48\x8d\x48\x08", .kind = INSN_PLAIN, .never_faults = true),
	CASE("jne", "\x75\x10", .kind = INSN_PLAIN, .never_faults = true),
	CASE("jne far away", "\x0f\x85\x00\x01\x00\x00", .kind = INSN_PLAIN, .never_faults = true),
	CASE("div %rcx", "\x48\xf7\xf1", .kind = INSN_PLAIN),
	CASE("neg %rcx", "\x48\xf7\xd9", .kind = INSN_PLAIN, .never_faults = true),
	CASE("inc %ecx", "\xff\xc1", .kind = INSN_PLAIN, .never_faults = true),
	CASE("push %rax", "\x50", .kind = INSN_PLAIN),
	CASE("hlt", "\xf4", .kind = INSN_PLAIN),
	CASE("ud2", "\x0f\x0b", .kind = INSN_PLAIN),
	CASE("rdtsc", "\x0f\x31", .kind = INSN_PLAIN),
	CASE("cli", "\xfa", .kind = INSN_PLAIN),
	CASE("mov %eax,%ds", "\x8e\xd8", .kind = INSN_PLAIN),
	CASE("xmm move", "\x0f\x28\xc1", .kind = INSN_PLAIN),
};

int main(void)
{
	int failed = decoding_failures(cases, sizeof(cases) / sizeof(cases[0]));

	/* Any three bytes, of any length: nothing is read beyond them. */
	for (unsigned int word = 0; word < 1u << 24; word += 7) {
		size_t len = word % 3 + 1;
		uint8_t bytes[3] = { word & 0xff, word >> 8 & 0xff, word >> 16 };
		struct insn insn;

		arch_decode(bytes + 3 - len, len, AT, &insn);
		if (insn.never_faults && insn.kind == INSN_TRAP_RETURN)
			failed++;
	}
	return failed != 0;
}
