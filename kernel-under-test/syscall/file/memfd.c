/* memfd_create, file seals, fallocate. */
#include "fs/tmpfs/tmpfs.h"
#include "ipc/pipe.h"
#include "mm/space.h"
#include "syscall/user.h"

#define MFD_CLOEXEC	  1
#define MFD_ALLOW_SEALING 2
#define MEMFD_NAME_MAX	  249

#define FALLOC_KEEP_SIZE  1
#define FALLOC_PUNCH_HOLE 2

long sys_memfd_create(uint64_t name_at, uint64_t flags)
{
	char name[MEMFD_NAME_MAX + 1];
	struct inode *inode;
	struct file *f;
	long err;

	if (flags & ~(uint64_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING))
		return -EINVAL;
	err = copy_string_from_user(name, name_at, sizeof(name));
	if (err < 0)
		return err == -ENAMETOOLONG ? -EINVAL : err;
	inode = tmpfs_file(0777, flags & MFD_ALLOW_SEALING);
	if (!inode)
		return -ENOMEM;
	err = file_open(inode, O_RDWR, &f);
	/* The creator's descriptor does not prevent execution. */
	if (!err) {
		f->writer = false;
		inode_count_writer(inode, -1);
	}
	inode_put(inode);
	return err ? err : process_add_file(f, flags & MFD_CLOEXEC);
}

/* Whether the process has a mapping through which it can write to the file. */
static bool has_writable_mapping(struct process *p, void *ctx)
{
	struct object **object = ctx;

	struct area a = {0};

	while (p->space && space_next_area(p->space, a.end, &a)) {
		if (a.object == *object && (a.flags & AREA_SHARED) && !(a.flags & AREA_NO_WRITE)) {
			*object = NULL;
			return false;
		}
	}
	return true;
}

long user_add_seals(struct file *f, uint64_t seals)
{
	struct object *object;

	if (!f->inode || !tmpfs_is_file(f->inode))
		return -EINVAL;
	if (!file_writable(f))
		return -EPERM;
	if (seals & ~(uint64_t)SEALS_ALL)
		return -EINVAL;
	if (f->inode->seals & SEAL_SEAL)
		return -EPERM;
	object = &f->inode->object;
	if (seals & SEAL_WRITE)
		process_for_each(has_writable_mapping, &object);
	return object ? tmpfs_seal(f->inode, (uint32_t)seals) : -EBUSY;
}

long user_get_seals(const struct file *f)
{
	if (!f->inode || !tmpfs_is_file(f->inode))
		return -EINVAL;
	/* Only memfds can be sealed. */
	return f->inode->links ? (long)SEAL_SEAL : (long)f->inode->seals;
}

long sys_fallocate(uint64_t fd, uint64_t mode, uint64_t pos, uint64_t len)
{
	struct file *f = user_file(fd);
	bool clear = mode & FALLOC_PUNCH_HOLE;
	int err;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if ((int64_t)pos < 0 || (int64_t)len <= 0)
		return -EINVAL;
	/* As Linux's tmpfs has it. */
	if ((mode & ~(uint64_t)(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE)) || mode == FALLOC_PUNCH_HOLE)
		return -EOPNOTSUPP;
	if (!file_writable(f))
		return -EBADF;
	if (pipe_is(f))
		return -ESPIPE;
	if (f->inode && inode_is(f->inode, S_IFDIR))
		return -EISDIR;
	if (!f->inode || !inode_is(f->inode, S_IFREG))
		return -ENODEV;
	if (len > INT64_MAX - pos)
		return -EFBIG;
	if (!f->inode->ops->allocate)
		return -EOPNOTSUPP;
	if (!(mode & FALLOC_KEEP_SIZE) && pos + len > f->inode->size &&
	    pos + len > file_size_limit()) {
		file_limit_exceeded();
		return -EFBIG;
	}
	err = f->inode->ops->allocate(f->inode, pos, len, mode & FALLOC_KEEP_SIZE, clear);
	if (clear && !err)
		object_unmap(&f->inode->object, ALIGN_UP(pos, PAGE_SIZE),
			     ALIGN_DOWN(pos + len, PAGE_SIZE), false);
	return err;
}
