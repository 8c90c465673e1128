#pragma once

#include "bench.h"

/* A file of this workload's own, filled with bytes that tell their place. */

#define SCRATCH_PATH "/tmp/ringside-scratch"

static inline unsigned char scratch_byte(uint64_t at)
{
	return (unsigned char)(at / 64 * 7 + 1);
}

/* Makes the file, `size` bytes long, and opens it for both. */
static inline int scratch_create(uint64_t size)
{
	static unsigned char chunk[4096];
	int fd = (int)bench_require(
		"open to create",
		port_open(SCRATCH_PATH, PORT_O_CREAT | PORT_O_TRUNC | PORT_O_RDWR));

	for (uint64_t done = 0; done < size; done += sizeof(chunk)) {
		for (size_t i = 0; i < sizeof(chunk); i++)
			chunk[i] = scratch_byte(done + i);
		bench_check("write of the file", sizeof(chunk),
			    bench_require("write", port_write(fd, chunk, sizeof(chunk))));
	}
	return fd;
}

static inline void scratch_remove(int fd)
{
	bench_check("close", 0, port_close(fd));
	bench_check("unlink", 0, port_unlink(SCRATCH_PATH));
}
