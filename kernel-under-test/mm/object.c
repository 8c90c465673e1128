/* Memory objects for shared anonymous mappings. */
#include "mm/object.h"

#include "arch/spin.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/store.h"

struct shared {
	struct object object;
	/* Guards the store. */
	struct spinlock lock;
	struct store store;
	uint64_t pages;
	void (*on_release)(struct object *o);
};

static int shared_page(struct object *o, uint64_t index, enum page_use use, struct page **out)
{
	struct shared *s = container_of(o, struct shared, object);
	int err;

	(void)use;
	if (index >= s->pages)
		return -ENXIO;
	spin_lock(&s->lock, LOCK_STORE);
	err = store_get_or_create(&s->store, index, out);
	if (!err)
		page_get(*out);
	spin_unlock(&s->lock);
	return err;
}

static void shared_peek(struct object *o, uint64_t index, unsigned int n, struct page **out)
{
	struct shared *s = container_of(o, struct shared, object);

	spin_lock(&s->lock, LOCK_STORE);
	store_peek(&s->store, index, n, out);
	spin_unlock(&s->lock);
}

static void shared_release(struct object *o)
{
	struct shared *s = container_of(o, struct shared, object);

	if (s->on_release)
		s->on_release(o);
	store_truncate(&s->store, 0);
	kmem_free(s);
}

static const struct object_ops shared_ops = {
	.page = shared_page,
	.peek = shared_peek,
	.page_unlocked = true,
	.peek_unlocked = true,
	.release = shared_release,
};

struct object *object_create_shared(uint64_t pages)
{
	struct shared *s = kmem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	s->object.ops = &shared_ops;
	s->object.refs = 1;
	s->pages = pages;
	return &s->object;
}

void object_set_release_hook(struct object *o, void (*on_release)(struct object *o))
{
	container_of(o, struct shared, object)->on_release = on_release;
}

bool object_is_shared(const struct object *o)
{
	return o->ops == &shared_ops;
}

void object_punch_shared(struct object *o, uint64_t first, uint64_t end)
{
	struct shared *s = container_of(o, struct shared, object);

	spin_lock(&s->lock, LOCK_STORE);
	end = MIN(end, s->pages);
	while ((first = store_next(&s->store, first, end, false)) < end)
		store_remove(&s->store, first);
	spin_unlock(&s->lock);
}
