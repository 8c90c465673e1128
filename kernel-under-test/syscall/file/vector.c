/* Vectored I/O: readv, writev, preadv, pwritev. */
#include "arch/spin.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "syscall/user.h"

#define IOV_MAX 1024
/* Largest datagram. */
#define DATAGRAM_MAX (64ul << 10)

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

/* An iovec array, in place if small. `left`: the entries still to be transferred. */
struct vector {
	uint64_t inline_entries[8][2], (*entry)[2];
	struct uio_vec left;
	size_t total;
};

static void vector_put(struct vector *v)
{
	if (v->entry != v->inline_entries)
		kmem_free(v->entry);
}

/* Validates all entries before anything is transferred. */
static int vector_get(struct vector *v, uint64_t iov, uint64_t count)
{
	int err;

	if (count > IOV_MAX)
		return -EINVAL;
	v->total = 0;
	v->entry = v->inline_entries;
	if (count > ARRAY_SIZE(v->inline_entries))
		v->entry = kmem_alloc(count * sizeof(*v->entry));
	if (!v->entry)
		return -ENOMEM;
	v->left = (struct uio_vec){v->entry, count};
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

/* How to transfer an entry: by an operation of the file, or at an explicit offset. */
struct transfer {
	struct file *f;
	long (*op)(struct file *f, struct uio *u);
	int64_t pos;
	bool write;
};

/* With the kernel lock, like everything below unless it says otherwise. */
static long transfer_entry(const struct transfer *transfer, struct uio *u, long done)
{
	return transfer->op
		       ? WITH_PAGES(transfer->op(transfer->f, u))
		       : user_transfer_at(transfer->f, u, transfer->pos + done, transfer->write);
}

/* A short transfer ends the call: what follows would end up at the wrong place. */
static long transfer_entries(const struct transfer *transfer, struct uio_vec *v, long done)
{
	for (; v->count; v->entry++, v->count--) {
		uint64_t len = (*v->entry)[1];
		struct uio u = uio_user((*v->entry)[0], MIN(len, RW_MAX - (size_t)done));
		long n = u.left ? transfer_entry(transfer, &u, done) : 0;

		if (n < 0)
			return done ? done : n;
		done += n;
		if ((uint64_t)n < len)
			break;
	}
	return done;
}

/* As far as possible without the kernel lock. */
static long transfer_entries_unlocked(const struct transfer *transfer, struct uio_vec *v)
{
	struct file *f = transfer->f;
	long (*op)(struct file * file, struct uio * uio) =
		transfer->write ? f->ops->write_unlocked : f->ops->read_unlocked;
	long done = 0, n;

	for (; op && v->count; v->entry++, v->count--) {
		struct uio u = uio_user((*v->entry)[0], (*v->entry)[1]);

		n = u.left ? op(f, &u) : 0;
		if (u.left && u.held)
			file_put_unlocked(u.held);
		if (uio_vec_is_short(v, &u, n))
			return n < 0 && !done ? n : done + MAX(n, 0);
		done += n;
	}
	return done;
}

/* Copies all entries to `buffer`, or `n` bytes of it back. 0 or -EFAULT. */
static int gather(const struct uio_vec *v, char *buffer)
{
	for (size_t i = 0; i < v->count; buffer += v->entry[i++][1])
		if (copy_from_user(buffer, v->entry[i][0], v->entry[i][1]) < 0)
			return -EFAULT;
	return 0;
}

static int scatter(const struct uio_vec *v, const char *buffer, size_t n)
{
	for (size_t i = 0, part; n; i++, buffer += part, n -= part) {
		part = MIN(n, v->entry[i][1]);
		if (copy_to_user(v->entry[i][0], buffer, part) < 0)
			return -EFAULT;
	}
	return 0;
}

/*
 * Whether the transfer must be a single operation: possible packets, small writes, and reads from
 * files that block when empty, since they must not block after the first entry.
 */
static bool must_be_single(const struct transfer *transfer, const struct vector *v)
{
	const struct file *f = transfer->f;

	if (v->left.count < 2 || !v->total)
		return false;
	if (!transfer->write)
		return transfer->op && f->ops->poll;
	return v->total <= (f->inode ? PAGE_SIZE : DATAGRAM_MAX) && user_has_bytes(f);
}

/* One operation through a buffer; without the kernel lock. */
static long transfer_bounced(const struct transfer *transfer, const struct vector *v, char *buffer)
{
	struct file *f = transfer->f;
	long (*op)(struct file * file, struct uio * uio) =
		transfer->write ? f->ops->write_unlocked : f->ops->read_unlocked;
	struct uio u = uio_kernel(buffer, MIN(v->total, DATAGRAM_MAX));
	long n = transfer->op && op ? op(f, &u) : 0, rest;

	if (u.left) {
		rest = WITH_KERNEL_LOCK(transfer_entry(transfer, &u, n));
		n = n ? n + MAX(rest, 0) : rest;
		if (u.held)
			file_put_unlocked(u.held);
	}
	if (!transfer->write && n > 0 && scatter(&v->left, buffer, (size_t)n) < 0)
		n = -EFAULT;
	return n;
}

/* Without the kernel lock. */
static long transfer_all(const struct transfer *transfer, struct vector *v)
{
	char *buffer SCOPED(kmem_free) = NULL;
	long n = 0;

	/* All entries of a regular file under one hold of inode.lock: atomic. */
	if (likely(v->total <= RW_MAX) && transfer->f->inode &&
	    inode_is(transfer->f->inode, S_IFREG)) {
		n = file_transfer_vec(transfer->f, &v->left, transfer->op ? -1 : transfer->pos,
				      transfer->write);
		if (likely(!v->left.count))
			return n;
	}
	if (!n && must_be_single(transfer, v)) {
		buffer = kmem_alloc(MIN(v->total, DATAGRAM_MAX));
		if (!buffer)
			return -ENOMEM;
		if (!transfer->write || !gather(&v->left, buffer))
			return transfer_bounced(transfer, v, buffer);
		if (!transfer->f->inode)
			return -EFAULT;
	}
	if (transfer->op && !n && v->total <= RW_MAX)
		n = transfer_entries_unlocked(transfer, &v->left);
	return n >= 0 && v->left.count ? WITH_KERNEL_LOCK(transfer_entries(transfer, &v->left, n))
				       : n;
}

long transfer_vec(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		  uint64_t count)
{
	const struct transfer transfer = {f, op, 0, false};
	struct vector v;
	long n = vector_get(&v, iov, count);

	if (n)
		return n;
	n = transfer_entries(&transfer, &v.left, 0);
	vector_put(&v);
	return n;
}

/* All of these run without the kernel lock, unless a file needs it. */
static long transfer_vector(uint64_t fd, uint64_t iov, uint64_t count, bool own, int64_t pos,
			    bool write)
{
	struct file *f SCOPED(file_put_unlocked) = NULL;
	struct transfer transfer = {.pos = pos, .write = write};
	struct vector v;
	long n;

	if (!own && pos < 0)
		return -EINVAL;
	f = transfer.f = user_file_get(fd);
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!own && (!f->inode || !f->ops->seek))
		return -ESPIPE;
	if (!(write ? file_writable(f) : file_readable(f)))
		return -EBADF;
	if (own) {
		transfer.op = write ? f->ops->write : f->ops->read;
		if (!transfer.op)
			return -EINVAL;
	}
	n = vector_get(&v, iov, count);
	if (n)
		return n;
	n = transfer_all(&transfer, &v);
	vector_put(&v);
	return write && unlikely(n == -EPIPE) ? WITH_KERNEL_LOCK(user_check_sigpipe(n)) : n;
}

