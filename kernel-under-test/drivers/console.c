#include "drivers/console.h"

#include "arch/time.h"
#include "arch/uaccess.h"
#include "drivers/serial.h"
#include "fs/device.h"
#include "lib/errno.h"
#include "proc/signal.h"
#include "sched/wait.h"

#define LINE_MAX  4096
#define CHUNK_MAX 256

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541b
#define TIOCGSID   0x5429

#define IFLAG_ICRNL  0000400u
#define OFLAG_OPOST  0000001u
#define LFLAG_ISIG   0000001u
#define LFLAG_ICANON 0000002u
#define LFLAG_ECHO   0000010u
#define LFLAG_TOSTOP 0000400u

enum {
	KEY_INTR,
	KEY_QUIT,
	KEY_ERASE,
	KEY_KILL,
	KEY_EOF,
	KEY_TIME,
	KEY_MIN,
	KEY_SUSP = 10,
	KEYS = 19
};

struct user_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, keys[KEYS];
};

/* As `stty sane` leaves it: lines, echo, signals. */
static struct user_termios mode = {
	.iflag = 0x500,
	.oflag = 0x5,
	.cflag = 0x1cb2,
	.lflag = 0x8a3b,
	.keys = {3, 28, 0x7f, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22},
};

static uint16_t window[4] = {25, 80, 0, 0};

/* The session whose terminal this is, and the group in the foreground; 0: none. */
static int session, foreground;

/* A ring of input; what is before `ready` can be read, what is after is still being edited. */
static struct {
	char ring[LINE_MAX];
	uint32_t read, ready, typed;
	/* One bit a place in the ring: an end of file was typed here. */
	uint64_t eof[LINE_MAX / 64];
	struct wait_queue readers;
} input;

static void set_eof(uint32_t at, bool on)
{
	at %= LINE_MAX;
	if (on)
		input.eof[at / 64] |= BIT(at % 64);
	else
		input.eof[at / 64] &= ~BIT(at % 64);
}

static bool is_eof(uint32_t at)
{
	return input.eof[at % LINE_MAX / 64] & BIT(at % 64);
}

static bool is_on(uint32_t lflag)
{
	return mode.lflag & lflag;
}

static void echo(const char *text, size_t len)
{
	if (is_on(LFLAG_ECHO))
		serial_write(text, len);
}

static void type(char c, bool eof)
{
	/* The last place is kept for the end of the line. */
	if (input.typed - input.read >= LINE_MAX - 1 && c != '\n' && !eof)
		return;
	if (input.typed - input.read >= LINE_MAX)
		return;
	input.ring[input.typed % LINE_MAX] = c;
	set_eof(input.typed, eof);
	input.typed++;
	if (!eof)
		echo(&c, 1);
}

static void erase(void)
{
	if (input.typed == input.ready)
		return;
	input.typed--;
	echo("\b \b", 3);
}

static void publish(void)
{
	input.ready = input.typed;
	wait_wake_all(&input.readers);
}

/* A key that means a signal: for the whole group in the foreground, and what was typed is void. */
static bool got_signal_key(uint8_t c)
{
	struct signal_info info = {.code = SI_KERNEL};
	char shown[3] = {'^', (char)(c ^ 0x40), '\n'};

	if (!is_on(LFLAG_ISIG) || !c)
		return false;
	if (c == mode.keys[KEY_INTR])
		info.signo = SIGINT;
	else if (c == mode.keys[KEY_QUIT])
		info.signo = SIGQUIT;
	else if (c == mode.keys[KEY_SUSP])
		info.signo = SIGTSTP;
	else
		return false;
	echo(shown, sizeof(shown));
	input.typed = input.ready;
	if (foreground)
		signal_kill(-foreground, &info);
	return true;
}

static bool got_editing_key(uint8_t c)
{
	if (c == mode.keys[KEY_ERASE] || c == '\b') {
		erase();
	} else if (c == mode.keys[KEY_KILL]) {
		while (input.typed != input.ready)
			erase();
	} else if (c == mode.keys[KEY_EOF]) {
		type(0, true);
		publish();
	} else {
		return false;
	}
	return true;
}

static void got_char(char c)
{
	if (c == '\r' && (mode.iflag & IFLAG_ICRNL))
		c = '\n';
	if (got_signal_key((uint8_t)c))
		return;
	if (is_on(LFLAG_ICANON) && got_editing_key((uint8_t)c))
		return;
	type(c, false);
	if (c == '\n' || !is_on(LFLAG_ICANON))
		publish();
}

/* Whether the caller is in the background of this terminal's session. */
static bool in_background(void)
{
	const struct process *p = process_current();

	return foreground && p->sid == session && p->pgid != foreground;
}

