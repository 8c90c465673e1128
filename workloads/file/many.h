#pragma once

#include "bench.h"

#define MANY_FILES 64
#define MANY_SIZE_MAX 65536

/* Files of `size` bytes each, with numbered names. */

static char many_path[] = "/tmp/ringside-00";
static unsigned char many_data[MANY_SIZE_MAX];

static inline const char *many_path_of(uint64_t i)
{
	many_path[sizeof(many_path) - 3] = (char)('0' + i / 10 % 10);
	many_path[sizeof(many_path) - 2] = (char)('0' + i % 10);
	return many_path;
}

static inline void many_create(uint64_t n, size_t size)
{
	for (uint64_t i = 0; i < n; i++) {
		long fd = port_open(many_path_of(i), PORT_O_CREAT | PORT_O_EXCL | PORT_O_WRONLY);

		if (BENCH_UNLIKELY(fd < 0))
			bench_wrong("open to create", 0, fd);
		if (size)
			bench_check("write", (int64_t)size, port_write((int)fd, many_data, size));
		bench_check("close", 0, port_close((int)fd));
	}
}

static inline void many_delete(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		bench_check("unlink", 0, port_unlink(many_path_of(i)));
}

/* All must be there, of that size, or else all must be gone. */
static inline void many_check(uint64_t n, int64_t size)
{
	for (uint64_t i = 0; i < n; i++) {
		struct port_stat st;
		long ret = port_stat(many_path_of(i), &st);

		if (size < 0) {
			bench_check("stat of a removed file", -PORT_ENOENT, ret);
			continue;
		}
		bench_check("stat", 0, ret);
		bench_check("size of a new file", size, (int64_t)port_stat_size(&st));
	}
}

/* What the parameter says, after a first file of it showed that such files can be had. */
static inline size_t many_setup(void)
{
	size_t size = bench_param(0, 0);
	int fd;

	bench_check("64k at most", 1, size <= MANY_SIZE_MAX);
	for (uint64_t i = 0; i < MANY_FILES; i++)
		port_unlink(many_path_of(i));
	fd = (int)bench_require("open to create",
				port_open(many_path_of(0), PORT_O_CREAT | PORT_O_WRONLY));
	if (size)
		bench_check("write", (int64_t)size,
			    bench_require("write", port_write(fd, many_data, size)));
	bench_check("close", 0, port_close(fd));
	bench_require("unlink", port_unlink(many_path_of(0)));
	return size;
}
