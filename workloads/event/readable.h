#pragma once

#include "bench.h"

#define READABLE_MAX 1000

/*
 * Descriptors to ask about: all but the last are the reading end of an empty pipe, the last that
 * of a pipe with a byte in it. So what is asked has one right answer, 1.
 */
static int readable[READABLE_MAX];
static size_t readable_count;

static inline void readable_setup(void)
{
	int empty[2], filled[2];

	readable_count = bench_param(0, 10);
	bench_check("1 to 1000 descriptors", 1,
		    readable_count >= 1 && readable_count <= READABLE_MAX);
	bench_require("pipe", port_pipe(empty));
	bench_require("pipe", port_pipe(filled));
	bench_check("write of 1 byte", 1, port_write(filled[1], "x", 1));
	for (size_t i = 0; i < readable_count; i++) {
		int from = i + 1 < readable_count ? empty[0] : filled[0];

		readable[i] = (int)bench_require("dup", port_dup(from));
	}
}
