#include "bench.h"
#include "partner.h"

static const struct port_endpoint meeting = { .kind = PORT_SOCKET_UNIX,
					      .path = "/tmp/ringside-socket" };
static int listener;

/* Answers each connection with one byte; a connection that brings one ends it. */
static int serve(void)
{
	const unsigned char hello = 'h';
	unsigned char last;

	for (;;) {
		long fd = port_accept(listener);

		if (fd < 0 || port_write((int)fd, &hello, 1) != 1)
			return 1;
		if (port_read((int)fd, &last, 1) == 1)
			return 0;
		port_close((int)fd);
	}
}

static int connect_once(void)
{
	int fd = (int)bench_require("socket", port_socket(meeting.kind));
	unsigned char byte = 0;

	bench_check("connect", 0, port_connect(fd, &meeting));
	bench_check("read of the greeting", 1, port_read(fd, &byte, 1));
	bench_check("greeting", 'h', byte);
	return fd;
}

static void setup(void)
{
	port_unlink(meeting.path);
	listener = (int)bench_require("socket", port_socket(meeting.kind));
	bench_require("bind", port_bind(listener, &meeting));
	bench_require("listen", port_listen(listener));
	partner_start(serve);
}

static void run(uint64_t n)
{
	while (n--)
		bench_check("close", 0, port_close(connect_once()));
}

static void teardown(void)
{
	bench_check("write of the last byte", 1, port_write(connect_once(), "!", 1));
	partner_join();
	bench_check("unlink", 0, port_unlink(meeting.path));
}

BENCH_OP("one Unix socket connection to another process, a 1-byte read and close");
BENCH_COVERS("lmbench lat_unix_connect; Asterinas unix_connect_lat");
BENCH_NEEDS("ipc/unix_stream process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 60,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
