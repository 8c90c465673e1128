#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The memory functions that gcc and clang may call in freestanding code, and a few for strings. */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int byte, size_t len);

size_t text_len(const char *text);
bool text_equal(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);
