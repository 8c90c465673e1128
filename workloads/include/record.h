#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The guest's side of the record protocol, version 1 (docs/protocol.md).
 *
 * record_open(), the field functions and record_close() format one record in memory without calling
 * the kernel; record_emit() (emit.c) alone writes. A field that does not fit is dropped as a whole,
 * so a record is always well formed.
 */

/* Length of a record from its '@' to its newline, both included. */
#define RECORD_LINE_MAX 1024

struct record {
	size_t len;
	/* Starts with an extra newline: the kernel may have left a line of its own unfinished. */
	char text[1 + RECORD_LINE_MAX];
};

/* A numbered sequence of records. Only one process may emit to it. */
struct record_stream {
	uint64_t id;
	uint64_t seq;
};

void record_open(struct record *rec, const struct record_stream *stream, const char *type);
void record_str(struct record *rec, const char *key, const char *value);
void record_u64(struct record *rec, const char *key, uint64_t value);
void record_i64(struct record *rec, const char *key, int64_t value);

/* The first values that fit, joined by commas. Returns their number. */
size_t record_list(struct record *rec, const char *key, const uint64_t *values, size_t count);

void record_close(struct record *rec);

/*
 * Closes the record, writes it to the console (in one call, unless the kernel does a short write)
 * and advances the stream.
 */
void record_emit(struct record_stream *stream, struct record *rec);
