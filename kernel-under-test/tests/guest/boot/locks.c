/*
 * How many locks a call takes while four threads on four CPUs make it at the same time, each on
 * things of its own, and how many a change of memory or of what is open takes in four processes:
 * process 1 of a machine that runs Bantam. One line a call:
 *
 *     locks <call>: <class> <most on one CPU> [<class> <most on one CPU>...] of <calls>
 *
 * with the classes that /proc/bantam_locks has.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CPUS	4
#define CALLS	5000
#define CLASSES 16
#define PAGE	4096
#define ANON	MAP_ANONYMOUS

/* By class, in the order of the file's columns. */
struct counts {
	unsigned long of[CLASSES][CPUS];
};

static char names[CLASSES][16];
static int classes;

/* A thread's own. */
struct own {
	int cpu, file, null, zero, pipe[2], event, pair[2];
	/* Of the one with the even number: what it exchanges with its neighbour. */
	int there[2], back[2], told, answered, ends[2];
	uint32_t word;
	pid_t tid;
	int growing;
	/* A set with an event, and one with what its neighbour of the pair sends. */
	int set, watched, paired, sent[2];
	long grown;
	char path[32], link[32], buffer[512];
	/* A page each: anonymous, of the file, anonymous and shared. */
	volatile char *page, *mapped, *shared;
};

/* In memory that processes share. */
static pthread_barrier_t *barrier;
static struct own owns[CPUS];
static struct counts before, after;

_Noreturn static void fail(const char *what)
{
	printf("not ok locks: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* In one read: the next one would be of other counts, and of another length. */
static void read_counts(struct counts *c)
{
	int fd = open("/proc/bantam_locks", O_RDONLY);
	static char text[8192];
	char *line, *word, *lines, *rest;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		fail("the counts");
	close(fd);
	text[n] = 0;
	line = strtok_r(text, "\n", &lines);
	/* The first word says "cpu". */
	strtok_r(line, " ", &rest);
	for (classes = 0; classes < CLASSES && (word = strtok_r(NULL, " ", &rest)); classes++)
		snprintf(names[classes], sizeof(names[0]), "%s", word);
	while ((line = strtok_r(NULL, "\n", &lines))) {
		unsigned long cpu = strtoul(line, &rest, 10);

		for (int i = 0; i < classes && cpu < CPUS; i++)
			c->of[i][cpu] = strtoul(rest, &rest, 10);
	}
}

static void call_getppid(struct own *)
{
	syscall(SYS_getppid);
}

static void call_clock(struct own *o)
{
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, o->buffer);
}

static void call_yield(struct own *)
{
	sched_yield();
}

static void call_write_null(struct own *o)
{
	write(o->null, o->buffer, sizeof(o->buffer));
}

static void call_read_zero(struct own *o)
{
	read(o->zero, o->buffer, sizeof(o->buffer));
}

static void call_pread(struct own *o)
{
	pread(o->file, o->buffer, sizeof(o->buffer), 0);
}

static void call_pwrite(struct own *o)
{
	pwrite(o->file, o->buffer, sizeof(o->buffer), 1024);
}

static void call_vectors(struct own *o)
{
	struct iovec pieces[] = {{o->buffer, 100}, {o->buffer + 200, 200}};

	preadv(o->file, pieces, 2, 0);
	pwritev(o->file, pieces, 2, 0);
}

static void call_seek_read(struct own *o)
{
	lseek(o->file, 0, SEEK_SET);
	read(o->file, o->buffer, sizeof(o->buffer));
}

static void call_fstat(struct own *o)
{
	syscall(SYS_fstat, o->file, o->buffer);
}

/* A page that is there only until it was forgotten again: a fault and a madvise(). */
static void touch(volatile char *page)
{
	*page = 1;
	madvise((void *)page, PAGE, MADV_DONTNEED);
}

static void call_fault(struct own *o)
{
	touch(o->page);
}

/* The page of zeros comes first, then its copy: two faults. */
static void call_copy(struct own *o)
{
	(void)*o->page;
	touch(o->page);
}

static void call_file_fault(struct own *o)
{
	touch(o->mapped);
}

static void call_shared_fault(struct own *o)
{
	touch(o->shared);
}

static void call_mmap_munmap(struct own *)
{
	char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_PRIVATE, -1, 0);

	at[PAGE] = 1;
	if (munmap(at, 4 * PAGE) < 0)
		fail("munmap");
}

