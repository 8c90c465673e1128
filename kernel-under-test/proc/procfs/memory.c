/* /proc/PID: files about memory. */
#include "arch/mmu.h"
#include "fs/credentials.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/page.h"
#include "proc/exec/vdso.h"
#include "proc/procfs/text.h"

uint64_t proc_size(const struct process *p)
{
	SPACE_SCOPE(p->space);
	return space_size(p->space);
}

uint64_t proc_locked(const struct process *p)
{
	SPACE_SCOPE(p->space);
	return space_locked_bytes(p->space, 0, USER_TOP);
}

void proc_statm(struct text *t, const struct proc_subject *s)
{
	const struct process *p = s->process;

	text_add(t, "%lu %lu 0 0 0 %lu 0\n", proc_size(p) / PAGE_SIZE, p->space->resident,
		 proc_size(p) / PAGE_SIZE);
}

/* The file that an area maps, or NULL. */
static struct inode *file_of(const struct area *a)
{
	return a->object && a->object->ops->of_inode ? container_of(a->object, struct inode, object)
						     : NULL;
}

/* `name`: NULL for the path of the mapped file, or the area's purpose. */
static void add_area(struct text *t, const struct process *p, const struct area *a,
		     const char *name)
{
	struct inode *file = file_of(a);
	uint64_t device = file && file->volume ? file->volume->number : file ? 1 : 0;
	char path[256];
	size_t start = t->len;

	text_add(t, "%08lx-%08lx %c%c%c%c %08lx %02lx:%02lx %lu ", a->start, a->end,
		 a->flags & AREA_READ ? 'r' : '-', a->flags & AREA_WRITE ? 'w' : '-',
		 a->flags & AREA_EXEC ? 'x' : '-', a->flags & AREA_SHARED ? 's' : 'p',
		 a->object ? a->offset : 0, device >> 8 & 0xfff, device & 0xff,
		 file ? file->ino : 0);
	if (file && path_of_inode(p->root, file, path, sizeof(path)) > 0)
		name = path;
	else if (file)
		name = "(deleted)";
	else if (a->object)
		name = "/dev/zero (deleted)";
	else if ((a->flags & AREA_STACK) && a->end == p->space->stack_top)
		name = "[stack]";
	else if (a->start >= p->space->brk_start && a->end <= p->space->brk + PAGE_SIZE)
		name = "[heap]";
	/* Names are aligned. */
	if (name) {
		text_pad(t, start, 73);
		text_add(t, "%s", name);
	}
	text_add(t, "\n");
}

/* Advances to the next area, unless there is enough text. */
static bool next_part(struct text *t, struct space *s, struct area *a)
{
	if (t->len >= t->enough || !space_next_area(s, a->end, a))
		return false;
	t->part = a->start;
	t->part_at = t->len;
	return true;
}

void proc_maps(struct text *t, const struct proc_subject *s)
{
	struct area a = {.end = t->part};

	while (next_part(t, s->process->space, &a)) {
		if (vdso_is(&a)) {
			const uint64_t middle = a.start + PAGE_SIZE;

			add_area(t, s->process, &(struct area){a.start, middle, NULL, 0, AREA_READ},
				 "[vvar]");
			add_area(t, s->process,
				 &(struct area){middle, a.end, NULL, 0, AREA_READ | AREA_EXEC},
				 "[vdso]");
			continue;
		}
		add_area(t, s->process, &a, NULL);
	}
}

/* Resident pages of an area: all, and those shared with others. */
static void count_pages(struct space *s, const struct area *a, uint64_t *all, uint64_t *shared)
{
	uint64_t va = a->start, *e;

	*all = *shared = 0;
	SPACE_SCOPE(s);
	while ((e = mmu_entry_next(s->root, &va, a->end))) {
		if (mmu_entry_present(*e)) {
			const struct page *p = phys_to_page(mmu_entry_page(*e));

			++*all;
			*shared += p->refs > 1;
		}
		va += PAGE_SIZE;
	}
}

/* As far as an area's flags tell. */
static void add_flags(struct text *t, const struct area *a)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{AREA_READ, "rd"},    {AREA_WRITE, "wr"},   {AREA_EXEC, "ex"},
		{AREA_SHARED, "sh"},  {AREA_STACK, "gd"},   {AREA_LOCKED, "lo"},
		{AREA_NO_FORK, "dc"}, {AREA_NO_DUMP, "dd"}, {AREA_WIPE_ON_FORK, "wf"},
	};

	text_add(t, "VmFlags:");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (a->flags & names[i].flag)
			text_add(t, " %s", names[i].name);
	text_add(t, " \n");
}

