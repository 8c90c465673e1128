/* execve: what the new program is given, what it keeps, and what is refused. */
#include "guest.h"

#include <spawn.h>
#include <sys/auxv.h>
#include <sys/resource.h>

extern char **environ;

/* Status of SELF run with these arguments; 127 when it did not start. */
static int run_self(char *const argv[], char *const envp[])
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		execve(SELF, argv, envp);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return status;
}

static int role_arguments(int argc, char **argv)
{
	child_needs(argc == 5 && !argv[5]);
	child_needs(!strcmp(argv[2], "") && !strcmp(argv[3], "two words"));
	child_needs(strlen(argv[4]) == 5000 && argv[4][4999] == 'L');
	child_needs(!strcmp(environ[0], "A=1") && !strcmp(environ[1], "B=") && !environ[2]);
	child_needs(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
	return 0;
}

static int role_auxiliary(void)
{
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	int sum = 0;

	child_needs(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_CLKTCK) == 100);
	child_needs(getauxval(AT_PHENT) == 56 && getauxval(AT_PHNUM) > 2 && getauxval(AT_PHDR));
	child_needs(getauxval(AT_ENTRY) && getauxval(AT_UID) == 0 && getauxval(AT_SECURE) == 0);
	child_needs(!strcmp((const char *)getauxval(AT_EXECFN), SELF));
	child_needs(!strcmp((const char *)getauxval(AT_PLATFORM), "x86_64"));
	child_needs(random != NULL);
	for (int i = 0; i < 16; i++)
		sum |= random[i];
	child_needs(sum != 0);
	return 0;
}

