/*
 * ext2 on images made by mke2fs, intact and corrupted. Whatever a disk contains: no access out of
 * bounds (sanitizers), no leak, and every call returns.
 *
 * EXT2_FUZZ_ROUNDS and EXT2_FUZZ_SEED select a longer or another run.
 */
#include "host_kmem.h"
#include "host_machine.h"
#include "unit.h"

/* Same values as the C library's. */
#undef RENAME_NOREPLACE
#undef RENAME_EXCHANGE
#include "fs/block.h"
#include "fs/ext2/disk.h"
#include "fs/ext2/ext2.h"
#include "fs/uio.h"
#include "fs/volume.h"
#include "lib/printf.h"

#include <unistd.h>

#define IMAGE_MAX (4ul << 20)
#define IMAGE_KIB 1536

static uint8_t disk[IMAGE_MAX], sound[IMAGE_MAX];

static int transfer(struct block_device *b, bool write, uint64_t sector,
		    const struct block_segment *s, unsigned int count)
{
	CHECK(count >= 1 && count <= BLOCK_SEGMENTS);
	for (unsigned int i = 0; i < count; i++) {
		void *memory = phys_to_virt(s[i].phys);

		CHECK(s[i].len && s[i].len % SECTOR_SIZE == 0);
		CHECK(sector + s[i].len / SECTOR_SIZE <= b->sectors);
		if (write)
			memcpy(disk + sector * SECTOR_SIZE, memory, s[i].len);
		else
			memcpy(memory, disk + sector * SECTOR_SIZE, s[i].len);
		sector += s[i].len / SECTOR_SIZE;
	}
	return 0;
}

static int flush(struct block_device *)
{
	return 0;
}

static const struct block_ops ops = {.transfer = transfer, .flush = flush};
static struct block_device device = {
	.name = "vda", .number = DEVICE(254, 0), .sectors = IMAGE_KIB * 2, .ops = &ops};

/* An image made with these options; false: no mke2fs. */
static bool make_image(const char *options)
{
	char path[] = "/tmp/ext2-XXXXXX", command[320];
	int fd = mkstemp(path);
	bool made;

	CHECK(fd >= 0);
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin mke2fs -q -F -t ext2 %s %s %dk >/dev/null 2>&1",
		 options, path, IMAGE_KIB);
	made = system(command) == 0;
	if (made)
		CHECK(read(fd, disk, IMAGE_KIB << 10) == IMAGE_KIB << 10);
	close(fd);
	unlink(path);
	return made;
}

/* e2fsck's exit status: 0 if the image is consistent. */
static int check_image(void)
{
	char path[] = "/tmp/ext2-XXXXXX", command[128];
	int fd = mkstemp(path), status;

	CHECK(fd >= 0 && write(fd, disk, IMAGE_KIB << 10) == IMAGE_KIB << 10);
	close(fd);
	snprintf(command, sizeof(command), "PATH=$PATH:/usr/sbin:/sbin e2fsck -fn %s >%s.log 2>&1",
		 path, path);
	status = system(command);
	if (status) {
		snprintf(command, sizeof(command), "cat %s.log >&2", path);
		CHECK(system(command) == 0);
	}
	unlink(path);
	snprintf(command, sizeof(command), "%s.log", path);
	unlink(command);
	return status;
}

static uint64_t seed;

static long write_at(struct inode *i, uint64_t pos, size_t n)
{
	static char data[20000];
	struct uio u = uio_kernel(data, MIN(n, sizeof(data)));

	memset(data, 'a' + (int)rnd_below(&seed, 26), sizeof(data));
	return i->ops->write(i, pos, &u);
}

static void read_all(struct inode *i)
{
	static char data[70000];
	struct uio u = uio_kernel(data, sizeof(data));

	i->ops->read(i, 0, &u);
	u = uio_kernel(data, 5000);
	i->ops->read(i, i->size > 3000 ? i->size - 3000 : 0, &u);
}

