#include "format.h"

#include "check.h"

static void check_u64(uint64_t value, const char *expected)
{
	char out[FORMAT_MAX];

	CHECK(format_u64(out, value) == strlen(expected));
	CHECK(memcmp(out, expected, strlen(expected)) == 0);
}

static void check_i64(int64_t value, const char *expected)
{
	char out[FORMAT_MAX];

	CHECK(format_i64(out, value) == strlen(expected));
	CHECK(memcmp(out, expected, strlen(expected)) == 0);
}

static void check_hex32(uint32_t value, const char *expected)
{
	char out[8];

	CHECK(format_hex32(out, value) == 8);
	CHECK(memcmp(out, expected, 8) == 0);
}

static void check_refused(const char *text)
{
	uint64_t value = 77;

	CHECK(parse_u64(text, &value) == -1);
	CHECK(value == 77);
}

int main(void)
{
	uint64_t value;

	check_u64(0, "0");
	check_u64(10, "10");
	check_u64(UINT64_MAX, "18446744073709551615");
	check_i64(-1, "-1");
	check_i64(INT64_MIN, "-9223372036854775808");
	check_i64(INT64_MAX, "9223372036854775807");
	check_hex32(0, "00000000");
	check_hex32(0xcbf43926, "cbf43926");

	CHECK(parse_u64("0", &value) == 0 && value == 0);
	CHECK(parse_u64("18446744073709551615", &value) == 0 && value == UINT64_MAX);
	check_refused("18446744073709551616");
	check_refused("99999999999999999999999");
	check_refused("");
	check_refused("-1");
	check_refused("1 ");
	check_refused("0x1");
	return 0;
}