static void call_mprotect(struct own *o)
{
	mprotect((void *)o->page, PAGE, PROT_READ);
	mprotect((void *)o->page, PAGE, PROT_READ | PROT_WRITE);
}

static void call_brk(struct own *)
{
	char *at = sbrk(PAGE);

	*at = 1;
	sbrk(-PAGE);
}

static void call_pipe(struct own *o)
{
	write(o->pipe[1], o->buffer, 100);
	read(o->pipe[0], o->buffer, sizeof(o->buffer));
}

static void call_eventfd(struct own *o)
{
	uint64_t v = 1;

	write(o->event, &v, sizeof(v));
	read(o->event, &v, sizeof(v));
}

static void call_unix(struct own *o)
{
	write(o->pair[0], o->buffer, 100);
	read(o->pair[1], o->buffer, sizeof(o->buffer));
}

static void call_send(struct own *o)
{
	send(o->pair[0], o->buffer, 100, MSG_NOSIGNAL);
	recv(o->pair[1], o->buffer, sizeof(o->buffer), MSG_DONTWAIT);
}

static void call_message(struct own *o)
{
	struct iovec piece = {o->buffer, 100};
	struct msghdr m = {.msg_iov = &piece, .msg_iovlen = 1};

	sendmsg(o->pair[0], &m, 0);
	recvmsg(o->pair[1], &m, 0);
}

/* What is new takes no lock; the last close of each does. */
static void call_make(struct own *)
{
	int ends[2];

	if (pipe(ends) < 0)
		fail("pipe");
	close(ends[0]), close(ends[1]);
	close(eventfd(0, 0));
	close(epoll_create1(0));
}

static void call_poll(struct own *o)
{
	struct pollfd fds[] = {{o->pipe[1], POLLOUT, 0}, {o->event, POLLOUT, 0}};

	poll(fds, 2, -1);
}

static void call_poll_many(struct own *o)
{
	struct pollfd fds[40];

	for (int i = 0; i < 40; i++)
		fds[i] = (struct pollfd){i % 2 ? o->pair[i % 4 / 2] : o->event, POLLOUT, 0};
	poll(fds, 40, -1);
}

static void call_select(struct own *o)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(o->pipe[1], &set);
	FD_SET(o->file, &set);
	select(o->pair[1] + 1, NULL, &set, NULL, NULL);
}

