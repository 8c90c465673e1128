/* Futexes that have an owner, and FUTEX_WAKE_OP. */
#include "guest.h"
#include "threads.h"

#include <linux/futex.h>
#include <sys/time.h>

#define PRIVATE FUTEX_PRIVATE_FLAG
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

static _Atomic uint32_t word, other;
static atomic_long holder, let_go;

static long pi(int op)
{
	return RAW(SYS_futex, &word, op | PRIVATE, 0, NULL, NULL, 0);
}

static void alone(void)
{
	struct timespec bad = {0, 2000000000};
	uint32_t me = (uint32_t)gettid();

	same("a free one", pi(FUTEX_LOCK_PI), 0);
	same("has its owner's number", word, me);
	same("twice", pi(FUTEX_LOCK_PI), -EDEADLK);
	same("tried twice", pi(FUTEX_TRYLOCK_PI), -EDEADLK);
	same("given back", pi(FUTEX_UNLOCK_PI), 0);
	same("is free", word, 0);
	same("given back twice", pi(FUTEX_UNLOCK_PI), -EPERM);
	same("tried", pi(FUTEX_TRYLOCK_PI), 0);
	word = me | FUTEX_WAITERS;
	same("nobody waits after all", pi(FUTEX_UNLOCK_PI), 0);
	same("free again", word, 0);
	word = FUTEX_OWNER_DIED;
	same("its owner died", pi(FUTEX_LOCK_PI), 0);
	same("and that is told", word, me | FUTEX_OWNER_DIED);
	word = FUTEX_WAITERS;
	same("waiters without an owner", pi(FUTEX_LOCK_PI2), 0);
	same("are none", word, me);
	word = 30000;
	same("an owner that there is not", pi(FUTEX_LOCK_PI), -ESRCH);
	same("is asked to tell", word, 30000 | FUTEX_WAITERS);
	same("nor to try", pi(FUTEX_TRYLOCK_PI), -ESRCH);
	same("somebody else's", pi(FUTEX_UNLOCK_PI), -EPERM);
	same("a bad time", RAW(SYS_futex, &word, FUTEX_LOCK_PI, 0, &bad, NULL, 0), -EINVAL);
	same("at nowhere", RAW(SYS_futex, 8, FUTEX_LOCK_PI, 0, NULL, NULL, 0), -EFAULT);
	same("given back at nowhere", RAW(SYS_futex, 8, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0),
	     -EFAULT);
	same("not aligned", RAW(SYS_futex, (char *)&word + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0),
	     -EINVAL);
	same("a clock for what has none",
	     RAW(SYS_futex, &word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0),
	     -ENOSYS);
	same("nor has a wait",
	     RAW(SYS_futex, &word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), -ENOSYS);
}

static void not_at_all(void)
{
	same("fewer than none to wake", RAW(SYS_futex, &word, FUTEX_REQUEUE, -1, 1, &other, 0),
	     -EINVAL);
	same("to move", RAW(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, -1, &other, word), -EINVAL);
}

/* Has it until told, or until its end. */
static void *hold(void *arg)
{
	if (pi(FUTEX_LOCK_PI))
		return (void *)1;
	atomic_store(&holder, gettid());
	wait_until(&let_go, 1);
	if (arg)
		return NULL;
	/* Who waits must have been seen, by the kernel too. */
	while (!(word & FUTEX_WAITERS))
		sched_yield();
	return (void *)pi(FUTEX_UNLOCK_PI);
}

static struct timespec soon(clockid_t clock, long ns)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_nsec += ns;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void contended(void)
{
	struct timespec t = soon(CLOCK_REALTIME, 20000000);
	pthread_t thread;
	void *result;

