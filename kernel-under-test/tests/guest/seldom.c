/* What few programs ask for: older calls, scripts of scripts, what a handler begins with. */
#include "guest.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/un.h>

/* By a descriptor that is closed then. */
static void hidden_script(void)
{
	char *const none[] = {NULL};
	int script;

	put_file("/tmp/seldom-script", "#!" SELF " exits-7\n");
	chmod("/tmp/seldom-script", 0755);
	script = open("/tmp/seldom-script", O_RDONLY | O_CLOEXEC);
	same("a script that its interpreter could not open",
	     RAW(SYS_execveat, script, "", none, none, AT_EMPTY_PATH), -ENOENT);
	unlink("/tmp/seldom-script");
	close(script);
}

/* Scripts whose interpreters are scripts: five are run, a sixth is not. */
static void scripts(void)
{
	char text[64], path[32] = SELF;
	char *const argv[] = {path, NULL}, *const none[] = {NULL};
	int status;
	pid_t child;

	for (int i = 1; i <= 6; i++) {
		snprintf(text, sizeof(text), "#!%s%s\n", path, i == 1 ? " exits-7" : "");
		snprintf(path, sizeof(path), "/tmp/seldom-%d", i);
		put_file(path, text);
		chmod(path, 0755);
		if (i < 5)
			continue;
		child = fork();
		if (child == 0)
			_exit((int)-RAW(SYS_execve, path, argv, none));
		waitpid(child, &status, 0);
		same("scripts of scripts", status >> 8, i == 5 ? 7 : ELOOP);
	}
	for (int i = 1; i <= 6; i++) {
		snprintf(path, sizeof(path), "/tmp/seldom-%d", i);
		unlink(path);
	}
}

struct old_entry {
	unsigned long ino, next;
	unsigned short size;
	char name[];
};

static void listing(void)
{
	char list[256];
	struct old_entry *e;
	int dir, found = 0;
	long n;

	mkdir("/tmp/seldom-dir", 0755);
	put_file("/tmp/seldom-dir/name", "");
	dir = open("/tmp/seldom-dir", O_RDONLY);
	n = RAW(SYS_getdents, dir, list, sizeof(list));
	same("three entries", n, 24 + 24 + 24);
	for (long at = 0; at < n; at += e->size) {
		e = (struct old_entry *)(list + at);
		found += !strcmp(e->name, "name") && ((char *)e)[e->size - 1] == DT_REG;
		found += (!strcmp(e->name, ".") || !strcmp(e->name, "..")) &&
			 ((char *)e)[e->size - 1] == DT_DIR;
	}
	same("that are as they were once", found, 3);
	close(dir);
	dir = open("/tmp/seldom-dir", O_PATH | O_DIRECTORY | O_RDWR | O_APPEND);
	same("of a path", RAW(SYS_getdents, dir, list, sizeof(list)), -EBADF);
	same("newer", RAW(SYS_getdents64, dir, list, sizeof(list)), -EBADF);
	same("locked", RAW(SYS_flock, dir, 1), -EBADF);
	same("of flags it keeps what concerns paths", fcntl(dir, F_GETFL), O_PATH | O_DIRECTORY);
	close(dir);
	unlink("/tmp/seldom-dir/name");
	rmdir("/tmp/seldom-dir");
}

static uint32_t word, control_in_handler;
static double in_handler = 1;

static void look(int)
{
	asm volatile("stmxcsr %0" : "=m"(control_in_handler));
	asm volatile("movsd %%xmm11, %0" : "=m"(in_handler));
}

static void handlers(void)
{
	uint32_t control = 0x9fc0, after;
	double mine = 3.5, left;
	long n = SYS_tgkill;

	signal(SIGUSR1, look);
	asm volatile("ldmxcsr %3\n\tmovsd %4, %%xmm11\n\tsyscall\n\tmovsd %%xmm11, %1\n\t"
		     "stmxcsr %2"
		     : "+a"(n), "=m"(left), "=m"(after)
		     : "m"(control), "m"(mine), "D"(getpid()), "S"(gettid()), "d"(SIGUSR1)
		     : "rcx", "r11", "xmm11", "memory");
	control = 0x1f80;
	asm volatile("ldmxcsr %0" : : "m"(control));
	signal(SIGUSR1, SIG_DFL);
	same("a handler's control word", control_in_handler, 0x1f80);
	holds("and its registers are those of a start", in_handler == 0);
	same("the word is back", after, 0x9fc0);
	holds("and so is the register", left == 3.5);
}

