/* POSIX message queues. */
#include "guest.h"

#include <mqueue.h>
#include <sys/resource.h>

#define NAME "ringside"

static long open_queue(int flags, long count, long size)
{
	struct mq_attr a = {.mq_maxmsg = count, .mq_msgsize = size};

	return RAW(SYS_mq_open, NAME, flags, 0600, count ? &a : NULL);
}

static void names(void)
{
	char long_name[300];
	long q;

	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[299] = '\0';
	same("none of that name", open_queue(O_RDWR, 0, 0), -ENOENT);
	same("no name", RAW(SYS_mq_open, "", O_CREAT | O_RDWR, 0600, NULL), -ENOENT);
	same("of two names", RAW(SYS_mq_open, "a/b", O_CREAT | O_RDWR, 0600, NULL), -EACCES);
	same("too long a name", RAW(SYS_mq_open, long_name, O_CREAT | O_RDWR, 0600, NULL),
	     -ENAMETOOLONG);
	same("of no messages", open_queue(O_CREAT | O_RDWR, -1, 8), -EINVAL);
	same("bad attributes", RAW(SYS_mq_open, NAME, O_CREAT | O_RDWR, 0600, 8), -EFAULT);
	q = open_queue(O_CREAT | O_RDWR, 0, 0);
	holds("a queue", q >= 0);
	same("is closed on exec", fcntl((int)q, F_GETFD), FD_CLOEXEC);
	same("is there", open_queue(O_CREAT | O_EXCL | O_RDWR, 0, 0), -EEXIST);
	same("unlink", RAW(SYS_mq_unlink, NAME), 0);
	same("again", RAW(SYS_mq_unlink, NAME), -ENOENT);
	same("it works on", RAW(SYS_mq_timedsend, q, "x", 1, 0, NULL), 0);
	close((int)q);
}

static void order(void)
{
	long q = open_queue(O_CREAT | O_RDWR | O_NONBLOCK, 3, 4);
	struct pollfd p = {(int)q, POLLIN | POLLOUT, 0};
	struct mq_attr a = {.mq_flags = 0}, was;
	unsigned int priority;
	char text[8] = "";

	poll(&p, 1, 0);
	same("empty", p.revents, POLLOUT);
	same("receive none", RAW(SYS_mq_timedreceive, q, text, 4, NULL, NULL), -EAGAIN);
	same("send", RAW(SYS_mq_timedsend, q, "a", 1, 1, NULL), 0);
	same("more urgent", RAW(SYS_mq_timedsend, q, "bcd", 3, 7, NULL), 0);
	same("as urgent, later", RAW(SYS_mq_timedsend, q, "", 0, 7, NULL), 0);
	same("too many", RAW(SYS_mq_timedsend, q, "e", 1, 0, NULL), -EAGAIN);
	poll(&p, 1, 0);
	same("full", p.revents, POLLIN);
	same("too long", RAW(SYS_mq_timedsend, q, "abcde", 5, 0, NULL), -EMSGSIZE);
	same("too urgent", RAW(SYS_mq_timedsend, q, "x", 1, 32768, NULL), -EINVAL);
	same("too little room", RAW(SYS_mq_timedreceive, q, text, 3, NULL, NULL), -EMSGSIZE);
	same("set attributes", RAW(SYS_mq_getsetattr, q, &a, &was), 0);
	same("count", was.mq_curmsgs, 3);
	same("flags", was.mq_flags, O_NONBLOCK);
	same("now they block", fcntl((int)q, F_GETFL) & O_NONBLOCK, 0);
	same("the most urgent", RAW(SYS_mq_timedreceive, q, text, 4, &priority, NULL), 3);
	same("how urgent", priority, 7);
	same("what", strcmp(text, "bcd"), 0);
	same("the empty one", RAW(SYS_mq_timedreceive, q, text, 4, &priority, NULL), 0);
	same("the other", RAW(SYS_mq_timedreceive, q, text, 4, NULL, NULL), 1);
	close((int)q);
	q = open_queue(O_RDONLY, 0, 0);
	same("read only", RAW(SYS_mq_timedsend, q, "x", 1, 0, NULL), -EBADF);
	close((int)q);
	same("no queue", RAW(SYS_mq_timedsend, 1, "x", 1, 0, NULL), -EBADF);
	same("it is not there to write for all", RAW(SYS_mq_open, NAME, 3, 0, NULL), -EINVAL);
	mq_unlink("/" NAME);
}