/* Sleeps until something can be read; raw mode may not want to wait. */
static int wait_for_input(struct file *f)
{
	uint64_t deadline = WAIT_FOREVER;

	if (!is_on(LFLAG_ICANON) && mode.keys[KEY_TIME])
		deadline = arch_time_ns() + mode.keys[KEY_TIME] * 100000000ull;
	while (input.read == input.ready) {
		int err;

		if (in_background()) {
			struct signal_info info = {.signo = SIGTTIN, .code = SI_KERNEL};

			signal_kill(-process_current()->pgid, &info);
			return -ERESTARTSYS;
		}
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (!is_on(LFLAG_ICANON) && !mode.keys[KEY_MIN] && !mode.keys[KEY_TIME])
			return -ETIMEDOUT;
		err = wait_sleep_until(&input.readers, WAIT_INTERRUPTIBLE, deadline);
		if (err)
			return err;
	}
	return 0;
}

static long console_read(struct file *f, struct uio *u)
{
	long done = 0;
	int err = wait_for_input(f);

	if (err)
		return err == -ETIMEDOUT ? 0 : err;
	while (u->left && input.read != input.ready) {
		char c = input.ring[input.read % LINE_MAX];

		if (is_eof(input.read)) {
			/* Alone it is the end of the file; after text it only hands that over. */
			if (!done)
				input.read++;
			break;
		}
		err = uio_put(u, &c, 1);
		if (err)
			return done ? done : err;
		input.read++;
		done++;
		if (c == '\n' && is_on(LFLAG_ICANON))
			break;
	}
	return done;
}

static long console_write(struct file *f, struct uio *u)
{
	char chunk[CHUNK_MAX];
	long done = 0;

	(void)f;
	while (u->left) {
		size_t n = MIN(u->left, sizeof(chunk));
		int err = uio_get(u, chunk, n);

		if (err)
			return done ? done : err;
		serial_write(chunk, n);
		done += (long)n;
	}
	return done;
}

static uint32_t console_poll(struct file *f, struct poll_entry *e)
{
	(void)f;
	poll_add(e, &input.readers);
	return POLL_WRITABLE | (input.read != input.ready ? POLL_READABLE : 0);
}

static long set_mode(uint64_t arg, bool flush)
{
	struct user_termios new;

	if (copy_from_user(&new, arg, sizeof(new)) < 0)
		return -EFAULT;
	mode = new;
	if (flush)
		input.read = input.ready = input.typed;
	/* What was being edited need not wait for the end of its line any more. */
	if (!is_on(LFLAG_ICANON) && input.ready != input.typed)
		publish();
	return 0;
}

/* A session leader without a terminal takes this one. */
static long take_terminal(void)
{
	const struct process *p = process_current();

	if (p->sid != p->pid)
		return -EPERM;
	session = p->sid;
	foreground = p->pgid;
	return 0;
}

static long get_number(int v, uint64_t out)
{
	return copy_to_user(out, &v, sizeof(v));
}

static long set_foreground(uint64_t arg)
{
	int pgid;

	if (copy_from_user(&pgid, arg, sizeof(pgid)) < 0)
		return -EFAULT;
	if (process_current()->sid != session)
		return -ENOTTY;
	if (pgid <= 0)
		return -EINVAL;
	foreground = pgid;
	return 0;
}

static long console_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	(void)f;
	switch (request) {
	case TCGETS:
		return copy_to_user(arg, &mode, sizeof(mode));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_mode(arg, request == TCSETSF);
	case TIOCSCTTY:
		return take_terminal();
	case TIOCGPGRP:
		return process_current()->sid == session ? get_number(foreground, arg) : -ENOTTY;
	case TIOCSPGRP:
		return set_foreground(arg);
	case TIOCGSID:
		return session ? get_number(session, arg) : -ENOTTY;
	case TIOCGWINSZ:
		return copy_to_user(arg, window, sizeof(window));
	case TIOCSWINSZ:
		return copy_from_user(window, arg, sizeof(window));
	case FIONREAD:
		return get_number((int)(input.ready - input.read), arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_ops console_ops = {
	.read = console_read,
	.write = console_write,
	.ioctl = console_ioctl,
	.poll = console_poll,
};

void console_init(void)
{
	wait_init(&input.readers);
	device_register("console", DEVICE(5, 1), 0600, &console_ops);
	device_register("ttyS0", DEVICE(4, 64), 0660, &console_ops);
	device_register("tty", DEVICE(5, 0), 0666, &console_ops);
	serial_enable_input(got_char);
}
