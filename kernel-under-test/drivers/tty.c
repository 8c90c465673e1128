/* The line discipline: from keys to lines, or to raw input. */
#include "drivers/tty.h"

#include "arch/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"
#include "proc/signal.h"
#include "sched/wait.h"

enum {
	KEY_INTR,
	KEY_QUIT,
	KEY_ERASE,
	KEY_KILL,
	KEY_EOF,
	KEY_TIME,
	KEY_MIN,
	KEY_SUSP = 10,
};

void tty_init(struct tty *t, const struct tty_ops *ops, int session)
{
	static const struct termios sane = {
		.iflag = 0x500,
		.oflag = 0x5,
		.cflag = 0x1cb2,
		.lflag = 0x8a3b,
		.keys = {3, 28, 0x7f, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22},
	};

	memset(t, 0, sizeof(*t));
	t->ops = ops;
	t->mode = sane;
	t->session = session;
	wait_init(&t->readers);
}

static void set_eof(struct tty *t, uint32_t at, bool on)
{
	at %= TTY_LINE_MAX;
	if (on)
		t->eof[at / 64] |= BIT(at % 64);
	else
		t->eof[at / 64] &= ~BIT(at % 64);
}

static bool is_eof(const struct tty *t, uint32_t at)
{
	return t->eof[at % TTY_LINE_MAX / 64] & BIT(at % 64);
}

static bool is_on(const struct tty *t, uint32_t lflag)
{
	return t->mode.lflag & lflag;
}

static void echo(struct tty *t, const char *text, size_t len)
{
	if (is_on(t, LFLAG_ECHO))
		t->ops->echo(t, text, len);
}

/* Whether a character is shown as ^X. */
static bool is_shown_as_two(const struct tty *t, uint8_t c)
{
	return !t->ops->plain_echo && is_on(t, LFLAG_ECHOCTL) && (c < ' ' || c == 0x7f) &&
	       c != '\n' && c != '\t';
}

static void echo_char(struct tty *t, char c)
{
	char shown[2] = {'^', (char)(c ^ 0x40)};

	if (is_shown_as_two(t, (uint8_t)c))
		echo(t, shown, 2);
	else
		echo(t, &c, 1);
}

static void insert(struct tty *t, char c, bool eof)
{
	/* The last place is kept for the end of the line. */
	if (t->typed - t->read >= TTY_LINE_MAX - 1 && c != '\n' && !eof)
		return;
	if (t->typed - t->read >= TTY_LINE_MAX)
		return;
	t->ring[t->typed % TTY_LINE_MAX] = c;
	set_eof(t, t->typed, eof);
	t->typed++;
	if (!eof)
		echo_char(t, c);
}

static void erase(struct tty *t)
{
	if (t->typed == t->ready)
		return;
	t->typed--;
	echo(t, "\b \b", 3);
	if (is_shown_as_two(t, (uint8_t)t->ring[t->typed % TTY_LINE_MAX]))
		echo(t, "\b \b", 3);
}

void tty_publish(struct tty *t)
{
	t->ready = t->typed;
	wait_wake_all(&t->readers);
}

void tty_signal(const struct tty *t, int signo)
{
	struct signal_info info = {.signo = signo, .code = SI_KERNEL};

	if (t->foreground)
		signal_kill(-t->foreground, &info);
}

/* A key that means a signal: for the whole group in the foreground, and what was typed is void. */
static bool got_signal_key(struct tty *t, uint8_t c)
{
	char shown[3] = {'^', (char)(c ^ 0x40), '\n'};
	int signo;

	if (!is_on(t, LFLAG_ISIG) || !c)
		return false;
	if (c == t->mode.keys[KEY_INTR])
		signo = SIGINT;
	else if (c == t->mode.keys[KEY_QUIT])
		signo = SIGQUIT;
	else if (c == t->mode.keys[KEY_SUSP])
		signo = SIGTSTP;
	else
		return false;
	if (t->ops->plain_echo)
		echo(t, shown, sizeof(shown));
	else
		echo_char(t, (char)c);
	t->typed = t->ready;
	tty_signal(t, signo);
	return true;
}