static void call_futex_wake(struct own *o)
{
	syscall(SYS_futex, &o->word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

static void call_futex_wait(struct own *o)
{
	syscall(SYS_futex, &o->word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, o->word + 1, NULL);
}

static void call_dup_close(struct own *o)
{
	close(dup(o->file));
}

static void call_sigprocmask(struct own *)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void call_raise(struct own *o)
{
	syscall(SYS_tgkill, getpid(), o->tid, SIGUSR2);
}

static void call_rusage(struct own *)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
}

/*
 * Each CPU and its neighbour wake each other, over things that no other pair has: the even one
 * begins, and each then waits for the other.
 */
static struct own *pair_of(const struct own *o)
{
	return &owns[o->cpu & ~1];
}

static void exchange(const struct own *o, int out, int in, size_t len)
{
	char bytes[8] = {1};

	for (int turn = 0; turn < 2; turn++) {
		bool send = (turn == 0) == (o->cpu % 2 == 0);

		if ((send ? write(out, bytes, len) : read(in, bytes, len)) != (ssize_t)len)
			fail("a pair");
	}
}

static void call_pipe_pair(struct own *o)
{
	const struct own *p = pair_of(o);

	if (o->cpu % 2 == 0)
		exchange(o, p->there[1], p->back[0], 1);
	else
		exchange(o, p->back[1], p->there[0], 1);
}

static void call_eventfd_pair(struct own *o)
{
	const struct own *p = pair_of(o);

	if (o->cpu % 2 == 0)
		exchange(o, p->told, p->answered, 8);
	else
		exchange(o, p->answered, p->told, 8);
}

static void call_unix_pair(struct own *o)
{
	int end = pair_of(o)->ends[o->cpu % 2];

	exchange(o, end, end, 1);
}

static void call_poll_pair(struct own *o)
{
	const struct own *p = pair_of(o);
	bool first = o->cpu % 2 == 0;
	struct pollfd in = {first ? p->back[0] : p->there[0], POLLIN, 0};
	int out = first ? p->there[1] : p->back[1];
	char byte = 1;

	if (first && write(out, &byte, 1) != 1)
		fail("a pair that polls");
	if (poll(&in, 1, -1) != 1 || read(in.fd, &byte, 1) != 1)
		fail("a pair that polls");
	if (!first && write(out, &byte, 1) != 1)
		fail("a pair that polls");
}

/* One that is ready again and again, and one that is told of. */
static void call_epoll(struct own *o)
{
	uint64_t v = 1;
	struct epoll_event e[2];

	write(o->watched, &v, sizeof(v));
	if (epoll_wait(o->set, e, 2, -1) != 1 || read(o->watched, &v, sizeof(v)) != sizeof(v))
		fail("a set");
	if (epoll_wait(o->set, e, 2, 0) != 0)
		fail("an empty set");
}

static void call_epoll_pair(struct own *o)
{
	bool first = o->cpu % 2 == 0;
	int in = owns[o->cpu ^ 1].sent[0], out = o->sent[1];
	struct epoll_event e;
	char byte = 1;

	if (first && write(out, &byte, 1) != 1)
		fail("a pair with sets");
	if (epoll_wait(o->paired, &e, 1, -1) != 1 || read(in, &byte, 1) != 1)
		fail("a pair with sets");
	if (!first && write(out, &byte, 1) != 1)
		fail("a pair with sets");
}

static void futex_while(uint32_t *word, uint32_t is)
{
	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == is)
		syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, is, NULL);
}

