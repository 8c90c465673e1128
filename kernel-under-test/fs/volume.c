/* Mounted volumes, access times, and the volume of in-memory file systems. */
#include "fs/volume.h"

#include "fs/block.h"
#include "fs/peek.h"
#include "mm/kmem.h"
#include "mm/page.h"

#define SEC_PER_DAY 86400

uint64_t volume_epoch_ns;

static bool is_later(const struct file_time *a, struct file_time b)
{
	return a->sec > b.sec || (a->sec == b.sec && a->nsec_plus1 > b.nsec_plus1);
}

/* Relatime: whether the access time is later than all changes, and less than a day old. */
static bool atime_is_current(const struct inode *i, int64_t now_sec)
{
	const struct file_time *a = &i->accessed;
	struct file_time contents = file_time_from_ns(volume_epoch_ns + i->changed_ns);

	return a->nsec_plus1 && now_sec - a->sec < SEC_PER_DAY &&
	       is_later(a, i->modified.nsec_plus1 ? i->modified : contents) &&
	       is_later(a, file_time_from_ns(i->ctime_ns)) &&
	       (!i->changed_ns || is_later(a, contents));
}

void inode_update_atime(struct inode *i)
{
	uint32_t flags = i->volume ? i->volume->flags : 0;
	struct file_time now = file_time_from_ns(volume_now_ns());
	bool strict = flags & VOLUME_STRICTATIME;

	if (!strict)
		i->modified.atime_day = timer_day;
	if (inode_read_only(i) || (flags & VOLUME_NOATIME) ||
	    ((flags & VOLUME_NODIRATIME) && inode_is(i, S_IFDIR)) ||
	    (!strict && atime_is_current(i, now.sec)))
		return;
	i->accessed = now;
	if (i->ops->atime_changed)
		i->ops->atime_changed(i);
}

static struct list volumes = LIST_INIT(volumes);

void volume_add(struct volume *v)
{
	list_push_back(&volumes, &v->all);
}

void volume_remove(struct volume *v)
{
	list_remove(&v->all);
}

/*
 * `fn` may sleep, and any volume be unmounted meanwhile: each one visited moves to `done`, and the
 * head of the list is read anew.
 */
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

static int set_one_read_only(struct volume *v)
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
	for_each(set_one_read_only);
	block_sync_all();
}

void volume_stat_memory(uint64_t type, struct volume_stat *out)
{
	*out = (struct volume_stat){
		.type = type,
		.block_size = PAGE_SIZE,
		.blocks = page_count_total(),
		.free = page_count_free(),
		.available = page_count_free(),
		.files = page_count_total(),
		.files_free = page_count_free(),
	};
}

static void memory_stat(struct volume *v, struct volume_stat *out)
{
	volume_stat_memory(v->magic, out);
}

static int memory_sync(struct volume *)
{
	return 0;
}

static int memory_sync_inode(struct inode *)
{
	return 0;
}

static int memory_set_read_only(struct volume *v, bool on)
{
	v->read_only = on;
	return 0;
}

/* Its root knows: inode_ops.in_use. */
static bool memory_is_busy(struct volume *)
{
	return false;
}

static void memory_unmount(struct volume *, struct inode *root)
{
	inode_put(root);
}

void volume_init_memory(struct volume *v, uint64_t magic)
{
	static const struct volume_ops ops = {
		.stat = memory_stat,
		.sync = memory_sync,
		.sync_inode = memory_sync_inode,
		.set_read_only = memory_set_read_only,
		.is_busy = memory_is_busy,
		.unmount = memory_unmount,
	};
	/* Minor 1 is that of the initial root, which has no volume. */
	static uint32_t last = 1;

	*v = (struct volume){.ops = &ops, .number = DEVICE(0, ++last), .magic = magic, .refs = 1};
}

struct volume *volume_alloc_memory(uint64_t magic)
{
	struct volume *v = kmem_alloc(sizeof(*v));

	if (v) {
		volume_init_memory(v, magic);
		v->made = true;
	}
	return v;
}

void volume_put(struct volume *v)
{
	if (--v->refs == 0 && v->made)
		peek_free(v);
}
