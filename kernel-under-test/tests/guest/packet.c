/* Pipes of other sizes, and pipes of packets. */
#include "guest.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#endif

static char page[4096], much[1 << 17];

static long fill(int fd, size_t each)
{
	long n = 0;

	while (write(fd, page, each) == (ssize_t)each)
		n++;
	return errno == EAGAIN ? n : -errno;
}

static long bytes_in(int fd)
{
	int n = -1;

	return ioctl(fd, FIONREAD, &n) ? -errno : n;
}

static bool is_ready(int fd, int what)
{
	struct pollfd p = {fd, (short)what, 0};

	return poll(&p, 1, 0) == 1 && p.revents == what;
}

/* What a vector says is one write, and so one packet, or all of it or nothing. */
static void vectors(void)
{
	struct iovec parts[3] = {{"ab", 2}, {"", 0}, {"cde", 3}},
		     large[2] = {{page, 2048}, {page, 2048}};
	struct iovec broken[2] = {{"xy", 2}, {(void *)8, 2}};
	int ends[2], sockets[2];

	if (pipe2(ends, O_DIRECT | O_NONBLOCK) || socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets))
		_exit(1);
	same("a packet of parts", writev(ends[1], parts, 3), 5);
	same("is one", read(ends[0], much, 100), 5);
	same("and nothing else", RAW(SYS_read, ends[0], much, 100), -EAGAIN);
	same("a datagram of parts", writev(sockets[0], parts, 3), 5);
	same("is one too", recv(sockets[1], much, 100, MSG_DONTWAIT), 5);
	same("in order", memcmp(much, "abcde", 5), 0);
	same("and no other", RAW(SYS_recvfrom, sockets[1], much, 100, MSG_DONTWAIT, 0, 0), -EAGAIN);
	close(ends[0]);
	close(ends[1]);
	if (pipe2(ends, O_NONBLOCK))
		_exit(1);
	same("until it is full", fill(ends[1], 4096), 16);
	same("a part is read", read(ends[0], much, 3000), 3000);
	same("not the half of it", RAW(SYS_writev, ends[1], large, 2), -EAGAIN);
	same("the rest is there", read(ends[0], much, sizeof(much)), 65536 - 3000);
	same("not what can be had", RAW(SYS_writev, ends[1], broken, 2), -EFAULT);
	close(ends[0]);
	close(ends[1]);
	close(sockets[0]);
	close(sockets[1]);
}

static void poor(void)
{
	int ends[2];

	child_needs(pipe(ends) == 0 && setuid(1000) == 0);
	child_needs(RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 1 << 21) == -EPERM);
	child_needs(RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 1 << 20) == 1 << 20);
}

static void sizes(void)
{
	int ends[2];

	if (pipe2(ends, O_NONBLOCK))
		_exit(1);
	same("as ever", RAW(SYS_fcntl, ends[0], F_GETPIPE_SZ), 65536);
	same("of a file", RAW(SYS_fcntl, 0, F_GETPIPE_SZ), -EBADF);
	same("of nothing", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 0), 4096);
	same("rounded", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 4097), 8192);
	same("one page", RAW(SYS_fcntl, ends[1], F_SETPIPE_SZ, 4096), 4096);
	same("holds one", fill(ends[1], 4096), 1);
	holds("and can't be written", !is_ready(ends[1], POLLOUT));
	same("grown while full", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 65537), 131072);
	same("told", RAW(SYS_fcntl, ends[1], F_GETPIPE_SZ), 131072);
	holds("can be written again", is_ready(ends[1], POLLOUT));
	same("takes the rest", fill(ends[1], 4096), 31);
	same("all of it is there", bytes_in(ends[0]), 131072);
	same("not smaller than what is in it", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 65536),
	     -EBUSY);
	same("a part of it out", read(ends[0], much, 65536), 65536);
	same("then it is", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 65536), 65536);
	same("and full", fill(ends[1], 1), 0);
	same("the other part", read(ends[0], much, sizeof(much)), 65536);
	same("too much for anybody", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, (1L << 31) + 1),
	     -EINVAL);
	same("much for root", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 1 << 21), 1 << 21);
	close(ends[0]), close(ends[1]);
	same("not for all", status_of(poor), 0);
}

