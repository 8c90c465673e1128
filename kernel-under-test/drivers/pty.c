/* Pseudo terminals: masters and slaves. */
#include "drivers/pty.h"

#include "drivers/console.h"
#include "drivers/devpts.h"
#include "fs/device.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "proc/signal/signal.h"

#define CHUNK_MAX 256
/* Output processing may turn each byte of a chunk into two. */
#define ROOM_MIN (2 * CHUNK_MAX)

static struct list ptys = LIST_INIT(ptys);

struct pty *pty_of_session(int sid)
{
	struct pty *p;

	list_for_each (p, &ptys, link)
		if (p->tty.session == sid && !p->tty.hung_up)
			return p;
	return NULL;
}

bool pty_session_has_terminal(void)
{
	return console_is_controlling() || pty_of_session(process_current()->sid);
}

static void free_unused(struct pty *p)
{
	if (p->node || p->slaves || p->tty.session != TTY_NO_SESSION)
		return;
	list_remove(&p->link);
	ring_free(&p->out);
	kmem_free(p);
}

void pty_detach_session(struct pty *p, bool cont)
{
	tty_signal(&p->tty, SIGHUP);
	if (cont)
		tty_signal(&p->tty, SIGCONT);
	p->tty.session = TTY_NO_SESSION;
	p->tty.foreground = 0;
}

void terminal_session_exit(int sid)
{
	struct pty *p, *next;

	list_for_each_safe (p, next, &ptys, link) {
		if (p->tty.session != sid)
			continue;
		pty_detach_session(p, p->tty.hung_up);
		free_unused(p);
	}
}

void pty_flush_output(struct pty *p)
{
	p->out.read = p->out.written;
	wait_wake_all(&p->out_writers);
	pty_status(&p->tty, TIOCPKT_FLUSHWRITE);
}

static void pty_flush(struct tty *t)
{
	pty_flush_output(container_of(t, struct pty, tty));
}

/* Writes up to CHUNK_MAX bytes, for which there is room, with output processing. */
static long write_output(struct pty *p, const char *text, size_t len)
{
	bool returns = (p->tty.mode.oflag & OFLAG_OPOST) && (p->tty.mode.oflag & OFLAG_ONLCR);
	char shown[ROOM_MIN];
	struct uio u;
	size_t n = 0;
	long done;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' && returns)
			shown[n++] = '\r';
		shown[n++] = text[i];
	}
	u = uio_kernel(shown, n);
	done = ring_put(&p->out, &u, n);
	wait_wake_all(&p->out_readers);
	return done < 0 ? done : 0;
}

/*
 * Echo that does not fit is dropped: the typing program must not have to wait for itself to read.
 */
static void pty_echo(struct tty *t, const char *text, size_t len)
{
	struct pty *p = container_of(t, struct pty, tty);

	if (ring_room(&p->out) >= ROOM_MIN)
		write_output(p, text, len);
}

static void pty_drained(struct tty *t)
{
	wait_wake_all(&container_of(t, struct pty, tty)->in_writers);
}

static const struct tty_ops terminal_ops = {
	.echo = pty_echo,
	.drained = pty_drained,
	.flush_output = pty_flush,
	.status = pty_status,
};

static struct pty *find(unsigned int number)
{
	struct pty *p;

	list_for_each (p, &ptys, link)
		if (p->number == number)
			return p;
	return NULL;
}

static int master_open(struct file *f)
{
	unsigned int number = 0;
	struct pty *p;
	int err;

	while (number < PTYS_MAX && find(number))
		number++;
	if (number == PTYS_MAX)
		return -ENOSPC;
	p = kmem_zalloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->number = number;
	p->locked = true;
	wait_init(&p->out_readers);
	wait_init(&p->out_writers);
	wait_init(&p->in_writers);
	tty_init(&p->tty, &terminal_ops, TTY_NO_SESSION);
	p->tty.mode.cflag = 0xbf;
	err = devpts_add(number, &p->node);
	if (err) {
		kmem_free(p);
		return err;
	}
	list_push_back(&ptys, &p->link);
	f->data = p;
	f->flags &= ~(uint32_t)O_NOCTTY;
	return 0;
}

/* Packet mode: a read returns a status byte, either 0 and data, or the pending events alone. */
static long read_status(struct pty *p, struct uio *u)
{
	int err = uio_copy_to(u, &p->status, 1);

	if (!err)
		p->status = 0;
	return err ? err : 1;
}

static long master_read(struct file *f, struct uio *u)
{
	struct pty *p = f->data;
	bool told = false;
	long n;
	int err;

	if (!u->left)
		return 0;
	while (!ring_used(&p->out) || p->status) {
		if (p->status)
			return read_status(p, u);
		if (p->slave_gone)
			return -EIO;
		err = file_sleep(f, &p->out_readers);
		if (err)
			return err;
	}
	if (p->packets) {
		n = read_status(p, u);
		if (n < 0 || !u->left)
			return n;
		told = true;
	}
	n = ring_get(&p->out, u, MIN(u->left, ring_used(&p->out)), false);
	wait_wake_all(&p->out_writers);
	return n < 0 ? n : n + told;
}

