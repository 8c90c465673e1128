#include "plan.h"

#include "check.h"

static struct plan plan;
static const char *expected;

/* Parses a copy of exactly its size, so that a read past the end is caught. */
static size_t parse(const char *text)
{
	static char *copy;

	free(copy);
	copy = strdup(text);
	CHECK(copy);
	expected = NULL;
	return plan_parse(copy, &plan, &expected);
}

static void test_good(void)
{
	CHECK(parse("# made\n\nprofile quick\nsyscall/null\r\n\n# more\nipc/pipe_2\n"
		    "ipc/ring/8x16k\nprobe/memory/brk") == 0);
	CHECK(strcmp(plan.profile, "quick") == 0);
	CHECK(plan.count == 4);
	CHECK(strcmp(plan.workloads[0], "syscall/null") == 0);
	CHECK(strcmp(plan.workloads[1], "ipc/pipe_2") == 0);
	CHECK(strcmp(plan.workloads[2], "ipc/ring/8x16k") == 0);
	CHECK(!plan_is_probe(plan.workloads[2]));
	CHECK(plan_is_probe(plan.workloads[3]));

	CHECK(!plan.is_snapshot);
	CHECK(parse("profile quick\nsnapshot\n\n\n") == 0);
	CHECK(plan.is_snapshot);
	CHECK(plan.count == 1);

	CHECK(parse("profile full\n") == 0);
	CHECK(strcmp(plan.profile, "full") == 0);
	CHECK(plan.count == 0);
}

static void test_bad(void)
{
	static const struct {
		const char *text;
		size_t line;
	} bad[] = {
		{ "", 1 },
		{ "# nothing\n", 2 },
		{ "syscall/null\n", 1 },
		{ "profile fast\n", 1 },
		{ "profile quick\nprofile quick\n", 2 },
		{ "profile quick\nnull\n", 2 },
		{ "profile quick\n/null\n", 2 },
		{ "profile quick\nsyscall/\n", 2 },
		{ "profile quick\nsyscall/null/x/y\n", 2 },
		{ "profile quick\nsyscall//x\n", 2 },
		{ "profile quick\nsyscall/null/\n", 2 },
		{ "profile quick\nprobe/memory\n", 2 },
		{ "profile quick\na/b\n../init\n", 3 },
		{ "profile quick\nsyscall/null \n", 2 },
		{ "profile quick\nSyscall/null\n", 2 },
		{ "profile quick\nsnapshot\na/b\n", 3 },
		{ "profile quick\nsnapshot\nsnapshot\n", 3 },
		{ "profile quick\na/b\nsnapshot\n", 3 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(parse(bad[i].text) == bad[i].line);
		CHECK(expected && *expected);
	}
}

static void test_full(void)
{
	static char text[16 + 4 * (PLAN_MAX + 1)];

	strcpy(text, "profile quick\n");
	for (size_t i = 0; i < PLAN_MAX; i++)
		strcat(text, "a/b\n");
	CHECK(parse(text) == 0);
	CHECK(plan.count == PLAN_MAX);
	strcat(text, "a/b");
	CHECK(parse(text) == PLAN_MAX + 2);
}

int main(void)
{
	test_good();
	test_bad();
	test_full();
	return 0;
}
