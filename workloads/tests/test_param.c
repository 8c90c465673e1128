#include "param.h"

#include "check.h"

static struct param param;

int main(void)
{
	static const char *const bad[] = { "",
					   "x",
					   "1x",
					   "x1",
					   "k",
					   "1kk",
					   "1K",
					   "1 2",
					   "1-2",
					   "1xx2",
					   "1x2x3x4x5",
					   "18446744073709551616",
					   "18446744073709551615k" };

	CHECK(param_parse("10", &param) == 0 && param.count == 1 && param.values[0] == 10);
	CHECK(param_parse("8x16k", &param) == 0 && param.count == 2);
	CHECK(param.values[0] == 8 && param.values[1] == 16384);
	CHECK(param_parse("0k", &param) == 0 && param.values[0] == 0);
	CHECK(param_parse("4m", &param) == 0 && param.values[0] == 4u << 20);
	CHECK(param_parse("1x2x3x4", &param) == 0 && param.count == 4 && param.values[3] == 4);
	CHECK(param_parse("18446744073709551615", &param) == 0 && param.values[0] == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(param_parse(bad[i], &param) == -1);
	return 0;
}
