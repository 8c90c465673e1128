/* Messages over unix sockets: kinds, pieces, descriptors and credentials that go along. */
#include "guest.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

static int pair[2];

static long send_fds(int s, const char *text, const int *fds, size_t n)
{
	char control[CMSG_SPACE(16 * sizeof(int))] = {0};
	struct iovec iov = {(void *)text, strlen(text)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (n) {
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	return RAW(SYS_sendmsg, s, &m, 0);
}

/* Bytes received, or -errno; how many descriptors came with them, and the first. */
static long receive_fds(int s, size_t size, int flags, int room, int *count, int *first, int *out)
{
	char control[CMSG_SPACE(16 * sizeof(int))] = {0}, text[256];
	struct iovec iov = {text, size};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = room ? CMSG_LEN((size_t)room * sizeof(int)) : 0};
	long n = RAW(SYS_recvmsg, s, &m, flags);
	struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);

	*count = 0;
	*first = -1;
	*out = m.msg_flags;
	if (c && c->cmsg_type == SCM_RIGHTS) {
		*count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(first, CMSG_DATA(c), sizeof(int));
		for (int i = 1; i < *count; i++)
			close(((int *)CMSG_DATA(c))[i]);
	}
	return n;
}

static void passing(int type)
{
	int count, fd, flags, ends[2], two[2], bad = 99;
	char c = 0;

	same("socketpair", socketpair(AF_UNIX, type, 0, pair), 0);
	pipe(ends);
	same("a descriptor goes along", send_fds(pair[0], "abc", &ends[1], 1), 3);
	close(ends[1]);
	same("and comes", receive_fds(pair[1], 3, 0, 1, &count, &fd, &flags), 3);
	same("alone", count, 1);
	same("nothing was cut", flags, 0);
	same("it is the pipe", write(fd, "x", 1), 1);
	same("the other end has it", (read(ends[0], &c, 1), c), 'x');
	same("not closed on exec", fcntl(fd, F_GETFD), 0);
	close(fd);
	same("closed now", read(ends[0], &c, 1), 0);
	two[0] = two[1] = ends[0];
	same("two", send_fds(pair[0], "de", two, 2), 2);
	same("room for one", receive_fds(pair[1], 2, MSG_CMSG_CLOEXEC, 1, &count, &fd, &flags), 2);
	same("one came", count, 1);
	holds("that is said", flags & MSG_CTRUNC);
	same("closed on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	same("with no room", (send_fds(pair[0], "f", two, 1),
			      receive_fds(pair[1], 1, 0, 0, &count, &fd, &flags)), 1);
	holds("said too", flags & MSG_CTRUNC);
	same("read() drops them", (send_fds(pair[0], "g", two, 1), read(pair[1], &c, 1)), 1);
	same("a bad one", send_fds(pair[0], "h", &bad, 1), -EBADF);
	same("peek", (send_fds(pair[0], "i", two, 1),
		      receive_fds(pair[1], 1, MSG_PEEK, 1, &count, &fd, &flags)), 1);
	same("peek has one", count, 1);
	close(fd);
	same("again", receive_fds(pair[1], 1, 0, 1, &count, &fd, &flags), 1);
	same("has it too", count, 1);
	close(fd);
	close(ends[0]);
}

/* Who waits already when the first descriptor comes gets it, and the next bytes one at a time. */
static void passing_to_a_sleeper(void)
{
	int count, fd, flags, null = open("/dev/null", O_RDONLY);

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	if (fork() == 0) {
		close(pair[1]);
		usleep(20000);
		send_fds(pair[0], "a", &null, 1);
		send_fds(pair[0], "b", NULL, 0);
		_exit(0);
	}
	close(pair[0]);
	same("one waits for it", receive_fds(pair[1], 1, 0, 1, &count, &fd, &flags), 1);
	same("and has it", count, 1);
	same("the next byte", receive_fds(pair[1], 1, 0, 1, &count, &fd, &flags), 1);
	same("is alone", count, 0);
	same("then the end", receive_fds(pair[1], 1, 0, 1, &count, &fd, &flags), 0);
	wait(NULL);
	close(pair[1]);
	close(null);
}

