/* Counts of references that several CPUs change without a lock. */
#pragma once

#include "lib/types.h"

/* One more, of what may be going. False: its last reference has gone. */
static inline bool refs_get_unless_gone(uint32_t *count)
{
	uint32_t refs = READ_ONCE(*count);

	while (refs)
		if (__atomic_compare_exchange_n(count, &refs, refs + 1, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* One less. False: it is the last reference, and still there. */
static inline bool refs_put_unless_last(uint32_t *count)
{
	uint32_t refs = READ_ONCE(*count);

	while (refs > 1)
		if (__atomic_compare_exchange_n(count, &refs, refs - 1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return true;
	return false;
}
