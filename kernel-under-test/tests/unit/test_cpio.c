/* cpio archives: valid ones are unpacked exactly, corrupt ones rejected without harm. */
#include "fs/cpio.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "tree.h"
#include "fs/uio.h"
#include "unit.h"

#define ARCHIVE_MAX 65536

static char archive[ARCHIVE_MAX];
static size_t size;

static void pad(void)
{
	while (size % 4)
		archive[size++] = '\0';
}

static void numbered(unsigned int ino, unsigned int links, const char *name, uint32_t mode,
		     uint64_t device, const void *data, size_t len)
{
	size_t name_size = strlen(name) + 1;

	CHECK(size + 116 + name_size + len < ARCHIVE_MAX);
	size += (size_t)sprintf(archive + size, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
				ino, mode, 5, 6, links, 0, (unsigned int)len, 0, 0,
				DEVICE_MAJOR(device), DEVICE_MINOR(device),
				(unsigned int)name_size, 0);
	memcpy(archive + size, name, name_size);
	size += name_size;
	pad();
	memcpy(archive + size, data, len);
	size += len;
	pad();
}

static void entry(const char *name, uint32_t mode, uint64_t device, const void *data, size_t len)
{
	numbered(1, 1, name, mode, device, data, len);
}

static const char text[] = "what the file holds, which is longer than a word";

static void make_archive(void)
{
	static char page[5000];

	memset(page, 'p', sizeof(page));
	size = 0;
	entry(".", S_IFDIR | 0755, 0, "", 0);
	entry("dev", S_IFDIR | 0700, 0, "", 0);
	entry("dev/console", S_IFCHR | 0600, DEVICE(5, 1), "", 0);
	entry("init", S_IFREG | 0755, 0, text, sizeof(text) - 1);
	entry("dev", S_IFDIR | 0700, 0, "", 0);
	entry("big", S_IFREG | 0644, 0, page, sizeof(page));
	entry("/absolute", S_IFREG | 0600, 0, "", 0);
	entry("link", S_IFLNK | 0777, 0, "init", 4);
	entry("pipe", S_IFIFO | 0600, 0, "", 0);
	entry("TRAILER!!!", 0, 0, "", 0);
}

static int unpack(const char *from, size_t n)
{
	/* In an allocation of exact size, so that sanitizers see any read past the end. */
	char *copy = malloc(n ? n : 1);
	int err;

	memcpy(copy, from, n);
	err = cpio_unpack(tree_root, copy, n);
	free(copy);
	return err;
}

static void good(void)
{
	char out[100];
	struct uio u = uio_kernel(out, sizeof(out));
	struct inode *i, *linked;

	tree_make();
	CHECK_EQ(unpack(archive, size), 0);
	CHECK_EQ(tree_find("/init", true, &i), 0);
	CHECK_EQ(i->mode, S_IFREG | 0755);
	CHECK_EQ(i->uid, 5);
	CHECK_EQ(i->gid, 6);
	CHECK_EQ(i->size, sizeof(text) - 1);
	CHECK_EQ(i->ops->read(i, 0, &u), sizeof(text) - 1);
	CHECK(memcmp(out, text, sizeof(text) - 1) == 0);
	CHECK_EQ(tree_find("/link", true, &linked), 0);
	CHECK(linked == i);
	CHECK_EQ(tree_find("/dev/console", true, &i), 0);
	CHECK_EQ(i->device, DEVICE(5, 1));
	CHECK_EQ(tree_find("/big", true, &i), 0);
	CHECK_EQ(i->size, 5000);
	CHECK_EQ(tree_find("/absolute", true, &i), 0);
	CHECK_EQ(tree_find("/pipe", true, &i), 0);
	CHECK(inode_is(i, S_IFIFO));
	CHECK_EQ(tree_find("/TRAILER!!!", true, &i), -ENOENT);
	tree_drop();

	/* What follows the trailer is ignored. */
	tree_make();
	memset(archive + size, 0xff, 100);
	CHECK_EQ(unpack(archive, size + 100), 0);
	tree_drop();
}

static void truncated(void)
{
	/* The last name and its NUL are all that is needed of the trailer. */
	size_t enough = size;

	while (archive[enough - 1] == '\0')
		enough--;
	enough = ALIGN_UP(enough + 1, 4);
	for (size_t n = 0; n <= size; n++) {
		int err;

		tree_make();
		err = unpack(archive, n);
		CHECK_EQ(err, n < enough ? -EINVAL : 0);
		tree_drop();
	}
}