	word = 0;
	pthread_create(&thread, NULL, hold, NULL);
	wait_until(&holder, 1);
	same("tried in vain", pi(FUTEX_TRYLOCK_PI), -EAGAIN);
	same("its owner will have to ask", word, holder | FUTEX_WAITERS);
	same("waited for in vain", RAW(SYS_futex, &word, FUTEX_LOCK_PI | PRIVATE, 0, &t, NULL, 0),
	     -ETIMEDOUT);
	t = soon(CLOCK_MONOTONIC, 20000000);
	same("by the other clock", RAW(SYS_futex, &word, FUTEX_LOCK_PI2 | PRIVATE, 0, &t, NULL, 0),
	     -ETIMEDOUT);
	word = holder;
	let_go = 1;
	same("waited for", pi(FUTEX_LOCK_PI), 0);
	pthread_join(thread, &result);
	same("it was handed over", (long)result, 0);
	same("and is mine", word & FUTEX_TID_MASK, gettid());
	same("in the end it is free", pi(FUTEX_UNLOCK_PI), 0);
	same("and says so", word, 0);
	let_go = holder = 0;
	pthread_create(&thread, NULL, hold, (void *)1);
	wait_until(&holder, 1);
	let_go = 1;
	/* Either it is gone already, or we are its heir. */
	long err = pi(FUTEX_LOCK_PI);
	holds("one that died",
	      err == -ESRCH || (err == 0 &&
				word == ((uint32_t)gettid() | FUTEX_WAITERS | FUTEX_OWNER_DIED)));
	pthread_join(thread, NULL);
}

static _Atomic uint32_t pair[2];

static long do_pair(int op, int which)
{
	return RAW(SYS_futex, &pair[which], op | PRIVATE, 0, NULL, NULL, 0);
}

static void *take_both(void *arg)
{
	long err;

	do_pair(FUTEX_LOCK_PI, 1);
	atomic_store(&holder, 2);
	err = do_pair(FUTEX_LOCK_PI, 0);
	if (!err)
		do_pair(FUTEX_UNLOCK_PI, 0);
	do_pair(FUTEX_UNLOCK_PI, 1);
	return arg ? arg : (void *)err;
}

/* One of the two who wait for each other hears of it, and only one. */
static void circle(void)
{
	pthread_t thread;
	void *result;
	long err;

	do_pair(FUTEX_LOCK_PI, 0);
	atomic_store(&holder, 0);
	pthread_create(&thread, NULL, take_both, NULL);
	wait_until(&holder, 2);
	err = do_pair(FUTEX_LOCK_PI, 1);
	if (!err)
		do_pair(FUTEX_UNLOCK_PI, 1);
	do_pair(FUTEX_UNLOCK_PI, 0);
	pthread_join(thread, &result);
	same("a circle", err + (long)result, -EDEADLK);
}

static void make(pthread_mutex_t *lock, int type, bool robust, bool shared, int protocol)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, type);
	pthread_mutexattr_setprotocol(&a, protocol);
	if (robust)
		pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	if (shared)
		pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(lock, &a);
}

static pthread_mutex_t counted;
static long count;

static void *count_up(void *arg)
{
	stay_on((int)(long)arg);
	for (int i = 0; i < 300 * effort; i++) {
		pthread_mutex_lock(&counted);
		long was = count;
		if (i % 8 == 0)
			sched_yield();
		count = was + 1;
		pthread_mutex_unlock(&counted);
	}
	return NULL;
}

static void excludes(void)
{
	pthread_t threads[4];

	make(&counted, PTHREAD_MUTEX_NORMAL, false, false, PTHREAD_PRIO_INHERIT);
	for (long i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, count_up, (void *)i);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	same("one at a time", count, 1200 * effort);
}

/* Between processes, each of which dies with it. */
static void inherited(void)
{
	struct {
		pthread_mutex_t lock;
		int deaths;
	} *all = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, bad = 0;

	make(&all->lock, PTHREAD_MUTEX_NORMAL, true, true, PTHREAD_PRIO_INHERIT);
	for (int i = 0; i < 8; i++) {
		if (fork())
			continue;
		int err = pthread_mutex_lock(&all->lock);
		if (err == EOWNERDEAD)
			err = pthread_mutex_consistent(&all->lock);
		all->deaths++;
		sched_yield();
		_exit(err);
	}
	for (int i = 0; i < 8; i++)
		if (wait(&status) < 0 || status)
			bad++;
	same("each had its turn", bad, 0);
	same("and died with it", all->deaths, 8);
	same("so it is told", pthread_mutex_lock(&all->lock), EOWNERDEAD);
	same("and not made good", pthread_mutex_unlock(&all->lock), 0);
	same("is lost", pthread_mutex_lock(&all->lock), ENOTRECOVERABLE);
}

