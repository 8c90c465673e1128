#include "bench.h"

#include "format.h"
#include "param.h"
#include "record.h"
#include "text.h"

#define OVERHEAD_REPETITIONS 5

static struct record_stream stream;
static struct record record;
static uint64_t samples[BENCH_REPETITIONS_MAX];
static const char *self_path;
static const char *param_text;
static struct param param;

const char *bench_path(void)
{
	return self_path;
}

uint64_t bench_param(unsigned int index, uint64_t usual)
{
	return index < param.count ? param.values[index] : usual;
}

static _Noreturn void finish(int status)
{
	port_drain(PORT_CONSOLE);
	port_exit(status);
}

void bench_wrong(const char *what, int64_t expected, int64_t got)
{
	record_open(&record, &stream, "wrong");
	record_str(&record, "what", what);
	record_i64(&record, "expected", expected);
	record_i64(&record, "got", got);
	record_emit(&stream, &record);
	finish(1);
}

void bench_absent(const char *what, long error)
{
	record_open(&record, &stream, "absent");
	record_str(&record, "what", what);
	record_i64(&record, "errno", error < 0 ? -error : error);
	record_emit(&stream, &record);
	finish(0);
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

/* The body of a workload that does nothing: the loop, its call and the two clock readings. */
static void run_empty(uint64_t n)
{
	while (n--)
		__asm__ volatile("");
}

/*
 * The markers stand outside the two readings, so that they cost a sample nothing. Never inlined:
 * the code between a marker and a reading is the same one for every window of an ELF.
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
	return bench.count ? bench.count() : bench.iterations;
}

static uint64_t repeat_once(uint64_t n)
{
	uint64_t ticks;

	if (bench.before)
		bench.before(n);
	ticks = time_run(bench.run, n);
	if (bench.after)
		bench.after(n);
	return ticks;
}

static void emit_bench(uint32_t repetitions)
{
	record_open(&record, &stream, "bench");
	record_str(&record, "name", bench.id.name);
	record_str(&record, "group", bench.id.group);
	if (param_text)
		record_str(&record, "param", param_text);
	record_str(&record, "op", bench.id.op);
	record_u64(&record, "iterations", iterations());
	record_u64(&record, "repetitions", repetitions);
	record_u64(&record, "warmup", bench.repeats.warmup);
	if (bench.bytes)
		record_u64(&record, "bytes", bench.bytes);
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

static void measure(uint32_t repetitions)
{
	/* From here to the last sample nothing is written; the console has fallen silent. */
	emit_bench(repetitions);
	port_drain(PORT_CONSOLE);
	port_mark(PORT_MARK_BEGIN);

	if (bench.setup)
		bench.setup();
	for (uint32_t i = 0; i < bench.repeats.warmup; i++)
		repeat_once(iterations());
	for (uint32_t i = 0; i < repetitions; i++)
		samples[i] = repeat_once(iterations());
	if (bench.teardown)
		bench.teardown();

	emit_overhead();
	emit_samples(repetitions);
}

static int usage(void)
{
	static const char text[] = "usage: WORKLOAD STREAM quick|full [PARAMETER]\n";

	port_write(PORT_CONSOLE, text, sizeof(text) - 1);
	return 2;
}

int main(int argc, char **argv)
{
	enum bench_profile profile;

	if (argc < 3 || argc > 4 || parse_u64(argv[1], &stream.id))
		return usage();
	param_text = argc == 4 ? argv[3] : NULL;
	if (param_text && param_parse(param_text, &param))
		return usage();
	if (text_equal(argv[2], "quick"))
		profile = BENCH_QUICK;
	else if (text_equal(argv[2], "full"))
		profile = BENCH_FULL;
	else
		return usage();

	self_path = argv[0];
	bench_check("repetitions within BENCH_REPETITIONS_MAX", 1,
		    bench.repeats.counts[profile] <= BENCH_REPETITIONS_MAX);
	measure(bench.repeats.counts[profile]);
	finish(0);
}
