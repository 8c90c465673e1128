/* How connections end, and what is heard of those that have. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static int server, near, far;
static struct sockaddr_in at;
static char text[200000];

static void listen_again(void)
{
	socklen_t len = sizeof(at);

	at = (struct sockaddr_in){.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	server = socket(AF_INET, SOCK_STREAM, 0);
	bind(server, (void *)&at, sizeof(at));
	listen(server, 4);
	getsockname(server, (void *)&at, &len);
}

/* A connection: over TCP, or a pair of unix's. */
static void connection(bool tcp)
{
	int pair[2];

	if (tcp) {
		near = socket(AF_INET, SOCK_STREAM, 0);
		connect(near, (void *)&at, sizeof(at));
		far = accept(server, NULL, NULL);
		return;
	}
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	near = pair[0];
	far = pair[1];
}

static int events(int s)
{
	struct pollfd p = {.fd = s, .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI};

	poll(&p, 1, 0);
	return p.revents;
}

static int error_of(int s)
{
	int error = -1;
	socklen_t len = sizeof(error);

	getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

static long get(int s, size_t n)
{
	return RAW(SYS_recvfrom, s, text, n, MSG_DONTWAIT, NULL, NULL);
}

static long put(int s, size_t n)
{
	return RAW(SYS_sendto, s, text, n, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

static const int open_ = POLLOUT, half = POLLIN | POLLOUT | POLLRDHUP,
		 over = POLLIN | POLLOUT | POLLRDHUP | POLLHUP;

static void closed(bool tcp)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	connection(tcp);
	same("open", events(near), open_);
	put(far, 3);
	close(far);
	same("closed by the other", events(near), tcp ? half : over);
	same("its name is known", RAW(SYS_getpeername, near, &name, &len), 0);
	same("what it wrote", get(near, 10), 3);
	same("then the end", get(near, 10), 0);
	same("again", get(near, 10), 0);
	same("a write goes out", put(near, 5), tcp ? 5 : -EPIPE);
	same("and tells", (usleep(1000), events(near)), tcp ? over | POLLERR : over);
	same("a read says no more", get(near, 10), 0);
	same("a write fails", put(near, 5), -EPIPE);
	same("as does another", put(near, 5), -EPIPE);
	same("that was all", events(near), over);
	len = sizeof(name);
	same("the name", RAW(SYS_getpeername, near, &name, &len), tcp ? -ENOTCONN : 0);
	same("nothing to shut down", RAW(SYS_shutdown, near, SHUT_WR), tcp ? -ENOTCONN : 0);
	close(near);
}

static void unread(bool tcp)
{
	connection(tcp);
	put(near, 7);
	put(far, 3);
	close(far);
	same("closed with bytes unread", (usleep(1000), events(near)), over | POLLERR);
	same("its last words", get(near, 10), 3);
	same("then it was reset", get(near, 10), -ECONNRESET);
	same("told once", get(near, 10), 0);
	same("nor in events", events(near), over);
	same("no more goes", put(near, 1), -EPIPE);
	close(near);
	connection(tcp);
	put(near, 7);
	close(far);
	usleep(1000);
	same("as an option tells", error_of(near), ECONNRESET);
	same("once", error_of(near), 0);
	close(near);
	connection(tcp);
	put(near, 7);
	close(far);
	usleep(1000);
	same("as a write tells", put(near, 1), tcp ? -ECONNRESET : -EPIPE);
	same("another one", put(near, 1), -EPIPE);
	close(near);
}

static void lingering(void)
{
	struct linger no = {1, 0}, yes = {1, 1};

	connection(true);
	setsockopt(far, SOL_SOCKET, SO_LINGER, &yes, sizeof(yes));
	put(far, 1);
	close(far);
	same("waiting for the last byte", get(near, 9), 1);
	same("ends well", get(near, 9), 0);
	close(near);
	connection(true);
	same("not to linger", setsockopt(far, SOL_SOCKET, SO_LINGER, &no, sizeof(no)), 0);
	close(far);
	same("is to reset", (usleep(1000), get(near, 9)), -ECONNRESET);
	close(near);
}

static void halves(bool tcp)
{
	connection(tcp);
	same("shut down for writing", RAW(SYS_shutdown, near, SHUT_WR), 0);
	same("no write", put(near, 1), -EPIPE);
	same("the other sees it", events(far), half);
	same("oneself does not", events(near), POLLOUT);
	same("it reads the end", get(far, 1), 0);
	same("and can write", put(far, 2), 2);
	same("what is read", get(near, 9), 2);
	same("again", RAW(SYS_shutdown, near, SHUT_WR), 0);
	same("the other way too", RAW(SYS_shutdown, far, SHUT_WR), 0);
	same("nothing is left", events(near), over);
	same("on both sides", events(far), over);
	close(near), close(far);
	connection(tcp);
	put(far, 4);
	same("shut down for reading", RAW(SYS_shutdown, near, SHUT_RD), 0);
	same("sees the end", events(near), half);
	same("what was there", get(near, 9), 4);
	same("nothing", get(near, 9), 0);
	same("the other can write", put(far, 1), tcp ? 1 : -EPIPE);
	same("and read", (put(near, 1), get(far, 9)), 1);
	same("no such way", RAW(SYS_shutdown, near, 3), -EINVAL);
	close(near), close(far);
}

static long accepted;

static void listeners(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);
	pid_t child;

	same("none to shut down", RAW(SYS_shutdown, s, SHUT_RDWR), -ENOTCONN);
	connect(s, (void *)&at, sizeof(at));
	close(server);
	same("never accepted", (usleep(1000), get(s, 1)), -ECONNRESET);
	close(s);
	listen_again();
	child = fork();
	if (child == 0) {
		accepted = RAW(SYS_accept, server, NULL, NULL);
		_exit(accepted == -EINVAL ? 7 : 8);
	}
	usleep(20000);
	same("a listener shut down for writing", RAW(SYS_shutdown, server, SHUT_WR), 0);
	same("for reading", RAW(SYS_shutdown, server, SHUT_RD), 0);
	int status = 0;
	waitpid(child, &status, 0);
	same("lets go who waited", WEXITSTATUS(status), 7);
	same("accepts nobody", RAW(SYS_accept, server, NULL, NULL), -EINVAL);
	s = socket(AF_INET, SOCK_STREAM, 0);
	same("nobody connects", RAW(SYS_connect, s, &at, sizeof(at)), -ECONNREFUSED);
	same("it can listen again", RAW(SYS_listen, server, 1), 0);
	close(s), close(server);
	listen_again();
}

static void unix_listener(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0endings"};
	int l = socket(AF_UNIX, SOCK_STREAM, 0), s = socket(AF_UNIX, SOCK_STREAM, 0);

	same("shut down unconnected", RAW(SYS_shutdown, s, SHUT_RDWR), 0);
	close(s), s = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(l, (void *)&a, 10);
	listen(l, 2);
	same("connect", RAW(SYS_connect, s, &a, 10), 0);
	same("shut down the listener", RAW(SYS_shutdown, l, SHUT_RD), 0);
	close(s), s = socket(AF_UNIX, SOCK_STREAM, 0);
	same("connect no more", RAW(SYS_connect, s, &a, 10), -ECONNREFUSED);
	close(s), close(l);
	l = socket(AF_UNIX, SOCK_STREAM, 0), s = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(l, (void *)&a, 10);
	listen(l, 2);
	connect(s, (void *)&a, 10);
	close(l);
	same("never accepted, on unix", get(s, 1), -ECONNRESET);
	close(s);
	int pair[2];
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	put(pair[0], 2), put(pair[1], 3);
	close(pair[1]);
	same("packets unread are a reset", get(pair[0], 9), -ECONNRESET);
	same("before what it wrote", get(pair[0], 9), 3);
	same("told once", get(pair[0], 9), 0);
	close(pair[0]);
}

/* That nobody has a port is heard of afterwards, by one that is connected to it. */
static void datagrams(int family)
{
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = {.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	int s = socket(family, SOCK_DGRAM, 0), t = socket(family, SOCK_DGRAM, 0);

	if (family == AF_INET6)
		a.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr.s6_addr[15] = 1};
	bind(t, (void *)&a, sizeof(a));
	getsockname(t, (void *)&a, &len);
	connect(s, (void *)&a, len);
	same("somebody", put(s, 1), 1);
	close(t);
	same("no error yet", put(s, 1), 1);
	same("then it comes", (usleep(1000), events(s)), POLLOUT | POLLERR);
	same("with a read", get(s, 1), -ECONNREFUSED);
	same("once", get(s, 1), -EAGAIN);
	same("another goes", put(s, 1), 1);
	same("with a write", (usleep(1000), put(s, 1)), -ECONNREFUSED);
	same("which did not go", (usleep(1000), error_of(s)), 0);
	same("one more", put(s, 1), 1);
	same("as an option", (usleep(1000), error_of(s)), ECONNREFUSED);
	same("that clears it", events(s), POLLOUT);
	t = socket(family, SOCK_DGRAM, 0);
	bind(t, (void *)&a, len);
	same("to one that came back", put(s, 3), 3);
	same("it comes", get(t, 9), 3);
	close(s), s = socket(family, SOCK_DGRAM, 0);
	close(t);
	same("who is not connected", RAW(SYS_sendto, s, "x", 1, 0, &a, len), 1);
	same("does not hear", (usleep(1000), get(s, 1)), -EAGAIN);
	same("shut down", RAW(SYS_shutdown, s, SHUT_RD), -ENOTCONN);
	same("and yet", RAW(SYS_recvfrom, s, text, 1, 0, NULL, NULL), 0);
	same("if one waits", get(s, 1), -EAGAIN);
	close(s);
}

static long slept;

static void woken(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				.sin_port = htons(9)};
	int s = socket(AF_INET, SOCK_DGRAM, 0), status = 0;
	pid_t child;

	connect(s, (void *)&a, sizeof(a));
	child = fork();
	if (child == 0) {
		slept = RAW(SYS_recvfrom, s, text, 1, 0, NULL, NULL);
		_exit(slept == -ECONNREFUSED ? 7 : 8);
	}
	usleep(20000);
	put(s, 1);
	waitpid(child, &status, 0);
	same("who waits is told", WEXITSTATUS(status), 7);
	close(s);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	listen_again();
	for (int tcp = 1; tcp >= 0; tcp--) {
		closed(tcp);
		unread(tcp);
		halves(tcp);
	}
	lingering();
	listeners();
	unix_listener();
	datagrams(AF_INET);
	datagrams(AF_INET6);
	woken();
}

const struct suite endings_suite = {"endings", run};
