/* Unpacks cpio archives. */
#include "fs/cpio.h"

#include "fs/path.h"
#include "fs/uio.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mm/kmem.h"

#define HEADER_SIZE 110
#define TRAILER	    "TRAILER!!!"

/* Fields of a header, after the magic: eight hexadecimal digits each. */
enum field {
	INO,
	MODE,
	UID,
	GID,
	LINKS,
	MTIME,
	SIZE,
	DEV_MAJOR,
	DEV_MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAME_SIZE,
	CHECK,
	FIELDS,
};

/* A file with several links, for the entries of its other names. */
struct hard_link {
	struct list link;
	uint32_t major, minor, ino, type;
	struct inode *inode; /* with a reference */
};

static int parse_header(const char *h, uint32_t out[FIELDS])
{
	if (memcmp(h, "070701", 6) != 0 && memcmp(h, "070702", 6) != 0)
		return -EINVAL;
	for (int f = 0; f < FIELDS; f++) {
		out[f] = 0;
		for (int i = 0; i < 8; i++) {
			char c = h[6 + 8 * f + i];
			int digit = c >= '0' && c <= '9'   ? c - '0'
				    : c >= 'a' && c <= 'f' ? c - 'a' + 10
				    : c >= 'A' && c <= 'F' ? c - 'A' + 10
							   : -1;

			if (digit < 0)
				return -EINVAL;
			out[f] = out[f] << 4 | (uint32_t)digit;
		}
	}
	return 0;
}

static int write_all(struct inode *inode, const char *data, size_t size)
{
	struct uio u = uio_kernel((void *)data, size);
	long n = size ? inode->ops->write(inode, 0, &u) : 0;

	return n < 0 ? (int)n : (size_t)n == size ? 0 : -ENOSPC;
}

static int unpack_symlink(const struct path_last *last, const char *data, size_t size)
{
	char *target = size < PATH_LEN_MAX ? kmem_alloc(size + 1) : NULL;
	int err;

	if (!target)
		return size < PATH_LEN_MAX ? -ENOMEM : -EINVAL;
	memcpy(target, data, size);
	target[size] = '\0';
	err = last->dir->ops->symlink(last->dir, last->name, last->len, target);
	kmem_free(target);
	return err;
}

static struct inode *find_link(const struct list *links, const uint32_t f[FIELDS])
{
	struct hard_link *l;

	list_for_each (l, links, link)
		if (l->ino == f[INO] && l->major == f[DEV_MAJOR] && l->minor == f[DEV_MINOR] &&
		    l->type == (f[MODE] & S_IFMT))
			return l->inode;
	return NULL;
}

static int remember_link(struct list *links, const uint32_t f[FIELDS], struct inode *inode)
{
	struct hard_link *l = kmem_alloc(sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = (struct hard_link){
		.major = f[DEV_MAJOR],
		.minor = f[DEV_MINOR],
		.ino = f[INO],
		.type = f[MODE] & S_IFMT,
		.inode = inode_get(inode),
	};
	list_push_front(links, &l->link);
	return 0;
}

static void free_links(struct list *links)
{
	struct hard_link *l, *next;

	list_for_each_safe (l, next, links, link) {
		inode_put(l->inode);
		kmem_free(l);
	}
}

/* Makes the inode of an entry and its name; or, for a further name of a file, links it. */
static int make_node(struct list *links, const struct path_last *last, const uint32_t f[FIELDS],
		     struct inode **out)
{
	bool several = f[LINKS] > 1 && (f[MODE] & S_IFMT) != S_IFDIR;
	struct inode *there = several ? find_link(links, f) : NULL;
	int err;

	if (there) {
		err = last->dir->ops->link(last->dir, last->name, last->len, there);
		if (!err)
			*out = inode_get(there);
		return err;
	}
	err = last->dir->ops->create(last->dir, last->name, last->len, f[MODE],
				     DEVICE(f[RDEV_MAJOR], f[RDEV_MINOR]), out);
	if (err)
		return err;
	(*out)->uid = f[UID];
	(*out)->gid = f[GID];
	err = several ? remember_link(links, f, *out) : 0;
	if (err)
		inode_put(*out);
	return err;
}

static int unpack_node(struct list *links, const struct path_last *last, const uint32_t f[FIELDS],
		       const char *data)
{
	struct inode *inode;
	int err;

	if ((f[MODE] & S_IFMT) == S_IFLNK)
		return unpack_symlink(last, data, f[SIZE]);
	err = make_node(links, last, f, &inode);
	if (err)
		return err;
	/* cpio writes the data with the last of the names only, other archivers with the first. */
	if (inode_is(inode, S_IFREG))
		err = write_all(inode, data, f[SIZE]);
	inode_put(inode);
	return err;
}

static int unpack_one(struct inode *root, struct list *links, const char *name,
		      const uint32_t f[FIELDS], const char *data)
{
	struct path_base base = {.root = root, .from = root};
	struct path_last last;
	int err;

	err = path_find_parent(&base, name, &last);
	/* `.` in the archive is the root, which exists. */
	if (err)
		return err == -EEXIST ? 0 : err;
	err = unpack_node(links, &last, f, data);
	inode_put(last.dir);
	/* A directory may occur twice. A file does not replace an earlier one of that name. */
	return err == -EEXIST ? 0 : err;
}

static int unpack_all(struct inode *root, struct list *links, const char *archive, size_t size)
{
	size_t at = 0;

	while (size - at >= HEADER_SIZE) {
		const char *name = archive + at + HEADER_SIZE;
		uint32_t f[FIELDS];
		size_t data, next;
		int err = parse_header(archive + at, f);

		if (err)
			return err;
		data = ALIGN_UP(at + HEADER_SIZE + (size_t)f[NAME_SIZE], 4);
		next = ALIGN_UP(data + (size_t)f[SIZE], 4);
		if (!f[NAME_SIZE] || f[NAME_SIZE] > PATH_LEN_MAX || data > size ||
		    f[SIZE] > size - data || name[f[NAME_SIZE] - 1] != '\0')
			return -EINVAL;
		if (strcmp(name, TRAILER) == 0)
			return 0;
		err = unpack_one(root, links, name, f, archive + data);
		if (err)
			return err;
		if (next > size)
			break;
		at = next;
	}
	return -EINVAL;
}

int cpio_unpack(struct inode *root, const char *archive, size_t size)
{
	struct list links = LIST_INIT(links);
	int err = unpack_all(root, &links, archive, size);

	free_links(&links);
	return err;
}