/* argv[2] and argv[3]: a descriptor that should be open, and one that should not. */
static int role_kept(char **argv)
{
	char cwd[64];

	child_needs(fcntl(atoi(argv[2]), F_GETFD) == 0);
	child_needs(fcntl(atoi(argv[3]), F_GETFD) < 0 && errno == EBADF);
	child_needs(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/tmp"));
	child_needs(umask(0) == 031);
	child_needs(getppid() == atoi(argv[4]) && getpid() == atoi(argv[5]));
	child_needs(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	return 0;
}

#define LONGEST 131071 /* bytes of one argument, without its zero */

static int role_long(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (strlen(argv[i]) != LONGEST || argv[i][0] != 'l' || argv[i][LONGEST - 1] != 'l')
			return 1;
	return argc;
}

int exec_role(int argc, char **argv)
{
	char role;

	/* Run without a single argument, which only a test does. */
	if (argc == 0 || (argc == 1 && !*argv[0]))
		return 40 + argc;
	if (argc < 2)
		return -1;
	while (!strcmp(argv[1], "sleep"))
		pause();
	if (!strcmp(argv[1], "long"))
		return role_long(argc, argv);
	/* Whether it is where programs are that nobody moved. */
	if (!strcmp(argv[1], "stack"))
		return (uintptr_t)&role >> 24 == 0x7fffff ? 1 : 2;
	if (!strcmp(argv[1], "parent"))
		return (int)-RAW(SYS_getppid);
	if (!strcmp(argv[1], "called"))
		return argc == 3 && !strcmp((const char *)getauxval(AT_EXECFN), argv[2]) ? 0 : 1;
	if (!strcmp(argv[1], "is-itself"))
		return geteuid() == getuid() ? 0 : 1;
	if (!strcmp(argv[1], "exits-7"))
		return 7;
	if (!strcmp(argv[1], "arguments"))
		return role_arguments(argc, argv);
	if (!strcmp(argv[1], "auxiliary"))
		return role_auxiliary();
	if (!strcmp(argv[1], "kept"))
		return role_kept(argv);
	return -1;
}

static void given(void)
{
	static char longer[5001];
	char *arguments[] = {"x", "arguments", "", "two words", longer, NULL};
	char *auxiliary[] = {"x", "auxiliary", NULL};
	char *environment[] = {"A=1", "B=", NULL};
	int status = -1;
	pid_t child;

	memset(longer, 'L', 5000);
	same("arguments and environment", run_self(arguments, environment), 0);
	same("the auxiliary vector", run_self(auxiliary, environment), 0);
	child = fork();
	if (!child) {
		syscall(SYS_execve, SELF, NULL, NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	same("no arguments at all are one empty one", status, 41 << 8);
}

static void kept(void)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		char stays[12], goes[12], parent[12], self[12];
		char *argv[] = {"x", "kept", stays, goes, parent, self, NULL};

		child_needs(chdir("/tmp") == 0);
		umask(031);
		signal(SIGUSR1, SIG_IGN);
		snprintf(stays, sizeof(stays), "%d", open("/dev/null", O_RDONLY));
		snprintf(goes, sizeof(goes), "%d", open("/dev/null", O_RDONLY | O_CLOEXEC));
		snprintf(parent, sizeof(parent), "%d", getppid());
		snprintf(self, sizeof(self), "%d", getpid());
		execv(SELF, argv);
		_exit(127);
	}
	waitpid(child, &status, 0);
	same("descriptors, directory, mask, numbers", status, 0);
}

static void spawned(void)
{
	char *argv[] = {"x", "exits-7", NULL};
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t child = vfork();

	if (!child) {
		execv(SELF, argv);
		_exit(127);
	}
	waitpid(child, &status, 0);
	same("after vfork", status, 7 << 8);

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	same("posix_spawn", posix_spawn(&child, SELF, &actions, NULL, argv, environ), 0);
	waitpid(child, &status, 0);
	same("status of the spawned", status, 7 << 8);
	same("posix_spawn of nothing",
	     posix_spawn(&child, "/tmp/nothing", NULL, NULL, argv, environ), ENOENT);
}

static void refused(void)
{
	static char huge[200000];
	char *argv[] = {"x", NULL}, *big[] = {"x", huge, NULL};

	put_file("/tmp/text", "no program");
	same("a file that nobody may run", RAW(SYS_execve, "/tmp/text", argv, environ), -EACCES);
	put_file("/tmp/empty", "");
	unlink("/tmp/text");
	mknod("/tmp/text", S_IFREG | 0755, 0);
	put_file("/tmp/text", "no program");
	same("a text", RAW(SYS_execve, "/tmp/text", argv, environ), -ENOEXEC);
	put_file("/tmp/text", "");
	same("an empty file", RAW(SYS_execve, "/tmp/text", argv, environ), -ENOEXEC);
	put_file("/tmp/text", "\177ELF");
	same("a cut ELF", RAW(SYS_execve, "/tmp/text", argv, environ), -ENOEXEC);
	same("a directory", RAW(SYS_execve, "/tmp", argv, environ), -EACCES);
	same("a device", RAW(SYS_execve, "/dev/null", argv, environ), -EACCES);
	same("nothing", RAW(SYS_execve, "/tmp/nothing", argv, environ), -ENOENT);
	same("an empty path", RAW(SYS_execve, "", argv, environ), -ENOENT);
	same("through a file", RAW(SYS_execve, "/tmp/text/x", argv, environ), -ENOTDIR);
	same("a bad path", RAW(SYS_execve, (char *)8, argv, environ), -EFAULT);
	same("a bad argv", RAW(SYS_execve, SELF, (char **)8, environ), -EFAULT);
	same("a bad envp", RAW(SYS_execve, SELF, argv, (char **)8), -EFAULT);
	argv[0] = (char *)8;
	same("a bad argument", RAW(SYS_execve, SELF, argv, environ), -EFAULT);
	memset(huge, 'h', sizeof(huge) - 1);
	same("an argument too long", RAW(SYS_execve, SELF, big, environ), -E2BIG);
	unlink("/tmp/text");
	unlink("/tmp/empty");
}

static long exec_at(int fd, const char *path, char *const argv[], int flags)
{
	return RAW(SYS_execveat, fd, path, argv, environ, flags);
}

/* Status of what execveat() runs, if it is told that it was called so. */
static int run_at(int fd, const char *path, int flags, const char *called)
{
	char name[64], *argv[] = {"x", "called", name, NULL};
	int status = -1;
	pid_t child = fork();

	if (!child) {
		snprintf(name, sizeof(name), called, fd);
		_exit((int)-exec_at(fd, path, argv, flags));
	}
	waitpid(child, &status, 0);
	return status;
}

static void run_by_descriptors(void)
{
	char *argv[] = {"x", NULL};
	int self = open(SELF, O_RDONLY | O_CLOEXEC), path = open(SELF, O_PATH);
	int root = open("/", O_RDONLY), pair[2];

	same("a descriptor", run_at(self, "", AT_EMPTY_PATH, "/dev/fd/%d"), 0);
	same("of a path", run_at(path, "", AT_EMPTY_PATH, "/dev/fd/%d"), 0);
	same("in a directory", run_at(root, SELF + 1, 0, "/dev/fd/%d" SELF), 0);
	same("by its name alone", run_at(-1, SELF, 0, SELF), 0);
	same("no name", exec_at(self, "", argv, 0), -ENOENT);
	same("no name, unknown flags", exec_at(self, "", argv, 1), -ENOENT);
	same("unknown flags", exec_at(-1, SELF, argv, 1), -EINVAL);
	same("in no directory", exec_at(self, "init", argv, 0), -ENOTDIR);
	same("no descriptor", exec_at(99, "init", argv, 0), -EBADF);
	same("a directory itself", exec_at(root, "", argv, AT_EMPTY_PATH), -EACCES);
	same("here", exec_at(AT_FDCWD, "", argv, AT_EMPTY_PATH), -EACCES);
	same("a pipe", pipe(pair) ?: exec_at(pair[0], "", argv, AT_EMPTY_PATH), -EACCES);
	symlink(SELF, "/tmp/link");
	same("a link", run_at(-1, "/tmp/link", 0, "/tmp/link"), 0);
	same("not a link", exec_at(AT_FDCWD, "/tmp/link", argv, AT_SYMLINK_NOFOLLOW), -ELOOP);
	unlink("/tmp/link");
	close(self), close(path), close(root), close(pair[0]), close(pair[1]);
}

/* A quarter of the stack's limit, pointers and all; each at most 32 pages. */
static void lengths(void)
{
	static char one[LONGEST + 2];
	char *argv[20] = {"x", "long"};
	struct rlimit limit;
	pid_t child;
	int status;

	memset(one, 'l', LONGEST);
	for (int i = 2; i < 12; i++)
		argv[i] = one;
	same("long arguments", run_self(argv, environ), 12 << 8);
	for (int i = 12; i < 19; i++)
		argv[i] = one;
	same("too many of them", run_self(argv, environ), 127 << 8);
	argv[3] = NULL;
	one[LONGEST] = 'l';
	same("one that is too long", RAW(SYS_execve, SELF, argv, environ), -E2BIG);
	one[LONGEST] = 0;
	for (int i = 2; i < 12; i++)
		argv[i] = i < 4 ? one : NULL;
	child = fork();
	if (child == 0) {
		getrlimit(RLIMIT_STACK, &limit);
		limit.rlim_cur = 1 << 20;
		setrlimit(RLIMIT_STACK, &limit);
		if (RAW(SYS_execve, SELF, argv, environ) != -E2BIG)
			_exit(1);
		argv[3] = NULL;
		execv(SELF, argv);
		_exit(2);
	}
	waitpid(child, &status, 0);
	same("with a smaller stack", status, 3 << 8);
}

static void run(void)
{
	lengths();
	given();
	kept();
	spawned();
	refused();
	run_by_descriptors();
}

const struct suite exec_suite = {"exec", run};
