/* What the kernel tells the code that it maps into every program. */
#pragma once

#include "lib/types.h"

/* At the page before the code. What changes is a single word each. */
struct vdso_data {
	/* As in arch/x86_64/time.c. */
	uint64_t tsc_base, ns_per_tsc;
	/* What CLOCK_REALTIME showed when the other clocks began. */
	uint64_t epoch_ns;
};
