#pragma once

#include <stdint.h>

#define PARAM_MAX 4

/* A parsed parameter: 8x16k is { 8, 16384 }. */
struct param {
	unsigned int count;
	uint64_t values[PARAM_MAX];
};

/* Parses numbers joined by x, each with an optional suffix k or m (bench.h). Returns 0 or -1. */
int param_parse(const char *text, struct param *param);
