/* Who gets it when threads come and go: a signal, the lock of one that died, a lock on a file. */
#include "guest.h"
#include "threads.h"

static atomic_long caught, round_now, blocked_now, stop;

static void catch (int)
{
	atomic_fetch_add(&caught, 1);
}

static void set_blocked(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(how, &set, NULL);
}

/* Until it is so, and then a little longer: now this long, now that. */
static void wait_and_dally(atomic_long *word, long least)
{
	wait_until(word, least);
	for (volatile long k = least * 37 % 400; k > 0; k--)
		;
}

/* Blocks it just when it comes, until somebody else has had it. */
static void *dodge(void *arg)
{
	stay_on(1);
	for (long i = 1; i <= (long)arg; i++) {
		set_blocked(SIG_UNBLOCK);
		atomic_store(&blocked_now, -i);
		wait_and_dally(&round_now, i);
		set_blocked(SIG_BLOCK);
		wait_until(&caught, i);
	}
	return NULL;
}

static void *leave(void *arg)
{
	stay_on(1);
	set_blocked(SIG_UNBLOCK);
	atomic_store(&blocked_now, -(long)arg);
	wait_and_dally(&round_now, (long)arg);
	return NULL;
}

static void *take(void *arg)
{
	stay_on(2);
	set_blocked(SIG_UNBLOCK);
	while (!atomic_load(&stop))
		pause();
	return arg;
}

static void send_round(long i)
{
	while (atomic_load(&blocked_now) != -i)
		sched_yield();
	atomic_store(&round_now, i);
	kill(getpid(), SIGUSR1);
	wait_until(&caught, i);
}

static void send_all(void *(*fn)(void *arg), long count, bool each)
{
	pthread_t first, second;

	alarm(200);
	signal(SIGUSR1, catch);
	set_blocked(SIG_BLOCK);
	if (!each)
		pthread_create(&first, NULL, fn, (void *)count);
	pthread_create(&second, NULL, take, NULL);
	stay_on(0);
	for (long i = 1; i <= count; i++) {
		if (each)
			pthread_create(&first, NULL, fn, (void *)i);
		send_round(i);
		if (each)
			pthread_join(first, NULL);
	}
	atomic_store(&stop, 1);
	/* It may be on its way into the pause. */
	for (int i = 0; i < 1000 && pthread_kill(second, 0) == 0; i++) {
		pthread_kill(second, SIGUSR1);
		sched_yield();
	}
}

static void dodged(void)
{
	send_all(dodge, 50 * effort, false);
}

static void left(void)
{
	send_all(leave, 20 * effort, true);
}

static pthread_mutex_t robust;
static long deaths;

/* Ends with the lock held; whoever waits for it is next. */
static void *die_with_it(void *arg)
{
	int err;

	stay_on((int)(long)arg);
	err = pthread_mutex_lock(&robust);
	if (err == EOWNERDEAD)
		err = pthread_mutex_consistent(&robust);
	if (err)
		_exit(7);
	deaths++;
	return NULL;
}

static void heirs(void)
{
	pthread_mutexattr_t attributes;
	pthread_t threads[4];

	alarm(200);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attributes);
	for (int round = 0; round < 15 * effort; round++) {
		for (long i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, die_with_it, (void *)i);
		for (int i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
	}
	child_needs(deaths == 60 * effort);
}

static atomic_long locking, closing;
static int locked_fd;

static void *lock_it(void *arg)
{
	struct flock l = {.l_type = F_WRLCK, .l_len = 1};

	stay_on(1);
	for (long i = 1; i <= (long)arg; i++) {
		wait_and_dally(&closing, i);
		fcntl(locked_fd, F_SETLK, &l);
		atomic_store(&locking, i);
	}
	return NULL;
}

/* A lock goes with any descriptor that is closed, and does not come after it. */
static void lock_closed(void)
{
	struct flock l;
	pthread_t thread;
	int base, judge;

	alarm(200);
	put_file("/tmp/claimed", "x");
	base = open("/tmp/claimed", O_RDWR);
	judge = open("/tmp/claimed", O_RDWR);
	child_needs(base >= 0 && judge >= 0);
	stay_on(0);
	locked_fd = dup(base);
	pthread_create(&thread, NULL, lock_it, (void *)(long)(50 * effort));
	for (long i = 1; i <= 50 * effort; i++) {
		atomic_store(&closing, i);
		for (volatile long k = i * 53 % 400; k > 0; k--)
			;
		close(locked_fd);
		wait_until(&locking, i);
		l = (struct flock){.l_type = F_WRLCK, .l_len = 1};
		child_needs(fcntl(judge, F_OFD_GETLK, &l) == 0 && l.l_type == F_UNLCK);
		child_needs(dup(base) == locked_fd);
	}
	pthread_join(thread, NULL);
}

static void run(void)
{
	same("a signal that one thread blocks goes to another", status_of(dodged), 0);
	same("a signal that one thread leaves goes to another", status_of(left), 0);
	same("a lock is inherited", status_of(heirs), 0);
	same("a lock does not stay behind", status_of(lock_closed), 0);
}

const struct suite claims_suite = {"claims", run};
