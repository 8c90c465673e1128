#pragma once

#include "bench.h"

/* One byte goes to a partner that adds one to it and sends it back. */

/* The partner's side, until the other end is closed. Returns its exit status. */
static inline int echo_serve(int in, int out)
{
	unsigned char byte;

	while (port_read(in, &byte, 1) == 1) {
		byte++;
		if (port_write(out, &byte, 1) != 1)
			return 1;
	}
	return 0;
}

static inline void echo_run(int out, int in, uint64_t n)
{
	unsigned char sent = 0, received = 0;

	while (n--) {
		sent += 2;
		bench_check("write of 1 byte", 1, port_write(out, &sent, 1));
		bench_check("read of 1 byte", 1, port_read(in, &received, 1));
		bench_check("byte back from the partner", (unsigned char)(sent + 1), received);
	}
}
