/* sendfile. */
#include "mm/page.h"
#include "proc/signal/signal.h"
#include "syscall/user.h"

/* Copies from `in` at *pos, which advances by what `out` accepted. */
static long copy_chunks(struct file *out, struct file *in, uint64_t *pos, size_t count)
{
	struct page *page = page_alloc();
	long done = 0, n = 0;

	if (!page)
		return -ENOMEM;
	file_accessed(in);
	while (count) {
		struct uio from = uio_kernel(page_to_virt(page), MIN(count, PAGE_SIZE)), to;

		n = in->inode->ops->read(in->inode, *pos, &from);
		if (n <= 0)
			break;
		to = uio_kernel(page_to_virt(page), (size_t)n);
		n = out->ops->write(out, &to);
		if (n <= 0)
			break;
		*pos += (uint64_t)n;
		done += n;
		count -= (size_t)n;
	}
	page_put(page);
	return done ? done : n;
}

static long send_file(struct file *out, struct file *in, uint64_t offset_at, uint64_t count)
{
	uint64_t pos = in ? in->pos : 0;
	long n;

	if (!out || !in || !file_writable(out) || !file_readable(in))
		return -EBADF;
	if (!out->ops->write || !in->inode || !inode_is(in->inode, S_IFREG))
		return -EINVAL;
	if (offset_at && copy_from_user(&pos, offset_at, sizeof(pos)) < 0)
		return -EFAULT;
	if ((int64_t)(pos | count) < 0 || (int64_t)(pos + count) < 0 || (out->flags & O_APPEND))
		return -EINVAL;
	n = copy_chunks(out, in, &pos, MIN(count, RW_MAX));
	if (!offset_at)
		in->pos = pos;
	else if (n >= 0 && copy_to_user(offset_at, &pos, sizeof(pos)) < 0)
		return -EFAULT;
	return n;
}

long sys_sendfile(uint64_t out_fd, uint64_t in_fd, uint64_t offset_at, uint64_t count)
{
	struct file *out SCOPED(file_put) = user_file_get(out_fd);
	struct file *in SCOPED(file_put) = user_file_get(in_fd);
	long n = send_file(out, in, offset_at, count);

	if (unlikely(n == -EPIPE))
		signal_raise_current(SIGPIPE);
	return n;
}
