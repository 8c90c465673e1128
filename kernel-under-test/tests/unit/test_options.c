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

int main(void)
{
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
