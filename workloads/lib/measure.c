#include "measure.h"

#include "param.h"
#include "record.h"
#include "text.h"

#define OVERHEAD_REPETITIONS 5

static struct record_stream stream;
static struct record record;
static uint64_t samples[BENCH_REPETITIONS_MAX];
static const struct bench *running;
static struct measure_request request;
static struct param param;

const char *bench_path(void)
{
	return request.path;
}

uint64_t bench_param(unsigned int index, uint64_t fallback)
{
	return index < param.count ? param.values[index] : fallback;
}

void bench_wrong(const char *what, int64_t expected, int64_t got)
{
	if (got == -PORT_ENOSYS)
		bench_absent(what, (long)got);
	record_open(&record, &stream, "wrong");
	record_str(&record, "what", what);
	record_i64(&record, "expected", expected);
	record_i64(&record, "got", got);
	record_emit(&stream, &record);
	measure_end(1);
}

void bench_absent(const char *what, long error)
{
	record_open(&record, &stream, "absent");
	record_str(&record, "what", what);
	record_i64(&record, "errno", error < 0 ? -error : error);
	record_emit(&stream, &record);
	measure_end(0);
}

long bench_require(const char *what, long result)
{
	switch (result) {
	case -PORT_ENOSYS:
	case -PORT_EOPNOTSUPP:
	case -PORT_ENOENT:
	case -PORT_ENODEV:
	case -PORT_ENXIO:
	case -PORT_EINVAL:
	case -PORT_ENOTTY:
	case -PORT_EPROTONOSUPPORT:
	case -PORT_EAFNOSUPPORT:
		bench_absent(what, result);
	}
	if (result < 0)
		bench_wrong(what, 0, result);
	return result;
}

/* An empty body: what its window measures is the harness's own share, loop included. */
static void run_empty(uint64_t n)
{
	while (n--)
		__asm__ volatile("");
}

/*
 * The markers are outside the two clock readings and cost a sample nothing. Not inlined, so that
 * every window of an ELF has the same code between marker and reading.
 */
static __attribute__((noinline)) uint64_t time_run(void (*run)(uint64_t n), uint64_t n)
{
	uint64_t start, ticks;

	port_mark(PORT_MARK_OPEN);
	start = port_ticks();
	run(n);
	ticks = port_ticks() - start;
	port_mark(PORT_MARK_CLOSE);
	return ticks;
}

static uint64_t iterations(void)
{
	return running->count ? running->count() : running->iterations;
}

static uint64_t repeat_once(uint64_t n)
{
	uint64_t ticks;

	if (running->before)
		running->before(n);
	ticks = time_run(running->run, n);
	if (running->after)
		running->after(n);
	return ticks;
}

static void emit_bench(uint32_t repetitions)
{
	record_open(&record, &stream, "bench");
	record_str(&record, "name", running->id.name);
	record_str(&record, "group", running->id.group);
	if (request.param)
		record_str(&record, "param", request.param);
	record_str(&record, "op", running->id.op);
	record_u64(&record, "iterations", iterations());
	record_u64(&record, "repetitions", repetitions);
	record_u64(&record, "warmup", running->repeats.warmup);
	if (running->bytes)
		record_u64(&record, "bytes", running->bytes);
	record_emit(&stream, &record);
}

static void emit_overhead(void)
{
	uint64_t ticks[OVERHEAD_REPETITIONS];

	for (size_t i = 0; i < OVERHEAD_REPETITIONS; i++)
		ticks[i] = time_run(run_empty, iterations());
	record_open(&record, &stream, "overhead");
	record_list(&record, "ticks", ticks, OVERHEAD_REPETITIONS);
	record_emit(&stream, &record);
}

static void emit_samples(uint32_t count)
{
	for (size_t first = 0; first < count;) {
		record_open(&record, &stream, "samples");
		record_u64(&record, "first", first);
		first += record_list(&record, "ticks", samples + first, count - first);
		record_emit(&stream, &record);
	}
	record_open(&record, &stream, "done");
	record_u64(&record, "samples", count);
	record_emit(&stream, &record);
}

static void measure_all(uint32_t repetitions)
{
	emit_bench(repetitions);
	/* Silent from here to the last sample: no console interrupt falls into a window. */
	port_drain(PORT_CONSOLE);
	port_mark(PORT_MARK_BEGIN);

	if (running->setup)
		running->setup();
	for (uint32_t i = 0; i < running->repeats.warmup; i++)
		repeat_once(iterations());
	for (uint32_t i = 0; i < repetitions; i++)
		samples[i] = repeat_once(iterations());
	if (running->teardown)
		running->teardown();

	emit_overhead();
	emit_samples(repetitions);
}

bool measure_parse_profile(const char *text, enum bench_profile *profile)
{
	if (text_equal(text, "quick"))
		*profile = BENCH_QUICK;
	else if (text_equal(text, "full"))
		*profile = BENCH_FULL;
	else
		return false;
	return true;
}

void measure(const struct bench *what, const struct measure_request *how)
{
	uint32_t repetitions = what->repeats.counts[how->profile];

	running = what;
	request = *how;
	stream = (struct record_stream){ .id = how->stream };
	param.count = 0;
	if (request.param)
		bench_check("a parameter", 0, param_parse(request.param, &param));
	bench_check("repetitions within BENCH_REPETITIONS_MAX", 1,
		    repetitions <= BENCH_REPETITIONS_MAX);
	measure_all(repetitions);
}
