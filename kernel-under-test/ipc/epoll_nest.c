/* Nesting of epoll files: limits on depth and on wakeup paths. */
#include "ipc/epoll_internal.h"
#include "lib/errno.h"

/* Limits on nesting, and on wakeup paths from a file by length, as on Linux. */
#define DEPTH_MAX 5
static const unsigned int paths_max[DEPTH_MAX] = {UINT32_MAX, 500, 100, 50, 10};

/* Numbers the traversals. */
static uint64_t last_walk;

/* Whether the wakeup paths up from `i` and the items after it stay within limits. */
static bool few_above(const struct epoll_item *i, unsigned int depth, unsigned int *paths)
{
	if (depth >= DEPTH_MAX)
		return false;
	for (; i; i = i->next) {
		const struct epoll_item *above = i->set->file->watched;

		if (above ? !few_above(above, depth + 1, paths) : ++paths[depth] > paths_max[depth])
			return false;
	}
	return true;
}

/* The number of nested sets above `set`; `walk` numbers this traversal. */
static unsigned int height_above(struct epoll *set, uint64_t walk)
{
	if (set->walk == walk)
		return set->height;
	set->walk = walk;
	set->height = 0;
	for (struct epoll_item *i = set->file->watched; i; i = i->next)
		set->height = MAX(set->height, 1 + height_above(i->set, walk));
	return set->height;
}

/* The same below `set`; more than DEPTH_MAX if `top` is among them, which would be a loop. */
static unsigned int depth_below(struct epoll *set, const struct file *top, uint64_t walk)
{
	struct epoll_item *i;

	if (set->walk == walk)
		return set->height;
	set->walk = walk;
	set->height = 0;
	list_for_each (i, &set->items, link) {
		if (i->file == top)
			set->height = DEPTH_MAX + 1;
		else if (i->file->ops == &epoll_ops)
			set->height = MAX(set->height, 1 + depth_below(i->file->data, top, walk));
	}
	return set->height;
}

/* Checks the paths of `f`, or if it is a set, of all files below it. */
static bool few_above_all(struct file *f, uint64_t walk)
{
	unsigned int paths[DEPTH_MAX] = {0};
	struct epoll *set = f->data;
	struct epoll_item *i;

	if (f->ops != &epoll_ops)
		return few_above(f->watched, 0, paths);
	if (set->walk == walk)
		return true;
	set->walk = walk;
	list_for_each (i, &set->items, link)
		if (!few_above_all(i->file, walk))
			return false;
	return true;
}

int epoll_check_depth(struct epoll *set, struct file *f)
{
	unsigned int sets = 1;

	if (f->ops == &epoll_ops) {
		sets += 1 + depth_below(f->data, set->file, ++last_walk);
		sets += height_above(set, ++last_walk);
	}
	return sets > DEPTH_MAX ? -ELOOP : 0;
}

bool epoll_check_paths(struct file *f)
{
	return few_above_all(f, ++last_walk);
}
