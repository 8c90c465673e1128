#include "mm/tlb.h"

#include "arch/mmu.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "lib/printf.h"

enum {
	ACTIVE,
	/* Idle, with a space loaded; what it remembers of it is right, or is not. */
	LAZY,
	STALE,
};

static struct tlb {
	/* What a thread here works in, and what is loaded: NULL, the kernel's own. */
	struct space *in_use, *loaded;
	/* Others change LAZY to STALE. */
	uint32_t state;
	/* Others set it: the kernel's half has changed too. */
	bool kernel_stale;
	/* Its bit in space.cpus. */
	uint32_t me;
} __attribute__((aligned(64))) cpus[] = {
	{.me = 0x01}, {.me = 0x02}, {.me = 0x04}, {.me = 0x08},
	{.me = 0x10}, {.me = 0x20}, {.me = 0x40}, {.me = 0x80},
};

_Static_assert(ARRAY_SIZE(cpus) == CPUS_MAX, "one for each");

static inline __attribute__((always_inline)) void load(struct tlb *t, struct space *s,
						       uint64_t root)
{
	struct space *old = t->loaded;

	if (likely(s))
		__atomic_fetch_or(&s->cpus, t->me, __ATOMIC_SEQ_CST);
	t->loaded = s;
	mmu_switch(root);
	if (likely(old))
		__atomic_fetch_and(&old->cpus, ~t->me, __ATOMIC_SEQ_CST);
}

static __attribute__((noinline)) void load_none(struct tlb *t)
{
	load(t, NULL, mmu_kernel_root());
}

static inline struct tlb *tlb_of_here(void)
{
	struct tlb *t = &cpus[arch_cpu_id()];

	/* Computed once, not at each use. */
	asm("" : "+r"(t));
	return t;
}

void space_use(struct space *s)
{
	struct tlb *t = tlb_of_here();

	t->in_use = s;
	if (unlikely(t->state != ACTIVE) &&
	    __atomic_exchange_n(&t->state, ACTIVE, __ATOMIC_SEQ_CST) == STALE)
		mmu_flush_all();
	if (s == t->loaded)
		return;
	if (likely(s))
		load(t, s, s->root);
	else
		load_none(t);
}

struct space *space_used(void)
{
	return cpus[arch_cpu_id()].in_use;
}

void space_idle(void)
{
	struct tlb *t = &cpus[arch_cpu_id()];

	t->in_use = NULL;
	if (t->state == ACTIVE)
		__atomic_store_n(&t->state, LAZY, __ATOMIC_SEQ_CST);
}

/* The entry that was changed comes first for all: who loads `s` later finds it (mm/tlb.h). */
static uint32_t others(const struct space *s)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&s->cpus, __ATOMIC_SEQ_CST) & ~cpus[arch_cpu_id()].me;
}

void space_leave(struct space *s)
{
	if (cpus[arch_cpu_id()].loaded == s)
		load_none(tlb_of_here());
	/* Those are idle. */
	if (others(s))
		arch_cpu_flush(others(s));
	ASSERT(!s->cpus);
}

static __attribute__((noinline)) void ask_to_flush(uint32_t left)
{
	uint32_t ask = 0;

	for (; left; left &= left - 1) {
		struct tlb *t = &cpus[__builtin_ctz(left)];
		uint32_t lazy = LAZY;

		if (!__atomic_compare_exchange_n(&t->state, &lazy, STALE, false, __ATOMIC_SEQ_CST,
						 __ATOMIC_SEQ_CST) &&
		    lazy == ACTIVE)
			ask |= left & -left;
	}
	if (ask)
		arch_cpu_flush(ask);
}

void tlb_flush_others(const struct space *s)
{
	uint32_t left = others(s);

	if (unlikely(left))
		ask_to_flush(left);
}

bool tlb_here(const struct space *s)
{
	return s->cpus & cpus[arch_cpu_id()].me;
}

void tlb_flush_page(struct space *s, uint64_t va)
{
	if (tlb_here(s))
		mmu_flush_page(va);
	tlb_flush_others(s);
}

void tlb_flush(struct space *s)
{
	if (tlb_here(s))
		mmu_flush_all();
	tlb_flush_others(s);
}

void tlb_flush_tables(struct space *s)
{
	uint32_t left = others(s);

	if (tlb_here(s))
		mmu_flush_all();
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
		all |= cpus[i].me;
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
	if (t->state == ACTIVE)
		mmu_flush_all();
	else if (t->loaded)
		load_none(t);
}
