#define FILE_SHARED 1
#include "file.h"

static void run(struct task *task, uint64_t n)
{
	while (n--)
		task_check(task, "pread", 4096, port_pread(task->fds[0], task->buffer, 4096, 4096));
}

SCALING_OP("one 4096-byte pread from a shared file");
BENCH_COVERS(
	"will-it-scale pread2; will-it-scale pread3; will-it-scale read2; will-it-scale readseek2; "
	"will-it-scale readseek3");

const struct scaling scaling = {
	.iterations = 800,
	.setup = setup,
	.run = run,
	.teardown = teardown,
};
const struct bench bench = SCALING_BENCH;
