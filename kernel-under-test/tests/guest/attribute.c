/* What changes of a file when something else of it does: times, and bits that give privileges. */
#include "guest.h"

#define AT "/tmp/attribute"

static struct stat look(const char *path)
{
	struct stat st = {0};

	lstat(path, &st);
	return st;
}

static bool later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static bool is(struct timespec a, struct timespec b)
{
	return !later(a, b) && !later(b, a);
}

/* Linux's files know the time of the last tick. */
static struct stat look_a_tick_later(const char *path)
{
	struct stat st = look(path);

	usleep(20000);
	return st;
}

static void times(void)
{
	struct timespec old[2] = {{1000, 0}, {2000, 0}};
	struct stat st;

	put_file(AT "/a", "text");
	st = look_a_tick_later(AT "/a");
	link(AT "/a", AT "/b");
	holds("a name more: changed", later(look(AT "/a").st_ctim, st.st_ctim));
	holds("but not its contents", is(look(AT "/a").st_mtim, st.st_mtim));
	st = look_a_tick_later(AT "/a");
	unlink(AT "/b");
	holds("a name less", later(look(AT "/a").st_ctim, st.st_ctim));
	st = look_a_tick_later(AT "/a");
	rename(AT "/a", AT "/b");
	holds("another name", later(look(AT "/b").st_ctim, st.st_ctim));
	put_file(AT "/a", "more"), link(AT "/a", AT "/c");
	st = look_a_tick_later(AT "/c");
	rename(AT "/b", AT "/a");
	holds("one taken away by a rename", later(look(AT "/c").st_ctim, st.st_ctim));
	st = look_a_tick_later(AT "/c");
	chmod(AT "/c", 0600);
	holds("another mode", later(look(AT "/c").st_ctim, st.st_ctim));
	holds("is no change of the contents", is(look(AT "/c").st_mtim, st.st_mtim));
	utimensat(AT_FDCWD, AT, old, 0);
	same("a directory's time is set", look(AT).st_mtime, 2000);
	unlink(AT "/c");
	holds("a name in it", look(AT).st_mtime > 2000);
}

static unsigned int bits_after(const char *path, unsigned int bits, void (*fn)(void))
{
	chmod(path, bits);
	if (status_of(fn))
		return 1;
	return look(path).st_mode & 07777;
}

#define FILE AT "/set"

static void user(void)
{
	child_needs(setgid(1000) == 0 && setuid(1000) == 0);
}

static void writes(void)
{
	int fd;

	user();
	fd = open(FILE, O_WRONLY);
	child_needs(write(fd, "x", 1) == 1);
}

static void cuts(void)
{
	user();
	child_needs(truncate(FILE, 1) == 0);
}

static void opens_to_cut(void)
{
	user();
	child_needs(open(FILE, O_WRONLY | O_TRUNC) >= 0);
}

static void writes_as_root(void)
{
	int fd = open(FILE, O_WRONLY);

	child_needs(write(fd, "x", 1) == 1);
}

static int held;

static void writes_what_is_held(void)
{
	user();
	child_needs(write(held, "x", 1) == 1);
}

static void privileges(void)
{
	put_file(FILE, "#!/bin/true\n");
	same("a write", bits_after(FILE, 04777, writes), 0777);
	same("of the group's too", bits_after(FILE, 06777, writes), 0777);
	same("of a group that one is not in", bits_after(FILE, 02767, writes), 0767);
	chown(FILE, 0, 1000);
	same("of one's own it stays", bits_after(FILE, 02767, writes), 02767);
	same("a cut", bits_after(FILE, 06777, cuts), 0777);
	same("a cut on the way in", bits_after(FILE, 06777, opens_to_cut), 0777);
	same("root's", bits_after(FILE, 06777, writes_as_root), 06777);
	chmod(FILE, 0777);
	held = open(FILE, O_WRONLY);
	same("one open before", bits_after(FILE, 04777, writes_what_is_held), 0777);
	close(held);
	unlink(FILE);
}

static void owns_nothing(void)
{
	user();
	child_needs(RAW(SYS_chown, AT "/roots", -1, -1) == 0);
	child_needs(RAW(SYS_chown, AT "/roots", 1000, -1) == -EPERM);
	child_needs(RAW(SYS_chown, AT "/roots", -1, 0) == -EPERM);
	child_needs(RAW(SYS_chown, AT "/rootset", -1, -1) == -EPERM);
}

/* Another's directory in one's own: it has a name that one may move, but not to another place. */
static void moves(void)
{
	user();
	child_needs(RAW(SYS_rename, AT "/mine/his", AT "/mine/other") == 0);
	child_needs(RAW(SYS_rename, AT "/mine/other", AT "/yours/other") == -EACCES);
	child_needs(RAW(SYS_rename, AT "/mine/file", AT "/yours/file") == 0);
}

static void owners(void)
{
	put_file(AT "/roots", ""), put_file(AT "/rootset", "");
	chmod(AT "/rootset", 04755);
	same("chown to nobody else", status_of(owns_nothing), 0);
	unlink(AT "/roots"), unlink(AT "/rootset");
	mkdir(AT "/mine", 0755), mkdir(AT "/mine/his", 0755), mkdir(AT "/yours", 0755);
	put_file(AT "/mine/file", "");
	chown(AT "/mine", 1000, 1000), chown(AT "/yours", 1000, 1000);
	same("a directory that is not to be written to", status_of(moves), 0);
	unlink(AT "/yours/file"), rmdir(AT "/mine/other"), rmdir(AT "/mine"), rmdir(AT "/yours");
}

static void run(void)
{
	mkdir(AT, 0755);
	times();
	privileges();
	owners();
	unlink(AT "/a"), unlink(AT "/b");
	rmdir(AT);
}

const struct suite attribute_suite = {"attribute", run};
