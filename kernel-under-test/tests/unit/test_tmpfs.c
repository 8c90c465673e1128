/* tmpfs: files against a byte array, directories against a list of names. */
#include "fs/uio.h"
#include "host_kmem.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "tree.h"
#include "unit.h"

#define FILE_MAX 40000

static unsigned char model[FILE_MAX];
/* The user's buffer: faults begin at a page boundary. */
static unsigned char buffer[FILE_MAX] __attribute__((aligned(PAGE_SIZE)));
static uint64_t model_size;

static void check_file(struct inode *f)
{
	struct uio u = uio_kernel(buffer, sizeof(buffer));

	CHECK_EQ(f->size, model_size);
	CHECK_EQ(f->ops->read(f, 0, &u), model_size);
	CHECK(memcmp(buffer, model, model_size) == 0);
}

/* Room for n bytes, of which the first `good` end at a page boundary. */
static unsigned char *ends_at_page(size_t n, size_t good, uint64_t *seed)
{
	if (good == n)
		return buffer + rnd_below(seed, PAGE_SIZE);
	return buffer + ALIGN_UP(good, PAGE_SIZE) - good;
}

/*
 * A write whose source faults after `good` bytes writes those, as on Linux; -EFAULT if there are
 * none.
 */
static void write_some(struct inode *f, uint64_t pos, size_t n, size_t good, uint64_t *seed)
{
	unsigned char *from = ends_at_page(n, good, seed);
	struct uio u = uio_user((uint64_t)from, n);
	long done;

	for (size_t i = 0; i < n; i++)
		from[i] = (unsigned char)rnd(seed);
	host_user_fault(from + good, n - good);
	done = f->ops->write(f, pos, &u);
	host_user_fault(NULL, 0);
	CHECK_EQ(done, good || !n ? (long)good : -EFAULT);
	if (done <= 0)
		return;
	if (pos > model_size)
		memset(model + model_size, 0, pos - model_size);
	memcpy(model + pos, from, (size_t)done);
	model_size = MAX(model_size, pos + (uint64_t)done);
}

static void read_some(struct inode *f, uint64_t pos, size_t n, size_t good, uint64_t *seed)
{
	unsigned char *to = ends_at_page(n, good, seed);
	struct uio u = uio_user((uint64_t)to, n);
	uint64_t there = pos < model_size ? MIN(n, model_size - pos) : 0;
	long done;

	memset(to, 0xee, n);
	host_user_fault(to + good, n - good);
	done = f->ops->read(f, pos, &u);
	host_user_fault(NULL, 0);
	CHECK_EQ(done, good || !there ? (long)MIN(good, there) : -EFAULT);
	if (done > 0)
		CHECK(memcmp(to, model + pos, (size_t)done) == 0);
}

static void truncate_to(struct inode *f, uint64_t size)
{
	CHECK_EQ(f->ops->truncate(f, size), 0);
	if (size > model_size)
		memset(model + model_size, 0, size - model_size);
	model_size = size;
}

static void file_history(uint64_t seed)
{
	struct inode *f;

	tree_make();
	f = tree_add("/f", S_IFREG | 0644);
	model_size = 0;
	for (int step = 0; step < 300; step++) {
		uint64_t pos = rnd_below(&seed, FILE_MAX - 9000);
		size_t n = rnd_below(&seed, 9000);
		size_t good = rnd_below(&seed, 4) ? n : rnd_below(&seed, n + 1);

		if (rnd_below(&seed, 2))
			pos = rnd_below(&seed, 6000);
		switch (rnd_below(&seed, 4)) {
		case 0:
			truncate_to(f, pos);
			break;
		case 1:
			read_some(f, pos, n, good, &seed);
			break;
		default:
			write_some(f, pos, n, good, &seed);
		}
		check_file(f);
	}
	tree_drop();
}

static void file_limits(void)
{
	struct uio u = uio_kernel(buffer, 10);
	struct page *p, *around[3];
	struct inode *f;

	tree_make();
	f = tree_add("/f", S_IFREG | 0644);
	CHECK_EQ(f->ops->write(f, INT64_MAX - 5, &u), -EFBIG);
	CHECK_EQ(f->ops->truncate(f, 1ull << 63), -EFBIG);
	CHECK_EQ(f->ops->truncate(f, 1ull << 40), 0);
	u = uio_kernel(buffer, 10);
	memset(buffer, 1, 10);
	CHECK_EQ(f->ops->read(f, (1ull << 40) - 3, &u), 3);
	CHECK(buffer[0] == 0 && buffer[2] == 0 && buffer[3] == 1);
	CHECK_EQ(f->object.ops->page(&f->object, 1ul << 28, PAGE_WRITE, &p), -ENXIO);
	f->object.ops->peek(&f->object, 7, 1, &p);
	CHECK(p == NULL);
	CHECK_EQ(f->object.ops->page(&f->object, 7, PAGE_WRITE, &p), 0);
	CHECK_EQ(p->refs, 2);
	page_put(p);
	/* Holes around it, and pages past the end, are absent. */
	f->object.ops->peek(&f->object, 6, 3, around);
	CHECK(!around[0] && around[1] == p && !around[2]);
	CHECK_EQ(p->refs, 2);
	page_put(p);
	f->object.ops->peek(&f->object, (1ul << 28) - 1, 3, around);
	CHECK(!around[1] && !around[2]);
	if (around[0])
		page_put(around[0]);
	tree_drop();
}

/* A file without a name lives on while it is referenced. */
static void unlinked_while_open(void)
{
	struct uio u = uio_kernel(buffer, 4);
	struct inode *f;

	tree_make();
	f = inode_get(tree_add("/f", S_IFREG | 0644));
	CHECK_EQ(tree_root->ops->unlink(tree_root, "f", 1, false), 0);
	CHECK_EQ(f->links, 0);
	CHECK_EQ(f->ops->write(f, 0, &u), 4);
	inode_put(f);
	tree_drop();
}

