#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Zeroed memory, and realloc(). Neither returns NULL: out of memory, they terminate QEMU. */
void *util_alloc(size_t size);
void *util_realloc(void *old, size_t size);
/*
 * Zeroed memory that is never freed. Successive allocations are adjacent, for locality: what is
 * created together is mostly used together.
 */
void *util_arena_alloc(size_t size);

/* Prints "ringside plugin: " and the message to stderr and terminates QEMU with status 1. */
_Noreturn void util_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A hash table from three numbers to a pointer. Entries are never removed.
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
 * The location of the value of `key`, valid until the next call. It holds NULL if the key is new;
 * the caller must then set it before the next call.
 */
void **map_slot(struct map *map, struct map_key key);
/* The value of `key`, or NULL. */
void *map_find(const struct map *map, struct map_key key);

/* Counts of each distinct value: enough for exact medians. */
struct histogram {
	uint64_t count, sum;
	struct map counts;
};

void histogram_add(struct histogram *histogram, uint64_t value);
/* As JSON: [[value, count], ...] in ascending order of value. */
void histogram_print(const struct histogram *histogram, FILE *to);