void proc_smaps(struct text *t, const struct proc_subject *s)
{
	const uint64_t kib = PAGE_SIZE / 1024;
	struct area a = {.end = t->part};

	while (next_part(t, s->process->space, &a)) {
		uint64_t all, shared;

		add_area(t, s->process, &a, NULL);
		count_pages(s->process->space, &a, &all, &shared);
		text_add(t, "Size: %19lu kB\nKernelPageSize: %9lu kB\nMMUPageSize: %12lu kB\n",
			 (a.end - a.start) / 1024, kib, kib);
		text_add(t, "Rss: %20lu kB\nShared_Clean: %11lu kB\nPrivate_Dirty: %10lu kB\n",
			 all * kib, shared * kib, (all - shared) * kib);
		if (!s->process->space->has_locked)
			a.flags &= ~AREA_LOCKED;
		text_add(t, "Anonymous: %14lu kB\nSwap: %19lu kB\nLocked: %17lu kB\n",
			 a.object ? 0 : all * kib, 0ul, a.flags & AREA_LOCKED ? all * kib : 0);
		add_flags(t, &a);
	}
}

/* /proc/PID/mem. Through a kernel buffer, since both ends may fault. */
long proc_mem(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write)
{
	struct space *space;
	char *buffer;
	long done = 0;
	int err = 0;

	if (!process_may_ptrace(s->process))
		return -EACCES;
	buffer = kmem_alloc(PAGE_SIZE);
	if (!buffer)
		return -ENOMEM;
	space = space_get(s->process->space);
	while (!err && u->left) {
		size_t n = MIN(u->left, PAGE_SIZE - (pos & (PAGE_SIZE - 1)));

		err = write				  ? uio_copy_from(u, buffer, n)
		      : space_peek(space, pos, buffer, n) ? -EIO
							  : 0;
		if (!err)
			err = !write				  ? uio_copy_to(u, buffer, n)
			      : space_poke(space, pos, buffer, n) ? -EIO
								  : 0;
		if (!err)
			pos += n, done += (long)n;
	}
	space_put(space);
	kmem_free(buffer);
	return done ? done : err;
}

#define PAGEMAP_PRESENT	  BIT(63)
#define PAGEMAP_FILE	  BIT(61)
#define PAGEMAP_EXCLUSIVE BIT(56)

/* Entries of the `n` pages from `va` on. Frame numbers are for those with the capability. */
static void describe_pages(struct space *s, uint64_t va, size_t n, uint64_t *out)
{
	const uint64_t start = va, end = va + n * PAGE_SIZE;
	bool frames = capable(CAP_SYS_ADMIN);
	const struct area *a;
	uint64_t *e;

	SPACE_SCOPE(s);
	for (; (e = mmu_entry_next(s->root, &va, end)); va += PAGE_SIZE) {
		uint64_t at = mmu_entry_page(*e), *to = &out[(va - start) / PAGE_SIZE];

		if (!mmu_entry_present(*e))
			continue;
		*to = PAGEMAP_PRESENT | (frames ? at / PAGE_SIZE : 0);
		if (phys_to_page(at)->refs == 1)
			*to |= PAGEMAP_EXCLUSIVE;
		a = areas_find(&s->areas, va);
		if (a && a->object && (a->flags & AREA_SHARED))
			*to |= PAGEMAP_FILE;
	}
}

/* /proc/PID/pagemap: a word for each page of the address space. */
long proc_pagemap(const struct proc_subject *s, uint64_t pos, struct uio *u, bool write)
{
	struct space *space;
	uint64_t words[64];
	long done = 0;
	int err = 0;

	if (write || ((pos | u->left) & 7))
		return -EINVAL;
	if (!process_may_ptrace(s->process))
		return -EACCES;
	space = space_get(s->process->space);
	while (!err && u->left && pos / 8 < USER_TOP / PAGE_SIZE) {
		size_t n = MIN(u->left / 8, ARRAY_SIZE(words));

		n = MIN(n, USER_TOP / PAGE_SIZE - pos / 8);
		memset(words, 0, sizeof(words));
		describe_pages(space, pos / 8 * PAGE_SIZE, n, words);
		err = uio_copy_to(u, words, n * 8);
		if (!err)
			pos += n * 8, done += (long)(n * 8);
	}
	space_put(space);
	return done ? done : err;
}
