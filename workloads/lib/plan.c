#include "plan.h"

#include "text.h"

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The number of words, joined by single slashes, that make up the line; 0 for any other line. */
static size_t count_words(const char *line)
{
	size_t words = 0;

	for (;; line++) {
		if (!is_word_char(*line))
			return 0;
		while (is_word_char(*line))
			line++;
		words++;
		if (!*line)
			return words;
		if (*line != '/')
			return 0;
	}
}

bool plan_is_probe(const char *line)
{
	return text_starts(line, "probe/");
}

bool plan_is_runnable(const char *line)
{
	size_t words = count_words(line);

	return words == 3 || (words == 2 && !plan_is_probe(line));
}

/* Terminates the line that starts at `line`. Returns the next one, or NULL if it was the last. */
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
	if (plan->is_snapshot || (plan->count && text_equal(line, "snapshot"))) {
		*expected = "no other line beside snapshot";
		return false;
	}
	if (text_equal(line, "snapshot")) {
		plan->is_snapshot = true;
		plan->workloads[plan->count++] = line;
		return true;
	}
	if (plan->count == PLAN_MAX) {
		*expected = "no more workloads";
		return false;
	}
	*expected = "group/name, group/name/parameter or probe/family/name, of a-z, 0-9 and _";
	if (!plan_is_runnable(line))
		return false;
	plan->workloads[plan->count++] = line;
	return true;
}

size_t plan_parse(char *text, struct plan *plan, const char **expected)
{
	size_t number = 0;

	plan->profile = NULL;
	plan->count = 0;
	plan->is_snapshot = false;
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

bool plan_has_workloads(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan_is_probe(plan->workloads[i]))
			return true;
	}
	return false;
}
