/* Classic BPF: each instruction, rejected programs, and random programs. */
#include "lib/bpf.h"
#include "lib/errno.h"
#include "unit.h"

#define LD  BPF_LD
#define ALU BPF_ALU
#define JMP BPF_JMP
#define RET_A                                                                                      \
	{                                                                                          \
		BPF_RET | BPF_A, 0, 0, 0                                                           \
	}

static const uint8_t packet[] = {0x45, 1, 2, 3, 4, 5, 6, 7, 0xff};
static uint16_t scratch[BPF_INSNS_MAX + 1];

static uint32_t run(const struct bpf_insn *code, size_t n, bool native)
{
	const struct bpf_data d = {packet, sizeof(packet), native};

	CHECK_EQ(bpf_check(code, n, scratch), 0);
	return bpf_run(code, &d);
}

#define RUN(native, ...)                                                                           \
	({                                                                                         \
		const struct bpf_insn code_[] = {__VA_ARGS__};                                     \
		run(code_, ARRAY_SIZE(code_), native);                                             \
	})
#define CHECKED(...)                                                                               \
	({                                                                                         \
		const struct bpf_insn code_[] = {__VA_ARGS__};                                     \
		bpf_check(code_, ARRAY_SIZE(code_), scratch);                                      \
	})
#define DO(code, k)                                                                                \
	{                                                                                          \
		code, 0, 0, k                                                                      \
	}
#define IF(code, k, jt, jf)                                                                        \
	{                                                                                          \
		BPF_JMP | (code), jt, jf, k                                                        \
	}

static void loads(void)
{
	CHECK_EQ(RUN(false, DO(LD | BPF_W | BPF_ABS, 1), RET_A), 0x01020304);
	CHECK_EQ(RUN(true, DO(LD | BPF_W | BPF_ABS, 1), RET_A), 0x04030201);
	CHECK_EQ(RUN(false, DO(LD | BPF_H | BPF_ABS, 7), RET_A), 0x07ff);
	CHECK_EQ(RUN(false, DO(LD | BPF_B | BPF_ABS, 8), RET_A), 0xff);
	/* Past the end, also by wrapping around. */
	CHECK_EQ(RUN(false, DO(LD, 5), DO(LD | BPF_B | BPF_ABS, 9), RET_A), 0);
	CHECK_EQ(RUN(false, DO(LD, 5), DO(LD | BPF_W | BPF_ABS, 6), RET_A), 0);
	CHECK_EQ(RUN(false, DO(LD, 5), DO(LD | BPF_W | BPF_ABS, UINT32_MAX - 1), RET_A), 0);
	CHECK_EQ(RUN(false, DO(BPF_LDX, 3), DO(LD | BPF_B | BPF_IND, 4), RET_A), 7);
	CHECK_EQ(RUN(false, DO(BPF_LDX, 9), DO(LD | BPF_B | BPF_IND, UINT32_MAX), RET_A), 0xff);
	CHECK_EQ(RUN(false, DO(LD | BPF_LEN, 0), RET_A), sizeof(packet));
	CHECK_EQ(RUN(false, DO(BPF_LDX | BPF_B | BPF_MSH, 0), DO(BPF_MISC | 0x80, 0), RET_A), 20);
	CHECK_EQ(RUN(false, DO(LD, 7), DO(BPF_ST, 15), DO(LD, 0), DO(LD | BPF_MEM, 15), RET_A), 7);
	CHECK_EQ(RUN(false, DO(LD, 7), DO(BPF_MISC, 0), DO(BPF_STX, 0), DO(LD, 0),
		     DO(LD | BPF_MEM, 0), RET_A), 7);
}

static uint32_t compute(unsigned int op, uint32_t a, uint32_t b)
{
	uint32_t by_k = RUN(false, DO(LD, a), DO(ALU | op, b), RET_A);
	uint32_t by_x = RUN(false, DO(LD, a), DO(BPF_LDX, b), DO(ALU | BPF_X | op, 0), RET_A);

	CHECK_EQ(by_k, by_x);
	return by_k;
}

static void arithmetic(void)
{
	CHECK_EQ(compute(0x00, UINT32_MAX, 2), 1);
	CHECK_EQ(compute(0x10, 1, 2), UINT32_MAX);
	CHECK_EQ(compute(0x20, 0x10000, 0x10001), 0x10000);
	CHECK_EQ(compute(0x30, 0x80000000, 3), 0x80000000 / 3);
	CHECK_EQ(compute(0x40, 5, 8), 13);
	CHECK_EQ(compute(0x50, 0xff, 0x3c), 0x3c);
	CHECK_EQ(compute(0x60, 3, 31), 0x80000000);
	CHECK_EQ(compute(0x70, 0x80000000, 31), 1);
	CHECK_EQ(compute(0x90, 17, 5), 2);
	CHECK_EQ(compute(0xa0, 6, 3), 5);
	CHECK_EQ(RUN(false, DO(LD, 1), DO(ALU | 0x80, 0), RET_A), UINT32_MAX);
	/* Division by zero ends the program. */
	CHECK_EQ(RUN(false, DO(LD, 9), DO(ALU | BPF_X | 0x30, 0), RET_A), 0);
	CHECK_EQ(RUN(false, DO(LD, 9), DO(ALU | BPF_X | 0x90, 0), RET_A), 0);
	CHECK_EQ(RUN(false, DO(BPF_LDX, 33), DO(LD, 1), DO(ALU | BPF_X | 0x60, 0), RET_A), 2);
}

