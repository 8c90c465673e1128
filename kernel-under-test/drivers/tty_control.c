/* ioctl() on terminals: modes, window size, session. */
#include "arch/uaccess.h"
#include "drivers/tty.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/signal/signal.h"

/* Whether flow control uses ^S and ^Q, so that the master may implement it itself. */
static bool has_standard_flow_control(const struct termios *m)
{
	return (m->iflag & IFLAG_IXON) && m->keys[KEY_STOP] == 'S' - 0x40 &&
	       m->keys[KEY_START] == 'Q' - 0x40;
}

static long set_termios(struct tty *t, const struct termios *new, bool flush)
{
	bool usual = has_standard_flow_control(&t->mode);

	t->mode = *new;
	if (usual != has_standard_flow_control(new))
		tty_status(t, usual ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
	if (!(new->iflag &IFLAG_IXON))
		tty_stop(t, false);
	if (flush)
		tty_flush(t);
	/* Leaving canonical mode: what was being edited becomes readable. */
	if (!(new->lflag &LFLAG_ICANON) && t->ready != t->typed)
		tty_commit(t);
	return 0;
}

static long set_termios_from_user(struct tty *t, uint64_t arg, bool flush)
{
	struct termios new;

	return copy_from_user(&new, arg, sizeof(new)) < 0 ? -EFAULT : set_termios(t, &new, flush);
}

/* System V's struct termio: the lower half of each word, and the first control characters. */
struct termio {
	uint16_t iflag, oflag, cflag, lflag;
	uint8_t line, keys[8], pad;
};

static long get_termio(const struct tty *t, uint64_t out)
{
	const struct termios *m = &t->mode;
	struct termio old = {(uint16_t)m->iflag, (uint16_t)m->oflag, (uint16_t)m->cflag,
			     (uint16_t)m->lflag, .line = m->line};

	memcpy(old.keys, m->keys, sizeof(old.keys));
	return copy_to_user(out, &old, sizeof(old));
}

static uint32_t low_half(uint32_t now, uint16_t new)
{
	return (now & 0xffff0000) | new;
}

static long set_termio(struct tty *t, uint64_t arg, bool flush)
{
	struct termios new = t->mode;
	struct termio old;

	if (copy_from_user(&old, arg, sizeof(old)) < 0)
		return -EFAULT;
	new.iflag = low_half(new.iflag, old.iflag);
	new.oflag = low_half(new.oflag, old.oflag);
	new.cflag = low_half(new.cflag, old.cflag);
	new.lflag = low_half(new.lflag, old.lflag);
	new.line = old.line;
	memcpy(new.keys, old.keys, sizeof(old.keys));
	return set_termios(t, &new, flush);
}

/* A session leader without a terminal acquires this one. */
static long set_controlling_terminal(struct tty *t)
{
	const struct process *p = process_current();

	if (p->sid != p->pid)
		return -EPERM;
	t->session = p->sid;
	t->foreground = p->pgid;
	return 0;
}

long tty_put_int(int v, uint64_t out)
{
	return copy_to_user(out, &v, sizeof(v));
}

static long set_foreground(struct tty *t, uint64_t arg)
{
	int pgid;

	if (copy_from_user(&pgid, arg, sizeof(pgid)) < 0)
		return -EFAULT;
	if (!tty_is_controlling(t))
		return -ENOTTY;
	if (pgid <= 0)
		return -EINVAL;
	t->foreground = pgid;
	return 0;
}

#define TCOOFF 0
#define TCOON  1
#define TCIOFF 2
#define TCION  3

static long flow(struct tty *t, uint64_t action)
{
	if (action > TCION)
		return -EINVAL;
	if (action <= TCOON)
		tty_stop(t, action == TCOOFF);
	return 0;
}

/* TIOCSTI: types a character as if from the keyboard. */
static long input_simulated(struct tty *t, uint64_t arg)
{
	char c;

	if (!tty_is_controlling(t) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&c, arg, 1) < 0)
		return -EFAULT;
	tty_input(t, c);
	return 0;
}

/* Requests restricted to the foreground group. */
static bool needs_foreground(uint64_t request)
{
	return (request >= TCSETS && request <= TCSETSF) ||
	       (request >= TCSETA && request <= TCSETAF) || request == TCXONC ||
	       request == TIOCSPGRP;
}

static long set_window(struct tty *t, uint64_t arg)
{
	uint16_t new[ARRAY_SIZE(t->window)];

	if (copy_from_user(new, arg, sizeof(new)) < 0)
		return -EFAULT;
	if (memcmp(new, t->window, sizeof(new)) == 0)
		return 0;
	memcpy(t->window, new, sizeof(new));
	tty_signal(t, SIGWINCH);
	return 0;
}

long tty_ioctl(struct tty *t, uint64_t request, uint64_t arg)
{
	int err = needs_foreground(request) ? tty_check_change(t, SIGTTOU) : 0;

	if (err)
		return err == -EIO && request == TIOCSPGRP ? -ENOTTY : err;
	switch (request) {
	case TCGETS:
		return copy_to_user(arg, &t->mode, sizeof(t->mode));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios_from_user(t, arg, request == TCSETSF);
	case TCGETA:
		return get_termio(t, arg);
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
		return set_termio(t, arg, request == TCSETAF);
	case TCXONC:
		return flow(t, arg);
	case TIOCSTI:
		return input_simulated(t, arg);
	case TIOCSCTTY:
		return set_controlling_terminal(t);
	case TIOCGPGRP:
		return tty_is_controlling(t) ? tty_put_int(t->foreground, arg) : -ENOTTY;
	case TIOCSPGRP:
		return set_foreground(t, arg);
	case TIOCGSID:
		return t->session > 0 ? tty_put_int(t->session, arg) : -ENOTTY;
	case TIOCGWINSZ:
		return copy_to_user(arg, t->window, sizeof(t->window));
	case TIOCSWINSZ:
		return set_window(t, arg);
	case FIONREAD:
		return tty_put_int((int)(t->ready - t->read), arg);
	default:
		return -ENOTTY;
	}
}
