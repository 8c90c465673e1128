#include "space_model.h"

#include "arch/mmu.h"
#include "arch/trap.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "unit.h"

struct object *model_object[OBJECTS];
static uint64_t object_value[OBJECTS][OBJECT_PAGES];

void model_objects_make(void)
{
	memset(object_value, 0, sizeof(object_value));
	for (int i = 0; i < OBJECTS; i++) {
		model_object[i] = object_create_shared(OBJECT_PAGES);
		CHECK(model_object[i] != NULL);
	}
}

void model_objects_drop(void)
{
	for (int i = 0; i < OBJECTS; i++) {
		/* All mappings must have dropped their references. */
		CHECK_EQ(model_object[i]->refs, 1);
		object_put(model_object[i]);
	}
}

void model_map(struct model *m, size_t from, size_t n, uint32_t flags, int object, uint64_t index)
{
	for (size_t i = 0; i < n; i++)
		m->page[from + i] = (struct model_page){
			.mapped = true, .flags = flags, .object = object, .index = index + i};
}

void model_unmap(struct model *m, size_t from, size_t n)
{
	memset(&m->page[from], 0, n * sizeof(m->page[0]));
}

int model_protect(struct model *m, size_t from, size_t n, uint32_t prot)
{
	for (size_t i = from; i < from + n; i++) {
		if (!m->page[i].mapped)
			return -ENOMEM;
		if ((prot & AREA_WRITE) && (m->page[i].flags & AREA_NO_WRITE))
			return -EACCES;
		m->page[i].flags = (m->page[i].flags & ~(uint32_t)AREA_PROT) | prot;
	}
	return 0;
}

int model_discard(struct model *m, size_t from, size_t n)
{
	int err = 0;

	for (size_t i = from; i < from + n; i++) {
		m->page[i].own = false;
		err = m->page[i].mapped ? err : -ENOMEM;
	}
	return err;
}

void model_move(struct model *m, size_t from, size_t n, size_t to, size_t len)
{
	struct model_page moved[WINDOW_PAGES];

	for (size_t i = 0; i < len; i++) {
		moved[i] = m->page[from + MIN(i, n - 1)];
		if (i < n)
			continue;
		moved[i].index += i - (n - 1);
		moved[i].own = false;
	}
	model_unmap(m, from, n);
	memcpy(&m->page[to], moved, len * sizeof(moved[0]));
}

int model_access(struct model *m, size_t i, unsigned int access, uint64_t *word)
{
	struct model_page *p = &m->page[i];
	uint64_t *value = &p->value;
	uint32_t need = access & FAULT_WRITE  ? AREA_WRITE
			: access & FAULT_EXEC ? AREA_EXEC
					      : AREA_PROT;

	if (!p->mapped)
		return -EFAULT;
	if (!(p->flags & need))
		return -EACCES;
	if (p->object >= 0 && p->index >= OBJECT_PAGES)
		return -ENXIO;
	if (p->object >= 0 && !p->own && (!(access & FAULT_WRITE) || (p->flags & AREA_SHARED)))
		value = &object_value[p->object][p->index];
	if (access & FAULT_WRITE) {
		*value = *word;
		p->own = !(p->flags & AREA_SHARED);
	} else {
		*word = p->object < 0 && !p->own ? 0 : *value;
	}
	return 0;
}

static uint64_t entry_in(uint64_t table, uint64_t va, int level)
{
	uint64_t e = ((uint64_t *)phys_to_virt(table & PTE_ADDR))[va >> (PAGE_SHIFT + 9 * level) &
								  511];

	CHECK(!(e & PTE_PRESENT) || (e & PTE_USER));
	return e;
}

