#include "bench.h"

#define SIZE 65536
#define WORDS (SIZE / sizeof(uint64_t))

static uint64_t from[WORDS], to[WORDS];

static void before(uint64_t n)
{
	(void)n;
	for (size_t i = 0; i < WORDS; i++) {
		from[i] += i;
		to[i] = 0;
	}
}

static void run(uint64_t n)
{
	while (n--) {
		for (size_t i = 0; i < WORDS; i++)
			((volatile uint64_t *)to)[i] = from[i];
	}
}

static void after(uint64_t n)
{
	(void)n;
	for (size_t i = 0; i < WORDS; i++)
		bench_check("word copied", (int64_t)from[i], (int64_t)to[i]);
}

BENCH_OP("65536 bytes copied word by word in user space");
BENCH_COUNTS("bytes");
BENCH_COVERS("lmbench bw_mem cp; Asterinas mem_copy_bw");
BENCH_NOTE("a control: no kernel code is measured, so every kernel must show the same number but "
	   "for its timer ticks");

const struct bench bench = {
	.id = BENCH_ID,
	.iterations = 20,
	.repeats = BENCH_DEFAULT_REPEATS,
	.bytes = SIZE,
	.before = before,
	.run = run,
	.after = after,
};