static int notes, noted;

static void note(int, siginfo_t *info, void *)
{
	notes++;
	noted = info->si_code == SI_MESGQ ? info->si_value.sival_int : -1;
}

static void waiting(void)
{
	long q = open_queue(O_CREAT | O_RDWR, 1, 8);
	struct timespec past = {1, 0}, bad = {1, 1000000000}, soon;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
				 .sigev_value.sival_int = 42};
	struct sigaction a = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	char text[8], said[96] = "", expected[96];
	pid_t child;

	same("a time that has passed", RAW(SYS_mq_timedreceive, q, text, 8, NULL, &past),
	     -ETIMEDOUT);
	same("no time", RAW(SYS_mq_timedreceive, q, text, 8, NULL, &bad), -EINVAL);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec++;
	same("a second", RAW(SYS_mq_timedreceive, q, text, 8, NULL, &soon), -ETIMEDOUT);
	sigaction(SIGUSR1, &a, NULL);
	same("ask to be told", RAW(SYS_mq_notify, q, &event), 0);
	snprintf(expected, sizeof(expected), "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", 0,
		 0, SIGUSR1, getpid());
	same("what it says when read", RAW(SYS_read, q, said, sizeof(said)), strlen(expected));
	same("is this", strcmp(said, expected), 0);
	child = fork();
	if (child == 0) {
		child_needs(RAW(SYS_mq_notify, q, &event) == -EBUSY);
		child_needs(RAW(SYS_mq_timedsend, q, "one", 3, 0, NULL) == 0);
		/* There is no room until the parent has read. */
		child_needs(RAW(SYS_mq_timedsend, q, "second", 6, 0, NULL) == 0);
		_exit(0);
	}
	while (!notes)
		usleep(1000);
	same("it is told", noted, 42);
	usleep(10000);
	same("the first", RAW(SYS_mq_timedreceive, q, text, 8, NULL, NULL), 3);
	same("the second", RAW(SYS_mq_timedreceive, q, text, 8, NULL, NULL), 6);
	int status = -1;
	waitpid(child, &status, 0);
	same("the sender is done", status, 0);
	same("told once", notes, 1);
	event.sigev_notify = 99;
	same("told how", RAW(SYS_mq_notify, q, &event), -EINVAL);
	same("not to be told", RAW(SYS_mq_notify, q, NULL), 0);
	same("of no queue", RAW(SYS_mq_notify, 1, NULL), -EBADF);
	close((int)q);
	mq_unlink("/" NAME);
}

static void others(void)
{
	long q = open_queue(O_CREAT | O_RDWR, 0, 0);
	struct rlimit none = {0, 0};

	child_needs(q >= 0 && syscall(SYS_setresuid, 99, 99, 99) == 0);
	child_needs(open_queue(O_RDONLY, 0, 0) == -EACCES);
	child_needs(RAW(SYS_mq_unlink, NAME) == -EPERM);
	child_needs(RAW(SYS_mq_open, "many", O_CREAT | O_RDWR, 0600,
			&(struct mq_attr){.mq_maxmsg = 11, .mq_msgsize = 8}) == -EINVAL);
	child_needs(setrlimit(RLIMIT_MSGQUEUE, &none) == 0);
	child_needs(RAW(SYS_mq_open, "other", O_CREAT | O_RDWR, 0600, NULL) == -EMFILE);
}

static void run(void)
{
	names();
	order();
	waiting();
	same("what others may not", status_of(others), 0);
	mq_unlink("/" NAME);
}

const struct suite mqueue_suite = {"mqueue", run};
