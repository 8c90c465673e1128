/* Addresses and errors of sockets. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void refused_paths(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "/tmp/refused"};
	int server = socket(AF_UNIX, SOCK_STREAM, 0), s = socket(AF_UNIX, SOCK_DGRAM, 0);

	unlink(a.sun_path);
	bind(server, (void *)&a, sizeof(a));
	listen(server, 5);
	/* Each of them must leave the listener as it was. */
	for (int i = 0; i < 4; i++)
		child_needs(RAW(SYS_connect, s, &a, sizeof(a)) == -EPROTOTYPE);
	close(s);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	same("it still listens", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	close(s), close(server);
	same("nobody is there now",
	     RAW(SYS_connect, s = socket(AF_UNIX, SOCK_STREAM, 0), &a, sizeof(a)), -ECONNREFUSED);
	close(s);
}

static void kinds(void)
{
	struct sockaddr_un unix_name = {.sun_family = AF_UNIX, .sun_path = "x"};
	int s = socket(AF_INET, SOCK_STREAM, 0), path = open("/", O_PATH);

	same("raw, of no protocol", RAW(SYS_socket, AF_INET, SOCK_RAW, 0), -EPROTONOSUPPORT);
	same("bind to another family", RAW(SYS_bind, s, &unix_name, sizeof(unix_name)),
	     -EAFNOSUPPORT);
	same("a path is no socket", RAW(SYS_listen, path, 1), -EBADF);
	same("nor is a directory", RAW(SYS_listen, open("/", O_RDONLY), 1), -ENOTSOCK);
	close(s), close(path);
}

static void names(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a), bad = (socklen_t)-1;
	int s = socket(AF_INET, SOCK_STREAM, 0), v;

	same("a name to nowhere", RAW(SYS_getsockname, s, NULL, &len), -EFAULT);
	same("of no length", RAW(SYS_getsockname, s, &a, NULL), -EFAULT);
	same("of less than none", RAW(SYS_getsockname, s, &a, &bad), -EINVAL);
	len = sizeof(v);
	same("an option of no level", RAW(SYS_getsockopt, s, 500, 1, &v, &len), -EOPNOTSUPP);
	same("UDP's, of TCP", RAW(SYS_getsockopt, s, IPPROTO_UDP, 1, &v, &len), -EOPNOTSUPP);
	same("one TCP has not", RAW(SYS_getsockopt, s, IPPROTO_TCP, 4000, &v, &len), -ENOPROTOOPT);
	close(s);
}

static void connected(void)
{
	struct sockaddr_in a = loopback(0), from;
	socklen_t len = sizeof(a);
	int server = socket(AF_INET, SOCK_STREAM, 0), s = socket(AF_INET, SOCK_STREAM, 0), peer;
	char byte = 'x';

	bind(server, (void *)&a, sizeof(a));
	listen(server, 5);
	getsockname(server, (void *)&a, &len);
	signal(SIGPIPE, SIG_IGN);
	same("TCP, to nobody", RAW(SYS_sendto, s, "x", 1, 0, NULL, 0), -EPIPE);
	same("nor by address", RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a)), -EPIPE);
	same("nor from", RAW(SYS_recvfrom, s, &byte, 1, 0, NULL, NULL), -ENOTCONN);
	same("connect", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	peer = accept(server, NULL, NULL);
	same("again", RAW(SYS_connect, s, &a, sizeof(a)), -EISCONN);
	same("an address is not looked at", RAW(SYS_sendto, s, "xy", 2, 0, &a, sizeof(a)), 2);
	same("but must be one", RAW(SYS_sendto, s, "x", 1, 0, &a, 999), -EINVAL);
	same("that can be read", RAW(SYS_sendto, s, "x", 1, 0, 8, sizeof(a)), -EFAULT);
	len = sizeof(from);
	same("and none comes", RAW(SYS_recvfrom, peer, &byte, 1, 0, &from, &len), 1);
	same("so it is empty", len, 0);
	len = (socklen_t)-1;
	same("less than empty", RAW(SYS_recvfrom, peer, &byte, 1, 0, &from, &len), -EINVAL);
	close(peer);
	same("when the other is gone too", RAW(SYS_connect, s, &a, sizeof(a)), -EISCONN);
	close(s), close(server);
	signal(SIGPIPE, SIG_DFL);
}

