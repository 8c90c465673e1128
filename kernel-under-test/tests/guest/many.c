/* Much of everything: areas, timers, names, pages that move. */
#include "guest.h"

#include <dirent.h>
#include <sys/resource.h>

#define PAGE 4096ul
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

#define AREAS  6000
#define TIMERS 400
#define NAMES  3000
#define MOVED  700

/* Lines of /proc/self/maps that begin inside [from, to), read `step` bytes at a time. */
static int lines_between(unsigned long from, unsigned long to, size_t step)
{
	int fd = open("/proc/self/maps", O_RDONLY), found = 0;
	static char text[1 << 20];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, step)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	for (char *line = text; line && *line; line = strchr(line, '\n'), line += !!line) {
		unsigned long start = strtoul(line, NULL, 16);

		found += start >= from && start < to;
	}
	return found;
}

static void areas(void)
{
	char *m = mmap(NULL, 2 * AREAS * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), *free, *gap;
	unsigned long at = (unsigned long)m, end = at + 2 * AREAS * PAGE;
	int status, wrong = 0;

	for (size_t i = 0; i < AREAS; i++)
		wrong += mprotect(m + 2 * i * PAGE, PAGE, RW) != 0;
	same("every second page made writable", wrong, 0);
	same("each an area of its own", lines_between(at, end, 4000), 2 * AREAS);
	same("and read in small pieces", lines_between(at, end, 700), 2 * AREAS);
	for (size_t i = 0; i < AREAS; i += 7)
		m[2 * i * PAGE] = (char)i;
	if (!fork()) {
		for (size_t i = 0; i < AREAS; i += 7)
			child_needs(m[2 * i * PAGE] == (char)i);
		_exit(0);
	}
	wait(&status);
	same("a copy has them all", status, 0);
	free = mmap(NULL, 3 * PAGE, PROT_READ, ANON, -1, 0);
	holds("room is found beside them", free + 3 * PAGE <= m || free >= (char *)end);
	munmap(m + 2 * 1234 * PAGE, 3 * PAGE);
	munmap(free, 3 * PAGE);
	for (size_t i = 0; i < 3; i++) {
		gap = mmap(m + (2 * 1234 + i) * PAGE, PAGE, PROT_READ, ANON, -1, 0);
		same("a gap is filled", gap - m, (2 * 1234 + i) * PAGE);
	}
	same("all but the ends at once", munmap(m + PAGE, (2 * AREAS - 2) * PAGE), 0);
	same("leaves these", lines_between(at, end, 4000), 2);
	munmap(m, PAGE);
	munmap((char *)end - PAGE, PAGE);
}

/* By larger and larger steps, as long as there is a program that can ask for it. */
static void unmaps_itself(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int bits = 63; bits > 13; bits--)
		syscall(SYS_munmap, 0, (1ul << bits) - PAGE);
}

static void protection(void)
{
	char *m = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
	int told[2], status;

	memset(m, 'a', 8 * PAGE);
	mprotect(m, 8 * PAGE, PROT_READ);
	mprotect(m, 8 * PAGE, RW);
	m[PAGE] = 'b';
	same("given back, it may be written", m[PAGE], 'b');
	pipe(told);
	if (!fork()) {
		char c;

		close(told[1]);
		read(told[0], &c, 1);
		_exit(m[0] == 'a' && m[PAGE] == 'b' ? 0 : 1);
	}
	mprotect(m, 8 * PAGE, PROT_READ);
	mprotect(m, 8 * PAGE, RW);
	m[0] = m[PAGE] = 'c';
	close(told[0]);
	close(told[1]);
	wait(&status);
	same("what a copy shares is not written by it", status, 0);
	munmap(m, 8 * PAGE);
}

