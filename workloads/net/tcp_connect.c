#include "tcp.h"

static int listener;

static void setup(void)
{
	listener = tcp_listen();
}

static void run(uint64_t n)
{
	while (n--) {
		long fd = port_socket(PORT_SOCKET_TCP);
		long accepted;

		bench_check("connect", 0, port_connect((int)fd, &tcp_address));
		accepted = port_accept(listener);
		if (BENCH_UNLIKELY(accepted < 0))
			bench_wrong("accept", 0, accepted);
		/* The end that was called closes first, so that no port of a caller stays taken. */
		bench_check("close", 0, port_close((int)accepted));
		bench_check("close", 0, port_close((int)fd));
	}
}

static void teardown(void)
{
	bench_check("close", 0, port_close(listener));
}

BENCH_OP("one TCP connection over loopback: connect, accept in the same process, close");
BENCH_COVERS("lmbench lat_connect; Asterinas tcp_loopback_connect_lat");
BENCH_NEEDS("net/tcp_loopback");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 30,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