static char big[70000];

static void datagrams(void)
{
	struct sockaddr_in a = loopback(9), from;
	struct sockaddr_un none;
	struct iovec iov = {big, sizeof(big)};
	struct msghdr m = {
		.msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov, .msg_iovlen = 1};
	socklen_t len = sizeof(none);
	int s = socket(AF_INET, SOCK_DGRAM, 0), pair[2];

	same("lost on the way", RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a)), 1);
	same("too big for it", RAW(SYS_sendto, s, big, sizeof(big), 0, &a, sizeof(a)), -EMSGSIZE);
	same("as a message too", RAW(SYS_sendmsg, s, &m, 0), -EMSGSIZE);
	same("to nobody", RAW(SYS_sendto, s, "x", 1, 0, NULL, 0), -EDESTADDRREQ);
	close(s);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	same("from one without a name", write(pair[0], "x", 1), 1);
	same("is received", recvfrom(pair[1], &from, 1, 0, (void *)&none, &len), 1);
	same("without one", len, 0);
	len = sizeof(none);
	same("its own name", RAW(SYS_getsockname, pair[0], &none, &len), 0);
	same("is a family", len, 2);
	close(pair[0]), close(pair[1]);
}

static struct sockaddr_in name_of(int s, int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in a = {0};
	socklen_t len = sizeof(a);

	ask(s, (void *)&a, &len);
	return a;
}

static int listener_on(uint16_t port, bool share)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = port};
	int s = socket(AF_INET, SOCK_STREAM, 0), v = share;

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &v, sizeof(v));
	bind(s, (void *)&any, sizeof(any));
	return s;
}

/* A listener on all addresses: each connection has one. */
static void settled_names(void)
{
	int server = listener_on(0, true), s = socket(AF_INET, SOCK_STREAM, 0), peer, other;
	uint16_t port = name_of(server, getsockname).sin_port;
	struct sockaddr_in a = loopback(ntohs(port));

	same("bound to any", name_of(server, getsockname).sin_addr.s_addr, 0);
	listen(server, 5);
	connect(s, (void *)&a, sizeof(a));
	peer = accept(server, NULL, NULL);
	same("the peer has one", name_of(s, getpeername).sin_addr.s_addr, a.sin_addr.s_addr);
	same("as it sees it", name_of(peer, getsockname).sin_addr.s_addr, a.sin_addr.s_addr);
	same("its port", name_of(peer, getsockname).sin_port, port);
	same("the listener has none", name_of(server, getsockname).sin_addr.s_addr, 0);
	other = listener_on(port, true);
	same("who listens shares with nobody", name_of(other, getsockname).sin_port != port, 1);
	close(other), close(server);
	other = listener_on(port, true);
	same("but its connections do", RAW(SYS_listen, other, 1), 0);
	close(other), close(peer), close(s);
}

/* Who does not wait for a connection asks later. */
static void unwaited(void)
{
	int server = listener_on(0, false), s, error = -1;
	struct sockaddr_in a = loopback(ntohs(name_of(server, getsockname).sin_port));
	socklen_t len = sizeof(error);
	struct pollfd p = {.events = POLLIN | POLLOUT};

	listen(server, 2);
	p.fd = s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	same("it is under way", RAW(SYS_connect, s, &a, sizeof(a)), -EINPROGRESS);
	same("then it is there", (poll(&p, 1, 1000), p.revents), POLLOUT);
	getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &len);
	same("without an error", error, 0);
	same("which is told once", RAW(SYS_connect, s, &a, sizeof(a)), 0);
	same("and no more", RAW(SYS_connect, s, &a, sizeof(a)), -EISCONN);
	close(s), close(server);
	p.fd = s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	same("to nobody", RAW(SYS_connect, s, &a, sizeof(a)), -EINPROGRESS);
	same("all is over", (poll(&p, 1, 1000), p.revents), POLLIN | POLLOUT | POLLERR | POLLHUP);
	getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &len);
	same("refused", error, ECONNREFUSED);
	same("a read says no more", RAW(SYS_recvfrom, s, &error, 1, 0, NULL, NULL), 0);
	same("nor does another try", RAW(SYS_connect, s, &a, sizeof(a)), -ECONNABORTED);
	same("once more", RAW(SYS_connect, s, &a, sizeof(a)), -EINPROGRESS);
	same("and asked at once", (poll(&p, 1, 1000), RAW(SYS_connect, s, &a, sizeof(a))),
	     -ECONNREFUSED);
	close(s);
}

