/* Opening what a descriptor stands for anew, through /proc/self/fd. */
#include "guest.h"

#include <sys/socket.h>

static char name[64];

static const char *of(int fd)
{
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return name;
}

static void pipes(void)
{
	int ends[2], again, writer;
	struct stat st;
	char text[64];
	long n;

	pipe(ends);
	same("stat through the link", stat(of(ends[0]), &st) ? -1 : (long)(st.st_mode & S_IFMT),
	     S_IFIFO);
	n = readlink(of(ends[0]), text, sizeof(text));
	holds("the link says pipe", n > 7 && memcmp(text, "pipe:[", 6) == 0);
	again = open(of(ends[0]), O_RDONLY);
	holds("open the reading end", again > ends[1]);
	same("write to the pipe", write(ends[1], "abc", 3), 3);
	same("read it from the new end", read(again, text, sizeof(text)), 3);
	writer = open(of(ends[1]), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	holds("open the writing end as a shell does", writer > again);
	same("write to it", write(writer, "defg", 4), 4);
	same("read from the old end", read(ends[0], text, sizeof(text)), 4);
	close(ends[1]);
	same("one writer is left", write(writer, "h", 1), 1);
	close(writer);
	same("what it wrote", read(again, text, sizeof(text)), 1);
	same("then the end", read(again, text, sizeof(text)), 0);
	n = open(of(ends[0]), O_RDONLY);
	holds("a reader without writers need not wait", n >= 0);
	close((int)n);
	close(ends[0]);
	same("the last reader reads on", read(again, text, sizeof(text)), 0);
	writer = open(of(again), O_WRONLY);
	holds("a writer again", writer >= 0);
	same("and it writes", write(writer, "ij", 2), 2);
	same("to the reader", read(again, text, sizeof(text)), 2);
	close(again);
	close(writer);
}

static void files(void)
{
	int fd = open("/tmp/reopen", O_RDWR | O_CREAT | O_TRUNC, 0600), again, ends[2];
	char c = 0;

	write(fd, "xy", 2);
	unlink("/tmp/reopen");
	again = open(of(fd), O_RDONLY);
	holds("a file without a name", again >= 0);
	same("has a position of its own", read(again, &c, 1) == 1 ? c : -1, 'x');
	close(again);
	close(fd);
	same("a closed one", RAW(SYS_open, of(fd), O_RDONLY), -ENOENT);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	again = open(of(fd), O_RDONLY | O_DIRECTORY);
	holds("a directory", again >= 0);
	close(again);
	put_file("/tmp/below", "b");
	snprintf(name, sizeof(name), "/proc/self/fd/%d/below", fd);
	same("a name below it", access(name, F_OK), 0);
	unlink("/tmp/below");
	same("the link itself can't be opened", RAW(SYS_open, of(fd), O_NOFOLLOW), -ELOOP);
	close(fd);
	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	same("a socket can't be opened", RAW(SYS_open, of(ends[0]), O_RDWR), -ENXIO);
	close(ends[0]);
	close(ends[1]);
}

static void processes(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	char magic[4] = "";

	same("the program", read(fd, magic, 4) == 4 ? memcmp(magic, "\177ELF", 4) : -1, 0);
	close(fd);
	chdir("/tmp");
	put_file("/tmp/here", "h");
	same("below the working directory", access("/proc/self/cwd/here", F_OK), 0);
	chdir("/");
	same("below the root", access("/proc/self/root/tmp/here", F_OK), 0);
	unlink("/tmp/here");
}

static void unmounting(void)
{
	int fd;

	mkdir("/tmp/m", 0755);
	same("mount", mount("none", "/tmp/m", "tmpfs", 0, NULL), 0);
	mkdir("/tmp/m/a", 0755);
	mkdir("/tmp/m/a/b", 0755);
	put_file("/tmp/m/a/f", "x");
	link("/tmp/m/a/f", "/tmp/m/g");
	chdir("/tmp/m/a/b");
	same("while someone works deep in it", RAW(SYS_umount2, "/tmp/m", 0), -EBUSY);
	chdir("/");
	fd = open("/tmp/m/g", O_RDONLY);
	same("while a file in it is open", RAW(SYS_umount2, "/tmp/m", 0), -EBUSY);
	close(fd);
	fd = open("/tmp/m/two", O_CREAT | O_RDWR, 0600);
	link("/tmp/m/two", "/tmp/m/three");
	unlink("/tmp/m/two"), unlink("/tmp/m/three");
	same("while one without a name is", RAW(SYS_umount2, "/tmp/m", 0), -EBUSY);
	put_file("/tmp/m/two", "x");
	link("/tmp/m/two", "/tmp/m/three");
	close(fd);
	same("full, but left alone", RAW(SYS_umount2, "/tmp/m", 0), 0);
	same("what was below it is there again", rmdir("/tmp/m"), 0);
	same("/proc too", RAW(SYS_umount2, "/proc", 0), 0);
	same("and back", mount("proc", "/proc", "proc", 0, NULL), 0);
	same("it is as it was", access("/proc/self/exe", F_OK), 0);
}

static void run(void)
{
	pipes();
	files();
	processes();
	unmounting();
}

const struct suite reopen_suite = {"reopen", run, .needs_proc = true};
