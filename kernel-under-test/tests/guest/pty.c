/* Pseudo terminals: both ends, lines, keys that mean signals, sessions, and hanging up. */
#include "guest.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>

/* For what must come; a machine that takes longer has failed. */
#define PATIENCE_MS 20000

static int master, slave;

static void open_both(void)
{
	int off = 0;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	ioctl(master, TIOCSPTLCK, &off);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
}

static void close_both(void)
{
	close(slave);
	close(master);
}

static void type(const char *text)
{
	write(master, text, strlen(text));
}

/* Whether the next bytes that come out of `fd` are `text`. */
static bool gives(int fd, const char *text)
{
	char got[256];
	size_t len = strlen(text), n = 0;

	while (n < len) {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t more = poll(&p, 1, PATIENCE_MS) == 1 ? read(fd, got + n, len - n) : -1;

		if (more <= 0)
			return false;
		n += (size_t)more;
	}
	return memcmp(got, text, len) == 0;
}

static int ready(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};

	poll(&p, 1, 0);
	return p.revents;
}

static void set_lflag(tcflag_t off, tcflag_t on)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_lflag = (t.c_lflag & ~off) | on;
	tcsetattr(slave, TCSANOW, &t);
}

static void names(void)
{
	int n = -1, other, locked = -1, off = 0;
	char path[32];
	struct stat st;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	holds("open /dev/ptmx", master >= 0);
	same("TIOCGPTN", ioctl(master, TIOCGPTN, &n), 0);
	same("TIOCGPTLCK", ioctl(master, TIOCGPTLCK, &locked), 0);
	same("it begins locked", locked, 1);
	snprintf(path, sizeof(path), "/dev/pts/%d", n);
	same("the slave has a node", stat(path, &st), 0);
	same("a character device", st.st_mode & S_IFMT, S_IFCHR);
	same("of its number", st.st_rdev, 136 << 8 | n);
	same("locked, it can't be opened", RAW(SYS_open, path, O_RDWR | O_NOCTTY), -EIO);
	same("TIOCSPTLCK", ioctl(master, TIOCSPTLCK, &off), 0);
	slave = open(path, O_RDWR | O_NOCTTY);
	holds("unlocked, it can", slave >= 0);
	same("it is a terminal", isatty(slave), 1);
	same("so is the master", isatty(master), 1);
	same("TIOCGPTN is not the slave's", RAW(SYS_ioctl, slave, TIOCGPTN, &n), -ENOTTY);
	other = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	same("another", ioctl(other, TIOCGPTN, &locked), 0);
	same("has the next number", locked, n + 1);
	close(other);
	same("names are the kernel's to make", RAW(SYS_mkdir, "/dev/pts/x", 0700), -EPERM);
	same("a missing one is not there", RAW(SYS_unlink, "/dev/pts/x"), -ENOENT);
	same("nor to be renamed", RAW(SYS_rename, "/dev/pts/x", "/dev/pts/y"), -ENOENT);
	same("and to remove", RAW(SYS_unlink, path), -EPERM);
	close_both();
	same("closed, the node is gone", RAW(SYS_open, path, O_RDWR), -ENOENT);
}

static void lines(void)
{
	struct pollfd p;
	char c[8];
	int n = -1;

	open_both();
	same("nothing to read", ready(slave), POLLOUT);
	same("nor at the master", ready(master), POLLOUT);
	type("ab");
	holds("what is typed is echoed", gives(master, "ab"));
	same("half a line can't be read", ready(slave), POLLOUT);
	type("\177c\r");
	holds("erased, and the line ended", gives(master, "\b \bc\r\n"));
	p = (struct pollfd){slave, POLLIN, 0};
	same("a line can be read", poll(&p, 1, PATIENCE_MS), 1);
	same("FIONREAD", ioctl(slave, FIONREAD, &n), 0);
	same("its length", n, 3);
	holds("the line", gives(slave, "ac\n"));
	type("xy\025z\n");
	holds("the whole line erased", gives(slave, "z\n"));
	holds("and so shown", gives(master, "xy\b \b\b \bz\r\n"));
	type("\001\n");
	holds("a control character is shown as two", gives(master, "^A\r\n"));
	holds("and is one", gives(slave, "\001\n"));
	type("end\004");
	holds("the end of a file hands over", gives(slave, "end"));
	holds("is not shown", gives(master, "end"));
	type("\004");
	p = (struct pollfd){slave, POLLIN, 0};
	poll(&p, 1, PATIENCE_MS);
	same("alone it is the end", read(slave, c, sizeof(c)), 0);
	write(slave, "one\ntwo", 7);
	holds("written lines end in two", gives(master, "one\r\ntwo"));
	close_both();
}

