/* File systems with flags of their own, locks that meet, and the older and rarer calls on files. */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <utime.h>

#define AT "/tmp/ro"

static void as_user(void)
{
	child_needs(setuid(1000) == 0);
	child_needs(RAW(SYS_access, AT "/file", W_OK) == -EROFS);
	child_needs(RAW(SYS_open, AT "/file", O_WRONLY) == -EROFS);
	child_needs(RAW(SYS_mkdir, AT "/new", 0700) == -EROFS);
}

static void read_only(void)
{
	struct stat here, there, below;
	struct statfs fs;

	mkdir(AT, 0755);
	same("mount", mount("none", AT, "tmpfs", 0, ""), 0);
	put_file(AT "/file", "text");
	mkdir(AT "/dir", 0755);
	stat("/tmp", &here), stat(AT, &there), stat(AT "/file", &below);
	holds("a number of its own", here.st_dev != there.st_dev && there.st_dev == below.st_dev);
	put_file("/tmp/outside", "x");
	same("no link out", RAW(SYS_link, AT "/file", "/tmp/in"), -EXDEV);
	same("no way out", RAW(SYS_rename, AT "/file", "/tmp/in"), -EXDEV);
	same("read-only", mount("none", AT, "", MS_REMOUNT | MS_RDONLY | MS_NODEV, ""), 0);
	holds("is told", statfs(AT, &fs) == 0 &&
				 (fs.f_flags & (MS_RDONLY | MS_NODEV)) == (MS_RDONLY | MS_NODEV));
	same("open to write", RAW(SYS_open, AT "/file", O_RDWR), -EROFS);
	same("open to cut", RAW(SYS_open, AT "/file", O_RDONLY | O_TRUNC), -EROFS);
	same("create", RAW(SYS_open, AT "/new", O_CREAT | O_RDWR, 0600), -EROFS);
	same("create what is there", RAW(SYS_mkdir, AT "/dir", 0700), -EEXIST);
	same("mkdir", RAW(SYS_mkdir, AT "/new", 0700), -EROFS);
	same("mknod", RAW(SYS_mknod, AT "/new", S_IFIFO | 0600, 0), -EROFS);
	same("symlink", RAW(SYS_symlink, "a", AT "/new"), -EROFS);
	same("link", RAW(SYS_link, AT "/file", AT "/new"), -EROFS);
	same("rename", RAW(SYS_rename, AT "/file", AT "/new"), -EROFS);
	same("unlink", RAW(SYS_unlink, AT "/none"), -EROFS);
	same("rmdir", RAW(SYS_rmdir, AT "/dir"), -EROFS);
	same("truncate", RAW(SYS_truncate, AT "/file", 0), -EROFS);
	same("chmod", RAW(SYS_chmod, AT "/file", 0600), -EROFS);
	same("chown", RAW(SYS_chown, AT "/file", 1, 1), -EROFS);
	same("utime", RAW(SYS_utime, AT "/file", NULL), -EROFS);
	same("access", RAW(SYS_access, AT "/file", W_OK), -EROFS);
	same("setxattr", RAW(SYS_setxattr, AT "/file", "trusted.a", "b", 1, 0), -EROFS);
	same("a user's", status_of(as_user), 0);
	same("again", mount("none", AT, "", MS_REMOUNT | MS_NOEXEC | MS_NODEV, ""), 0);
	same("mkdir again", mkdir(AT "/new", 0700), 0);
	same("a device", mknod(AT "/null", S_IFCHR | 0600, 0x103), 0);
	same("can't be opened", RAW(SYS_open, AT "/null", O_RDONLY), -EACCES);
	chmod(AT "/file", 0755);
	same("a program can't run", RAW(SYS_execve, AT "/file", NULL, NULL), -EACCES);
	same("a place in use", RAW(SYS_rename, AT, "/tmp/other"), -EBUSY);
	same("unmount", umount(AT), 0);
	unlink("/tmp/outside"), rmdir(AT);
}

