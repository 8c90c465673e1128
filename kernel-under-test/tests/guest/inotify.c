/* inotify: what is told, to whom, and in which order. */
#include "guest.h"

#include <sys/inotify.h>
#include <sys/ioctl.h>

#define AT "/tmp/watched"

static char text[512];
static uint32_t cookies[8];

/* All that is there to read, as "wd:mask:name ". */
static const char *events(int fd)
{
	_Alignas(8) char buffer[1024];
	ssize_t n = read(fd, buffer, sizeof(buffer));
	size_t at = 0, i = 0;

	text[0] = '\0';
	for (char *p = buffer; n > 0 && p < buffer + n;) {
		struct inotify_event *e = (void *)p;

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d:%x:%s ", e->wd, e->mask,
				       e->len ? e->name : "");
		cookies[i++ % 8] = e->cookie;
		p += sizeof(*e) + e->len;
	}
	return text;
}

static void expect(const char *name, int fd, const char *wanted)
{
	const char *got = events(fd);

	if (strcmp(got, wanted) != 0)
		fprintf(stderr, "%s: %s\n", name, got);
	holds(name, strcmp(got, wanted) == 0);
}

static void in_a_directory(int in)
{
	int wd = inotify_add_watch(in, AT, IN_ALL_EVENTS), fd, left;
	struct pollfd p = {in, POLLIN, 0};
	char c;

	same("the first watch", wd, 1);
	same("nothing yet", RAW(SYS_read, in, &c, 1), -EAGAIN);
	same("nothing to poll", poll(&p, 1, 0), 0);
	fd = open(AT "/file", O_RDWR | O_CREAT, 0600);
	same("something to poll", poll(&p, 1, 0), 1);
	same("bytes", ioctl(in, FIONREAD, &left) ? -1 : left, 64);
	same("no room", RAW(SYS_read, in, &c, 1), -EINVAL);
	expect("create and open", in, "1:100:file 1:20:file ");
	write(fd, "text", 4), write(fd, "more", 4);
	expect("modify, once", in, "1:2:file ");
	pread(fd, &c, 1, 0);
	expect("access", in, "1:1:file ");
	ftruncate(fd, 2), fchmod(fd, 0640);
	expect("cut, and mode", in, "1:2:file 1:4:file ");
	close(fd);
	expect("close", in, "1:8:file ");
	close(open(AT "/file", O_RDONLY));
	expect("open and close", in, "1:20:file 1:10:file ");
	close(creat(AT "/new", 0600)), unlink(AT "/new");
	expect("made, and not cut", in, "1:100:new 1:20:new 1:8:new 1:200:new ");
	rename(AT "/file", AT "/name");
	expect("rename", in, "1:40:file 1:80:name ");
	holds("one cookie", cookies[0] && cookies[0] == cookies[1]);
	mkdir(AT "/dir", 0700), symlink("x", AT "/link"), link(AT "/name", AT "/hard");
	expect("other kinds", in, "1:40000100:dir 1:100:link 1:100:hard ");
	rmdir(AT "/dir"), unlink(AT "/link"), unlink(AT "/hard");
	expect("taken away", in, "1:40000200:dir 1:200:link 1:200:hard ");
	rename(AT "/name", "/tmp/away");
	expect("moved out", in, "1:40:name ");
	rename("/tmp/away", AT "/name");
	expect("moved in", in, "1:80:name ");
	unlink(AT "/name");
	expect("deleted", in, "1:200:name ");
	same("one less", inotify_rm_watch(in, wd), 0);
	expect("no more", in, "1:8000: ");
	same("it is gone", RAW(SYS_inotify_rm_watch, in, wd), -EINVAL);
}

