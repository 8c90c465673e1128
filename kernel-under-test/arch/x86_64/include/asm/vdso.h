/* The data that the kernel shares with the vDSO. */
#pragma once

#include "lib/types.h"

/* In the page before the code. Whatever changes at run time is a single word. */
struct vdso_data {
	/* See arch/x86_64/time.c. */
	uint64_t tsc_base, ns_per_tsc;
	/* The value of CLOCK_REALTIME when the monotonic clock was 0. */
	uint64_t epoch_ns;
	/* struct timezone, as settimeofday() set it. */
	uint64_t zone;
};
