#include "probe.h"

#include "internet.h"

#define BYTES (1 << 20)

static int ends[2];

static int child(void)
{
	static unsigned char chunk[4096];

	port_close(ends[1]);
	for (unsigned int sent = 0; sent < BYTES;) {
		long n;

		for (unsigned int i = 0; i < sizeof(chunk); i++)
			chunk[i] = (unsigned char)((sent + i) % 251);
		n = sys(write, ends[0], chunk, sizeof(chunk));
		if (n <= 0)
			return 1;
		sent += (unsigned int)n;
	}
	return 0;
}

void probe(void)
{
	static unsigned char chunk[4096];
	unsigned int have = 0;
	long n, pid;

	internet_pair(4723, ends);
	pid = probe_fork(child);
	probe_check("close", 0, port_close(ends[0]));
	while ((n = sys(read, ends[1], chunk, sizeof(chunk))) > 0) {
		for (long i = 0; i < n; i++, have++)
			probe_check("byte in its place", have % 251, chunk[i]);
	}
	probe_check("read at the end", 0, n);
	probe_check("bytes in all", BYTES, have);
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("one megabyte over a TCP connection arrives complete and in order");
