/* Address-space ids: choosing one for a space that is being loaded. */
#include "mm/asid.h"

/* Context ids are never reused, so a new space cannot match an old space's slot. */
static uint64_t ctx_id_of(struct space *s)
{
	static uint64_t last;
	uint64_t was = 0, ctx_id = __atomic_load_n(&s->ctx_id, __ATOMIC_RELAXED);

	if (ctx_id)
		return ctx_id;
	ctx_id = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	/* Another CPU may be loading it for the first time too. */
	return __atomic_compare_exchange_n(&s->ctx_id, &was, ctx_id, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED)
		       ? ctx_id
		       : was;
}

unsigned int asid_choose(struct asids *ids, struct space *s, bool *keep)
{
	uint64_t ctx_id = ctx_id_of(s), tlb_gen = __atomic_load_n(&s->tlb_gen, __ATOMIC_SEQ_CST);
	unsigned int i = 0;

	while (i < ASIDS && ids->slot[i].space != ctx_id)
		i++;
	*keep = i < ASIDS && ids->slot[i].tlb_gen == tlb_gen;
	if (i == ASIDS)
		i = ids->next++ % ASIDS;
	ids->slot[i].space = ctx_id;
	ids->slot[i].tlb_gen = tlb_gen;
	return i + 1;
}

void asid_update_gen(struct asids *ids, const struct space *s, uint64_t tlb_gen)
{
	for (unsigned int i = 0; i < ASIDS; i++)
		if (ids->slot[i].space == s->ctx_id)
			ids->slot[i].tlb_gen = tlb_gen;
}
