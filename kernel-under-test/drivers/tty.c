/* The line discipline: reading, in canonical and raw mode. */
#include "drivers/tty.h"

#include "arch/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"
#include "proc/signal/signal.h"
#include "sched/wait.h"

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

/* Whether a line ends here; if the character is 0, by an end-of-file key. */
static bool is_line_end_at(const struct tty *t, uint32_t at)
{
	return t->ends[at % TTY_LINE_MAX / 64] & BIT(at % 64);
}

uint32_t tty_room(const struct tty *t)
{
	uint32_t used = t->typed - t->read;

	if (used < TTY_LINE_MAX - 1)
		return TTY_LINE_MAX - 1 - used;
	/* A line that is too long cannot be completed: accept and drop the excess. */
	return tty_has_lflag(t, LFLAG_ICANON) && t->ready == t->read;
}

void tty_flush(struct tty *t)
{
	t->read = t->ready = t->typed;
	if (t->ops->drained)
		t->ops->drained(t);
	tty_status(t, TIOCPKT_FLUSHREAD);
}

void tty_status(struct tty *t, uint8_t status)
{
	if (t->ops->status)
		t->ops->status(t, status);
}

void tty_stop(struct tty *t, bool stop)
{
	if (t->stopped == stop)
		return;
	t->stopped = stop;
	tty_status(t, stop ? TIOCPKT_STOP : TIOCPKT_START);
}

int tty_check_change(const struct tty *t, int signo)
{
	const struct process *p = process_current();
	struct signal_info info = {.signo = signo, .code = SI_KERNEL};

	if (!t->foreground || !tty_is_controlling(t) || p->pgid == t->foreground)
		return 0;
	/* The signal would not stop the caller, which would retry at once. */
	if ((thread_current()->blocked & SIGNAL_BIT(signo)) ||
	    p->actions[signo - 1].handler == SIG_IGN)
		return signo == SIGTTIN ? -EIO : 0;
	if (process_group_is_orphaned(p->pgid))
		return -EIO;
	signal_kill(-p->pgid, &info);
	return -ERESTARTSYS;
}

/*
 * Sleeps until there is input. Returns -ETIMEDOUT if raw mode (VMIN, VTIME) asks not to wait
 * longer.
 */
static int wait_for_input(struct tty *t, const struct file *f)
{
	uint64_t deadline = WAIT_FOREVER;

	if (!tty_has_lflag(t, LFLAG_ICANON) && t->mode.keys[KEY_TIME])
		deadline = arch_time_ns() + t->mode.keys[KEY_TIME] * 100000000ull;
	for (;;) {
		int err = tty_check_change(t, SIGTTIN);

		if (err)
			return err;
		if (tty_readable(t))
			return 0;
		if (t->hung_up)
			return -ETIMEDOUT;
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		if (!tty_has_lflag(t, LFLAG_ICANON) && !t->mode.keys[KEY_MIN] &&
		    !t->mode.keys[KEY_TIME])
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
		bool end = is_line_end_at(t, t->read);
		int err;

		if (end && !c) {
			/* End of file: consumed, whether or not text precedes it. */
			t->read++;
			break;
		}
		err = uio_copy_to(u, &c, 1);
		if (err == -EPAGING && done && !(err = space_page_in()))
			continue;
		if (err)
			return done ? done : err;
		t->read++;
		done++;
		if ((end || c == '\n') && tty_has_lflag(t, LFLAG_ICANON))
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
