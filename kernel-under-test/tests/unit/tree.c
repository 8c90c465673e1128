#include "tree.h"

#include "fs/tmpfs/tmpfs.h"
#include "host_kmem.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "unit.h"

struct inode *tree_root;
static long live_before;
static uint64_t free_before;

void tree_make(void)
{
	live_before = host_kmem_live;
	free_before = page_count_free();
	tree_root = tmpfs_create();
	CHECK(tree_root != NULL);
}

struct listed {
	char name[NAME_LEN_MAX + 1];
	size_t len;
	bool dir;
};

static bool first_entry(void *ctx, const char *name, size_t len, uint64_t, uint32_t mode, uint64_t)
{
	struct listed *l = ctx;

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return true;
	memcpy(l->name, name, len);
	l->len = len;
	l->dir = (mode & S_IFMT) == S_IFDIR;
	return false;
}

static void empty(struct inode *dir)
{
	for (;;) {
		struct listed l = {.len = 0};
		struct inode *child;

		CHECK_EQ(dir->ops->readdir(dir, 0, first_entry, &l), 0);
		if (!l.len)
			return;
		if (l.dir) {
			CHECK_EQ(dir->ops->lookup(dir, l.name, l.len, &child), 0);
			empty(child);
			inode_put(child);
		}
		CHECK_EQ(dir->ops->unlink(dir, l.name, l.len, l.dir), 0);
	}
}

void tree_drop(void)
{
	empty(tree_root);
	CHECK_EQ(tree_root->links, 2);
	CHECK_EQ(tree_root->object.refs, 1);
	inode_put(tree_root);
	tree_root = NULL;
	CHECK_EQ(host_kmem_live, live_before);
	CHECK_EQ(page_count_free(), free_before);
}

static void parent_of(const char *path, struct path_last *last)
{
	struct path_base base = {.root = tree_root, .from = tree_root};

	CHECK_EQ(path_find_parent(&base, path, last), 0);
}

struct inode *tree_add(const char *path, uint32_t mode)
{
	struct path_last last;
	struct inode *inode;

	parent_of(path, &last);
	CHECK_EQ(last.dir->ops->create(last.dir, last.name, last.len, mode, 0, &inode), 0);
	inode_put(last.dir);
	inode_put(inode);
	return inode;
}

void tree_dir(const char *path)
{
	tree_add(path, S_IFDIR | 0755);
}

void tree_file(const char *path)
{
	tree_add(path, S_IFREG | 0644);
}

void tree_link(const char *path, const char *target)
{
	struct path_last last;

	parent_of(path, &last);
	CHECK_EQ(last.dir->ops->symlink(last.dir, last.name, last.len, target), 0);
	inode_put(last.dir);
}

int tree_find(const char *path, bool follow, struct inode **out)
{
	struct path_base base = {.root = tree_root, .from = tree_root};
	int err = path_find(&base, path, follow, out);

	if (!err)
		inode_put(*out);
	return err;
}
