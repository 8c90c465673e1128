/* Lockless path resolution, and deferred frees. */
#include "fs/peek.h"

#include "fs/credentials.h"
#include "fs/volume.h"
#include "sched/sched.h"

/* Frees per grace period. */
#define FREE_BATCH 64

uint32_t peek_changes;
static unsigned int block_depth;

static void *deferred[FREE_BATCH];
static unsigned int deferred_count;

/* The parent directory; NULL: take the slow path. */
static noinline struct inode *above(const struct inode *root, struct inode *at)
{
	struct inode *below;

	while (at != root && (below = READ_ONCE(at->mountpoint)))
		at = below;
	if (at == root)
		return at;
	return READ_ONCE(at->ops)->peek ? at->ops->peek_parent(at) : NULL;
}

/* The target of a symbolic link in `dir`; NULL: take the slow path, or it does not exist. */
static noinline struct inode *follow_link(struct peek *p, struct inode *dir, struct inode *link)
{
	if (p->links++ == SYMLINKS_MAX || inode_forbids(link, VOLUME_NOSYMFOLLOW))
		return NULL;
	inode_accessed(link);
	p->base.from = dir;
	return peek_path(p, link->ops->target(link), true);
}

static noinline struct inode *not_there(struct peek *p, size_t len)
{
	p->absent = len <= NAME_LEN_MAX;
	return NULL;
}

struct inode *peek_path(struct peek *p, const char *path, bool follow)
{
	struct inode *at = *path == '/' ? p->base.root : p->base.from, *next;

	if (!*path || !READ_ONCE(at->ops)->peek)
		return NULL;
	for (;;) {
		const struct inode_ops *ops;
		const char *name;
		size_t len = 1;

		while (*path == '/')
			path++;
		if (!*path)
			return at;
		for (name = path; name[len] && name[len] != '/';)
			len++;
		path = name + len;
		ops = READ_ONCE(at->ops);
		if (unlikely(!ops->peek || inode_permission(at, MAY_EXEC)))
			return NULL;
		if (unlikely(name[0] == '.') && len <= 2) {
			if (len == 1)
				continue;
			if (name[1] == '.') {
				at = above(p->base.root, at);
				if (!at)
					return NULL;
				continue;
			}
		}
		next = ops->peek(at, name, len);
		if (unlikely(!next))
			return not_there(p, len);
		if (unlikely(inode_is(next, S_IFLNK)) && (follow || *path == '/')) {
			next = follow_link(p, at, next);
			if (!next)
				return NULL;
		}
		for (at = next; unlikely((next = READ_ONCE(at->mounted))); at = next)
			if (!READ_ONCE(next->ops)->peek)
				return NULL;
		if (*path == '/' && !inode_is(at, S_IFDIR))
			return NULL;
	}
}

void peek_block(bool settle)
{
	/* A rename that blocks may have to enlarge the directory's table, which blocks too. */
	if (!block_depth++)
		__atomic_store_n(&peek_changes, peek_changes + 1, __ATOMIC_SEQ_CST);
	if (settle)
		sched_synchronize_all();
}

void peek_unblock(void)
{
	if (!--block_depth)
		__atomic_store_n(&peek_changes, peek_changes + 1, __ATOMIC_SEQ_CST);
}

void peek_free_later(void *p)
{
	deferred[deferred_count++] = p;
	if (deferred_count < FREE_BATCH)
		return;
	sched_synchronize_all();
	while (deferred_count)
		kmem_free(deferred[--deferred_count]);
}
