/* What keys do on a terminal, and who may use it from the background. */
#include "guest.h"

#include <sys/ioctl.h>
#include <termios.h>

#define PATIENCE_MS 3000

static int master, slave;
static char text[512];

static void open_pair(void)
{
	struct termios t;
	int off = 0;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	ioctl(master, TIOCSPTLCK, &off);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	tcgetattr(slave, &t);
	t.c_oflag &= ~(tcflag_t)OPOST;
	tcsetattr(slave, TCSANOW, &t);
}

static void close_pair(void)
{
	close(master), close(slave);
}

static bool comes(int fd, int ms)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, ms) == 1;
}

static void type(const char *keys)
{
	write(master, keys, strlen(keys));
}

/* Whether just this can be read there. */
static bool gives(int fd, const char *expected)
{
	size_t n = 0, len = strlen(expected);

	memset(text, 0, sizeof(text));
	while (n < len && comes(fd, PATIENCE_MS)) {
		ssize_t got = read(fd, text + n, sizeof(text) - 1 - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n == len && !memcmp(text, expected, len);
}

static void set_key(int key, int c)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_cc[key] = (cc_t)c;
	tcsetattr(slave, TCSANOW, &t);
}

static void set_flags(tcflag_t on, tcflag_t off, tcflag_t in_on, tcflag_t in_off)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_lflag = (t.c_lflag | on) & ~off;
	t.c_iflag = (t.c_iflag | in_on) & ~in_off;
	tcsetattr(slave, TCSANOW, &t);
}

static void editing(void)
{
	open_pair();
	type("one two_3, \027x\n");
	holds("a word goes", gives(slave, "one x\n"));
	holds("letter by letter", gives(master, "one two_3, \b \b\b \b\b \b\b \b\b \b\b \b\b \bx\n"));
	type("a\026\003b\026\027\n");
	holds("the next one is itself", gives(slave, "a\003b\027\n"));
	holds("and shown", gives(master, "a^\b^Cb^\b^W\n"));
	type("ab\022c\n");
	holds("shown again", gives(slave, "abc\n"));
	holds("on a new line", gives(master, "ab^R\nabc\n"));
	set_key(VEOL, ';');
	set_key(VEOL2, '!');
	type("one;two!three\n");
	holds("other ends of lines", gives(slave, "one;"));
	holds("one more", gives(slave, "two!"));
	holds("and the usual one", gives(slave, "three\n"));
	gives(master, "one;two!three\n");
	set_flags(0, IEXTEN, 0, 0);
	type("a\027\026!\n");
	holds("nothing of it without IEXTEN", gives(slave, "a\027\026!\n"));
	gives(master, "a^W^V!\n");
	set_flags(0, 0, IGNCR, 0);
	type("a\rb\n");
	holds("no returns", gives(slave, "ab\n"));
	gives(master, "ab\n");
	set_flags(0, 0, INLCR, IGNCR | ICRNL);
	type("a\nb\004");
	holds("returns for lines", gives(slave, "a\rb"));
	close_pair();
}

static bool can_write(int fd)
{
	struct pollfd p = {fd, POLLOUT, 0};

	return poll(&p, 1, 0) == 1;
}

static void flow(void)
{
	open_pair();
	holds("output goes", can_write(slave));
	type("\023");
	holds("^S stops it", !can_write(slave));
	fcntl(slave, F_SETFL, O_NONBLOCK);
	same("nothing is written", RAW(SYS_write, slave, "x", 1), -EAGAIN);
	type("a");
	holds("not by any key", !can_write(slave));
	type("\021");
	holds("^Q lets it go", can_write(slave));
	same("and it is written", write(slave, "x", 1), 1);
	gives(master, "ax");
	set_flags(0, 0, IXANY, 0);
	type("\023");
	holds("stopped again", !can_write(slave));
	type("b");
	holds("any key will do", can_write(slave));
	set_flags(0, 0, 0, IXON);
	type("\023\n");
	holds("without IXON it is a character", can_write(slave) && gives(slave, "ab\023\n"));
	same("by hand", ioctl(slave, TCXONC, TCOOFF), 0);
	holds("it stops", !can_write(slave));
	same("and goes", ioctl(slave, TCXONC, TCOON), 0);
	holds("on", can_write(slave));
	same("what else", RAW(SYS_ioctl, slave, TCXONC, 4), -EINVAL);
	close_pair();
}

