/* epoll sets that several CPUs wait on, fill and change at a time. */
#include "guest.h"
#include "threads.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#define WAITERS 3
#define FILES	6
#define ROUNDS	400

static int set, outer, in[FILES], out[FILES];
static atomic_long got[FILES], wrong, finished, alone;

/* A pipe, a socket and an eventfd, each edge-triggered, level-triggered or one-shot. */
static void open_file(int i)
{
	static const unsigned int kinds[] = {EPOLLET, 0, EPOLLONESHOT};
	struct epoll_event e = {.events = EPOLLIN | kinds[(i + i / 3) % 3], .data.fd = i};
	int ends[2];

	if (i % 3 == 2)
		ends[0] = ends[1] = eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE);
	else if (i % 3 == 1)
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
	else
		pipe2(ends, O_NONBLOCK);
	in[i] = ends[0];
	out[i] = ends[1];
	epoll_ctl(set, EPOLL_CTL_ADD, in[i], &e);
}

static long take_all(int i)
{
	char bytes[8];
	long n = 0;

	while (read(in[i], bytes, i % 3 == 2 ? 8 : 1) > 0)
		n++;
	return n;
}

static void *waits(void *arg)
{
	struct epoll_event e[2];

	stay_on((int)(long)arg + 1);
	while (!atomic_load(&finished)) {
		int n = epoll_wait(set, e, 2, 20);

		for (int k = 0; k < n; k++) {
			int i = e[k].data.fd;
			struct epoll_event again = {EPOLLIN | EPOLLONESHOT, {.fd = i}};

			if (i == FILES)
				continue;
			if (!(e[k].events & EPOLLIN))
				atomic_fetch_add(&wrong, 1);
			atomic_fetch_add(&got[i], take_all(i));
			if ((i + i / 3) % 3 == 2)
				epoll_ctl(set, EPOLL_CTL_MOD, in[i], &again);
		}
		atomic_fetch_add(&wrong, n < 0 && errno != EINTR);
	}
	return NULL;
}

/* What is watched comes and goes, ready or not; a set above it is looked at. */
static void *changes(void *)
{
	struct epoll_event e = {.events = EPOLLOUT | EPOLLET, .data.fd = FILES}, seen;

	stay_on(0);
	while (!atomic_load(&finished)) {
		int event = eventfd(1, 0), copy = dup(event);

		epoll_ctl(set, EPOLL_CTL_ADD, copy, &e);
		epoll_ctl(set, EPOLL_CTL_DEL, copy, NULL);
		epoll_ctl(outer, EPOLL_CTL_ADD, event, &e);
		close(event), close(copy);
		atomic_fetch_add(&alone, epoll_wait(outer, &seen, 1, 0) < 0);
	}
	return NULL;
}

static void fill(void)
{
	uint64_t one = 1;

	for (int round = 0; round < ROUNDS * effort; round++)
		for (int i = 0; i < FILES; i++)
			while (write(out[i], &one, i % 3 == 2 ? 8 : 1) < 0)
				sched_yield();
}

static void run(void)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = -1};
	pthread_t threads[WAITERS + 1];
	long all = ROUNDS * effort;
	int missing = 0;

	set = epoll_create1(0);
	outer = epoll_create1(0);
	epoll_ctl(outer, EPOLL_CTL_ADD, set, &e);
	for (int i = 0; i < FILES; i++)
		open_file(i);
	for (long i = 0; i < WAITERS; i++)
		pthread_create(&threads[i], NULL, waits, (void *)i);
	pthread_create(&threads[WAITERS], NULL, changes, NULL);
	fill();
	for (int tries = 0; tries < 500; tries++) {
		missing = 0;
		for (int i = 0; i < FILES; i++)
			missing += atomic_load(&got[i]) != all;
		if (!missing)
			break;
		usleep(20000);
	}
	atomic_store(&finished, 1);
	for (int i = 0; i <= WAITERS; i++)
		pthread_join(threads[i], NULL);
	same("all that was written was told of", missing, 0);
	same("nothing else was", atomic_load(&wrong) + atomic_load(&alone), 0);
	for (int i = 0; i < FILES; i++) {
		close(in[i]);
		if (out[i] != in[i])
			close(out[i]);
	}
	close(set), close(outer);
}

const struct suite sets_suite = {"sets", run};
