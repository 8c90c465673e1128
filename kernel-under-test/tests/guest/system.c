/* The system as a whole: what sysctl(8), dmesg(1) and mount(8) set and ask. */
#include "guest.h"

#include <mqueue.h>
#include <sys/inotify.h>
#include <sys/klog.h>
#include <sys/statfs.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#define AT "/tmp/system"

static long set(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	long n = fd < 0 ? -errno : RAW(SYS_write, fd, text, strlen(text));

	close(fd);
	return n;
}

static long number(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return strtol(text, NULL, 10);
}

static void as_user(void)
{
	child_needs(setuid(1000) == 0);
	child_needs(set("/proc/sys/kernel/pid_max", "400") == -EACCES);
	child_needs(number("/proc/sys/kernel/pid_max") == 500);
}

static void settings(void)
{
	long was = number("/proc/sys/fs/inotify/max_user_instances");
	char text[32];
	int fd;

	same("no instances", set("/proc/sys/fs/inotify/max_user_instances", "0\n"), 2);
	same("are to be had", RAW(SYS_inotify_init), -EMFILE);
	snprintf(text, sizeof(text), "%ld", was);
	set("/proc/sys/fs/inotify/max_user_instances", text);
	fd = inotify_init();
	holds("and again", fd >= 0);
	close(fd);
	same("not a number", set("/proc/sys/kernel/pid_max", "many"), -EINVAL);
	same("too few", set("/proc/sys/kernel/pid_max", "7"), -EINVAL);
	same("numbers of processes", set("/proc/sys/kernel/pid_max", "500"), 3);
	same("for others not to set", status_of(as_user), 0);
	for (int i = 0; i < 600 && was >= 0; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		if (child < 0 || child >= 500)
			was = -1;
		waitpid(child, NULL, 0);
	}
	holds("begin anew", was >= 0);
	set("/proc/sys/kernel/pid_max", "32768");
	same("the last number", set("/proc/sys/kernel/ns_last_pid", "12344"), 5);
	if (fork() == 0)
		_exit(0);
	same("and the next", waitpid(-1, NULL, 0), 12345);
	set("/proc/sys/fs/mqueue/msg_max", "20");
	same("longer queues", number("/proc/sys/fs/mqueue/msg_max"), 20);
	set("/proc/sys/fs/mqueue/msg_max", "10");
	same("addresses are the same", set("/proc/sys/kernel/randomize_va_space", "0"), 1);
	same("is kept", number("/proc/sys/kernel/randomize_va_space"), 0);
	set("/proc/sys/kernel/randomize_va_space", "2");
}

static void not_for_users(void)
{
	char text[8];

	child_needs(setuid(1000) == 0);
	for (int action = 2; action <= 10; action++)
		child_needs(RAW(SYS_syslog, action, text, sizeof(text)) == -EPERM);
}

static void log_of_the_kernel(void)
{
	char text[4096];
	long level = number("/proc/sys/kernel/printk"), n;

	same("close", RAW(SYS_syslog, 0, NULL, 0), 0);
	same("no such action", RAW(SYS_syslog, 11, NULL, 0), -EINVAL);
	same("no place", RAW(SYS_syslog, 3, NULL, 10), -EINVAL);
	same("less than nothing", RAW(SYS_syslog, 3, text, -1), -EINVAL);
	same("nothing", RAW(SYS_syslog, 3, text, 0), 0);
	same("not the user's", RAW(SYS_syslog, 3, UINT64_MAX / 2, 10), -EFAULT);
	holds("how much there is room for", RAW(SYS_syslog, 10, NULL, 0) >= 4096);
	n = RAW(SYS_syslog, 3, text, sizeof(text));
	holds("what was said", n > 0 && text[0] == '<' && text[2] == '>');
	same("cleared", RAW(SYS_syslog, 5, NULL, 0), 0);
	same("nothing since", RAW(SYS_syslog, 3, text, sizeof(text)), 0);
	same("level 0", RAW(SYS_syslog, 8, NULL, 0), -EINVAL);
	same("level 9", RAW(SYS_syslog, 8, NULL, 9), -EINVAL);
	same("level 5", RAW(SYS_syslog, 8, NULL, 5), 0);
	same("is told", number("/proc/sys/kernel/printk"), 5);
	same("off", RAW(SYS_syslog, 6, NULL, 0), 0);
	same("is 1", number("/proc/sys/kernel/printk"), 1);
	same("on", RAW(SYS_syslog, 7, NULL, 0), 0);
	same("as before", number("/proc/sys/kernel/printk"), 5);
	RAW(SYS_syslog, 8, NULL, level);
	same("for users", status_of(not_for_users), 0);
}

