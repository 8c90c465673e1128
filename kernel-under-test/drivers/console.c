/* The console: the serial port as a terminal. */
#include "drivers/console.h"

#include "drivers/serial.h"
#include "drivers/tty.h"
#include "fs/device.h"

#define CHUNK_MAX 256

static void console_echo(struct tty *, const char *text, size_t len)
{
	serial_write(text, len);
}

static const struct tty_ops terminal_ops = {
	.echo = console_echo,
	.plain_echo = true,
};

static struct tty console;

static void input_char(char c)
{
	tty_input(&console, c);
}

static long console_read(struct file *f, struct uio *u)
{
	return tty_read(&console, f, u);
}

static long console_write(struct file *, struct uio *u)
{
	char chunk[CHUNK_MAX];
	long done = 0;
	int background = tty_check_write(&console);

	if (background)
		return background;
	while (u->left) {
		size_t n = MIN(u->left, sizeof(chunk));
		int err = uio_copy_from(u, chunk, n);

		if (err)
			return done ? done : err;
		serial_write(chunk, n);
		done += (long)n;
	}
	return done;
}

static uint32_t console_poll(struct file *, struct poll_entry *e)
{
	poll_add(e, &console.readers);
	return POLL_WRITABLE | (tty_readable(&console) ? POLL_READABLE : 0);
}

static long console_ioctl(struct file *, uint64_t request, uint64_t arg)
{
	return tty_ioctl(&console, request, arg);
}

static const struct file_ops console_ops = {
	.signals = true,
	.read = console_read,
	.write = console_write,
	.ioctl = console_ioctl,
	.poll = console_poll,
};

bool console_is_controlling(void)
{
	return tty_is_controlling(&console);
}

void console_open(struct file *f)
{
	f->ops = &console_ops;
}

void console_init(void)
{
	/* Session 0 is the one process 1 is in until it creates its own. */
	tty_init(&console, &terminal_ops, 0);
	device_register("console", DEVICE(5, 1), 0600, &console_ops);
	device_register("ttyS0", DEVICE(4, 64), 0660, &console_ops);
	serial_enable_input(input_char);
}
