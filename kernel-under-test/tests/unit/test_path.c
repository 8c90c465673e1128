/* Path resolution: cases, then random trees and paths compared with the host's Linux. */
#include "fs/path.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "linux_tree.h"
#include "tree.h"
#include "unit.h"

static struct inode *found(const char *path)
{
	struct inode *i;
	int err = tree_find(path, true, &i);

	if (err) {
		fprintf(stderr, "%s: %d\n", path, err);
		exit(1);
	}
	return i;
}

static int gives(const char *path)
{
	struct inode *i;

	return tree_find(path, true, &i);
}

static void by_hand(void)
{
	char name[NAME_LEN_MAX + 2], path[NAME_LEN_MAX + 8];
	struct inode *i;

	tree_make();
	tree_dir("/d");
	tree_dir("/d/e");
	tree_file("/d/f");
	tree_link("/to_d", "d");
	tree_link("/to_f", "/d/f");
	tree_link("/d/up", "../d/./e");
	tree_link("/loop", "loop");
	tree_link("/gone", "nowhere");
	tree_link("/slash", "d/f/");

	CHECK(found("/") == tree_root && found("/..") == tree_root && found("////") == tree_root);
	CHECK(found(".") == tree_root && found("d/../../..") == tree_root);
	CHECK(found("/d/f") == found("d//f") && found("/d/f") == found("to_d/../d/e/../f"));
	CHECK(found("to_f") == found("/d/f") && found("to_d/") == found("/d"));
	CHECK(found("/d/up") == found("/d/e") && found("/to_d/up/.") == found("/d/e"));
	CHECK_EQ(gives(""), -ENOENT);
	CHECK_EQ(gives("/x"), -ENOENT);
	CHECK_EQ(gives("/x/y"), -ENOENT);
	CHECK_EQ(gives("/gone"), -ENOENT);
	CHECK_EQ(gives("/d/f/"), -ENOTDIR);
	CHECK_EQ(gives("/d/f/."), -ENOTDIR);
	CHECK_EQ(gives("/d/f/x"), -ENOTDIR);
	CHECK_EQ(gives("to_f/"), -ENOTDIR);
	CHECK_EQ(gives("slash"), -ENOTDIR);
	CHECK_EQ(gives("loop"), -ELOOP);
	CHECK_EQ(gives("loop/x"), -ELOOP);
	CHECK_EQ(tree_find("loop", false, &i), 0);
	CHECK(inode_is(i, S_IFLNK));
	CHECK_EQ(tree_find("to_d", false, &i), 0);
	CHECK(inode_is(i, S_IFLNK));
	CHECK_EQ(tree_find("to_d/", false, &i), 0);
	CHECK(i == found("/d"));

	memset(name, 'n', sizeof(name));
	name[NAME_LEN_MAX] = '\0';
	snprintf(path, sizeof(path), "/%s", name);
	CHECK_EQ(gives(path), -ENOENT);
	tree_file(path);
	CHECK(found(path) != NULL);
	name[NAME_LEN_MAX] = 'n';
	name[NAME_LEN_MAX + 1] = '\0';
	CHECK_EQ(gives(name), -ENAMETOOLONG);
	CHECK_EQ(gives("/d/f/n"), -ENOTDIR);
	tree_drop();
}

/* A root below the file system's: nothing leads above it. */
static void another_root(void)
{
	struct path_base base;
	struct inode *d, *i;

	tree_make();
	tree_dir("/d");
	tree_dir("/d/e");
	tree_link("/d/to_root", "/");
	tree_link("/d/out", "../../../d");
	d = found("/d");
	base = (struct path_base){.root = d, .from = found("/d/e")};
	CHECK_EQ(path_find(&base, "../..", true, &i), 0);
	CHECK(i == d);
	inode_put(i);
	CHECK_EQ(path_find(&base, "/to_root/../e/..", true, &i), 0);
	CHECK(i == d);
	inode_put(i);
	CHECK_EQ(path_find(&base, "/out", true, &i), -ENOENT);
	tree_drop();
}

/* As many links in a row as Linux follows, and one more. */
static void chain(void)
{
	char path[16], target[16];

	tree_make();
	tree_file("/l0");
	for (int i = 1; i <= SYMLINKS_MAX + 1; i++) {
		snprintf(path, sizeof(path), "/l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		tree_link(path, target);
	}
	CHECK_EQ(SYMLINKS_MAX, 40);
	CHECK(found("l40") == found("l0"));
	CHECK_EQ(gives("l41"), -ELOOP);
	tree_drop();
}

static void parents(void)
{
	static const struct {
		const char *path;
		int err;
		const char *dir, *name;
		bool slash;
	} cases[] = {
		{"/d/x", 0, "/d", "x", false},	   {"d/x/", 0, "/d", "x", true},
		{"x", 0, "/", "x", false},	   {"//d//x///", 0, "/d", "x", true},
		{"to_d/x", 0, "/d", "x", false},   {"gone", 0, "/", "gone", false},
		{"/", -EEXIST, NULL, NULL, 0},	   {"", -ENOENT, NULL, NULL, 0},
		{"d/.", -EEXIST, NULL, NULL, 0},   {"d/..", -EEXIST, NULL, NULL, 0},
		{"d/../", -EEXIST, NULL, NULL, 0}, {"f/x", -ENOTDIR, NULL, NULL, 0},
		{"no/x", -ENOENT, NULL, NULL, 0},  {"gone/x", -ENOENT, NULL, NULL, 0},
	};

	tree_make();
	tree_dir("/d");
	tree_file("/f");
	tree_link("/to_d", "/d");
	tree_link("/gone", "nowhere");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct path_base base = {.root = tree_root, .from = tree_root};
		struct path_last last;

		CHECK_EQ(path_find_parent(&base, cases[i].path, &last), cases[i].err);
		if (cases[i].err)
			continue;
		CHECK(last.dir == found(cases[i].dir));
		CHECK_EQ(last.len, strlen(cases[i].name));
		CHECK(memcmp(last.name, cases[i].name, last.len) == 0);
		CHECK_EQ(last.slash, cases[i].slash);
		inode_put(last.dir);
	}
	tree_drop();
}

