/* What getrusage and its kin tell of what was used. */
#include "guest.h"
#include "threads.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

#define MS    1000000l
#define PAGE  4096
#define PAGES 100

static struct rusage used(int who)
{
	struct rusage u = {0};

	getrusage(who, &u);
	return u;
}

static long us(struct timeval t)
{
	return t.tv_sec * 1000000 + t.tv_usec;
}

static long cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static char *touch(size_t pages)
{
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	for (size_t i = 0; i < pages; i++)
		at[i * PAGE] = 1;
	return at;
}

static char large[1 << 20];

/* So much CPU time in calls that do much, or in none. */
static void work(long ns, bool in_calls)
{
	int fd = open("/dev/zero", O_RDONLY);
	long end = cpu_ns() + ns;

	while (cpu_ns() < end) {
		if (in_calls)
			read(fd, large, sizeof(large));
		for (volatile int i = 0; !in_calls && i < 20000; i++)
			;
	}
	close(fd);
}

static void touching(void)
{
	munmap(touch(PAGES), PAGES * PAGE);
}

static void touching_more(void)
{
	munmap(touch(20 * PAGES), 20 * PAGES * PAGE);
}

static void calling(void)
{
	work(150 * MS, true);
}

static void spinning(void)
{
	work(150 * MS, false);
}

static void sleeping(void)
{
	for (int i = 0; i < 10; i++)
		usleep(1000);
}

/* What a child that does this has used. */
static struct rusage of(void (*fn)(void))
{
	struct rusage u = {0};
	pid_t pid = fork();

	if (pid == 0) {
		fn();
		_exit(0);
	}
	wait4(pid, NULL, 0, &u);
	return u;
}

static void memory(void)
{
	struct rusage before = used(RUSAGE_SELF), after;

	touching();
	after = used(RUSAGE_SELF);
	holds("each page that is touched is a fault",
	      after.ru_minflt - before.ru_minflt >= PAGES &&
		      after.ru_minflt - before.ru_minflt < PAGES + 20);
	same("none of them was read", after.ru_majflt - before.ru_majflt, 0);
	before = after;
	touching_more();
	after = used(RUSAGE_SELF);
	holds("the most pages there were", after.ru_maxrss - before.ru_maxrss >= 19 * PAGES * 4 -
							 PAGES * 4);
	touching();
	same("stay", used(RUSAGE_SELF).ru_maxrss, after.ru_maxrss);
	holds("in kilobytes", after.ru_maxrss < 100000);
}

static void children(void)
{
	struct rusage before = used(RUSAGE_CHILDREN), one = of(touching_more), two = of(touching),
		      after = used(RUSAGE_CHILDREN);

	holds("a child's faults", one.ru_minflt >= 20 * PAGES);
	holds("are not the next one's", two.ru_minflt >= PAGES && two.ru_minflt < 10 * PAGES);
	same("all together", after.ru_minflt - before.ru_minflt, one.ru_minflt + two.ru_minflt);
	holds("the most of one", after.ru_maxrss >= one.ru_maxrss && one.ru_maxrss > two.ru_maxrss);
}

static void spin_two(void)
{
	pid_t pid;

	stay_on(0);
	pid = fork();
	work(60 * MS, false);
	if (pid)
		waitpid(pid, NULL, 0);
}

static void switches(void)
{
	struct rusage u = of(sleeping), before = used(RUSAGE_THREAD);

	holds("who waits gives the CPU away", u.ru_nvcsw >= 10 && u.ru_nvcsw < 30);
	usleep(1000);
	holds("each thread its own",
	      used(RUSAGE_THREAD).ru_nvcsw - before.ru_nvcsw >= 1);
	u = of(spin_two);
	holds("who is in others' way is made to", u.ru_nivcsw >= 3);
}

static void kinds_of_time(void)
{
	struct rusage u = of(calling);

	holds("time in calls is the system's", us(u.ru_stime) > 2 * us(u.ru_utime));
	holds("and all of it is there", us(u.ru_stime) + us(u.ru_utime) >= 145000);
	u = of(spinning);
	holds("time in none is the user's", us(u.ru_utime) > 4 * us(u.ru_stime));
}

static void only_grows(void)
{
	long user = 0, system = 0;
	bool shrunk = false;

	for (int i = 0; i < 300; i++) {
		struct rusage u = used(RUSAGE_SELF);

		shrunk |= us(u.ru_utime) < user || us(u.ru_stime) < system;
		user = us(u.ru_utime);
		system = us(u.ru_stime);
		work(300000, i % 50 < 25);
	}
	holds("neither ever shrinks", !shrunk);
}

static void in_ticks(void)
{
	struct tms before, after;

	times(&before);
	work(150 * MS, true);
	times(&after);
	holds("times tells them too", after.tms_stime - before.tms_stime >= 8);
	same("nobody was waited for meanwhile", after.tms_cutime, before.tms_cutime);
}

static void timers(void)
{
	struct itimerval set = {{0, 0}, {5, 0}}, virtual, all;

	setitimer(ITIMER_VIRTUAL, &set, NULL);
	setitimer(ITIMER_PROF, &set, NULL);
	work(150 * MS, true);
	getitimer(ITIMER_VIRTUAL, &virtual);
	getitimer(ITIMER_PROF, &all);
	holds("a virtual timer counts the user's alone",
	      us(virtual.it_value) > us(all.it_value) + 80000);
	holds("one for profiles both", us(all.it_value) < 4900000);
	memset(&set, 0, sizeof(set));
	setitimer(ITIMER_VIRTUAL, &set, NULL);
	setitimer(ITIMER_PROF, &set, NULL);
}

/* The number behind a word in a file of /proc/self; -1: the word is not there. */
static long number_in(const char *path, const char *word)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	const char *at;

	close(fd);
	text[n > 0 ? n : 0] = 0;
	at = strstr(text, word);
	return at ? atol(at + strlen(word)) : -1;
}

static void in_proc(void)
{
	long before, after;

	before = number_in("/proc/self/status", "\nvoluntary_ctxt_switches:\t");
	sleeping();
	after = number_in("/proc/self/status", "\nvoluntary_ctxt_switches:\t");
	holds("/proc tells of switches", before >= 0 && after - before >= 10 && after - before < 30);
	holds("of both kinds",
	      number_in("/proc/self/status", "\nnonvoluntary_ctxt_switches:\t") >= 0);
	holds("of the most memory", number_in("/proc/self/status", "VmHWM:\t") >=
					    number_in("/proc/self/status", "VmRSS:\t"));
}

static void *call_all(void *arg)
{
	struct tms t;

	times(&t);
	used(RUSAGE_SELF);
	used(RUSAGE_THREAD);
	used(RUSAGE_CHILDREN);
	return arg;
}

static void from_threads(void)
{
	pthread_t t;
	void *got = NULL;

	pthread_create(&t, NULL, call_all, &got);
	call_all(NULL);
	pthread_join(t, &got);
	holds("threads may all ask", got == &got);
}

static void run(void)
{
	memory();
	children();
	switches();
	kinds_of_time();
	only_grows();
	in_ticks();
	timers();
	in_proc();
	from_threads();
}

const struct suite usage_suite = {"usage", run, .needs_proc = true};
