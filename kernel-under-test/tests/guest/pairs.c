/* What the two ends of a unix socket hear of each other, and how much may be between them. */
#include "guest.h"

#include <sys/socket.h>
#include <sys/un.h>

static char bytes[64 << 10];

static void pair_of(int type, int s[2])
{
	same("socketpair", RAW(SYS_socketpair, AF_UNIX, type | SOCK_NONBLOCK, 0, s), 0);
}

static void pass_credentials(int s)
{
	int on = 1;

	same("SO_PASSCRED", RAW(SYS_setsockopt, s, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
}

/* Receives up to `n` bytes; whose they are (-1: that was not said), and a descriptor with them. */
static long receive(int s, size_t n, struct ucred *who, int *fd)
{
	char control[256] __attribute__((aligned(8)));
	struct iovec iov = {bytes, n};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	long got = RAW(SYS_recvmsg, s, &m, 0);

	who->pid = *fd = -1;
	for (struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		memcpy(c->cmsg_type == SCM_RIGHTS ? (void *)fd : who, CMSG_DATA(c),
		       c->cmsg_type == SCM_RIGHTS ? sizeof(*fd) : sizeof(*who));
	return got;
}

static long send_with(int s, int type, const void *data, size_t n)
{
	char control[64] __attribute__((aligned(8))) = {0};
	struct iovec iov = {bytes, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = CMSG_SPACE(n)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), data, n);
	return RAW(SYS_sendmsg, s, &m, 0);
}

static void check_credentials(int type)
{
	struct ucred who, stranger = {4194000, 0, 0};
	int s[2], fd;

	pair_of(type, s);
	same("a process that is not there", send_with(s[0], SCM_CREDENTIALS, &stranger, 12),
	     -ESRCH);
	same("before anybody asks", RAW(SYS_write, s[0], bytes, 20), 20);
	pass_credentials(s[0]);
	same("its sender asks", RAW(SYS_write, s[0], bytes, 20), 20);
	pass_credentials(s[1]);
	same("none are with what came before", receive(s[1], 100, &who, &fd), 20);
	holds("nobody", who.pid == 0 && who.uid == 65534 && who.gid == 65534);
	same("and not read together", receive(s[1], 100, &who, &fd), 20);
	same("the sender", who.pid, getpid());
	same("with a descriptor", send_with(s[0], SCM_RIGHTS, &s[0], sizeof(int)), 1);
	same("all of it", receive(s[1], 1, &who, &fd), 1);
	same("the sender again", who.pid, getpid());
	holds("the descriptor", fd >= 0);
	close(fd);
	close(s[0]);
	close(s[1]);
}

static void check_empty(void)
{
	struct ucred who;
	int s[2], fd;

	pair_of(SOCK_STREAM, s);
	same("no bytes wanted of none", receive(s[0], 0, &who, &fd), -EAGAIN);
	same("the same by recv", RAW(SYS_recvfrom, s[0], bytes, 0, 0, 0, 0), -EAGAIN);
	same("read wants nothing", RAW(SYS_read, s[0], bytes, 0), 0);
	same("a descriptor", send_with(s[1], SCM_RIGHTS, &s[0], sizeof(int)), 1);
	same("no bytes wanted of one", receive(s[0], 0, &who, &fd), 0);
	holds("its descriptor comes", fd >= 0);
	close(fd);
	same("the byte stays", receive(s[0], 10, &who, &fd), 1);
	same("its descriptor does not", fd, -1);
	close(s[1]);
	same("no bytes wanted at the end", receive(s[0], 0, &who, &fd), 0);
	close(s[0]);
}

static void check_addresses(void)
{
	struct sockaddr_un nowhere = {AF_UNIX, "/no/such"}, from;
	socklen_t len = sizeof(from);
	int s[2], alone, fd;
	struct ucred who;

	pair_of(SOCK_STREAM, s);
	same("an address where a stream is connected",
	     RAW(SYS_sendto, s[0], bytes, 1, 0, &nowhere, sizeof(nowhere)), -EISCONN);
	close(s[1]);
	same("and when its peer has gone",
	     RAW(SYS_sendto, s[0], bytes, 1, MSG_NOSIGNAL, &nowhere, sizeof(nowhere)), -EISCONN);
	close(s[0]);
	alone = socket(AF_UNIX, SOCK_STREAM, 0);
	same("and where it is not", RAW(SYS_sendto, alone, bytes, 1, 0, &nowhere, sizeof(nowhere)),
	     -EOPNOTSUPP);
	close(alone);
	pair_of(SOCK_SEQPACKET, s);
	same("one of packets is not looked at",
	     RAW(SYS_sendto, s[0], bytes, 1, 0, &nowhere, sizeof(nowhere)), 1);
	same("nobody's address", RAW(SYS_recvfrom, s[1], bytes, 1, 0, &from, &len), 1);
	same("is none", len, 0);
	nowhere = (struct sockaddr_un){AF_UNIX, "\0pairs"};
	same("bind", RAW(SYS_bind, s[0], &nowhere, 8), 0);
	same("send", RAW(SYS_write, s[0], bytes, 1), 1);
	len = sizeof(from);
	same("who is bound", RAW(SYS_recvfrom, s[1], bytes, 1, 0, &from, &len), 1);
	same("has one", len, 8);
	close(s[0]);
	close(s[1]);
	alone = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	same("packets of who is not connected",
	     RAW(SYS_sendto, alone, bytes, 1, 0, &nowhere, sizeof(nowhere)), -ENOTCONN);
	same("bind", RAW(SYS_bind, alone, &nowhere, 8), 0);
	same("listen", RAW(SYS_listen, alone, 1), 0);
	len = sizeof(who);
	same("SO_PEERCRED", RAW(SYS_getsockopt, alone, SOL_SOCKET, SO_PEERCRED, &who, &len), 0);
	same("of a listener: itself", who.pid, getpid());
	close(alone);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	pass_credentials(fd);
	close(fd);
}

static short writable(int s)
{
	struct pollfd p = {s, POLLOUT, 0};

	poll(&p, 1, 0);
	return p.revents;
}

static int set_buffer(int s, int option, int n)
{
	socklen_t len = sizeof(n);

	same("setsockopt", RAW(SYS_setsockopt, s, SOL_SOCKET, option, &n, len), 0);
	same("getsockopt", RAW(SYS_getsockopt, s, SOL_SOCKET, option & 31, &n, &len), 0);
	return n;
}

static void check_buffers(void)
{
	int s[2], n, v = 1 << 20;

	pair_of(SOCK_DGRAM, s);
	for (n = 0; n < 1000 && write(s[0], bytes, 4096) == 4096; n++)
		;
	holds("full in the end", n > 10 && n < 1000 && errno == EAGAIN);
	same("not writable", writable(s[0]), 0);
	same("shutdown", RAW(SYS_shutdown, s[0], SHUT_WR), 0);
	same("nor when nothing may be sent", writable(s[0]), 0);
	while (read(s[1], bytes, 4096) > 0)
		;
	same("writable when it is read", writable(s[0]), POLLOUT);
	close(s[0]);
	close(s[1]);
	pair_of(SOCK_SEQPACKET, s);
	while (write(s[0], bytes, 50000) == 50000)
		;
	same("full", errno, EAGAIN);
	set_buffer(s[0], SO_SNDBUF, 212992 * 2);
	same("more room", RAW(SYS_write, s[0], bytes, 50000), 50000);
	close(s[0]);
	close(s[1]);
	pair_of(SOCK_STREAM, s);
	same("some bytes", RAW(SYS_write, s[0], bytes, 16384), 16384);
	same("less room", set_buffer(s[0], SO_SNDBUF, 4096), 8192);
	same("less room than there is in it", RAW(SYS_write, s[0], bytes, 1), -EAGAIN);
	same("and not writable", writable(s[0]), 0);
	same("read", RAW(SYS_read, s[1], bytes, 16384), 16384);
	same("then it is", writable(s[0]), POLLOUT);
	same("more than is allowed", set_buffer(s[1], SO_RCVBUF, v), 425984);
	same("by force", RAW(SYS_setsockopt, s[1], SOL_SOCKET, SO_RCVBUFFORCE, &v, sizeof(v)), 0);
	n = sizeof(v);
	same("SO_RCVBUF", RAW(SYS_getsockopt, s[1], SOL_SOCKET, SO_RCVBUF, &v, &n), 0);
	same("twice as much", v, 2 << 20);
	close(s[0]);
	close(s[1]);
}

/* Who waits for room is told when there is some. */
static void check_waiting(void)
{
	struct pollfd p = {.events = POLLOUT};
	int s[2], child;

	pair_of(SOCK_DGRAM, s);
	while (write(s[0], bytes, 4096) == 4096)
		;
	child = fork();
	if (!child) {
		usleep(20000);
		while (read(s[1], bytes, 4096) > 0)
			;
		_exit(0);
	}
	p.fd = s[0];
	same("poll", RAW(SYS_poll, &p, 1, 10000), 1);
	same("waitpid", waitpid(child, NULL, 0), child);
	close(s[0]);
	close(s[1]);
}

static void run(void)
{
	check_credentials(SOCK_STREAM);
	check_credentials(SOCK_DGRAM);
	check_credentials(SOCK_SEQPACKET);
	check_empty();
	check_addresses();
	check_buffers();
	check_waiting();
}

const struct suite pairs_suite = {"pairs", run, false};
