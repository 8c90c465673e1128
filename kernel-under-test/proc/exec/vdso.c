/* The vDSO's pages. */
#include "proc/exec/vdso.h"

#include "arch/vdso.h"
#include "lib/printf.h"
#include "lib/string.h"

/* A data page, then the code; shared by all programs. */
static struct object *object;
static uint64_t size;
static void *data;

static void *make_page(uint64_t index)
{
	struct page *p;

	if (object->ops->page(object, index, PAGE_WRITE, &p) < 0)
		panic("vdso: no memory");
	/* The object keeps its own reference. */
	page_put(p);
	return page_to_virt(p);
}

void vdso_init(uint64_t epoch_ns)
{
	size_t code = (size_t)(vdso_image_end - vdso_image);

	size = PAGE_SIZE + ALIGN_UP(code, PAGE_SIZE);
	object = object_create_shared(size >> PAGE_SHIFT);
	if (!object)
		panic("vdso: no memory");
	data = make_page(0);
	for (size_t at = 0; at < code; at += PAGE_SIZE)
		memcpy(make_page(1 + (at >> PAGE_SHIFT)), vdso_image + at,
		       MIN(PAGE_SIZE, code - at));
	vdso_set_clock(epoch_ns, 0);
}

void vdso_set_clock(uint64_t epoch_ns, uint64_t zone)
{
	/* The clock is first set before the pages exist. */
	if (data)
		arch_vdso_fill(data, epoch_ns, zone);
}

uint64_t vdso_map(struct space *s)
{
	uint64_t at = space_find_gap(s, 0, size, s->top);

	if (!at || space_map(s, at, size, AREA_READ | AREA_EXEC | AREA_SHARED | AREA_NO_WRITE,
			     object, 0) < 0)
		return 0;
	return at + PAGE_SIZE;
}

bool vdso_is(const struct area *a)
{
	return a->object == object;
}
