/* Address-space ids: choosing one for a space that is being loaded. */
#include "mm/asid.h"

/* Context ids are never reused, so a new space cannot match an old space's slot. */
static uint64_t number_of(struct space *s)
{
	static uint64_t last;
	uint64_t was = 0, number = __atomic_load_n(&s->number, __ATOMIC_RELAXED);

	if (number)
		return number;
	number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	/* Another CPU may be loading it for the first time too. */
	return __atomic_compare_exchange_n(&s->number, &was, number, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED)
		       ? number
		       : was;
}

unsigned int asid_of(struct asids *ids, struct space *s, bool *keep)
{
	uint64_t number = number_of(s), changes = __atomic_load_n(&s->changes, __ATOMIC_SEQ_CST);
	unsigned int i = 0;

	while (i < ASIDS && ids->slot[i].space != number)
		i++;
	*keep = i < ASIDS && ids->slot[i].changes == changes;
	if (i == ASIDS)
		i = ids->next++ % ASIDS;
	ids->slot[i].space = number;
	ids->slot[i].changes = changes;
	return i + 1;
}

void asid_seen(struct asids *ids, const struct space *s, uint64_t changes)
{
	for (unsigned int i = 0; i < ASIDS; i++)
		if (ids->slot[i].space == s->number)
			ids->slot[i].changes = changes;
}
