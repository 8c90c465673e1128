/* Threads on several CPUs that use, wake and close the same things at the same time. */
#include "guest.h"
#include "threads.h"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#define OTHERS 3

static pthread_t others[OTHERS];
static atomic_long ready, stop;

static void start(void *(*fn)(void *arg))
{
	alarm(200);
	atomic_store(&ready, 0);
	atomic_store(&stop, 0);
	for (long i = 0; i < OTHERS; i++)
		pthread_create(&others[i], NULL, fn, (void *)(i + 1));
	stay_on(0);
	wait_until(&ready, OTHERS);
}

static void begin(void *arg)
{
	stay_on((int)(long)arg);
	atomic_fetch_add(&ready, 1);
}

static void join_all(void)
{
	for (int i = 0; i < OTHERS; i++)
		pthread_join(others[i], NULL);
}

static long futex(atomic_int *word, int op, unsigned int n, const void *or_more, atomic_int *to)
{
	return RAW(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, n, or_more, to, 0);
}

static atomic_int one, other;
static atomic_long woken, waits;

static void nothing(int)
{
}

/* Woken, moved, out of time and interrupted, often at once. */
static void *wait_for_one(void *arg)
{
	const struct timespec soon = {.tv_nsec = 100000};

	begin(arg);
	while (!atomic_load(&stop)) {
		long n = futex(&one, FUTEX_WAIT, 0, &soon, NULL);

		atomic_fetch_add(&waits, 1);
		if (n == 0)
			atomic_fetch_add(&woken, 1);
		else if (n != -ETIMEDOUT && n != -EINTR)
			_exit(9);
	}
	return NULL;
}