static void stream_borders(void)
{
	int count, fd, flags, null = open("/dev/null", O_RDONLY);

	same("plain", send_fds(pair[0], "ab", NULL, 0), 2);
	same("then one with", send_fds(pair[0], "cd", &null, 1), 2);
	same("then plain", send_fds(pair[0], "ef", NULL, 0), 2);
	same("read up to the end of it", receive_fds(pair[1], 100, 0, 1, &count, &fd, &flags), 4);
	same("with it", count, 1);
	close(fd);
	same("then the rest", receive_fds(pair[1], 100, 0, 1, &count, &fd, &flags), 2);
	same("without", count, 0);
	same("one more", send_fds(pair[0], "ghij", &null, 1), 4);
	same("a part", receive_fds(pair[1], 1, 0, 1, &count, &fd, &flags), 1);
	same("has it", count, 1);
	close(fd);
	same("the other part", receive_fds(pair[1], 100, 0, 1, &count, &fd, &flags), 3);
	same("has none", count, 0);
	close(null);
	close(pair[0]);
	close(pair[1]);
}

/* Sockets that hold each other, and nobody holds them: again and again. */
static void circles(void)
{
	bool all = true;

	for (int i = 0; i < 3000; i++) {
		int a[2], b[2];

		all &= socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0;
		all &= socketpair(AF_UNIX, SOCK_DGRAM, 0, b) == 0;
		all &= send_fds(a[0], "x", &a[1], 1) == 1;
		all &= send_fds(b[0], "x", &a[0], 1) == 1;
		all &= send_fds(a[0], "x", &b[1], 1) == 1;
		close(a[0]), close(a[1]), close(b[0]), close(b[1]);
	}
	holds("circles go", all);
}

static void credentials(void)
{
	char control[256], text[8];
	struct iovec iov = {text, sizeof(text)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct ucred who;
	socklen_t len = sizeof(who);
	int one = 1;
	pid_t child;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	same("SO_PEERCRED", getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &who, &len), 0);
	same("is this one", who.pid, getpid());
	same("root", who.uid, 0);
	same("SO_PASSCRED", setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)), 0);
	child = fork();
	if (child == 0) {
		write(pair[1], "hello", 5);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	same("a message", recvmsg(pair[0], &m, 0), 5);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	holds("says who sent it", c && c->cmsg_type == SCM_CREDENTIALS);
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	same("the child", who.pid, child);
	close(pair[0]);
	close(pair[1]);
}

static void datagrams(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/tmp/dgram"}, from;
	struct iovec iov[2] = {{(char[4]){0}, 2}, {(char[4]){0}, 2}};
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), t = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct timeval soon = {0, 20000}, got;
	socklen_t len = sizeof(from);
	char text[8];

	same("bind", bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	same("the name's length", (getsockname(s, (struct sockaddr *)&from, &len), len), 13);
	strcpy(a.sun_path, "/tmp/other");
	same("bind again", RAW(SYS_bind, s, &a, sizeof(a)), -EINVAL);
	strcpy(a.sun_path, "/tmp/dgram");
	same("taken", RAW(SYS_bind, t, &a, sizeof(a)), -EADDRINUSE);
	same("send to nobody", RAW(SYS_sendto, t, "x", 1, 0, NULL, 0), -ENOTCONN);
	same("an own name", bind(t, (struct sockaddr *)&a, 2), 0);
	len = sizeof(from);
	same("is of six", (getsockname(t, (struct sockaddr *)&from, &len), len), 8);
	same("abstract", from.sun_path[0], 0);
	same("sendto", sendto(t, "hello", 5, 0, (struct sockaddr *)&a, sizeof(a)), 5);
	same("recvmsg in pieces, cut", recvmsg(s, &m, 0), 4);
	same("it says so", m.msg_flags, MSG_TRUNC);
	same("one piece", memcmp(iov[0].iov_base, "he", 2), 0);
	same("the other", memcmp(iov[1].iov_base, "ll", 2), 0);
	same("empty now", RAW(SYS_recvfrom, s, text, 8, MSG_DONTWAIT, NULL, NULL), -EAGAIN);
	same("connect", connect(t, (struct sockaddr *)&a, sizeof(a)), 0);
	same("send", send(t, "hello", 5, 0), 5);
	same("the real length", recv(s, text, 2, MSG_TRUNC), 5);
	same("SO_RCVTIMEO", setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)), 0);
	same("it ends", RAW(SYS_recvfrom, s, text, 8, 0, NULL, NULL), -EAGAIN);
	len = sizeof(got);
	same("it is kept", (getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &got, &len), got.tv_usec), 20000);
	same("too long", RAW(SYS_sendto, t, "x", 1 << 20, 0, NULL, 0), -EMSGSIZE);
	same("dissolve", (a.sun_family = AF_UNSPEC, connect(t, (struct sockaddr *)&a, 2)), 0);
	same("nobody again", RAW(SYS_sendto, t, "x", 1, 0, NULL, 0), -ENOTCONN);
	close(s);
	a.sun_family = AF_UNIX;
	same("to one that is gone", RAW(SYS_sendto, t, "x", 1, 0, &a, sizeof(a)), -ECONNREFUSED);
	close(t);
	unlink(a.sun_path);
}

