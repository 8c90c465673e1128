/*
 * A fuzzer of system calls, to be run as process 1 of any kernel with Linux's calls:
 *
 *     init seed=N batches=K batch=M first=B racers=R refuse=O
 *
 * It makes random calls with arguments that are random, hostile, or nearly right. Each batch is a
 * child with a seed of its own, so that one that brings the kernel down can be run again alone
 * (`first=B batches=1`). The batch has R threads that make calls too, on the same memory and
 * files, and one that changes memory under them. With O, a kernel with the device /dev/crash is
 * told to refuse one in O requests for memory. Which calls there are is found by asking: those
 * that are not answered with ENOSYS. In the end it says how often each was made, whether a
 * neighbour's memory was touched, and how much memory was free before and after.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RACERS_MAX 4
#define STACK_SIZE (32 << 10)
#define CANARY_SIZE (16ul << 12)

/* Written by every batch, and by the kernel at nobody's word. */
static struct shared {
	unsigned long made[CALL_MAX], answered[CALL_MAX];
	/* A word that points into a kernel, found where no call should have put one; 0: none. */
	uint64_t leaked;
} * shared;

/* Words that no call is given a pointer to: whoever changes them has lost its way. */
static uint64_t *canary;

static char stacks[RACERS_MAX + 1][STACK_SIZE] __attribute__((aligned(16)));

static void die(int signo)
{
	(void)signo;
	_exit(0);
}

static void one_call(void)
{
	pid_t me = getpid();
	uint64_t a[6];
	long nr, ret;

	do {
		nr = (long)below(CALL_MAX);
	} while (!shared->answered[nr] && below(50));
	if (is_left_out(nr))
		return;
	arguments(nr, a);
	__atomic_fetch_add(&shared->made[nr], 1, __ATOMIC_RELAXED);
	ret = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	/* A child of fork() and the like goes no further. */
	if (ret == 0 && (getpid() != me || nr == SYS_fork || nr == SYS_clone || nr == SYS_clone3))
		_exit(0);
}

struct racer {
	uint64_t seed;
	unsigned int calls;
};

static struct racer racers[RACERS_MAX + 1];

static int race(void *arg)
{
	const struct racer *r = arg;

	random_seed(r->seed);
	for (unsigned int i = 0; i < r->calls; i++)
		one_call();
	syscall(SYS_exit, 0);
	return 0;
}

static int disturb(void *arg)
{
	const struct racer *r = arg;

	random_seed(r->seed);
	for (unsigned int i = 0; i < 4 * r->calls; i++) {
		arena_disturb();
		if (i % 16 == 0)
			sched_yield();
	}
	syscall(SYS_exit, 0);
	return 0;
}

static void start(unsigned int n, int (*fn)(void *), uint64_t seed, unsigned int calls)
{
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	racers[n] = (struct racer){ seed + n, calls };
	clone(fn, stacks[n] + STACK_SIZE, flags, &racers[n]);
}

static void batch(uint64_t seed, unsigned int calls, unsigned int threads)
{
	const struct itimerval soon = { .it_value = { 0, 50000 } };

	random_seed(seed);
	signal(SIGALRM, die);
	/* Some descriptors that are worth naming. */
	for (int i = 0; i < 2; i++) {
		int ends[2];

		if (pipe(ends) == 0)
			fcntl(ends[0], F_SETFL, O_NONBLOCK);
	}
	socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0);
	socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
	socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_ALL));
	for (unsigned int i = 0; i < calls; i++) {
		if (i % 64 == 0) {
			if (i && arena_leak())
				shared->leaked = arena_leak();
			if (!arena_make())
				_exit(1);
			setitimer(ITIMER_REAL, &soon, NULL);
		}
		if (i == 0 && threads) {
			for (unsigned int n = 0; n + 1 < threads; n++)
				start(n, race, seed * 31, calls);
			start(threads - 1, disturb, seed * 37, calls);
		}
		one_call();
	}
	_exit(0);
}

