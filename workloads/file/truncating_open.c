#include "scratch.h"

static void setup(void)
{
	bench_check("close", 0, port_close(scratch_create(4096)));
}

static void run(uint64_t n)
{
	while (n--) {
		long fd = port_open(SCRATCH_PATH, PORT_O_TRUNC | PORT_O_WRONLY);

		if (BENCH_UNLIKELY(fd < 0))
			bench_wrong("open to truncate", 0, fd);
		bench_check("write of 1 byte", 1, port_write((int)fd, "x", 1));
		bench_check("close", 0, port_close((int)fd));
	}
}

static void after(uint64_t n)
{
	struct port_stat st;

	(void)n;
	bench_require("stat", port_stat(SCRATCH_PATH, &st));
	bench_check("size of the file", 1, (int64_t)port_stat_size(&st));
}

static void teardown(void)
{
	bench_check("unlink", 0, port_unlink(SCRATCH_PATH));
}

BENCH_OP("one open with O_TRUNC, a 1-byte write and close");
BENCH_COVERS("will-it-scale fallocate1 (approximate)");
BENCH_NEEDS("file/truncate_on_open");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.after = after,
	.teardown = teardown,
};
