#include "param.h"

#include <stddef.h>

/* Parses one number with its suffix. Returns what follows it, or NULL. */
static const char *parse_value(const char *text, uint64_t *value)
{
	const char *at = text;
	uint64_t unit = 1;

	for (*value = 0; *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
			return NULL;
	}
	if (at == text)
		return NULL;
	if (*at == 'k')
		unit = 1024;
	else if (*at == 'm')
		unit = 1024 * 1024;
	if (__builtin_mul_overflow(*value, unit, value))
		return NULL;
	return unit == 1 ? at : at + 1;
}

int param_parse(const char *text, struct param *param)
{
	param->count = 0;
	for (;;) {
		if (param->count == PARAM_MAX)
			return -1;
		text = parse_value(text, &param->values[param->count]);
		if (!text)
			return -1;
		param->count++;
		if (!*text)
			return 0;
		if (*text++ != 'x')
			return -1;
	}
}
