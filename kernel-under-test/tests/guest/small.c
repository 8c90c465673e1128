/* What is small and stands nowhere else: limits of copies, messages, names of the machine. */
#include "guest.h"

#include <linux/random.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/utsname.h>
#include <termios.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

static void copies(void)
{
	int in, out = open("/tmp/small-out", O_RDWR | O_CREAT, 0600);
	int64_t from = 0, to = INT64_MAX;

	put_file("/tmp/small-in", "12345");
	in = open("/tmp/small-in", O_RDONLY);
	same("past the last byte", RAW(SYS_copy_file_range, in, &from, out, &to, 5, 0), -EFBIG);
	to = INT64_MAX - 3;
	same("round the end", RAW(SYS_copy_file_range, in, &from, out, &to, UINT64_MAX, 0),
	     -EOVERFLOW);
	from = INT64_MAX - 10, to = 0;
	same("of what is not there", RAW(SYS_copy_file_range, in, &from, out, &to, 5, 0), 0);
	from = 1;
	same("four bytes", RAW(SYS_copy_file_range, in, &from, out, &to, 100, 0), 4);
	close(in), close(out);
	unlink("/tmp/small-in"), unlink("/tmp/small-out");
}

static void messages(void)
{
	struct {
		long type;
		char text[8];
	} m = {3, "three"};
	int id = msgget(IPC_PRIVATE, 0600);

	msgsnd(id, &m, 8, 0);
	m.type = 5;
	strcpy(m.text, "five");
	msgsnd(id, &m, 8, 0);
	same("the second, left there", RAW(SYS_msgrcv, id, &m, 8, 1, MSG_COPY | IPC_NOWAIT), 8);
	same("is this", strcmp(m.text, "five") || m.type != 5, 0);
	same("the first", RAW(SYS_msgrcv, id, &m, 8, 0, MSG_COPY | IPC_NOWAIT), 8);
	same("is that", strcmp(m.text, "three"), 0);
	same("no third", RAW(SYS_msgrcv, id, &m, 8, 2, MSG_COPY | IPC_NOWAIT), -ENOMSG);
	same("no room", RAW(SYS_msgrcv, id, &m, 4, 0, MSG_COPY | IPC_NOWAIT), -E2BIG);
	same("not to wait for", RAW(SYS_msgrcv, id, &m, 8, 0, MSG_COPY), -EINVAL);
	same("but one", RAW(SYS_msgrcv, id, &m, 8, 0, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT), -EINVAL);
	same("both are there",
	     RAW(SYS_msgrcv, id, &m, 8, 5, IPC_NOWAIT) + RAW(SYS_msgrcv, id, &m, 8, 3, IPC_NOWAIT),
	     16);
	msgctl(id, IPC_RMID, NULL);
}

static void groups_of_files(void)
{
	struct stat st;

	child_needs(mkdir("/tmp/small-dir", 0777) == 0 && chown("/tmp/small-dir", 0, 77) == 0);
	child_needs(chmod("/tmp/small-dir", 02777) == 0);
	child_needs(RAW(SYS_setresgid, 9, 9, 9) == 0 && RAW(SYS_setgroups, 0, NULL) == 0 &&
		    RAW(SYS_setresuid, 9, 9, 9) == 0);
	umask(010);
	close(open("/tmp/small-dir/a", O_CREAT | O_RDWR, 02777));
	child_needs(stat("/tmp/small-dir/a", &st) == 0 && st.st_gid == 77);
	child_needs((st.st_mode & 07777) == 0767);
	close(open("/tmp/small-dir/b", O_CREAT | O_RDWR, 02767));
	child_needs(stat("/tmp/small-dir/b", &st) == 0 && (st.st_mode & 07777) == 02767);
	unlink("/tmp/small-dir/a"), unlink("/tmp/small-dir/b");
}

