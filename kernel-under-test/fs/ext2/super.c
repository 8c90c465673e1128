/* ext2 superblock: mounting, syncing, errors. */
#include "fs/ext2/ext2.h"

#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"

int ext2_bread(struct ext2 *fs, uint32_t block, struct buffer *b)
{
	uint64_t at = (uint64_t)block << fs->block_log;
	int err = block_get_page(fs->device, at >> PAGE_SHIFT, &b->page);

	if (!err)
		b->data = (char *)page_to_virt(b->page) + (at & (PAGE_SIZE - 1));
	return err;
}

void ext2_mark_dirty(struct ext2 *fs, struct buffer *b)
{
	size_t at = (size_t)((char *)b->data - (char *)page_to_virt(b->page));

	block_set_dirty(fs->device, b->page, at, fs->block_size);
}

int ext2_getblk(struct ext2 *fs, uint32_t block, struct buffer *b)
{
	int err = ext2_bread(fs, block, b);

	if (!err) {
		memset(b->data, 0, fs->block_size);
		ext2_mark_dirty(fs, b);
	}
	return err;
}

static void mark_super_dirty(struct ext2 *fs)
{
	fs->super->write_time = (uint32_t)(volume_now_ns() / NS_PER_SEC);
	block_set_dirty(fs->device, fs->super_page, EXT2_SUPER_AT, sizeof(struct ext2_super));
}

int ext2_error(struct ext2 *fs, const char *what, uint64_t number)
{
	if (!fs->error_reported)
		log_printf("ext2 on %s: %s (%lu): check it with e2fsck\n", fs->device->name, what,
			   number);
	fs->error_reported = true;
	if (fs->volume.read_only)
		return -EUCLEAN;
	fs->state |= EXT2_STATE_ERROR;
	fs->super->state |= EXT2_STATE_ERROR;
	mark_super_dirty(fs);
	/* The third choice is to panic; a disk may not demand that here. */
	if (fs->geometry.errors > EXT2_ERRORS_CONTINUE)
		fs->volume.read_only = true;
	return -EUCLEAN;
}

/* Writes back inodes and pages. Goes on after errors, and returns the first. */
static int write_nodes(struct ext2 *fs)
{
	struct list later = LIST_INIT(later);
	int first = 0;

	while (!list_empty(&fs->dirty)) {
		struct node *n = list_first(&fs->dirty, struct node, dirty);
		int err;

		list_remove(&n->dirty);
		err = ext2_file_write_back(n);
		if (n->changed && !err)
			err = ext2_node_write(n);
		/* Still dirty: mapped writable, or out of memory. */
		if (n->cache.dirty_count || n->changed)
			list_push_back(&later, &n->dirty);
		first = first ? first : err;
	}
	while (!list_empty(&later)) {
		struct list *l = later.next;

		list_remove(l);
		list_push_back(&fs->dirty, l);
	}
	return first;
}

int ext2_sync(struct ext2 *fs)
{
	int err, sync_err;

	MUTEX_SCOPE(&fs->lock);
	if (!fs->volume.read_only)
		ext2_reap(fs);
	err = write_nodes(fs);
	sync_err = block_sync(fs->device);
	return err ? err : sync_err;
}

/* Sets the state on the disk: clean while it cannot change. */
static int set_state(struct ext2 *fs, bool clean)
{
	fs->super->state =
		clean ? fs->state : (uint16_t)(fs->super->state & ~(unsigned int)EXT2_STATE_VALID);
	mark_super_dirty(fs);
	return block_sync(fs->device);
}

static bool has_unlinked(const struct ext2 *fs)
{
	for (size_t i = 0; i < EXT2_BUCKETS; i++)
		for (const struct node *n = fs->buckets[i]; n; n = n->next)
			if (!n->inode.links)
				return true;
	return false;
}

static int set_read_only(struct volume *v, bool on)
{
	struct ext2 *fs = ext2_of(v);
	int err;

	if (v->read_only == on)
		return 0;
	if (!on && (fs->device->read_only || fs->geometry.ro_compat & ~(uint32_t)(EXT2_RO_COMPAT)))
		return -EROFS;
	MUTEX_SCOPE(&fs->lock);
	if (on) {
		err = ext2_sync(fs);
		/* Unlinked open files must be freed before the disk can be called clean. */
		if (!err && has_unlinked(fs))
			err = -EBUSY;
		if (!err)
			err = set_state(fs, true);
		v->read_only = !err;
	} else {
		v->read_only = false;
		err = set_state(fs, false);
	}
	return err;
}

static void volume_stat(struct volume *v, struct volume_stat *out)
{
	const struct ext2_super *s = ext2_of(v)->super;

	*out = (struct volume_stat){
		.type = EXT2_MAGIC,
		.block_size = ext2_of(v)->block_size,
		.blocks = s->blocks,
		.free = s->free_blocks,
		.available = s->free_blocks - MIN(s->free_blocks, s->reserved_blocks),
		.files = s->inodes,
		.files_free = s->free_inodes,
	};
}

static int sync(struct volume *v)
{
	return v->read_only ? 0 : ext2_sync(ext2_of(v));
}

static bool is_busy(struct volume *v)
{
	return ext2_of(v)->live > 1;
}

static void fs_free(struct ext2 *fs)
{
	fs->device->mounted = false;
	page_put(fs->super_page);
	kmem_free(fs);
}