static void of_a_file(int in)
{
	int fd, wd;

	put_file(AT "/self", "text");
	fd = open(AT "/self", O_RDWR);
	wd = inotify_add_watch(in, AT "/self",
			       IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
	same("the next watch", wd, 2);
	same("the same again", inotify_add_watch(in, AT "/self", IN_MASK_ADD | IN_CLOSE), wd);
	same("not to be made",
	     RAW(SYS_inotify_add_watch, in, AT "/self", IN_MASK_CREATE | IN_CLOSE), -EEXIST);
	/* Opened before it was watched. */
	write(fd, "x", 1);
	rename(AT "/self", AT "/moved");
	expect("modify, move", in, "2:2: 2:800: ");
	unlink(AT "/moved");
	expect("still open", in, "2:4: ");
	close(fd);
	expect("closed, gone", in, "2:8: 2:400: 2:8000: ");
	put_file(AT "/once", "text");
	inotify_add_watch(in, AT "/once", IN_OPEN | IN_ONESHOT);
	close(open(AT "/once", O_RDONLY)), close(open(AT "/once", O_RDONLY));
	expect("once", in, "3:20: 3:8000: ");
	unlink(AT "/once");
	mkdir(AT "/dir", 0700);
	inotify_add_watch(in, AT "/dir", IN_DELETE_SELF | IN_CREATE);
	mkdir(AT "/dir/below", 0700), rmdir(AT "/dir/below"), rmdir(AT "/dir");
	expect("a directory", in, "4:40000100:below 4:400: 4:8000: ");
}

/* Nobody watches the directories that these are in. */
static void alone(void)
{
	int in = inotify_init1(IN_NONBLOCK);

	mkdir("/tmp/alone", 0700), put_file("/tmp/file-alone", "text");
	inotify_add_watch(in, "/tmp/alone", IN_ALL_EVENTS);
	inotify_add_watch(in, "/tmp/file-alone", IN_ALL_EVENTS);
	rename("/tmp/alone", "/tmp/other");
	link("/tmp/file-alone", "/tmp/file-linked");
	expect("moved, linked", in, "1:800: 2:4: ");
	rmdir("/tmp/other"), unlink("/tmp/file-linked"), unlink("/tmp/file-alone");
	expect("gone", in, "1:400: 1:8000: 2:4: 2:400: 2:8000: ");
	close(in);
}

static void refused(int in)
{
	int file = open("/tmp", O_RDONLY);

	put_file(AT "/file", "");
	same("no events", RAW(SYS_inotify_add_watch, in, AT, 0), -EINVAL);
	same("not there", RAW(SYS_inotify_add_watch, in, AT "/none", IN_OPEN), -ENOENT);
	same("no directory", RAW(SYS_inotify_add_watch, in, AT "/file", IN_OPEN | IN_ONLYDIR),
	     -ENOTDIR);
	same("not inotify", RAW(SYS_inotify_add_watch, file, AT, IN_OPEN), -EINVAL);
	same("not a file", RAW(SYS_inotify_add_watch, 99, AT, IN_OPEN), -EBADF);
	same("an unknown flag", RAW(SYS_inotify_init1, 1), -EINVAL);
	same("not to be written", RAW(SYS_write, in, "x", 1), -EBADF);
	same("on exec", fcntl(in, F_GETFD), FD_CLOEXEC);
	unlink(AT "/file");
	close(file);
}

static volatile int told, told_fd, told_code;

static void by_signal(int, siginfo_t *info, void *)
{
	told++;
	told_fd = info->si_fd;
	told_code = info->si_code;
}

static int told_by(int (*fn)(void))
{
	told = 0;
	return fn() ? -1 : told;
}

static int makes_name(void) { return mkdir("/tmp/signals/a", 0700); }
static int moves_name(void) { return rename("/tmp/signals/a", "/tmp/signals/b"); }
static int takes_name(void) { return rmdir("/tmp/signals/b"); }
static int changes_mode(void) { return chmod("/tmp/signals", 0711); }

/* F_NOTIFY, which is older. */
static void signals(void)
{
	struct sigaction action = {.sa_sigaction = by_signal, .sa_flags = SA_SIGINFO};
	int fd, file;

	mkdir("/tmp/signals", 0755);
	put_file("/tmp/signalled", "");
	sigaction(SIGRTMIN, &action, NULL);
	sigaction(SIGIO, &action, NULL);
	file = open("/tmp/signalled", O_RDONLY);
	fd = open("/tmp/signals", O_RDONLY);
	same("of no directory", RAW(SYS_fcntl, file, F_NOTIFY, DN_CREATE), -ENOTDIR);
	same("a name made", RAW(SYS_fcntl, fd, F_NOTIFY, DN_CREATE), 0);
	same("and nobody was named: the caller", RAW(SYS_fcntl, fd, F_GETOWN), getpid());
	same("is told", told_by(makes_name), 1);
	same("once", told_by(moves_name), 0);
	fcntl(fd, F_SETSIG, SIGRTMIN);
	same("more than once", RAW(SYS_fcntl, fd, F_NOTIFY, DN_RENAME | DN_MULTISHOT), 0);
	same("taken away is not renamed", told_by(takes_name), 0);
	makes_name();
	same("renamed", told_by(moves_name), 1);
	same("there", told_fd, fd);
	same("so", told_code, POLL_MSG);
	same("also this", RAW(SYS_fcntl, fd, F_NOTIFY, DN_DELETE | DN_ATTRIB | DN_MULTISHOT), 0);
	same("taken away", told_by(takes_name), 1);
	same("of the directory itself", told_by(changes_mode), 1);
	same("no more", RAW(SYS_fcntl, fd, F_NOTIFY, 0), 0);
	same("silence", told_by(makes_name), 0);
	fcntl(fd, F_NOTIFY, DN_RENAME | DN_MULTISHOT);
	close(fd);
	same("closed", told_by(moves_name), 0);
	close(file);
	takes_name();
	unlink("/tmp/signalled"), rmdir("/tmp/signals");
}

static void run(void)
{
	int in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	mkdir(AT, 0755);
	holds("an instance", in >= 0);
	in_a_directory(in);
	of_a_file(in);
	alone();
	refused(in);
	inotify_add_watch(in, AT, IN_ALL_EVENTS);
	close(in);
	rmdir(AT);
	signals();
}

const struct suite inotify_suite = {"inotify", run};
