#pragma once

#include "bench.h"
#include "partner.h"

/*
 * Blocks go to a partner, which answers with one byte once it has them all: the clock stops when
 * the last byte has arrived, not when it was handed in.
 */

#define TRANSFER_BLOCK 65536
#define TRANSFER_BLOCKS 32

static unsigned char transfer_block[TRANSFER_BLOCK];

/* Takes one block from `in`; both its ends must carry the mark. */
static inline int transfer_take(int in, unsigned char mark)
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

/* The partner's side, until the other end is closed. Returns its exit status. */
static inline int transfer_serve(int in, int out)
{
	unsigned char mark = 0;

	for (;;) {
		for (unsigned int i = 0; i < TRANSFER_BLOCKS; i++) {
			if (!transfer_take(in, ++mark))
				return 0;
		}
		if (port_write(out, &mark, 1) != 1)
			return 1;
	}
}

/* Sends one block in writes of `chunk` bytes. */
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
	/* No answer, and 0 here, is a block that came out wrong. */
	bench_check("answer", 1, port_read(in, &got, 1));
	bench_check("mark of the last block", mark, got);
}

/*
 * The hooks of a workload, all but its setup(): that makes both sides and calls transfer_begin().
 * The parameter is the bytes of one write.
 */
struct transfer_side {
	int in, out; /* may be one descriptor */
};
static struct transfer_side transfer_here, transfer_there;
static size_t transfer_chunk;

static inline long transfer_close(const struct transfer_side *side)
{
	long ret = port_close(side->out);

	return side->in == side->out ? ret : port_close(side->in) | ret;
}

static int transfer_partner(void)
{
	transfer_close(&transfer_here);
	return transfer_serve(transfer_there.in, transfer_there.out);
}

static inline void transfer_begin(struct transfer_side here, struct transfer_side there)
{
	transfer_here = here;
	transfer_there = there;
	transfer_chunk = bench_param(0, TRANSFER_BLOCK);
	bench_check("chunk of at least one byte", 1, transfer_chunk > 0);
	partner_start(transfer_partner);
	bench_check("close", 0, transfer_close(&transfer_there));
}

static void transfer_repetition(uint64_t n)
{
	transfer_run(transfer_here.out, transfer_here.in, transfer_chunk, n);
}

static void transfer_teardown(void)
{
	bench_check("close", 0, transfer_close(&transfer_here));
	partner_end();
}

#define TRANSFER_BENCH                                                                             \
	{                                                                                          \
		.id = BENCH_ID, .iterations = TRANSFER_BLOCKS, .repeats = BENCH_USUAL_REPEATS,     \
		.bytes = TRANSFER_BLOCK, .setup = setup, .run = transfer_repetition,               \
		.teardown = transfer_teardown                                                      \
	}