static void moved(void)
{
	char *m = mmap(NULL, MOVED * PAGE, RW, ANON, -1, 0), *to;
	int wrong = 0;

	for (size_t i = 0; i < MOVED; i += 3)
		memset(m + i * PAGE, (int)i & 127, PAGE);
	mmap(m + MOVED * PAGE, PAGE, PROT_READ, ANON, -1, 0);
	to = mremap(m, MOVED * PAGE, 2 * MOVED * PAGE, MREMAP_MAYMOVE);
	holds("moved", to != MAP_FAILED && to != m);
	for (size_t i = 0; i < MOVED; i++)
		wrong += to[i * PAGE] != (i % 3 ? 0 : (char)(i & 127));
	same("with what it held", wrong, 0);
	munmap(to, 2 * MOVED * PAGE);
}

static void shared_copies(void)
{
	int *m = mmap(NULL, 400 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), status;

	m[399 * PAGE / sizeof(*m)] = 5;
	if (!fork()) {
		child_needs(m[399 * PAGE / sizeof(*m)] == 5);
		m[100 * PAGE / sizeof(*m)] = 6;
		_exit(0);
	}
	wait(&status);
	same("a copy sees what is shared", status, 0);
	same("and is seen", m[100 * PAGE / sizeof(*m)], 6);
	munmap(m, 400 * PAGE);
}

static void timers(void)
{
	static timer_t id[TIMERS];
	struct sigevent none = {.sigev_notify = SIGEV_NONE};
	struct itimerspec spec = {.it_value.tv_sec = 1000}, now;
	int wrong = 0, doubled = 0;

	for (int i = 0; i < TIMERS; i++) {
		wrong += timer_create(CLOCK_MONOTONIC, &none, &id[i]) != 0;
		spec.it_value.tv_sec = 1000 + i;
		wrong += timer_settime(id[i], 0, &spec, NULL) != 0;
	}
	same("timers", wrong, 0);
	for (int i = 0; i < TIMERS; i++) {
		timer_gettime(id[i], &now);
		doubled += now.it_value.tv_sec < 900 + i || now.it_value.tv_sec > 1000 + i;
	}
	same("each with its own time", doubled, 0);
	same("one goes", timer_delete(id[7]), 0);
	same("and is gone", RAW(SYS_timer_gettime, id[7], &now), -EINVAL);
	same("no such timer", RAW(SYS_timer_gettime, -2, &now), -EINVAL);
	for (int i = 0; i < TIMERS; i++)
		timer_delete(id[i]);
}

static void names(void)
{
	char path[64], text[600];
	int dir, seen = 0, gone = 0;
	ssize_t n;

	mkdir("/tmp/many", 0700);
	for (int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "/tmp/many/%d", i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	dir = open("/tmp/many", O_RDONLY | O_DIRECTORY);
	while ((n = syscall(SYS_getdents64, dir, text, sizeof(text))) > 0) {
		for (ssize_t at = 0; at < n; at += *(unsigned short *)(text + at + 16)) {
			const char *name = text + at + 19;

			if (name[0] == '.')
				continue;
			seen++;
			/* What was read may go meanwhile. */
			if (atoi(name) % 2)
				gone += unlinkat(dir, name, 0) == 0;
		}
	}
	same("all names, a few at a time", seen, NAMES);
	same("half of them taken away", gone, NAMES / 2);
	lseek(dir, 0, SEEK_SET);
	for (seen = 0; (n = syscall(SYS_getdents64, dir, text, sizeof(text))) > 0;)
		for (ssize_t at = 0; at < n; at += *(unsigned short *)(text + at + 16))
			seen++;
	same("the others, and the dots", seen, NAMES / 2 + 2);
	close(dir);
	for (int i = 0; i < NAMES; i += 2) {
		snprintf(path, sizeof(path), "/tmp/many/%d", i);
		unlink(path);
	}
	same("none is left", rmdir("/tmp/many"), 0);
}

static const char *name_of(int fd)
{
	static char is[128];
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, is, sizeof(is) - 1);
	is[n < 0 ? 0 : n] = '\0';
	return is;
}

