#pragma once

#include "mach_trap.h"

/* Messages as 64-bit tasks lay them out: all parts are aligned to 8 bytes. */

enum mach_msg_option {
	MACH_SEND = 0x1,
	MACH_RECEIVE = 0x2,
	MACH_RECEIVE_TIMEOUT = 0x100,
};

enum mach_return {
	MACH_OK = 0,
	MACH_INVALID_ARGUMENT = 4,
	MACH_SEND_INVALID_DEST = 0x10000003,
	MACH_RECEIVE_INVALID_NAME = 0x10004002,
	MACH_RECEIVE_TIMED_OUT = 0x10004003,
};

#define MACH_BITS(remote, local) ((remote) | (local) << 8)
#define MACH_BITS_COMPLEX 0x80000000u

struct mach_header {
	uint32_t bits;
	uint32_t size;
	uint64_t remote;
	uint64_t local;
	uint32_t seqno;
	int32_t id;
};

/* Stands before each datum of a body. */
struct mach_type {
	uint32_t descriptor;
	uint32_t number;
};

enum mach_datum {
	MACH_TRUTH = 0,
	MACH_INT32 = 2,
	MACH_BYTE = 9,
	MACH_INT64 = 11,
};

/* Inline data of `number` elements of `bits` each. A port takes 64 bits. */
#define MACH_INLINE_DATA(name, bits) ((uint32_t)(name) | (uint32_t)(bits) << 8 | 1u << 29)
#define MACH_TYPE(name, bits, count)                                                               \
	(struct mach_type)                                                                         \
	{                                                                                          \
		.descriptor = MACH_INLINE_DATA(name, bits), .number = (count)                      \
	}

struct mach_int {
	struct mach_type type;
	int32_t value;
	int32_t padding;
};

struct mach_word {
	struct mach_type type;
	uint64_t value;
};

#define MACH_INT(x)                                                                                \
	(struct mach_int)                                                                          \
	{                                                                                          \
		.type = MACH_TYPE(MACH_INT32, 32, 1), .value = (int32_t)(x)                        \
	}
#define MACH_WORD(x)                                                                               \
	(struct mach_word)                                                                         \
	{                                                                                          \
		.type = MACH_TYPE(MACH_INT64, 64, 1), .value = (uint64_t)(x)                       \
	}
#define MACH_BOOLEAN(x)                                                                            \
	(struct mach_int)                                                                          \
	{                                                                                          \
		.type = MACH_TYPE(MACH_TRUTH, 32, 1), .value = (x)                                 \
	}
/* A port's right goes along, made or copied from the one named. */
#define MACH_PORT(type_, x)                                                                        \
	(struct mach_word)                                                                         \
	{                                                                                          \
		.type = MACH_TYPE(type_, 64, 1), .value = (x)                                      \
	}
/* Only the name goes along. */
#define MACH_NAME(x)                                                                               \
	(struct mach_int)                                                                          \
	{                                                                                          \
		.type = MACH_TYPE(15, 32, 1), .value = (int32_t)(x)                                \
	}

/* What a kernel call answers with, before its results. */
struct mach_reply {
	struct mach_header head;
	struct mach_int result;
};

_Static_assert(sizeof(struct mach_header) == 32, "mach_msg_header_t of a 64-bit task");
_Static_assert(sizeof(struct mach_type) == 8, "mach_msg_type_t of a 64-bit task");
_Static_assert(sizeof(struct mach_reply) == 48, "mig_reply_header_t of a 64-bit task");