static struct flock range(int type, off_t start, off_t len)
{
	return (struct flock){
		.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
}

static int lock_fd;

/* What another process would run into. */
static void sees_one(void)
{
	struct flock l = range(F_WRLCK, 5, 0);

	child_needs(fcntl(lock_fd, F_GETLK, &l) == 0);
	child_needs(l.l_type == F_WRLCK && l.l_start == 5 && l.l_len == 15);
	l = range(F_RDLCK, 30, 0);
	child_needs(fcntl(lock_fd, F_GETLK, &l) == 0 && l.l_type == F_UNLCK);
}

static void deadlock(void)
{
	struct flock first = range(F_WRLCK, 100, 1), second = range(F_WRLCK, 200, 1);
	int ready[2], err, status;
	pid_t child;

	pipe(ready);
	fcntl(lock_fd, F_SETLK, &first);
	child = fork();
	if (child == 0) {
		child_needs(fcntl(lock_fd, F_SETLK, &second) == 0);
		write(ready[1], "", 1);
		child_needs(fcntl(lock_fd, F_SETLKW, &first) == 0);
		_exit(0);
	}
	read(ready[0], &err, 1);
	usleep(50000);
	same("each waits for the other", RAW(SYS_fcntl, lock_fd, F_SETLKW, &second), -EDEADLK);
	first.l_type = F_UNLCK;
	fcntl(lock_fd, F_SETLK, &first);
	waitpid(child, &status, 0);
	same("one goes on", status, 0);
	close(ready[0]), close(ready[1]);
}

/* Two processes hand two locks to each other: each waits, and neither for ever. */
static void hand_over(void)
{
	struct flock a = range(F_WRLCK, 400, 1), b = range(F_WRLCK, 401, 1);
	struct flock no_a = range(F_UNLCK, 400, 1), no_b = range(F_UNLCK, 401, 1);
	int ready[2], status;
	pid_t child;
	char c;

	pipe(ready);
	fcntl(lock_fd, F_SETLK, &a);
	child = fork();
	if (child == 0) {
		child_needs(fcntl(lock_fd, F_SETLK, &b) == 0);
		write(ready[1], "", 1);
		child_needs(fcntl(lock_fd, F_SETLKW, &a) == 0);
		child_needs(fcntl(lock_fd, F_SETLK, &no_b) == 0);
		_exit(0);
	}
	read(ready[0], &c, 1);
	usleep(50000);
	/* The child is woken here, and has not run when it is asked what it waits for. */
	fcntl(lock_fd, F_SETLK, &no_a);
	same("handed over", RAW(SYS_fcntl, lock_fd, F_SETLKW, &b), 0);
	waitpid(child, &status, 0);
	same("and taken", status, 0);
	fcntl(lock_fd, F_SETLK, &no_b);
	close(ready[0]), close(ready[1]);
}

static void locks(void)
{
	struct flock a = range(F_WRLCK, 10, 10), b = range(F_WRLCK, 5, 5), r = range(F_RDLCK, 0, 5);
	int other;

	lock_fd = open("/tmp/locked", O_RDWR | O_CREAT, 0600);
	fcntl(lock_fd, F_SETLK, &a), fcntl(lock_fd, F_SETLK, &r);
	same("next to it", fcntl(lock_fd, F_SETLK, &b), 0);
	same("are one", status_of(sees_one), 0);
	same("flock is another matter", flock(lock_fd, LOCK_EX | LOCK_NB), 0);
	deadlock();
	hand_over();
	other = open("/tmp/locked", O_RDWR);
	a = range(F_WRLCK, 300, 1);
	same("of the open file", fcntl(lock_fd, F_OFD_SETLK, &a), 0);
	same("not of another", RAW(SYS_fcntl, other, F_OFD_SETLK, &a), -EAGAIN);
	same("who has it", fcntl(other, F_OFD_GETLK, &a) ? -1 : a.l_pid, -1);
	same("a process named", RAW(SYS_fcntl, other, F_OFD_SETLK, &a), -EINVAL);
	close(other), close(lock_fd);
	unlink("/tmp/locked");
}

static void times(void)
{
	struct timeval tv[2] = {{1000, 500}, {2000, 600}};
	struct utimbuf t = {3000, 4000};
	struct stat st;

	put_file("/tmp/timed", "x");
	same("utimes", RAW(SYS_utimes, "/tmp/timed", tv), 0);
	stat("/tmp/timed", &st);
	holds("to the microsecond", st.st_atim.tv_nsec == 500000 && st.st_mtim.tv_sec == 2000);
	same("utime", RAW(SYS_utime, "/tmp/timed", &t), 0);
	stat("/tmp/timed", &st);
	holds("to the second", st.st_atime == 3000 && st.st_mtime == 4000 && !st.st_mtim.tv_nsec);
	memset(tv, 0, sizeof(tv));
	utimes("/tmp/timed", tv);
	stat("/tmp/timed", &st);
	same("at the beginning", st.st_mtime, 0);
	tv[0].tv_usec = 1000000;
	same("too many", RAW(SYS_futimesat, AT_FDCWD, "/tmp/timed", tv), -EINVAL);
	same("a bad address", RAW(SYS_utimes, "/tmp/timed", 8), -EFAULT);
	same("none such", RAW(SYS_utime, "/tmp/no", NULL), -ENOENT);
	unlink("/tmp/timed");
}

static void own_descriptors(void)
{
	child_needs(setuid(1000) == 0);
	child_needs(access("/tmp/proc/self/fd/0", F_OK) == 0);
}

/* A file made in a directory with the bit, by who is not of that group. */
static void group_bit(void)
{
	struct stat st;

	child_needs(setgid(1000) == 0 && setuid(1000) == 0);
	close(open("/tmp/group/file", O_CREAT | O_RDWR, 02770));
	child_needs(stat("/tmp/group/file", &st) == 0 && st.st_gid == 77);
	child_needs((st.st_mode & 07777) == 0750);
}

struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t len;
	uint8_t type;
	char name[];
};