static bool got_editing_key(struct tty *t, uint8_t c)
{
	if (c == t->mode.keys[KEY_ERASE] || c == '\b') {
		erase(t);
	} else if (c == t->mode.keys[KEY_KILL]) {
		while (t->typed != t->ready)
			erase(t);
	} else if (c == t->mode.keys[KEY_EOF]) {
		insert(t, 0, true);
		tty_publish(t);
	} else {
		return false;
	}
	return true;
}

void tty_type(struct tty *t, char c)
{
	if (c == '\r' && (t->mode.iflag & IFLAG_ICRNL))
		c = '\n';
	if (got_signal_key(t, (uint8_t)c))
		return;
	if (is_on(t, LFLAG_ICANON) && got_editing_key(t, (uint8_t)c))
		return;
	insert(t, c, false);
	if (c == '\n' || !is_on(t, LFLAG_ICANON))
		tty_publish(t);
}

uint32_t tty_room(const struct tty *t)
{
	uint32_t used = t->typed - t->read;

	if (used < TTY_LINE_MAX - 1)
		return TTY_LINE_MAX - 1 - used;
	/* A line nobody can read yet would never make room: what is too much of it is dropped. */
	return is_on(t, LFLAG_ICANON) && t->ready == t->read;
}

void tty_flush(struct tty *t)
{
	t->read = t->ready = t->typed;
	if (t->ops->drained)
		t->ops->drained(t);
}

/* Whether the caller is in the background of this terminal's session. */
static bool in_background(const struct tty *t)
{
	return t->foreground && tty_is_own(t) && process_current()->pgid != t->foreground;
}

static int stop_background(void)
{
	const struct process *p = process_current();
	struct signal_info info = {.signo = SIGTTIN, .code = SI_KERNEL};

	/* The signal would not stop it, and it would be here again at once. */
	if ((thread_current()->blocked & SIGNAL_BIT(SIGTTIN)) ||
	    p->actions[SIGTTIN - 1].handler == SIG_IGN)
		return -EIO;
	signal_kill(-p->pgid, &info);
	return -ERESTARTSYS;
}

/* Sleeps until something can be read; raw mode may not want to wait. -ETIMEDOUT: it has not. */
static int wait_for_input(struct tty *t, const struct file *f)
{
	uint64_t deadline = WAIT_FOREVER;

	if (!is_on(t, LFLAG_ICANON) && t->mode.keys[KEY_TIME])
		deadline = arch_time_ns() + t->mode.keys[KEY_TIME] * 100000000ull;
	for (;;) {
		int err;

		if (in_background(t))
			return stop_background();
		if (tty_readable(t))
			return 0;
		if (t->hung_up)
			return -ETIMEDOUT;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (!is_on(t, LFLAG_ICANON) && !t->mode.keys[KEY_MIN] && !t->mode.keys[KEY_TIME])
			return -ETIMEDOUT;
		err = wait_sleep_until(&t->readers, WAIT_INTERRUPTIBLE, deadline);
		if (err)
			return err;
	}
}

static long take(struct tty *t, struct uio *u)
{
	long done = 0;

	while (u->left && tty_readable(t)) {
		char c = t->ring[t->read % TTY_LINE_MAX];
		int err;

		if (is_eof(t, t->read)) {
			/* With or without text before it: it is used up. */
			t->read++;
			break;
		}
		err = uio_put(u, &c, 1);
		if (err == -EPAGING && done && !(err = space_bring_in()))
			continue;
		if (err)
			return done ? done : err;
		t->read++;
		done++;
		if (c == '\n' && is_on(t, LFLAG_ICANON))
			break;
	}
	return done;
}

long tty_read(struct tty *t, struct file *f, struct uio *u)
{
	int err = wait_for_input(t, f);
	long n;

	if (err)
		return err == -ETIMEDOUT ? 0 : err;
	n = take(t, u);
	if (t->ops->drained)
		t->ops->drained(t);
	return n;
}
