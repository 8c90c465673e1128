/* Much of everything: processes, memory. One process may fall; the kernel may not. */
#include "guest.h"

#include <sys/sysinfo.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static void takes_all_memory(void)
{
	for (;;) {
		char *m = mmap(NULL, 1 << 20, RW, ANON, -1, 0);

		if (m != MAP_FAILED)
			memset(m, 1, 1 << 20);
	}
}

#define MANY 600

static unsigned long free_kib(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram / 1024 * info.mem_unit;
}

static void many_processes(void)
{
	unsigned long before = free_kib();
	int n = 0, reaped = 0, bad = 0, status;
	pid_t child[MANY];

	while (n < MANY && (child[n] = fork()) > 0)
		n++;
	if (n < MANY && child[n] == 0)
		for (;;)
			pause();
	same("600 processes", n, MANY);
	for (int i = 0; i < n; i++)
		kill(child[i], SIGKILL);
	while (wait(&status) > 0) {
		reaped++;
		bad += status != SIGKILL;
	}
	same("all buried", reaped, MANY);
	same("all killed", bad, 0);
	/* Their kernel stacks alone took 9600 KiB. Linux gives them back a while later. */
	for (int tries = 0; tries < 250 && free_kib() + 4096 < before; tries++)
		usleep(20000);
	same("and their memory is back", free_kib() + 4096 >= before, 1);
}

/* Deep descent: each process waits for its only child. */
static int descend(int depth)
{
	int status = 0;
	pid_t child;

	if (!depth)
		return 1;
	child = fork();
	if (!child)
		_exit(descend(depth - 1));
	return child > 0 && waitpid(child, &status, 0) == child ? status >> 8 : 2;
}

static void many_one_after_the_other(void)
{
	int bad = 0, status;

	for (int i = 0; i < 1000; i++) {
		pid_t child = fork();

		if (!child)
			_exit(i % 100);
		bad += waitpid(child, &status, 0) != child || status != (i % 100) << 8;
	}
	same("1000 births and deaths", bad, 0);
}

static void many_areas(void)
{
	int n = 2000, bad = 0;
	char *m = mmap(NULL, (size_t)n * 8192, RW, ANON, -1, 0);

	/* Every other page goes: as many areas as holes. */
	for (int i = 0; i < n; i++)
		m[i * 8192] = (char)i;
	for (int i = 0; i < n; i++)
		bad += munmap(m + i * 8192 + 4096, 4096) != 0;
	for (int i = 0; i < n; i++)
		bad += m[i * 8192] != (char)i;
	same("2000 areas", bad, 0);
	same("all unmapped at once", munmap(m, (size_t)n * 8192), 0);
}

static void run(void)
{
	many_one_after_the_other();
	many_processes();
	many_processes();
	same("100 generations", descend(100), 1);
	many_areas();
	/* Twice: what the first one had must have come back. */
	same("one that takes all memory is killed", status_of(takes_all_memory), SIGKILL);
	same("and so is the next", status_of(takes_all_memory), SIGKILL);
	same("the others live on", status_of(many_areas), 0);
}

const struct suite pressure_suite = {"pressure", run};
