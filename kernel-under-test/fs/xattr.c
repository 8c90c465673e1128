/* Extended attributes in memory. */
#include "fs/xattr.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

/* Limit for one inode, overhead included. */
#define TOTAL_MAX (128ul << 10)

struct xattr {
	struct xattr *next;
	size_t name_size, size;
	char bytes[]; /* the name with its NUL, then the value */
};

static struct xattr **find(struct inode *inode, const char *name)
{
	struct xattr **at = &inode->xattrs;

	while (*at && strcmp((*at)->bytes, name) != 0)
		at = &(*at)->next;
	return at;
}

int xattr_set(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct xattr **at = find(inode, name), *old = *at, *a;
	size_t name_size = strlen(name) + 1, total = 0;

	if (old && (flags & XATTR_CREATE))
		return -EEXIST;
	if (!old && (flags & XATTR_REPLACE))
		return -ENODATA;
	for (a = inode->xattrs; a; a = a->next)
		total += a == old ? 0 : sizeof(*a) + a->name_size + a->size;
	if (total + sizeof(*a) + name_size + size > TOTAL_MAX)
		return -ENOSPC;
	a = kmem_alloc(sizeof(*a) + name_size + size);
	if (!a)
		return -ENOMEM;
	*a = (struct xattr){old ? old->next : NULL, name_size, size};
	memcpy(a->bytes, name, name_size);
	memcpy(a->bytes + name_size, value, size);
	*at = a;
	kmem_free(old);
	return 0;
}

const void *xattr_get(const struct inode *inode, const char *name, size_t *size)
{
	const struct xattr *a = *find((struct inode *)inode, name);

	if (!a)
		return NULL;
	*size = a->size;
	return a->bytes + a->name_size;
}

int xattr_remove(struct inode *inode, const char *name)
{
	struct xattr **at = find(inode, name), *a = *at;

	if (!a)
		return -ENODATA;
	*at = a->next;
	kmem_free(a);
	return 0;
}

const char *xattr_name(const struct inode *inode, size_t i)
{
	const struct xattr *a = inode->xattrs;

	while (a && i--)
		a = a->next;
	return a ? a->bytes : NULL;
}

void xattr_free_all(struct inode *inode)
{
	while (inode->xattrs) {
		struct xattr *a = inode->xattrs;

		inode->xattrs = a->next;
		kmem_free(a);
	}
}
