/* Waiting for one of several futexes, and waiting to be told to take a lock. */
#include "guest.h"
#include "threads.h"

#include <linux/futex.h>
#include <sched.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct wanted {
	uint64_t value, addr;
	uint32_t flags, reserved;
};

#define IS_32 2u

static _Atomic uint32_t words[3], lock;
static struct wanted all[129];

static long wait_any(unsigned int n, unsigned int flags, const struct timespec *t, int clock)
{
	return RAW(SYS_futex_waitv, all, n, flags, t, clock);
}

static long futex(_Atomic uint32_t *word, int op, long n, const void *more, void *to, uint32_t v)
{
	return RAW(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, n, more, to, v);
}

static void list_words(uint32_t flags)
{
	for (int i = 0; i < 129; i++)
		all[i] = (struct wanted){0, (uintptr_t)&words[i % 3], IS_32 | flags, 0};
	for (int i = 0; i < 3; i++)
		words[i] = 0;
}

static void refused(void)
{
	struct timespec past = {0, 1}, bad = {0, -1}, soon;

	list_words(FUTEX_PRIVATE_FLAG);
	same("flags", wait_any(3, 1, NULL, 0), -EINVAL);
	same("none", wait_any(0, 0, NULL, 0), -EINVAL);
	same("too many", wait_any(129, 0, NULL, 0), -EINVAL);
	same("nowhere", RAW(SYS_futex_waitv, NULL, 1, 0, NULL, 0), -EINVAL);
	same("from nowhere", RAW(SYS_futex_waitv, 8, 1, 0, NULL, 0), -EFAULT);
	same("no such clock", wait_any(3, 0, &past, CLOCK_BOOTTIME), -EINVAL);
	same("no time", wait_any(3, 0, (void *)8, CLOCK_REALTIME), -EFAULT);
	same("a bad time", wait_any(3, 0, &bad, CLOCK_REALTIME), -EINVAL);
	all[1].reserved = 1;
	same("something reserved", wait_any(3, 0, NULL, 0), -EINVAL);
	all[1].reserved = 0;
	all[1].flags = FUTEX_PRIVATE_FLAG;
	same("no size", wait_any(3, 0, NULL, 0), -EINVAL);
	all[1].flags = IS_32 | 4;
	same("an unknown flag", wait_any(3, 0, NULL, 0), -EINVAL);
	list_words(0);
	all[2].addr++;
	same("not aligned", wait_any(3, 0, NULL, 0), -EINVAL);
	all[2].addr = 0;
	same("nobody's word", wait_any(3, 0, NULL, 0), -EFAULT);
	list_words(0);
	all[2].value = 1;
	same("another value", wait_any(3, 0, NULL, 0), -EAGAIN);
	list_words(0);
	same("a time that is over", wait_any(3, 0, &past, CLOCK_MONOTONIC), -ETIMEDOUT);
	same("and by the calendar", wait_any(3, 0, &past, CLOCK_REALTIME), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &soon);
	soon.tv_nsec += 2000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	same("a time that comes", wait_any(128, 0, &soon, CLOCK_MONOTONIC), -ETIMEDOUT);
	same("nobody is left there", RAW(SYS_futex, &words[0], FUTEX_WAKE, 1, NULL, NULL, 0), 0);
}

static void *waits_any(void *arg)
{
	return (void *)wait_any((unsigned int)(uintptr_t)arg, 0, NULL, 0);
}

/* How many were woken there at last. */
static long wake_soon(_Atomic uint32_t *word, int flag)
{
	long n;

	while ((n = RAW(SYS_futex, word, FUTEX_WAKE | flag, 1, NULL, NULL, 0)) == 0)
		sched_yield();
	return n;
}

static void any_of_them(void)
{
	pthread_t t;
	void *ret;

	for (uintptr_t i = 0; i < 3; i++) {
		int flag = i == 1 ? 0 : FUTEX_PRIVATE_FLAG;

		list_words((uint32_t)flag);
		pthread_create(&t, NULL, waits_any, (void *)3);
		same("one is woken", wake_soon(&words[i], flag), 1);
		pthread_join(t, &ret);
		same("and says by which", (long)ret, i);
	}
	list_words(FUTEX_PRIVATE_FLAG);
	pthread_create(&t, NULL, waits_any, (void *)128);
	wake_soon(&words[1], FUTEX_PRIVATE_FLAG);
	pthread_join(t, &ret);
	holds("one of many", (long)ret % 3 == 1);
}

