/* Reference counts changed by several CPUs without a lock. */
#pragma once

#include "lib/types.h"

/* Takes a reference to an object that may be going away. Returns false if the count is zero. */
static inline bool refs_get_unless_zero(uint32_t *count)
{
	uint32_t refs = READ_ONCE(*count);

	while (refs)
		if (__atomic_compare_exchange_n(count, &refs, refs + 1, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* Drops a reference. Returns false, and keeps it, if it is the last. */
static inline bool refs_put_unless_last(uint32_t *count)
{
	uint32_t refs = READ_ONCE(*count);

	while (refs > 1)
		if (__atomic_compare_exchange_n(count, &refs, refs - 1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return true;
	return false;
}
