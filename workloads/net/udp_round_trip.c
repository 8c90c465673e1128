#include "echo.h"
#include "partner.h"

static const struct port_endpoint here = { .kind = PORT_SOCKET_UDP, .port = 4712 },
				  there = { .kind = PORT_SOCKET_UDP, .port = 4713 };
static int mine, theirs;

/* No end can be closed on the other: a byte of 0 says that it is over. */
static int serve(void)
{
	unsigned char byte;

	while (port_read(theirs, &byte, 1) == 1) {
		if (!byte)
			return 0;
		byte++;
		if (port_write(theirs, &byte, 1) != 1)
			return 1;
	}
	return 1;
}

static int socket_between(const struct port_endpoint *at, const struct port_endpoint *to)
{
	int fd = (int)bench_require("socket", port_socket(PORT_SOCKET_UDP));

	bench_require("bind", port_bind(fd, at));
	bench_require("connect", port_connect(fd, to));
	return fd;
}

static void setup(void)
{
	bench_require("loopback", port_loopback_up());
	mine = socket_between(&here, &there);
	theirs = socket_between(&there, &here);
	partner_start(serve);
	bench_check("close", 0, port_close(theirs));
}

static void run(uint64_t n)
{
	unsigned char sent = 1, received = 0;

	for (; n; n--, sent = sent == 101 ? 1 : sent + 2) {
		bench_check("write of 1 byte", 1, port_write(mine, &sent, 1));
		bench_check("read of 1 byte", 1, port_read(mine, &received, 1));
		bench_check("byte back from the partner", sent + 1, received);
	}
}

static void teardown(void)
{
	bench_check("write of 1 byte", 1, port_write(mine, "", 1));
	partner_join();
}

BENCH_OP("one 1-byte round trip to another process over UDP on loopback");
BENCH_COVERS("lmbench lat_udp; Asterinas udp_loopback_lat");
BENCH_NEEDS("net/udp_loopback process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 80,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
