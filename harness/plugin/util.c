#include "util.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void util_fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("ringside plugin: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	/* Not exit(): QEMU's atexit handlers must not run inside a callback. */
	_Exit(1);
}

void *util_alloc(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		util_fatal("out of memory");
	return memory;
}

void *util_realloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (!memory)
		util_fatal("out of memory");
	return memory;
}

#define ARENA_CHUNK ((size_t)1 << 20)

void *util_arena_alloc(size_t size)
{
	static char *next, *end;
	void *memory;

	size = (size + 15) & ~(size_t)15;
	if ((size_t)(end - next) < size) {
		next = util_alloc(ARENA_CHUNK);
		end = next + ARENA_CHUNK;
	}
	memory = next;
	next += size;
	return memory;
}

static uint64_t mix(struct map_key key)
{
	uint64_t hash = key.a * 0x9e3779b97f4a7c15u;

	hash = (hash ^ hash >> 32 ^ key.b) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ hash >> 29 ^ key.c) * 0x94d049bb133111ebu;
	return hash ^ hash >> 31;
}

static int same(struct map_key a, struct map_key b)
{
	return a.a == b.a && a.b == b.b && a.c == b.c;
}

/* The entry of `key`, or the free one (value NULL) to use for it. `size` is a power of two. */
static struct map_entry *find(struct map_entry *entries, size_t size, struct map_key key)
{
	size_t at = mix(key) & (size - 1);

	while (entries[at].value && !same(entries[at].key, key))
		at = (at + 1) & (size - 1);
	return &entries[at];
}

static void grow(struct map *map)
{
	size_t size = map->size ? map->size * 2 : 64;
	struct map_entry *entries = util_alloc(size * sizeof(*entries));

	for (size_t i = 0; i < map->size; i++) {
		if (map->entries[i].value)
			*find(entries, size, map->entries[i].key) = map->entries[i];
	}
	free(map->entries);
	map->entries = entries;
	map->size = size;
}

void **map_slot(struct map *map, struct map_key key)
{
	struct map_entry *entry;

	if (map->used * 2 >= map->size)
		grow(map);
	entry = find(map->entries, map->size, key);
	if (!entry->value) {
		entry->key = key;
		map->used++;
	}
	return &entry->value;
}

void *map_find(const struct map *map, struct map_key key)
{
	return map->size ? find(map->entries, map->size, key)->value : NULL;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
	/* The value is the count itself, cast to a pointer: never 0. */
	void **count = map_slot(&histogram->counts, (struct map_key){ value, 0, 0 });

	*count = (void *)((uintptr_t)*count + 1);
	histogram->count++;
	histogram->sum += value;
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = ((const struct map_entry *)a)->key.a;
	uint64_t right = ((const struct map_entry *)b)->key.a;

	return (left > right) - (left < right);
}

void histogram_print(const struct histogram *histogram, FILE *to)
{
	const struct map *map = &histogram->counts;
	struct map_entry *sorted = util_alloc((map->used + 1) * sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < map->size; i++) {
		if (map->entries[i].value)
			sorted[count++] = map->entries[i];
	}
	qsort(sorted, count, sizeof(*sorted), by_value);
	fputc('[', to);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "%s[%llu,%llu]", i ? "," : "", (unsigned long long)sorted[i].key.a,
			(unsigned long long)(uintptr_t)sorted[i].value);
	fputc(']', to);
	free(sorted);
}
