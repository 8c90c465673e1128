#pragma once

#include "bench.h"

/*
 * A 1-byte round trip: the partner increments the byte and sends it back, which proves that it was
 * there and did it.
 */

/* The partner's loop, until end of file on `in`. Returns its exit status. */
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
