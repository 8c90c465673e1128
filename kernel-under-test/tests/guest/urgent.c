/* Urgent data of TCP. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int near, far;
static char text[16];

static void connection(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int l = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(a);

	bind(l, (void *)&a, sizeof(a));
	listen(l, 1);
	getsockname(l, (void *)&a, &len);
	connect(near = socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof(a));
	far = accept(l, NULL, NULL);
	close(l);
}

static long get(int flags)
{
	memset(text, 0, sizeof(text));
	return RAW(SYS_recvfrom, far, text, sizeof(text), flags | MSG_DONTWAIT, NULL, NULL);
}

static long put(const char *what, int flags)
{
	return RAW(SYS_sendto, near, what, strlen(what), flags, NULL, 0);
}

static int number(unsigned long request)
{
	int v = -1;

	ioctl(far, request, &v);
	return v;
}

static int events(void)
{
	struct pollfd p = {.fd = far, .events = POLLIN | POLLPRI};

	poll(&p, 1, 0);
	return p.revents;
}

static void apart(void)
{
	connection();
	same("none yet", get(MSG_OOB), -EINVAL);
	same("no mark", number(SIOCATMARK), 0);
	same("bytes, the last one urgent", put("abC", MSG_OOB), 3);
	put("de", 0);
	same("all is to be seen", events(), POLLIN | POLLPRI);
	same("those before it", number(FIONREAD), 2);
	same("not at the mark", number(SIOCATMARK), 0);
	same("looked at", get(MSG_OOB | MSG_PEEK), 1);
	same("is the last", text[0], 'C');
	same("taken", get(MSG_OOB), 1);
	same("the same", text[0], 'C');
	same("once", get(MSG_OOB), -EINVAL);
	same("no more to be seen", events(), POLLIN);
	same("a read ends at the mark", get(0), 2);
	holds("with those before it", memcmp(text, "ab", 3) == 0);
	same("at the mark", number(SIOCATMARK), 1);
	same("looking goes past it", get(MSG_PEEK), 2);
	holds("as a read", memcmp(text, "de", 3) == 0);
	same("it is still there", number(SIOCATMARK), 1);
	same("past the mark", get(0), 2);
	holds("without the byte", memcmp(text, "de", 3) == 0);
	same("behind it", number(SIOCATMARK), 0);
	same("none left", get(MSG_OOB), -EINVAL);
	same("nothing else", get(0), -EAGAIN);
	put("F", MSG_OOB);
	same("one byte alone", events(), POLLPRI);
	same("is not read", get(0), -EAGAIN);
	close(near), close(far);
}

static void among(void)
{
	int on = 1;

	connection();
	setsockopt(far, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
	put("abC", MSG_OOB);
	put("de", 0);
	same("among the others", get(MSG_OOB), -EINVAL);
	same("all count", number(FIONREAD), 5);
	same("up to the mark", get(0), 2);
	same("the mark", number(SIOCATMARK), 1);
	same("from it on", get(0), 3);
	holds("with the byte", memcmp(text, "Cde", 4) == 0);
	close(near), close(far);
	connection();
	put("A", MSG_OOB);
	put("bC", MSG_OOB);
	same("a second one", get(MSG_OOB), 1);
	same("is what is urgent", text[0], 'C');
	close(near), close(far);
}

static volatile int caught;

static void on_urgent(int signo)
{
	caught = signo;
}

static void signals(void)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct msghdr m = {.msg_iov = &(struct iovec){"x", 1}, .msg_iovlen = 1};

	connection();
	signal(SIGURG, on_urgent);
	put("a", MSG_OOB);
	same("nobody to be told", (usleep(1000), caught), 0);
	fcntl(far, F_SETOWN, getpid());
	same("as a message", RAW(SYS_sendmsg, near, &m, MSG_OOB), 1);
	same("the owner is", (usleep(1000), caught), SIGURG);
	m.msg_iov->iov_base = text;
	same("received as one", RAW(SYS_recvmsg, far, &m, MSG_OOB), 1);
	same("that says so", m.msg_flags, MSG_OOB);
	same("not of UDP", RAW(SYS_sendto, s, "x", 1, MSG_OOB, NULL, 0), -EOPNOTSUPP);
	signal(SIGURG, SIG_DFL);
	close(near), close(far), close(s);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	apart();
	among();
	signals();
}

const struct suite urgent_suite = {"urgent", run};