static const char *some_name(void)
{
	static char name[260];
	size_t n = rnd_below(&seed, 12) ? 1 : 1 + rnd_below(&seed, 255);

	memset(name, 'a' + (int)rnd_below(&seed, 8), n);
	name[n] = '\0';
	return name;
}

/* A directory found by a random walk down. */
static struct inode *some_dir(struct inode *root)
{
	struct inode *at = inode_get(root), *next;

	for (uint64_t steps = rnd_below(&seed, 4); steps; steps--) {
		const char *name = some_name();

		if (at->ops->lookup(at, name, strlen(name), &next))
			continue;
		if (inode_is(next, S_IFDIR)) {
			inode_put(at);
			at = next;
		} else {
			inode_put(next);
		}
	}
	return at;
}

static struct inode *held[4];

static void on_file(struct inode *f)
{
	if (!inode_is(f, S_IFREG))
		return;
	switch (rnd_below(&seed, 5)) {
	case 0:
		write_at(f, rnd_below(&seed, 3) ? f->size : rnd_below(&seed, 400000),
			 rnd_below(&seed, 20000));
		break;
	case 1:
		f->ops->truncate(f, rnd_below(&seed, 2) ? rnd_below(&seed, 100000) : f->size / 2);
		break;
	case 2:
		f->volume->ops->sync_inode(f);
		break;
	default:
		read_all(f);
	}
}

static bool see(void *ctx, const char *name, size_t len, uint64_t, uint32_t, uint64_t)
{
	struct inode *dir = ctx, *i;

	/* Walks never look up the dots. */
	if (name[0] == '.')
		return true;
	if (dir->ops->lookup(dir, name, len, &i) == 0) {
		if (inode_is(i, S_IFLNK))
			CHECK(strlen(i->ops->target(i)) <= PATH_LEN_MAX);
		else
			on_file(i);
		inode_put(i);
	}
	return rnd_below(&seed, 64) != 0;
}

static void step(struct inode *root)
{
	static const uint32_t types[] = {S_IFREG, S_IFREG, S_IFREG, S_IFDIR, S_IFDIR, S_IFCHR};
	struct inode *dir = some_dir(root), *other = some_dir(root), *i = NULL;
	const char *name = some_name();
	char copy[260], text[300];
	size_t len = strlen(name), slot = rnd_below(&seed, ARRAY_SIZE(held));

	memcpy(copy, name, len + 1);
	switch (rnd_below(&seed, 12)) {
	case 0:
	case 1:
	case 2:
		if (dir->ops->create(dir, copy, len, types[rnd_below(&seed, 6)] | 0644, 0x103,
				     &i) == 0)
			on_file(i);
		break;
	case 3:
		memset(text, 'l', sizeof(text));
		text[1 + rnd_below(&seed, sizeof(text) - 1)] = '\0';
		text[sizeof(text) - 1] = '\0';
		dir->ops->symlink(dir, copy, len, text);
		break;
	case 4:
		dir->ops->unlink(dir, copy, len, rnd_below(&seed, 2));
		break;
	case 5:
		name = some_name();
		dir->ops->rename(dir, copy, len, other, name, strlen(name), 0);
		break;
	case 6:
		if (held[slot])
			dir->ops->link(dir, copy, len, held[slot]);
		break;
	case 7:
		dir->ops->readdir(dir, rnd_below(&seed, 3) ? 0 : rnd_below(&seed, 9000), see, dir);
		break;
	case 8:
		if (held[slot])
			inode_put(held[slot]);
		held[slot] = NULL;
		if (dir->ops->lookup(dir, copy, len, &i) == 0)
			held[slot] = inode_get(i);
		break;
	case 9:
		root->volume->ops->sync(root->volume);
		break;
	case 10:
		page_reclaim(rnd_below(&seed, 100));
		break;
	default:
		if (dir->ops->lookup(dir, copy, len, &i) == 0)
			on_file(i);
	}
	if (i)
		inode_put(i);
	i = other->ops->parent(other);
	inode_put(i);
	inode_put(other);
	inode_put(dir);
}

