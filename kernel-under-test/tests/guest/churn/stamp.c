/* Stamps of pages, and accesses that may fault. */
#include "churn.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>
#include <unistd.h>

struct counts *counts;
_Thread_local sigjmp_buf back;
_Thread_local volatile bool armed;
_Thread_local uint64_t seed;

void say(const char *what, long at, uint64_t got, uint64_t expected)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "wrong: %s at %ld: got %#lx expected %#lx\n", what, at,
			 (long)got, (long)expected);

	if (atomic_fetch_add(&counts->wrong, 1) < 20)
		write(1, line, (size_t)n);
}

static void faulted(int signo, siginfo_t *info, void *context)
{
	const ucontext_t *u = context;

	if (!armed) {
		say("a signal's address", signo, (uint64_t)info->si_addr,
		    (uint64_t)u->uc_mcontext.gregs[REG_RIP]);
		_exit(1);
	}
	atomic_fetch_add(&counts->faults, 1);
	siglongjmp(back, 1);
}

uint64_t any(uint64_t below)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return seed % below;
}

uint64_t stamp(int writer, long page, uint64_t times)
{
	return (uint64_t)(writer + 1) << 56 | (uint64_t)(page + 1) << 40 | times;
}

#define TIMES(s) ((s)&0xffffffffff)

void write_stamp(volatile uint64_t *page, uint64_t s)
{
	for (int i = 0; i < SPOTS; i++)
		*spot(page, i) = s;
}

void read_stamp(volatile uint64_t *page, uint64_t out[SPOTS])
{
	for (int i = 0; i < SPOTS; i++)
		out[i] = *spot(page, i);
}

void check_own(const char *what, volatile uint64_t *page, long at, uint64_t expected)
{
	uint64_t is[SPOTS];

	while (!TRY(read_stamp(page, is)))
		sched_yield();
	for (int i = 0; i < SPOTS; i++)
		if (is[i] != expected)
			say(what, at, is[i], expected);
}

void check_other(const char *what, uint64_t is, int writer, long at)
{
	if (is && is - TIMES(is) != stamp(writer, at, 0))
		say(what, at, is, stamp(writer, at, 0));
}

void write_own(volatile uint64_t *page, uint64_t s)
{
	while (!TRY(write_stamp(page, s)))
		sched_yield();
	atomic_fetch_add(&counts->writes, 1);
}

void catch_faults(void)
{
	struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_NODEFER | SA_SIGINFO};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}
