/* Asynchronous I/O contexts: queues of completion events. */
#include "ipc/aio.h"

#include "lib/errno.h"
#include "mm/kmem.h"

struct pending {
	struct aio_event event;
	struct list link;
};

int aio_create(struct aio **all, uint64_t id, uint32_t capacity)
{
	uint32_t before = 0;
	struct aio *a;

	for (a = *all; a; a = a->next)
		before += a->capacity;
	if (capacity > AIO_MAX - before)
		return -EAGAIN;
	a = kmem_zalloc(sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->id = id;
	a->capacity = capacity;
	a->refs = 1;
	list_init(&a->done);
	wait_init(&a->queue);
	a->next = *all;
	*all = a;
	return 0;
}

struct aio *aio_find(struct aio *all, uint64_t id)
{
	while (all && all->id != id)
		all = all->next;
	if (all)
		all->refs++;
	return all;
}

void aio_put(struct aio *a)
{
	struct pending *k, *next;

	if (--a->refs)
		return;
	list_for_each_safe (k, next, &a->done, link)
		kmem_free(k);
	kmem_free(a);
}

void aio_destroy(struct aio **all, struct aio *a)
{
	if (a->destroyed)
		return;
	while (*all != a)
		all = &(*all)->next;
	*all = a->next;
	a->destroyed = true;
	wait_wake_all(&a->queue);
	aio_put(a);
}

void aio_destroy_all(struct aio **all)
{
	while (*all)
		aio_destroy(all, *all);
}

int aio_reserve(struct aio *a, struct aio_event **out)
{
	struct pending *k;

	if (a->used == a->capacity)
		return -EAGAIN;
	k = kmem_zalloc(sizeof(*k));
	if (!k)
		return -ENOMEM;
	a->used++;
	*out = &k->event;
	return 0;
}

void aio_cancel(struct aio *a, struct aio_event *e)
{
	a->used--;
	kmem_free(container_of(e, struct pending, event));
}

void aio_complete(struct aio *a, struct aio_event *e)
{
	list_push_back(&a->done, &container_of(e, struct pending, event)->link);
	wait_wake_all(&a->queue);
}

int aio_get_event(struct aio *a, uint64_t deadline_ns, struct aio_event *out)
{
	struct pending *k;

	while (list_empty(&a->done) || a->destroyed) {
		int err = a->destroyed ? -EINVAL
			  : !deadline_ns
				  ? -ETIMEDOUT
				  : wait_sleep_until(&a->queue, WAIT_INTERRUPTIBLE, deadline_ns);

		if (err)
			return err;
	}
	k = list_first(&a->done, struct pending, link);
	*out = k->event;
	list_remove(&k->link);
	aio_cancel(a, &k->event);
	return 0;
}
