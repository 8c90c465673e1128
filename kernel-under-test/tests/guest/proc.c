/* What /proc says of a process and its threads. */
#include "guest.h"

#include <dirent.h>
#include <elf.h>
#include <pthread.h>
#include <sys/prctl.h>

static char text[32768];

/* A file of /proc: how long it is, or -errno; the text ends with a zero. */
static long take(const char *path)
{
	int fd = open(path, O_RDONLY);
	long n, all = 0;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + all, sizeof(text) - 1 - (size_t)all)) > 0)
		all += n;
	close(fd);
	text[all] = '\0';
	return all;
}

static bool says(const char *path, const char *word)
{
	return take(path) > 0 && strstr(text, word);
}

static long put(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	long n = fd < 0 ? -errno : RAW(SYS_write, fd, word, strlen(word));

	close(fd);
	return n;
}

static int names_in(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static volatile int tid, stage;

static void *thread(void *arg)
{
	char name[16];

	tid = (int)syscall(SYS_gettid);
	prctl(PR_SET_NAME, "another");
	stage = 1;
	while (stage == 1)
		usleep(1000);
	memset(name, 0, sizeof(name));
	prctl(PR_GET_NAME, name);
	return strcmp(name, "renamed") ? arg : (void *)&stage;
}

static void threads(void)
{
	char path[100];
	pid_t pid = getpid();

	prctl(PR_SET_NAME, "first");
	pthread_t t;
	void *end = NULL;

	pthread_create(&t, NULL, thread, NULL);
	while (!stage)
		usleep(1000);
	same("two threads", names_in("/proc/self/task"), 4);
	holds("the first is called", says("/proc/self/comm", "first"));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
	holds("the other", says(path, "another"));
	same("renamed from outside", put(path, "renamed"), 7);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	holds("it says so", says(path, "(renamed) "));
	same("its number", atoi(text), tid);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	holds("its process", says(path, "Name:\trenamed\n"));
	snprintf(text + 20000, 100, "Tgid:\t%d\n", pid);
	holds("and whose it is", strstr(text, text + 20000));
	snprintf(path, sizeof(path), "/proc/%d/task/1/comm", pid);
	same("not another's", take(path), -ENOENT);
	snprintf(path, sizeof(path), "%d/task/%d", pid, pid);
	text[readlink("/proc/thread-self", text, 100)] = '\0';
	same("oneself", strcmp(text, path), 0);
	stage = 2;
	pthread_join(t, &end);
	holds("it has seen its name", end);
}

static void memory(void)
{
	char line[100];
	int fd = open("/tmp/proc-map", O_RDWR | O_CREAT, 0600);
	void *at;

	ftruncate(fd, 8192);
	at = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 4096);
	take("/proc/self/maps");
	snprintf(line, sizeof(line), "%08lx-%08lx r--s 00001000 ", (long)at, (long)at + 8192);
	char *found = strstr(text, line);
	holds("a mapping", found);
	holds("by its name", found && strstr(found, "/tmp/proc-map\n"));
	unlink("/tmp/proc-map");
	holds("which is gone", says("/proc/self/maps", "(deleted)"));
	munmap(at, 8192);
	close(fd);
	holds("a stack", says("/proc/self/maps", "[stack]"));
	at = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect((char *)at + 12288, 4096, PROT_NONE);
	*(volatile char *)at = 1;
	take("/proc/self/smaps");
	snprintf(line, sizeof(line), "%08lx-", (long)at);
	found = strstr(text, line);
	found = found ? strstr(found, "Rss:") : NULL;
	same("a page is there", found ? atoi(found + 4) : -1, 4);
	munmap(at, 16384);
	same("seven numbers",
	     take("/proc/self/statm") > 0 &&
		     sscanf(text, "%*u %*u %*u %*u %*u %*u %u", &(unsigned){0}),
	     1);
}

static void strings(void)
{
	Elf64_auxv_t *aux = (Elf64_auxv_t *)text;
	bool page = false;

	for (long n = take("/proc/self/auxv") / (long)sizeof(*aux), i = 0; i < n; i++)
		page |= aux[i].a_type == AT_PAGESZ && aux[i].a_un.a_val == 4096;
	holds("the size of a page", page);
	holds("descriptors", says("/proc/self/limits", "Max open files "));
	same("no groups", take("/proc/self/cgroup"), 0);
	same("who is killed first", put("/proc/self/oom_score_adj", "500\n"), 4);
	holds("is kept", says("/proc/self/oom_score_adj", "500\n"));
	same("but not so", put("/proc/self/oom_score_adj", "1001"), -EINVAL);
	same("nor so", put("/proc/self/oom_score_adj", "x"), -EINVAL);
	put("/proc/self/oom_score_adj", "0");
	same("what can't be written",
	     open("/proc/self/stat", O_WRONLY) < 0 ? 0 : (int)put("/proc/self/stat", "x") >= 0, 0);
	holds("a file system", says("/proc/filesystems", "nodev\ttmpfs\n"));
	holds("all CPUs", says("/proc/stat", "cpu0 "));
	holds("and when", strstr(text, "\nbtime "));
	holds("what is mounted", says("/proc/self/mountinfo", " / / "));
}

