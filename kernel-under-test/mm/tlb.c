/* Which space each CPU has loaded, and TLB shootdown. */
#include "mm/tlb.h"

#include "arch/mmu.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "mm/asid.h"

enum {
	ACTIVE,
	/* Idle with a space still loaded; its TLB entries are up to date (LAZY) or not (STALE). */
	LAZY,
	STALE,
	/* Added to each where spaces have ids, to keep those off the fast paths. */
	WITH_ASIDS = 4,
};

/* In space.cpus: it has been loaded under an id. */
#define SPACE_HAS_ASID BIT(31)

static struct tlb {
	/* The space of the running thread, and the one in CR3; NULL: the kernel's own. */
	struct space *current, *loaded;
	/* Other CPUs change LAZY to STALE. */
	uint32_t state;
	/* Set by other CPUs: kernel mappings have changed too. */
	bool kernel_stale;
	/* Its bit in space.cpus. */
	uint32_t bit;
} __attribute__((aligned(64))) cpus[] = {
	{.bit = 0x01}, {.bit = 0x02}, {.bit = 0x04}, {.bit = 0x08},
	{.bit = 0x10}, {.bit = 0x20}, {.bit = 0x40}, {.bit = 0x80},
};

/* Separate, so that struct tlb is indexed by a shift. */
static struct asids asids[CPUS_MAX];

_Static_assert(ARRAY_SIZE(cpus) == CPUS_MAX, "one for each");
_Static_assert(ASIDS < MMU_ASIDS, "and one for the kernel's own");

bool tlb_remote;

void tlb_init(void)
{
	tlb_remote = arch_cpu_count() > 1 || mmu_asids();
	if (mmu_asids())
		for (size_t i = 0; i < ARRAY_SIZE(cpus); i++)
			cpus[i].state |= WITH_ASIDS;
}

static always_inline void load(struct tlb *t, struct space *s, uint64_t root)
{
	struct space *old = t->loaded;

	if (likely(s))
		__atomic_fetch_or(&s->cpus, t->bit, __ATOMIC_SEQ_CST);
	t->loaded = s;
	mmu_switch(root);
	if (likely(old))
		__atomic_fetch_and(&old->cpus, ~t->bit, __ATOMIC_SEQ_CST);
}

static void load_with_asid(struct tlb *t, struct space *s)
{
	struct space *old = t->loaded;
	unsigned int asid;
	bool keep;

	__atomic_fetch_or(&s->cpus, t->bit | SPACE_HAS_ASID, __ATOMIC_SEQ_CST);
	t->loaded = s;
	asid = asid_choose(&asids[arch_cpu_id()], s, &keep);
	mmu_switch_asid(s->root, asid, keep);
	if (old)
		__atomic_fetch_and(&old->cpus, ~t->bit, __ATOMIC_SEQ_CST);
}

/* Under id 0, which no space has. */
static noinline void load_none(struct tlb *t)
{
	load(t, NULL, mmu_kernel_root());
}

static inline struct tlb *tlb_of_cpu(void)
{
	struct tlb *t = &cpus[arch_cpu_id()];

	/* Forces the address into a register: computed once, not at each use. */
	asm("" : "+r"(t));
	return t;
}

static noinline void switch_with_asid(struct tlb *t, struct space *s)
{
	uint32_t was = t->state;

	if (was != WITH_ASIDS)
		was = __atomic_exchange_n(&t->state, WITH_ASIDS, __ATOMIC_SEQ_CST);
	if (was == (STALE | WITH_ASIDS))
		mmu_flush_all();
	if (s == t->loaded)
		return;
	if (s)
		load_with_asid(t, s);
	else
		load_none(t);
}

void space_switch(struct space *s)
{
	struct tlb *t = tlb_of_cpu();

	t->current = s;
	if (unlikely(t->state != ACTIVE)) {
		if (t->state & WITH_ASIDS) {
			switch_with_asid(t, s);
			return;
		}
		if (__atomic_exchange_n(&t->state, ACTIVE, __ATOMIC_SEQ_CST) == STALE)
			mmu_flush_all();
	}
	if (s == t->loaded)
		return;
	if (likely(s))
		load(t, s, s->root);
	else
		load_none(t);
}

struct space *space_current(void)
{
	return cpus[arch_cpu_id()].current;
}

