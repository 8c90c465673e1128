#pragma once

#include <stdint.h>

#define PARAM_MAX 4

/* A workload's parameter: 8x16k is 8 and 16384. */
struct param {
	unsigned int count;
	uint64_t values[PARAM_MAX];
};

/* Numbers joined by x, each with k (1024) or m (1024 * 1024) behind it or not. Returns 0 or -1. */
int param_parse(const char *text, struct param *param);