/* Two threads hand a token back and forth, each waiting for it among others. */
static void *plays(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	for (int i = 0; i < 2000; i++) {
		while (words[me] == 0)
			wait_any(3, 0, NULL, 0);
		words[me] = 0;
		words[1 - me] = 1;
		futex(&words[1 - me], FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	return NULL;
}

static void handed(void)
{
	pthread_t t[2];

	list_words(FUTEX_PRIVATE_FLAG);
	words[0] = 1;
	for (uintptr_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, plays, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	same("a token handed over", words[0], 1);
}

static void on_alarm(int)
{
}

static void interrupted(void)
{
	const struct sigaction a = {.sa_handler = on_alarm};

	list_words(FUTEX_PRIVATE_FLAG);
	sigaction(SIGALRM, &a, NULL);
	ualarm(2000, 0);
	same("a signal", wait_any(3, 0, NULL, 0), -EINTR);
	signal(SIGALRM, SIG_DFL);
}

static void not_there(void)
{
	char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	same("a wake of what can't be read", RAW(SYS_futex, page, FUTEX_WAKE, 1, NULL, NULL, 0),
	     -EFAULT);
	same("but not of a private one", futex((void *)page, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
	same("nor is it moved there", RAW(SYS_futex, &lock, FUTEX_REQUEUE, 1, 1, page, 0), -EFAULT);
	munmap(page, 4096);
}

static atomic_long told;

static void *waits_for_lock(void *)
{
	long ret = futex(&words[0], FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0);

	if (ret)
		return (void *)ret;
	ret = (lock & FUTEX_TID_MASK) == (uint32_t)gettid() ? 0 : 1;
	atomic_fetch_add(&told, 1);
	return (void *)(ret + futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
}

static void *waits_plainly(void *)
{
	return (void *)futex(&words[0], FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long requeue(long wake, long move, uint32_t expected)
{
	return futex(&words[0], FUTEX_CMP_REQUEUE_PI, wake, (void *)move, &lock, expected);
}

static void locks(void)
{
	struct timespec past = {0, 1};
	pthread_t t[3];
	long n = 0, got;
	void *ret;

	words[0] = lock = 0;
	same("two to wake", requeue(2, 1, 0), -EINVAL);
	same("less than none to move", requeue(1, -1, 0), -EINVAL);
	same("nobody waits", requeue(1, 1, 0), 0);
	same("the word is another", requeue(1, 1, 1), -EAGAIN);
	same("to itself", futex(&lock, FUTEX_CMP_REQUEUE_PI, 1, NULL, &lock, 0), -EINVAL);
	same("a wait for itself", futex(&lock, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0), -EINVAL);
	same("a wait for another value", futex(&words[0], FUTEX_WAIT_REQUEUE_PI, 1, NULL, &lock, 0),
	     -EAGAIN);
	same("a wait that is over", futex(&words[0], FUTEX_WAIT_REQUEUE_PI, 0, &past, &lock, 0),
	     -ETIMEDOUT);
	pthread_create(&t[0], NULL, waits_plainly, NULL);
	while ((got = requeue(1, 1, 0)) == 0)
		sched_yield();
	same("who waits plainly is not moved", got, -EINVAL);
	wake_soon(&words[0], FUTEX_PRIVATE_FLAG);
	pthread_join(t[0], NULL);
	told = 0;
	same("the lock is taken", futex(&lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, waits_for_lock, NULL);
	while (n < 3) {
		got = requeue(1, 2, 0);
		if (got < 0)
			break;
		n += got;
		sched_yield();
	}
	same("three are told", n, 3);
	same("and wait for it", told, 0);
	futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &ret);
		same("each has it once", (long)ret, 0);
	}
	same("at the end it is free", lock, 0);
}

static void run(void)
{
	refused();
	any_of_them();
	handed();
	interrupted();
	not_there();
	locks();
}

const struct suite futex_suite = {"futex", run};
