#include "plan.h"

#include <stdbool.h>

#include "text.h"

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_workload(const char *line)
{
	size_t group = 0, name = 0;

	while (is_word_char(line[group]))
		group++;
	if (!group || line[group] != '/')
		return false;
	line += group + 1;
	while (is_word_char(line[name]))
		name++;
	return name && !line[name];
}

/* Ends the line that starts at `line` and returns the next one, or NULL at the end of the text. */
static char *cut_line(char *line)
{
	char *end = line;

	while (*end && *end != '\n')
		end++;
	if (!*end)
		return NULL;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	return end + 1;
}

static bool add_line(struct plan *plan, const char *line, const char **expected)
{
	if (!plan->profile) {
		*expected = "profile quick, or profile full";
		if (text_equal(line, "profile quick"))
			plan->profile = "quick";
		else if (text_equal(line, "profile full"))
			plan->profile = "full";
		return plan->profile;
	}
	if (plan->count == PLAN_MAX) {
		*expected = "no more workloads";
		return false;
	}
	*expected = "group/name, of a-z, 0-9 and _";
	if (!is_workload(line))
		return false;
	plan->workloads[plan->count++] = line;
	return true;
}

size_t plan_parse(char *text, struct plan *plan, const char **expected)
{
	size_t number = 0;

	plan->profile = NULL;
	plan->count = 0;
	for (char *line = text, *next; line; line = next) {
		next = cut_line(line);
		number++;
		if (*line && *line != '#' && !add_line(plan, line, expected))
			return number;
	}
	if (!plan->profile) {
		*expected = "profile quick, or profile full";
		return number;
	}
	return 0;
}
