/*
 * Vector registers are each thread's own: over switches, signals and what a handler writes into its
 * frame. On a CPU without AVX the same is checked of the lower halves alone.
 */
#include <cpuid.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define MAGIC1 0x46505853
#define MAGIC2 0x46505845

static bool has_avx;
static int failures;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	failures++;
	printf("not ok: %s\n", what);
}

static void put(const uint64_t v[4])
{
	if (has_avx)
		asm volatile("vmovdqu (%0), %%ymm13" : : "r"(v) : "xmm13");
	else
		asm volatile("movdqu (%0), %%xmm13" : : "r"(v) : "xmm13");
}

static void get(uint64_t v[4])
{
	memset(v, 0, 32);
	if (has_avx)
		asm volatile("vmovdqu %%ymm13, (%0)" : : "r"(v) : "memory");
	else
		asm volatile("movdqu %%xmm13, (%0)" : : "r"(v) : "memory");
}

static void make(uint64_t v[4], uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		v[i] = i < 2 || has_avx ? seed * 0x9e3779b97f4a7c15u + (uint64_t)i : 0;
}

/* The registers across a system call that makes way for others. */
static void keeps(uint64_t seed, void (*call)(void))
{
	uint64_t mine[4], now[4];

	make(mine, seed);
	put(mine);
	call();
	get(now);
	check(memcmp(mine, now, 32) == 0, "registers are kept");
}

static void yield(void)
{
	asm volatile("syscall" : : "a"(24L) : "rcx", "r11", "memory");
}

static void raise_it(void)
{
	asm volatile("syscall" : : "a"(62L), "D"((long)getpid()), "S"((long)SIGUSR1)
		     : "rcx", "r11", "memory");
}

static volatile bool change, spoil;

static void handler(int, siginfo_t *, void *context)
{
	ucontext_t *u = context;
	uint8_t *f = (uint8_t *)u->uc_mcontext.fpregs;
	uint32_t *software = (uint32_t *)(f + 464);
	uint64_t other[4];

	make(other, 99);
	put(other);
	if (has_avx) {
		check(u->uc_flags & 1, "the frame says that it has more");
		check(software[0] == MAGIC1 && software[4] + 4 == software[1], "its size");
		check(*(uint32_t *)(f + software[4]) == MAGIC2, "its end");
		check((uint64_t)f % 64 == 0, "its place");
	}
	if (!change)
		return;
	memcpy(f + 160 + 13 * 16, other, 16);
	if (has_avx) {
		memcpy(f + 576 + 13 * 16, other + 2, 16);
		*(uint64_t *)(f + 512) |= 7;
	}
	/* What a CPU refuses to load: in the header, and in MXCSR. */
	if (spoil && has_avx)
		memset(f + 512, 0xff, 64);
	if (spoil)
		memset(f + 26, 0xff, 2);
}

static void in_turns(uint64_t seed)
{
	for (int i = 0; i < 300; i++) {
		keeps(seed * 1000 + (uint64_t)i, yield);
		if (i % 16 == 0)
			keeps(seed, raise_it);
	}
}

int main(void)
{
	struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	unsigned int eax, ebx, ecx, edx;
	uint64_t expected[4], now[4];
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	__cpuid(1, eax, ebx, ecx, edx);
	has_avx = (ecx & bit_OSXSAVE) && (ecx & bit_AVX);
	printf("AVX %s\n", has_avx ? "yes" : "no");
	check(getauxval(AT_MINSIGSTKSZ) >= (has_avx ? 832u : 512u) + 440, "AT_MINSIGSTKSZ");
	sigaction(SIGUSR1, &a, NULL);
	for (uint64_t who = 0; who < 4; who++)
		if (fork() == 0) {
			in_turns(who + 1);
			_exit(failures != 0);
		}
	in_turns(7);
	while (wait(&status) > 0)
		check(status == 0, "a child's registers");
	change = true;
	make(expected, 99);
	keeps(99, raise_it);
	put((const uint64_t[4]){1, 2, 3, 4});
	raise_it();
	get(now);
	check(memcmp(now, expected, 32) == 0, "what a handler writes into its frame is loaded");
	/* The kernel may take it as well as it can, or end the program; itself it goes on. */
	spoil = true;
	if (fork() == 0) {
		raise_it();
		_exit(0);
	}
	check(wait(&status) > 0 && (status == 0 || WTERMSIG(status) == SIGSEGV), "a spoilt frame");
	puts(failures ? "failed" : "done");
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
