/*
 * The vDSO: runs in user mode in every program and reads the clocks without a system call. Linked
 * as a shared object of its own with the symbols that C libraries look up.
 */
#include "asm/layout.h"
#include "asm/vdso.h"

#define NS_PER_SEC 1000000000ull
#define TSC_SHIFT  32

#define CLOCK_REALTIME	       0
#define CLOCK_MONOTONIC	       1
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME	       7
#define CLOCK_TAI	       11

#define SYS_CLOCK_GETTIME 228
#define SYS_CLOCK_GETRES  229

extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

struct pair {
	int64_t sec, fraction;
};

long __vdso_clock_gettime(uint64_t clock, struct pair *out);
long __vdso_clock_getres(uint64_t clock, struct pair *out);
long __vdso_gettimeofday(struct pair *tv, uint64_t *tz);
int64_t __vdso_time(int64_t *out);
long __vdso_getcpu(uint32_t *cpu, uint32_t *node, void *unused);

static long call(long nr, uint64_t a, uint64_t b, uint64_t c)
{
	long ret;

	asm volatile("syscall"
		     : "=a"(ret)
		     : "a"(nr), "D"(a), "S"(b), "d"(c)
		     : "rcx", "r11", "memory");
	return ret;
}

static uint64_t now_ns(void)
{
	uint32_t lo, hi;

	/* LFENCE keeps RDTSC from executing ahead of earlier instructions. */
	asm volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)((unsigned __int128)(((uint64_t)hi << 32 | lo) - vdso_data.tsc_base) *
				  vdso_data.ns_per_tsc >>
			  TSC_SHIFT);
}

static void split(uint64_t ns, uint64_t unit_ns, struct pair *out)
{
	out->sec = (int64_t)(ns / NS_PER_SEC);
	out->fraction = (int64_t)(ns % NS_PER_SEC / unit_ns);
}

long __vdso_clock_gettime(uint64_t clock, struct pair *out)
{
	switch ((uint32_t)clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		split(READ_ONCE(vdso_data.epoch_ns) + now_ns(), 1, out);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		split(now_ns(), 1, out);
		return 0;
	default:
		return call(SYS_CLOCK_GETTIME, clock, (uint64_t)out, 0);
	}
}

long __vdso_clock_getres(uint64_t clock, struct pair *out)
{
	return call(SYS_CLOCK_GETRES, clock, (uint64_t)out, 0);
}

long __vdso_gettimeofday(struct pair *tv, uint64_t *tz)
{
	if (tv)
		split(READ_ONCE(vdso_data.epoch_ns) + now_ns(), 1000, tv);
	if (tz)
		*tz = READ_ONCE(vdso_data.zone);
	return 0;
}

int64_t __vdso_time(int64_t *out)
{
	int64_t sec = (int64_t)((READ_ONCE(vdso_data.epoch_ns) + now_ns()) / NS_PER_SEC);

	if (out)
		*out = sec;
	return sec;
}

long __vdso_getcpu(uint32_t *cpu, uint32_t *node, void *unused)
{
	uint32_t id;

	(void)unused;
	/* It may be stale on return, as with the system call. */
	asm volatile("lsl %1, %0" : "=r"(id) : "r"(CPU_SEL));
	if (cpu)
		*cpu = id;
	if (node)
		*node = 0;
	return 0;
}

long clock_gettime(uint64_t, struct pair *) __attribute__((weak, alias("__vdso_clock_gettime")));
long clock_getres(uint64_t, struct pair *) __attribute__((weak, alias("__vdso_clock_getres")));
long gettimeofday(struct pair *, uint64_t *) __attribute__((weak, alias("__vdso_gettimeofday")));
int64_t time(int64_t *) __attribute__((weak, alias("__vdso_time")));
long getcpu(uint32_t *, uint32_t *, void *) __attribute__((weak, alias("__vdso_getcpu")));
