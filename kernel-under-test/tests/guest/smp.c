/* Several CPUs: where threads may run, waking each other, ending each other. */
#include "guest.h"
#include "threads.h"

#include <linux/futex.h>

#define THREADS 4

static void affinity(void)
{
	cpu_set_t set, all;
	unsigned int here = 99;
	int wrong = 0;

	CPU_ZERO(&all);
	holds("CPUs can be asked for",
	      sched_getaffinity(0, sizeof(all), &all) == 0 && cpu_count > 0);
	for (int i = 0; i < cpu_count; i++) {
		wrong += stay_on(i) != 0;
		CPU_ZERO(&set);
		sched_getaffinity(0, sizeof(set), &set);
		wrong += CPU_COUNT(&set) != 1 || !CPU_ISSET(i, &set);
		syscall(SYS_getcpu, &here, NULL, NULL);
		wrong += here != (unsigned int)i;
		sched_setaffinity(0, sizeof(all), &all);
	}
	same("a thread runs where it must", wrong, 0);
	CPU_ZERO(&set);
	same("no CPU at all", RAW(SYS_sched_setaffinity, 0, sizeof(set), &set), -EINVAL);
	CPU_SET(1000, &set);
	same("a CPU that is not there", RAW(SYS_sched_setaffinity, 0, sizeof(set), &set), -EINVAL);
	same("nobody's", RAW(SYS_sched_setaffinity, 99999, sizeof(all), &all), -ESRCH);
	same("a bad mask", RAW(SYS_sched_setaffinity, 0, 8, 8), -EFAULT);
	same("a short mask", RAW(SYS_sched_getaffinity, 0, 4, &set), -EINVAL);
}

static void kept_by_child(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	child_needs(CPU_COUNT(&set) == 1 && CPU_ISSET(cpu_count - 1, &set));
	child_needs(sched_getcpu() == cpu_count - 1);
}

static void inherited(void)
{
	cpu_set_t all;

	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof(all), &all);
	stay_on(cpu_count - 1);
	same("a child stays where its parent must", status_of(kept_by_child), 0);
	sched_setaffinity(0, sizeof(all), &all);
}

static atomic_long at_work, stop;
static atomic_int word;

static void *spin(void *)
{
	atomic_fetch_add(&at_work, 1);
	while (!atomic_load(&stop))
		;
	return (void *)(long)sched_getcpu();
}

/* Another thread's, while it runs. */
static void moved(void)
{
	pthread_t thread;
	cpu_set_t set;
	void *cpu;
	int wrong = 0;

	for (int i = 0; i < cpu_count; i++) {
		atomic_store(&at_work, 0);
		atomic_store(&stop, 0);
		pthread_create(&thread, NULL, spin, NULL);
		wait_until(&at_work, 1);
		CPU_ZERO(&set);
		CPU_SET(i, &set);
		wrong += pthread_setaffinity_np(thread, sizeof(set), &set) != 0;
		atomic_store(&stop, 1);
		pthread_join(thread, &cpu);
		wrong += (long)cpu != i;
	}
	same("a running thread is moved", wrong, 0);
}

static void *pong(void *)
{
	stay_on(1);
	for (int i = 0; i < 300; i++) {
		while (atomic_load(&word) != 1)
			syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
		atomic_store(&word, 0);
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	}
	return NULL;
}

static void ping(void)
{
	pthread_t thread;

	alarm(100);
	pthread_create(&thread, NULL, pong, NULL);
	stay_on(0);
	for (int i = 0; i < 300; i++) {
		atomic_store(&word, 1);
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
		while (atomic_load(&word) != 0)
			syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
	}
	pthread_join(thread, NULL);
}

