#include "bench.h"

/*
 * A byte goes back and forth between two processes on one CPU over two pipes. Each hand-over is
 * one write, one switch to the other process and one read there, so ipc/pipe_latency beside it
 * tells the switch from the pipe.
 *
 *	this process            partner
 *	write there[1] ------>  read there[0]
 *	read back[0]   <------  write back[1]
 */

#define HAND_OVERS 800

_Static_assert(HAND_OVERS % 2 == 0, "a round trip is two hand-overs");

static int there[2], back[2];
static long partner;

static _Noreturn void partner_run(void)
{
	unsigned char byte;

	port_close(there[1]);
	port_close(back[0]);
	while (port_read(there[0], &byte, 1) == 1) {
		byte++;
		if (port_write(back[1], &byte, 1) != 1)
			port_exit(1);
	}
	port_exit(0);
}

static void setup(void)
{
	bench_require("pipe", port_pipe(there));
	bench_require("pipe", port_pipe(back));
	partner = bench_require("fork", port_fork());
	if (partner == 0)
		partner_run();
	bench_check("close", 0, port_close(there[0]));
	bench_check("close", 0, port_close(back[1]));
}

static void run(uint64_t n)
{
	unsigned char sent = 0, received = 0;

	for (; n; n -= 2) {
		sent += 2;
		bench_check("write of 1 byte", 1, port_write(there[1], &sent, 1));
		bench_check("read of 1 byte", 1, port_read(back[0], &received, 1));
		bench_check("byte back from the partner", (unsigned char)(sent + 1), received);
	}
}

static void teardown(void)
{
	struct port_wait_status status;

	bench_check("close", 0, port_close(there[1]));
	bench_check("wait for the partner", partner, port_wait(partner, &status));
	bench_check("how the partner ended", 0, status.exit_status | status.signal);
}

BENCH_OP("one 1-byte pipe write, context switch and read");
BENCH_COVERS("lmbench lat_pipe; Asterinas pipe_lat; UnixBench context1; "
	     "will-it-scale context_switch1; LEBench context switch; Theseus ctx (approximate); "
	     "sel4bench call and reply (approximate)");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = HAND_OVERS,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
