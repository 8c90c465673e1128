/* Block devices as files. */
#include "fs/block_file.h"

#include "fs/block.h"
#include "lib/errno.h"

#define BLKROGET     0x125e
#define BLKGETSIZE   0x1260
#define BLKFLSBUF    0x1261
#define BLKSSZGET    0x1268
#define BLKBSZGET    0x80081270
#define BLKGETSIZE64 0x80081272

#define SEEK_CUR 1
#define SEEK_END 2

/* Read-ahead. */
#define READ_AHEAD 16

/* Cannot be NULL: there was a device when the file was opened, and none is ever removed. */
static struct block_device *device_of(const struct file *f)
{
	return block_find(f->inode->device);
}

static int get_page(struct block_device *b, uint64_t index, struct page **out)
{
	if (!cache_find(&b->cache, index)) {
		int err = block_fill(b, &b->cache, index, index * SECTORS_PER_PAGE, READ_AHEAD);

		if (err)
			return err;
	}
	return block_get_page(b, index, out);
}

/* Up to the end of one page: the number of bytes moved, or -errno. */
static long transfer_page(struct block_device *b, uint64_t pos, struct uio *u, bool write)
{
	size_t at = pos & (PAGE_SIZE - 1), n = MIN(u->left, PAGE_SIZE - at), left = u->left;
	struct page *p;
	int err = write ? block_get_page(b, pos >> PAGE_SHIFT, &p)
			: get_page(b, pos >> PAGE_SHIFT, &p);
	char *data;

	if (err)
		return err;
	data = (char *)page_to_virt(p) + at;
	err = write ? uio_copy_from(u, data, n) : uio_copy_to(u, data, n);
	if (write)
		block_set_dirty(b, p, at, n);
	page_put(p);
	return err ? err : (long)(left - u->left);
}

static long transfer(struct file *f, struct uio *u, bool write)
{
	struct block_device *b = device_of(f);
	uint64_t size = b->sectors * SECTOR_SIZE;
	long done = 0, n = 0;

	if (f->pos >= size)
		return write && u->left ? -ENOSPC : 0;
	if (u->left > size - f->pos)
		u->left = size - f->pos;
	while (u->left) {
		n = transfer_page(b, f->pos, u, write);
		if (n < 0)
			break;
		f->pos += (uint64_t)n;
		done += n;
		if (write && cache_over_dirty_limit()) {
			n = block_sync(b);
			if (n)
				break;
		}
	}
	return done ? done : n;
}

static long block_file_read(struct file *f, struct uio *u)
{
	return transfer(f, u, false);
}

static long block_file_write(struct file *f, struct uio *u)
{
	return device_of(f)->read_only ? -EPERM : transfer(f, u, true);
}

static int64_t block_file_seek(struct file *f, int64_t offset, int whence)
{
	int64_t base = whence == SEEK_CUR   ? (int64_t)f->pos
		       : whence == SEEK_END ? (int64_t)(device_of(f)->sectors * SECTOR_SIZE)
					    : 0;
	int64_t to;

	if (whence < 0 || whence > SEEK_END || __builtin_add_overflow(base, offset, &to) || to < 0)
		return -EINVAL;
	f->pos = (uint64_t)to;
	return to;
}

static long block_file_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct block_device *b = device_of(f);
	uint64_t sectors = b->sectors, size = sectors * SECTOR_SIZE;
	int number;

	switch (request) {
	case BLKGETSIZE64:
		return copy_to_user(arg, &size, sizeof(size));
	case BLKGETSIZE:
		return copy_to_user(arg, &sectors, sizeof(sectors));
	case BLKFLSBUF:
		return block_sync(b);
	case BLKROGET:
		number = b->read_only;
		break;
	case BLKSSZGET:
		number = SECTOR_SIZE;
		break;
	case BLKBSZGET:
		number = PAGE_SIZE;
		break;
	default:
		return -ENOTTY;
	}
	return copy_to_user(arg, &number, sizeof(number));
}

int block_file_sync(struct file *f)
{
	return block_sync(device_of(f));
}

const struct file_ops block_file_ops = {
	.read = block_file_read,
	.write = block_file_write,
	.seek = block_file_seek,
	.ioctl = block_file_ioctl,
};