/* Mounts the image and works on it. Returns mount's result. */
static int work(unsigned int steps, bool read_only)
{
	uint64_t free;
	struct inode *root;
	long live = host_kmem_live;
	int err;

	page_reclaim(SIZE_MAX), page_reclaim(SIZE_MAX);
	free = page_count_free();
	err = ext2_mount(&device, read_only, &root);
	if (!err) {
		for (unsigned int i = 0; i < steps; i++)
			step(root);
		for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
			if (held[i])
				inode_put(held[i]);
			held[i] = NULL;
		}
		CHECK(!root->volume->ops->is_busy(root->volume));
		root->volume->ops->unmount(root->volume, root);
	}
	block_sync(&device);
	page_reclaim(SIZE_MAX), page_reclaim(SIZE_MAX);
	CHECK_EQ(page_count_free(), free);
	CHECK_EQ(host_kmem_live, live);
	return err;
}

static const char *const kinds[] = {"-b 1024", "-b 4096", "-b 2048 -I 128", "-b 1024 -g 512 -N 64",
				    /* Revision 0, which mke2fs 1.47.1 spells differently. */
				    "-b 1024 $(mke2fs -r 0 2>&1 | grep -q removed &&"
				    " echo -E revision=0 || echo -r 0)"};

/* A consistent image stays consistent, over several mounts. */
static void stays_sound(const char *options)
{
	CHECK(make_image(options));
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(work(400, false), 0);
		CHECK_EQ(check_image(), 0);
	}
	memcpy(sound, disk, sizeof(disk));
	CHECK_EQ(work(200, true), 0);
	CHECK(memcmp(sound, disk, sizeof(disk)) == 0);
}

static void spoil(void)
{
	uint64_t most = rnd_below(&seed, 3) ? 12 : 200;

	for (uint64_t n = 1 + rnd_below(&seed, most); n; n--) {
		/* Metadata is mostly in front, in fields of 2 or 4 bytes. */
		uint64_t at = rnd_below(&seed, 4) ? rnd_below(&seed, 96 << 10)
						  : rnd_below(&seed, IMAGE_KIB << 10);
		static const uint32_t words[] = {0, 1, 2, 0xffff, 0xffffffff, 12, 0x7fffffff};

		if (!rnd_below(&seed, 20))
			at = EXT2_SUPER_AT + rnd_below(&seed, 110);
		if (rnd_below(&seed, 2))
			disk[at] = (uint8_t)rnd(&seed);
		else if (rnd_below(&seed, 2))
			memcpy(disk + ALIGN_DOWN(at, 4),
			       &words[rnd_below(&seed, ARRAY_SIZE(words))], 4);
		else
			memcpy(disk + ALIGN_DOWN(at, 4),
			       disk + ALIGN_DOWN(rnd_below(&seed, 96 << 10), 4), 4);
	}
}

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

static void nowhere(const char *, size_t)
{
}

int main(void)
{
	long rounds = number("EXT2_FUZZ_ROUNDS", 150), mounted = 0;

	host_boot(64);
	block_register(&device);
	volume_epoch_ns = 1700000000ull * 1000000000;
	seed = (uint64_t)number("EXT2_FUZZ_SEED", 1);
	if (!make_image(kinds[0])) {
		fputs("ext2: mke2fs is missing (e2fsprogs), so nothing was tested\n", stderr);
		return 0;
	}
	log_set_sink(nowhere);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		stays_sound(kinds[i]);
		for (long r = 0; r < rounds; r++) {
			memcpy(disk, sound, sizeof(disk));
			spoil();
			/* A call that does not return within this time fails the test. */
			alarm(20);
			mounted += work(60, rnd_below(&seed, 8) == 0) == 0;
			alarm(0);
		}
	}
	CHECK(mounted > rounds);
	return 0;
}