/* As programs do before they run another: a few names at a time, and each is closed. */
static void all_closed(void)
{
	char some[96] __attribute__((aligned(8)));
	int dir, last = 0;
	long n;

	for (int i = 0; i < 40; i++)
		last = open("/dev/null", O_RDONLY);
	dir = open("/tmp/proc/self/fd", O_RDONLY);
	while ((n = RAW(SYS_getdents64, dir, some, sizeof(some))) > 0) {
		for (long at = 0; at < n; at += ((struct entry *)(some + at))->len) {
			const char *name = ((struct entry *)(some + at))->name;

			if (name[0] != '.' && atoi(name) > 2 && atoi(name) != dir)
				close(atoi(name));
		}
	}
	child_needs(n == 0 && last > 40);
	for (int i = 3; i <= last; i++)
		child_needs(fcntl(i, F_GETFD) < 0);
}

/* Where it is already: it may lie there twice or not, but has a name, and a way out. */
static void mounted_on_itself(void)
{
	char name[64];

	mount("none", "/tmp/proc", "proc", 0, "");
	mount("none", "/tmp/proc", "proc", 0, "");
	child_needs(chdir("/tmp/proc") == 0);
	child_needs(RAW(SYS_getcwd, name, sizeof(name)) == sizeof("/tmp/proc"));
	child_needs(access("../proc/self/stat", F_OK) == 0);
	child_needs(chdir("/") == 0 && umount("/tmp/proc") == 0);
	umount("/tmp/proc");
	child_needs(rmdir("/tmp/proc") == 0);
}

