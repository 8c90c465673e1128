#include "mm/object.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/store.h"

struct shared {
	struct object object;
	struct store store;
	uint64_t pages;
};

static int shared_page(struct object *o, uint64_t index, enum page_use use, struct page **out)
{
	struct shared *s = container_of(o, struct shared, object);
	int err;

	if (index >= s->pages)
		return -ENXIO;
	if (use) {
		err = store_make(&s->store, index, out);
		if (err)
			return err;
	} else {
		*out = store_find(&s->store, index);
		if (!*out)
			return -ENOENT;
	}
	page_get(*out);
	return 0;
}

static void shared_release(struct object *o)
{
	struct shared *s = container_of(o, struct shared, object);

	store_cut(&s->store, 0);
	kmem_free(s);
}

static const struct object_ops shared_ops = {
	.page = shared_page,
	.release = shared_release,
};

struct object *object_make_shared(uint64_t pages)
{
	struct shared *s = kmem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	s->object.ops = &shared_ops;
	s->object.refs = 1;
	s->pages = pages;
	return &s->object;
}

bool object_is_shared(const struct object *o)
{
	return o->ops == &shared_ops;
}