static void names(void)
{
	char out[64];

	tree_make();
	tree_dir("/a");
	tree_dir("/a/bc");
	tree_dir("/a/bc/d");
	CHECK_EQ(path_of_dir(tree_root, tree_root, out, sizeof(out)), 2);
	CHECK_STR(out, "/");
	CHECK_EQ(path_of_dir(tree_root, found("/a/bc/d"), out, sizeof(out)), 8);
	CHECK_STR(out, "/a/bc/d");
	CHECK_EQ(path_of_dir(tree_root, found("/a/bc/d"), out, 8), 8);
	CHECK_STR(out, "/a/bc/d");
	for (size_t size = 0; size < 8; size++)
		CHECK_EQ(path_of_dir(tree_root, found("/a/bc/d"), out, size), -ERANGE);
	CHECK_EQ(path_of_dir(tree_root, tree_root, out, 1), -ERANGE);

	struct inode *d = inode_get(found("/a/bc/d")), *bc = found("/a/bc");

	CHECK_EQ(bc->ops->unlink(bc, "d", 1, true), 0);
	CHECK_EQ(path_of_dir(tree_root, d, out, sizeof(out)), -ENOENT);
	inode_put(d);
	tree_drop();
}

/* A path of few distinct names, with dots, doubled and trailing slashes. */
static void some_path(uint64_t *seed, char *out, bool absolute)
{
	static const char *const part[] = {"a", "b", "c", "d", "a", "b", ".", "..", "x"};
	uint64_t n = rnd_below(seed, 5);

	*out = '\0';
	if (absolute || rnd_below(seed, 2))
		strcat(out, "/");
	for (uint64_t i = 0; i < n; i++) {
		strcat(out, part[rnd_below(seed, ARRAY_SIZE(part))]);
		if (i + 1 < n || rnd_below(seed, 4) == 0)
			strcat(out, rnd_below(seed, 8) ? "/" : "//");
	}
}

#define NODES 40

static void against_linux(uint64_t seed)
{
	struct {
		struct inode *ours;
		uint64_t theirs;
	} node[NODES];
	size_t nodes = 0;
	char path[128], target[64];

	tree_make();
	CHECK(linux_tree_make());
	node[nodes].ours = tree_root;
	CHECK_EQ(linux_find("/", true, &node[nodes++].theirs), 0);
	for (int i = 0; i < 30; i++) {
		static const char *const dirs[] = {"", "/a", "/b", "/a/b", "/b/c", "/a/b/d"};

		snprintf(path, sizeof(path), "%s/%c", dirs[rnd_below(&seed, ARRAY_SIZE(dirs))],
			 (char)('a' + rnd_below(&seed, 4)));
		some_path(&seed, target, false);
		switch (*target ? rnd_below(&seed, 3) : 0) {
		case 0:
			if (linux_dir(path))
				continue;
			tree_dir(path);
			break;
		case 1:
			if (linux_file(path))
				continue;
			tree_file(path);
			break;
		default:
			if (linux_link(path, target))
				continue;
			tree_link(path, target);
		}
		CHECK_EQ(tree_find(path, false, &node[nodes].ours), 0);
		CHECK_EQ(linux_find(path, false, &node[nodes++].theirs), 0);
	}
	for (int i = 0; i < 400; i++) {
		bool follow = rnd_below(&seed, 2);
		struct inode *ours = NULL;
		uint64_t theirs = 0;
		int err;
		size_t n = 0;

		some_path(&seed, path, false);
		err = linux_find(path, follow, &theirs);
		if (tree_find(path, follow, &ours) != err) {
			fprintf(stderr, "\"%s\"%s gives %d, on Linux %d\n", path,
				follow ? "" : " (not followed)", tree_find(path, follow, &ours),
				err);
			exit(1);
		}
		while (!err && node[n].ours != ours)
			CHECK(++n < nodes);
		if (!err)
			CHECK_EQ(node[n].theirs, theirs);
	}
	linux_tree_drop();
	tree_drop();
}

int main(void)
{
	host_boot(16);
	by_hand();
	another_root();
	chain();
	parents();
	names();
	if (!linux_tree_make()) {
		printf("  (path: this host has no openat2: not compared with Linux)\n");
		return 0;
	}
	linux_tree_drop();
	for (uint64_t seed = 0; seed < 150; seed++)
		against_linux(seed);
	return 0;
}