long sys_readv(uint64_t fd, uint64_t iov, uint64_t count)
{
	return transfer_vector(fd, iov, count, true, 0, false);
}

long sys_writev(uint64_t fd, uint64_t iov, uint64_t count)
{
	return transfer_vector(fd, iov, count, true, 0, true);
}

long sys_preadv(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector(fd, iov, count, false, (int64_t)pos, false);
}

long sys_pwritev(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos)
{
	return transfer_vector(fd, iov, count, false, (int64_t)pos, true);
}

#define RWF_HIPRI 1

/* RWF_HIPRI is a hint, and ignored; other flags are not supported. */
static long check_flags(uint64_t fd, uint64_t flags)
{
	if (!((uint32_t)flags & ~RWF_HIPRI))
		return 0;
	return user_file(fd) ? -EOPNOTSUPP : -EBADF;
}

long sys_preadv2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t, uint64_t flags)
{
	return check_flags(fd, flags)
		       ?: (int64_t)pos == -1 ? sys_readv(fd, iov, count)
					     : sys_preadv(fd, iov, count, pos);
}

long sys_pwritev2(uint64_t fd, uint64_t iov, uint64_t count, uint64_t pos, uint64_t, uint64_t flags)
{
	return check_flags(fd, flags)
		       ?: (int64_t)pos == -1 ? sys_writev(fd, iov, count)
					     : sys_pwritev(fd, iov, count, pos);
}