static void unmount(struct volume *v, struct inode *root)
{
	struct ext2 *fs = ext2_of(v);

	volume_remove(v);
	inode_put(root);
	if (set_read_only(v, true))
		log_printf("ext2 on %s: not all could be written\n", fs->device->name);
	ext2_node_drop_all(fs);
	fs_free(fs);
}

static const struct volume_ops volume_ops = {
	.stat = volume_stat,
	.sync = sync,
	.sync_inode = ext2_file_sync,
	.set_read_only = set_read_only,
	.is_busy = is_busy,
	.unmount = unmount,
};

/* Checks the superblock's fields against each other and the device. */
static int check_super(struct ext2 *fs)
{
	const struct ext2_super *s = &fs->geometry;
	uint64_t bits, covered;

	if (s->magic != EXT2_MAGIC || s->block_log > EXT2_BLOCK_LOG_MAX - EXT2_BLOCK_LOG_MIN ||
	    s->revision > 1 || (s->revision && s->incompat & ~(uint32_t)EXT2_INCOMPAT_FILETYPE))
		return -EINVAL;
	fs->block_log = EXT2_BLOCK_LOG_MIN + s->block_log;
	fs->block_size = 1u << fs->block_log;
	fs->inode_size = s->revision ? s->inode_size : EXT2_GOOD_OLD_INODE_SIZE;
	fs->first_inode = s->revision ? s->first_inode : EXT2_GOOD_OLD_FIRST_INO;
	fs->has_types = s->revision && s->incompat & EXT2_INCOMPAT_FILETYPE;
	bits = 8ull * fs->block_size;
	if (fs->inode_size < EXT2_GOOD_OLD_INODE_SIZE || fs->inode_size > fs->block_size ||
	    fs->inode_size & (fs->inode_size - 1) || fs->first_inode < EXT2_GOOD_OLD_FIRST_INO ||
	    s->first_block != (fs->block_size == 1024) || s->blocks <= s->first_block ||
	    !s->blocks_per_group || s->blocks_per_group > bits || !s->inodes_per_group ||
	    s->inodes_per_group > bits || s->blocks > fs->device->sectors >> (fs->block_log - 9))
		return -EUCLEAN;
	fs->groups = (uint32_t)(((uint64_t)s->blocks - s->first_block + s->blocks_per_group - 1) /
				s->blocks_per_group);
	fs->group_table = s->first_block + 1;
	covered = (uint64_t)fs->groups * s->inodes_per_group;
	if (s->inodes != covered || s->inodes < fs->first_inode ||
	    fs->group_table + fs->groups * sizeof(struct ext2_group) / fs->block_size >= s->blocks)
		return -EUCLEAN;
	return 0;
}

/* Checks that the metadata of each group lies within the file system. */
static int check_groups(struct ext2 *fs)
{
	uint64_t table = (uint64_t)fs->geometry.inodes_per_group * fs->inode_size / fs->block_size;
	uint32_t least = fs->group_table, end = fs->geometry.blocks;

	for (uint32_t i = 0; i < fs->groups; i++) {
		struct ext2_group *g;
		struct buffer b;
		int err = ext2_group_get(fs, i, &b, &g);

		if (err)
			return err;
		if (g->block_bitmap < least || g->block_bitmap >= end || g->inode_bitmap < least ||
		    g->inode_bitmap >= end || g->inode_table < least ||
		    g->inode_table + table >= end || g->free_blocks > ext2_group_blocks(fs, i) ||
		    g->free_inodes > fs->geometry.inodes_per_group)
			err = -EUCLEAN;
		ext2_brelse(&b);
		if (err)
			return err;
	}
	return 0;
}

static int open_root(struct ext2 *fs)
{
	int err = ext2_node_get(fs, EXT2_ROOT, &fs->root);

	if (err)
		return err;
	if (inode_is(&fs->root->inode, S_IFDIR))
		return 0;
	inode_put(&fs->root->inode);
	return -EUCLEAN;
}

int ext2_mount(struct block_device *device, bool read_only, struct inode **root)
{
	struct ext2 *fs;
	int err = device->read_only && !read_only ? -EROFS : device->mounted ? -EBUSY : 0;

	if (err)
		return err;
	fs = kmem_zalloc(sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	fs->device = device;
	fs->volume = (struct volume){.ops = &volume_ops, .number = device->number};
	mutex_init(&fs->lock);
	list_init(&fs->idle);
	list_init(&fs->doomed);
	list_init(&fs->dirty);
	err = block_get_page(device, 0, &fs->super_page);
	if (err) {
		kmem_free(fs);
		return err;
	}
	device->mounted = true;
	fs->super = (void *)((char *)page_to_virt(fs->super_page) + EXT2_SUPER_AT);
	fs->geometry = *fs->super;
	fs->state = fs->geometry.state;
	err = check_super(fs);
	/* Nothing is written until all checks have passed. */
	fs->volume.read_only = true;
	if (!err)
		err = check_groups(fs);
	if (!err)
		err = open_root(fs);
	if (!err && !read_only && !(fs->geometry.ro_compat & ~(uint32_t)(EXT2_RO_COMPAT))) {
		fs->super->mounts++;
		fs->super->mount_time = (uint32_t)(volume_now_ns() / NS_PER_SEC);
		err = set_read_only(&fs->volume, false);
	}
	if (err) {
		ext2_node_drop_all(fs);
		fs_free(fs);
		return err;
	}
	volume_add(&fs->volume);
	*root = &fs->root->inode;
	return 0;
}