static void count_wakes(void)
{
	long said = 0;

	signal(SIGUSR1, nothing);
	start(wait_for_one);
	for (int i = 0; i < 600 * effort || atomic_load(&waits) < 100; i++) {
		said += futex(&one, FUTEX_WAKE, 1, NULL, NULL);
		futex(&one, FUTEX_REQUEUE, 0, (void *)2, &other);
		if (i % 7 == 0)
			pthread_kill(others[i % OTHERS], SIGUSR1);
		said += futex(&other, FUTEX_WAKE, 1 + i % 2, NULL, NULL);
		if (i % 5 == 0)
			sched_yield();
	}
	atomic_store(&stop, 1);
	join_all();
	child_needs(said == atomic_load(&woken));
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long turn;

static void *take_turns(void *arg)
{
	begin(arg);
	for (int i = 0; i < 60 * effort; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % OTHERS != (long)arg - 1)
			pthread_cond_wait(&changed, &mutex);
		turn++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void turns(void)
{
	start(take_turns);
	join_all();
	child_needs(turn == OTHERS * 60 * effort);
}

static int ends[2];
static atomic_long put, got;

/* All that goes in comes out, once: whoever reads, and whether it sleeps, polls or asks. */
static void *read_all(void *arg)
{
	struct pollfd p = {.fd = ends[0], .events = POLLIN};
	unsigned char bytes[700];
	ssize_t n;

	begin(arg);
	for (int i = 0;; i++) {
		if (i % 3 == 1)
			poll(&p, 1, -1);
		n = read(ends[0], bytes, 1 + (size_t)(i * 37) % sizeof(bytes));
		if (n <= 0)
			return NULL;
		for (ssize_t k = 0; k < n; k++)
			atomic_fetch_add(&got, bytes[k]);
	}
}

static void *write_some(void *)
{
	unsigned char bytes[700];
	int fd = dup(ends[1]);

	for (int i = 0; i < 150 * effort; i++) {
		size_t n = 1 + (size_t)(i * 53) % sizeof(bytes);

		for (size_t k = 0; k < n; k++) {
			bytes[k] = (unsigned char)(i + (int)k);
			atomic_fetch_add(&put, bytes[k]);
		}
		/* Never in parts: it is shorter than PIPE_BUF, and a stream's room is no less. */
		for (size_t done = 0; done < n;) {
			ssize_t m = write(fd, bytes + done, n - done);

			if (m <= 0)
				_exit(8);
			done += (size_t)m;
		}
	}
	close(fd);
	return NULL;
}

static void all_arrives(void)
{
	pthread_t writer;

	start(read_all);
	pthread_create(&writer, NULL, write_some, NULL);
	write_some(NULL);
	pthread_join(writer, NULL);
	close(ends[1]);
	join_all();
	child_needs(atomic_load(&put) == atomic_load(&got));
}

static void pipe_arrives(void)
{
	child_needs(pipe(ends) == 0);
	all_arrives();
}

static void stream_arrives(void)
{
	child_needs(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	all_arrives();
}

#define END (1ull << 40)

static int there[2], back[2];

static void *answer(void *arg)
{
	uint64_t v;

	if ((long)arg != 1) {
		begin(arg);
		return NULL;
	}
	begin(arg);
	while (read(there[0], &v, sizeof(v)) == sizeof(v) && v)
		if (write(back[1], &v, sizeof(v)) != sizeof(v))
			_exit(6);
	return NULL;
}

/* One is asleep, about to sleep, or not yet about to, when the other one writes. */
static void ask(void)
{
	uint64_t v = 1;

	start(answer);
	for (int i = 0; i < 400 * effort; i++) {
		child_needs(write(there[1], &v, sizeof(v)) == sizeof(v));
		for (volatile int k = i * 7 % 300; k > 0; k--)
			;
		child_needs(read(back[0], &v, sizeof(v)) == sizeof(v) && v == 1);
	}
}

static void pipe_answers(void)
{
	child_needs(pipe(there) == 0 && pipe(back) == 0);
	ask();
}

static void stream_answers(void)
{
	child_needs(socketpair(AF_UNIX, SOCK_STREAM, 0, there) == 0);
	back[1] = there[0];
	back[0] = there[1];
	ask();
}

static void counter_answers(void)
{
	there[0] = there[1] = eventfd(0, 0);
	back[0] = back[1] = eventfd(0, 0);
	child_needs(there[0] >= 0 && back[0] >= 0);
	ask();
}

static int counter;

static void *take_counts(void *arg)
{
	uint64_t v;

	begin(arg);
	/* Each END ends one. */
	do {
		if (read(counter, &v, sizeof(v)) != sizeof(v))
			_exit(7);
		atomic_fetch_add(&got, (long)(v % END));
	} while (v < END);
	return NULL;
}

static void counts(void)
{
	uint64_t v = 1, end = END;
	struct pollfd p;

	counter = eventfd(0, 0);
	p = (struct pollfd){.fd = counter, .events = POLLIN};
	start(take_counts);
	for (int i = 0; i < 400 * effort; i++)
		child_needs(write(counter, &v, sizeof(v)) == sizeof(v));
	for (int i = 0; i < OTHERS; i++) {
		while (poll(&p, 1, 0) == 1)
			sched_yield();
		child_needs(write(counter, &end, sizeof(end)) == sizeof(end));
	}
	join_all();
	child_needs(atomic_load(&got) == 400 * effort);
}

#define PLACE 60

/* Whatever they find there, or don't: it is whole while they use it. */
static void *use_both(void *arg)
{
	struct pollfd p[2] = {{.fd = PLACE, .events = POLLIN},
			      {.fd = PLACE + 1, .events = POLLOUT}};
	char bytes[64] = "";

	begin(arg);
	while (!atomic_load(&stop)) {
		int fd;

		write(PLACE + 1, bytes, sizeof(bytes));
		poll(p, 2, 0);
		read(PLACE, bytes, sizeof(bytes));
		fd = dup(PLACE);
		if (fd >= 0) {
			read(fd, bytes, 8);
			close(fd);
		}
		if ((long)arg == 2)
			close(PLACE);
	}
	return NULL;
}

static void close_used(int kind)
{
	int pair[2];

	signal(SIGPIPE, SIG_IGN);
	start(use_both);
	for (int i = 0; i < 40 * effort; i++) {
		if (kind == 0)
			child_needs(pipe2(pair, O_NONBLOCK) == 0);
		else if (kind == 1)
			child_needs(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
		else
			child_needs((pair[0] = eventfd(1, EFD_NONBLOCK)) >= 0 &&
				    (pair[1] = dup(pair[0])) >= 0);
		dup2(pair[0], PLACE);
		dup2(pair[1], PLACE + 1);
		close(pair[i & 1]);
		if (i % 3 == 0)
			sched_yield();
		close(pair[!(i & 1)]);
		close(PLACE + (i >> 1 & 1));
		close(PLACE + !(i >> 1 & 1));
	}
	atomic_store(&stop, 1);
	join_all();
}

static void close_pipes(void)
{
	close_used(0);
}

static void close_streams(void)
{
	close_used(1);
}

static void close_counters(void)
{
	close_used(2);
}

static void run(void)
{
	same("each wake wakes one", status_of(count_wakes), 0);
	same("threads take turns", status_of(turns), 0);
	same("a pipe's sleeper is woken", status_of(pipe_answers), 0);
	same("a stream's sleeper is woken", status_of(stream_answers), 0);
	same("a counter's sleeper is woken", status_of(counter_answers), 0);
	same("what goes into a pipe comes out", status_of(pipe_arrives), 0);
	same("what goes into a stream comes out", status_of(stream_arrives), 0);
	same("what is counted is taken", status_of(counts), 0);
	same("pipes are closed in use", status_of(close_pipes), 0);
	same("streams are closed in use", status_of(close_streams), 0);
	same("counters are closed in use", status_of(close_counters), 0);
}

const struct suite races_suite = {"races", run};