/* Whether a child with these arguments is told that there is no such call. */
static bool is_absent(long nr, uint64_t odd, uint64_t even)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		close(0);
		alarm(1);
		errno = 0;
		syscall(nr, odd, even, odd, even, odd, even);
		_exit(errno == ENOSYS ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	return status == 1 << 8;
}

/* Which numbers the kernel knows. Some calls say so of what they are asked to do: two questions. */
static void ask(void)
{
	for (long nr = 0; nr < CALL_MAX; nr++)
		shared->answered[nr] =
			!is_left_out(nr) && !(is_absent(nr, -1, 8) && is_absent(nr, 0, 0));
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
	return info.freeram * info.mem_unit / 1024;
}

static void check_canary(uint64_t b)
{
	for (size_t i = 0; i < CANARY_SIZE / 8; i++) {
		if (canary[i] == (i ^ 0xdeadbeefcafe0000ull))
			continue;
		printf("batch %lu touched memory that it was never given\n", (unsigned long)b);
		canary[i] = i ^ 0xdeadbeefcafe0000ull;
	}
}

static void check_leak(uint64_t b)
{
	if (shared->leaked)
		printf("batch %lu was told the kernel address %#lx\n", (unsigned long)b,
		       (unsigned long)shared->leaked);
	shared->leaked = 0;
}

static void *mapping(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}

/* The device that is told what memory to refuse; -1: none is. */
static int refusing = -1;

static void refusing_open(void)
{
	mkdir("/dev", 0755);
	if (mount("dev", "/dev", "devtmpfs", 0, NULL) < 0)
		perror("/dev");
	refusing = open("/dev/crash", O_WRONLY);
	if (refusing < 0) {
		perror("/dev/crash");
		exit(1);
	}
}

/* From now on one in `n` requests for memory; 0: none. */
static void refuse_memory(unsigned long n)
{
	if (refusing >= 0)
		dprintf(refusing, "refuse=%lu", n);
}

static void report(void)
{
	unsigned long calls = 0;

	for (long nr = 0; nr < CALL_MAX; nr++) {
		calls += shared->made[nr];
		if (shared->answered[nr])
			printf("call %ld made %lu\n", nr, shared->made[nr]);
	}
	printf("calls %lu\n", calls);
}

int main(int argc, char **argv)
{
	uint64_t seed = option(argc, argv, "seed", 1), size = option(argc, argv, "batch", 400);
	uint64_t first = option(argc, argv, "first", 0), count = option(argc, argv, "batches", 250);
	uint64_t threads = option(argc, argv, "racers", 0);
	uint64_t refused = option(argc, argv, "refuse", 0);
	unsigned long before = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir("/tmp", 0777);
	shared = mapping(sizeof(*shared));
	canary = mapping(CANARY_SIZE);
	for (size_t i = 0; i < CANARY_SIZE / 8; i++)
		canary[i] = i ^ 0xdeadbeefcafe0000ull;
	if (threads > RACERS_MAX + 1)
		threads = RACERS_MAX + 1;
	ask();
	if (refused)
		refusing_open();
	for (uint64_t b = first; b < first + count; b++) {
		pid_t pid;

		if (b % 100 == 0 || count == 1)
			printf("batch %lu\n", (unsigned long)b);
		/* The first ones fill caches that stay. */
		if (b == first + count / 4)
			before = free_memory();
		pid = fork();
		if (pid == 0) {
			close(0);
			close(1);
			close(2);
			setsid();
			if (refused) {
				/* Process 1 has a copy of its stack by then, and asks for nothing. */
				usleep(2000);
				refuse_memory(refused);
				close(refusing);
			}
			batch(seed * 1000003 + b, (unsigned int)size, (unsigned int)threads);
		}
		/* It has an alarm, but may have turned it off. */
		for (int ms = 0; pid > 0 && waitpid(pid, NULL, WNOHANG) == 0 && ms < 500; ms++)
			usleep(1000);
		reap_all();
		refuse_memory(0);
		check_canary(b);
		check_leak(b);
	}
	report();
	printf("free before %lu KiB, after %lu KiB\n", before, free_memory());
	printf("done\n");
	reboot(RB_AUTOBOOT);
}
