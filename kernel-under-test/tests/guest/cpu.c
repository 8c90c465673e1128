/* What a system call and a switch of processes leave of the registers. */
#include "guest.h"

#include <sched.h>

struct registers {
	uint64_t rax, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15, rflags;
};

/* getppid with a known value in every register; what they hold afterwards. */
static void call_with_marks(struct registers *r)
{
	asm volatile("pushq %%rbp\n\t"
		     "pushq %%rbx\n\t"
		     "pushq %[out]\n\t"
		     "movq $0x101, %%rbx\n\t"
		     "movq $0x102, %%rdx\n\t"
		     "movq $0x103, %%rsi\n\t"
		     "movq $0x104, %%rdi\n\t"
		     "movq $0x105, %%rbp\n\t"
		     "movq $0x106, %%r8\n\t"
		     "movq $0x107, %%r9\n\t"
		     "movq $0x108, %%r10\n\t"
		     "movq $0x109, %%r12\n\t"
		     "movq $0x10a, %%r13\n\t"
		     "movq $0x10b, %%r14\n\t"
		     "movq $0x10c, %%r15\n\t"
		     "movq $110, %%rax\n\t"
		     "stc\n\t"
		     "std\n\t"
		     "syscall\n\t"
		     "pushfq\n\t"
		     "popq %%r11\n\t"
		     "cld\n\t"
		     "popq %%rcx\n\t"
		     "movq %%rax, 0(%%rcx)\n\t"
		     "movq %%rbx, 8(%%rcx)\n\t"
		     "movq %%rdx, 16(%%rcx)\n\t"
		     "movq %%rsi, 24(%%rcx)\n\t"
		     "movq %%rdi, 32(%%rcx)\n\t"
		     "movq %%rbp, 40(%%rcx)\n\t"
		     "movq %%r8, 48(%%rcx)\n\t"
		     "movq %%r9, 56(%%rcx)\n\t"
		     "movq %%r10, 64(%%rcx)\n\t"
		     "movq %%r12, 72(%%rcx)\n\t"
		     "movq %%r13, 80(%%rcx)\n\t"
		     "movq %%r14, 88(%%rcx)\n\t"
		     "movq %%r15, 96(%%rcx)\n\t"
		     "movq %%r11, 104(%%rcx)\n\t"
		     "popq %%rbx\n\t"
		     "popq %%rbp"
		     :
		     : [out] "a"(r)
		     : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		       "r15", "memory", "cc");
}

static void registers(void)
{
	struct registers r;

	call_with_marks(&r);
	same("result", r.rax, getppid());
	holds("callee-saved registers are kept", r.rbx == 0x101 && r.rbp == 0x105 &&
							 r.r12 == 0x109 && r.r13 == 0x10a &&
							 r.r14 == 0x10b && r.r15 == 0x10c);
	holds("arguments are kept", r.rdi == 0x104 && r.rsi == 0x103 && r.rdx == 0x102 &&
					    r.r10 == 0x108 && r.r8 == 0x106 && r.r9 == 0x107);
	holds("flags are kept", (r.rflags & 0x401) == 0x401);
}

static void numbers(void)
{
	same("an unknown call", RAW(1999), -ENOSYS);
	same("call -1", RAW(-1), -ENOSYS);
	same("a huge number", RAW(0x7fffffff), -ENOSYS);
	same("the number is 32 bits", RAW(0x100000000 + SYS_getppid), getppid());
}

static void set_xmm(uint64_t seed)
{
	asm volatile("movq %0, %%xmm0\n\tmovq %1, %%xmm7\n\tmovq %2, %%xmm15"
		     :
		     : "r"(seed), "r"(seed + 1), "r"(seed + 2)
		     : "xmm0", "xmm7", "xmm15");
}

static bool has_xmm(uint64_t seed)
{
	uint64_t a, b, c;

	asm volatile("movq %%xmm0, %0\n\tmovq %%xmm7, %1\n\tmovq %%xmm15, %2"
		     : "=r"(a), "=r"(b), "=r"(c));
	return a == seed && b == seed + 1 && c == seed + 2;
}

static void yield(void)
{
	long r;

	asm volatile("syscall" : "=a"(r) : "a"(SYS_sched_yield) : "rcx", "r11", "memory");
}

/* Several processes take turns, each with marks of its own in the vector registers. */
static void vector_state(void)
{
	int status, bad = 0;

	for (uint64_t i = 1; i <= 3; i++) {
		if (fork() == 0) {
			for (int n = 0; n < 200; n++) {
				set_xmm(i << 32 | (uint64_t)n);
				yield();
				if (!has_xmm(i << 32 | (uint64_t)n))
					_exit(1);
			}
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad += status != 0;
	same("vector registers over switches", bad, 0);
}

/* Nobody gives the CPU away: the timer must take it. */
static void preemption(void)
{
	int status, sum = 0;

	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			volatile double x = i + 1;

			for (int n = 0; n < 1000000; n++)
				x = x * 1.0000001;
			_exit(x > (i + 1) * 1.1 && x < (i + 1) * 1.11 ? 10 + i : 99);
		}
	}
	while (wait(&status) > 0)
		sum += status >> 8;
	same("arithmetic of processes that share the CPU", sum, 10 + 11 + 12);
}

static void control_words(void)
{
	uint32_t mxcsr;
	uint16_t control;

	asm volatile("stmxcsr %0" : "=m"(mxcsr));
	asm volatile("fnstcw %0" : "=m"(control));
	same("MXCSR", mxcsr & ~0x3fu, 0x1f80);
	same("x87 control word", control, 0x37f);
}

static void selectors(void)
{
	uint16_t cs, ss;

	asm volatile("movw %%cs, %0" : "=r"(cs));
	asm volatile("movw %%ss, %0" : "=r"(ss));
	same("CS", cs, 0x33);
	same("SS", ss, 0x2b);
}

static void run(void)
{
	registers();
	numbers();
	vector_state();
	preemption();
	control_words();
	selectors();
}

const struct suite cpu_suite = {"cpu", run};