static void names_of_file_systems(void)
{
	struct {
		int free;
		unsigned long files;
		char names[12];
	} st;
	struct stat here;
	char name[32] = "";
	long at = RAW(SYS_sysfs, 1, "tmpfs");

	stat("/proc", &here);
	same("what is left there", RAW(SYS_ustat, here.st_dev, &st), 0);
	same("no such device", RAW(SYS_ustat, 0xfffff, &st), -EINVAL);
	same("no place to tell", RAW(SYS_ustat, here.st_dev, NULL), -EFAULT);
	holds("one has a number", at >= 0 && at < RAW(SYS_sysfs, 3));
	same("which has its name", RAW(SYS_sysfs, 2, at, name), 0);
	same("again", strcmp(name, "tmpfs"), 0);
	same("no such name", RAW(SYS_sysfs, 1, "nofs"), -EINVAL);
	same("no such number", RAW(SYS_sysfs, 2, 1000, name), -EINVAL);
	same("no such thing to ask", RAW(SYS_sysfs, 4), -EINVAL);
	same("a bad name", RAW(SYS_sysfs, 1, NULL), -EFAULT);
}

static void runs_it(void)
{
	int status;

	child_needs(setuid(1000) == 0);
	if (fork() == 0)
		_exit(execl(AT "/a/init", "init", "is-itself", NULL));
	child_needs(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void copy(const char *from, const char *to)
{
	static char part[1 << 16];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, part, sizeof(part))) > 0)
		write(out, part, (size_t)n);
	close(in), close(out);
}

/* A program that says whose it became. */
static void no_set_user_id(void)
{
	struct statx st;

	mkdir(AT "/a", 0755);
	mount("one", AT "/a", "tmpfs", MS_NOSUID, "");
	copy(SELF, AT "/a/init");
	chmod(AT "/a/init", 04755);
	same("a mount without set-user-id", status_of(runs_it), 0);
	same("its root", syscall(SYS_statx, AT_FDCWD, AT "/a", 0, 0, &st), 0);
	holds("is one", st.stx_attributes & 0x2000);
	syscall(SYS_statx, AT_FDCWD, AT "/a/init", 0, 0, &st);
	holds("another thing is not", !(st.stx_attributes & 0x2000));
	umount(AT "/a");
	rmdir(AT "/a");
}

static void mounts(void)
{
	struct statfs fs;
	int fd;

	mkdir(AT "/a", 0755), mkdir(AT "/b", 0755);
	same("mount", mount("one", AT "/a", "tmpfs", 0, ""), 0);
	put_file(AT "/a/file", "text"), symlink("file", AT "/a/link"), mkdir(AT "/a/dir", 0755);
	same("what is no mount", RAW(SYS_mount, AT "/a/dir", AT "/b", "", MS_MOVE, 0), -EINVAL);
	same("into itself", RAW(SYS_mount, AT "/a", AT "/a/dir", "", MS_MOVE, 0), -ELOOP);
	same("move", RAW(SYS_mount, AT "/a", AT "/b", "", MS_MOVE, 0), 0);
	same("is there", access(AT "/b/file", F_OK), 0);
	same("and not here", RAW(SYS_access, AT "/a/file", F_OK), -ENOENT);
	same("two on one place", mount("two", AT "/b", "tmpfs", 0, ""), 0);
	same("three", mount("three", AT "/b", "tmpfs", 0, ""), 0);
	put_file(AT "/b/third", "");
	same("the last is seen", RAW(SYS_access, AT "/b/third", F_OK), 0);
	same("it goes first", umount(AT "/b"), 0);
	same("then the second", umount(AT "/b"), 0);
	same("the first again", access(AT "/b/file", F_OK), 0);
	same("links lead nowhere", mount("", AT "/b", "", MS_REMOUNT | MS_NOSYMFOLLOW, ""), 0);
	same("open", RAW(SYS_open, AT "/b/link", O_RDONLY), -ELOOP);
	same("lstat", access(AT "/b/file", F_OK), 0);
	holds("is told", statfs(AT "/b", &fs) == 0 && (fs.f_flags & 8192));
	fd = open(AT "/b/file", O_RDONLY);
	same("in use", RAW(SYS_umount2, AT "/b", 0), -EBUSY);
	same("flags that don't go together", RAW(SYS_umount2, AT "/b", MNT_EXPIRE | MNT_DETACH),
	     -EINVAL);
	same("taken away all the same", RAW(SYS_umount2, AT "/b", MNT_DETACH), 0);
	same("nobody gets in", RAW(SYS_access, AT "/b/file", F_OK), -ENOENT);
	same("who is in stays", read(fd, &fs, 100), 4);
	close(fd);
	rmdir(AT "/a"), rmdir(AT "/b");
}

static void run(void)
{
	mkdir(AT, 0755);
	settings();
	log_of_the_kernel();
	names_of_file_systems();
	no_set_user_id();
	mounts();
	rmdir(AT);
}

const struct suite system_suite = {"system", run, .needs_proc = true};
