/* ext2 inodes in memory: reading, writing, caching, freeing. */
#include "fs/ext2/node.h"
#include "fs/lock.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/kmem.h"

/* Cached inodes without users beyond this number are freed, unless dirty. */
#define NODES_CACHED_MAX 2048
#define FAST_SYMLINK_MAX (sizeof(uint32_t) * EXT2_N_BLOCKS)

static int table_get(struct ext2 *fs, uint32_t ino, struct buffer *b, struct ext2_inode **out)
{
	uint32_t each = fs->geometry.inodes_per_group, table;
	uint64_t at = (uint64_t)((ino - 1) % each) * fs->inode_size;
	struct ext2_group *g;
	int err = ext2_group_get(fs, (ino - 1) / each, b, &g);

	if (err)
		return err;
	table = g->inode_table;
	ext2_brelse(b);
	err = ext2_bread(fs, table + (uint32_t)(at >> fs->block_log), b);
	if (!err)
		*out = (void *)((char *)b->data + at % fs->block_size);
	return err;
}

static struct node **bucket_of(struct ext2 *fs, uint64_t ino)
{
	return &fs->buckets[ino % EXT2_BUCKETS];
}

static void node_free(struct node *n)
{
	struct node **at = bucket_of(n->fs, n->inode.ino);

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	n->fs->nodes--;
	list_remove(&n->rest);
	list_remove(&n->dirty);
	cache_truncate(&n->cache, 0);
	lock_free_all(&n->inode);
	kmem_free(n->target);
	kmem_free(n->name);
	kmem_free(n);
}

/* Frees unused clean inodes, least recently used first, down to `keep`. */
static void shrink_cache(struct ext2 *fs, uint32_t keep)
{
	struct node *n, *next;

	list_for_each_safe (n, next, &fs->idle, rest)
		if (fs->nodes > keep && list_empty(&n->dirty) && !n->cache.dirty_count)
			node_free(n);
}

void ext2_node_drop_all(struct ext2 *fs)
{
	for (size_t i = 0; i < EXT2_BUCKETS; i++)
		while (fs->buckets[i])
			node_free(fs->buckets[i]);
}

static struct node *node_alloc(struct ext2 *fs, uint32_t ino)
{
	struct node *n;

	if (fs->nodes >= NODES_CACHED_MAX)
		shrink_cache(fs, NODES_CACHED_MAX / 2);
	n = kmem_zalloc(sizeof(*n));
	if (!n)
		return NULL;
	n->fs = fs;
	n->inode.object.ops = &ext2_object_ops;
	n->inode.object.refs = 1;
	n->inode.ino = ino;
	n->inode.volume = &fs->volume;
	list_init(&n->rest);
	list_init(&n->dirty);
	cache_init(&n->cache);
	return n;
}

/* Makes the inode findable; it has one reference. */
static void node_hash(struct node *n)
{
	struct node **bucket = bucket_of(n->fs, n->inode.ino);

	n->inode.ops = inode_is(&n->inode, S_IFDIR) ? &ext2_dir_ops : &ext2_file_ops;
	n->next = *bucket;
	*bucket = n;
	n->fs->nodes++;
	n->fs->live++;
}

static bool uses_blocks(uint32_t mode)
{
	mode &= S_IFMT;
	return mode == S_IFREG || mode == S_IFDIR || mode == S_IFLNK;
}

/* A symbolic link's target: in place of the block pointers if short, else in a block. */
int ext2_read_target(struct node *n)
{
	struct ext2 *fs = n->fs;
	uint64_t size = n->inode.size;
	bool fast = n->sectors == (n->file_acl ? fs->block_size / SECTOR_SIZE : 0);
	const void *text = n->pointers;
	struct buffer b = {0};
	uint32_t block;
	int err = 0;

	if (!size ||
	    size >= (fast ? FAST_SYMLINK_MAX : MIN(fs->block_size, (uint32_t)PATH_LEN_MAX)))
		return ext2_error(fs, "a symbolic link has a wrong length", n->inode.ino);
	n->target = kmem_alloc(size + 1);
	if (!n->target)
		return -ENOMEM;
	if (!fast) {
		err = ext2_map(n, 0, false, &block);
		if (!err && !block)
			err = ext2_error(fs, "a symbolic link has no text", n->inode.ino);
		if (!err)
			err = ext2_bread(fs, block, &b);
		text = b.data;
	}
	if (err)
		return err;
	memcpy(n->target, text, size);
	n->target[size] = '\0';
	if (b.page)
		ext2_brelse(&b);
	return 0;
}

