#include "bench.h"
#include "partner.h"

/*
 * Two processes go round over three bytes of a file, each always holding the lock on one of them.
 * A step takes the next byte and gives up the last. The next is the other's until that has
 * stepped on itself, so neither can step twice in a row:
 *
 *	this process	holds 0	  waits for 1  . takes 1, frees 0  waits for 2 ...
 *	partner		holds 1	  takes 2, frees 1 . waits for 0   takes 0, frees 2 ...
 */

#define BYTES 3

static const char path[] = "/tmp/ringside-lock";
static int fd, ready[2], held;
static struct {
	unsigned int partner_steps;
	int over;
} volatile *shared;

static int serve(void)
{
	int mine = 1;

	if (port_record_lock(fd, mine) != 0 || port_write(ready[1], "r", 1) != 1)
		return 1;
	for (;;) {
		int next = (mine + 1) % BYTES;

		if (port_record_lock(fd, next) != 0)
			return 1;
		if (shared->over)
			return 0;
		shared->partner_steps++;
		if (port_record_unlock(fd, mine) != 0)
			return 1;
		mine = next;
	}
}

static void setup(void)
{
	void *page = NULL;
	char byte;

	bench_require("shared mmap", port_mmap_shared(PORT_PAGE_SIZE, &page));
	shared = page;
	bench_require("pipe", port_pipe(ready));
	fd = (int)bench_require("open", port_open(path, PORT_O_CREAT | PORT_O_RDWR));
	bench_require("fcntl, lock", port_record_lock(fd, held));
	partner_start(serve);
	bench_check("read of 1 byte", 1, port_read(ready[0], &byte, 1));
}

static void run(uint64_t n)
{
	unsigned int before = shared->partner_steps;

	for (uint64_t i = 0; i < n; i++) {
		int next = (held + 1) % BYTES;

		bench_check("fcntl, lock", 0, port_record_lock(fd, next));
		bench_check("fcntl, unlock", 0, port_record_unlock(fd, held));
		held = next;
	}
	/* It may be on its way to the step after ours, or still have ours before it. */
	bench_check("the partner stepped along", 1, shared->partner_steps - before + 1 - n <= 2);
}

static void teardown(void)
{
	shared->over = 1;
	bench_check("fcntl, unlock", 0, port_record_unlock(fd, held));
	partner_join();
	bench_check("close", 0, port_close(fd));
	bench_check("unlink", 0, port_unlink(path));
}

BENCH_OP("one round trip between two processes through contended record locks");
BENCH_COVERS("lmbench lat_fcntl; Asterinas vfs_fcntl_lat");
BENCH_NEEDS("file/record_lock memory/shared_anonymous process/fork");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 200,
	.repeats = BENCH_DEFAULT_REPEATS,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
