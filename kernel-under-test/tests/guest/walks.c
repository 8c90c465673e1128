/* Paths that are walked on some CPUs while others change what lies on the way. */
#include "guest.h"
#include "threads.h"

#define LOOKERS 3
#define NAMES	40

/* Shared by all: whether the changer is done, and how often something was found. */
static atomic_long *done, *found;

static ino_t kept;

static void name_of(char path[32], int i)
{
	snprintf(path, 32, "/walk/d/n%d", i);
}

/* A name that is always there, whatever becomes of those beside it. */
static void look_at_kept(void)
{
	struct stat st;
	char target[8];
	int fd;

	child_needs(stat("/walk/d/kept", &st) == 0 && st.st_ino == kept);
	child_needs(access("/walk/d/kept", R_OK) == 0);
	child_needs(readlink("/walk/link", target, sizeof(target)) == 6);
	fd = open("/walk/d/kept", O_RDWR);
	child_needs(fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == kept);
	child_needs(close(fd) == 0);
}

/* The same by links, and up and down; one that never is there is not. */
static void look_around(void)
{
	struct stat st;

	child_needs(stat("/walk/link", &st) == 0 && st.st_ino == kept);
	child_needs(stat("/walk/m/../d/../link", &st) == 0 && st.st_ino == kept);
	child_needs(stat("/walk/d/link/kept", &st) == 0 && st.st_ino == kept);
	child_needs(stat("/walk/d/never", &st) < 0 && errno == ENOENT);
	child_needs(open("/walk/never/n0", O_RDONLY) < 0 && errno == ENOENT);
	child_needs(access("/walk/nowhere", F_OK) < 0 && errno == ENOENT);
}

/* One that others are moved to: what it leads to is this or that, but whole. */
static void look_at_moved(void)
{
	int fd = open("/walk/d/moved", O_RDONLY);
	char text[8] = "";

	child_needs(fd >= 0 && read(fd, text, sizeof(text)) == 5 && text[0] == 'w');
	child_needs(close(fd) == 0);
}

/* Those that come and go, a file system too: they are there, or they are not. */
static void look_at_others(int i)
{
	char path[32];
	struct stat st;
	int fd;

	name_of(path, i % NAMES);
	fd = open(path, O_RDWR);
	child_needs(fd >= 0 || errno == ENOENT);
	if (fd >= 0) {
		child_needs(write(fd, "more", 4) == 4 && fstat(fd, &st) == 0 && st.st_size == 4);
		child_needs(close(fd) == 0);
		atomic_fetch_add(found, 1);
	}
	child_needs(stat("/walk/dir/in", &st) == 0 || errno == ENOENT);
	fd = open("/walk/m/in", O_RDONLY);
	child_needs(fd >= 0 || errno == ENOENT);
	child_needs(fd < 0 || (fstat(fd, &st) == 0 && close(fd) == 0));
}

static int looker(int n)
{
	stay_on(n + 1);
	for (int i = n; !atomic_load(done); i++) {
		look_at_kept();
		look_around();
		look_at_moved();
		look_at_others(i);
	}
	return 0;
}

static void change_names(void)
{
	char path[32];

	for (int i = 0; i < NAMES; i++) {
		name_of(path, i);
		put_file(path, "");
	}
	put_file("/walk/new", "whole");
	rename("/walk/new", "/walk/d/moved");
	chmod("/walk/d", 0700);
	mkdir("/walk/dir", 0755);
	put_file("/walk/dir/in", "");
	chmod("/walk/d", 0755);
	for (int i = 0; i < NAMES; i++) {
		name_of(path, i);
		unlink(path);
	}
	unlink("/walk/dir/in");
	rmdir("/walk/dir");
}

/* Whoever has a file of it open keeps it, for a while. */
static bool change_mounts(void)
{
	if (mount("none", "/walk/m", "tmpfs", 0, NULL) < 0)
		return false;
	put_file("/walk/m/in", "");
	while (umount("/walk/m") < 0)
		if (errno != EBUSY)
			return false;
	return true;
}

/* A file without a name is what it was when its file system has gone. */
static void outlive(void)
{
	struct stat before, after;
	int fd;

	mount("none", "/walk/m", "tmpfs", 0, NULL);
	put_file("/walk/m/in", "");
	fd = open("/walk/m/in", O_RDONLY);
	unlink("/walk/m/in");
	holds("a file without a name is open", fstat(fd, &before) == 0);
	same("its file system is taken away", RAW(SYS_umount2, "/walk/m", MNT_DETACH), 0);
	holds("the file stays as it was", fstat(fd, &after) == 0 && after.st_dev == before.st_dev);
	close(fd);
}

static void run(void)
{
	atomic_long *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				  -1, 0);
	bool right = true, mounted = true;
	pid_t lookers[LOOKERS];
	struct stat st;
	int status;

	done = &words[0];
	found = &words[8];
	mkdir("/walk", 0755);
	mkdir("/walk/d", 0755);
	mkdir("/walk/m", 0755);
	put_file("/walk/d/kept", "kept");
	put_file("/walk/d/moved", "whole");
	holds("links are made", symlink("d/kept", "/walk/link") == 0 &&
					symlink("../m/../d", "/walk/d/link") == 0 &&
					symlink("kept/no", "/walk/nowhere") == 0);
	stat("/walk/d/kept", &st);
	kept = st.st_ino;
	for (int i = 0; i < LOOKERS; i++) {
		lookers[i] = fork();
		if (lookers[i] == 0)
			_exit(looker(i));
	}
	stay_on(0);
	for (int i = 0; i < 40 * effort; i++) {
		change_names();
		mounted &= change_mounts();
	}
	atomic_store(done, 1);
	for (int i = 0; i < LOOKERS; i++)
		right &= waitpid(lookers[i], &status, 0) == lookers[i] && !status;
	holds("names are found while those beside them come and go", right);
	holds("a file system comes and goes under those who look into it", mounted);
	holds("what comes and goes is found now and then", *found > 0 || cpu_count == 1);
	outlive();
	unlink("/walk/link");
	unlink("/walk/nowhere");
	unlink("/walk/d/link");
	unlink("/walk/d/kept");
	unlink("/walk/d/moved");
	holds("what was in a directory is gone", rmdir("/walk/d") == 0 && rmdir("/walk/m") == 0 &&
							 rmdir("/walk") == 0);
	munmap(words, 4096);
}

const struct suite walks_suite = {"walks", run};