static uint64_t walk(uint64_t va)
{
	struct host_tlb_entry *t = host_tlb_table(va);

	if (!host_tlb_is(t, va >> 21) || !(t->entry & PTE_PRESENT)) {
		t->page = va >> 21;
		t->asid = host_read_cr3() % PAGE_SIZE;
		t->entry = host_read_cr3() | PTE_PRESENT;
		for (int level = 3; level > 0 && (t->entry & PTE_PRESENT); level--)
			t->entry = entry_in(t->entry, va, level);
	}
	return t->entry & PTE_PRESENT ? entry_in(t->entry, va, 0) : 0;
}

static bool permits(uint64_t entry, unsigned int access)
{
	return (entry & PTE_PRESENT) && (!(access & FAULT_WRITE) || (entry & PTE_WRITE)) &&
	       (!(access & FAULT_EXEC) || !(entry & x86_pte_nx));
}

int cpu_access(uint64_t addr, unsigned int access, uint64_t *word)
{
	struct host_tlb_entry *t = host_tlb_slot(addr);

	/* Filling an entry, copying the page, and another lookup: no more faults than that. */
	for (int tries = 0; tries < 4; tries++) {
		int err;

		if (!host_tlb_is(t, addr >> PAGE_SHIFT) || !(t->entry & PTE_PRESENT)) {
			t->page = addr >> PAGE_SHIFT;
			t->asid = host_read_cr3() % PAGE_SIZE;
			t->entry = walk(addr);
		}
		if (permits(t->entry, access)) {
			uint64_t *at = (uint64_t *)((char *)phys_to_virt(t->entry & PTE_ADDR) +
						    (addr & (PAGE_SIZE - 1)));

			if (access & FAULT_WRITE)
				*at = *word;
			else
				*word = *at;
			return 0;
		}
		/* A fault evicts what the CPU had cached for that page. */
		t->entry = 0;
		host_tlb_table(addr)->entry = 0;
		err = trap_page_fault(addr, access);
		if (err)
			return err;
	}
	fprintf(stderr, "the access to %#" PRIx64 " faults for ever\n", addr);
	exit(1);
}

static uint64_t count_entries(struct space *s)
{
	uint64_t va = 0, n = 0, *e;

	while ((e = mmu_entry_next(s->root, &va, USER_TOP))) {
		n += *e != 0;
		va += PAGE_SIZE;
	}
	return n;
}

/* Blocks are filled, numbered and counted right, and no gap exceeds the recorded maximum. */
static void model_check_blocks(const struct areas *s)
{
	uint64_t last = MMAP_MIN_ADDR;
	uint32_t count = 0;

	CHECK(s->block_count && s->block_count <= s->capacity);
	for (uint32_t i = 0; i < s->block_count; i++) {
		const struct area_block *b = s->blocks[i];

		CHECK_EQ(b->index, i);
		CHECK(b->count <= AREAS_PER_BLOCK && (b->count || s->block_count == 1));
		count += b->count;
		for (uint32_t k = 0; k < b->count; k++) {
			CHECK(b->areas[k].start <= last || b->areas[k].start - last <= b->gap);
			last = b->areas[k].end;
		}
	}
	CHECK_EQ(count, s->count);
}

void model_check_areas(struct model *m)
{
	struct space *s = m->space;
	uint64_t last = 0;

	model_check_blocks(&s->areas);
	for (struct area *a = areas_first(&s->areas); a; a = areas_next(&s->areas, a)) {
		CHECK(a->start >= last && a->end > a->start);
		CHECK(IS_ALIGNED(a->start | a->end, PAGE_SIZE));
		last = a->end;
	}
	for (size_t i = 0; i < WINDOW_PAGES; i++) {
		const struct model_page *p = &m->page[i];
		const struct area *a = space_find(s, window_addr(i));

		CHECK_EQ(a && a->start <= window_addr(i), p->mapped);
		if (!p->mapped)
			continue;
		CHECK_EQ(a->flags, p->flags);
		CHECK(a->object == (p->object < 0 ? NULL : model_object[p->object]));
		if (a->object)
			CHECK_EQ((a->offset + (window_addr(i) - a->start)) >> PAGE_SHIFT, p->index);
	}
	CHECK_EQ(s->resident, count_entries(s));
}
