#include "probe.h"

#define LEN 1000
#define WRITES 40

static int fds[2];
static char mark = 'a';

static int writer(void)
{
	char text[LEN];

	for (int i = 0; i < LEN; i++)
		text[i] = mark;
	for (int i = 0; i < WRITES; i++) {
		if (sys(write, fds[1], text, LEN) != LEN)
			return 1;
	}
	return 0;
}

void probe(void)
{
	char text[LEN];
	long first, second;

	probe_require("pipe", port_pipe(fds));
	first = probe_fork(writer);
	mark = 'b';
	second = probe_fork(writer);
	for (int i = 0; i < 2 * WRITES; i++) {
		for (long have = 0, n; have < LEN; have += n) {
			n = sys(read, fds[0], text + have, LEN - have);
			probe_check("read", 1, n > 0);
		}
		for (int at = 1; at < LEN; at++)
			probe_check("bytes of one write", text[0], text[at]);
	}
	probe_check("end of the first", 0, probe_join(first));
	probe_check("end of the second", 0, probe_join(second));
}

PROBE_CHECKS("concurrent pipe writes within PIPE_BUF are not interleaved");
