#pragma once

/* A decoder against encodings as assemblers write them. Nothing of QEMU is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"

#define AT 0x1000

struct decoding {
	const char *text;
	size_t len;
	const char *bytes;
	struct insn expected;
};

#define CASE(text, bytes, ...) { text, sizeof(bytes) - 1, bytes, { __VA_ARGS__ } }

/* How many of the cases fail; says which. */
static inline int decoding_failures(const struct decoding *cases, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		const struct insn *expected = &cases[i].expected;
		/* On the heap, with nothing behind: reading too far is seen by the sanitizer. */
		uint8_t *bytes = malloc(cases[i].len);
		struct insn insn;

		memcpy(bytes, cases[i].bytes, cases[i].len);
		arch_decode(bytes, cases[i].len, AT, &insn);
		free(bytes);
		if (insn.kind == expected->kind && insn.operand == expected->operand &&
		    insn.repeats == expected->repeats &&
		    insn.never_faults == expected->never_faults)
			continue;
		printf("%s: kind %d operand %#llx repeats %d never_faults %d\n", cases[i].text,
		       insn.kind, (unsigned long long)insn.operand, insn.repeats,
		       insn.never_faults);
		failed++;
	}
	return failed;
}