static void names(void)
{
	struct utsname u;
	int fd, bits = 0;

	put_file("/proc/sys/kernel/hostname", "small.example\n");
	same("a name", uname(&u) || strcmp(u.nodename, "small.example"), 0);
	put_file("/proc/sys/kernel/hostname", "x");
	same("a shorter one", uname(&u) || strcmp(u.nodename, "x"), 0);
	fd = open("/proc/sys/kernel/domainname", O_RDONLY);
	holds("a domain", fd >= 0);
	close(fd);
	mknod("/tmp/small-random", S_IFCHR | 0600, 1 << 8 | 9);
	fd = open("/tmp/small-random", O_RDWR);
	same("what it has gathered", RAW(SYS_ioctl, fd, RNDGETENTCNT, &bits), 0);
	holds("is enough", bits >= 0 && bits <= 256);
	same("more of it", RAW(SYS_ioctl, fd, RNDADDTOENTCNT, 1), -EFAULT);
	bits = -1;
	same("less", RAW(SYS_ioctl, fd, RNDADDTOENTCNT, &bits), -EINVAL);
	close(fd);
	unlink("/tmp/small-random");
}

static void old_modes(void)
{
	struct termio old;
	struct termios now;
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	same("modes", tcgetattr(fd, &now), 0);
	same("as they were once", RAW(SYS_ioctl, fd, TCGETA, &old), 0);
	holds("are half", old.c_lflag == (unsigned short)now.c_lflag && old.c_cc[0] == now.c_cc[0]);
	same("and can be set", RAW(SYS_ioctl, fd, TCSETA, &old), 0);
	same("to nowhere", RAW(SYS_ioctl, fd, TCGETA, NULL), -EFAULT);
	same("from nowhere", RAW(SYS_ioctl, fd, TCSETAF, NULL), -EFAULT);
	close(fd);
}

/* Of an open file, which is closed. */
static const char *contents(int fd)
{
	static char text[16384];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

/* What tools read of the machine. */
static void told_by_proc(void)
{
	static const char *const fields[] = {"vendor_id\t: ", "cpu family\t: ", "model\t\t: ",
					     "flags\t\t: fpu ", "clflush size\t: 64\n"};
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *text = contents(open("/proc/cpuinfo", O_RDONLY));
	char line[80];
	int fd;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		holds("a CPU's words", strstr(text, fields[i]));
	mprotect(p, 4096, PROT_EXEC);
	text = contents(open("/proc/self/maps", O_RDONLY));
	snprintf(line, sizeof(line), "%08lx-%08lx --xp 00000000 00:00 0 \n", (long)p,
		 (long)p + 4096);
	holds("memory without a name", strstr(text, line));
	fd = open("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	same("a large file's flag", fcntl(fd, F_GETFL), 0100000 | O_DIRECTORY);
	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	text = contents(open(line, O_RDONLY));
	holds("flags", strstr(text, "flags:\t02300000\n"));
	close(fd);
	munmap(p, 4096);
	same("where mounts are", readlink("/proc/mounts", line, sizeof(line)), 11);
}

static void *ends_it(void *)
{
	for (int i = 0; i < 10; i++)
		usleep(10000);
	_exit(1);
}

/* All threads of a job stop, those that sleep too. */
static void stops_all(void)
{
	int status;
	pthread_t t;
	pid_t child = fork();

	if (child == 0) {
		pthread_create(&t, NULL, ends_it, NULL);
		for (;;)
			usleep(10000);
	}
	usleep(30000);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	same("a job stops", status, SIGSTOP << 8 | 0x7f);
	usleep(300000);
	same("and is still there", waitpid(child, &status, WNOHANG), 0);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	same("till it goes on", status, 1 << 8);
}

static void run(void)
{
	stops_all();
	told_by_proc();
	old_modes();
	copies();
	messages();
	same("bits of a group's directory", status_of(groups_of_files), 0);
	rmdir("/tmp/small-dir");
	names();
}

const struct suite small_suite = {"small", run, .needs_proc = true};
