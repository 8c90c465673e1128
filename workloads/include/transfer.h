#pragma once

#include "bench.h"
#include "partner.h"

/*
 * Bandwidth to a partner process, which acknowledges a whole repetition with one byte: the clock
 * stops when the partner has read the last byte, not when the kernel has accepted it.
 */

#define TRANSFER_BLOCK 65536
#define TRANSFER_BLOCKS 32

static unsigned char transfer_block[TRANSFER_BLOCK];

/* Reads one block; its first and its last byte must be `mark`. Returns whether they were. */
static inline int transfer_receive(int in, unsigned char mark)
{
	size_t have = 0;

	while (have < TRANSFER_BLOCK) {
		long n = port_read(in, transfer_block + have, TRANSFER_BLOCK - have);

		if (n <= 0)
			return 0;
		have += (size_t)n;
	}
	return transfer_block[0] == mark && transfer_block[TRANSFER_BLOCK - 1] == mark;
}

/* The partner's loop, until end of file on `in`. Returns its exit status. */
static inline int transfer_serve(int in, int out)
{
	unsigned char mark = 0;

	for (;;) {
		for (unsigned int i = 0; i < TRANSFER_BLOCKS; i++) {
			if (!transfer_receive(in, ++mark))
				return 0;
		}
		if (port_write(out, &mark, 1) != 1)
			return 1;
	}
}

/* Writes one block, `chunk` bytes at a time. */
static inline void transfer_send(int out, size_t chunk, unsigned char mark)
{
	size_t sent = 0;

	transfer_block[0] = mark;
	transfer_block[TRANSFER_BLOCK - 1] = mark;
	while (sent < TRANSFER_BLOCK) {
		size_t left = TRANSFER_BLOCK - sent;
		long n = port_write(out, transfer_block + sent, left < chunk ? left : chunk);

		if (BENCH_UNLIKELY(n <= 0))
			bench_wrong("write of a block", TRANSFER_BLOCK, n);
		sent += (size_t)n;
	}
}

/* `n` must be TRANSFER_BLOCKS. */
static inline void transfer_run(int out, int in, size_t chunk, uint64_t n)
{
	static unsigned char mark;
	unsigned char got = 0;

	while (n--)
		transfer_send(out, chunk, ++mark);
	/* The partner exits on a damaged block, so this read returns 0. */
	bench_check("answer", 1, port_read(in, &got, 1));
	bench_check("mark of the last block", mark, got);
}

/*
 * The hooks of a transfer workload but for setup(), which opens the channel and calls
 * transfer_begin() with both sides. The parameter is the size of one write in bytes.
 */
struct transfer_side {
	int in, out; /* may be one descriptor */
};
static struct transfer_side transfer_local, transfer_remote;
static size_t transfer_chunk;

static inline long transfer_close(const struct transfer_side *side)
{
	long ret = port_close(side->out);

	return side->in == side->out ? ret : port_close(side->in) | ret;
}

static int transfer_partner(void)
{
	transfer_close(&transfer_local);
	return transfer_serve(transfer_remote.in, transfer_remote.out);
}

static inline void transfer_begin(struct transfer_side here, struct transfer_side there)
{
	transfer_local = here;
	transfer_remote = there;
	transfer_chunk = bench_param(0, TRANSFER_BLOCK);
	bench_check("chunk of at least one byte", 1, transfer_chunk > 0);
	partner_start(transfer_partner);
	bench_check("close", 0, transfer_close(&transfer_remote));
}

static void transfer_repetition(uint64_t n)
{
	transfer_run(transfer_local.out, transfer_local.in, transfer_chunk, n);
}

static void transfer_teardown(void)
{
	bench_check("close", 0, transfer_close(&transfer_local));
	partner_join();
}

#define TRANSFER_BENCH                                                                             \
	{                                                                                          \
		.id = BENCH_ID, .iterations = TRANSFER_BLOCKS, .repeats = BENCH_DEFAULT_REPEATS,   \
		.bytes = TRANSFER_BLOCK, .setup = setup, .run = transfer_repetition,               \
		.teardown = transfer_teardown                                                      \
	}
