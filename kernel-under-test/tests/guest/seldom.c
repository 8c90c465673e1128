/* What few programs ask for: older calls, scripts of scripts, what a handler begins with. */
#include "guest.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>

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

static void run(void)
{
	hidden_script();
	scripts();
	listing();
	handlers();
	futexes();
	owners();
}

const struct suite seldom_suite = {"seldom", run};
