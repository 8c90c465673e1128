#include "report.h"

#include "format.h"
#include "record.h"
#include "text.h"

static struct record_stream stream;
static struct record record;

void report_hello(const struct plan *plan)
{
	record_open(&record, &stream, "hello");
	record_u64(&record, "proto", 1);
	record_str(&record, "port", PORT_NAME);
	record_str(&record, "arch", PORT_ARCH);
	record_u64(&record, "planned", plan->count);
	record_str(&record, "profile", plan->profile);
	record_emit(&stream, &record);
}

void report_clock(void)
{
	uint64_t ticks, ns = 0;

	/* The first reading warms up; the second pair is the one reported. */
	port_time_ns(&ns);
	ticks = port_ticks();
	port_time_ns(&ns);
	record_open(&record, &stream, "clock");
	record_u64(&record, "ticks", ticks);
	record_u64(&record, "ns", ns);
	record_emit(&stream, &record);
}

void report_settle(const struct settle *settled)
{
	uint64_t samples[SETTLE_KEPT * SETTLE_PARTS];
	size_t count = 0;

	for (size_t i = 0; i < settled->kept_count; i++) {
		samples[count++] = settled->kept[i].syscalls;
		samples[count++] = settled->kept[i].faults;
		samples[count++] = settled->kept[i].process;
	}
	record_open(&record, &stream, "settle");
	record_u64(&record, "ok", settled->ok);
	record_u64(&record, "rounds", settled->rounds);
	record_u64(&record, "ticks", settled->ticks);
	record_u64(&record, "ns", settled->ns);
	record_list(&record, "samples", samples, count);
	record_emit(&stream, &record);
}

void report_absent(uint64_t number, const char *what, long error)
{
	struct record_stream own = { .id = number };

	record_open(&record, &own, "absent");
	record_str(&record, "what", what);
	record_i64(&record, "errno", -error);
	record_emit(&own, &record);
}

void report_begin(uint64_t number, const char *line)
{
	record_open(&record, &stream, "begin");
	record_u64(&record, "stream", number);
	record_str(&record, "name", line);
	record_emit(&stream, &record);
}

void report_end(uint64_t number, const struct port_wait_status *status)
{
	record_open(&record, &stream, "end");
	record_u64(&record, "stream", number);
	record_i64(&record, "exit", status->exit_status);
	record_i64(&record, "signal", status->signal);
	record_emit(&stream, &record);
}

void report_bye(uint64_t ran)
{
	record_open(&record, &stream, "bye");
	record_u64(&record, "ran", ran);
	record_emit(&stream, &record);
}

void report_error(const char *where, const char *what, const char *key, uint64_t number,
		  const char *expected)
{
	static char line[256];
	const char *const parts[] = { "\nringside: ",  where,	 ": ", what, " (", key, " ", NULL,
				      "); expected: ", expected, "\n" };
	size_t len = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char digits[FORMAT_MAX];
		const char *part = parts[i] ? parts[i] : digits;
		size_t part_len = parts[i] ? text_len(part) : format_u64(digits, number);

		if (len + part_len > sizeof(line))
			break;
		memcpy(line + len, part, part_len);
		len += part_len;
	}
	port_write(PORT_CONSOLE, line, len);
}