static void call_futex_pair(struct own *o)
{
	uint32_t *word = &pair_of(o)->word, first = o->cpu % 2 == 0;

	if (!first)
		futex_while(word, 0);
	__atomic_store_n(word, first, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	if (first)
		futex_while(word, 1);
}

static void call_open_close(struct own *o)
{
	close(open(o->path, O_RDWR));
}

static void call_stat(struct own *o)
{
	syscall(SYS_stat, o->path, o->buffer);
}

static void call_access(struct own *o)
{
	access(o->path, R_OK);
}

static void call_readlink(struct own *o)
{
	readlink(o->link, o->buffer, sizeof(o->buffer));
}

/* Names that are not there, a link, and a way up and down. */
static void call_paths(struct own *o)
{
	char path[64];

	if (open("/proc.not/there", O_RDONLY) != -1 || access("/not.there", F_OK) != -1 ||
	    readlink("not.there/at/all", path, sizeof(path)) != -1)
		fail("what is not there");
	if (syscall(SYS_stat, o->link, o->buffer) < 0)
		fail("a link");
	snprintf(path, sizeof(path), "/tmp/../tmp/./..%s", o->path);
	if (syscall(SYS_stat, path, o->buffer) < 0)
		fail("a way");
}

/* What a thread may ask of itself. */
static void call_asks(struct own *o)
{
	syscall(SYS_getpgrp);
	getsid(0);
	prlimit(0, RLIMIT_NOFILE, NULL, (struct rlimit *)o->buffer);
	getpriority(PRIO_PROCESS, 0);
	sched_getscheduler(0);
	sched_getaffinity(0, 8, (cpu_set_t *)o->buffer);
	getresuid((uid_t *)o->buffer, (uid_t *)o->buffer + 1, (uid_t *)o->buffer + 2);
	fcntl(o->file, F_GETFL);
	fcntl(o->file, F_GETFD);
}

static void call_statx(struct own *o)
{
	statx(AT_FDCWD, o->path, 0, STATX_BASIC_STATS, (struct statx *)o->buffer);
	statx(o->file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, (struct statx *)o->buffer);
}

/* A file that grows, and one that is made though it is there. */
static void call_append(struct own *o)
{
	write(o->growing, o->buffer, 100);
	pwrite(o->file, o->buffer, 10, 4096 + o->grown++ % 100000 * 10);
}

static void call_create_again(struct own *o)
{
	close(open(o->path, O_RDWR | O_CREAT, 0644));
}

static void call_file_lock(struct own *o)
{
	struct flock l = {.l_type = F_WRLCK, .l_len = 10};

	if (fcntl(o->growing, F_SETLK, &l) < 0)
		fail("fcntl");
	l.l_type = F_UNLCK;
	fcntl(o->growing, F_SETLK, &l);
}

/* One that does take the kernel lock: it shows that the count counts. */
static void call_umask(struct own *)
{
	umask(022);
}

static const struct {
	const char *name;
	void (*call)(struct own *o);
} calls[] =
	{
		{"getppid", call_getppid},
		{"clock_gettime", call_clock},
		{"sched_yield", call_yield},
		{"write_null", call_write_null},
		{"read_zero", call_read_zero},
		{"pread", call_pread},
		{"pwrite", call_pwrite},
		{"vectors", call_vectors},
		{"seek_read", call_seek_read},
		{"fstat", call_fstat},
		{"pipe", call_pipe},
		{"eventfd", call_eventfd},
		{"unix", call_unix},
		{"send", call_send},
		{"message", call_message},
		{"poll", call_poll},
		{"poll_many", call_poll_many},
		{"select", call_select},
		{"futex_wake", call_futex_wake},
		{"dup_close", call_dup_close},
		{"futex_wait", call_futex_wait},
		{"rusage", call_rusage},
		{"sigprocmask", call_sigprocmask},
		{"raise", call_raise},
		{"pipe_pair", call_pipe_pair},
		{"eventfd_pair", call_eventfd_pair},
		{"unix_pair", call_unix_pair},
		{"poll_pair", call_poll_pair},
		{"epoll", call_epoll},
		{"epoll_pair", call_epoll_pair},
		{"futex_pair", call_futex_pair},
		{"stat", call_stat},
		{"access", call_access},
		{"readlink", call_readlink},
		{"paths", call_paths},
		{"asks", call_asks},
		{"statx", call_statx},
		{"append", call_append},
		{"file_lock", call_file_lock},
		{"umask", call_umask},
},
  process_calls[] = {
	  {"open_close", call_open_close},
	  {"create_again", call_create_again},
	  {"make", call_make},
	  {"fault", call_fault},
	  {"copy", call_copy},
	  {"file_fault", call_file_fault},
	  {"shared_fault", call_shared_fault},
	  {"mmap_munmap", call_mmap_munmap},
	  {"mprotect", call_mprotect},
	  {"brk", call_brk},
};

/* All at once. */
static void measure(struct own *o, void (*call)(struct own *o))
{
	pthread_barrier_wait(barrier);
	/* What is touched for the first time is not what is asked about. */
	call(o);
	pthread_barrier_wait(barrier);
	if (o->cpu == 0)
		read_counts(&before);
	pthread_barrier_wait(barrier);
	for (int i = 0; i < CALLS; i++)
		call(o);
	pthread_barrier_wait(barrier);
	if (o->cpu == 0)
		read_counts(&after);
	pthread_barrier_wait(barrier);
}

static void say(const char *name)
{
	printf("locks %s:", name);
	for (int c = 0; c < classes; c++) {
		unsigned long most = 0;

		for (int i = 0; i < CPUS; i++) {
			unsigned long n = after.of[c][i] - before.of[c][i];

			most = n > most ? n : most;
		}
		printf(" %s %lu", names[c], most);
	}
	printf(" of %d\n", CALLS);
	fflush(stdout);
}

static void watch(int set, int fd)
{
	struct epoll_event e = {.events = EPOLLIN};

	if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &e) < 0)
		fail("epoll_ctl");
}

