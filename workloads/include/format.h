#pragma once

#include <stddef.h>
#include <stdint.h>

/* The most bytes that format_i64() and format_u64() write: a sign and 20 digits. */
#define FORMAT_MAX 21

/* Each writes to `out`, without a terminating NUL, and returns the number of bytes. */
size_t format_u64(char *out, uint64_t value);
size_t format_i64(char *out, int64_t value);
size_t format_hex32(char *out, uint32_t value);

/* Parses decimal digits only. Returns 0, or -1 without changing *value (also on overflow). */
int parse_u64(const char *text, uint64_t *value);