static void raw(void)
{
	struct termios t;
	char c[8];

	open_both();
	same("tcgetattr", tcgetattr(slave, &t), 0);
	same("lines at first", t.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
	cfmakeraw(&t);
	same("tcsetattr", tcsetattr(slave, TCSANOW, &t), 0);
	same("the master sees it", tcgetattr(master, &t), 0);
	same("raw", t.c_lflag & (ICANON | ECHO | ISIG), 0);
	type("\003\r");
	holds("keys come as they are", gives(slave, "\003\r"));
	write(slave, "a\n", 2);
	holds("so does output, and nothing was echoed", gives(master, "a\n"));
	fcntl(slave, F_SETFL, O_NONBLOCK);
	fcntl(master, F_SETFL, O_NONBLOCK);
	same("a read that would wait", RAW(SYS_read, slave, c, 1), -EAGAIN);
	same("of the master too", RAW(SYS_read, master, c, 1), -EAGAIN);
	for (int i = 0; i < 1000 && write(slave, t.c_cc, sizeof(t.c_cc)) > 0; i++)
		;
	for (int i = 0; i < 100000 && write(slave, t.c_cc, sizeof(t.c_cc)) > 0; i++)
		;
	same("a full one takes no more", errno, EAGAIN);
	same("nor says so", ready(slave) & POLLOUT, 0);
	while (read(master, c, sizeof(c)) > 0)
		;
	same("read empty", errno, EAGAIN);
	same("it takes more", ready(slave) & POLLOUT, POLLOUT);
	type("k");
	same("tcflush", tcflush(slave, TCIFLUSH), 0);
	same("what was typed is gone", RAW(SYS_read, slave, c, 1), -EAGAIN);
	same("tcdrain", tcdrain(slave), 0);
	close_both();
}

static void ends(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	int set = epoll_create1(0);
	char c[8];

	open_both();
	epoll_ctl(set, EPOLL_CTL_ADD, master, &e);
	same("nothing happens", epoll_wait(set, &e, 1, 0), 0);
	write(slave, "last", 4);
	same("epoll tells of output", epoll_wait(set, &e, 1, PATIENCE_MS), 1);
	close(slave);
	holds("what was written stays", gives(master, "last"));
	same("no slave: EIO", RAW(SYS_read, master, c, 1), -EIO);
	same("poll says so", ready(master) & POLLHUP, POLLHUP);
	same("epoll too", epoll_wait(set, &e, 1, 0) == 1 && (e.events & EPOLLHUP), 1);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	same("opened again", ready(master) & POLLHUP, 0);
	type("void\n");
	close(master);
	same("no master: the end", read(slave, c, sizeof(c)), 0);
	same("writing fails", RAW(SYS_write, slave, "x", 1), -EIO);
	same("so does asking", RAW(SYS_ioctl, slave, TIOCGWINSZ, c), -EIO);
	same("poll has it all", ready(slave), POLLIN | POLLOUT | POLLERR | POLLHUP);
	close(slave);
	close(set);
}

static volatile sig_atomic_t caught;

static void catch (int signo)
{
	caught = signo;
}

/* Sleeps until a signal was caught, which is blocked until then. */
static int next_signal(const sigset_t *set)
{
	struct timespec patience = {PATIENCE_MS / 1000, 0};

	return sigtimedwait(set, NULL, &patience);
}

static void say(const char *word)
{
	write(slave, word, strlen(word));
}

/* The leader of a session at the slave: tells over it what it sees. */
static void leader(void)
{
	const int signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP, SIGCONT};
	struct winsize w = {0, 0, 0, 0};
	sigset_t set;
	int fd, pgid = -1;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], catch);
	child_needs(setsid() == getpid());
	child_needs(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
	child_needs(RAW(SYS_ioctl, slave, TIOCGPGRP, &pgid) == -ENOTTY);
	child_needs(ioctl(slave, TIOCSCTTY, 0) == 0);
	child_needs(ioctl(slave, TIOCSCTTY, 0) == 0);
	child_needs(tcgetpgrp(slave) == getpid() && tcgetsid(slave) == getpid());
	fd = open("/dev/tty", O_RDWR);
	child_needs(fd >= 0 && write(fd, "mine;", 5) == 5);
	close(fd);
	child_needs(next_signal(&set) == SIGINT);
	say("int;");
	child_needs(next_signal(&set) == SIGQUIT);
	say("quit;");
	child_needs(next_signal(&set) == SIGTSTP);
	say("stop;");
	child_needs(next_signal(&set) == SIGWINCH);
	child_needs(ioctl(slave, TIOCGWINSZ, &w) == 0 && w.ws_row == 7 && w.ws_col == 70);
	say("size;");
	/* Both are there at once, the lower first. */
	child_needs(next_signal(&set) == SIGHUP);
	child_needs(next_signal(&set) == SIGCONT);
	child_needs(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
	child_needs(read(slave, &w, sizeof(w)) == 0);
}

static void sessions(void)
{
	struct winsize w = {.ws_row = 7, .ws_col = 70};
	int status = -1, pgid = 0;
	pid_t child;

	open_both();
	set_lflag(ECHO, 0);
	child = fork();
	if (child == 0) {
		close(master);
		leader();
		_exit(0);
	}
	holds("/dev/tty is the slave", gives(master, "mine;"));
	same("the master knows the group in front", ioctl(master, TIOCGPGRP, &pgid), 0);
	same("which is the leader's", pgid, child);
	same("it is not our terminal", RAW(SYS_ioctl, slave, TIOCGPGRP, &pgid), -ENOTTY);
	same("nor can it be", RAW(SYS_ioctl, slave, TIOCSPGRP, &child), -ENOTTY);
	type("\003");
	holds("^C", gives(master, "int;"));
	type("\034");
	holds("^\\", gives(master, "quit;"));
	type("\032");
	holds("^Z", gives(master, "stop;"));
	same("TIOCSWINSZ", ioctl(master, TIOCSWINSZ, &w), 0);
	holds("a new size is told", gives(master, "size;"));
	close_both();
	waitpid(child, &status, 0);
	same("hung up", status, 0);
}

/* One behind reads, and is stopped; in front, it gets the line. */
static void background(void)
{
	char c = 0;
	pid_t child;
	int status;

	signal(SIGTTOU, SIG_IGN);
	child_needs(setsid() == getpid());
	/* Opened by a leader without a terminal, it becomes that. */
	child_needs(open(ttyname(slave), O_RDWR) >= 0 && tcgetsid(slave) == getpid());
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		child_needs(read(slave, &c, 1) == 1 && c == 'b');
		_exit(0);
	}
	setpgid(child, child);
	child_needs(waitpid(child, &status, WUNTRACED) == child);
	child_needs(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
	child_needs(tcsetpgrp(slave, child) == 0 && tcgetpgrp(slave) == child);
	kill(child, SIGCONT);
	child_needs(waitpid(child, &status, 0) == child && status == 0);
	child_needs(tcsetpgrp(slave, getpid()) == 0);
	/* One that would not be stopped is told. */
	signal(SIGTTIN, SIG_IGN);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		child_needs(read(slave, &c, 1) == -1 && errno == EIO);
		_exit(0);
	}
	child_needs(waitpid(child, &status, 0) == child && status == 0);
}

