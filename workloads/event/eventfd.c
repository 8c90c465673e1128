#include "bench.h"

static int fd;

static void setup(void)
{
	fd = (int)bench_require("eventfd2", port_eventfd());
}

static void run(uint64_t n)
{
	while (n--) {
		uint64_t sent = n + 1, received = 0;

		bench_check("write", sizeof(sent), port_write(fd, &sent, sizeof(sent)));
		bench_check("read", sizeof(received), port_read(fd, &received, sizeof(received)));
		bench_check("count through the eventfd", (int64_t)sent, (int64_t)received);
	}
}

BENCH_OP("one eventfd write and read in the same process");
BENCH_COVERS("will-it-scale eventfd1");
BENCH_NEEDS("ipc/eventfd");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 800,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
};
