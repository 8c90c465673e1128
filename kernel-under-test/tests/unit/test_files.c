/* File descriptor tables and open files. */
#include "fs/device.h"
#include "fs/file.h"
#include "host_kmem.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "tree.h"
#include "unit.h"

#define FILES_MAX 4096

struct model {
	struct files *table;
	struct file *file[FILES_MAX];
	bool cloexec[FILES_MAX];
};

static const struct file_ops nothing;

static struct file *some_file(void)
{
	struct file *f = file_alloc(&nothing, 0, NULL, NULL);

	CHECK(f != NULL);
	return f;
}

static int lowest_free(const struct model *m, uint32_t from)
{
	for (uint32_t fd = from; fd < FILES_MAX; fd++)
		if (!m->file[fd])
			return (int)fd;
	return -EMFILE;
}

static void check(const struct model *m)
{
	for (uint32_t fd = 0; fd < FILES_MAX + 70; fd++) {
		struct file *expected = fd < FILES_MAX ? m->file[fd] : NULL;

		CHECK(files_find(m->table, fd) == expected);
		if (expected)
			CHECK_EQ(files_is_cloexec(m->table, fd), m->cloexec[fd]);
	}
	CHECK(files_find(m->table, UINT64_MAX) == NULL);
}

static void step(struct model *m, uint64_t *seed)
{
	/* Mostly low descriptors, so that these fill up. */
	uint32_t fd = (uint32_t)rnd_below(seed, rnd_below(seed, 4) ? 90 : FILES_MAX);
	bool cloexec = rnd_below(seed, 2);
	struct file *f;
	int got;

	switch (rnd_below(seed, 6)) {
	case 0:
	case 1:
		fd = rnd_below(seed, 2) ? 0 : fd;
		f = some_file();
		got = files_add(m->table, f, fd, cloexec);
		CHECK_EQ(got, lowest_free(m, fd));
		if (got < 0) {
			file_put(f);
			break;
		}
		m->file[got] = f;
		m->cloexec[got] = cloexec;
		break;
	case 2:
		f = some_file();
		CHECK_EQ(files_replace(m->table, f, fd, cloexec), fd);
		m->file[fd] = f;
		m->cloexec[fd] = cloexec;
		break;
	case 3:
		if (!m->file[fd])
			break;
		files_set_cloexec(m->table, fd, cloexec);
		m->cloexec[fd] = cloexec;
		break;
	default:
		CHECK_EQ(files_close(m->table, fd), m->file[fd] ? 0 : -EBADF);
		m->file[fd] = NULL;
	}
}

static void history(uint64_t seed)
{
	static struct model m, copy;
	long live = host_kmem_live;

	memset(&m, 0, sizeof(m));
	m.table = files_create();
	m.table->limit = FILES_MAX;
	for (int i = 0; i < 500; i++)
		step(&m, &seed);
	check(&m);
	copy = m;
	copy.table = files_clone(m.table);
	check(&copy);
	for (int i = 0; i < 200; i++)
		step(&copy, &seed);
	check(&copy);
	check(&m);
	files_close_on_exec(copy.table);
	for (int fd = 0; fd < FILES_MAX; fd++)
		if (copy.cloexec[fd])
			copy.file[fd] = NULL;
	check(&copy);
	for (int i = 0; i < 100; i++)
		step(&copy, &seed);
	files_put(m.table);
	check(&copy);
	files_put(copy.table);
	CHECK_EQ(host_kmem_live, live);
}

static void full_table(void)
{
	struct files *t = files_create();
	struct file *f = some_file();

	for (int fd = 0; fd < FILES_SOFT_DEFAULT; fd++)
		CHECK_EQ(files_add(t, file_get(f), 0, false), fd);
	CHECK_EQ(files_add(t, f, 0, false), -EMFILE);
	t->limit = FILES_MAX;
	for (int fd = FILES_SOFT_DEFAULT; fd < FILES_MAX; fd++)
		CHECK_EQ(files_add(t, file_get(f), 0, false), fd);
	CHECK_EQ(files_add(t, f, 0, false), -EMFILE);
	CHECK_EQ(files_add(t, f, 700, false), -EMFILE);
	CHECK_EQ(files_close(t, 700), 0);
	CHECK_EQ(files_add(t, file_get(f), 0, false), 700);
	file_put(f);
	files_put(t);
}

