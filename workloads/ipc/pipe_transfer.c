#include "bench.h"

/*
 * Blocks go to another process over a pipe, which answers with one byte once it has them all: the
 * clock stops when the last byte has arrived, not when it was handed in.
 */

#define BLOCK 65536
#define BLOCKS 32

static unsigned char block[BLOCK];
static int data[2], answer[2];
static long reader;

/* Takes one block; both its ends must carry the mark. */
static int block_take(unsigned char mark)
{
	size_t have = 0;

	while (have < BLOCK) {
		long n = port_read(data[0], block + have, BLOCK - have);

		if (n <= 0)
			return 0;
		have += (size_t)n;
	}
	return block[0] == mark && block[BLOCK - 1] == mark;
}

static _Noreturn void reader_run(void)
{
	unsigned char mark = 0;

	port_close(data[1]);
	port_close(answer[0]);
	for (;;) {
		for (unsigned int i = 0; i < BLOCKS; i++) {
			if (!block_take(++mark))
				port_exit(0);
		}
		if (port_write(answer[1], &mark, 1) != 1)
			port_exit(0);
	}
}

static void setup(void)
{
	bench_require("pipe", port_pipe(data));
	bench_require("pipe", port_pipe(answer));
	reader = bench_require("fork", port_fork());
	if (reader == 0)
		reader_run();
	bench_check("close", 0, port_close(data[0]));
	bench_check("close", 0, port_close(answer[1]));
}

static void block_send(unsigned char mark)
{
	size_t sent = 0;

	block[0] = mark;
	block[BLOCK - 1] = mark;
	while (sent < BLOCK) {
		long n = port_write(data[1], block + sent, BLOCK - sent);

		if (n <= 0)
			bench_wrong("write of a block", BLOCK, n);
		sent += (size_t)n;
	}
}

static void run(uint64_t n)
{
	static unsigned char mark;
	unsigned char got = 0;

	while (n--)
		block_send(++mark);
	/* No answer, and 0 here, is a block that came out wrong. */
	bench_check("answer", 1, port_read(answer[0], &got, 1));
	bench_check("mark of the last block", mark, got);
}

static void teardown(void)
{
	struct port_end end;

	bench_check("close", 0, port_close(data[1]));
	bench_check("wait for the reader", reader, port_wait(reader, &end));
	bench_check("how the reader ended", 0, end.status | end.signal);
}

BENCH_OP("65536 bytes written to a pipe and read by another process");
BENCH_ANSWERS("lmbench bw_pipe; Asterinas pipe_bw");

const struct bench bench = {
	BENCH_ID,
	.iterations = BLOCKS,
	BENCH_USUAL_REPETITIONS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
