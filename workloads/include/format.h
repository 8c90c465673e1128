#pragma once

#include <stddef.h>
#include <stdint.h>

/* Longest text format_i64() and format_u64() write: a sign and 20 digits. No NUL is written. */
#define FORMAT_MAX 21

/* Each writes at `out` and returns the bytes written. */
size_t format_u64(char *out, uint64_t value);
size_t format_i64(char *out, int64_t value);
size_t format_hex32(char *out, uint32_t value);

/* Decimal digits only, no sign, no overflow. Returns 0, or -1 and leaves *value alone. */
int parse_u64(const char *text, uint64_t *value);
