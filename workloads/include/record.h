#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Record protocol v1, the guest's half (docs/protocol.md).
 *
 * record_open(), then fields, then record_close() lay one record out in memory; nothing here calls
 * the kernel. record_emit() (emit.c) is the only writer. A field that no longer fits is left out
 * whole, so a record is always well formed.
 */

/* From the '@' to the newline, both included. */
#define RECORD_LINE_MAX 1024

struct record {
	size_t len;
	/* A newline stands before the '@': the kernel may have left its own line unfinished. */
	char text[1 + RECORD_LINE_MAX];
};

/* A sequence of records by one process. */
struct record_stream {
	uint64_t id;
	uint64_t seq;
};

void record_open(struct record *rec, const struct record_stream *stream, const char *type);
void record_str(struct record *rec, const char *key, const char *value);
void record_u64(struct record *rec, const char *key, uint64_t value);
void record_i64(struct record *rec, const char *key, int64_t value);

/* Values joined by commas, as many from the front as fit. Returns how many that were. */
size_t record_list(struct record *rec, const char *key, const uint64_t *values, size_t count);

void record_close(struct record *rec);

/*
 * Closes the record, writes it to the console in one call (the rest again where the kernel took
 * only a part) and advances the stream. Only one process may emit on a stream.
 */
void record_emit(struct record_stream *stream, struct record *rec);
