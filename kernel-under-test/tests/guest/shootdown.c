/* What one thread changes of memory, a thread on another CPU sees at once. */
#include "guest.h"
#include "threads.h"

#include <setjmp.h>

#define PAGE 4096ul

/* What the victim's CPU is made to remember: a page that it writes again and again. */
static _Atomic(volatile long *) target;
static atomic_long faults, writes;
static atomic_int stop;
static sigjmp_buf back;

static void faulted(int)
{
	siglongjmp(back, 1);
}

static void *victim(void *)
{
	volatile long *at;

	stay_on(1);
	while (!atomic_load(&stop)) {
		at = atomic_load(&target);
		if (!at) {
			sched_yield();
			continue;
		}
		if (!sigsetjmp(back, 1)) {
			for (;;) {
				*at = *at + 1;
				atomic_store(&writes, *at);
			}
		}
		atomic_store(&target, NULL);
		atomic_fetch_add(&faults, 1);
	}
	return NULL;
}

static volatile long *page(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void begin(volatile long *at)
{
	*at = 0;
	atomic_store(&writes, 0);
	atomic_store(&target, at);
	wait_until(&writes, 1);
}

/* Once the call has returned, no more of the victim's writes arrive; and it gets its fault. */
static int protected(long round)
{
	volatile long *at = page();
	long seen;
	int wrong;

	begin(at);
	mprotect((void *)at, PAGE, PROT_READ);
	seen = *at;
	wait_until(&faults, round);
	wrong = *at != seen;
	munmap((void *)at, PAGE);
	return wrong;
}

/* The page behind what was unmapped is another's at once: nobody may still write it. */
static int unmapped(long round)
{
	volatile long *at = page(), *other[8];
	bool again = false;
	int wrong = 0;

	begin(at);
	munmap((void *)at, PAGE);
	for (int i = 0; i < 8; i++) {
		other[i] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		/* At the same address the victim may go on, if it has not had its fault yet. */
		again = again || other[i] == at;
		if (other[i] != at)
			*other[i] = 0;
	}
	if (!again)
		wait_until(&faults, round);
	for (int i = 0; i < 8; i++)
		wrong += other[i] != at && *other[i] != 0;
	for (int i = 0; i < 8; i++)
		munmap((void *)other[i], PAGE);
	wait_until(&faults, round);
	return wrong;
}

/* What is put in the place of a page is seen by all, and the old one by nobody. */
static int replaced(long round)
{
	volatile long *at = page();
	void *spare = (void *)page();
	long seen;
	int wrong = 0;

	begin(at);
	wrong += mremap((void *)at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, spare) != spare;
	seen = *(volatile long *)spare;
	wait_until(&faults, round);
	wrong += *(volatile long *)spare != seen;
	munmap(spare, PAGE);
	return wrong;
}

static atomic_long *shared;

/* A child has what was there when it was made, whatever its parent's threads write then. */
static int copied(long round)
{
	volatile long *at = page();
	int status = -1;
	pid_t child;

	begin(at);
	child = fork();
	if (!child) {
		long seen = *at;

		atomic_store(shared, 1);
		while (atomic_load(shared) == 1)
			sched_yield();
		_exit(*at != seen);
	}
	wait_until(shared, 1);
	wait_until(&writes, atomic_load(&writes) + 100);
	atomic_store(shared, 2);
	waitpid(child, &status, 0);
	atomic_store(shared, 0);
	munmap((void *)at, PAGE);
	wait_until(&faults, round);
	return status != 0;
}

static void rounds(const char *name, int (*one)(long round))
{
	int n = cpu_count > 1 ? 12 : 4, wrong = 0;
	pthread_t thread;

	atomic_store(&stop, 0);
	atomic_store(&faults, 0);
	pthread_create(&thread, NULL, victim, NULL);
	for (long i = 1; i <= n; i++)
		wrong += one(i);
	atomic_store(&stop, 1);
	pthread_join(thread, NULL);
	same(name, wrong, 0);
}

/* Each thread maps, fills, looks and unmaps its own; whatever is reused is clear. */
static void *churn(void *arg)
{
	long wrong = 0;

	stay_on((int)(long)arg);
	for (int i = 0; i < 30; i++) {
		size_t size = PAGE * (size_t)(1 + (i + (long)arg) % 40);
		unsigned char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (size_t p = 0; p < size; p += PAGE) {
			wrong += at[p] != 0 || at[p + PAGE - 1] != 0;
			memset(at + p, (int)(long)arg + 1, PAGE);
		}
		for (size_t p = 0; p < size; p += 512)
			wrong += at[p] != (int)(long)arg + 1;
		munmap(at, size);
	}
	return (void *)wrong;
}

static void run(void)
{
	pthread_t threads[4];
	long wrong = 0;
	void *one;

	alarm(200);
	signal(SIGSEGV, faulted);
	stay_on(0);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	rounds("protection is taken away", protected);
	rounds("pages are unmapped", unmapped);
	rounds("pages are moved", replaced);
	rounds("pages are copied on write", copied);
	for (long i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, churn, (void *)i);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &one);
		wrong += (long)one;
	}
	same("threads map and unmap side by side", wrong, 0);
}

const struct suite shootdown_suite = {"shootdown", run};