/* One on the other, and round again: whatever of it is refused, nobody walks for ever. */
static void mounted_round(void)
{
	static const char *const at[] = {"/tmp/r1", "/tmp/r1", "/tmp/r2", "/tmp/r1", "/tmp/r2/self"};
	char name[64];

	mkdir("/tmp/r1", 0700), mkdir("/tmp/r2", 0700);
	for (int i = 0; i < 5; i++) {
		mount("none", at[i], i % 2 ? "devpts" : "proc", 0, "");
		mount("none", at[i], i % 2 ? "proc" : "devpts", 0, "");
	}
	mount("/tmp/r1", "/tmp/r2", NULL, MS_MOVE, NULL);
	for (int i = 0; i < 2; i++) {
		child_needs(chdir(at[2 * i]) == 0);
		child_needs(RAW(SYS_getcwd, name, sizeof(name)) > 1);
		child_needs(access("..", F_OK) == 0);
	}
	child_needs(chdir("/") == 0);
	for (int i = 0; i < 10; i++)
		umount2("/tmp/r1", MNT_DETACH), umount2("/tmp/r2", MNT_DETACH);
	rmdir("/tmp/r1"), rmdir("/tmp/r2");
}

static void various(void)
{
	int fd = open("/tmp/rare", O_RDWR | O_CREAT, 0600), dir = open("/tmp", O_RDONLY), ends[2];
	struct statx x;

	pipe(ends);
	same("copy from a pipe", RAW(SYS_copy_file_range, ends[0], 0, fd, 0, 1, 0), -EINVAL);
	same("copy to a directory", RAW(SYS_copy_file_range, fd, 0, dir, 0, 1, 0), -EISDIR);
	same("statx of a pipe", RAW(SYS_statx, ends[0], "", AT_EMPTY_PATH, STATX_TYPE, &x), 0);
	same("is one", x.stx_mode & S_IFMT, S_IFIFO);
	same("unknown bits", RAW(SYS_statx, fd, "", AT_EMPTY_PATH, 0x80000000, &x), -EINVAL);
	same("unknown flags", RAW(SYS_statx, fd, "", AT_EMPTY_PATH | 1, STATX_TYPE, &x), -EINVAL);
	same("no sharing", RAW(SYS_ioctl, fd, 0x40049409, fd), -EOPNOTSUPP);
	mkdir("/tmp/group", 0777), chown("/tmp/group", 0, 77), chmod("/tmp/group", 02777);
	same("of another group", status_of(group_bit), 0);
	unlink("/tmp/group/file"), rmdir("/tmp/group");
	mkdir("/tmp/proc", 0755);
	mount("none", "/tmp/proc", "proc", 0, "");
	same("one's own descriptors", status_of(own_descriptors), 0);
	same("closed while they are listed", status_of(all_closed), 0);
	umount("/tmp/proc");
	same("procfs on itself", status_of(mounted_on_itself), 0);
	same("round each other", status_of(mounted_round), 0);
	close(fd), close(dir), close(ends[0]), close(ends[1]);
	unlink("/tmp/rare");
}

