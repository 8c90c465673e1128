/*
 * A fuzzer of system calls, to be run as process 1:
 *
 *     init seed=N batches=K batch=M first=B
 *
 * It makes random calls with arguments that are random, hostile, or nearly right. Each batch is a
 * child with a seed of its own, so that one that brings the kernel down can be run again alone
 * (`first=B batches=1`). In the end it says how much memory was free before and after.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_MAX 452
#define ARENA	 (64 << 12)

static uint64_t state;
static char *arena;

static uint64_t random64(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static uint64_t below(uint64_t n)
{
	return random64() % n;
}

/* Calls that end the run, or only wait: nothing is learned from them. */
static int is_left_out(long nr)
{
	return nr == SYS_reboot || nr == SYS_exit || nr == SYS_exit_group || nr == SYS_pause ||
	       nr == SYS_rt_sigsuspend;
}

static uint64_t path(void)
{
	static const char *const names[] = {
		"/tmp/a",
		"/tmp/b",
		"/tmp/dir",
		"/tmp/dir/x",
		"/tmp/link",
		".",
		"..",
		"/",
		"/dev/null",
		"/dev/zero",
		"/proc",
		"/proc/self/maps",
		"/proc/self/fd/0",
		"/init",
		"",
		"/tmp/../tmp/./a/",
		"/tmp/fifo",
		"/proc/1/stat",
		"/tmp//dir//",
		"tmpfs",
		"proc",
	};
	char *at = arena + below(ARENA - 64);

	strcpy(at, names[below(sizeof(names) / sizeof(names[0]))]);
	return (uint64_t)at;
}

static uint64_t argument(void)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		3,
		4,
		8,
		16,
		64,
		255,
		4095,
		4096,
		4097,
		65536,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x7ffffffff000,
		0x7fffffffefff,
		0x7ffffffffff8,
		0x800000000000,
		0xffff800000000000,
		0xffff888000000000,
		0xffff888000100000,
		0xffffc90000000000,
		0xffffffff80000000,
		0xffffffff80100000,
		0xffffffffffffffff,
		0xfffffffffffff000,
		0x8000000000000000,
		0x7fffffffffffffff,
		0x400000,
		0x1000,
		0xffffffffffffff9c,
	};

	switch (below(12)) {
	case 0:
	case 1:
		return below(16);
	case 2:
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	case 3:
	case 4:
	case 5:
		return (uint64_t)arena + below(ARENA);
	case 6:
		/* Across the end of what is mapped. */
		return (uint64_t)arena + ARENA - below(64);
	case 7:
	case 8:
		return path();
	case 9:
		return 1ull << below(64);
	case 10:
		return random64();
	default:
		return below(300);
	}
}

static void fill_arena(void)
{
	/* Pointers, lengths and small numbers, so that structures make some sense. */
	for (size_t i = 0; i < 200; i++)
		*(uint64_t *)(arena + (below(ARENA - 8) & ~7ull)) = argument();
}

static void die(int signo)
{
	(void)signo;
	_exit(0);
}

static void batch(uint64_t seed, unsigned int calls)
{
	state = seed;
	const struct itimerval soon = {.it_value = {0, 50000}};

	signal(SIGALRM, die);
	for (unsigned int i = 0; i < calls; i++) {
		long nr = (long)below(CALL_MAX), ret;
		uint64_t a[6];
		pid_t me = getpid();

		if (i % 64 == 0) {
			arena = mmap((void *)0x10000000, ARENA, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
			if (arena == MAP_FAILED)
				_exit(1);
			fill_arena();
			setitimer(ITIMER_REAL, &soon, NULL);
		}
		if (below(4) == 0)
			nr = (long)below(64);
		if (is_left_out(nr))
			continue;
		for (int k = 0; k < 6; k++)
			a[k] = argument();
		/* Sleeping for ever is not interesting either. */
		if (nr == SYS_nanosleep || nr == SYS_clock_nanosleep)
			a[0] = 0;
		ret = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (ret == 0 && getpid() != me)
			_exit(0);
		if ((nr == SYS_fork || nr == SYS_vfork || nr == SYS_clone || nr == SYS_clone3) &&
		    ret == 0)
			_exit(0);
	}
	_exit(0);
}

static uint64_t option(int argc, char **argv, const char *key, uint64_t otherwise)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], key, strlen(key)) == 0 && argv[i][strlen(key)] == '=')
			return strtoull(argv[i] + strlen(key) + 1, NULL, 0);
	return otherwise;
}

static void reap_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static unsigned long free_memory(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram / 1024;
}

int main(int argc, char **argv)
{
	uint64_t seed = option(argc, argv, "seed", 1), size = option(argc, argv, "batch", 400);
	uint64_t first = option(argc, argv, "first", 0), count = option(argc, argv, "batches", 250);
	unsigned long before = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir("/tmp", 0777);
	for (uint64_t b = first; b < first + count; b++) {
		pid_t pid;

		if (b % 100 == 0 || count == 1)
			printf("batch %lu\n", b);
		/* The first ones fill caches that stay. */
		if (b == first + 50)
			before = free_memory();
		pid = fork();
		if (pid == 0) {
			close(0);
			close(1);
			close(2);
			setsid();
			batch(seed * 1000003 + b, (unsigned int)size);
		}
		if (pid > 0) {
			/* It has an alarm, but may have turned it off. */
			for (int ms = 0; waitpid(pid, NULL, WNOHANG) == 0 && ms < 500; ms++)
				usleep(1000);
		}
		reap_all();
	}
	printf("free before %lu KiB, after %lu KiB\n", before, free_memory());
	printf("done\n");
	reboot(RB_AUTOBOOT);
}