static uint32_t branch(unsigned int op, uint32_t a, uint32_t b)
{
	return RUN(false, DO(LD, a), IF(op, b, 1, 0), DO(BPF_RET, 0), DO(BPF_RET, 1));
}

static void jumps(void)
{
	CHECK_EQ(branch(0x10, 5, 5), 1);
	CHECK_EQ(branch(0x10, 5, 6), 0);
	CHECK_EQ(branch(0x20, UINT32_MAX, 5), 1);
	CHECK_EQ(branch(0x20, 5, 5), 0);
	CHECK_EQ(branch(0x30, 5, 5), 1);
	CHECK_EQ(branch(0x30, 4, 5), 0);
	CHECK_EQ(branch(0x40, 6, 2), 1);
	CHECK_EQ(branch(0x40, 5, 2), 0);
	CHECK_EQ(RUN(false, DO(JMP, 1), DO(BPF_RET, 1), DO(BPF_RET, 2)), 2);
}

static void refused(void)
{
	static struct bpf_insn many[BPF_INSNS_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct bpf_insn){BPF_RET, 0, 0, 0};
	CHECK_EQ(bpf_check(many, 0, scratch), -EINVAL);
	CHECK_EQ(bpf_check(many, BPF_INSNS_MAX, scratch), 0);
	CHECK_EQ(bpf_check(many, BPF_INSNS_MAX + 1, scratch), -EINVAL);
	CHECK_EQ(CHECKED(DO(LD, 0)), -EINVAL);
	CHECK_EQ(CHECKED(DO(BPF_RET | BPF_X, 0)), -EINVAL);
	CHECK_EQ(CHECKED(DO(0xff, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(0x100, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(ALU | 0x30, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(ALU | 0x90, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(ALU | 0x60, 32), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(BPF_ST, 16), RET_A), -EINVAL);
	/* Out of the program, also by wrapping around. */
	CHECK_EQ(CHECKED(DO(JMP, 1), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(DO(JMP, UINT32_MAX), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(IF(0x10, 0, 1, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(IF(0x10, 0, 0, 255), RET_A), -EINVAL);
	/* A word written on only one of two paths. */
	CHECK_EQ(CHECKED(DO(LD | BPF_MEM, 0), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(IF(0x10, 0, 1, 0), DO(BPF_ST, 3), DO(LD | BPF_MEM, 3), RET_A), -EINVAL);
	CHECK_EQ(CHECKED(IF(0x10, 0, 0, 1), DO(BPF_ST, 3), DO(BPF_ST, 3), DO(LD | BPF_MEM, 3),
			 RET_A), 0);
}

/* Every program that passes the check terminates and stays within its data (sanitizers). */
static void chance(void)
{
	static const uint16_t codes[] = {
		0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0c, 0x14, 0x15, 0x16, 0x1d, 0x20,
		0x24, 0x25, 0x28, 0x2d, 0x30, 0x34, 0x35, 0x3c, 0x40, 0x44, 0x45, 0x48, 0x50, 0x54,
		0x60, 0x61, 0x64, 0x6c, 0x74, 0x7c, 0x80, 0x81, 0x84, 0x87, 0x94, 0x9c, 0xa4, 0xb1,
	};
	uint64_t seed = 1;
	unsigned int passed = 0;

	for (int round = 0; round < 200000; round++) {
		struct bpf_insn code[12];
		size_t n = 1 + rnd_below(&seed, ARRAY_SIZE(code));
		uint32_t len = (uint32_t)rnd_below(&seed, 8);
		uint8_t *bytes = calloc(1, len);
		const struct bpf_data d = {bytes, len, rnd_below(&seed, 2)};

		for (size_t i = 0; i < n; i++)
			code[i] = (struct bpf_insn){
				rnd_below(&seed, 16) ? codes[rnd_below(&seed, ARRAY_SIZE(codes))]
						     : (uint16_t)rnd(&seed),
				(uint8_t)rnd_below(&seed, 4), (uint8_t)rnd_below(&seed, 4),
				rnd_below(&seed, 8) ? (uint32_t)rnd_below(&seed, 18)
						    : (uint32_t)rnd(&seed)};
		if (rnd_below(&seed, 4))
			code[n - 1].code = BPF_RET | BPF_A;
		if (bpf_check(code, n, scratch) == 0) {
			bpf_run(code, &d);
			passed++;
		}
		free(bytes);
	}
	CHECK(passed > 10000);
}

int main(void)
{
	loads();
	arithmetic();
	jumps();
	refused();
	chance();
	return 0;
}
