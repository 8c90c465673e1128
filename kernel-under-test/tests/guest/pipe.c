/* Pipes. */
#include "guest.h"

#include <sys/socket.h>
#include <sys/uio.h>

static void byte_stream(void)
{
	static unsigned char chunk[100000];
	int ends[2], status;
	long total = 0, wrong = 0, n;

	if (pipe(ends))
		_exit(1);
	if (fork() == 0) {
		for (long at = 0; at < 2000000; at += (long)sizeof(chunk)) {
			for (size_t i = 0; i < sizeof(chunk); i++)
				chunk[i] = (unsigned char)((at + (long)i) * 7 % 251);
			child_needs(write(ends[1], chunk, sizeof(chunk)) == sizeof(chunk));
		}
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], chunk, 1 + total % 30000)) > 0)
		for (long i = 0; i < n; i++, total++)
			wrong += chunk[i] != (unsigned char)(total * 7 % 251);
	wait(&status);
	same("all bytes come", total, 2000000);
	same("in order", wrong, 0);
	same("the end is an end", n, 0);
	same("the writer wrote it all", status, 0);
	close(ends[0]);
}

static void without_blocking(void)
{
	static char page[4096];
	int ends[2];
	long n = 0;

	if (pipe2(ends, O_NONBLOCK))
		_exit(1);
	same("nothing to read", RAW(SYS_read, ends[0], page, 10), -EAGAIN);
	while (write(ends[1], page, sizeof(page)) == sizeof(page))
		n++;
	same("no room", errno, EAGAIN);
	same("room for 64 KiB", n, 16);
	same("read some", read(ends[0], page, 100), 100);
	same("a small write waits for room as a whole", RAW(SYS_write, ends[1], page, 4096), -EAGAIN);
	same("a page is free", read(ends[0], page, 3996), 3996);
	same("now it fits", RAW(SYS_write, ends[1], page, 4096), 4096);
	close(ends[0]);
	close(ends[1]);
}

static void writes_to_nobody(void)
{
	int ends[2];

	child_needs(pipe(ends) == 0);
	close(ends[0]);
	(void)!write(ends[1], "x", 1);
}

static void writes_to_nobody_and_ignores_it(void)
{
	int ends[2];

	child_needs(pipe(ends) == 0);
	signal(SIGPIPE, SIG_IGN);
	close(ends[0]);
	child_needs(write(ends[1], "x", 1) < 0 && errno == EPIPE);
	child_needs(write(ends[1], "", 0) == 0);
}

/* The reader goes while the writer sleeps. */
static void reader_leaves(void)
{
	static char much[200000];
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		_exit(1);
	child = fork();
	if (!child) {
		close(ends[0]);
		(void)!write(ends[1], much, sizeof(much));
		_exit(0);
	}
	close(ends[1]);
	same("read a little", read(ends[0], much, 1000) > 0, 1);
	close(ends[0]);
	waitpid(child, &status, 0);
	same("a sleeping writer learns that nobody reads", status, SIGPIPE);
}

static void descriptors(void)
{
	struct stat st;
	int ends[2];

	same("an odd flag", RAW(SYS_pipe2, ends, O_APPEND), -EINVAL);
	same("a bad pointer", RAW(SYS_pipe, (int *)8), -EFAULT);
	if (pipe2(ends, O_CLOEXEC))
		_exit(1);
	same("nothing was left open by the bad one", ends[0], 3);
	same("two in a row", ends[1], 4);
	same("close on exec", fcntl(ends[0], F_GETFD) + fcntl(ends[1], F_GETFD), 2 * FD_CLOEXEC);
	same("reading the end for writing", RAW(SYS_read, ends[1], &st, 1), -EBADF);
	same("writing the end for reading", RAW(SYS_write, ends[0], &st, 1), -EBADF);
	same("seeking", RAW(SYS_lseek, ends[0], 0, SEEK_CUR), -ESPIPE);
	same("pread", RAW(SYS_pread64, ends[0], &st, 1, 0), -ESPIPE);
	same("truncating", RAW(SYS_ftruncate, ends[1], 0), -EINVAL);
	same("mode", fstat(ends[0], &st) ? -1 : (long)(st.st_mode & S_IFMT), S_IFIFO);
	same("a bad buffer to write", RAW(SYS_write, ends[1], (void *)8, 10), -EFAULT);
	same("write", write(ends[1], "abc", 3), 3);
	same("a bad buffer to read", RAW(SYS_read, ends[0], (void *)8, 10), -EFAULT);
	same("nothing was lost", read(ends[0], &st, 10), 3);
	same("reading nothing", read(ends[0], &st, 0), 0);
	close(ends[0]);
	close(ends[1]);
}

static void vectors(void)
{
	char a[3], b[5];
	struct iovec out[3] = {{"ab", 2}, {NULL, 0}, {"cdef", 4}}, in[2] = {{a, 3}, {b, 5}};
	int ends[2];

	if (pipe(ends))
		_exit(1);
	same("writev", writev(ends[1], out, 3), 6);
	same("readv", readv(ends[0], in, 2), 6);
	holds("bytes in their places", !memcmp(a, "abc", 3) && !memcmp(b, "def", 3));
	same("no vectors", writev(ends[1], out, 0), 0);
	same("too many vectors", RAW(SYS_writev, ends[1], out, 1025), -EINVAL);
	same("a bad vector", RAW(SYS_writev, ends[1], (void *)8, 1), -EFAULT);
	out[2].iov_len = SIZE_MAX;
	same("a negative length", RAW(SYS_writev, ends[1], out, 3), -EINVAL);
	close(ends[0]);
	close(ends[1]);
}

/* What waits for bytes does not once it has some, and a packet is one, whatever it is cut into. */
static void pieces(void)
{
	char a[4] = "", b[4] = "";
	const struct iovec both[] = {{a, 2}, {b, 2}}, bad[] = {{a, 2}, {(void *)8, 2}};
	const struct iovec event[] = {{a, 4}, {b, 4}};
	int ends[2], pair[2], e = (int)RAW(SYS_eventfd2, 5, 0);

	if (pipe(ends) || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		_exit(1);
	write(ends[1], "ab", 2);
	same("as much as is there", readv(ends[0], both, 2), 2);
	write(ends[1], "cdefg", 5);
	same("as much as there is room for", readv(ends[0], both, 2), 4);
	same("in order", memcmp(a, "cd", 2) | memcmp(b, "ef", 2), 0);
	same("what was left", readv(ends[0], both, 2), 1);
	same("bytes from nowhere", RAW(SYS_writev, ends[1], bad, 2), -EFAULT);
	write(pair[0], "abc", 3);
	write(pair[0], "xyz", 3);
	same("one packet", readv(pair[1], both, 2), 3);
	same("in both parts", memcmp(a, "ab", 2) | memcmp(b, "c", 1), 0);
	same("a number in halves", readv(e, event, 2), 8);
	same("the lower one", a[0], 5);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	same("nobody reads", RAW(SYS_writev, ends[1], both, 2), -EPIPE);
	signal(SIGPIPE, SIG_DFL);
	close(ends[1]);
	close(pair[0]);
	close(pair[1]);
	close(e);
}

static void run(void)
{
	byte_stream();
	without_blocking();
	same("writing to nobody", status_of(writes_to_nobody), SIGPIPE);
	same("writing to nobody, SIGPIPE ignored", status_of(writes_to_nobody_and_ignores_it), 0);
	reader_leaves();
	descriptors();
	vectors();
	pieces();
}

const struct suite pipe_suite = {"pipe", run};