static void jobs(void)
{
	open_both();
	type("b\n");
	same("a reader behind is stopped", status_of(background), 0);
	same("the session over, it is nobody's", RAW(SYS_ioctl, master, TIOCGSID, &(int){0}),
	     -ENOTTY);
	close_both();
}

static void given_up(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGCONT, catch);
	child_needs(setsid() == getpid());
	child_needs(RAW(SYS_ioctl, slave, TIOCNOTTY) == -ENOTTY);
	child_needs(ioctl(slave, TIOCSCTTY, 0) == 0);
	child_needs(ioctl(slave, TIOCNOTTY) == 0);
	child_needs(next_signal(&set) == SIGHUP && next_signal(&set) == SIGCONT);
	child_needs(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
}

static void run(void)
{
	mkdir("/dev/pts", 0755);
	mknod("/dev/ptmx", S_IFCHR | 0666, 5 << 8 | 2);
	mknod("/dev/tty", S_IFCHR | 0666, 5 << 8);
	same("mount devpts", mount("devpts", "/dev/pts", "devpts", 0, NULL), 0);
	names();
	lines();
	raw();
	ends();
	sessions();
	jobs();
	open_both();
	same("a terminal given up", status_of(given_up), 0);
	close_both();
	same("unmount devpts", umount("/dev/pts"), 0);
}

const struct suite pty_suite = {"pty", run, .needs_proc = true};