static void packets(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0packets"};
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0), t = socket(AF_UNIX, SOCK_SEQPACKET, 0), c, v = 0;
	struct mmsghdr mm[2] = {{{0}, 0}, {{0}, 0}};
	struct iovec iov[2] = {{"one", 3}, {"three", 5}};
	socklen_t len = sizeof(v);
	char text[8];

	same("bind", bind(s, (struct sockaddr *)&a, 10), 0);
	same("listen", listen(s, 1), 0);
	same("connect", connect(t, (struct sockaddr *)&a, 10), 0);
	c = accept(s, NULL, NULL);
	holds("accept", c >= 0);
	same("type", (getsockopt(c, SOL_SOCKET, SO_TYPE, &v, &len), v), SOCK_SEQPACKET);
	for (int i = 0; i < 2; i++)
		mm[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
	same("sendmmsg", sendmmsg(t, mm, 2, 0), 2);
	same("its lengths", mm[1].msg_len, 5);
	same("one message each", recv(c, text, 8, 0), 3);
	same("cut", recv(c, text, 2, 0), 2);
	same("the rest is gone", RAW(SYS_recvfrom, c, text, 8, MSG_DONTWAIT, NULL, NULL), -EAGAIN);
	send(t, "last", 4, 0);
	close(t);
	same("still there", recv(c, text, 8, 0), 4);
	same("then the end", recv(c, text, 8, 0), 0);
	same("nobody reads", RAW(SYS_sendto, c, "x", 1, MSG_NOSIGNAL, NULL, 0), -EPIPE);
	close(c);
	close(s);
}

static void options(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0), v = 0;
	socklen_t len = sizeof(v);

	same("an unknown option", RAW(SYS_setsockopt, s, SOL_SOCKET, 999, &v, 4), -ENOPROTOOPT);
	same("too short", RAW(SYS_setsockopt, s, SOL_SOCKET, SO_KEEPALIVE, &v, 2), -EINVAL);
	same("another level", RAW(SYS_setsockopt, s, 6, 1, &v, 4), -EOPNOTSUPP);
	same("read only", RAW(SYS_setsockopt, s, SOL_SOCKET, SO_TYPE, &v, 4), -ENOPROTOOPT);
	v = 8192;
	same("SO_SNDBUF", setsockopt(s, SOL_SOCKET, SO_SNDBUF, &v, 4), 0);
	same("is doubled", (getsockopt(s, SOL_SOCKET, SO_SNDBUF, &v, &len), v), 16384);
	v = 7;
	same("a flag", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &v, 4), 0);
	same("is 1", (getsockopt(s, SOL_SOCKET, SO_REUSEADDR, &v, &len), v), 1);
	same("SO_PROTOCOL", (getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len), v), 0);
	same("no socket", RAW(SYS_getsockopt, 0, SOL_SOCKET, SO_TYPE, &v, &len), -ENOTSOCK);
	close(s);
}

static void run(void)
{
	passing(SOCK_STREAM);
	stream_borders();
	passing_to_a_sleeper();
	passing(SOCK_DGRAM);
	passing(SOCK_SEQPACKET);
	circles();
	credentials();
	datagrams();
	packets();
	options();
}

const struct suite message_suite = {"message", run};