static void places(void)
{
	char now[64];
	int fd;

	mkdir("/tmp/place", 0700);
	mkdir("/tmp/place/in", 0700);
	mkdir("/tmp/other", 0700);
	fd = open("/tmp/place/in/file", O_CREAT | O_RDWR, 0600);
	chdir("/tmp/place/in");
	same("a file's name", strcmp(name_of(fd), "/tmp/place/in/file"), 0);
	rename("/tmp/place", "/tmp/elsewhere");
	same("above was renamed", strcmp(getcwd(now, sizeof(now)), "/tmp/elsewhere/in"), 0);
	rename("/tmp/elsewhere/in", "/tmp/other/out");
	same("moved", strcmp(getcwd(now, sizeof(now)), "/tmp/other/out"), 0);
	same("with what is in it", strcmp(name_of(fd), "/tmp/other/out/file"), 0);
	rename("/tmp/other/out/file", "/tmp/other/renamed");
	same("renamed", strcmp(name_of(fd), "/tmp/other/renamed"), 0);
	chdir("/");
	unlink("/tmp/other/renamed");
	close(fd);
	rmdir("/tmp/other/out");
	rmdir("/tmp/other");
	rmdir("/tmp/elsewhere");
}

static void strangers(void)
{
	int status;

	same("not a child", RAW(SYS_wait4, getppid(), &status, WNOHANG, NULL), -ECHILD);
	same("itself", RAW(SYS_wait4, getpid(), &status, WNOHANG, NULL), -ECHILD);
	same("nobody", RAW(SYS_wait4, 31999, &status, WNOHANG, NULL), -ECHILD);
}

/* Locks on a file, each byte of which a model knows: 0, or 1 and the type. */
#define LOCKED 900
static char model[LOCKED + 1];
static int held, asked;

static long lock(short type, int start, int len)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	memset(model + start, type == F_UNLCK ? 0 : 1 + type, (size_t)len);
	return fcntl(held, F_SETLK, &l);
}

/* Runs of the model that another one is not told of. */
static int locks_wrong(void)
{
	int wrong = 0;

	for (int at = 0, end; at < LOCKED; at = end) {
		struct flock l = {.l_type = F_WRLCK, .l_start = at};

		for (end = at + 1; end < LOCKED && model[end] == model[at]; end++)
			;
		if (!model[at])
			l.l_len = end - at;
		wrong += fcntl(asked, F_OFD_GETLK, &l) != 0;
		wrong += model[at] ? l.l_type != model[at] - 1 || l.l_start != at ||
					     l.l_len != end - at
				   : l.l_type != F_UNLCK;
	}
	return wrong;
}

static void locks(void)
{
	unsigned int seed = 1;

	held = open("/tmp-locks", O_RDWR | O_CREAT, 0600);
	asked = open("/tmp-locks", O_RDWR);
	for (int i = 0; i < LOCKED; i += 3)
		lock(F_WRLCK, i, 1 + i % 2);
	same("locks, upwards", locks_wrong(), 0);
	lock(F_UNLCK, 0, LOCKED);
	for (int i = LOCKED - 3; i >= 0; i -= 3)
		lock(i % 2 ? F_RDLCK : F_WRLCK, i, 2);
	same("locks, downwards", locks_wrong(), 0);
	for (int i = 0; i < 600; i++) {
		int start = rand_r(&seed) % LOCKED, len = 1 + rand_r(&seed) % 40;

		lock((short)(rand_r(&seed) % 3), start,
		     start + len > LOCKED ? LOCKED - start : len);
	}
	same("locks, anywhere", locks_wrong(), 0);
	lock(F_UNLCK, 0, LOCKED);
	same("no locks", locks_wrong(), 0);
	close(held);
	close(asked);
	unlink("/tmp-locks");
}

static void run(void)
{
	areas();
	same("all that a program has is unmapped", status_of(unmaps_itself), SIGSEGV);
	protection();
	moved();
	shared_copies();
	timers();
	names();
	places();
	strangers();
	locks();
}

const struct suite many_suite = {"many", run, .needs_proc = true};
