/* Character devices without hardware: null, zero, full and random. */
#include "drivers/memory.h"

#include "fs/credentials.h"
#include "fs/device.h"
#include "lib/errno.h"
#include "lib/random.h"

static long null_read(struct file *, struct uio *)
{
	return 0;
}

static long null_write(struct file *, struct uio *u)
{
	size_t n = u->left;

	uio_advance(u, n);
	return (long)n;
}

static long null_read_unlocked(struct file *, struct uio *u)
{
	u->left = 0;
	return 0;
}

static long zero_read(struct file *, struct uio *u)
{
	size_t n = u->left;

	return uio_zero(u, n) ?: (long)n;
}

static long zero_read_unlocked(struct file *, struct uio *u)
{
	size_t n = u->left;

	return uio_zero_nofault(u, n) ? 0 : (long)n;
}

static long full_write(struct file *, struct uio *u)
{
	return u->left ? -ENOSPC : 0;
}

static long random_read(struct file *, struct uio *u)
{
	long done = 0;

	while (u->left) {
		uint64_t words[32];
		size_t n = MIN(u->left, sizeof(words));
		int err;

		random_fill(words, n);
		err = uio_copy_to(u, words, n);
		if (err)
			return done ? done : err;
		done += (long)n;
	}
	return done;
}

/* What is written is mixed in, and credited with no entropy. */
static long random_write(struct file *, struct uio *u)
{
	long done = 0;

	while (u->left) {
		uint8_t bytes[64];
		size_t n = MIN(u->left, sizeof(bytes));
		int err = uio_copy_from(u, bytes, n);

		if (err)
			return done ? done : err;
		random_mix(bytes, n);
		done += (long)n;
	}
	return done;
}

static int64_t no_seek(struct file *, int64_t, int)
{
	return 0;
}

static const struct file_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.read_unlocked = null_read_unlocked,
	.write_unlocked = null_write,
	.seek = no_seek,
};
static const struct file_ops zero_ops = {
	.read = zero_read,
	.write = null_write,
	.read_unlocked = zero_read_unlocked,
	.write_unlocked = null_write,
	.seek = no_seek,
};
static const struct file_ops full_ops = {.read = zero_read, .write = full_write, .seek = no_seek};
/* The entropy count of an initialized generator. */
#define ENTROPY_BITS   256
#define RNDGETENTCNT   0x80045200u
#define RNDADDTOENTCNT 0x40045201u

static long random_ioctl(struct file *, uint64_t request, uint64_t arg)
{
	const int bits = ENTROPY_BITS;
	int more;

	switch (request) {
	case RNDGETENTCNT:
		return copy_to_user(arg, &bits, sizeof(bits));
	case RNDADDTOENTCNT:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		if (copy_from_user(&more, arg, sizeof(more)) < 0)
			return -EFAULT;
		return more < 0 ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static const struct file_ops random_ops = {
	.read = random_read, .write = random_write, .seek = no_seek, .ioctl = random_ioctl};

void memory_devices_init(void)
{
	device_register("null", DEVICE(1, 3), 0666, &null_ops);
	device_register("zero", DEVICE(1, 5), 0666, &zero_ops);
	device_register("full", DEVICE(1, 7), 0666, &full_ops);
	device_register("random", DEVICE(1, 8), 0666, &random_ops);
	device_register("urandom", DEVICE(1, 9), 0666, &random_ops);
}