/* What was written comes out, while the size is now this, now that. */
static void kept(void)
{
	unsigned char c[5000];
	long in = 0, out = 0, wrong = 0;
	int ends[2];

	if (pipe2(ends, O_NONBLOCK))
		_exit(1);
	for (int i = 0; i < 400; i++) {
		size_t n = (size_t)i * 37 % 5000 + 1;
		ssize_t got;

		for (size_t k = 0; k < n; k++)
			c[k] = (unsigned char)((in + (long)k) * 7 % 251);
		got = write(ends[1], c, n);
		in += got > 0 ? got : 0;
		fcntl(ends[0], F_SETPIPE_SZ, 4096L << (i * 11 % 8));
		got = read(ends[0], c, (size_t)i * 53 % 5000 + 1);
		for (ssize_t k = 0; k < got; k++, out++)
			wrong += c[k] != (unsigned char)(out * 7 % 251);
	}
	same("nothing changed on the way", wrong, 0);
	same("nothing got lost", bytes_in(ends[0]), in - out);
	holds("much went through", out > 200000);
	close(ends[0]), close(ends[1]);
}

static void packets(void)
{
	char text[64];
	int ends[2];

	if (pipe2(ends, O_DIRECT | O_NONBLOCK))
		_exit(1);
	same("it is told", fcntl(ends[1], F_GETFL) & O_DIRECT, O_DIRECT);
	same("one", write(ends[1], "hello", 5), 5);
	same("two", write(ends[1], "world!", 6), 6);
	same("nothing is no packet", write(ends[1], "", 0), 0);
	same("bytes of both", bytes_in(ends[0]), 11);
	same("one at a time", read(ends[0], text, 64), 5);
	same("a part of one", read(ends[0], text, 2), 2);
	same("was all of it", RAW(SYS_read, ends[0], text, 64), -EAGAIN);
	same("a long one is several", write(ends[1], much, 10000), 10000);
	same("the first", read(ends[0], much, 10000), 4096);
	same("the second", read(ends[0], much, 10000), 4096);
	same("the third", read(ends[0], much, 10000), 1808);
	same("each takes a page", fill(ends[1], 1), 16);
	holds("so that no more can be written", !is_ready(ends[1], POLLOUT));
	same("though they are few bytes", bytes_in(ends[0]), 16);
	same("larger", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 32 * 4096), 32 * 4096);
	same("for more of them", fill(ends[1], 1), 16);
	same("not smaller again", RAW(SYS_fcntl, ends[0], F_SETPIPE_SZ, 65536), -EBUSY);
	for (int i = 0; i < 32; i++)
		if (read(ends[0], text, 64) != 1)
			same("each by itself", i, 32);
	same("no more packets", fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	/* Linux would write to a page that has room, packet or not. */
	same("a page of a stream", write(ends[1], page, 4096), 4096);
	same("packets again", fcntl(ends[1], F_SETFL, O_NONBLOCK | O_DIRECT), 0);
	same("at its end", write(ends[1], "efgh", 4), 4);
	same("and behind", write(ends[1], "ij", 2), 2);
	same("bytes, and the packet behind them", read(ends[0], much, 4097), 4097);
	same("of which the rest is gone", read(ends[0], text, 64), 2);
	same("that is the last", memcmp(text, "ij", 2), 0);
	close(ends[0]), close(ends[1]);
}

static void blocked(void)
{
	int ends[2], status;
	long sum = 0, n = 0;
	ssize_t got;

	if (pipe2(ends, O_DIRECT))
		_exit(1);
	if (fork() == 0) {
		close(ends[0]);
		for (int i = 0; i < 200; i++)
			child_needs(write(ends[1], page, (size_t)i + 1) == i + 1);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], page, sizeof(page))) > 0)
		n += got == ++sum;
	wait(&status);
	same("writers wait for readers", n, 200);
	same("and are through", status, 0);
	close(ends[0]);
}

static void run(void)
{
	sizes();
	kept();
	packets();
	vectors();
	blocked();
}

const struct suite packet_suite = {"packet", run};