void space_idle(void)
{
	struct tlb *t = &cpus[arch_cpu_id()];

	t->current = NULL;
	if (t->state == ACTIVE)
		__atomic_store_n(&t->state, LAZY, __ATOMIC_SEQ_CST);
	else if (t->state == WITH_ASIDS)
		__atomic_store_n(&t->state, LAZY | WITH_ASIDS, __ATOMIC_SEQ_CST);
}

/*
 * Pairs with load(): the entry was changed before, so a CPU that loads `s` later sees the change.
 */
static uint32_t other_cpus(const struct space *s)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&s->cpus, __ATOMIC_SEQ_CST) & ~cpus[arch_cpu_id()].bit;
}

/*
 * Invalidates what any CPU has cached of `s` under an id that is not loaded. This CPU has already
 * flushed. Returns the CPUs, of `left`, that have it loaded now.
 */
static uint32_t invalidate_asids(struct space *s, uint32_t left)
{
	struct tlb *t = tlb_of_cpu();
	uint64_t tlb_gen;

	if (!(left & SPACE_HAS_ASID))
		return left;
	tlb_gen = __atomic_add_fetch(&s->tlb_gen, 1, __ATOMIC_SEQ_CST);
	if (t->loaded == s && t->state == WITH_ASIDS)
		asid_update_gen(&asids[arch_cpu_id()], s, tlb_gen);
	return other_cpus(s) & ~SPACE_HAS_ASID;
}

void space_unload(struct space *s)
{
	uint32_t left;

	if (cpus[arch_cpu_id()].loaded == s)
		load_none(tlb_of_cpu());
	left = other_cpus(s) & ~SPACE_HAS_ASID;
	/* Those are idle CPUs that kept it. */
	if (left)
		arch_cpu_flush(left);
	ASSERT(!(s->cpus & ~SPACE_HAS_ASID));
	/* Its ctx_id is never reused, so stale entries are harmless. */
	s->cpus = 0;
}

static noinline void shoot_down(struct space *s, uint32_t left)
{
	uint32_t ask = 0, with_asids = cpus[0].state & WITH_ASIDS;

	for (left = invalidate_asids(s, left); left; left &= left - 1) {
		struct tlb *t = &cpus[__builtin_ctz(left)];
		uint32_t lazy = LAZY | with_asids;

		if (!__atomic_compare_exchange_n(&t->state, &lazy, STALE | with_asids, false,
						 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
		    lazy == (ACTIVE | with_asids))
			ask |= left & -left;
	}
	if (ask)
		arch_cpu_flush(ask);
}

void tlb_flush_others(struct space *s)
{
	uint32_t left = other_cpus(s);

	if (unlikely(left))
		shoot_down(s, left);
}

bool tlb_is_loaded(const struct space *s)
{
	return s->cpus & cpus[arch_cpu_id()].bit;
}

void tlb_flush_page(struct space *s, uint64_t va)
{
	if (tlb_is_loaded(s))
		mmu_flush_page(va);
	tlb_flush_others(s);
}

void tlb_flush(struct space *s)
{
	if (tlb_is_loaded(s))
		mmu_flush_all();
	tlb_flush_others(s);
}

void tlb_flush_tables(struct space *s)
{
	uint32_t left;

	if (tlb_is_loaded(s))
		mmu_flush_all();
	left = invalidate_asids(s, other_cpus(s));
	if (unlikely(left))
		arch_cpu_flush(left);
}

void tlb_flush_kernel(void)
{
	uint32_t all = 0;

	for (unsigned int i = 0; i < arch_cpu_count(); i++) {
		if (i == arch_cpu_id())
			continue;
		__atomic_store_n(&cpus[i].kernel_stale, true, __ATOMIC_SEQ_CST);
		all |= cpus[i].bit;
	}
	if (all)
		arch_cpu_flush(all);
}

void trap_flush(void)
{
	struct tlb *t = &cpus[arch_cpu_id()];

	if (unlikely(t->kernel_stale) &&
	    __atomic_exchange_n(&t->kernel_stale, false, __ATOMIC_SEQ_CST))
		mmu_flush_kernel();
	if (!(t->state & (LAZY | STALE)))
		mmu_flush_all();
	else if (t->loaded)
		load_none(t);
}