static void corrupted(void)
{
	uint64_t seed = 7;

	for (size_t at = 0; at < size; at++) {
		char was = archive[at];
		/* Mostly digits, so that numbers change while the header still parses. */
		const char *to = "0123456789abcdefF7";
		char now = rnd_below(&seed, 3) ? to[rnd_below(&seed, 18)] : (char)rnd(&seed);

		tree_make();
		archive[at] = now;
		unpack(archive, size);
		archive[at] = was;
		tree_drop();
	}
}

static void garbage(void)
{
	for (uint64_t seed = 0; seed < 3000; seed++) {
		uint64_t chance = seed;
		int changes = 1 + (int)rnd_below(&chance, 8);

		make_archive();
		while (changes--)
			archive[rnd_below(&chance, size)] = "0123456789abcdef/.\0l"[rnd_below(
				&chance, 20)];
		tree_make();
		unpack(archive, size);
		tree_drop();
	}
}

static long hold(const char *path, char *out, size_t room)
{
	struct uio u = uio_kernel(out, room);
	struct inode *i;

	CHECK_EQ(tree_find(path, true, &i), 0);
	return i->ops->read(i, 0, &u);
}

/* All names of a file lead to one inode, whichever entry has the data. */
static void hard_links(void)
{
	struct inode *a, *b;
	char out[100];

	size = 0;
	numbered(7, 3, "last_a", S_IFREG | 0755, 0, "", 0);
	numbered(8, 2, "first_a", S_IFREG | 0644, 0, "12345", 5);
	numbered(7, 3, "last_b", S_IFREG | 0755, 0, "", 0);
	numbered(9, 1, "alone", S_IFREG | 0644, 0, "x", 1);
	numbered(9, 1, "other", S_IFREG | 0644, 0, "yz", 2);
	numbered(8, 2, "first_b", S_IFREG | 0644, 0, "", 0);
	numbered(8, 2, "dir", S_IFDIR | 0755, 0, "", 0);
	numbered(8, 2, "pipe", S_IFIFO | 0600, 0, "", 0);
	numbered(7, 3, "dir/last_c", S_IFREG | 0755, 0, text, sizeof(text) - 1);
	entry("TRAILER!!!", 0, 0, "", 0);
	tree_make();
	CHECK_EQ(unpack(archive, size), 0);
	CHECK_EQ(hold("/last_a", out, sizeof(out)), sizeof(text) - 1);
	CHECK(memcmp(out, text, sizeof(text) - 1) == 0);
	CHECK_EQ(tree_find("/last_a", true, &a), 0);
	CHECK_EQ(tree_find("/dir/last_c", true, &b), 0);
	CHECK(a == b);
	CHECK_EQ(a->links, 3);
	CHECK_EQ(hold("/first_b", out, sizeof(out)), 5);
	CHECK_EQ(hold("/alone", out, sizeof(out)), 1);
	CHECK_EQ(hold("/other", out, sizeof(out)), 2);
	CHECK_EQ(tree_find("/dir", true, &b), 0);
	CHECK(inode_is(b, S_IFDIR));
	CHECK_EQ(tree_find("/pipe", true, &b), 0);
	CHECK(inode_is(b, S_IFIFO));
	CHECK_EQ(b->links, 1);
	tree_drop();
	corrupted();
}

static void refused(void)
{
	tree_make();
	CHECK_EQ(unpack("", 0), -EINVAL);
	CHECK_EQ(unpack("\x1f\x8b\x08 and so on: gzip does not unpack by itself, as Linux would do,"
			" and this text must be longer than one header of the archive is", 120),
		 -EINVAL);
	size = 0;
	entry("no/such/dir", S_IFREG | 0644, 0, "x", 1);
	CHECK_EQ(unpack(archive, size), -ENOENT);
	size = 0;
	entry("f", S_IFREG | 0644, 0, "x", 1);
	entry("f/g", S_IFREG | 0644, 0, "x", 1);
	CHECK_EQ(unpack(archive, size), -ENOTDIR);
	tree_drop();
}

int main(void)
{
	host_boot(16);
	make_archive();
	good();
	truncated();
	corrupted();
	garbage();
	hard_links();
	refused();
	return 0;
}
