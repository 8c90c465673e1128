/* The kernel's command line. */
#include "init/options.h"
#include "unit.h"

static void text_is(const char *cmdline, const char *key, const char *expected)
{
	const char *got = option_text(cmdline, key);

	if (expected) {
		CHECK(got != NULL);
		CHECK_STR(got, expected);
	} else {
		CHECK(got == NULL);
	}
}

static void args_are(const char *cmdline, size_t n, const char *const expected[])
{
	char copy[1024];
	const char *got[OPTION_ARGS_MAX + 1];

	CHECK(strlen(cmdline) < sizeof(copy));
	strcpy(copy, cmdline);
	option_args(copy, got);
	for (size_t i = 0; i < n; i++) {
		CHECK(got[i] != NULL);
		CHECK_STR(got[i], expected[i]);
	}
	CHECK(got[n] == NULL);
}

static void arguments(void)
{
	static const char *const two[] = {"a", "b=c"};
	const char *many[OPTION_ARGS_MAX];
	char line[256] = "--";

	args_are("", 0, NULL);
	args_are("quiet", 0, NULL);
	args_are("quiet --", 0, NULL);
	args_are("quiet --   ", 0, NULL);
	args_are("quiet ---x a", 0, NULL);
	args_are("-- a b=c", 2, two);
	args_are("quiet init=/x  --  a   b=c  ", 2, two);
	/* As many as fit; the list is terminated all the same. */
	for (size_t i = 0; i < OPTION_ARGS_MAX + 5; i++)
		strcat(line, " w");
	for (size_t i = 0; i < OPTION_ARGS_MAX; i++)
		many[i] = "w";
	args_are(line, OPTION_ARGS_MAX, many);

	/* Words after `--` are not options. */
	CHECK(option_is("quiet -- a", "quiet"));
	CHECK(!option_is("a -- quiet", "quiet"));
	text_is("a -- init=/x", "init", NULL);
	text_is("init=/y -- init=/x", "init", "/y");
}

int main(void)
{
	arguments();
	char longer[OPTION_MAX * 2] = "init=";

	CHECK(option_is("quiet", "quiet"));
	CHECK(option_is("  a quiet  b", "quiet"));
	CHECK(option_is("a quiet", "quiet"));
	CHECK(option_is("quiet=1", "quiet"));
	CHECK(!option_is("", "quiet"));
	CHECK(!option_is("    ", "quiet"));
	CHECK(!option_is("quieter", "quiet"));
	CHECK(!option_is("unquiet", "quiet"));
	CHECK(!option_is("quie", "quiet"));
	CHECK(!option_is("a=quiet", "quiet"));

	text_is("init=/bin/x", "init", "/bin/x");
	text_is("quiet init=/bin/x other=1", "init", "/bin/x");
	text_is("init=", "init", "");
	text_is("init= next", "init", "");
	text_is("init", "init", NULL);
	text_is("xinit=/a init=/b", "init", "/b");
	text_is("initrd=/a", "init", NULL);
	text_is("init=a=b", "init", "a=b");
	text_is("init=/a init=/b", "init", "/a");

	memset(longer + 5, 'y', sizeof(longer) - 6);
	CHECK_EQ(strlen(option_text(longer, "init")), OPTION_MAX - 1);
	return 0;
}