static void *waits(void *)
{
	return (void *)RAW(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL);
}

static void futexes(void)
{
	pthread_t t;
	void *got;
	long woken;

	pthread_create(&t, NULL, waits, NULL);
	while ((woken = RAW(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 0)) == 0)
		usleep(1000);
	same("one is woken if none is asked for", woken, 1);
	pthread_join(t, &got);
	same("that slept", (long)got, 0);
}

struct owner {
	int kind, pid;
};

static void owners(void)
{
	struct owner nobody = {1, -1};
	int p[2];

	pipe(p);
	same("nobody is there", RAW(SYS_fcntl, p[0], 15 /* F_SETOWN_EX */, &nobody), -ESRCH);
	close(p[0]), close(p[1]);
}

/* What is cut off a file is gone from who maps it, and from copies too; a hole from who shares. */
static void cut(void)
{
	int fd = open("/tmp/seldom-cut", O_RDWR | O_CREAT, 0600), status;
	volatile char *shared, *own;
	pid_t child;

	ftruncate(fd, 8192);
	shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	own = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	shared[0] = shared[4096] = 'a';
	own[4096] = 'b';
	child = fork();
	if (child == 0) {
		while (shared[4096] == 'a')
			usleep(1000);
		_exit(1);
	}
	ftruncate(fd, 4096);
	same("the page before", shared[0], 'a');
	waitpid(child, &status, 0);
	same("another's that is gone", status & 0x7f, SIGBUS);
	child = fork();
	if (child == 0)
		_exit(own[4096]);
	waitpid(child, &status, 0);
	same("a copy of it", status & 0x7f, SIGBUS);
	ftruncate(fd, 8192);
	same("zero when it is back", shared[4096] + own[4096], 0);
	shared[4096] = 'c';
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096);
	same("a hole", shared[4096], 0);
	shared[0] = 'd';
	close(open("/tmp/seldom-cut", O_RDWR | O_TRUNC));
	ftruncate(fd, 8192);
	same("opened to be empty", shared[0], 0);
	munmap((void *)shared, 8192), munmap((void *)own, 8192);
	close(fd);
	unlink("/tmp/seldom-cut");
	fd = eventfd(0, 0);
	same("no room in events", RAW(SYS_fallocate, fd, 0, 0, 10), -ENODEV);
	close(fd);
}

static volatile int told;

static void tell(int)
{
	told++;
}

static int ends[2];

static void *goes_away(void *)
{
	usleep(20000);
	close(ends[0]);
	return NULL;
}

static void *writes_blocked(void *)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	write(ends[1], "x", 1);
	sigpending(&set);
	return (void *)(long)sigismember(&set, SIGPIPE);
}

/* A write that is cut short as its reader goes gives what it wrote, and the signal. */
static void broken_pipe(void)
{
	static char much[200000];
	pthread_t t;
	void *got;

	pipe(ends);
	signal(SIGPIPE, tell);
	pthread_create(&t, NULL, goes_away, NULL);
	same("some of it", RAW(SYS_write, ends[1], much, sizeof(much)), 65536);
	same("and a signal", told, 1);
	same("then none", RAW(SYS_write, ends[1], much, sizeof(much)), -EPIPE);
	same("and another one", told, 2);
	pthread_join(t, NULL);
	pthread_create(&t, NULL, writes_blocked, NULL);
	pthread_join(t, &got);
	same("who writes has it, nobody else", (long)got, 1);
	same("that is", told, 2);
	signal(SIGPIPE, SIG_DFL);
	close(ends[1]);
}

static void waiting(void)
{
	siginfo_t info;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	same("what has ended can't stop", RAW(SYS_waitid, P_PID, child, &info, WSTOPPED, NULL), -ECHILD);
	same("it is still there", RAW(SYS_waitid, P_PID, child, &info, WEXITED, NULL), 0);
}