#define NAMES 60

static int find_name(void *, const char *name, size_t len)
{
	return len == 3 && name[0] == 'n' ? (name[1] - '0') * 10 + name[2] - '0' : -1;
}

struct seen {
	bool name[NAMES];
	uint64_t next, stop_after;
	int dots;
};

static bool see(void *ctx, const char *name, size_t len, uint64_t, uint32_t, uint64_t next_pos)
{
	struct seen *s = ctx;
	int i = find_name(NULL, name, len);

	if (!s->stop_after)
		return false;
	s->stop_after--;
	if (i < 0) {
		s->dots++;
	} else {
		CHECK(!s->name[i]);
		s->name[i] = true;
	}
	CHECK(next_pos > s->next);
	s->next = next_pos;
	return true;
}

/* Lists in small portions while names come and go: every other name appears exactly once. */
static void check_listing(struct inode *dir, const bool *there, uint64_t *seed)
{
	struct seen s = {.next = 0};

	for (uint64_t before = 1; before != s.next;) {
		before = s.next;
		s.stop_after = 1 + rnd_below(seed, 7);
		CHECK_EQ(dir->ops->readdir(dir, s.next, see, &s), 0);
	}
	CHECK_EQ(s.dots, 2);
	for (int i = 0; i < NAMES; i++)
		CHECK_EQ(s.name[i], there[i]);
}

static void directory_history(uint64_t seed)
{
	bool there[NAMES] = {false}, dir[NAMES] = {false};
	struct inode *d, *i;

	tree_make();
	d = tree_add("/d", S_IFDIR | 0755);
	for (int step = 0; step < 600; step++) {
		int n = (int)rnd_below(&seed, NAMES);
		bool as_dir = rnd_below(&seed, 2);
		char name[4];

		snprintf(name, sizeof(name), "n%02d", n);
		if (rnd_below(&seed, 2)) {
			int err = d->ops->create(d, name, 3, as_dir ? S_IFDIR : S_IFREG, 0, &i);

			CHECK_EQ(err, there[n] ? -EEXIST : 0);
			if (!err) {
				CHECK_EQ(i->links, as_dir ? 2 : 1);
				inode_put(i);
				there[n] = true;
				dir[n] = as_dir;
			}
		} else {
			int expected = !there[n]	  ? -ENOENT
				       : as_dir == dir[n] ? 0
				       : as_dir		  ? -ENOTDIR
							  : -EISDIR;

			CHECK_EQ(d->ops->unlink(d, name, 3, as_dir), expected);
			there[n] &= expected != 0;
		}
		CHECK_EQ(d->ops->lookup(d, name, 3, &i), there[n] ? 0 : -ENOENT);
		if (there[n])
			inode_put(i);
		if (step % 50 == 0)
			check_listing(d, there, &seed);
	}
	tree_drop();
}

static void directory_rules(void)
{
	struct inode *d, *f;

	tree_make();
	tree_dir("/d");
	tree_dir("/d/e");
	tree_file("/f");
	CHECK_EQ(tree_find("/d", true, &d), 0);
	CHECK_EQ(tree_find("/f", true, &f), 0);
	CHECK_EQ(d->links, 3);
	CHECK_EQ(tree_root->ops->unlink(tree_root, "d", 1, true), -ENOTEMPTY);
	CHECK_EQ(tree_root->ops->link(tree_root, "x", 1, d), -EPERM);
	CHECK_EQ(d->ops->link(d, "hard", 4, f), 0);
	CHECK_EQ(f->links, 2);
	CHECK_EQ(d->ops->link(d, "hard", 4, f), -EEXIST);
	CHECK_EQ(d->ops->unlink(d, "e", 1, true), 0);
	CHECK_EQ(d->links, 2);
	CHECK_EQ(d->ops->unlink(d, "hard", 4, false), 0);

	/* A removed directory accepts no new entries. */
	inode_get(d);
	CHECK_EQ(tree_root->ops->unlink(tree_root, "d", 1, true), 0);
	CHECK_EQ(d->ops->create(d, "x", 1, S_IFREG, 0, &f), -ENOENT);
	CHECK_EQ(d->ops->symlink(d, "x", 1, "y"), -ENOENT);
	inode_put(d);
	tree_drop();
}

/* Each allocation fails in turn. */
static void without_memory(void)
{
	for (long after = 0; after < 30; after++) {
		struct path_base base;
		struct uio u = uio_kernel(buffer, 9000);
		struct inode *i, *d;

		tree_make();
		d = tree_add("/d", S_IFDIR | 0755);
		base = (struct path_base){.root = tree_root, .from = tree_root};
		host_kmem_fail_after(after);
		if (d->ops->create(d, "f", 1, S_IFREG, 0, &i) == 0) {
			i->ops->write(i, 1 << 20, &u);
			inode_put(i);
		}
		d->ops->symlink(d, "s", 1, "f");
		for (char name = 'g'; name <= 'z'; name++)
			if (d->ops->create(d, &name, 1, S_IFDIR, 0, &i) == 0)
				inode_put(i);
		if (path_find(&base, "/d/s", true, &i) == 0)
			inode_put(i);
		host_kmem_fail_after(-1);
		tree_drop();
	}
}

int main(void)
{
	host_boot(16);
	for (uint64_t seed = 0; seed < 40; seed++)
		file_history(seed);
	for (uint64_t seed = 0; seed < 20; seed++)
		directory_history(seed);
	file_limits();
	unlinked_while_open();
	directory_rules();
	without_memory();
	return 0;
}