static int parse(struct node *n, const struct ext2_inode *d)
{
	uint32_t type = d->mode & S_IFMT;

	if (!d->links || (type != S_IFCHR && type != S_IFBLK && type != S_IFIFO &&
			  type != S_IFSOCK && !uses_blocks(d->mode)))
		return ext2_error(n->fs, "a name leads to an inode that is not in use",
				  n->inode.ino);
	n->inode.mode = d->mode;
	n->inode.links = d->links;
	n->inode.uid = d->uid | (uint32_t)d->uid_high << 16;
	n->inode.gid = d->gid | (uint32_t)d->gid_high << 16;
	n->inode.size = d->size;
	n->inode.accessed = (struct file_time){(int32_t)d->accessed, 1, 0};
	n->inode.modified = (struct file_time){(int32_t)d->modified, 1, 0};
	n->inode.ctime_ns = d->changed * NS_PER_SEC;
	n->sectors = d->sectors;
	n->flags = d->flags;
	n->file_acl = d->file_acl;
	n->generation = d->generation;
	memcpy(n->pointers, d->pointers, sizeof(n->pointers));
	if (type == S_IFREG && n->fs->geometry.revision)
		n->inode.size |= (uint64_t)d->size_high << 32;
	if (type == S_IFCHR || type == S_IFBLK)
		/* Device numbers beyond 16 bits are encoded in the second pointer. */
		n->inode.device = d->pointers[0]
					  ? d->pointers[0]
					  : (d->pointers[1] & 0xff) | (d->pointers[1] & 0xfff00) |
						    (d->pointers[1] >> 12 & 0xfff00);
	if (type == S_IFREG && n->inode.size > ext2_size_max(n->fs))
		return ext2_error(n->fs, "a file is too long", n->inode.ino);
	/* A directory has no holes, so no more blocks than the disk. */
	if (type == S_IFDIR && (!d->size || d->size & (n->fs->block_size - 1) ||
				d->size >> n->fs->block_log > n->fs->geometry.blocks))
		return ext2_error(n->fs, "a directory has a wrong length", n->inode.ino);
	n->inode.pages = n->sectors / SECTORS_PER_PAGE;
	return type == S_IFLNK ? ext2_read_target(n) : 0;
}

static int node_read(struct ext2 *fs, uint32_t ino, struct node **out)
{
	struct node *n = node_alloc(fs, ino);
	struct ext2_inode *d;
	struct buffer b;
	int err = n ? table_get(fs, ino, &b, &d) : -ENOMEM;

	if (!err) {
		err = parse(n, d);
		ext2_brelse(&b);
	}
	if (err) {
		if (n)
			kmem_free(n->target);
		kmem_free(n);
		return err;
	}
	node_hash(n);
	*out = n;
	return 0;
}

int ext2_node_get(struct ext2 *fs, uint32_t ino, struct node **out)
{
	if (ino != EXT2_ROOT && (ino < fs->first_inode || ino > fs->geometry.inodes))
		return ext2_error(fs, "a name leads to no inode", ino);
	for (struct node *n = *bucket_of(fs, ino); n; n = n->next) {
		if (n->inode.ino != ino)
			continue;
		if (!n->inode.links && !n->inode.object.refs)
			return ext2_error(fs, "a name leads to an inode that was removed", ino);
		if (!n->inode.object.refs) {
			list_remove(&n->rest);
			fs->live++;
		}
		inode_get(&n->inode);
		*out = n;
		return 0;
	}
	return node_read(fs, ino, out);
}

int ext2_node_make(struct ext2 *fs, struct node *dir, uint32_t mode, struct node **out)
{
	bool directory = (mode & S_IFMT) == S_IFDIR;
	struct node *n;
	uint32_t ino;
	int err = ext2_inode_alloc(fs, (uint32_t)dir->inode.ino, directory, &ino);

	if (err)
		return err;
	for (n = *bucket_of(fs, ino); n; n = n->next)
		if (n->inode.ino == ino)
			return ext2_error(fs, "an inode in use is marked free", ino);
	n = node_alloc(fs, ino);
	if (!n) {
		ext2_inode_free(fs, ino, directory);
		return -ENOMEM;
	}
	n->fresh = true;
	n->inode.mode = mode;
	n->inode.ctime_ns = volume_now_ns();
	n->inode.accessed = n->inode.modified = file_time_from_ns(n->inode.ctime_ns);
	n->generation = (uint32_t)random_u64();
	node_hash(n);
	ext2_node_dirty(n);
	*out = n;
	return 0;
}

void ext2_node_dirty(struct node *n)
{
	n->changed = true;
	n->inode.pages = n->sectors / SECTORS_PER_PAGE;
	if (list_empty(&n->dirty))
		list_push_back(&n->fs->dirty, &n->dirty);
}

void ext2_modified(struct node *n)
{
	n->inode.ctime_ns = volume_now_ns();
	n->inode.modified = file_time_from_ns(n->inode.ctime_ns);
	ext2_node_dirty(n);
}

