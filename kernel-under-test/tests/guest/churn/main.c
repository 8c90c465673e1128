/*
 * Threads and processes that change the same memory on all CPUs at once, and know what must be in
 * it: process 1 of a machine that runs Bantam. Each page has one writer, and carries a stamp of who
 * that is, which page it is and how often it was written; what others do to it meanwhile (protect,
 * move, copy, forget, read and write by the kernel) must leave that alone. A line for each thing
 * that is wrong, then
 *
 *     churn: <writes> writes <faults> faults <forks> forks <lost> KiB lost
 *
 * Arguments: seconds=N, rounds=N, disk (the shared file is on /dev/vda, ext2), pressure (somebody
 * takes all memory again and again; who is killed for that is no error).
 */
#include "churn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool on_disk, pressure;
int file;
volatile uint64_t *region, *aside, *shared[2];

static struct timespec end;

bool over(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec > end.tv_nsec);
}

void wait_for(pid_t child)
{
	int status = 0;

	if (child < 0)
		return;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (status && !(pressure && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		say("a child's end", child, (uint64_t)status, 0);
}

struct thread {
	int process, number;
	pthread_t id;
};

static void *work(void *arg)
{
	const struct thread *t = arg;
	int me = t->process * THREADS + t->number, own_file;
	uint64_t own[PAGES / THREADS] = {0}, times = 0,
			     of_shared[2][SHARED_PAGES / WRITERS] = {{0}};
	char path[32];

	seed = 88172645463325252ul + (uint64_t)me * 7919;
	snprintf(path, sizeof(path), "/disk/own%d", me);
	own_file = on_disk ? open(path, O_RDWR | O_CREAT, 0600) : memfd_create("own", 0);
	if (!t->number)
		disturb(t->process);
	while (!over()) {
		long mine = (long)any(PAGES / THREADS), ours = (long)any(SHARED_PAGES / WRITERS);
		int which = (int)any(2);

		join_rush(t->number);
		switch (any(t->number ? 12 : 4)) {
		case 0:
			if (t->number)
				come_and_go(me);
			else
				disturb(t->process);
			break;
		case 1:
			cut_file(me);
			break;
		case 2:
			tally(t->number, &times);
			break;
		case 3:
		case 4:
			change_shared(me, which, ours * WRITERS + me, &of_shared[which][ours]);
			break;
		default:
			change_own(me, own_file, mine * THREADS + t->number, &own[mine]);
		}
	}
	for (long i = 0; i < PAGES / THREADS; i++)
		check_own("at the end", page_at(region, i * THREADS + t->number), i, own[i]);
	close(own_file);
	return NULL;
}

static void run_process(int process)
{
	struct thread threads[THREADS];

	mmap((void *)region, REGION, RW, ANON | MAP_FIXED, -1, 0);
	for (int i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){process, i, 0};
		if (pthread_create(&threads[i].id, NULL, work, &threads[i]))
			_exit(!pressure);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	_exit(0);
}

/* Takes memory until there is none, which ends it or a call of it. */
static void take_all(void)
{
	volatile char *p;

	while (!over()) {
		p = mmap(NULL, PAGE << 8, RW, ANON, -1, 0);
		if (p == MAP_FAILED)
			break;
		for (size_t at = 0; at < PAGE << 8; at += PAGE)
			p[at] = 1;
	}
	_exit(0);
}

static void run_round(double seconds)
{
	pid_t children[PROCESSES], taker;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += (long)(seconds * 1e9) % 1000000000;
	end.tv_sec += (time_t)seconds + end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	ftruncate(file, 0);
	ftruncate(file, SHARED_PAGES * (long)PAGE);
	shared[0] = mmap(NULL, SHARED_PAGES * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared[1] = mmap(NULL, SHARED_PAGES * PAGE, RW, MAP_SHARED, file, 0);
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (!children[i])
			run_process(i);
	}
	while (pressure && !over()) {
		taker = fork();
		if (!taker)
			take_all();
		wait_for(taker);
	}
	for (int i = 0; i < PROCESSES; i++)
		wait_for(children[i]);
	munmap((void *)shared[0], SHARED_PAGES * PAGE);
	munmap((void *)shared[1], SHARED_PAGES * PAGE);
	ftruncate(file, 0);
}

static long free_kib(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return (long)(info.freeram * info.mem_unit / 1024);
}

int main(int argc, char **argv)
{
	double seconds = 3;
	long rounds = 3, before = 0;

	if (getpid() != 1)
		return 0;
	for (int i = 1; i < argc; i++) {
		sscanf(argv[i], "seconds=%lf", &seconds);
		sscanf(argv[i], "rounds=%ld", &rounds);
		on_disk = on_disk || !strcmp(argv[i], "disk");
		pressure = pressure || !strcmp(argv[i], "pressure");
	}
	mkdir("/disk", 0755);
	if (on_disk && mount("/dev/vda", "/disk", "ext2", 0, NULL) < 0)
		return 1;
	catch_faults();
	counts = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* Low, where no other mapping comes; across the border between two page tables. */
	region = (void *)(0x200000000ul - PAGES / 2 * PAGE);
	aside = (void *)(0x300000000ul - PAGES / 3 * PAGE);
	file = on_disk ? open("/disk/shared", O_RDWR | O_CREAT, 0600) : memfd_create("shared", 0);
	for (long i = 0; i < rounds; i++) {
		run_round(seconds / (double)rounds);
		if (i == 0)
			before = free_kib();
	}
	printf("churn: %ld writes %ld faults %ld forks %ld KiB lost\n",
	       atomic_load(&counts->writes), atomic_load(&counts->faults),
	       atomic_load(&counts->forks), before - free_kib());
	close(file);
	sync();
	puts("done");
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	return 0;
}