static void packets(void)
{
	int on = 1, is = 0;
	struct pollfd p;
	char c[8];

	open_pair();
	same("packets", ioctl(master, TIOCPKT, &on), 0);
	same("are told", ioctl(master, TIOCGPKT, &is) ? -1 : is, 1);
	same("not of the slave", RAW(SYS_ioctl, slave, TIOCPKT, &on), -ENOTTY);
	write(slave, "abc", 3);
	same("data", comes(master, PATIENCE_MS) ? read(master, c, 8) : -1, 4);
	holds("behind a 0", !memcmp(c, "\0abc", 4));
	write(slave, "d", 1);
	same("room for the 0 alone", comes(master, PATIENCE_MS) ? read(master, c, 1) : -1, 1);
	same("loses nothing", read(master, c, 8) == 2 ? c[1] : -1, 'd');
	tcflush(slave, TCIFLUSH);
	p = (struct pollfd){master, POLLIN | POLLPRI, 0};
	same("news", poll(&p, 1, PATIENCE_MS), 1);
	same("are urgent", p.revents & (POLLIN | POLLPRI), POLLIN | POLLPRI);
	same("of flushed input", read(master, c, 8) == 1 ? c[0] : -1, TIOCPKT_FLUSHREAD);
	ioctl(slave, TCXONC, TCOOFF);
	same("of a stop", read(master, c, 8) == 1 ? c[0] : -1, TIOCPKT_STOP);
	ioctl(slave, TCXONC, TCOON);
	same("of its end", read(master, c, 8) == 1 ? c[0] : -1, TIOCPKT_START);
	set_flags(0, 0, 0, IXON);
	same("of other keys", read(master, c, 8) == 1 ? c[0] : -1, TIOCPKT_NOSTOP);
	set_flags(0, 0, IXON, 0);
	same("of the usual ones", read(master, c, 8) == 1 ? c[0] : -1, TIOCPKT_DOSTOP);
	close_pair();
}

static int kind;

/* In the background of a session of its own: what becomes of it; `watched`: its parent is near. */
static void do_it(void)
{
	struct termios t;

	tcgetattr(slave, &t);
	if (kind == 0)
		child_needs(tcsetattr(slave, TCSANOW, &t) == 0);
	else if (kind == 1)
		child_needs(write(slave, "x", 1) == 1);
	else if (kind == 2)
		child_needs(tcsetpgrp(slave, getpgrp()) == 0);
	else if (kind == 3)
		child_needs(read(slave, text, 1) == 1);
	_exit(0);
}

static int fate(int what)
{
	int status = -1;
	pid_t child;

	kind = what;
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		do_it();
	}
	setpgid(child, child);
	waitpid(child, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return 1000 + WSTOPSIG(status);
	}
	return status;
}

static void in_session(void)
{
	struct termios t;

	child_needs(setsid() > 0);
	open_pair();
	child_needs(ioctl(slave, TIOCSCTTY, 0) == 0);
	child_needs(fate(0) == 1000 + SIGTTOU);
	child_needs(fate(1) == 0);
	tcgetattr(slave, &t);
	t.c_lflag |= TOSTOP;
	child_needs(tcsetattr(slave, TCSANOW, &t) == 0);
	child_needs(fate(1) == 1000 + SIGTTOU);
	child_needs(fate(2) == 1000 + SIGTTOU);
	child_needs(fate(3) == 1000 + SIGTTIN);
	signal(SIGTTOU, SIG_IGN);
	child_needs(fate(0) == 0 && fate(1) == 0);
	child_needs(ioctl(slave, TIOCSTI, "q") == 0 && ioctl(slave, TIOCSTI, "\n") == 0);
	child_needs(read(slave, text, 8) == 2 && text[0] == 'q');
}

/* A group whose parents are all elsewhere is told at once. */
static void orphaned(void)
{
	int ends[2];
	char c = 0;

	child_needs(setsid() > 0);
	open_pair();
	child_needs(ioctl(slave, TIOCSCTTY, 0) == 0 && pipe(ends) == 0);
	if (fork() == 0) {
		if (fork() == 0) {
			while (getppid() != 1)
				usleep(1000);
			setpgid(0, 0);
			c = RAW(SYS_read, slave, text, 1) == -EIO;
			c += RAW(SYS_ioctl, slave, TCXONC, TCOON) == -EIO;
			c += RAW(SYS_ioctl, slave, TIOCSPGRP, (int[]){getpgrp()}) == -ENOTTY;
			kill(getpid(), SIGTSTP);
			write(ends[1], &c, 1);
			_exit(0);
		}
		_exit(0);
	}
	wait(NULL);
	child_needs(comes(ends[0], PATIENCE_MS) && read(ends[0], &c, 1) == 1);
	child_needs(c == 3);
}

/* One that is stopped when it loses the last who watched over it is told. */
static void left_behind(void)
{
	int ends[2], status;
	char c = 0;
	pid_t child;

	child_needs(setsid() > 0 && pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		pid_t stopped = fork();

		if (stopped == 0) {
			setpgid(0, 0);
			close(ends[0]);
			raise(SIGSTOP);
			pause();
		}
		setpgid(stopped, stopped);
		waitpid(stopped, &status, WUNTRACED);
		_exit(!WIFSTOPPED(status));
	}
	close(ends[1]);
	child_needs(waitpid(child, &status, 0) == child && status == 0);
	/* By SIGHUP it ends, and with it the pipe. */
	child_needs(comes(ends[0], PATIENCE_MS) && read(ends[0], &c, 1) == 0);
}

static void run(void)
{
	alarm(100);
	mkdir("/dev/pts", 0755);
	mknod("/dev/ptmx", S_IFCHR | 0666, 5 << 8 | 2);
	mount("devpts", "/dev/pts", "devpts", 0, NULL);
	editing();
	flow();
	packets();
	same("in the background", status_of(in_session), 0);
	same("an orphaned group", status_of(orphaned), 0);
	same("a stopped one left behind", status_of(left_behind), 0);
	umount("/dev/pts");
}

const struct suite tty_suite = {"tty", run};
