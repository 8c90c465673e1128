/* System calls that move what a vector of ranges says: readv, writev and their like. */
#include "mm/kmem.h"
#include "mm/space.h"
#include "syscall/user.h"

#define IOV_MAX 1024
/* No datagram is larger. */
#define PACKET_MAX (64ul << 10)

long vector_size(uint64_t iov, uint64_t count)
{
	uint64_t entry[2], size = 0;

	for (; count; count--, iov += sizeof(entry)) {
		if (copy_from_user(entry, iov, sizeof(entry)) < 0)
			return -EFAULT;
		if ((int64_t)entry[1] < 0)
			return -EINVAL;
		if (!user_range_ok(entry[0], entry[1]))
			return -EFAULT;
		size = MIN(size + entry[1], RW_MAX);
	}
	return (long)size;
}

/* A vector of the user's; few entries need no memory. */
struct vector {
	uint64_t few[8][2], (*entry)[2];
	size_t count, total;
};

static void vector_put(struct vector *v)
{
	if (v->entry != v->few)
		kmem_free(v->entry);
}

/* Nothing is moved unless every entry makes sense. */
static int vector_get(struct vector *v, uint64_t iov, uint64_t count)
{
	int err;

	if (count > IOV_MAX)
		return -EINVAL;
	v->count = count;
	v->total = 0;
	v->entry = v->few;
	if (count > ARRAY_SIZE(v->few))
		v->entry = kmem_alloc(count * sizeof(*v->entry));
	if (!v->entry)
		return -ENOMEM;
	err = copy_from_user(v->entry, iov, count * sizeof(*v->entry));
	for (size_t i = 0; i < count && !err; i++) {
		const uint64_t *e = v->entry[i];

		err = (int64_t)e[1] < 0 ? -EINVAL : user_range_ok(e[0], e[1]) ? 0 : -EFAULT;
		v->total += MIN(e[1], RW_MAX);
	}
	if (err)
		vector_put(v);
	return err;
}

/* What is done with each entry: by an operation of the file, or at a place of its own. */
struct way {
	struct file *f;
	long (*op)(struct file *f, struct uio *u);
	int64_t pos;
	bool write;
};

static long go(const struct way *way, struct uio *u, long done)
{
	return way->op ? WITH_PAGES(way->op(way->f, u))
		       : user_transfer_at(way->f, u, way->pos + done, way->write);
}

/* A short transfer ends the call: what comes after it would not be in its place. */
static long go_each(const struct way *way, const struct vector *v)
{
	long done = 0;

	for (size_t i = 0; i < v->count; i++) {
		struct uio u = uio_user(v->entry[i][0], MIN(v->entry[i][1], RW_MAX - (size_t)done));
		long n = u.left ? go(way, &u, done) : 0;

		if (n < 0)
			return done ? done : n;
		done += n;
		if ((uint64_t)n < v->entry[i][1])
			break;
	}
	return done;
}

/* All of it in the kernel's memory, to be freed. -EFAULT, -ENOMEM. */
static int gather(const struct vector *v, char **out)
{
	char *buffer SCOPED(kmem_free) = kmem_alloc(v->total);
	size_t at = 0;

	if (!buffer)
		return -ENOMEM;
	for (size_t i = 0; i < v->count; i++) {
		if (copy_from_user(buffer + at, v->entry[i][0], v->entry[i][1]) < 0)
			return -EFAULT;
		at += v->entry[i][1];
	}
	*out = buffer;
	buffer = NULL;
	return 0;
}

static long go_all(const struct way *way, uint64_t iov, uint64_t count)
{
	char *buffer SCOPED(kmem_free) = NULL;
	struct vector v;
	struct uio u;
	long n = vector_get(&v, iov, count);

	if (n)
		return n;
	/* Little stays together, and so does what may be a packet. */
	if (way->write && count > 1 && v.total &&
	    v.total <= (way->f->inode ? PAGE_SIZE : PACKET_MAX) && user_has_bytes(way->f))
		n = gather(&v, &buffer);
	u = uio_kernel(buffer, v.total);
	if (buffer)
		n = go(way, &u, 0);
	else if (n != -EFAULT || way->f->inode)
		n = go_each(way, &v);
	vector_put(&v);
	return n;
}

long transfer_each(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		   uint64_t count, bool write)
{
	const struct way way = {f, op, 0, write};

	return op ? go_all(&way, iov, count) : -EINVAL;
}

static long transfer_vector(uint64_t fd, uint64_t iov, uint64_t count, bool write)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	if (!f || !(write ? file_writable(f) : file_readable(f)))
		return -EBADF;
	return transfer_each(f, write ? f->ops->write : f->ops->read, iov, count, write);
}

long sys_readv(uint64_t fd, uint64_t iov, uint64_t count)
{
	return transfer_vector(fd, iov, count, false);
}

long sys_writev(uint64_t fd, uint64_t iov, uint64_t count)
{
	return user_piped(transfer_vector(fd, iov, count, true));
}

static long transfer_vector_at(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, bool write)
{
	struct file *f SCOPED(file_put) = NULL;

	if ((int64_t)pos < 0)
		return -EINVAL;
	f = user_file_get(fd);
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode || !f->ops->seek)
		return -ESPIPE;
	if (!(write ? file_writable(f) : file_readable(f)))
		return -EBADF;
	return go_all(&(struct way){f, NULL, (int64_t)pos, write}, iov, count);
}

long sys_preadv(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector_at(fd, iov, count, pos, false);
}

long sys_pwritev(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector_at(fd, iov, count, pos, true);
}

#define RWF_HIPRI 1

/* Of the flags, only the one that asks for haste is there: it may be ignored. */
long sys_preadv2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t pos_high,
		 uint64_t flags)
{
	(void)pos_high;
	if ((uint32_t)flags & ~RWF_HIPRI)
		return user_file(fd) ? -EOPNOTSUPP : -EBADF;
	return (int64_t)pos == -1 ? sys_readv(fd, iov, count) : sys_preadv(fd, iov, count, pos);
}

long sys_pwritev2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t pos_high,
		  uint64_t flags)
{
	(void)pos_high;
	if ((uint32_t)flags & ~RWF_HIPRI)
		return user_file(fd) ? -EOPNOTSUPP : -EBADF;
	return (int64_t)pos == -1 ? sys_writev(fd, iov, count) : sys_pwritev(fd, iov, count, pos);
}
