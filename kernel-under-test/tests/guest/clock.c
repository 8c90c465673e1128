/* The clock is set while others wait for a time it shows; clocks and queues of one's own. */
#include "guest.h"

#include <mqueue.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#define LONG 1000

static volatile int caught;

static void handler(int)
{
	caught++;
}

static void move(long sec)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += sec;
	clock_settime(CLOCK_REALTIME, &now);
}

static struct timespec in(long sec)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += sec;
	return t;
}

static struct timespec until;

static void sleeps(void)
{
	child_needs(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) == 0);
}

static void sleepers(void)
{
	int status = -1;
	pid_t child;

	until = in(LONG);
	child = fork();
	if (child == 0) {
		sleeps();
		_exit(0);
	}
	usleep(50000);
	same("sleeps", waitpid(child, &status, WNOHANG), 0);
	move(2 * LONG);
	same("is woken", waitpid(child, &status, 0), child);
	same("in time", status, 0);
	move(-2 * LONG);
}

static void timers(void)
{
	struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec once = {.it_value = in(LONG)}, relative = {.it_value = {LONG, 0}}, left;
	timer_t absolute, other;

	signal(SIGUSR1, handler);
	timer_create(CLOCK_REALTIME, &e, &absolute);
	timer_create(CLOCK_REALTIME, &e, &other);
	timer_settime(absolute, TIMER_ABSTIME, &once, NULL);
	timer_settime(other, 0, &relative, NULL);
	caught = 0;
	move(LONG / 2);
	timer_gettime(absolute, &left);
	holds("half is left", left.it_value.tv_sec <= LONG / 2);
	timer_gettime(other, &left);
	holds("of one that counts, all", left.it_value.tv_sec > LONG / 2);
	move(LONG);
	usleep(50000);
	same("one rang", caught, 1);
	move(-LONG - LONG / 2);
	usleep(50000);
	same("and not again", caught, 1);
	timer_delete(absolute), timer_delete(other);
}

static void read_timers(void)
{
	struct itimerspec s = {.it_value = in(LONG)};
	struct pollfd p = {.fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), .events = POLLIN};
	uint64_t n = 0;

	timerfd_settime(p.fd, TFD_TIMER_ABSTIME, &s, NULL);
	same("not yet", RAW(SYS_read, p.fd, &n, 8), -EAGAIN);
	move(2 * LONG);
	same("now", poll(&p, 1, 1000), 1);
	same("once", RAW(SYS_read, p.fd, &n, 8) == 8 && n == 1, 1);
	move(-2 * LONG);
	s.it_value = in(LONG);
	timerfd_settime(p.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &s, NULL);
	move(10);
	same("told of", poll(&p, 1, 1000), 1);
	same("as this", RAW(SYS_read, p.fd, &n, 8), -ECANCELED);
	same("once", RAW(SYS_read, p.fd, &n, 8), -EAGAIN);
	move(-10);
	close(p.fd);
}

static void own_clocks(void)
{
	struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec soon = {.it_value = {0, 10000000}};
	int id = -1, last;

	same("a process's", RAW(SYS_timer_create, ~0u << 3 | 2, &e, &id), 0);
	last = caught;
	RAW(SYS_timer_settime, id, 0, &soon, NULL);
	while (caught == last)
		;
	same("rings", caught, last + 1);
	RAW(SYS_timer_delete, id);
	same("a thread's", RAW(SYS_timer_create, ~(unsigned int)getpid() << 3 | 6, &e, &id), 0);
	RAW(SYS_timer_delete, id);
	same("nobody's", RAW(SYS_timer_create, ~4000000u << 3 | 2, &e, &id), -EINVAL);
	same("a file's", RAW(SYS_timer_create, ~0u << 3 | 3, &e, &id), -EOPNOTSUPP);
}

static mqd_t queue;

static void asks_too(void)
{
	struct sigevent e = {.sigev_notify = SIGEV_NONE};

	child_needs(RAW(SYS_mq_notify, queue, &e) == 0);
}

static void is_refused(void)
{
	struct sigevent e = {.sigev_notify = SIGEV_NONE};

	child_needs(RAW(SYS_mq_notify, queue, &e) == -EBUSY);
}

static void queues(void)
{
	struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	mqd_t other;

	queue = mq_open("/moved", O_CREAT | O_RDWR, 0600, NULL);
	other = mq_open("/moved", O_RDWR);
	caught = 0;
	same("asks to be told", RAW(SYS_mq_notify, other, &e), 0);
	same("others can't", status_of(is_refused), 0);
	mq_close(other);
	mq_close(queue);
	queue = mq_open("/moved", O_RDWR);
	mq_send(queue, "x", 1, 0);
	usleep(20000);
	same("who closed it is not told", caught, 0);
	same("others can", status_of(asks_too), 0);
	mq_close(queue);
	mq_unlink("/moved");
}

static void zones(void)
{
	struct timeval now = {0};
	int32_t zone[2] = {-60, 1}, told[2] = {7, 7}, far[2] = {901, 0};

	gettimeofday(&now, NULL);
	same("a zone with the time", RAW(SYS_settimeofday, &now, zone), 0);
	same("it is asked for", RAW(SYS_gettimeofday, &now, told), 0);
	holds("and told", told[0] == -60 && told[1] == 1);
	same("too far away", RAW(SYS_settimeofday, NULL, far), -EINVAL);
	same("from nowhere", RAW(SYS_settimeofday, NULL, 8), -EFAULT);
	zone[0] = zone[1] = 0;
	same("a zone alone", RAW(SYS_settimeofday, NULL, zone), 0);
	RAW(SYS_gettimeofday, &now, told);
	holds("is told too", told[0] == 0 && told[1] == 0);
}

static void run(void)
{
	zones();
	sleepers();
	timers();
	read_timers();
	own_clocks();
	queues();
}

const struct suite clock_suite = {"clock", run};
