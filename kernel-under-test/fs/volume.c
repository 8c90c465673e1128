#include "fs/volume.h"

#include "fs/block.h"

uint64_t volume_epoch_ns;

static struct list volumes = LIST_INIT(volumes);

void volume_add(struct volume *v)
{
	list_push_back(&volumes, &v->all);
}

void volume_remove(struct volume *v)
{
	list_remove(&v->all);
}

/* One may be unmounted while another is written: then from the start, which has little to do. */
static void for_each(int (*fn)(struct volume *v))
{
	struct list done = LIST_INIT(done);

	while (!list_empty(&volumes)) {
		struct volume *v = list_first(&volumes, struct volume, all);

		list_remove(&v->all);
		list_push_back(&done, &v->all);
		fn(v);
	}
	while (!list_empty(&done)) {
		struct volume *v = list_first(&done, struct volume, all);

		list_remove(&v->all);
		list_push_back(&volumes, &v->all);
	}
}

static int sync_one(struct volume *v)
{
	return v->ops->sync(v);
}

static int close_one(struct volume *v)
{
	return v->ops->set_read_only(v, true);
}

void volume_sync_all(void)
{
	for_each(sync_one);
	block_sync_all();
}

void volume_shut_down(void)
{
	for_each(close_one);
	block_sync_all();
}
