#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Memory that is never missing: without it the plugin ends QEMU with one line. */
void *util_alloc(size_t size);
void *util_grow(void *old, size_t size);
/*
 * The same, for small things that live as long as the process. What is made in a row lies in a row,
 * and is mostly used in a row.
 */
void *util_keep(size_t size);

/* One line to standard error, in front "ringside plugin: "; QEMU then ends with status 1. */
_Noreturn void util_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A hash table from three numbers to a pointer. Lives as long as the process: nothing is ever taken
 * out.
 */
struct map_key {
	uint64_t a, b, c;
};

struct map_entry {
	struct map_key key;
	void *value;
};

struct map {
	struct map_entry *entries;
	size_t size, used;
};

/*
 * Where the value of `key` is kept: NULL for a new key, and then the caller must set it at once.
 * Valid until the next call.
 */
void **map_at(struct map *map, struct map_key key);
/* The value of `key`, or NULL. */
void *map_find(const struct map *map, struct map_key key);

/* How often each value was seen: exact medians without every sample kept. */
struct histogram {
	uint64_t count, sum;
	struct map counts;
};

void histogram_add(struct histogram *histogram, uint64_t value);
/* As JSON: [[value, count], ...], the values rising. */
void histogram_print(const struct histogram *histogram, FILE *to);