/* Two sockets on a port: a peer's own one is asked first. */
static void shared_port(void)
{
	int first = socket(AF_INET, SOCK_DGRAM, 0), second = socket(AF_INET, SOCK_DGRAM, 0);
	int near = socket(AF_INET, SOCK_DGRAM, 0), far = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	struct sockaddr_in a = loopback(0), from;
	socklen_t len = sizeof(from);
	char c = 0;

	bind(near, (void *)&a, sizeof(a));
	setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(first, (void *)&a, sizeof(a));
	a = name_of(first, getsockname);
	same("one may not", RAW(SYS_bind, second, &a, sizeof(a)), -EADDRINUSE);
	setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	from = name_of(near, getsockname);
	connect(first, (void *)&from, sizeof(from));
	same("two that agree may", RAW(SYS_bind, second, &a, sizeof(a)), 0);
	sendto(near, "n", 1, 0, (void *)&a, sizeof(a));
	sendto(far, "f", 1, 0, (void *)&a, sizeof(a));
	same("from the peer", (recv(first, &c, 1, MSG_DONTWAIT), c), 'n');
	same("nothing else", RAW(SYS_recvfrom, first, &c, 1, MSG_DONTWAIT, NULL, NULL), -EAGAIN);
	same("from another", (recvfrom(second, &c, 1, MSG_DONTWAIT, (void *)&from, &len), c), 'f');
	same("who has an address", from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	close(first), close(second), close(near), close(far);
}

#define CALLERS 64

/* How many of them each of two of the same port hears of. */
static void shares(int type, int heard[2])
{
	struct sockaddr_in a = loopback(0);
	int callers[CALLERS], both[2], on = 1, s;
	char c;

	for (int i = 0; i < 2; i++) {
		both[i] = socket(AF_INET, type | SOCK_NONBLOCK, 0);
		setsockopt(both[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		bind(both[i], (void *)&a, sizeof(a));
		a = name_of(both[i], getsockname);
		listen(both[i], CALLERS);
	}
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = socket(AF_INET, type, 0);
		connect(callers[i], (void *)&a, sizeof(a));
		send(callers[i], "c", 1, 0);
	}
	for (int i = 0; i < 2; i++)
		for (heard[i] = 0;; heard[i]++) {
			s = type == SOCK_STREAM ? accept(both[i], NULL, NULL) : dup(both[i]);
			if (s < 0 || recv(s, &c, 1, 0) != 1)
				break;
			close(s);
		}
	close(s);
	for (int i = 0; i < CALLERS; i++)
		close(callers[i]);
	close(both[0]), close(both[1]);
}

static void balanced(void)
{
	int heard[2];

	shares(SOCK_STREAM, heard);
	same("every connection is accepted", heard[0] + heard[1], CALLERS);
	holds("by both of the port", heard[0] > CALLERS / 8 && heard[1] > CALLERS / 8);
	shares(SOCK_DGRAM, heard);
	same("every datagram is read", heard[0] + heard[1], CALLERS);
	holds("by both, too", heard[0] > CALLERS / 8 && heard[1] > CALLERS / 8);
}

static void loopback_up(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	same("loopback can be turned on", ioctl(s, SIOCSIFFLAGS, &r), 0);
	close(s);
}

static void run(void)
{
	int status = status_of(refused_paths);

	loopback_up();
	same("a listener outlives those it refuses", status, 0);
	kinds();
	names();
	connected();
	datagrams();
	settled_names();
	shared_port();
	balanced();
	unwaited();
}

const struct suite network_suite = {"network", run};