static void rarer(void)
{
	int fd = open("/tmp/rare", O_RDWR | O_CREAT, 0600), path, ends[2], set;
	struct timespec soon = {0, 1000000};
	struct epoll_event e;
	char text[16], *m;
	off_t before = -1;

	pipe(ends);
	ftruncate(fd, 8192);
	m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	same("msync", RAW(SYS_msync, m, 8192, MS_SYNC), 0);
	same("both ways", RAW(SYS_msync, m, 8192, MS_SYNC | MS_ASYNC), -EINVAL);
	same("inside a page", RAW(SYS_msync, m + 1, 1, MS_SYNC), -EINVAL);
	munmap(m + 4096, 4096);
	same("with a hole", RAW(SYS_msync, m, 8192, MS_ASYNC), -ENOMEM);
	munmap(m, 4096);
	same("fadvise", RAW(SYS_fadvise64, fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	same("no such advice", RAW(SYS_fadvise64, fd, 0, 0, 6), -EINVAL);
	same("of a pipe", RAW(SYS_fadvise64, ends[0], 0, 0, 0), -ESPIPE);
	same("readahead", RAW(SYS_readahead, fd, 0, 4096), 0);
	same("ahead in a pipe", RAW(SYS_readahead, ends[0], 0, 1), -EINVAL);
	same("sync_file_range", RAW(SYS_sync_file_range, fd, 0, 0, 7), 0);
	same("sync of a pipe", RAW(SYS_sync_file_range, ends[1], 0, 0, 0), -ESPIPE);
	same("fsync of a pipe", RAW(SYS_fsync, ends[1]), -EINVAL);
	same("sendfile from before", RAW(SYS_sendfile, ends[1], fd, &before, 1), -EINVAL);
	path = open("/tmp/rare", O_PATH);
	same("map a path", RAW(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, path, 0), -EBADF);
	same("map nothing", RAW(SYS_mmap, 0, 0, PROT_READ, MAP_PRIVATE, 99, 0), -EBADF);
	same("an unknown way",
	     RAW(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED_VALIDATE | 1 << 21, fd, 0), -EOPNOTSUPP);
	close(path);
	symlink("rare", "/tmp/link");
	path = open("/tmp/link", O_PATH | O_NOFOLLOW);
	same("the link itself", RAW(SYS_readlinkat, path, "", text, sizeof(text)), 4);
	set = epoll_create1(0);
	same("watch a path", RAW(SYS_epoll_ctl, set, EPOLL_CTL_ADD, path, &e), -EBADF);
	same("epoll_pwait2", RAW(SYS_epoll_pwait2, set, &e, 1, &soon, NULL, 8), 0);
	soon.tv_nsec = 1000000000;
	same("a bad time", RAW(SYS_epoll_pwait2, set, &e, 1, &soon, NULL, 8), -EINVAL);
	same("an unknown flag", RAW(SYS_fchownat, AT_FDCWD, "/tmp", 0, 0, 2), -EINVAL);
	close(path), close(set), close(fd), close(ends[0]), close(ends[1]);
	unlink("/tmp/link"), unlink("/tmp/rare");
}

/* Who watches /proc/mounts is told once of each change. */
static void watched(void)
{
	int proc = mount("proc", "/proc", "proc", 0, ""), set = epoll_create1(0);
	int fd = open("/proc/self/mountinfo", O_RDONLY), plain = open("/proc/self/status", O_RDONLY);
	struct pollfd p = {fd, POLLIN | POLLPRI, 0};
	struct epoll_event e = {.events = EPOLLPRI};

	same("proc", proc, 0);
	same("always to be read", poll(&p, 1, 0) == 1 ? p.revents : -1, POLLIN);
	same("watch it", epoll_ctl(set, EPOLL_CTL_ADD, fd, &e), 0);
	same("not others", RAW(SYS_epoll_ctl, set, EPOLL_CTL_ADD, plain, &e), -EPERM);
	same("nothing yet", epoll_wait(set, &e, 1, 0), 0);
	if (fork() == 0) {
		usleep(20000);
		mkdir("/tmp/watched", 0700);
		_exit(mount("none", "/tmp/watched", "tmpfs", 0, ""));
	}
	same("mounted", epoll_wait(set, &e, 1, 5000), 1);
	same("said so", e.events, EPOLLPRI | EPOLLERR);
	same("once", epoll_wait(set, &e, 1, 0), 0);
	wait(NULL);
	umount("/tmp/watched");
	same("unmounted", poll(&p, 1, 0) == 1 ? p.revents : -1, POLLIN | POLLPRI | POLLERR);
	same("once", poll(&p, 1, 0) == 1 ? p.revents : -1, POLLIN);
	close(fd), close(set), close(plain);
	rmdir("/tmp/watched"), umount("/proc");
}

static void run(void)
{
	read_only();
	locks();
	times();
	rarer();
	various();
	watched();
}

const struct suite mount_suite = {"mount", run};
