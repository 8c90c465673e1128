#include "fs/peek.h"

#include "fs/credentials.h"
#include "sched/sched.h"

/* So many are freed at a time. */
#define KEPT_MAX 64

uint32_t peek_changes;

static void *kept[KEPT_MAX];
static unsigned int kept_count;

struct inode *peek_path(const struct path_base *base, const char *path, bool follow)
{
	struct inode *at = *path == '/' ? base->root : base->from, *next;

	if (!*path || !READ_ONCE(at->ops)->peek)
		return NULL;
	for (;;) {
		const struct inode_ops *ops;
		const char *name;
		size_t len;

		while (*path == '/')
			path++;
		if (!*path)
			return at;
		for (name = path; *path && *path != '/';)
			path++;
		len = (size_t)(path - name);
		ops = READ_ONCE(at->ops);
		if (unlikely(!ops->peek || inode_permission(at, MAY_EXEC)))
			return NULL;
		if (unlikely(name[0] == '.') && len <= 2) {
			if (len == 1)
				continue;
			if (name[1] == '.')
				return NULL;
		}
		next = ops->peek(at, name, len);
		if (!next || (unlikely(inode_is(next, S_IFLNK)) && (follow || *path == '/')))
			return NULL;
		for (at = next; unlikely((next = READ_ONCE(at->mounted))); at = next)
			if (!READ_ONCE(next->ops)->peek)
				return NULL;
		if (*path == '/' && !inode_is(at, S_IFDIR))
			return NULL;
	}
}

void peek_block(bool settle)
{
	__atomic_store_n(&peek_changes, peek_changes + 1, __ATOMIC_SEQ_CST);
	if (settle)
		sched_settle_all();
}

void peek_unblock(void)
{
	__atomic_store_n(&peek_changes, peek_changes + 1, __ATOMIC_SEQ_CST);
}

void peek_free_later(void *p)
{
	kept[kept_count++] = p;
	if (kept_count < KEPT_MAX)
		return;
	sched_settle_all();
	while (kept_count)
		kmem_free(kept[--kept_count]);
}
