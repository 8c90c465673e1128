#pragma once

#include "bench.h"

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
