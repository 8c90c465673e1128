/* Debug registers: where a tracee stops that runs something, or touches it. */
#include "traced.h"

#define REGISTER(i)	     offsetof(struct user, u_debugreg[i])
#define BREAK(i, kind, size) (1ul << 2 * (i) | ((kind) | (size) << 2) << (16 + 4 * (i)))
#define EXECUTE		     0ul
#define WRITE		     1ul
#define IO		     2ul
#define ACCESS		     3ul
#define BYTES_1		     0ul
#define BYTES_4		     3ul
#define BYTES_8		     2ul

static volatile unsigned long words[4] = {1, 2, 3, 4};
static volatile int calls;

static __attribute__((noinline)) void called(void)
{
	calls++;
}

static void work(void)
{
	words[0] = 7;
	called();
	child_needs(words[1] == 2);
	((volatile unsigned int *)&words[2])[1] = 9;
	called();
	RAW(SYS_sched_yield);
	usleep(1000);
	words[0] = 8;
	child_needs(calls == 2);
}

static long set(pid_t pid, int i, unsigned long v)
{
	return trace(PTRACE_POKEUSR, pid, REGISTER(i), v);
}

static unsigned long get(pid_t pid, int i)
{
	unsigned long v = 99;

	trace(PTRACE_PEEKUSR, pid, REGISTER(i), (uintptr_t)&v);
	return v;
}

/* Goes on to the next stop: which registers say that it is theirs. */
static long stop(pid_t pid)
{
	siginfo_t info;
	int status;

	trace(PTRACE_CONT, pid, 0, 0);
	status = next(pid);
	if (status != STOPPED(SIGTRAP))
		return status;
	if (trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info) || info.si_code != TRAP_HWBKPT)
		return -2;
	return (long)(get(pid, 6) & 15);
}

static void registers(pid_t pid)
{
	same("none is set", get(pid, 7), 0);
	same("the kernel's memory", set(pid, 0, 0xffffffff80000000ul), -EINVAL);
	same("no such register", set(pid, 4, 0), -EIO);
	same("an address", set(pid, 0, (uintptr_t)&words[0] + 1), 0);
	same("that is not aligned", set(pid, 7, BREAK(0, WRITE, BYTES_8)), -EINVAL);
	same("input and output", set(pid, 7, BREAK(0, IO, BYTES_1)), -EINVAL);
	same("a long instruction", set(pid, 7, BREAK(0, EXECUTE, BYTES_4)), -EINVAL);
	same("nothing has changed", get(pid, 7), 0);
}

static void run(void)
{
	const unsigned long all = BREAK(0, WRITE, BYTES_8) | BREAK(1, ACCESS, BYTES_8) |
				  BREAK(2, WRITE, BYTES_4) | BREAK(3, EXECUTE, BYTES_1);
	pid_t pid = traced(work, 0), other;

	registers(pid);
	set(pid, 0, (uintptr_t)&words[0]);
	set(pid, 1, (uintptr_t)&words[1]);
	set(pid, 2, (uintptr_t)&words[2] + 4);
	set(pid, 3, (uintptr_t)called);
	same("all four", set(pid, 7, all), 0);
	same("are told", get(pid, 7), all);
	same("a write", stop(pid), 1);
	same("is done", word(pid, &words[0]), 7);
	/* Who runs in between has the same memory at the same place. */
	other = fork();
	if (other == 0)
		for (int i = 0;; i++)
			words[0] = words[1] = (unsigned long)i;
	same("an instruction", stop(pid), 8);
	same("is not", word(pid, (volatile void *)&calls) & 0xffffffff, 0);
	same("a read", stop(pid), 2);
	same("four bytes", stop(pid), 4);
	same("the instruction again", stop(pid), 8);
	same("after it slept", stop(pid), 1);
	same("none is wanted any more", set(pid, 7, 0), 0);
	same("the end", stop(pid), 0);
	same("the other one saw nothing", RAW(SYS_wait4, other, NULL, WNOHANG, NULL), 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

const struct suite watched_suite = {"watched", run, false};