static void write_pointers(const struct node *n, struct ext2_inode *d)
{
	uint64_t device = n->inode.device;

	memcpy(d->pointers, n->pointers, sizeof(n->pointers));
	if (!inode_is(&n->inode, S_IFCHR) && !inode_is(&n->inode, S_IFBLK))
		return;
	memset(d->pointers, 0, sizeof(d->pointers));
	if (device <= UINT16_MAX && device)
		d->pointers[0] = (uint32_t)device;
	else
		d->pointers[1] = (uint32_t)((device & 0xfffff) | (device & 0xfff00000) << 12);
}

int ext2_node_write(struct node *n)
{
	const struct inode *i = &n->inode;
	struct ext2_inode *d;
	struct buffer b;
	int err = table_get(n->fs, (uint32_t)i->ino, &b, &d);

	if (err)
		return err;
	if (n->fresh)
		memset(d, 0, n->fs->inode_size);
	n->fresh = n->changed = false;
	d->mode = (uint16_t)i->mode;
	d->links = (uint16_t)i->links;
	d->uid = (uint16_t)i->uid, d->uid_high = (uint16_t)(i->uid >> 16);
	d->gid = (uint16_t)i->gid, d->gid_high = (uint16_t)(i->gid >> 16);
	d->size = (uint32_t)i->size;
	if (inode_is(i, S_IFREG))
		d->size_high = (uint32_t)(i->size >> 32);
	d->accessed = (uint32_t)i->accessed.sec;
	d->modified = (uint32_t)i->modified.sec;
	d->changed = (uint32_t)(i->ctime_ns / NS_PER_SEC);
	d->deleted = i->links ? 0 : (uint32_t)(volume_now_ns() / NS_PER_SEC);
	d->sectors = n->sectors;
	d->flags = n->flags;
	d->generation = n->generation;
	d->file_acl = n->file_acl;
	write_pointers(n, d);
	if (i->size > INT32_MAX && inode_is(i, S_IFREG))
		n->fs->super->ro_compat |= EXT2_RO_COMPAT_LARGEFILE;
	block_set_dirty(n->fs->device, b.page, (size_t)((char *)d - (char *)page_to_virt(b.page)),
			n->fs->inode_size);
	ext2_brelse(&b);
	return 0;
}

/* The block of extended attributes may be shared; its header has a reference count. */
static int free_xattr_block(struct node *n)
{
	struct buffer b;
	uint32_t *header;
	int err;

	if (!n->file_acl)
		return 0;
	err = ext2_block_check(n->fs, n->file_acl) ?: ext2_bread(n->fs, n->file_acl, &b);
	if (err)
		return err;
	header = b.data;
	if (header[1] > 1) {
		header[1]--;
		ext2_mark_dirty(n->fs, &b);
		ext2_brelse(&b);
	} else {
		ext2_brelse(&b);
		err = ext2_block_free(n->fs, n->file_acl);
	}
	n->file_acl = 0;
	return err;
}

/* No links and no users: frees blocks and inode number. */
static void node_delete(struct node *n)
{
	bool fast_link = inode_is(&n->inode, S_IFLNK) && n->inode.size < FAST_SYMLINK_MAX &&
			 n->sectors == (n->file_acl ? n->fs->block_size / SECTOR_SIZE : 0);

	if (uses_blocks(n->inode.mode) && !fast_link)
		ext2_truncate_blocks(n, 0);
	free_xattr_block(n);
	n->inode.size = 0;
	n->sectors = 0;
	if (ext2_node_write(n) == 0)
		ext2_inode_free(n->fs, (uint32_t)n->inode.ino, inode_is(&n->inode, S_IFDIR));
	node_free(n);
}

void ext2_reap(struct ext2 *fs)
{
	while (!list_empty(&fs->doomed)) {
		struct node *n = list_first(&fs->doomed, struct node, rest);

		if (fs->volume.read_only)
			node_free(n);
		else
			node_delete(n);
	}
}

/*
 * The last reference was dropped; must not sleep. The inode stays cached, or awaits ext2_reap(). A
 * directory drops its reference on the parent, and so on: a loop, since trees may be deep.
 */
void ext2_release(struct object *o)
{
	struct node *n = node_of(container_of(o, struct inode, object)), *above;

	for (; n; n = above) {
		above = n->parent;
		n->parent = NULL;
		n->fs->live--;
		if (n->inode.links) {
			list_push_back(&n->fs->idle, &n->rest);
		} else {
			cache_truncate(&n->cache, 0);
			list_push_back(&n->fs->doomed, &n->rest);
		}
		if (above && __atomic_sub_fetch(&above->inode.object.refs, 1, __ATOMIC_ACQ_REL))
			break;
	}
}