static void mappings(void)
{
	int fd = open("/tmp/seldom-map", O_RDWR | O_CREAT, 0600);
	char *p, *q;

	same("shared and checked, of no file", RAW(SYS_mmap, 0, 4096, PROT_READ,
						   MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0),
	     -EINVAL);
	same("past all files", RAW(SYS_mmap, 0, 8192, PROT_READ, MAP_SHARED, fd,
				   INT64_MAX - 4095),
	     -EOVERFLOW);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	holds("below 2 GiB", (uintptr_t)p < 1ul << 31);
	munmap(p, 4096);
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p[4096] = 's';
	same("another time, in place", RAW(SYS_mremap, p, 0, 8192, 0, 0), -ENOMEM);
	q = mremap(p, 0, 8192, MREMAP_MAYMOVE);
	holds("what is shared is mapped twice", q != MAP_FAILED && q != p && q[4096] == 's');
	mprotect(p + 4096, 4096, PROT_READ);
	same("two areas get smaller", RAW(SYS_mremap, p, 8192, 4096, 0, 0), (long)p);
	munmap(p, 4096), munmap(q, 8192);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	same("one's own is not", RAW(SYS_mremap, p, 0, 4096, MREMAP_MAYMOVE, 0), -EINVAL);
	munmap(p, 4096);
	close(fd);
	unlink("/tmp/seldom-map");
}

static void files(void)
{
	int in = open("/tmp/seldom-in", O_RDWR | O_CREAT, 0600), out;
	off_t at = INT64_MAX;

	write(in, "x", 1);
	out = open("/tmp/seldom-out", O_RDWR | O_CREAT | O_APPEND, 0600);
	lseek(in, 0, SEEK_SET);
	same("sent to an end", RAW(SYS_sendfile, out, in, NULL, 1), -EINVAL);
	fcntl(out, F_SETFL, 0);
	same("sent less than nothing", RAW(SYS_sendfile, out, in, NULL, -1L), -EINVAL);
	same("sent from past all", RAW(SYS_sendfile, out, in, &at, 1), -EINVAL);
	same("sent", RAW(SYS_sendfile, out, in, NULL, 1), 1);
	same("an emptied folder", RAW(SYS_open, "/tmp", O_RDONLY | O_TRUNC), -EISDIR);
	same("a folder without a cache", RAW(SYS_open, "/tmp", O_RDONLY | O_DIRECT), -EINVAL);
	close(in), close(out);
	unlink("/tmp/seldom-in"), unlink("/tmp/seldom-out");
	same("a level of no class", RAW(SYS_ioprio_set, 1, 0, 1), -EINVAL);
}

/* A stream of the machine's own tells whose bytes they are, as datagrams do. */
static void senders(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/tmp/seldom-socket"}, from;
	socklen_t len = sizeof(from);
	char byte;
	int s[2], listener = socket(AF_UNIX, SOCK_STREAM, 0), one;

	bind(listener, (struct sockaddr *)&a, sizeof(a));
	listen(listener, 1);
	s[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	connect(s[0], (struct sockaddr *)&a, sizeof(a));
	one = accept(listener, NULL, NULL);
	write(one, "x", 1);
	same("a byte", recvfrom(s[0], &byte, 1, 0, (struct sockaddr *)&from, &len), 1);
	same("from there", len, offsetof(struct sockaddr_un, sun_path) + sizeof("/tmp/seldom-socket"));
	same("by name", strcmp(from.sun_path, a.sun_path), 0);
	write(s[0], "x", 1);
	len = sizeof(from);
	same("another", recvfrom(one, &byte, 1, 0, (struct sockaddr *)&from, &len), 1);
	same("from one without a name", len, 0);
	close(s[0]);
	len = sizeof(from);
	same("the end", recvfrom(one, &byte, 1, 0, (struct sockaddr *)&from, &len), 0);
	same("is nobody's", len, 0);
	close(one), close(listener);
	unlink(a.sun_path);
}

static void sockets(void)
{
	struct timeval never = {.tv_sec = -1};
	struct statfs fs;
	int s[2], p[2];
	char byte;

	same("raw, of one's own machine", socketpair(AF_UNIX, SOCK_RAW, 0, s), 0);
	same("one at a time", write(s[0], "ab", 2), 2);
	same("is read", read(s[1], &byte, 1), 1);
	setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never));
	same("nothing is waited for", RAW(SYS_read, s[1], &byte, 1), -EAGAIN);
	fstatfs(s[0], &fs);
	same("where sockets are", fs.f_type, 0x534f434b);
	pipe(p);
	fstatfs(p[0], &fs);
	same("where pipes are", fs.f_type, 0x50495045);
	close(s[0]), close(s[1]), close(p[0]), close(p[1]);
}

static void run(void)
{
	sockets();
	mappings();
	files();
	senders();
	cut();
	broken_pipe();
	waiting();
	hidden_script();
	scripts();
	listing();
	handlers();
	futexes();
	owners();
}

const struct suite seldom_suite = {"seldom", run};