static void descriptors(void)
{
	int fd = open("/tmp/proc-fd", O_RDWR | O_CREAT | O_APPEND, 0600);
	unsigned int flags = 0;
	char path[64];
	long pos = 0;

	write(fd, "12345", 5);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	take(path);
	same("where and how", sscanf(text, "pos: %ld flags: %o", &pos, &flags), 2);
	same("where", pos, 5);
	same("how", flags & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND);
	close(fd);
	same("it is closed", take(path), -ENOENT);
	unlink("/tmp/proc-fd");
}

static void zombies(void)
{
	char path[64], line[100];
	pid_t child = fork();
	int fd;

	if (child == 0) {
		prctl(PR_SET_NAME, "ghost");
		_exit(0);
	}
	waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT);
	snprintf(path, sizeof(path), "/proc/%d/stat", child);
	snprintf(line, sizeof(line), "%d (ghost) Z %d ", child, getpid());
	holds("it has ended", says(path, line));
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	holds("it says so", says(path, "State:\tZ (zombie)\n"));
	snprintf(path, sizeof(path), "/proc/%d/comm", child);
	holds("its name", says(path, "ghost\n"));
	snprintf(path, sizeof(path), "/proc/%d/maps", child);
	same("no memory", take(path), 0);
	waitpid(child, NULL, 0);
	same("it is gone", take(path), -ENOENT);
	snprintf(path, sizeof(path), "/proc/%d", getpid());
	fd = open(path, O_RDONLY | O_DIRECTORY);
	same("a directory for a process", RAW(SYS_pidfd_send_signal, fd, 0, NULL, 0), 0);
	close(fd);
	fd = open("/proc", O_RDONLY | O_DIRECTORY);
	same("not any", RAW(SYS_pidfd_send_signal, fd, 0, NULL, 0), -EBADF);
	close(fd);
}

static void slack_of_children(void)
{
	child_needs(prctl(PR_SET_TIMERSLACK, 70000) == 0);
	if (fork() == 0) {
		child_needs(prctl(PR_GET_TIMERSLACK) == 70000);
		child_needs(prctl(PR_SET_TIMERSLACK, 60000) == 0);
		child_needs(prctl(PR_SET_TIMERSLACK, 0) == 0);
		_exit(prctl(PR_GET_TIMERSLACK) != 70000);
	}
	int status = -1;
	wait(&status);
	child_needs(status == 0);
	child_needs(RAW(SYS_setresuid, 9, 9, 9) == 0);
	child_needs(RAW(SYS_prctl, PR_SET_SECUREBITS, 0, 0, 0, 0) == -EPERM);
}

static void zero(void)
{
	int fd = open("/dev/zero", O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	holds("zeros", at != MAP_FAILED);
	same("can't be written", RAW(SYS_mprotect, at, 4096, PROT_READ | PROT_WRITE), -EACCES);
	same("nor from the start", RAW(SYS_mmap, NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0),
	     -EACCES);
	munmap(at, 4096);
	close(fd);
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

static pid_t child_of_number(pid_t number)
{
	char word[16];
	pid_t pid;

	snprintf(word, sizeof(word), "%d", number - 1);
	if (number)
		put("/proc/sys/kernel/ns_last_pid", word);
	pid = fork();
	if (!pid)
		sleep_for_ever();
	return pid;
}

/* What was opened of a process is no other's that has its number later. */
static void numbers_used_again(void)
{
	pid_t first = child_of_number(0), second;
	char path[32], c;
	int dir, file;

	snprintf(path, sizeof(path), "/proc/%d", first);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	file = openat(dir, "status", O_RDONLY);
	holds("a directory and a file", dir >= 0 && file >= 0);
	kill(first, SIGKILL);
	waitpid(first, NULL, 0);
	second = child_of_number(first);
	same("the number comes again", second, first);
	same("no signal goes there", RAW(SYS_pidfd_send_signal, dir, SIGKILL, NULL, 0), -ESRCH);
	same("nothing is found", RAW(SYS_openat, dir, "status", O_RDONLY), -ESRCH);
	same("nor read", RAW(SYS_read, file, &c, 1), -ESRCH);
	same("nor where it was", RAW(SYS_readlinkat, dir, "cwd", &c, 1), -ESRCH);
	same("it goes on", kill(second, SIGKILL), 0);
	waitpid(second, NULL, 0);
	close(dir), close(file);
}

static void run(void)
{
	numbers_used_again();
	threads();
	memory();
	strings();
	descriptors();
	zombies();
	same("the slack of children", status_of(slack_of_children), 0);
	zero();
	same("no name to take away", RAW(SYS_unlink, "/proc/self/none"), -ENOENT);
	same("one that stays", RAW(SYS_unlink, "/proc/self/stat"), -EPERM);
}

const struct suite proc_suite = {"proc", run, .needs_proc = true};
