#include "bench.h"
#include "echo.h"
#include "partner.h"

static const char there_path[] = "/tmp/ringside-there", back_path[] = "/tmp/ringside-back";
static int there, back;

static int serve(void)
{
	long in = port_open(there_path, PORT_O_RDONLY);
	long out = port_open(back_path, PORT_O_WRONLY);

	return in < 0 || out < 0 ? 1 : echo_serve((int)in, (int)out);
}

static void setup(void)
{
	port_unlink(there_path);
	port_unlink(back_path);
	bench_require("mknod of a FIFO", port_mkfifo(there_path));
	bench_require("mknod of a FIFO", port_mkfifo(back_path));
	partner_start(serve);
	/* Each open waits for the partner's of the same FIFO. */
	there = (int)bench_require("open of a FIFO", port_open(there_path, PORT_O_WRONLY));
	back = (int)bench_require("open of a FIFO", port_open(back_path, PORT_O_RDONLY));
}

static void run(uint64_t n)
{
	echo_run(there, back, n);
}

static void teardown(void)
{
	bench_check("close", 0, port_close(there));
	partner_join();
	bench_check("close", 0, port_close(back));
	bench_check("unlink", 0, port_unlink(there_path));
	bench_check("unlink", 0, port_unlink(back_path));
}

BENCH_OP("one 1-byte round trip to another process over two FIFOs");
BENCH_COVERS("lmbench lat_fifo; Asterinas fifo_lat");
BENCH_NEEDS("ipc/fifo process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
