/* format() against snprintf(), for what both support. */
#include "lib/printf.h"
#include "host_machine.h"
#include "unit.h"

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char ours[128], libc[128];                                                         \
		int n = snprintf(libc, sizeof(libc), __VA_ARGS__);                                 \
		CHECK_EQ(format(ours, sizeof(ours), __VA_ARGS__), n);                              \
		CHECK_STR(ours, libc);                                                             \
	} while (0)

static void numbers(void)
{
	static const long values[] = {0, 1, -1, 9, 10, -10, 4095, INT32_MAX, INT32_MIN, INT64_MAX,
				      INT64_MIN};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		long v = values[i];

		SAME("%d|%i|%u|%x", (int)v, (int)v, (unsigned int)v, (unsigned int)v);
		SAME("%ld|%lu|%lx|%lld|%llu|%zu|%zx", v, (unsigned long)v, (unsigned long)v,
		     (long long)v, (unsigned long long)v, (size_t)v, (size_t)v);
		SAME("%12d|%-12d|%3d|%-3d|%24ld|%-24ld|", (int)v, (int)v, (int)v, (int)v, v, v);
		SAME("%012d|%08x|%020lu", (int)v, (unsigned int)v, (unsigned long)v);
	}
}

static void text(void)
{
	SAME("%s %5s|%-5s|%2s|%c%c%%", "a", "bc", "de", "fgh", 'x', '\\');
	SAME("%s", "");
	SAME("nothing to do");
}

static void interrupted(void)
{
	char full[64], part[64];
	int n = format(full, sizeof(full), "%s-%d-%08lx", "text", -42, 0xbeeful);

	for (size_t size = 0; size <= (size_t)n + 1; size++) {
		memset(part, '#', sizeof(part));
		CHECK_EQ(format(part, size, "%s-%d-%08lx", "text", -42, 0xbeeful), n);
		for (size_t i = size; i < sizeof(part); i++)
			CHECK_EQ(part[i], '#');
		if (size) {
			CHECK_EQ(strlen(part), size - 1);
			CHECK(memcmp(part, full, size - 1) == 0);
		}
	}
}

/* What the compiler would reject, and %p and %s of NULL, which differ from libc's. */
static void odd(void)
{
	char out[64];
	const char *volatile unknown = "%y %";
	const char *volatile null_text = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	CHECK_EQ(format(out, sizeof(out), unknown), 4);
#pragma GCC diagnostic pop
	CHECK_STR(out, "%y %");
	format(out, sizeof(out), "%p", (void *)0xffff888000001234);
	CHECK_STR(out, "ffff888000001234");
	format(out, sizeof(out), "%p", NULL);
	CHECK_STR(out, "0000000000000000");
	format(out, sizeof(out), "%s", null_text);
	CHECK_STR(out, "(null)");
}

static char logged[1024];
static size_t logged_len;

static void keep(const char *line, size_t len)
{
	CHECK(logged_len + len < sizeof(logged));
	memcpy(logged + logged_len, line, len);
	logged_len += len;
}

static void the_log(void)
{
	char longer[LOG_LINE_MAX * 2];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	log_set_sink(keep);
	log_printf("%d\n", 7);
	CHECK(logged_len == 2 && memcmp(logged, "7\n", 2) == 0);
	logged_len = 0;
	log_printf("%s", longer);
	CHECK_EQ(logged_len, LOG_LINE_MAX - 1);
}

static void assert_false(void *)
{
	ASSERT(1 + 1 == 3);
}

int main(void)
{
	numbers();
	text();
	interrupted();
	odd();
	the_log();
	CHECK(host_panics(assert_false, NULL));
	return 0;
}
