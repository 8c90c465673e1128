/* ioctl() on both sides of a pseudo terminal. */
#include "arch/uaccess.h"
#include "drivers/pty.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "sched/wait.h"

#define TCSBRK	    0x5409
#define TCFLSH	    0x540b
#define TIOCPKT	    0x5420
#define TIOCNOTTY   0x5422
#define TIOCGPTN    0x80045430
#define TIOCSPTLCK  0x40045431
#define TIOCGPKT    0x80045438
#define TIOCGPTLCK  0x80045439
#define TIOCGPTPEER 0x5441

#define TCIFLUSH  0
#define TCOFLUSH  1
#define TCIOFLUSH 2

void pty_status(struct tty *t, uint8_t status)
{
	/* The event that each one cancels. */
	static const uint8_t ended[] = {[TIOCPKT_STOP] = TIOCPKT_START,
					[TIOCPKT_START] = TIOCPKT_STOP,
					[TIOCPKT_NOSTOP] = TIOCPKT_DOSTOP,
					[TIOCPKT_DOSTOP] = TIOCPKT_NOSTOP};
	struct pty *p = container_of(t, struct pty, tty);

	if (p->packets) {
		p->status = (uint8_t)((p->status & ~ended[status]) | status);
		wait_wake_all(&p->out_readers);
	}
	if (status == TIOCPKT_START)
		wait_wake_all(&p->out_writers);
}

/* TIOCSCTTY: for session leaders without a terminal; root may steal it from another session (1). */
static long set_controlling_terminal(struct pty *p, struct file *f, uint64_t arg)
{
	const struct process *me = process_current();

	if (me->sid == me->pid && tty_is_controlling(&p->tty))
		return 0;
	if (me->sid != me->pid || pty_session_has_terminal())
		return -EPERM;
	if (p->tty.session != TTY_NO_SESSION && (arg != 1 || !capable(CAP_SYS_ADMIN)))
		return -EPERM;
	if (!file_readable(f) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return tty_ioctl(&p->tty, TIOCSCTTY, arg);
}

static long drop_controlling_terminal(struct pty *p)
{
	const struct process *me = process_current();

	if (!tty_is_controlling(&p->tty))
		return -ENOTTY;
	/* Only the session leader detaches the session from its terminal. */
	if (me->sid != me->pid)
		return -EPERM;
	pty_detach_session(p, true);
	return 0;
}

static long flush(struct pty *p, uint64_t which, bool input, bool output)
{
	int err = tty_check_change(&p->tty, SIGTTOU);

	if (err)
		return err;
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (input)
		tty_flush(&p->tty);
	if (output)
		pty_flush_output(p);
	return 0;
}

/* Requests handled the same on both sides. */
static long control(struct pty *p, struct file *f, uint64_t request, uint64_t arg)
{
	switch (request) {
	case TIOCSCTTY:
		return set_controlling_terminal(p, f, arg);
	case TCSBRK:
		/* Output is never pending. */
		return 0;
	default:
		return tty_ioctl(&p->tty, request, arg);
	}
}

long pty_slave_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct pty *p = f->data;

	if (p->tty.hung_up)
		return request == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (request) {
	case TIOCNOTTY:
		return drop_controlling_terminal(p);
	case TIOCGSID:
		return tty_is_controlling(&p->tty) ? tty_ioctl(&p->tty, request, arg) : -ENOTTY;
	case TCFLSH:
		return flush(p, arg, arg != TCOFLUSH, arg != TCIFLUSH);
	default:
		return control(p, f, request, arg);
	}
}

static long open_peer(struct pty *p, uint32_t flags)
{
	struct file *slave;

	return file_open(p->node, flags, &slave) ?: process_add_file(slave, flags & O_CLOEXEC);
}

long pty_master_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct pty *p = f->data;
	int on;

	switch (request) {
	case TIOCGPTN:
		return tty_put_int((int)p->number, arg);
	case TIOCGPTLCK:
		return tty_put_int(p->locked, arg);
	case TIOCSPTLCK:
		if (copy_from_user(&on, arg, sizeof(on)) < 0)
			return -EFAULT;
		p->locked = on;
		return 0;
	case TIOCPKT:
		if (copy_from_user(&on, arg, sizeof(on)) < 0)
			return -EFAULT;
		p->packets = on;
		p->status = 0;
		return 0;
	case TIOCGPKT:
		return tty_put_int(p->packets, arg);
	case TIOCGPTPEER:
		return open_peer(p, (uint32_t)arg);
	case TIOCGPGRP:
		return tty_put_int(p->tty.foreground, arg);
	case FIONREAD:
		return tty_put_int((int)ring_used(&p->out), arg);
	case TIOCNOTTY:
		return -ENOTTY;
	case TCFLSH:
		return flush(p, arg, arg != TCIFLUSH, arg != TCOFLUSH);
	default:
		return control(p, f, request, arg);
	}
}
