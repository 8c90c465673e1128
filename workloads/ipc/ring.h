#pragma once

#include "bench.h"

/*
 * A token goes round a ring of processes over pipes; whoever has it reads through its own working
 * set and hands it on. This process is the first of the ring:
 *
 *	first --link[0]--> 2nd --link[1]--> 3rd ... --link[processes - 1]--> first
 */

#define PROCESSES_MAX 128
#define SET_MAX (64 << 10)
#define HAND_OVERS 768

/* What the parameter means is for the workload to say; asked before setup() too. */
static uint64_t ring_processes(void);
static uint64_t ring_set(void);

static unsigned int processes;
static size_t words;
static uint64_t set[SET_MAX / sizeof(uint64_t)];
static int links[PROCESSES_MAX][2];
static long members[PROCESSES_MAX];

static uint64_t count(void)
{
	return ring_processes() ? HAND_OVERS / ring_processes() * ring_processes() : 0;
}

/* Nothing may be left out of the sum: what is read is the working set. */
static void read_set(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < words; i++)
		sum += set[i];
	__asm__ volatile("" : : "r"(sum));
}

static _Noreturn void member_run(int in, int out)
{
	unsigned char token;

	while (port_read(in, &token, 1) == 1) {
		read_set();
		token++;
		if (port_write(out, &token, 1) != 1)
			port_exit(1);
	}
	port_exit(0);
}

/* Keeps in[0] and out[1] of all links: the end of one pipe must reach the next process. */
static void keep_only(const int *in, const int *out)
{
	for (unsigned int i = 0; i < processes; i++) {
		if (links[i] != in)
			port_close(links[i][0]);
		if (links[i] != out)
			port_close(links[i][1]);
	}
}

static void setup(void)
{
	processes = (unsigned int)ring_processes();
	words = ring_set() / sizeof(*set);
	bench_check("2 to 128 processes", 1, processes >= 2 && processes <= PROCESSES_MAX);
	bench_check("working set of 64k at most", 1, words <= SET_MAX / sizeof(*set));
	/* Written, so that each process has pages of its own. */
	for (size_t i = 0; i < words; i++)
		set[i] = i;
	for (unsigned int i = 0; i < processes; i++)
		bench_require("pipe", port_pipe(links[i]));
	for (unsigned int i = 1; i < processes; i++) {
		members[i] = bench_require("fork", port_fork());
		if (members[i])
			continue;
		keep_only(links[i - 1], links[i]);
		for (size_t word = 0; word < words; word++)
			((volatile uint64_t *)set)[word]++;
		member_run(links[i - 1][0], links[i][1]);
	}
	keep_only(links[processes - 1], links[0]);
}

static void run(uint64_t n)
{
	unsigned char token = 0;

	for (; n; n -= processes) {
		unsigned char expected = (unsigned char)(token + processes - 1);

		bench_check("write of the token", 1, port_write(links[0][1], &token, 1));
		bench_check("read of the token", 1, port_read(links[processes - 1][0], &token, 1));
		bench_check("processes the token met", expected, token);
		read_set();
	}
}

static void teardown(void)
{
	bench_check("close", 0, port_close(links[0][1]));
	for (unsigned int i = 1; i < processes; i++) {
		struct port_wait_status status;

		bench_check("wait", members[i], port_wait(members[i], &status));
		bench_check("how a member of the ring ended", 0,
			    status.exit_status | status.signal);
	}
}
