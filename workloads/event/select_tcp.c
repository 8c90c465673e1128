#include "../net/tcp.h"

#define SOCKETS_MAX 1000

static struct port_fd_set set;
static int64_t sockets;
static int ends[2];

static void setup(void)
{
	sockets = (int64_t)bench_param(0, 10);
	bench_check("1 to 1000 descriptors", 1, sockets >= 1 && sockets <= SOCKETS_MAX);
	tcp_pair(ends);
	for (int64_t i = 0; i < sockets; i++)
		port_select_add(&set, (int)bench_require("dup", port_dup(ends[0])));
	bench_check("write of 1 byte", 1, port_write(ends[1], "x", 1));
	bench_check("descriptors that can be read", sockets,
		    bench_require("select", port_select(&set)));
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("descriptors that can be read", sockets, port_select(&set));
}

static void teardown(void)
{
	bench_check("close", 0, port_close(ends[0]));
	bench_check("close", 0, port_close(ends[1]));
}

BENCH_OP("one select on duplicates of a TCP socket, all readable");
BENCH_COVERS("lmbench lat_select tcp; Asterinas tcp_loopback_select_lat");
BENCH_NEEDS("ipc/select net/tcp_loopback");
BENCH_POINTS("10 100");
BENCH_AXIS("descriptors");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