static void open_files(void)
{
	struct inode *i;
	struct file *f;
	char text[8] = "abcdefg";
	struct uio u = uio_kernel(text, 7);

	tree_make();
	tree_dir("/d");
	i = tree_add("/f", S_IFREG | 0644);
	CHECK_EQ(file_open(i, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, &f), 0);
	CHECK_EQ(f->flags, O_RDWR | O_APPEND);
	CHECK_EQ(f->ops->write(f, &u), 7);
	CHECK_EQ(f->ops->seek(f, 2, 0), 2);
	u = uio_kernel(text, 7);
	CHECK_EQ(f->ops->write(f, &u), 7); /* at the end regardless */
	CHECK_EQ(i->size, 14);
	CHECK_EQ(f->ops->seek(f, -4, 2), 10);
	CHECK_EQ(f->ops->seek(f, -11, 1), -EINVAL);
	CHECK_EQ(f->ops->seek(f, INT64_MAX, 1), -EINVAL);
	CHECK_EQ(f->ops->seek(f, 0, 9), -EINVAL);
	CHECK_EQ(f->ops->seek(f, 0, 1), 10);
	u = uio_kernel(text, 7);
	CHECK_EQ(f->ops->read(f, &u), 4);
	CHECK(memcmp(text, "defg", 4) == 0);
	file_put(f);
	CHECK_EQ(file_open(i, O_RDWR | O_TRUNC, &f), 0);
	CHECK_EQ(i->size, 0);
	file_put(f);

	CHECK_EQ(tree_find("/d", true, &i), 0);
	CHECK_EQ(file_open(i, O_RDWR, &f), -EISDIR);
	CHECK_EQ(file_open(i, O_RDONLY | O_CREAT, &f), -EISDIR);
	CHECK_EQ(file_open(i, O_RDONLY, &f), 0);
	u = uio_kernel(text, 7);
	CHECK_EQ(f->ops->read(f, &u), -EISDIR);
	file_put(f);
	tree_link("/l", "f");
	CHECK_EQ(tree_find("/l", false, &i), 0);
	CHECK_EQ(file_open(i, O_RDONLY, &f), -ELOOP);
	CHECK_EQ(file_open(i, O_PATH, &f), 0);
	CHECK(!file_readable(f) && !file_writable(f));
	file_put(f);
	i = tree_add("/c", S_IFCHR | 0600);
	CHECK_EQ(file_open(i, O_RDONLY, &f), -ENXIO);
	tree_drop();
}

static void devices(void)
{
	static const struct file_ops ops;
	struct inode *i;
	struct file *f;

	device_register("thing", DEVICE(7, 9), 0640, &ops);
	CHECK(device_find(S_IFCHR, DEVICE(7, 9)) == &ops);
	CHECK(device_find(S_IFCHR, DEVICE(9, 7)) == NULL);
	tree_make();
	CHECK_EQ(device_populate(tree_root), 0);
	CHECK_EQ(device_populate(tree_root), 0); /* existing nodes stay */
	CHECK_EQ(tree_find("/thing", true, &i), 0);
	CHECK_EQ(i->mode, S_IFCHR | 0640);
	CHECK_EQ(file_open(i, O_RDWR, &f), 0);
	CHECK(f->ops == &ops);
	file_put(f);
	tree_drop();
}

static void without_memory(void)
{
	for (long after = 0; after < 8; after++) {
		long live = host_kmem_live;
		struct files *t, *copy = NULL;
		struct file *f = some_file();

		host_kmem_fail_after(after);
		t = files_create();
		if (t && files_add(t, file_get(f), 100, false) < 0)
			file_put(f);
		if (t)
			copy = files_clone(t);
		host_kmem_fail_after(-1);
		if (copy)
			files_put(copy);
		if (t)
			files_put(t);
		CHECK_EQ(f->refs, 1);
		file_put(f);
		CHECK_EQ(host_kmem_live, live);
	}
}

int main(void)
{
	host_boot(16);
	for (uint64_t seed = 0; seed < 40; seed++)
		history(seed);
	full_table();
	open_files();
	devices();
	without_memory();
	return 0;
}
