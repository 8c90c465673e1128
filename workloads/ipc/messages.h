#pragma once

#include "bench.h"

/*
 * Groups of senders and receivers: each sender sends every receiver of its group some messages of
 * 100 bytes, all at once. The processes are made before and waited for after the timed part, which
 * goes from the start signal to the last receiver's word that it has all.
 */

#define MESSAGE 100
#define ROUNDS 4
#define GROUPS_MAX 8
#define SIDE_MAX 20

/* Makes the channel one receiver reads (ends[0]) and its senders write (ends[1]). */
static void channel_make(int ends[2]);

static unsigned int groups, side;
static int start[2], done[2];
static int channels[SIDE_MAX][2];
static long children[GROUPS_MAX * SIDE_MAX * 2];
static unsigned int children_count;

static uint64_t count(void)
{
	return bench_param(0, 1) * bench_param(1, 10) * bench_param(1, 10) * ROUNDS;
}

static int send_all(void)
{
	char message[MESSAGE] = { 0 };
	char byte;

	if (port_read(start[0], &byte, 1) != 1)
		return 1;
	for (unsigned int i = 0; i < ROUNDS * side; i++) {
		size_t sent = 0;

		while (sent < MESSAGE) {
			long n = port_write(channels[i % side][1], message + sent, MESSAGE - sent);

			if (n <= 0)
				return 1;
			sent += (size_t)n;
		}
	}
	return 0;
}

static int receive_all(int in)
{
	size_t left = (size_t)MESSAGE * ROUNDS * side;
	char message[MESSAGE];
	char byte;

	if (port_read(start[0], &byte, 1) != 1)
		return 1;
	while (left) {
		long n = port_read(in, message, left < MESSAGE ? left : MESSAGE);

		if (n <= 0)
			return 1;
		left -= (size_t)n;
	}
	return port_write(done[1], "d", 1) != 1;
}

static void child_start(int in)
{
	long pid = bench_require("fork", port_fork());

	if (pid == 0)
		port_exit(in < 0 ? send_all() : receive_all(in));
	children[children_count++] = pid;
}

static void before(uint64_t n)
{
	(void)n;
	children_count = 0;
	bench_require("pipe", port_pipe(start));
	bench_require("pipe", port_pipe(done));
	for (unsigned int group = 0; group < groups; group++) {
		for (unsigned int i = 0; i < side; i++)
			channel_make(channels[i]);
		for (unsigned int i = 0; i < side; i++) {
			child_start(channels[i][0]);
			child_start(-1);
		}
		for (unsigned int i = 0; i < side; i++) {
			port_close(channels[i][0]);
			port_close(channels[i][1]);
		}
	}
}

static void run(uint64_t n)
{
	static const char go[GROUPS_MAX * SIDE_MAX * 2];
	char byte;

	(void)n;
	bench_check("start", children_count, port_write(start[1], go, children_count));
	for (unsigned int i = 0; i < groups * side; i++)
		bench_check("word of a receiver", 1, port_read(done[0], &byte, 1));
}

static void after(uint64_t n)
{
	(void)n;
	for (unsigned int i = 0; i < children_count; i++) {
		struct port_wait_status status;

		bench_check("wait", children[i], port_wait(children[i], &status));
		bench_check("how a process ended", 0, status.exit_status | status.signal);
	}
	for (int i = 0; i < 2; i++) {
		port_close(start[i]);
		port_close(done[i]);
	}
}

static void setup(void)
{
	groups = (unsigned int)bench_param(0, 1);
	side = (unsigned int)bench_param(1, 10);
	bench_check("1 to 8 groups", 1, groups >= 1 && groups <= GROUPS_MAX);
	bench_check("1 to 20 senders", 1, side >= 1 && side <= SIDE_MAX);
}
