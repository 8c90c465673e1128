#include "record.h"

#include "check.h"
#include "crc32.h"

static struct record rec;

/* The record's line without the leading newline, as a string. */
static const char *closed(void)
{
	static char line[RECORD_LINE_MAX + 1];

	record_close(&rec);
	CHECK(rec.len <= sizeof(rec.text));
	CHECK(rec.text[0] == '\n');
	CHECK(rec.text[rec.len - 1] == '\n');
	CHECK(memchr(rec.text + 1, '\n', rec.len - 2) == NULL);
	memcpy(line, rec.text + 1, rec.len - 1);
	line[rec.len - 1] = '\0';
	return line;
}

static void check_crc(const char *line)
{
	const char *hash = strrchr(line, '#');

	CHECK(hash && strlen(hash) == 10);
	CHECK(strtoul(hash + 1, NULL, 16) == crc32(line, (size_t)(hash - line)));
}

static void test_layout(void)
{
	static const char expected[] =
		"@rs1 3 12 wrong what=a%20%23100%25%20%3D%20%C3%A9%0A expected=-1 got=5 #";
	const struct record_stream stream = { .id = 3, .seq = 12 };
	const char *line;

	record_open(&rec, &stream, "wrong");
	record_str(&rec, "what", "a #100% = \xc3\xa9\n");
	record_i64(&rec, "expected", -1);
	record_u64(&rec, "got", 5);
	line = closed();
	CHECK(strncmp(line, expected, strlen(expected)) == 0);
	check_crc(line);
}

static void test_known_line(void)
{
	const struct record_stream stream = { .id = 1, .seq = 3 };

	/* The checksum is zlib.crc32's. */
	record_open(&rec, &stream, "done");
	record_u64(&rec, "samples", 15);
	CHECK(strcmp(closed(), "@rs1 1 3 done samples=15 #088f407b\n") == 0);
}

static void test_list_fills_a_line_and_goes_on(void)
{
	const struct record_stream stream = { .id = UINT64_MAX, .seq = UINT64_MAX };
	uint64_t values[300];
	size_t first = 0;

	for (size_t i = 0; i < 300; i++)
		values[i] = i % 2 ? UINT64_MAX - i : i;
	while (first < 300) {
		const char *line, *at;
		size_t taken;

		record_open(&rec, &stream, "samples");
		record_u64(&rec, "first", first);
		taken = record_list(&rec, "ticks", values + first, 300 - first);
		CHECK(taken > 0);
		line = closed();
		CHECK(strlen(line) <= RECORD_LINE_MAX);
		/* A line that is not the last leaves no room for one more value. */
		CHECK(first + taken == 300 || strlen(line) > RECORD_LINE_MAX - 21);
		check_crc(line);

		at = strstr(line, " ticks=") + strlen(" ticks=");
		for (size_t i = 0; i < taken; i++) {
			char *end;

			CHECK(strtoull(at, &end, 10) == values[first + i]);
			CHECK(*end == (i + 1 < taken ? ',' : ' '));
			at = end + 1;
		}
		first += taken;
	}
}

static void test_what_does_not_fit_is_left_out(void)
{
	const struct record_stream stream = { .id = 1 };
	static char text[RECORD_LINE_MAX + 1];
	const char *line;

	memset(text, ' ', sizeof(text) - 1);
	record_open(&rec, &stream, "wrong");
	record_str(&rec, "what", text);
	record_u64(&rec, "got", 1);
	CHECK(record_list(&rec, "none", NULL, 0) == 0);
	line = closed();
	CHECK(strncmp(line, "@rs1 1 0 wrong got=1 #", 22) == 0);
	check_crc(line);

	/* Filled to the last byte: one value longer than fits, then one that just does. */
	memset(text, 'x', sizeof(text));
	text[RECORD_LINE_MAX - 11 - strlen("@rs1 1 0 wrong what=") + 1] = '\0';
	record_open(&rec, &stream, "wrong");
	record_str(&rec, "what", text);
	CHECK(!strstr(closed(), "what"));
	text[strlen(text) - 1] = '\0';
	record_open(&rec, &stream, "wrong");
	record_str(&rec, "what", text);
	line = closed();
	CHECK(strlen(line) == RECORD_LINE_MAX);
	check_crc(line);
}

int main(void)
{
	test_layout();
	test_known_line();
	test_list_fills_a_line_and_goes_on();
	test_what_does_not_fit_is_left_out();
	return 0;
}
