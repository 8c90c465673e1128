/* Sets of files that watch sets, and EPOLLEXCLUSIVE. */
#include "guest.h"
#include "threads.h"

#include <sys/epoll.h>

#define SETS 8

static int sets[SETS];

static long put_in(int set, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.fd = fd};

	return RAW(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, &e);
}

static long change(int set, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.fd = fd};

	return RAW(SYS_epoll_ctl, set, EPOLL_CTL_MOD, fd, &e);
}

static long ready(int set)
{
	struct epoll_event e;

	return epoll_wait(set, &e, 1, 0) == 1 ? e.data.fd : -1;
}

static void make_sets(void)
{
	for (int i = 0; i < SETS; i++)
		sets[i] = epoll_create1(0);
}

static void close_sets(void)
{
	for (int i = 0; i < SETS; i++)
		close(sets[i]);
}

static void deep(void)
{
	struct pollfd p;
	int ends[2];
	char c;

	make_sets();
	pipe(ends);
	same("a file", put_in(sets[0], ends[0], EPOLLIN), 0);
	for (int i = 1; i < 5; i++)
		same("a set over it", put_in(sets[i], sets[i - 1], EPOLLIN), 0);
	same("nothing yet", ready(sets[4]), -1);
	write(ends[1], "x", 1);
	same("is told to the top", ready(sets[4]), sets[3]);
	same("as often as asked", ready(sets[4]), sets[3]);
	same("and in between", ready(sets[2]), sets[1]);
	p = (struct pollfd){sets[4], POLLIN, 0};
	same("to poll() too", poll(&p, 1, 0), 1);
	read(ends[0], &c, 1);
	same("until it is over", ready(sets[4]), -1);
	write(ends[1], "x", 1);
	same("and again", ready(sets[4]), sets[3]);
	same("too deep", put_in(sets[5], sets[4], EPOLLIN), -ELOOP);
	same("itself", put_in(sets[4], sets[4], EPOLLIN), -EINVAL);
	same("a circle", put_in(sets[0], sets[4], EPOLLIN), -ELOOP);
	same("a small one", put_in(sets[3], sets[4], EPOLLIN), -ELOOP);
	same("another way up", put_in(sets[4], sets[1], EPOLLIN), 0);
	close(sets[2]);
	same("with a piece out", ready(sets[4]), sets[1]);
	close(ends[0]), close(ends[1]);
	close_sets();
}

/* Sets without a file go deeper. */
static void empty(void)
{
	int n = 1;
	int ends[2];

	make_sets();
	pipe(ends);
	while (n < 5 && put_in(sets[n], sets[n - 1], EPOLLIN) == 0)
		n++;
	same("sets of sets", n, 5);
	same("come over a file", put_in(sets[0], ends[0], EPOLLIN), 0);
	same("not one more", put_in(sets[5], sets[4], EPOLLIN), -ELOOP);
	close(ends[0]), close(ends[1]);
	close_sets();
}

/* Too many ways from a file to the sets above. */
static void wide(void)
{
	int ends[2], middle[8], top[80], done = 0;
	long err = 0;

	pipe(ends);
	for (int i = 0; i < 8; i++) {
		middle[i] = epoll_create1(0);
		put_in(middle[i], ends[0], EPOLLIN);
	}
	for (int i = 0; i < 80; i++)
		top[i] = epoll_create1(0);
	for (int i = 0; i < 80 && !err; i++)
		for (int k = 0; k < 8 && !err; k++) {
			err = put_in(top[i], middle[k], EPOLLIN);
			done += !err;
		}
	same("only so many ways up", err, -EINVAL);
	same("are there", done, 500);
	for (int i = 0; i < 80; i++)
		close(top[i]);
	for (int i = 0; i < 8; i++)
		close(middle[i]);
	close(ends[0]), close(ends[1]);
}

static atomic_long told, waiting;

static void *wait_for_one(void *arg)
{
	struct epoll_event e;

	atomic_fetch_add(&waiting, 1);
	if (epoll_wait((int)(long)arg, &e, 1, 3000) == 1)
		atomic_fetch_add(&told, 1);
	return NULL;
}

static void exclusive(void)
{
	pthread_t threads[3];
	int ends[2];
	char c;

	make_sets();
	pipe(ends);
	same("with a set", put_in(sets[0], sets[1], EPOLLIN | EPOLLEXCLUSIVE), -EINVAL);
	same("with once", put_in(sets[0], ends[0], EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT), -EINVAL);
	same("with priority", put_in(sets[0], ends[0], EPOLLPRI | EPOLLEXCLUSIVE), -EINVAL);
	same("with edges", put_in(sets[0], ends[0],
				  EPOLLIN | EPOLLEXCLUSIVE | EPOLLET | EPOLLWAKEUP), 0);
	same("is not changed", change(sets[0], ends[0], EPOLLIN), -EINVAL);
	same("nor changed to", (put_in(sets[1], ends[0], EPOLLIN),
				change(sets[1], ends[0], EPOLLIN | EPOLLEXCLUSIVE)), -EINVAL);
	close_sets();
	make_sets();
	for (long i = 0; i < 3; i++) {
		put_in(sets[i], ends[0], EPOLLIN | EPOLLEXCLUSIVE);
		pthread_create(&threads[i], NULL, wait_for_one, (void *)(long)sets[i]);
	}
	wait_until(&waiting, 3);
	usleep(50000);
	write(ends[1], "x", 1);
	wait_until(&told, 1);
	usleep(50000);
	same("one is woken", told, 1);
	write(ends[1], "y", 1);
	write(ends[1], "z", 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	same("then the others", told, 3);
	read(ends[0], &c, 1);
	close(ends[0]), close(ends[1]);
	close_sets();
}

static void run(void)
{
	alarm(100);
	deep();
	empty();
	wide();
	exclusive();
}

const struct suite nested_suite = {"nested", run};