static long master_write(struct file *f, struct uio *u)
{
	struct pty *p = f->data;
	char chunk[CHUNK_MAX];
	long done = 0;

	while (u->left) {
		size_t room = tty_room(&p->tty), most = MIN(room, sizeof(chunk));
		size_t n = MIN(u->left, most);
		int err = 0;

		if (!room)
			err = file_sleep(f, &p->in_writers);
		else
			err = uio_copy_from(u, chunk, n);
		if (err == -EPAGING && !(err = space_page_in()))
			continue;
		if (err)
			return done ? done : err;
		if (!room)
			continue;
		for (size_t i = 0; i < n; i++)
			tty_input(&p->tty, chunk[i]);
		done += (long)n;
	}
	return done;
}

static uint32_t master_poll(struct file *f, struct poll_entry *e)
{
	struct pty *p = f->data;

	poll_add(e, &p->out_readers);
	poll_add(e, &p->in_writers);
	return (ring_used(&p->out) || p->status ? POLL_READABLE : 0) | (p->status ? POLL_PRI : 0) |
	       (tty_room(&p->tty) ? POLL_WRITABLE : 0) | (p->slave_gone ? POLL_HUP : 0);
}

static void master_release(struct file *f)
{
	struct pty *p = f->data;
	struct process *leader = process_find(p->tty.session);

	p->tty.hung_up = true;
	devpts_remove(p->number);
	inode_put(p->node);
	p->node = NULL;
	wait_wake_all(&p->tty.readers);
	wait_wake_all(&p->out_writers);
	if (leader) {
		signal_raise(leader, SIGHUP);
		signal_raise(leader, SIGCONT);
	}
	free_unused(p);
}

static const struct file_ops master_ops = {
	.signals = true,
	.open = master_open,
	.read = master_read,
	.write = master_write,
	.ioctl = pty_master_ioctl,
	.poll = master_poll,
	.release = master_release,
};

static void slave_attach(struct pty *p, struct file *f)
{
	const struct process *me = process_current();

	if (!(f->flags & O_NOCTTY) && file_readable(f) && me->sid == me->pid &&
	    p->tty.session == TTY_NO_SESSION && !pty_session_has_terminal())
		tty_ioctl(&p->tty, TIOCSCTTY, 0);
	p->slaves++;
	p->slave_gone = false;
	f->data = p;
	f->flags &= ~(uint32_t)O_NOCTTY;
}

static int slave_open(struct file *f)
{
	struct pty *p = find(DEVICE_MINOR(f->inode->device));

	if (!p || p->tty.hung_up || p->locked)
		return -EIO;
	slave_attach(p, f);
	return 0;
}

static long slave_read(struct file *f, struct uio *u)
{
	struct pty *p = f->data;

	return p->tty.hung_up ? 0 : tty_read(&p->tty, f, u);
}

static bool pty_has_room(const struct pty *p)
{
	return ring_room(&p->out) >= ROOM_MIN && !p->tty.stopped;
}

static long slave_write(struct file *f, struct uio *u)
{
	struct pty *p = f->data;
	char chunk[CHUNK_MAX];
	long done = 0;
	int background = tty_check_write(&p->tty);

	if (background)
		return background;
	while (u->left) {
		size_t n = MIN(u->left, sizeof(chunk));
		bool full = !pty_has_room(p);
		long err;

		if (p->tty.hung_up)
			return done ? done : -EIO;
		if (full)
			err = file_sleep(f, &p->out_writers);
		else
			err = uio_copy_from(u, chunk, n);
		if (err == -EPAGING && !(err = space_page_in()))
			continue;
		if (!err && full)
			continue;
		if (!err)
			err = write_output(p, chunk, n);
		if (err)
			return done ? done : err;
		done += (long)n;
	}
	return done;
}

static uint32_t slave_poll(struct file *f, struct poll_entry *e)
{
	struct pty *p = f->data;

	poll_add(e, &p->tty.readers);
	poll_add(e, &p->out_writers);
	if (p->tty.hung_up)
		return POLL_READABLE | POLL_WRITABLE | POLL_ERR | POLL_HUP;
	return (tty_readable(&p->tty) ? POLL_READABLE : 0) | (pty_has_room(p) ? POLL_WRITABLE : 0);
}

static void slave_release(struct file *f)
{
	struct pty *p = f->data;

	if (--p->slaves)
		return;
	p->slave_gone = true;
	wait_wake_all(&p->out_readers);
	free_unused(p);
}

static const struct file_ops slave_ops = {
	.signals = true,
	.open = slave_open,
	.read = slave_read,
	.write = slave_write,
	.ioctl = pty_slave_ioctl,
	.poll = slave_poll,
	.release = slave_release,
};

/* /dev/tty: opens the caller's controlling terminal. */
static int controlling_open(struct file *f)
{
	struct pty *p = pty_of_session(process_current()->sid);

	if (p) {
		f->ops = &slave_ops;
		slave_attach(p, f);
	} else if (process_current()->sid && console_is_controlling()) {
		console_open(f);
	} else {
		return -ENXIO;
	}
	return 0;
}

static const struct file_ops controlling_ops = {.open = controlling_open};

void pty_init(void)
{
	devpts_init();
	device_register("tty", DEVICE(5, 0), 0666, &controlling_ops);
	device_register("ptmx", DEVICE(5, 2), 0666, &master_ops);
	device_register_major(DEVPTS_MAJOR, &slave_ops);
}