/* Another program has no use for it. */
static void left_by_exec(int protocol)
{
	pthread_mutex_t *lock =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int err;

	make(lock, PTHREAD_MUTEX_NORMAL, true, true, protocol);
	child = fork();
	if (child == 0) {
		pthread_mutex_lock(lock);
		execl(SELF, "init", "sleep", NULL);
		_exit(1);
	}
	while (!*(volatile int *)lock)
		sched_yield();
	err = pthread_mutex_lock(lock);
	same("exec gives it back", err, EOWNERDEAD);
	same("while it lives", kill(child, SIGKILL), 0);
	waitpid(child, NULL, 0);
	munmap(lock, 4096);
}

static atomic_long rung;

static void ring(int)
{
	atomic_store(&rung, 1);
	atomic_store(&let_go, 1);
}

/* A handler runs, and the wait goes on, though nothing says that it is to be restarted. */
static void interrupted(void)
{
	struct sigaction a = {.sa_handler = ring};
	struct itimerval in = {.it_value.tv_usec = 20000};
	pthread_t thread;

	word = 0;
	let_go = holder = 0;
	sigaction(SIGALRM, &a, NULL);
	pthread_create(&thread, NULL, hold, NULL);
	wait_until(&holder, 1);
	setitimer(ITIMER_REAL, &in, NULL);
	same("a signal does not end it", pi(FUTEX_LOCK_PI), 0);
	same("but came", rung, 1);
	pthread_join(thread, NULL);
	pi(FUTEX_UNLOCK_PI);
}

static long wake_op(uint32_t op, uint32_t arg, uint32_t cmp, uint32_t against)
{
	return RAW(SYS_futex, &word, FUTEX_WAKE_OP | PRIVATE, 1, 1, &other,
		   FUTEX_OP(op, arg, cmp, against));
}

static void *sleep_at(void *arg)
{
	while (RAW(SYS_futex, arg, FUTEX_WAIT | PRIVATE, 7, NULL, NULL, 0) == -EINTR)
		;
	return NULL;
}

static void operations(void)
{
	pthread_t threads[2];
	long woken = 0, n = 0;

	other = 5;
	same("set", wake_op(FUTEX_OP_SET, 6, FUTEX_OP_CMP_EQ, 5), 0);
	same("it is", other, 6);
	wake_op(FUTEX_OP_ADD, 0xfff, FUTEX_OP_CMP_EQ, 5);
	same("less one", other, 5);
	wake_op(FUTEX_OP_OR, 0x18, FUTEX_OP_CMP_NE, 5);
	same("or", other, 0x1d);
	wake_op(FUTEX_OP_ANDN, 0x11, FUTEX_OP_CMP_LT, 5);
	same("and not", other, 0xc);
	wake_op(FUTEX_OP_XOR | FUTEX_OP_OPARG_SHIFT, 2, FUTEX_OP_CMP_GE, 5);
	same("xor of a bit", other, 8);
	same("another operation", wake_op(5, 0, FUTEX_OP_CMP_EQ, 0), -ENOSYS);
	same("another comparison", wake_op(FUTEX_OP_SET, 9, 6, 0), -ENOSYS);
	same("comes after it was done", other, 9);
	same("at nowhere", RAW(SYS_futex, &word, FUTEX_WAKE_OP, 1, 1, 8, 0), -EFAULT);
	same("not aligned", RAW(SYS_futex, &word, FUTEX_WAKE_OP, 1, 1, (char *)&other + 1, 0),
	     -EINVAL);
	word = other = 7;
	pthread_create(&threads[0], NULL, sleep_at, &word);
	pthread_create(&threads[1], NULL, sleep_at, &other);
	while (woken < 2 && n++ < 1000000) {
		long now = wake_op(FUTEX_OP_OR, 0, FUTEX_OP_CMP_GT, 6);

		if (now < 0)
			break;
		woken += now;
		sched_yield();
	}
	same("both are woken", woken, 2);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

static void run(void)
{
	alarm(200);
	not_at_all();
	alone();
	contended();
	circle();
	excludes();
	inherited();
	left_by_exec(PTHREAD_PRIO_INHERIT);
	left_by_exec(PTHREAD_PRIO_NONE);
	interrupted();
	operations();
}

const struct suite pi_suite = {"pi", run};