static void pipes(void)
{
	int there[2], back[2];
	char byte = 0;

	alarm(100);
	child_needs(pipe(there) == 0 && pipe(back) == 0);
	if (!fork()) {
		stay_on(1);
		close(there[1]);
		while (read(there[0], &byte, 1) == 1)
			if (write(back[1], &byte, 1) != 1)
				_exit(1);
		_exit(0);
	}
	stay_on(0);
	for (int i = 0; i < 200; i++) {
		byte = (char)i;
		child_needs(write(there[1], &byte, 1) == 1);
		byte = 0;
		child_needs(read(back[0], &byte, 1) == 1 && byte == (char)i);
	}
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long total;

static void *add(void *arg)
{
	stay_on((int)(long)arg);
	for (int i = 0; i < 3000; i++) {
		pthread_mutex_lock(&mutex);
		total++;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void sums(void)
{
	pthread_t threads[THREADS];

	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, add, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	same("threads that exclude each other", total, THREADS * 3000);
}

static void *call_and_spin(void *arg)
{
	stay_on((int)(long)arg);
	atomic_fetch_add(&at_work, 1);
	for (;;)
		if ((long)arg & 1)
			getppid();
	return NULL;
}

static void start_busy_threads(void)
{
	pthread_t thread;

	alarm(100);
	atomic_store(&at_work, 0);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, call_and_spin, (void *)i);
	wait_until(&at_work, THREADS);
}

static void exits_busy(void)
{
	start_busy_threads();
	_exit(3);
}

static void execs_busy(void)
{
	start_busy_threads();
	execl(SELF, "x", "exits-7", NULL);
}

static void dies_busy(void)
{
	start_busy_threads();
	raise(SIGKILL);
}

static void ends(void)
{
	int rounds = cpu_count > 1 ? 5 : 2, wrong = 0;

	for (int i = 0; i < rounds; i++)
		wrong += status_of(exits_busy) != 3 << 8;
	same("exit with threads that run elsewhere", wrong, 0);
	for (int i = 0; i < rounds; i++)
		wrong += status_of(execs_busy) != 7 << 8;
	same("exec with threads that run elsewhere", wrong, 0);
	for (int i = 0; i < rounds; i++)
		wrong += status_of(dies_busy) != SIGKILL;
	same("death with threads that run elsewhere", wrong, 0);
}

static atomic_long caught;

static void catch (int)
{
	atomic_fetch_add(&caught, 1);
}

/* A signal interrupts a thread that makes no calls. */
static void signals(void)
{
	pthread_t thread;

	signal(SIGUSR1, catch);
	atomic_store(&at_work, 0);
	atomic_store(&stop, 0);
	pthread_create(&thread, NULL, spin, NULL);
	wait_until(&at_work, 1);
	for (long i = 1; i <= 50; i++) {
		pthread_kill(thread, SIGUSR1);
		wait_until(&caught, i);
	}
	atomic_store(&stop, 1);
	pthread_join(thread, NULL);
	same("signals for a thread that runs elsewhere", caught, 50);
}

static void *come_and_go(void *arg)
{
	return arg;
}

static void many(void)
{
	pthread_t threads[THREADS];
	int wrong = 0;
	void *back;

	for (int round = 0; round < 30; round++) {
		for (long i = 0; i < THREADS; i++)
			wrong += pthread_create(&threads[i], NULL, come_and_go, (void *)i) != 0;
		for (long i = 0; i < THREADS; i++)
			wrong += pthread_join(threads[i], &back) != 0 || (long)back != i;
	}
	same("threads come and go", wrong, 0);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < THREADS; i++)
			if (!fork())
				_exit(i);
		for (int i = 0; i < THREADS; i++)
			wrong += wait(NULL) < 0;
	}
	same("processes come and go", wrong, 0);
}

static void run(void)
{
	affinity();
	inherited();
	moved();
	same("futexes wake across CPUs", status_of(ping), 0);
	same("pipes wake across CPUs", status_of(pipes), 0);
	sums();
	ends();
	signals();
	many();
}

const struct suite smp_suite = {"smp", run};
