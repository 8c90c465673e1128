/* Parsing the kernel command line. */
#include "init/options.h"

#include "lib/string.h"

#define REST "--"

/*
 * What follows `word` in the command line where it is an option, or NULL. Words after `--` are
 * process 1's arguments, not options.
 */
static const char *find(const char *cmdline, const char *word)
{
	size_t len = strlen(word);

	while (*cmdline) {
		while (*cmdline == ' ')
			cmdline++;
		if (strncmp(cmdline, word, len) == 0 &&
		    (cmdline[len] == '\0' || cmdline[len] == ' ' || cmdline[len] == '='))
			return cmdline + len;
		if (strncmp(cmdline, REST " ", 3) == 0)
			break;
		while (*cmdline && *cmdline != ' ')
			cmdline++;
	}
	return NULL;
}

bool option_is(const char *cmdline, const char *word)
{
	return find(cmdline, word) != NULL;
}

const char *option_text(const char *cmdline, const char *key)
{
	static char value[OPTION_MAX];
	const char *at = find(cmdline, key);
	size_t n = 0;

	if (!at || *at != '=')
		return NULL;
	for (at++; *at && *at != ' ' && n < OPTION_MAX - 1; at++)
		value[n++] = *at;
	value[n] = '\0';
	return value;
}

void option_args(char *cmdline, const char *out[OPTION_ARGS_MAX + 1])
{
	char *at = (char *)find(cmdline, REST);
	size_t n = 0;

	while (at && *at && n < OPTION_ARGS_MAX) {
		while (*at == ' ')
			*at++ = '\0';
		if (*at)
			out[n++] = at;
		while (*at && *at != ' ')
			at++;
	}
	/* There may be more words than entries. */
	if (at && *at)
		*at = '\0';
	out[n] = NULL;
}