static void ignore(int)
{
}

static void prepare(struct own *o)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(o->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("sched_setaffinity");
	snprintf(o->path, sizeof(o->path), "/file%d", o->cpu);
	snprintf(o->link, sizeof(o->link), "/link%d", o->cpu);
	symlink(o->path, o->link);
	o->tid = gettid();
	signal(SIGUSR2, ignore);
	o->file = open(o->path, O_RDWR | O_CREAT, 0644);
	snprintf(o->link, sizeof(o->link), "/growing%d", o->cpu);
	o->growing = open(o->link, O_WRONLY | O_CREAT | O_APPEND, 0644);
	snprintf(o->link, sizeof(o->link), "/link%d", o->cpu);
	o->null = open("/dev/null", O_RDWR);
	o->zero = open("/dev/zero", O_RDWR);
	o->event = eventfd(0, 0);
	if (pipe(o->pipe) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, o->pair) < 0)
		fail("a pipe and a socket");
	o->told = eventfd(0, 0);
	o->answered = eventfd(0, 0);
	if (pipe(o->there) < 0 || pipe(o->back) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, o->ends) < 0)
		fail("what a pair has");
	for (int i = 0; i < 8; i++)
		write(o->file, o->buffer, sizeof(o->buffer));
	o->set = epoll_create1(0);
	o->watched = eventfd(0, 0);
	watch(o->set, o->watched);
	o->paired = epoll_create1(0);
	if (pipe(o->sent) < 0)
		fail("a pipe that is watched");
}

static void *work(void *arg)
{
	struct own *o = arg;

	prepare(o);
	pthread_barrier_wait(barrier);
	watch(o->paired, owns[o->cpu ^ 1].sent[0]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		measure(o, calls[i].call);
		if (o->cpu == 0)
			say(calls[i].name);
	}
	return NULL;
}

static void work_in_process(struct own *o)
{
	prepare(o);
	o->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, ANON | MAP_PRIVATE, -1, 0);
	o->mapped = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, o->file, 0);
	o->shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, ANON | MAP_SHARED, -1, 0);
	if (o->page == MAP_FAILED || o->mapped == MAP_FAILED || o->shared == MAP_FAILED)
		fail("mmap");
	for (size_t i = 0; i < sizeof(process_calls) / sizeof(process_calls[0]); i++) {
		measure(o, process_calls[i].call);
		if (o->cpu == 0)
			say(process_calls[i].name);
	}
}

int main(void)
{
	pthread_barrierattr_t attributes;
	pthread_t threads[CPUS];
	int status;

	mkdir("/proc", 0755);
	mkdir("/tmp", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	barrier = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, ANON | MAP_SHARED, -1, 0);
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(barrier, &attributes, CPUS);
	for (int i = 0; i < CPUS; i++) {
		owns[i].cpu = i;
		pthread_create(&threads[i], NULL, work, &owns[i]);
	}
	for (int i = 0; i < CPUS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < CPUS; i++)
		if (fork() == 0) {
			work_in_process(&owns[i]);
			_exit(0);
		}
	while (wait(&status) > 0)
		if (status)
			return 1;
	puts("done");
	fflush(stdout);
	reboot(RB_AUTOBOOT);
	return 0;
}
